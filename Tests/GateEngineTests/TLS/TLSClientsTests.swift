import Foundation
import Testing

@testable import GateEngine

@Suite("Real clients", .timeLimit(.minutes(2))) struct TLSClientsTests {
    let scratch: TLSScratch
    let cache: LeafCache

    init() throws {
        scratch = try TLSScratch()
        cache = try LeafCache(authority: scratch.authority())
    }

    static let python = """
        import socket, ssl, sys
        name, with_sni, ports = sys.argv[1], sys.argv[2] == 'sni', sys.argv[3:]
        c = ssl.create_default_context(cafile='ca.pem')
        c.verify_flags |= ssl.VERIFY_X509_STRICT | getattr(ssl, 'VERIFY_X509_PARTIAL_CHAIN', 0)
        c.check_hostname = with_sni
        session = None
        for port in ports:
            raw = socket.create_connection(('127.0.0.1', int(port)))
            with c.wrap_socket(raw, server_hostname=name if with_sni else None, session=session) as s:
                s.sendall(b'GET / HTTP/1.1\\r\\nHost: x\\r\\n\\r\\n')
                print(s.recv(4096).decode())
                session = s.session
        """

    @Test(
        "Python verifies strictly and resumes on another server's thread",
        arguments: ["api.example.com", "127.0.0.1", "::1"])
    func python(host: String) throws {
        try withTLSServers(cache, host: host) { first, second in
            let ports = ["\(first.port)", "\(second.port)", "\(first.port)"]
            let result = try scratch.run(["python3", "-c", Self.python, host, "sni"] + ports)
            #expect(result.status == 0, "\(result.output)")
            let lines = result.output.split(whereSeparator: \.isNewline).filter { $0.hasPrefix("sni=") }
            #expect(lines.count == 3)
            #expect(lines.first?.contains("resumed=false") == true)
            #expect(lines.dropFirst().allSatisfy { $0.contains("resumed=true") })
            #expect(lines.allSatisfy { $0.contains("agrees=true") })
        }
    }

    @Test("Python works without server_name") func withoutName() throws {
        try withTLSServers(cache, host: "api.example.com") { first, _ in
            let result = try scratch.run(["python3", "-c", Self.python, "-", "none", "\(first.port)"])
            #expect(result.status == 0, "\(result.output)")
            #expect(result.output.contains("sni=- agrees=true"))
        }
    }

    @Test("openssl s_client verifies and reconnects", arguments: ["-tls1_2", "-tls1_3"]) func sClient(version: String)
        throws
    {
        try withTLSServers(cache, host: "api.example.com") { first, _ in
            let result = try scratch.run(
                [
                    "openssl", "s_client", "-connect", "127.0.0.1:\(first.port)", "-servername", "api.example.com",
                    version,
                    "-CAfile", "ca.pem", "-verify_return_error", "-verify_hostname", "api.example.com", "-x509_strict",
                    "-alpn", "h2,http/1.1", "-ign_eof", "-crlf",
                ],
                input: "GET / HTTP/1.1\nHost: a\nConnection: close\n\nQ\n")
            #expect(result.output.contains("Verify return code: 0 (ok)"), "\(result.output)")
            #expect(result.output.contains("ALPN protocol: http/1.1"))
            #expect(result.output.contains("resumed=false"))
        }
    }

    @Test("versions before TLS 1.2 are refused") func old() throws {
        try withTLSServers(cache, host: "api.example.com") { first, _ in
            let result = try scratch.run(
                ["openssl", "s_client", "-connect", "127.0.0.1:\(first.port)", "-tls1_1", "-cipher", "ALL:@SECLEVEL=0"])
            #expect(result.status != 0)
            #expect(result.output.contains("protocol version"), "\(result.output)")
        }
    }

    @Test("curl verifies names and addresses") func curl() throws {
        try withTLSServers(cache, host: "api.example.com") { first, second in
            let result = try scratch.run(
                [
                    "curl", "-sS", "--noproxy", "*", "--cacert", "ca.pem",
                    "--connect-to", "api.example.com:443:127.0.0.1:\(first.port)",
                    "https://api.example.com/a", "https://api.example.com/b",
                ])
            #expect(result.status == 0, "\(result.output)")
            #expect(result.output.components(separatedBy: "sni=api.example.com agrees=true").count == 3)
        }
        try withTLSServers(cache, host: "127.0.0.1") { first, _ in
            let result = try scratch.run(
                ["curl", "-sS", "--noproxy", "*", "--cacert", "ca.pem", "https://127.0.0.1:\(first.port)/"])
            #expect(result.status == 0, "\(result.output)")
            #expect(result.output.contains("sni=- agrees=true"))
        }
    }
}
