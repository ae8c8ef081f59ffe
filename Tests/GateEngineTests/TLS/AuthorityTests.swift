import Foundation
import Synchronization
import Testing

@testable import GateEngine

@Suite("The authority") struct AuthorityTests {
    let scratch: TLSScratch
    init() throws { scratch = try TLSScratch() }

    func message(_ body: () throws -> Void) -> String {
        do { try body() } catch { return "\(error)" }
        return ""
    }

    @Test("is made at first start and the same ever after") func firstStart() throws {
        let directory = scratch.path("deep/state")
        let first = try Authority.open(stateDirectory: directory)
        let second = try Authority.open(stateDirectory: directory)
        #expect(first.fingerprint == second.fingerprint)
        #expect(first.fingerprint.split(separator: ":").count == 32)
        #expect(first.subject.hasPrefix("CN=Stoplog local CA ("))
        #expect(try scratch.mode("deep/state/ca.pem") == 0o644)
        #expect(try scratch.mode("deep/state/ca-key.pem") == 0o600)
        #expect(first.certificateFile == directory + "/ca.pem")
    }

    @Test("has the form that strict clients ask of a root") func form() throws {
        let authority = try scratch.authority()
        let text = try scratch.run(["openssl", "x509", "-in", "ca.pem", "-noout", "-text"]).output
        #expect(text.contains("X509v3 Basic Constraints: critical"))
        #expect(text.contains("CA:TRUE, pathlen:0"))
        #expect(text.contains("X509v3 Key Usage: critical"))
        #expect(text.contains("Certificate Sign, CRL Sign"))
        #expect(text.contains("X509v3 Subject Key Identifier"))
        #expect(text.contains("ASN1 OID: prime256v1"))
        #expect(authority.notAfter - authority.notBefore == 731 * 86_400)
        let print = try scratch.run(["openssl", "x509", "-in", "ca.pem", "-noout", "-fingerprint", "-sha256"]).output
        #expect(print.contains(authority.fingerprint))
        #expect(try scratch.run(["openssl", "verify", "-x509_strict", "-CAfile", "ca.pem", "ca.pem"]).status == 0)
    }

    @Test("is one, however many gates start at once") func together() throws {
        let directory = scratch.directory
        let seen = Mutex<Set<String>>([])
        DispatchQueue.concurrentPerform(iterations: 16) { _ in
            let found = (try? Authority.open(stateDirectory: directory).fingerprint) ?? "failed"
            seen.withLock { _ = $0.insert(found) }
        }
        #expect(seen.withLock { $0.count } == 1)
        #expect(!seen.withLock { $0.contains("failed") })
    }

    @Test("is replaced by rotation, and the old certificate kept") func rotation() throws {
        let old = try scratch.authority()
        let text = try scratch.text("ca.pem")
        let new = try Authority.rotate(stateDirectory: scratch.directory)
        #expect(new.fingerprint != old.fingerprint)
        #expect(try scratch.text("ca-old.pem") == text)
        #expect(try scratch.authority().fingerprint == new.fingerprint)
    }

    @Test("survives a crash between the writing of its two files") func crash() throws {
        let old = try scratch.text(
            try {
                _ = try scratch.authority()
                return "ca.pem"
            }())
        let new = try Authority.rotate(stateDirectory: scratch.directory)
        _ = try scratch.write(old, to: "ca.pem")
        #expect(try scratch.authority().fingerprint == new.fingerprint)
        try FileManager.default.removeItem(atPath: scratch.path("ca.pem"))
        #expect(try scratch.authority().fingerprint == new.fingerprint)
    }

    @Test("says which file is missing and what to do") func missing() throws {
        _ = try scratch.authority()
        try FileManager.default.removeItem(atPath: scratch.path("ca-key.pem"))
        let words = message { _ = try scratch.authority() }
        #expect(words.contains("ca-key.pem") && words.contains("stoplog ca rotate"))
    }

