/// Why a pattern's text is refused; the compiler adds where it stands.
struct PatternError: Error, Equatable, CustomStringConvertible {
    var message: String

    init(_ message: String) { self.message = message }

    var description: String { message }
}
