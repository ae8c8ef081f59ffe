import Foundation

/// A small JSON object read whole: registrations, kept modes, answers of the admin server. Cold code only.
public struct JSONObject {
    private let members: [String: Any]

    /// Nil when the bytes are no JSON object.
    public init?(_ bytes: [UInt8]) {
        guard let members = try? JSONSerialization.jsonObject(with: Data(bytes)) as? [String: Any] else { return nil }
        self.members = members
    }

    public func string(_ name: String) -> String? { members[name] as? String }
    public func integer(_ name: String) -> Int? { members[name] as? Int }
    public func object(_ name: String) -> [String: Any]? { members[name] as? [String: Any] }
}
