import Foundation
import Testing

/// Stripe's Python SDK, boto3 and the AWS CLI: a stopped call raises the SDK's own error with the gate's words in it.
@Suite(.serialized, .timeLimit(.minutes(5)))
struct ClientsSDKTests {
    static let stripe = """
        import stripe
        stripe.api_key = "sk_test_canary4242"
        print("balance", stripe.Balance.retrieve().object)
        try:
            c = stripe.Charge.create(amount=2000, currency="usd", source="tok_visa")
            print("charge", c.id[:3], c.amount, type(c.amount).__name__, c.get("currency") if hasattr(c, "get") else c.to_dict().get("currency"))
        except stripe.StripeError as e:
            print("charge", type(e).__name__, e.http_status, e.user_message)
        """

    private func withStripe(_ mode: String, _ body: (ClientScene, Ended) throws -> Void) throws {
        try ClientScene.with { scene in
            let config = try scene.write(
                "c.yaml", "version: 1\nupstream: { reroute: { \"https://api.stripe.com\": \"\(scene.plain.url)\" } }\n")
            try scene.write("client.py", Self.stripe)
            try body(
                scene,
                scene.behindGate(["--config", config, "--mode", mode], [ClientScene.python(), "client.py"]))
        }
    }

    @Test
    func `Stripe's SDK, which bundles its roots, gets a synthetic charge in dry-run`() throws {
        try withStripe("dry-run") { scene, ended in
            #expect(ended.out == "balance balance\ncharge ch_ 2000 int usd\n", "\(ended.err)")
            #expect(scene.plain.seen.map(\.path) == ["/v1/balance"])
            #expect(scene.plain.seen.first?.header("Host") == "api.stripe.com")
            try #expect(scene.files(below: scene.state, holding: ["sk_test_canary4242"]) == [])
        }
    }