    @Test("refuses a key that others may read", arguments: [0o640, 0o604, 0o666]) func openKey(mode: Int) throws {
        _ = try scratch.authority()
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: scratch.path("ca-key.pem"))
        let words = message { _ = try scratch.authority() }
        #expect(words.contains("ca-key.pem") && words.contains("chmod 600"))
    }

    @Test("may be one of the user's own, RSA or EC", arguments: ["rsa:2048", "ec"]) func own(kind: String) throws {
        try makeOwn(kind: kind, extensions: ["-addext", "keyUsage=critical,keyCertSign"])
        let own = try Authority.load(certificate: scratch.path("own.pem"), key: scratch.path("own.key"))
        #expect(own.subject == "CN=Own")
        let leaf = try LeafIssuer(authority: own).issue(try #require(LeafName("a.example")), now: own.notBefore + 10)
        _ = try scratch.write(String(decoding: PEM.encode(leaf.handle), as: UTF8.self), to: "leaf.pem")
        let verdict = try scratch.run(["openssl", "verify", "-x509_strict", "-CAfile", "own.pem", "leaf.pem"])
        #expect(verdict.status == 0, "\(verdict.output)")
    }

    @Test("of the user's own may be an intermediate, whose chain clients then get") func intermediate() throws {
        try makeOwn(kind: "ec", name: "root", extensions: ["-addext", "keyUsage=critical,keyCertSign"])
        _ = try scratch.write("basicConstraints=critical,CA:TRUE,pathlen:0\nkeyUsage=critical,keyCertSign\n", to: "ext")
        for command in [
            [
                "req", "-nodes", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-subj", "/CN=Between",
                "-keyout",
                "between.key", "-out", "between.csr",
            ],
            [
                "x509", "-req", "-in", "between.csr", "-CA", "root.pem", "-CAkey", "root.key", "-CAcreateserial",
                "-extfile",
                "ext", "-out", "between.pem",
            ],
        ] {
            let made = try scratch.run(["openssl"] + command)
            try #require(made.status == 0, "\(made.output)")
        }
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: scratch.path("between.key"))
        let between = try Authority.load(certificate: scratch.path("between.pem"), key: scratch.path("between.key"))
        let root = try Authority.load(certificate: scratch.path("root.pem"), key: scratch.path("root.key"))
        #expect(between.intermediates.count == 1 && root.intermediates.isEmpty)
        let cache = try LeafCache(authority: between)
        let client = unsafe TLSTestClient(serverName: "a.example", trust: root)
        let session = try TLSSession(context: cache.context(host: "a.example"), descriptor: client.peer)
        #expect(client.handshake(with: session) == .done)
    }

    @Test("of the user's own is checked") func ownFaults() throws {
        try makeOwn(kind: "ec")
        let (certificate, key) = (scratch.path("own.pem"), scratch.path("own.key"))
        try makeOwn(kind: "ec", name: "second")
        #expect(
            message { _ = try Authority.load(certificate: certificate, key: scratch.path("second.key")) }.contains(
                "is not the key of"))
        #expect(
            message { _ = try Authority.load(certificate: scratch.path("none.pem"), key: key) }.contains("no such file")
        )
        let noise = try scratch.write("noise", to: "noise.pem", mode: 0o600)
        #expect(message { _ = try Authority.load(certificate: noise, key: key) }.contains("no certificate"))
        #expect(
            message { _ = try Authority.load(certificate: certificate, key: noise) }.contains(
                "no unencrypted private key"))
        try makeOwn(kind: "ec", name: "leaf", extensions: ["-addext", "basicConstraints=critical,CA:FALSE"])
        #expect(
            message { _ = try Authority.load(certificate: scratch.path("leaf.pem"), key: scratch.path("leaf.key")) }
                .contains("not the certificate of an authority"))
        for (now, words) in [(Int64(1_000_000_000), "has expired"), (4_000_000_000, "not valid yet")] {
            let pair = try AuthorityCertificate.make(now: now)
            let past = try scratch.write(String(decoding: PEM.encode(pair.certificate), as: UTF8.self), to: "past.pem")
            let pastKey = try scratch.write(
                String(decoding: PEM.encode(pair.key), as: UTF8.self), to: "past.key", mode: 0o600)
            #expect(message { _ = try Authority.load(certificate: past, key: pastKey) }.contains(words))
        }
    }

    func makeOwn(kind: String, name: String = "own", extensions: [String] = []) throws {
        let algorithm = kind == "ec" ? ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"] : ["-newkey", kind]
        let made = try scratch.run(
            ["openssl", "req", "-x509", "-nodes", "-subj", "/CN=Own", "-keyout", "\(name).key", "-out", "\(name).pem"]
                + algorithm + extensions)
        try #require(made.status == 0, "\(made.output)")
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: scratch.path("\(name).key"))
    }
}
