import Foundation
import Testing

@testable import GateEngine

@Suite("The environment of a run")
struct RunEnvironmentTests {
    private func variables(
        _ inherited: [String: String] = [:], session: String? = "run-1", noProxy: String = "", preload: Bool = true
    ) -> [String: String] {
        let files = RunFiles.Paths(directory: "/state dir/runtime/r", preload: preload)
        let facts = RunEnvironment.Facts(
            proxy: ListenAddress(host: "127.0.0.1", port: 99), session: session, noProxy: noProxy, files: files,
            runtimeDirectory: "/state dir/runtime")
        let pairs = RunEnvironment.variables(inherited: inherited, facts: facts)
        return Dictionary(uniqueKeysWithValues: pairs.map { ($0.name, $0.value) })
    }

    @Test func `every proxy variable names the gate and the session, in both cases`() {
        let set = variables()
        for name in ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"] {
            #expect(set[name] == "http://run-1:x@127.0.0.1:99")
        }
        #expect(variables(session: nil)["HTTP_PROXY"] == "http://127.0.0.1:99")
    }

    @Test func `an inherited NO_PROXY is dropped, a given one is set`() {
        #expect(variables(["NO_PROXY": "localhost", "no_proxy": "x"])["NO_PROXY"] == "")
        #expect(variables()["no_proxy"] == "")
        let set = variables(noProxy: "a.example, .b.example")
        #expect(set["no_proxy"] == "a.example, .b.example")
        #expect(set["JAVA_TOOL_OPTIONS"]?.contains("-Dhttp.nonProxyHosts=a.example|*.b.example") == true)
    }

    @Test(arguments: RunEnvironment.bundleVariables)
    func `each client finds the one bundle`(name: String) {
        #expect(variables([name: "/mine.pem"])[name] == "/state dir/runtime/r/ca-bundle.pem")
    }

    @Test func `AWS_CA_BUNDLE is set only where it was`() {
        #expect(variables()["AWS_CA_BUNDLE"] == nil)
        #expect(variables(["AWS_CA_BUNDLE": ""])["AWS_CA_BUNDLE"] == nil)
        #expect(variables(["AWS_CA_BUNDLE": "/x"])["AWS_CA_BUNDLE"] == "/state dir/runtime/r/ca-bundle.pem")
    }

    @Test(
        arguments: [
            (nil, ":/state dir/runtime/r/php"), ("", ":/state dir/runtime/r/php"),
            ("/mine", "/mine:/state dir/runtime/r/php"),
            ("/mine:", "/mine::/state dir/runtime/r/php"), (":/state dir/runtime/old/php", ":/state dir/runtime/r/php"),
        ] as [(String?, String)])
    func `PHP keeps its own directories`(inherited: String?, expected: String) {
        #expect(variables(inherited.map { ["PHP_INI_SCAN_DIR": $0] } ?? [:])["PHP_INI_SCAN_DIR"] == expected)
    }

    @Test func `Java keeps the user's options, and ours come once`() {
        let first = variables(["JAVA_TOOL_OPTIONS": "-Xmx1g '-Dx=a b' -Dhttp.proxyHost=old"])["JAVA_TOOL_OPTIONS"] ?? ""
        #expect(first.hasPrefix("-Xmx1g \"-Dx=a b\" -Dhttp.proxyHost=127.0.0.1 -Dhttp.proxyPort=99 "))
        #expect(first.contains("\"-Djavax.net.ssl.trustStore=/state dir/runtime/r/cacerts.jks\""))
        #expect(variables(["JAVA_TOOL_OPTIONS": first])["JAVA_TOOL_OPTIONS"] == first)
    }

    @Test func `the preloads come before the user's own and can be left out`() {
        let set = variables([
            "PYTHONPATH": "/mine:/state dir/runtime/old/python", "NODE_OPTIONS": "--max-old-space-size=64",
        ])
        #expect(set["PYTHONPATH"] == "/state dir/runtime/r/python:/mine")
        #expect(set["NODE_OPTIONS"] == "--max-old-space-size=64 --require \"/state dir/runtime/r/stoplog-preload.cjs\"")
        let without = variables(preload: false)
        #expect(without["PYTHONPATH"] == nil && without["NODE_OPTIONS"] == nil)
        #expect(without["NODE_USE_ENV_PROXY"] == "1")
    }
}

@Suite("The files of a run")
struct RunFilesTests {
    private static let certificate = "-----BEGIN CERTIFICATE-----\nAQIDBA==\n-----END CERTIFICATE-----\n"
    private static let other = "-----BEGIN CERTIFICATE-----\nBQYHCA==\n-----END CERTIFICATE-----\n"

    @Test func `the user's own roots and wgetrc are kept, and everything goes away`() throws {
        try withDirectory { base in
            try Self.certificate.write(toFile: base + "/ca.pem", atomically: true, encoding: .utf8)
            try Self.other.write(toFile: base + "/mine.pem", atomically: true, encoding: .utf8)
            try "tries = 3\nhttp_proxy = x\n".write(toFile: base + "/.wgetrc", atomically: true, encoding: .utf8)
            let state = try StateDirectory.open(base + "/state")
            let files = try RunFiles.write(
                in: state, name: "run-1-x", authorityFile: base + "/ca.pem",
                inherited: [
                    "HOME": base, "CURL_CA_BUNDLE": base + "/mine.pem", "NODE_EXTRA_CA_CERTS": base + "/mine.pem",
                ],
                preload: true)
            let bundle = try String(contentsOfFile: files.paths.bundle, encoding: .utf8)
            #expect(bundle.components(separatedBy: "AQIDBA==").count == 2)
            #expect(bundle.components(separatedBy: "BQYHCA==").count == 2)
            #expect(try String(contentsOfFile: files.paths.nodeRoots, encoding: .utf8) == Self.other + Self.certificate)
            let wgetrc = try String(contentsOfFile: files.paths.wgetrc, encoding: .utf8)
            #expect(wgetrc == "tries = 3\nuse_proxy = on\nca_certificate = \(files.paths.bundle)\n")
            files.remove()
            #expect(FileAccess.names(in: base + "/state/runtime") == [])
        }
    }

    @Test func `what a killed run left is swept, a living one's stays`() throws {
        try withDirectory { base in
            try Self.certificate.write(toFile: base + "/ca.pem", atomically: true, encoding: .utf8)
            let state = try StateDirectory.open(base + "/state")
            for name in ["run-7-a", "run-8-b", "env-1"] {
                _ = try RunFiles.write(
                    in: state, name: name, authorityFile: base + "/ca.pem", inherited: [:], preload: true)
            }
            RunFiles.sweep(state) { $0 == 8 }
            #expect(FileAccess.names(in: base + "/state/runtime") == ["env-1", "run-8-b"])
        }
    }

    @Test func `text that is no certificate leaves no trace`() {
        var bundle = PEMBundle()
        bundle.add(
            "junk\n-----BEGIN CERTIFICATE-----\n!!!\n-----END CERTIFICATE-----\n-----BEGIN PRIVATE KEY-----\nAQ==\n-----END PRIVATE KEY-----\n-----BEGIN CERTIFICATE-----\nAQ"
        )
        #expect(bundle.blocks.isEmpty)
    }
}
