import Testing

@testable import GatePolicy

@Suite struct NameFilterTests {
    private static let json = [("Content-Type", "application/json")]

    private static func filter(_ name: String) -> NameFilter {
        var filter = NameFilter()
        filter.insert(bytes(name))
        return filter
    }

    @Test(arguments: [
        (#"{"action":1}"#, true), (#"{"a":{"b":[{"action":1}]}}"#, true), (#"{"\u0061ction":1}"#, true),
        (#"{'action':1}"#, true), ("{action:1}", true), (#"{"a":"action"}"#, false), ("[]", false), ("{", true),
    ])
    func aMemberIsFoundHoweverItIsWritten(_ body: String, _ isThere: Bool) {
        let view = SampleCall("POST https://a.example/x", Self.json).view(body)
        #expect(view.bodyNames.mayShare(Self.filter("action")) == isThere)
    }

    @Test func aFieldIsFoundHoweverItIsWritten() {
        for body in ["action=1", "b=2&%61ction=1", "b=2;action=1"] {
            let view = SampleCall("POST https://a.example/x", []).view(body)
            #expect(view.bodyNames.mayShare(Self.filter("action")), "\(body)")
        }
    }

    @Test func aBodyThatIsNotReadMayHaveAnyName() {
        let call = SampleCall("POST https://a.example/x", Self.json)
        #expect(call.view(.unread).bodyNames.mayShare(Self.filter("action")))
        #expect(call.view(.unreadable).bodyNames.mayShare(Self.filter("action")))
    }

    /// Whatever a pointer finds, the filter has let through.
    @Test func noMutatedBodyHidesAMemberFromTheFilter() throws {
        var random = SeededGenerator(5)
        let pointer = try JSONPointer("/a/*/action")
        let body = bytes(#"{"a":[{"action":"delete","b":"x"},{"action":"read"}],"c":{"d":[1,2]}}"#)
        for _ in 0..<3000 {
            let view = SampleCall("POST https://a.example/x", Self.json).view(.decoded(random.mutated(body)))
            guard case .absent = view.json(pointer) else {
                #expect(view.bodyNames.mayShare(Self.filter("action")))
                continue
            }
        }
    }
}
