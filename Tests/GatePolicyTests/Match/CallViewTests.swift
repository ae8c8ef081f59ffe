import Testing

@testable import GatePolicy

@Suite struct CallViewTests {
    private let post = SampleCall(
        "POST https://a.example/v1/x?a=1&b=%20x+y&a=2&c[d]=3;e=4&flag",
        [
            ("X-One", "1"), ("x-one", "2, 3"), ("Content-Type", "application/x-www-form-urlencoded"),
        ])

    @Test func `headers and query are read by name`() {
        let view = post.view()
        #expect(texts(view.header(bytes("x-one"))) == ["1", "2, 3"])
        #expect(view.header(bytes("x-two")) == .absent)
        #expect(texts(view.query(bytes("a"))) == ["1", "2"])
        #expect(texts(view.query(bytes("b"))) == [" x y"])
        #expect(texts(view.query(bytes("c[d]"))) == ["3;e=4", "3"])
        #expect(texts(view.query(bytes("e"))) == ["4"])
        #expect(texts(view.query(bytes("flag"))) == [""])
        #expect(view.query(bytes("zz")) == .absent)
    }

    @Test func `bodies that were not read are unknown and missing ones absent`() throws {
        let pointer = try JSONPointer("/a")
        for body in [BodyEvidence.unread, .unreadable] {
            let view = post.view(body)
            #expect(view.form(bytes("a")) == .unknown && view.json(pointer) == .unknown && view.bodyText == .unknown)
            #expect(view.graphql == .unknown)
        }
        let view = post.view(.none)
        #expect(view.form(bytes("a")) == .absent && view.json(pointer) == .absent && view.bodyText == .absent)
        #expect(view.graphql == .absent)
    }

    @Test func `a urlencoded form is read whatever its type says`() {
        #expect(texts(post.view("amount=100&card[number]=4&amount=7").form(bytes("amount"))) == ["100", "7"])
        #expect(texts(post.view("amount=100&card[number]=4").form(bytes("card[number]"))) == ["4"])
        let lying = SampleCall("POST https://a.example/", [("Content-Type", "text/plain")])
        #expect(texts(lying.view("amount=100&x=1\n").form(bytes("amount"))) == ["100"])
        #expect(lying.view(#"{"a":"b=c"}"#).form(bytes("a")) == .absent)
        #expect(lying.view("").form(bytes("a")) == .absent)
    }

    private let multipart =
        "--XX\r\nContent-Disposition: form-data; name=\"amount\"\r\n\r\n100\r\n"
        + "--XX\r\nContent-Disposition: form-data; filename=\"a;b.txt\"; name=file\r\nContent-Type: text/plain\r\n\r\n"
        + "line1\r\n--XY\r\n\r\n--XX--\r\n"

    @Test func `a multipart form is read by its boundary or by its looks`() {
        let declared = SampleCall("POST https://a.example/", [("Content-Type", "multipart/form-data; boundary=\"XX\"")])
        let bare = SampleCall("POST https://a.example/")
        for view in [declared.view(multipart), bare.view(multipart)] {
            #expect(texts(view.form(bytes("amount"))) == ["100"])
            #expect(texts(view.form(bytes("file"))) == ["line1\r\n--XY\r\n"])
            #expect(view.form(bytes("other")) == .absent)
        }
        #expect(declared.view(String(multipart.dropLast(12))).form(bytes("other")) == .unknown)
        #expect(declared.view("nothing of the kind").form(bytes("other")) == .unknown)
    }

    private func json(_ body: [UInt8], _ pointer: String, type: String? = "application/json") throws -> Evidence {
        let call = SampleCall("POST https://a.example/", type.map { [("Content-Type", $0)] } ?? [])
        return CallView(call.facts, body: .decoded(body)).json(try JSONPointer(pointer))
    }

