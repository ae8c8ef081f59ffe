import Synchronization

/// A call's id: 48 bits of milliseconds and 80 random bits, written as 26 characters of Crockford's base 32.
public struct ULID: Sendable, Hashable, Comparable, CustomStringConvertible {
    /// Milliseconds since 1970 in the upper 48 bits, the first 16 random bits below.
    public let high: UInt64
    public let low: UInt64

    public init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    public var milliseconds: UInt64 { high >> 16 }

    public static func < (left: ULID, right: ULID) -> Bool {
        left.high != right.high ? left.high < right.high : left.low < right.low
    }

    public var description: String {
        unsafe String(unsafeUninitializedCapacity: 26) { target in
            var high = self.high
            var low = self.low
            for index in stride(from: 25, through: 0, by: -1) {
                unsafe target[index] = ULID.digit(low & 31)
                low = low >> 5 | high << 59
                high >>= 5
            }
            return 26
        }
    }

    /// The next id of this process; safe from any thread.
    ///
    /// Ids rise even when the clock stands or steps back.
    public static func next(milliseconds: UInt64) -> ULID {
        shared.withLock { $0.next(milliseconds: milliseconds) }
    }

    private static let shared = Mutex(ULIDGenerator())

    private static func digit(_ value: UInt64) -> UInt8 {
        // 0–9, then the letters without I, L, O and U.
        switch value {
        case 0...9: 48 + UInt8(truncatingIfNeeded: value)
        case 10...17: 55 + UInt8(truncatingIfNeeded: value)
        case 18, 19: 56 + UInt8(truncatingIfNeeded: value)
        case 20, 21: 57 + UInt8(truncatingIfNeeded: value)
        case 22...26: 58 + UInt8(truncatingIfNeeded: value)
        default: 59 + UInt8(truncatingIfNeeded: value)
        }
    }
}

/// Makes rising ids; owned by one thread.
public struct ULIDGenerator: Sendable {
    private var last = ULID(high: 0, low: 0)
    private var random = SystemRandomNumberGenerator()

    public init() {}

    /// An id above every earlier one: fresh random bits in a new millisecond, else the last id plus one.
    public mutating func next(milliseconds: UInt64) -> ULID {
        if milliseconds > last.milliseconds {
            // The top random bit stays clear, so that counting up within a millisecond has room.
            let top = UInt64(UInt16.random(in: 0...0x7fff, using: &random))
            last = ULID(high: milliseconds << 16 | top, low: random.next())
        } else {
            let (low, overflow) = last.low.addingReportingOverflow(1)
            last = ULID(high: overflow ? last.high &+ 1 : last.high, low: low)
        }
        return last
    }
}
