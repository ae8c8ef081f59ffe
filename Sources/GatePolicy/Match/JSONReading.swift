/// A body read as JSON: its documents, that it is none, or that nobody can tell.
enum JSONReading: Sendable {
    case documents(JSONTape)
    /// It is no JSON.
    case none
    /// It claims to be JSON and is not, or passes a limit: fail closed.
    case unknown

    /// Values that one pointer may yield.
    static let maxValues = 4096

    /// Reads a body; `isDeclared` where its content type says JSON.
    ///
    /// Without that only `{` and `[` begin one.
    init(_ body: [UInt8], isDeclared: Bool) {
        let text = JSONText.utf8(body)
        guard let first = text.first(where: { !ASCII.isBlank($0) }) else {
            self = .none
            return
        }
        guard isDeclared || first == UInt8(ascii: "{") || first == UInt8(ascii: "[") || first == UInt8(ascii: "/")
        else {
            self = .none
            return
        }
        let tape = JSONTape(text)
        switch tape.failure {
        case nil: self = .documents(tape)
        case .tooLarge: self = .unknown
        case .malformed where isDeclared: self = .unknown
        // A whole document with something else behind it is still a plausible reading.
        case .malformed: self = tape.roots.isEmpty ? .none : .documents(tape)
        }
    }

    /// The values at a pointer.
    func evidence(_ pointer: JSONPointer) -> Evidence {
        switch self {
        case .none: return .absent
        case .unknown: return .unknown
        case .documents(let tape):
            guard let nodes = tape.nodes(at: pointer, limit: Self.maxValues) else { return .unknown }
            return nodes.isEmpty ? .absent : .values(nodes.map(tape.value))
        }
    }
}
