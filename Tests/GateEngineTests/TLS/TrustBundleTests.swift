import CGate
import Foundation
import Testing

@testable import GateEngine

@Suite("The bundle of roots") struct TrustBundleTests {
    let scratch: TLSScratch
    let authority: Authority

    init() throws {
        scratch = try TLSScratch()
        authority = try scratch.authority()
    }

    func count(_ text: String) -> Int { text.components(separatedBy: "BEGIN CERTIFICATE").count - 1 }

    @Test("has the system's roots, the user's own and the gate's authority") func whole() throws {
        let roots = try scratch.write(
            "# roots without a final newline\n" + scratch.text("ca.pem").dropLast(), to: "roots.pem")
        let path = try TrustBundle.write(
            stateDirectory: scratch.directory, authority: authority, extraFiles: [roots],
            environment: ["SSL_CERT_FILE": roots])
        #expect(path == scratch.path("bundle.pem"))
        #expect(try scratch.mode("bundle.pem") == 0o644)
        #expect(count(try scratch.text("bundle.pem")) == 3)
        #expect(try scratch.run(["openssl", "verify", "-CAfile", "bundle.pem", "ca.pem"]).status == 0)
    }

    @Test("does not grow when a gate is started behind another") func nested() throws {
        let path = try TrustBundle.write(stateDirectory: scratch.directory, authority: authority)
        let before = try scratch.text("bundle.pem")
        _ = try TrustBundle.write(
            stateDirectory: scratch.directory, authority: authority, environment: ["SSL_CERT_FILE": path])
        #expect(try scratch.text("bundle.pem") == before)
    }

    @Test("keeps the authority's predecessor for gates that still run with it") func predecessor() throws {
        let empty = try scratch.write("", to: "empty.pem")
        let new = try Authority.rotate(stateDirectory: scratch.directory)
        _ = try TrustBundle.write(
            stateDirectory: scratch.directory, authority: new, environment: ["SSL_CERT_FILE": empty])
        #expect(count(try scratch.text("bundle.pem")) == 2)
    }

    @Test("names the file that cannot be used") func faults() throws {
        let noise = try scratch.write("noise", to: "noise.pem")
        #expect(throws: AuthorityError(file: noise, message: "holds no certificate in PEM form")) {
            try TrustBundle.write(stateDirectory: scratch.directory, authority: authority, extraFiles: [noise])
        }
        #expect(throws: AuthorityError.self) { try UpstreamTrust(extraFiles: [noise]) }
        #expect(throws: AuthorityError.self) { try UpstreamTrust(extraFiles: [scratch.path("none.pem")]) }
    }

    @Test("gives upstream connections their roots") func upstream() throws {
        let trust = try UpstreamTrust(
            systemRoots: nil, extraFiles: [authority.certificateFile, authority.certificateFile])
        #expect(trust.count == 2)
        let context = unsafe try #require(SSL_CTX_new(TLS_client_method()))
        defer { unsafe SSL_CTX_free(context) }
        unsafe trust.apply(to: context)
        unsafe #expect(X509_STORE_get0_objects(SSL_CTX_get_cert_store(context)).map { gate_store_count($0) } == 1)
    }
}
