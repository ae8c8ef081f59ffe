/// What is known of one place of a call: its plausible values, that it is not there, or nothing yet.
enum Evidence: Sendable, Equatable {
    /// The plausible values, at least one.
    case values([CallValue])
    case absent
    /// It depends on a body that was not read, is unreadable, or could not be parsed: fail closed.
    case unknown

    /// The plausible values; empty when absent or unknown.
    var known: [CallValue] {
        if case .values(let values) = self { values } else { [] }
    }
}

/// One value of a call, as text with its kind.
struct CallValue: Sendable, Equatable {
    enum Kind: UInt8, Sendable {
        /// Text of a header, query, form, or a JSON string (unescaped).
        case text
        /// A JSON number, as written.
        case number
        /// `true` or `false`.
        case bool
        /// `null`.
        case null
        /// A JSON object or array, its source text.
        case composite
    }

    var kind: Kind
    /// The value's text, UTF-8 where the call's was.
    var bytes: [UInt8]

    init(_ kind: Kind = .text, _ bytes: [UInt8]) {
        self.kind = kind
        self.bytes = bytes
    }

    var string: String { String(decoding: bytes, as: UTF8.self) }
}

/// What is known of something a protocol names: several plausible, none, or unknown.
enum Found<Value: Sendable & Equatable>: Sendable, Equatable {
    /// Plausible values, at least one.
    case values([Value])
    /// The call does not speak that protocol.
    case absent
    /// The call speaks it, or may, but what it asks depends on a body not read or not understood.
    case unknown
}

/// Three-valued truth of a condition.
enum Truth: UInt8, Sendable, Equatable {
    case no, unknown, yes

    static func & (a: Truth, b: Truth) -> Truth { a.rawValue < b.rawValue ? a : b }
    static func | (a: Truth, b: Truth) -> Truth { a.rawValue > b.rawValue ? a : b }
    static prefix func ! (a: Truth) -> Truth {
        switch a {
        case .no: .yes
        case .unknown: .unknown
        case .yes: .no
        }
    }
}

/// Of several plausible values: whether one that meets a condition suffices, or all must.
enum Quantifier: Sendable {
    /// For rules that stop a call: whoever reads any value so is stopped.
    case any
    /// For rules that let a call pass.
    case all

    var flipped: Quantifier { self == .any ? .all : .any }

    func join(_ a: Truth, _ b: Truth) -> Truth { self == .any ? a | b : a & b }
}