    @Test func `JSON is found at pointers`() throws {
        let body = bytes(#"{"a":{"b":[1,{"c":"x\u00e9\n\ud83d\ude00"}]},"a":null,"k/~":true,"n":-1.50e2}"#)
        #expect(try texts(json(body, "/a/b/0")) == ["1"])
        #expect(try texts(json(body, "/a/b/1/c")) == ["xé\n😀"])
        #expect(try texts(json(body, "/a/b/*/c")) == ["xé\n😀"])
        #expect(try texts(json(body, "/k~1~0")) == ["true"])
        #expect(try json(body, "/n") == .values([CallValue(.number, bytes("-1.50e2"))]))
        #expect(try json(body, "/a").known.map(\.kind) == [.composite, .null])
        #expect(try json(body, "/a/b/01") == .absent)
        #expect(try json(body, "/zz") == .absent)
        #expect(throws: PatternError.self) { try JSONPointer("a") }
        #expect(throws: PatternError.self) { try JSONPointer("/a~2") }
    }

    @Test func `JSON in other encodings and lying types is read`() throws {
        let text = #"{"a":"é"}"#
        var encodings: [[UInt8]] = [bytes(text), [0xEF, 0xBB, 0xBF] + bytes(text)]
        let units = Array(text.utf16)
        encodings.append(units.flatMap { [UInt8($0 >> 8), UInt8($0 & 255)] })
        encodings.append([0xFF, 0xFE] + units.flatMap { [UInt8($0 & 255), UInt8($0 >> 8)] })
        encodings.append(text.unicodeScalars.flatMap { [0, 0, UInt8($0.value >> 8), UInt8($0.value & 255)] })
        for body in encodings {
            #expect(try texts(json(body, "/a")) == ["é"])
            #expect(try texts(json(body, "/a", type: "text/plain")) == ["é"])
            #expect(try texts(json(body, "/a", type: nil)) == ["é"])
        }
        #expect(try texts(json(bytes("{a:1, // c\n 'b':[2,],}\n{\"a\":3}"), "/a")) == ["1", "3"])
    }

    @Test func `JSON that cannot be read is unknown where it is declared`() throws {
        #expect(try json(bytes(#"{"a":"#), "/a") == .unknown)
        #expect(try json(bytes("a=b"), "/a", type: "text/plain") == .absent)
        #expect(try json(bytes(String(repeating: "[", count: 500)), "/a", type: nil) == .unknown)
        #expect(try json([], "/a") == .absent)
    }

    @Test func `a gRPC method is told by its path`() {
        let call = SampleCall("POST https://a.example/pkg.Service/Delete", [("Content-Type", "application/grpc+proto")])
        #expect(
            call.view(.unread).grpc == .values([GRPCMethod(service: bytes("pkg.Service"), method: bytes("Delete"))]))
        #expect(call.view(.unread).errorDialect == .grpc)
        #expect(post.view(.unread).grpc == .absent)
    }

    @Test func `mutated bodies never trap`() throws {
        var random = SeededGenerator(99)
        let seeds = [
            bytes(multipart), bytes("a=1&b[c]=%20;d=+&_method=x"),
            bytes(#"{"a":{"b":[1,2,{"c":"\ud83d\ude00"}]},"query":"{a}"}"#),
            bytes(#"[{"query":"mutation($x:[I!]=[1]){a:b(c:{d:"e"}){f}...on X{y}...F} fragment F on Q{z}"}]"#), [],
        ]
        let types = [
            "application/json", "multipart/form-data; boundary=XX", "application/x-www-form-urlencoded",
            "application/graphql", "application/grpc", "multipart/form-data; boundary=\"X\\", "",
        ]
        let pointers = try ["", "/a/b/*/c", "/0/query"].map { try JSONPointer($0) }
        for round in 0..<20_000 {
            let seed = seeds[round % seeds.count]
            let body = round % 3 == 0 ? random.bytes(upTo: 60) : random.mutated(seed)
            let target =
                [0x2F] + (round % 4 == 0 ? random.bytes(upTo: 20) : bytes("graphql?query={a}&") + random.bytes(upTo: 8))
            let facts = SampleCall.facts(
                method: bytes("POST"), host: "sqs.us-east-1.amazonaws.com", target: target,
                headers: [
                    (bytes("Content-Type"), bytes(types[round % types.count])),
                    (
                        bytes("Authorization"),
                        random.mutated(bytes("AWS4-HMAC-SHA256 Credential=A/2/r/s3/aws4_request, Signed"))
                    ),
                ])
            let view = CallView(facts, body: .decoded(body))
            for pointer in pointers { _ = view.json(pointer) }
            _ = view.form(bytes("a"))
            _ = view.graphql
            _ = view.grpc
            if round % 10 == 0 { _ = view.aws }
        }
    }
}
