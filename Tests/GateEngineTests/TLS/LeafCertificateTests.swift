import Foundation
import Testing

@testable import GateEngine

@Suite("A leaf") struct LeafCertificateTests {
    let scratch: TLSScratch
    let authority: Authority
    let issuer: LeafIssuer

    init() throws {
        scratch = try TLSScratch()
        authority = try scratch.authority()
        issuer = try LeafIssuer(authority: authority)
    }

    func issue(_ host: String, now: Int64? = nil) throws -> LeafCertificate {
        let leaf = try issuer.issue(try #require(LeafName(host)), now: now ?? Int64(Date().timeIntervalSince1970))
        _ = try scratch.write(String(decoding: PEM.encode(leaf.handle), as: UTF8.self), to: "leaf.pem")
        return leaf
    }

    static let longName = String(repeating: "label.", count: 12) + "example"

    @Test(
        "passes OpenSSL's strict verification for its host",
        arguments: [
            ("api.stripe.com", "-verify_hostname"), ("a_b.example", "-verify_hostname"), (longName, "-verify_hostname"),
            ("127.0.0.1", "-verify_ip"), ("2001:db8::1", "-verify_ip"),
        ])
    func strict(host: String, option: String) throws {
        _ = try issue(host)
        let verdict = try scratch.run(
            [
                "openssl", "verify", "-x509_strict", "-purpose", "sslserver", "-CAfile", "ca.pem", option, host,
                "leaf.pem",
            ])
        #expect(verdict.status == 0, "\(verdict.output)")
    }

    @Test("has every field that the wire rules ask for") func form() throws {
        let leaf = try issue("api.stripe.com")
        let text = try scratch.run(["openssl", "x509", "-in", "leaf.pem", "-noout", "-text"]).output
        for words in [
            "Version: 3", "CN = api.stripe.com", "DNS:api.stripe.com", "TLS Web Server Authentication",
            "Digital Signature",
            "X509v3 Key Usage: critical", "CA:FALSE", "X509v3 Authority Key Identifier",
            "X509v3 Subject Key Identifier",
            "prime256v1", "ecdsa-with-SHA256",
        ] { #expect(text.contains(words), "\(words)") }
        #expect(leaf.notAfter - leaf.handle.notBefore <= 90 * 86_400)
        #expect(leaf.handle.notBefore < Int64(Date().timeIntervalSince1970))
    }

    @Test("has no common name where the host is too long for one, and then a critical alternative name")
    func longNames() throws {
        _ = try issue(Self.longName)
        let text = try scratch.run([
            "openssl", "x509", "-in", "leaf.pem", "-noout", "-subject", "-ext", "subjectAltName",
        ]).output
        #expect(!text.contains("CN"))
        #expect(text.contains("critical"))
    }

    @Test("stays inside its authority's life") func dates() throws {
        let name = try #require(LeafName("a.example"))
        let late = try issuer.issue(name, now: authority.notAfter - 86_400)
        #expect(late.notAfter == authority.notAfter)
        let early = try issuer.issue(name, now: authority.notBefore + 10)
        #expect(early.handle.notBefore == authority.notBefore)
        #expect(throws: AuthorityError.self) { try issuer.issue(name, now: authority.notAfter) }
    }

    @Test("has a serial number of its own") func serials() throws {
        var seen: Set<String> = []
        for _ in 0..<20 {
            _ = try issue("a.example")
            let serial = try scratch.run(["openssl", "x509", "-in", "leaf.pem", "-noout", "-serial"]).output
            #expect(serial.count == "serial=".count + 32 + 1)
            seen.insert(serial)
        }
        #expect(seen.count == 20)
    }
}
