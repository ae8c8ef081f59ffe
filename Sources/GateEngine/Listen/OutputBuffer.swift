/// Bytes on their way to a client: appended at the end, written from the front, freed when empty.
struct OutputBuffer {
    private var bytes: [UInt8] = []
    private var start = 0

    /// Capacity above which an emptied buffer is given back: an idle connection holds no buffer.
    private static let keptCapacity = 4096

    var count: Int { bytes.count - start }
    var isEmpty: Bool { bytes.count == start }

    mutating func append(_ more: UnsafeRawBufferPointer) {
        unsafe bytes.append(contentsOf: more)
    }

    mutating func append(_ more: [UInt8]) {
        bytes.append(contentsOf: more)
    }

    /// Lets `build` append to the bytes in place.
    mutating func build(_ build: (inout [UInt8]) -> Void) {
        build(&bytes)
    }

    /// Calls `write` with what is pending until it takes nothing more.
    ///
    /// - Parameter write: returns the number of bytes taken; 0 when the socket is full; negative on an error.
    /// - Returns: false on an error.
    mutating func drain(_ write: (UnsafeRawBufferPointer) -> Int) -> Bool {
        while start < bytes.count {
            let taken = unsafe bytes.withUnsafeBytes { all in
                unsafe write(UnsafeRawBufferPointer(rebasing: all[start...]))
            }
            if taken < 0 { return false }
            if taken == 0 { break }
            start += min(taken, bytes.count - start)
        }
        compact()
        return true
    }

    private mutating func compact() {
        if start == bytes.count {
            start = 0
            bytes.removeAll(keepingCapacity: bytes.capacity <= Self.keptCapacity)
        } else if start > 65536, start > bytes.count / 2 {
            bytes.removeFirst(start)
            start = 0
        }
    }
}
