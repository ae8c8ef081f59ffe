/// A condition on one place of a call; it holds where any plausible value meets all of its parts.
struct ValuePattern: Sendable {
    /// Any of these globs matches the value's text; nil is no condition.
    var anyOf: [GlobPattern]?
    var greater: DecimalNumber?
    var greaterOrEqual: DecimalNumber?
    var less: DecimalNumber?
    var lessOrEqual: DecimalNumber?
    /// Equal text, or equal numbers where both are numbers.
    var equals: [UInt8]? {
        didSet { equalsNumber = equals.flatMap { DecimalNumber($0) } }
    }
    var matches: RegexPattern?
    /// Whether the place must exist; alone, or together with other conditions.
    var exists: Bool?

    private var equalsNumber: DecimalNumber?

    init() {}

    init(anyOf globs: [GlobPattern]) { anyOf = globs }

    /// The truth of the condition on this evidence; `unknown` where a body or a regex's limits leave it open.
    ///
    /// One plausible value that meets it suffices; with `requireAll`, as a `safe` rule needs it, all must.
    func evaluate(_ evidence: Evidence, requireAll: Bool = false) -> Truth {
        switch evidence {
        case .unknown: return .unknown
        case .absent: return exists == false ? .yes : .no
        case .values(let values):
            if exists == false { return .no }
            var truth = requireAll ? Truth.yes : .no
            for value in values {
                truth = requireAll ? truth & evaluate(value) : truth | evaluate(value)
                if truth == (requireAll ? .no : .yes) { break }
            }
            return truth
        }
    }

    private func evaluate(_ value: CallValue) -> Truth {
        if let anyOf, !anyOf.contains(where: { $0.matches(value.bytes) }) { return .no }
        if let equals, equals != value.bytes {
            guard let equalsNumber, let number = value.number, number == equalsNumber else { return .no }
        }
        if isComparison {
            guard let number = value.number, isWithinBounds(number) else { return .no }
        }
        guard let matches else { return .yes }
        switch matches.search(value.bytes) {
        case .matched: return .yes
        case .unmatched: return .no
        case .exhausted: return .unknown
        }
    }

    private var isComparison: Bool {
        greater != nil || greaterOrEqual != nil || less != nil || lessOrEqual != nil
    }

    private func isWithinBounds(_ number: DecimalNumber) -> Bool {
        if let greater, number <= greater { return false }
        if let greaterOrEqual, number < greaterOrEqual { return false }
        if let less, number >= less { return false }
        if let lessOrEqual, number > lessOrEqual { return false }
        return true
    }

    /// Whether every evidence that meets `other` certainly meets this one; conservative.
    func covers(_ other: ValuePattern) -> Bool {
        if exists == false { return other.exists == false }
        if other.exists == false { return false }
        if let anyOf {
            if let theirs = other.anyOf {
                guard theirs.allSatisfy({ their in anyOf.contains { $0.covers(their) } }) else { return false }
            } else if let text = other.equals, other.equalsNumber == nil {
                guard anyOf.contains(where: { $0.matches(text) }) else { return false }
            } else {
                return false
            }
        }
        return coversNumbers(of: other)
            && (equals == nil || equals == other.equals)
            && (matches == nil || matches?.text == other.matches?.text)
    }

    private func coversNumbers(of other: ValuePattern) -> Bool {
        guard isComparison else { return true }
        if let exact = other.equalsNumber { return isWithinBounds(exact) }
        if let greater {
            guard other.greater.map({ $0 >= greater }) == true || other.greaterOrEqual.map({ $0 > greater }) == true
            else { return false }
        }
        if let greaterOrEqual {
            guard [other.greater, other.greaterOrEqual].contains(where: { $0.map { $0 >= greaterOrEqual } == true })
            else { return false }
        }
        if let less {
            guard other.less.map({ $0 <= less }) == true || other.lessOrEqual.map({ $0 < less }) == true
            else { return false }
        }
        if let lessOrEqual {
            guard [other.less, other.lessOrEqual].contains(where: { $0.map { $0 <= lessOrEqual } == true })
            else { return false }
        }
        return true
    }
}

extension CallValue {
    /// The value as a number: a JSON number or text that is one.
    var number: DecimalNumber? { kind == .number || kind == .text ? DecimalNumber(bytes) : nil }
}
