import Foundation
import Testing

@testable import GateStore

@Suite struct SealTests {
    private let seal = Seal(key: [UInt8](repeating: 7, count: 32))

    @Test(arguments: [0, 1, 15, 16, 17, 100_000])
    func `What was sealed opens for its own call only`(_ length: Int) throws {
        let plaintext = (0..<length).map { UInt8(truncatingIfNeeded: $0) }
        let sealed = try #require(seal.seal(plaintext, call: "01A"))
        #expect(seal.open(sealed, call: "01A") == plaintext)
        #expect(seal.open(sealed, call: "01B") == nil)
        #expect(Seal(key: [UInt8](repeating: 8, count: 32)).open(sealed, call: "01A") == nil)
        #expect(seal.seal(plaintext, call: "01A") != sealed)
    }

    @Test func `Any changed or missing byte is found`() throws {
        let sealed = try #require(seal.seal(Array("POST /v1/charges".utf8), call: "01A"))
        for index in sealed.indices {
            var altered = sealed
            altered[index] ^= 1
            #expect(seal.open(altered, call: "01A") == nil)
            #expect(seal.open(Array(sealed[..<index]), call: "01A") == nil)
        }
    }

    @Test func `A key file holds 32 bytes raw, in hexadecimal or in base 64`() async throws {
        try await withStateDirectory { directory in
            _ = try StateDirectory(path: directory)
            let key = (0..<32).map { UInt8($0 * 7 & 255) }
            for content in [key, Array((Hex.text(key) + "\n").utf8), Base64.encode(key) + [0x0a]] {
                let path = directory + "/k\(content.count)"
                #expect(try SmallFile.create(path, with: content))
                #expect(try KeyFile.read(path) == key)
                #expect(try SmallFile.create(path, with: content) == false)
            }
            #expect(try KeyFile.read(directory + "/none") == nil)
            let made = try KeyFile.readOrMake(directory + "/made")
            #expect(made.count == 32)
            #expect(try KeyFile.readOrMake(directory + "/made") == made)
        }
    }
}
