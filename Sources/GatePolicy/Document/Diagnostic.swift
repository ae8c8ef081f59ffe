/// One fault in a policy file: where it is and what to do about it.
public struct Diagnostic: Error, Sendable, Hashable, Comparable, CustomStringConvertible {
    /// The file as the caller named it.
    public var file: String
    public var position: SourcePosition
    public var message: String

    public init(file: String, position: SourcePosition, message: String) {
        self.file = file
        self.position = position
        self.message = message
    }

    /// `file:line:column: error: message`.
    public var description: String { "\(file):\(position.line):\(position.column): error: \(message)" }

    public static func < (a: Diagnostic, b: Diagnostic) -> Bool {
        (a.file, a.position, a.message) < (b.file, b.position, b.message)
    }
}

/// A place in a file; both numbers start at 1, columns count Unicode scalars.
public struct SourcePosition: Sendable, Hashable, Comparable, Codable {
    public var line: Int
    public var column: Int

    public init(line: Int = 1, column: Int = 1) {
        self.line = line
        self.column = column
    }

    public static func < (a: SourcePosition, b: SourcePosition) -> Bool {
        (a.line, a.column) < (b.line, b.column)
    }
}

/// Collects the faults of one file, so that all are reported and not just the first.
struct Diagnostics {
    /// More than these are not kept: a file that is not a policy at all would drown its reader.
    static let maximum = 200

    let file: String
    private(set) var found: [Diagnostic] = []

    init(file: String) { self.file = file }

    mutating func report(_ message: String, at position: SourcePosition) {
        guard found.count < Self.maximum else { return }
        let diagnostic = Diagnostic(file: file, position: position, message: message)
        if !found.contains(diagnostic) { found.append(diagnostic) }
    }
}
