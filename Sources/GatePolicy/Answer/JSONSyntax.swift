import Foundation

/// Checks that bytes are one JSON value, before they are put into an answer as they stand.
enum JSONSyntax {
    static func isValid(_ bytes: [UInt8]) -> Bool {
        (try? JSONSerialization.jsonObject(with: Data(bytes), options: [.fragmentsAllowed])) != nil
    }
}