    @Test(arguments: ["block", "hold"])
    func `Stripe's SDK raises its own error for a stopped charge`(_ mode: String) throws {
        try withStripe(mode) { scene, ended in
            #expect(
                ended.out.contains(
                    "charge PermissionError 403 POST https://api.stripe.com/v1/charges matched stripe/charge"),
                "\(ended.out)\(ended.err)")
            #expect(scene.plain.seen.map(\.path) == ["/v1/balance"])
        }
    }

    @Test
    func `Stripe's SDK reaches the provider in live mode`() throws {
        try withStripe("live") { scene, ended in
            #expect(ended.out == "balance balance\ncharge rea 1 int None\n", "\(ended.err)")
            #expect(scene.plain.seen.map(\.path) == ["/v1/balance", "/v1/charges"])
            #expect(scene.plain.seen.last?.body.contains("amount=2000") == true)
        }
    }

    // MARK: AWS

    private static let services = ["s3", "ec2", "dynamodb", "sqs", "iam"]

    /// A stand-in for AWS with one bucket `x` in it.
    private func withAWS(_ body: (ClientScene, String) throws -> Void) throws {
        try ClientScene.with { scene in
            let stand = try MotoServer(scene)
            defer { stand.stop() }
            let hosts =
                Self.services.map { "\($0).us-east-1.amazonaws.com" } + [
                    "s3.amazonaws.com", "iam.amazonaws.com", "bucket-x.s3.amazonaws.com",
                ]
            let routes = hosts.map { "\"https://\($0)\": \"\(stand.url)\"" }.joined(separator: ", ")
            let config = try scene.write(
                "c.yaml", "version: 1\nupstream: { reroute: { \(routes) } }\njournal: { calls: all }\n")
            scene.variables = [
                "AWS_ACCESS_KEY_ID": "AKIACANARY77", "AWS_SECRET_ACCESS_KEY": "canary-secret-77",
                "AWS_DEFAULT_REGION": "us-east-1",
                "AWS_MAX_ATTEMPTS": "2", "AWS_EC2_METADATA_DISABLED": "true", "AWS_PAGER": "",
            ]
            let made = try scene.behindGate(
                ["--config", config, "--mode", "live"], [ClientScene.python("aws"), "s3", "mb", "s3://bucket-x"])
            try #require(made.status == 0, "\(made.err)")
            try body(scene, config)
        }
    }

    @Test
    func `The AWS CLI removes a bucket in dry-run and it stays`() throws {
        try withAWS { scene, config in
            let aws = ClientScene.python("aws")
            let removed = try scene.behindGate(
                ["--config", config, "--mode", "dry-run"], [aws, "s3", "rb", "s3://bucket-x"])
            #expect(removed.status == 0)
            #expect(removed.out == "remove_bucket: bucket-x\n", "\(removed.err)")
            #expect(removed.err.contains("recorded") && removed.err.contains("DELETE https://"))
            let listed = try scene.behindGate(["--config", config], [aws, "s3", "ls"])
            #expect(listed.out.contains("bucket-x"), "\(listed.err)")
            try #expect(scene.files(below: scene.state, holding: ["canary-secret-77"]) == [])
        }
    }

    @Test
    func `The AWS CLI shows AccessDenied with the gate's words in block mode`() throws {
        try withAWS { scene, config in
            let aws = ClientScene.python("aws")
            let removed = try scene.behindGate(
                ["--config", config, "--mode", "block"], [aws, "s3", "rb", "s3://bucket-x"])
            #expect(removed.status != 0)
            #expect(removed.err.contains("(AccessDenied)") && removed.err.contains("in block mode"), "\(removed.err)")
        }
    }

    /// One call of each of AWS's protocols; prints the error's code and the number of retries.
    static let boto = """
        import boto3, botocore
        def call(name, make):
            try:
                make()
                print(name, "ok")
            except botocore.exceptions.ClientError as e:
                print(name, e.response["Error"]["Code"], "stoplog" if "matched" in e.response["Error"]["Message"] else e, e.response["ResponseMetadata"]["RetryAttempts"])
            except Exception as e:
                print(name, type(e).__name__, e)
        s3, ec2, dynamo, sqs, iam = (boto3.client(n) for n in ("s3", "ec2", "dynamodb", "sqs", "iam"))
        call("put", lambda: s3.put_object(Bucket="bucket-x", Key="k", Body=b"abc", ContentType="application/json"))
        call("get", lambda: s3.get_object(Bucket="bucket-x", Key="k")["Body"].read())
        call("delete", lambda: s3.delete_object(Bucket="bucket-x", Key="k"))
        call("delete-many", lambda: s3.delete_objects(Bucket="bucket-x", Delete={"Objects": [{"Key": "k"}]}))
        call("table", lambda: dynamo.delete_table(TableName="t"))
        call("terminate", lambda: ec2.terminate_instances(InstanceIds=["i-0123456789abcdef0"]))
        call("purge", lambda: sqs.purge_queue(QueueUrl="https://sqs.us-east-1.amazonaws.com/1/q"))
        call("user", lambda: iam.delete_user(UserName="u"))
        call("describe", lambda: ec2.describe_instances())
        """

    static let stopped = ["delete", "delete-many", "table", "terminate", "purge", "user"]

    @Test(arguments: ["dry-run", "block"])
    func `boto3 gets an answer it understands in each of AWS's protocols`(_ mode: String) throws {
        try withAWS { scene, config in
            try scene.write("client.py", Self.boto)
            let ended = try scene.behindGate(
                ["--config", config, "--mode", mode], [ClientScene.python(), "client.py"])
            let lines = ended.out.split(separator: "\n").map(String.init)
            let passed = ["put", "get", "describe"].map { $0 + " ok" }
            let expected = Self.stopped.map { mode == "block" ? "\($0) AccessDenied stoplog 0" : "\($0) ok" }
            #expect(Set(lines) == Set(passed + expected), "\(ended.out)\(ended.err)")
            let calls = try scene.journal(["--class", "irreversible"])
            #expect(calls.count == Self.stopped.count, "no call was tried twice")
        }
    }
}

/// moto's stand-in for AWS.
final class MotoServer {
    let url: String
    private let program: SpawnedProgram

    init(_ scene: ClientScene) throws {
        let started = try StandIn.start([ClientScene.python(), ClientScene.support("aws.py")], scene.directory)
        program = started.program
        url = "http://127.0.0.1:\(started.port)"
    }

    func stop() { program.stop() }
}
