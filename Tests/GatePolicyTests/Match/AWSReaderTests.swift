import Testing

@testable import GatePolicy

@Suite struct AWSReaderTests {
    private static func scope(_ service: String) -> (String, String) {
        (
            "Authorization",
            "AWS4-HMAC-SHA256 Credential=AKID/20260101/us-east-1/\(service)/aws4_request, SignedHeaders=host, Signature=x"
        )
    }

    /// `service:Action` of every call found.
    private func found(_ view: CallView) -> [String] {
        guard case .values(let calls) = view.aws else { return [] }
        return calls.map { call in
            let service = String(decoding: call.services.first ?? [], as: UTF8.self)
            switch call.action {
            case .named(let name): return service + ":" + String(decoding: name, as: UTF8.self)
            case .inBody: return service + ":inBody"
            case .undetermined: return service + ":?"
            }
        }
    }

    @Test(arguments: [
        ("GET https://s3.us-east-1.amazonaws.com/", "s3:ListBuckets"),
        ("DELETE https://s3.us-east-1.amazonaws.com/b", "s3:DeleteBucket"),
        ("DELETE https://s3.us-east-1.amazonaws.com/b/", "s3:DeleteBucket"),
        ("DELETE https://s3.amazonaws.com/b/k/l", "s3:DeleteObject"),
        ("DELETE https://b.s3.eu-west-1.amazonaws.com/", "s3:DeleteBucket"),
        ("DELETE https://b.s3.amazonaws.com/k", "s3:DeleteObject"),
        ("DELETE https://a.b.s3-us-west-2.amazonaws.com/k", "s3:DeleteObject"),
        ("DELETE https://lambda.s3.amazonaws.com/k", "s3:DeleteObject"),
        ("DELETE https://b.s3.dualstack.eu-west-1.amazonaws.com/k?uploadId=1", "s3:AbortMultipartUpload"),
        ("POST https://b.s3.amazonaws.com/?delete", "s3:DeleteObjects"),
        ("PUT https://s3.cn-north-1.amazonaws.com.cn/b", "s3:CreateBucket"),
        ("PUT https://s3-fips.us-gov-west-1.amazonaws.com/b?policy", "s3:PutBucketPolicy"),
        ("PUT https://b.s3.amazonaws.com/k?partNumber=1&uploadId=2", "s3:UploadPart"),
        ("PUT https://b.s3-accelerate.amazonaws.com/k?x-id=PutObject", "s3:PutObject"),
        ("GET https://b.s3.amazonaws.com/k?versionId=1", "s3:GetObject"),
        ("POST https://b.s3.amazonaws.com/", "s3:PutObject"),
        ("DELETE https://lambda.us-east-1.amazonaws.com/2015-03-31/functions/f", "lambda:DeleteFunction"),
        ("POST https://lambda.us-east-1.api.aws/2015-03-31/functions/f/invocations", "lambda:Invoke"),
        ("DELETE https://vpce-1-2.lambda.us-east-1.vpce.amazonaws.com/2015-03-31/functions/f", "lambda:DeleteFunction"),
        ("POST https://route53.amazonaws.com/2013-04-01/hostedzone/Z/rrset/", "route53:ChangeResourceRecordSets"),
        ("GET https://ec2.us-east-1.amazonaws.com/?Action=TerminateInstances&Version=1", "ec2:TerminateInstances"),
        (
            "POST https://monitoring.us-east-1.amazonaws.com/service/GraniteServiceVersion20100801/operation/DeleteAlarms",
            "cloudwatch:DeleteAlarms"
        ),
        ("GET https://unheard-of.us-east-1.amazonaws.com/x", "unheard-of:?"),
    ])
    func `an action is told by host, method and path`(call: String, action: String) {
        #expect(found(SampleCall(call).view()) == [action])
    }

