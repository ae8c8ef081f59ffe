import Foundation
import Testing

/// Unchanged programs behind `stoplog run`: what they read passes, what can't be undone is recorded and never sent.
@Suite(.serialized, .timeLimit(.minutes(5)))
struct ClientsTests {
    /// A program and what it is told; `$B` is the origin's base URL, `$PY` the tests' Python.
    ///
    /// It reads `/read` and deletes `/gone`, and prints `read=STATUS gone=STATUS VERDICT`.
    struct Client: CustomTestStringConvertible, Sendable {
        var name: String
        var needs: String
        var script: String
        var testDescription: String { name }
    }

    static let both: [Client] = [
        Client(
            name: "curl", needs: "curl",
            script: """
                r=$(curl -sS -o read.txt -w '%{http_code}' $B/read)
                g=$(curl -sS -D head.txt -o gone.txt -w '%{http_code}' -X DELETE $B/gone)
                echo read=$r gone=$g $(tr -d '\\r' < head.txt | sed -n 's/^Stoplog-Verdict: //p')
                """),
        Client(
            name: "wget", needs: "wget",
            script: """
                wget -q -O read.txt $B/read && r=200
                wget -S -O gone.txt --method=DELETE $B/gone 2> head.txt && g=200
                echo read=$r gone=$g $(sed -n 's/^ *Stoplog-Verdict: //p' head.txt)
                """),
        python(
            "urllib",
            """
            import urllib.request as u
            r = u.urlopen(B + "/read")
            g = u.urlopen(u.Request(B + "/gone", method="DELETE"))
            show(r.status, g.status, g.headers)
            """),
        python(
            "requests",
            """
            import requests
            r, g = requests.get(B + "/read"), requests.delete(B + "/gone")
            show(r.status_code, g.status_code, g.headers)
            """),
        python(
            "requests, a session with a CA bundle of its own choice",
            """
            import requests, certifi
            s = requests.Session(); s.verify = certifi.where()
            r, g = s.get(B + "/read"), s.delete(B + "/gone")
            show(r.status_code, g.status_code, g.headers)
            """),
        python(
            "httpx",
            """
            import httpx
            r, g = httpx.get(B + "/read"), httpx.delete(B + "/gone")
            show(r.status_code, g.status_code, g.headers)
            """),
        python(
            "httpx, asynchronous",
            """
            import asyncio, httpx
            async def main():
                async with httpx.AsyncClient() as c:
                    return await c.get(B + "/read"), await c.delete(B + "/gone")
            r, g = asyncio.run(main())
            show(r.status_code, g.status_code, g.headers)
            """),
        aiohttp("aiohttp with trust_env", "trust_env=True"),
        aiohttp("aiohttp as it is", ""),
        Client(
            name: "Node http and https", needs: "node",
            script: """
                cat > client.js <<'END'
                const B = process.env.B, m = require(B.split(':')[0]);
                const call = (method, path) => new Promise((done, fail) => {
                  const q = m.request(B + path, { method }, r => { r.resume(); r.on('end', () => done(r)); });
                  q.on('error', fail); q.end();
                });
                (async () => {
                  const r = await call('GET', '/read'), g = await call('DELETE', '/gone');
                  console.log(`read=${r.statusCode} gone=${g.statusCode} ${g.headers['stoplog-verdict']}`);
                })();
                END
                node client.js
                """),
        Client(
            name: "Node fetch", needs: "node",
            script: """
                cat > client.js <<'END'
                const B = process.env.B;
                (async () => {
                  const r = await fetch(B + '/read'), g = await fetch(B + '/gone', { method: 'DELETE' });
                  console.log(`read=${r.status} gone=${g.status} ${g.headers.get('stoplog-verdict')}`);
                })();
                END
                node client.js
                """),
        Client(
            name: "Java, both of its clients", needs: "java",
            script: """
                cat > Client.java <<'END'
                import java.net.*; import java.net.http.*;
                class Client { public static void main(String[] a) throws Exception {
                    String b = System.getenv("B");
                    var r = (HttpURLConnection) new URL(b + "/read").openConnection();
                    var g = HttpClient.newHttpClient().send(HttpRequest.newBuilder(URI.create(b + "/gone")).DELETE().build(),
                        HttpResponse.BodyHandlers.ofString());
                    System.out.println("read=" + r.getResponseCode() + " gone=" + g.statusCode() + " "
                        + g.headers().firstValue("Stoplog-Verdict").orElse("none"));
                } }
                END
                java Client.java
                """),
        Client(
            name: "PHP with curl", needs: "php",
            script: #"""
                cat > client.php <<'END'
                <?php
                function call($method, $path) {
                    $c = curl_init(getenv("B") . $path);
                    curl_setopt_array($c, [CURLOPT_RETURNTRANSFER => 1, CURLOPT_CUSTOMREQUEST => $method, CURLOPT_HEADER => 1]);
                    $text = curl_exec($c);
                    preg_match('/^Stoplog-Verdict: (\S+)/mi', (string) $text, $m);
                    return [curl_getinfo($c, CURLINFO_RESPONSE_CODE), $m[1] ?? "none"];
                }
                $r = call("GET", "/read"); $g = call("DELETE", "/gone");
                echo "read=$r[0] gone=$g[0] $g[1]\n";
                END
                php client.php
                """#),
        Client(
            name: "Perl's LWP", needs: "perl",
            script: """
                perl -MLWP::UserAgent -e '$u = LWP::UserAgent->new; $r = $u->get("$ENV{B}/read"); $g = $u->delete("$ENV{B}/gone");
                print "read=", $r->code, " gone=", $g->code, " ", $g->header("Stoplog-Verdict"), "\\n"'
                """),
    ]

    static let schemes = ["http", "https"]

    private static func python(_ name: String, _ code: String) -> Client {
        let prelude = """
            import os
            B = os.environ["B"]
            def show(read, gone, headers): print("read=%d gone=%d %s" % (read, gone, headers.get("Stoplog-Verdict")))
            """
        return Client(
            name: "Python: " + name, needs: "python3",
            script: "cat > client.py <<'END'\n\(prelude)\n\(code)\nEND\n$PY client.py")
    }

    private static func aiohttp(_ name: String, _ arguments: String) -> Client {
        python(
            name,
            """
            import aiohttp, asyncio
            async def main():
                async with aiohttp.ClientSession(\(arguments)) as c:
                    async with c.get(B + "/read") as r, c.delete(B + "/gone") as g:
                        show(r.status, g.status, g.headers)
            asyncio.run(main())
            """)
    }

    @Test(arguments: both, schemes)
    func `A program's reads pass and its deletions are recorded`(_ client: Client, _ scheme: String) throws {
        try ClientScene.with { scene in
            let origin = scheme == "http" ? scene.plain : scene.secure
            let ended = try scene.behindGate(
                ["--mode", "dry-run"], ["bash", "-c", client.script],
                environment: ["B": origin.url, "PY": ClientScene.python()])
            #expect(ended.out.hasSuffix("read=200 gone=200 recorded\n"), "\(ended.out)\(ended.err)")
            #expect(origin.seen.map(\.method) == ["GET"], "only the read may reach the origin")
            #expect(origin.seen.first?.header("Via")?.contains("stoplog") == true)
            let calls = try scene.journal(["--class", "irreversible"])
            #expect(calls.count == 1)
            #expect(calls.first?["url"] as? String == origin.url + "/gone")
            #expect(calls.first?["outcome"] as? String == "recorded")
            #expect(ended.err.contains("1 call did not pass as sent"))
        }
    }

    /// Go and Ruby never ask a proxy for loopback: these go to a name that is rerouted.
    static let remote: [Client] = [
        Client(
            name: "Ruby", needs: "ruby",
            script: """
                ruby -rnet/http -e 'u = URI(ENV["B"]); h = Net::HTTP.new(u.host, u.port); h.use_ssl = u.scheme == "https"
                r = h.get("/read"); g = h.delete("/gone"); puts "read=#{r.code} gone=#{g.code} #{g["stoplog-verdict"]}"'
                """),
        Client(
            name: "Go", needs: "go",
            script: """
                cat > client.go <<'END'
                package main
                import ("fmt"; "net/http"; "os")
                func main() {
                    b := os.Getenv("B")
                    r, err := http.Get(b + "/read")
                    if err != nil { fmt.Println(err); os.Exit(1) }
                    q, _ := http.NewRequest("DELETE", b + "/gone", nil)
                    g, err := http.DefaultClient.Do(q)
                    if err != nil { fmt.Println(err); os.Exit(1) }
                    fmt.Printf("read=%d gone=%d %s\\n", r.StatusCode, g.StatusCode, g.Header.Get("Stoplog-Verdict"))
                }
                END
                env -u HTTP_PROXY -u HTTPS_PROXY GOCACHE=${TMPDIR:-/tmp}/stoplog-tests-go go build -o client client.go && ./client
                """),
    ]

    @Test(arguments: remote, schemes)
    func `A program that spares loopback is caught on its way to a rerouted name`(_ client: Client, _ scheme: String)
        throws
    {
        try ClientScene.with { scene in
            let origin = scheme == "http" ? scene.plain : scene.secure
            let base = scheme + "://api.example.com"
            let config = try scene.write(
                "c.yaml", "version: 1\nupstream: { reroute: { \"\(base)\": \"\(origin.url)\" } }\n")
            let ended = try scene.behindGate(
                ["--config", config], ["bash", "-c", client.script], environment: ["B": base])
            #expect(ended.out.hasSuffix("read=200 gone=200 recorded\n"), "\(ended.out)\(ended.err)")
            #expect(origin.seen.map(\.method) == ["GET"])
            #expect(origin.seen.first?.header("Host") == "api.example.com")
        }
    }

    @Test(arguments: schemes)
    func `git clones a repository through the gate`(_ scheme: String) throws {
        try ClientScene.with { scene in
            let origin = scheme == "http" ? scene.plain : scene.secure
            let made = try scene.run([
                "bash", "-ec",
                """
                git init -q work; cd work; echo hello > a; git add a
                git -c user.email=a@example.com -c user.name=a commit -qm one
                git clone -q --bare . ../root/r.git; cd ../root/r.git; git update-server-info
                """,
            ])
            try #require(made.status == 0, "\(made.err)")
            let ended = try scene.behindGate([], ["git", "clone", "-q", origin.url + "/files/r.git", "clone"])
            #expect(ended.status == 0, "\(ended.err)")
            #expect(ClientScene.text(scene.path("clone/a")) == "hello\n")
            #expect(origin.seen.allSatisfy { $0.header("Via") != nil })
        }
    }

    @Test(arguments: schemes)
    func `pip downloads from an index through the gate`(_ scheme: String) throws {
        try ClientScene.with { scene in
            let origin = scheme == "http" ? scene.plain : scene.secure
            try scene.write("wheel.py", Self.wheelMaker)
            try #require(scene.run(["python3", "wheel.py"]).status == 0)
            let ended = try scene.behindGate(
                [],
                [
                    ClientScene.python("pip"), "download", "-q", "--disable-pip-version-check", "--no-deps",
                    "--no-cache-dir",
                    "-d", "got", "--index-url", origin.url + "/files/simple", "gatepkg",
                ])
            #expect(ended.status == 0, "\(ended.err)")
            #expect(FileManager.default.fileExists(atPath: scene.path("got/gatepkg-1.0-py3-none-any.whl")))
            #expect(!origin.seen.isEmpty && origin.seen.allSatisfy { $0.header("Via") != nil })
        }
    }

    private static let wheelMaker = """
        import os, zipfile
        os.makedirs("root/simple/gatepkg")
        with zipfile.ZipFile("root/simple/gatepkg/gatepkg-1.0-py3-none-any.whl", "w") as z:
            z.writestr("gatepkg.py", "x = 1\\n")
            z.writestr("gatepkg-1.0.dist-info/METADATA", "Metadata-Version: 2.1\\nName: gatepkg\\nVersion: 1.0\\n")
            z.writestr("gatepkg-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n")
            z.writestr("gatepkg-1.0.dist-info/RECORD", "")
        """
}
