import Testing

@testable import GatePolicy

@Suite struct GraphQLReaderTests {
    private func found(_ body: String, type: String = "application/json", path: String = "/graphql") -> [String]? {
        let view = SampleCall("POST https://a.example\(path)", [("Content-Type", type)]).view(body)
        guard case .values(let operations) = view.graphql else { return nil }
        return operations.map { operation in
            "\(operation.kind.rawValue) \(operation.rootFields.map { String(decoding: $0, as: UTF8.self) }.joined(separator: ","))"
        }
    }

    @Test func `operations and root fields are read`() {
        #expect(found(#"{"query":"{ a b }"}"#) == ["query a,b"])
        #expect(
            found(
                #"{"query":"mutation M($x: [Int!]! = [1], $y: T = {a: \"}\"}) @d(a: 1) { x: deleteRepo(id: $x) @skip(if: true) { id } }"}"#
            ) == ["mutation deleteRepo"])
        #expect(found("subscription { a }", type: "application/graphql") == ["subscription a"])
        #expect(
            found(
                #"{"query":"mutation { ...F ... on M { c } ... @include(if: true) { d } } fragment F on M { a ...G } fragment G on M { b ...F }"}"#
            ) == ["mutation c,d,a,b"])
        #expect(
            found(
                ##"{"query":"# mutation { no }\nquery { a(s: \"\"\"mutation { \\\"\"\" no } \"\"\", n: -1.5e3, l: [1, 2]) }"}"##
            ) == ["query a"])
    }

    @Test func `the operation name picks and a batch is all`() {
        let two = #""query":"query A { a } mutation B { b }""#
        #expect(found("{\(two)}") == ["query a", "mutation b"])
        #expect(found("{\(two),\"operationName\":\"A\"}") == ["query a"])
        #expect(found("{\(two),\"operationName\":\"A\",\"operationName\":\"B\"}") == ["query a", "mutation b"])
        #expect(found(#"[{"query":"{a}"},{"query":"mutation{b}"}]"#) == ["query a", "mutation b"])
        #expect(
            found("operations=%7B%22query%22%3A%22mutation%7Bb%7D%22%7D", type: "application/x-www-form-urlencoded")
                == ["mutation b"])
    }

    @Test(arguments: [
        #"{"query":"mutation { a "}"#, #"{"extensions":{"persistedQuery":{"sha256Hash":"x"}}}"#, #"{"id":"abc"}"#,
        #"{"query":"mutation { ...Missing }"}"#, #"{"query":"nonsense"}"#,
        "[{\"query\":\"{a}\"},{\"extensions\":{\"persistedQuery\":{}}}]",
    ])
    func `what cannot be told is unknown`(body: String) {
        let call = SampleCall("POST https://a.example/graphql", [("Content-Type", "application/json")])
        #expect(call.view(body).graphql == .unknown)
    }

    @Test func `a search is no GraphQL`() {
        let call = SampleCall("POST https://a.example/search", [("Content-Type", "application/json")])
        #expect(call.view(#"{"query":"blue shoes"}"#).graphql == .absent)
        #expect(call.view(#"{"query":{"match_all":{}}}"#).graphql == .absent)
        #expect(SampleCall("GET https://a.example/s?query=shoes").view().graphql == .absent)
        let get = SampleCall("GET https://a.example/graphql?query=mutation%7Ba%7D").view()
        #expect(get.graphql == .values([GraphQLOperation(kind: .mutation, name: [], rootFields: [bytes("a")])]))
    }

    @Test func `deep documents are bounded`() {
        let deep = "{" + String(repeating: "...{", count: 1000) + "a" + String(repeating: "}", count: 1001)
        #expect(GraphQLDocument(bytes(deep)) == nil)
        #expect(GraphQLDocument(bytes("{" + String(repeating: "a{", count: 5000))) == nil)
    }

    @Test func `mutated documents never trap`() {
        var random = SeededGenerator(17)
        let seed = bytes(
            "query A($x: [Int] = [1]) @d { a: b(c: {d: \"\"\"e\"\"\"}) { f } ...F } fragment F on Q { z ... on X { y } }"
        )
        for _ in 0..<20_000 { _ = GraphQLDocument(random.mutated(seed))?.operations() }
    }
}
