import Testing

@testable import GateStore

@Suite struct RedactionTests {
    let redaction = Redaction(headers: ["X-Internal"], json: ["/person/name", "/list/*/id", "/a~1b"])

    @Test(arguments: [
        "authorization", "Authorization", "PROXY-AUTHORIZATION", "cookie", "Set-Cookie", "x-api-key", "Api-Key",
        "X-Amz-Security-Token", "x-goog-api-key", "Stripe-Signature", "X-Auth-Token", "x-internal", "X-Vault-Token",
        "Private-Token", "X-Hub-Signature",
    ])
    func `Secret headers are known in any case`(_ name: String) {
        #expect(redaction.isSecret(headerName: name))
        #expect(redaction.headerValue(name, "v") == "[redacted]")
    }

    @Test(arguments: ["", "Accept", "Idempotency-Key", "Host", "WWW-Authenticate", "Content-Type", "authorizatio"])
    func `Other headers stay`(_ name: String) {
        #expect(!redaction.isSecret(headerName: name))
        #expect(redaction.headerValue(name, "v") == "v")
    }

    @Test func `A header that is a URL loses the URL's secrets`() {
        #expect(
            redaction.headerValue("Location", "https://x/cb?access_token=abc&a=1")
                == "https://x/cb?access_token=[redacted]&a=1")
    }

    @Test(arguments: [
        ("https://u:p@h/x", "https://[redacted]@h/x"),
        ("https://h/x?token=1&b=2", "https://h/x?token=[redacted]&b=2"),
        ("https://h/x?b=2&API_key=1", "https://h/x?b=2&API_key=[redacted]"),
        ("https://h/x?key=1", "https://h/x?key=[redacted]"),
        ("https://h/x?access%5Ftoken=1;c=3", "https://h/x?access%5Ftoken=[redacted];c=3"),
        (
            "https://h/x?X-Amz-Credential=A%2Fb&X-Amz-Signature=ff&X-Amz-Date=d",
            "https://h/x?X-Amz-Credential=[redacted]&X-Amz-Signature=[redacted]&X-Amz-Date=d"
        ),
        ("https://h/cb#access_token=1&state=2", "https://h/cb#access_token=[redacted]&state=2"),
        (
            "https://api.telegram.org/bot123456789:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw/sendMessage?chat_id=1",
            "https://api.telegram.org/bot[redacted]/sendMessage?chat_id=1"
        ),
        (
            "https://hooks.slack.com/services/T00000000/B00000000/XXXXXXXX",
            "https://hooks.slack.com/services/[redacted]/[redacted]/[redacted]"
        ),
        (
            "https://discord.com/api/webhooks/42/abcdef?wait=true",
            "https://discord.com/api/webhooks/42/[redacted]?wait=true"
        ),
        ("https://h/k/sk_live_4eC39HqLyjWDarjtT1zdp7dc/x", "https://h/k/[redacted]/x"),
        ("https://h/c?q=4242424242424242", "https://h/c?q=[redacted]"),
        ("/x?sig=abc", "/x?sig=[redacted]"),
    ])
    func `Secrets leave a URL, the rest stays byte for byte`(_ url: String, _ expected: String) {
        #expect(redaction.url(url) == expected)
    }

    @Test(arguments: [
        "https://h/", "https://h/x?a=1&b=%zz&&=", "http://h:80/services/T/B/x", "https://h/x?NextToken=abc", "", "?",
        "#",
        "https://h/x?token=", "https://h/robots.txt?monkey=1", "h:443", "https://h/1732456789123456",
    ])
    func `A URL without secrets stays`(_ url: String) {
        #expect(redaction.url(url) == url)
    }

    @Test(arguments: [
        (#"{"password":"a\"b","n":1}"#, #"{"password":"[redacted]","n":1}"#),
        (
            #"{ "card": { "number": "4242", "exp_month" : 12, "cvc": 123 } }"#,
            #"{ "card": { "number": "[redacted]", "exp_month" : 12, "cvc": "[redacted]" } }"#
        ),
        (#"{"number":"12"}"#, #"{"number":"12"}"#),
        (
            #"{"client_secret":["a","b"],"token":{"id":"x"},"api_key":null}"#,
            #"{"client_secret":["[redacted]","[redacted]"],"token":{"id":"x"},"api_key":null}"#
        ),
        (#"{"pass\u0077ord":"x"}"#, #"{"pass\u0077ord":"[redacted]"}"#),
        (#"{"person":{"name":{"first":"A"},"age":3}}"#, #"{"person":{"name":"[redacted]","age":3}}"#),
        (#"{"list":[{"id":1,"x":2},{"id":true}]}"#, #"{"list":[{"id":"[redacted]","x":2},{"id":"[redacted]"}]}"#),
        (#"{"a/b":1,"a":{"b":1}}"#, #"{"a/b":"[redacted]","a":{"b":1}}"#),
        (#"{"secret":"cut off he"#, #"{"secret":"[redacted]""#),
        (#"{"text":"pay 4242 4242 4242 4242 now"}"#, #"{"text":"pay [redacted] now"}"#),
        ("{\"token\":\"a\"}\n{\"token\":\"b\"}", "{\"token\":\"[redacted]\"}\n{\"token\":\"[redacted]\"}"),
        ("[1,2", "[1,2"), ("]]}}", "]]}}"), ("", ""),
    ])
    func `Secrets leave a JSON body, the rest stays byte for byte`(_ body: String, _ expected: String) {
        #expect(
            String(decoding: redaction.body(Array(body.utf8), contentType: "application/json"), as: UTF8.self)
                == expected)
    }

    @Test func `A form loses its secrets`() {
        let body = "amount=1&card%5Bnumber%5D=4111&card[cvc]=1&source=tok_visa&password=x"
        let expected = "amount=1&card%5Bnumber%5D=[redacted]&card[cvc]=[redacted]&source=tok_visa&password=[redacted]"
        for type in ["application/x-www-form-urlencoded; charset=utf-8", nil] {
            #expect(String(decoding: redaction.body(Array(body.utf8), contentType: type), as: UTF8.self) == expected)
        }
    }

    @Test func `A multipart form and XML lose their secrets`() {
        let multipart =
            "--b\r\nContent-Disposition: form-data; name=\"password\"\r\n\r\nx\r\n--b\r\n"
            + "Content-Disposition: form-data; name=\"a\"\r\n\r\ny\r\n--b--\r\n"
        #expect(
            String(
                decoding: redaction.body(Array(multipart.utf8), contentType: "multipart/form-data; boundary=b"),
                as: UTF8.self)
                == multipart.replacing("\r\n\r\nx\r\n", with: "\r\n\r\n[redacted]\r\n"))
        let xml = "<a:Login><n:Password type=\"x\">p</n:Password><User>u</User><Token/></a:Login>"
        #expect(
            String(decoding: redaction.body(Array(xml.utf8), contentType: "text/xml"), as: UTF8.self)
                == xml.replacing(">p<", with: ">[redacted]<"))
    }

    @Test(arguments: [
        ("Authorization: Bearer abcdefgh.ijk", "Authorization: Bearer [redacted]"),
        ("key ghp_0123456789abcdefghij!", "key [redacted]!"),
        ("AKIAIOSFODNN7EXAMPLE", "[redacted]"),
        ("xoxb-1234567890-abc", "[redacted]"),
        ("id=4111-1111-1111-1111.", "id=[redacted]."),
        ("4111 1111 1111 1112", "4111 1111 1111 1112"),
        ("1732456789123456", "1732456789123456"),
        ("a4242424242424242", "a4242424242424242"),
        ("task_live_ sk_live_x basic x", "task_live_ sk_live_x basic x"),
        ("-----BEGIN RSA PRIVATE KEY-----\nMII\n-----END RSA PRIVATE KEY-----\nrest", "[redacted]\nrest"),
        ("-----BEGIN PRIVATE KEY-----\nMII", "[redacted]"),
        ("-----BEGIN CERTIFICATE-----\nMII", "-----BEGIN CERTIFICATE-----\nMII"),
    ])
    func `Secrets are known by their look in any text`(_ text: String, _ expected: String) {
        #expect(
            String(decoding: redaction.body(Array(text.utf8), contentType: "text/plain"), as: UTF8.self) == expected)
    }

    @Test func `No bytes make redaction fail, and doing it twice changes nothing more`() {
        var random = SeededGenerator(seed: 7)
        let pieces = [
            "{", "}", "[", "]", "\"", "\\", ":", ",", "password", "token", "=", "&", "?", "#", "%", "%4", "%41", "@",
            "://",
            "/", "4242", "4242424242424242", "bot1234567:", "-----BEGIN ", "PRIVATE KEY-----", "Bearer ", "sk_live_",
            "\r\n\r\n", "\r\n--", "name=\"", "<", ">", "</", "\u{0}", "é", "services", "slack.com", " ", "abcdefghijk",
        ]
        for _ in 0..<3000 {
            let text = (0..<Int.random(in: 0...14, using: &random)).map { _ in
                pieces.randomElement(using: &random) ?? ""
            }.joined()
            let once = redaction.url(text)
            #expect(redaction.url(once).utf8.count <= once.utf8.count + Redaction.mark.utf8.count * 12)
            for type in [
                "application/json", "application/x-www-form-urlencoded", "multipart/x", "text/xml", "text/plain",
            ] {
                let body = redaction.body(Array(text.utf8), contentType: type)
                #expect(redaction.body(body, contentType: type).count <= body.count + 200)
            }
        }
    }
}