    @Test func `a copy source makes a put a copy`() {
        let copy = [("x-amz-copy-source", "b/k")]
        #expect(found(SampleCall("PUT https://b.s3.amazonaws.com/k", copy).view()) == ["s3:CopyObject"])
        #expect(
            found(SampleCall("PUT https://b.s3.amazonaws.com/k?partNumber=1&uploadId=2", copy).view()) == [
                "s3:UploadPartCopy"
            ])
    }

    @Test func `the signature names the service on any host`() {
        let call = SampleCall("DELETE http://localhost:4566/b/k", [Self.scope("s3")])
        #expect(found(call.view()) == ["s3:DeleteObject"])
        let query = SampleCall("PUT http://127.0.0.1:9000/b?X-Amz-Credential=A%2F2%2Fr%2Fs3%2Faws4_request")
        #expect(found(query.view()) == ["s3:CreateBucket"])
        #expect(
            found(SampleCall("DELETE https://minio.example/x", [Self.scope("s3")]).view()) == [
                "s3:DeleteBucket", "s3:DeleteObject",
            ])
        #expect(SampleCall("DELETE https://a.example/b/k", [("Authorization", "Bearer x")]).view().aws == .absent)
    }

    @Test func `a JSON target names the action`() {
        let headers = [
            ("X-Amz-Target", "DynamoDB_20120810.DeleteTable"), ("Content-Type", "application/x-amz-json-1.0"),
        ]
        let call = SampleCall("POST https://dynamodb.us-east-1.amazonaws.com/", headers)
        #expect(found(call.view(.unread)) == ["dynamodb:DeleteTable"])
        #expect(call.view(.unread).errorDialect == .awsJSON)
        #expect(found(SampleCall("POST http://localhost/", headers).view(.unread)) == ["dynamodb:DeleteTable"])
    }

    @Test func `a query action stands in the body`() {
        let call = SampleCall(
            "POST https://iam.amazonaws.com/", [("Content-Type", "application/x-www-form-urlencoded")])
        #expect(found(call.view(.unread)) == ["iam:inBody"])
        #expect(found(call.view("Action=DeleteUser&UserName=x")) == ["iam:DeleteUser"])
        #expect(call.view(.unread).errorDialect == .awsXML)
    }

    @Test func `services of one host are told apart by their action`() {
        let send = SampleCall(
            "POST https://email.us-east-1.amazonaws.com/v2/email/outbound-emails",
            [("Content-Type", "application/json")])
        #expect(found(send.view("{}")) == ["sesv2:SendEmail"])
        let old = SampleCall(
            "POST https://email.us-east-1.amazonaws.com/", [("Content-Type", "application/x-www-form-urlencoded")])
        #expect(found(old.view("Action=SendEmail")) == ["ses:SendEmail"])
    }

    @Test func `refusals speak the service's dialect`() {
        #expect(SampleCall("PUT https://b.s3.amazonaws.com/k").view().errorDialect == .s3XML)
        #expect(SampleCall("POST https://lambda.us-east-1.amazonaws.com/x").view().errorDialect == .awsJSON)
        #expect(SampleCall("GET https://x.execute-api.us-east-1.amazonaws.com/x").view().errorDialect == .problem)
        let ec2 = SampleCall(
            "POST https://ec2.us-east-1.amazonaws.com/", [("Content-Type", "application/x-www-form-urlencoded")])
        #expect(ec2.view("Action=TerminateInstances&Version=1").errorDialect == .ec2XML)
        #expect(SampleCall("GET https://ec2.us-east-1.amazonaws.com/?Action=A").view().errorDialect == .ec2XML)
        #expect(SampleCall("POST https://sns.us-east-1.amazonaws.com/?Action=A").view().errorDialect == .awsXML)
        #expect(SampleCall("GET https://a.example/x").view().errorDialect == .problem)
    }

    @Test func `hostile spellings of a path name the same action`() {
        let call = SampleCall("DELETE https://lambda.us-east-1.amazonaws.com/2015-03-31//%66unctions/f", [])
        #expect(found(call.view()).contains("lambda:DeleteFunction"))
    }

    @Test func `mutated requests never trap`() {
        var random = SeededGenerator(23)
        for _ in 0..<1500 {
            let host = String(decoding: random.mutated(bytes("b.s3.us-east-1.amazonaws.com")), as: UTF8.self)
            let target = [0x2F] + random.mutated(bytes("b/k?uploadId=1&partNumber=%20"))
            let facts = SampleCall.facts(
                method: bytes("PUT"), host: host, target: target,
                headers: [
                    (bytes("authorization"), random.mutated(bytes(Self.scope("lambda").1))),
                    (bytes("x-amz-target"), random.mutated(bytes("A.B"))),
                ])
            _ = CallView(facts, body: .unread).aws
        }
    }
}
