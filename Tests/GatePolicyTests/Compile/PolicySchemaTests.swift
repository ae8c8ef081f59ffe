import Foundation
import Testing

@testable import GatePolicy

@Suite struct PolicySchemaTests {
    private func schema() throws -> [String: Any] {
        try #require(try JSONSerialization.jsonObject(with: Data(PolicySchema.policy.utf8)) as? [String: Any])
    }

    @Test func theSchemaIsJSONWithADefinitionForEveryTable() throws {
        let definitions = try #require(try schema()["$defs"] as? [String: Any])
        #expect(Set(definitions.keys) == Set(PolicyKeys.all.map(\.name)))
        #expect(try schema()["$schema"] as? String == "https://json-schema.org/draft/2020-12/schema")
    }

    @Test func everyReferenceOfTheSchemaIsDefined() throws {
        let text = PolicySchema.policy
        let definitions = try #require(try schema()["$defs"] as? [String: Any])
        for part in text.components(separatedBy: "\"#/$defs/").dropFirst() {
            let name = part.prefix { $0 != "\"" }
            #expect(definitions[String(name)] != nil, "\(name)")
        }
    }

    @Test(arguments: BuiltInPacks.names)
    func everyKeyOfAShippedPackIsInTheSchema(_ pack: String) throws {
        let definitions = try #require(try schema()["$defs"] as? [String: Any])
        let text = try #require(BuiltInPacks.text(pack))
        let root = try #require(YamlReader.read(text, file: pack).root)
        try walk(root, ["$ref": "#/$defs/file"], definitions)
    }

    /// Follows the schema along the document; a key that no branch of it allows is an issue.
    private func walk(_ node: YamlNode, _ schema: [String: Any], _ definitions: [String: Any]) throws {
        var schema = schema
        if let reference = schema["$ref"] as? String {
            schema = try #require(definitions[String(reference.dropFirst("#/$defs/".count))] as? [String: Any])
        }
        if let branches = schema["anyOf"] as? [[String: Any]] {
            for branch in branches where fits(node, branch) { return try walk(node, branch, definitions) }
            Issue.record("no branch for the value in line \(node.position.line)")
        }
        switch node.value {
        case .scalar: break
        case .sequence(let items):
            for item in items { try walk(item, schema["items"] as? [String: Any] ?? [:], definitions) }
        case .mapping(let pairs):
            guard let properties = schema["properties"] as? [String: Any] else { return }
            let patterns = schema["patternProperties"] as? [String: Any] ?? [:]
            for pair in pairs {
                let byPattern = patterns.first { pair.key.range(of: $0.key, options: .regularExpression) != nil }?.value
                let property = try #require((properties[pair.key] ?? byPattern) as? [String: Any], "\(pair.key)")
                try walk(pair.node, property, definitions)
            }
        }
    }

    private func fits(_ node: YamlNode, _ branch: [String: Any]) -> Bool {
        if let inner = branch["anyOf"] as? [[String: Any]] { return inner.contains { fits(node, $0) } }
        return switch node.value {
        case .scalar: branch["type"] as? String != "array" && branch["$ref"] == nil
        case .sequence: branch["type"] as? String == "array"
        case .mapping: branch["$ref"] != nil
        }
    }
}
