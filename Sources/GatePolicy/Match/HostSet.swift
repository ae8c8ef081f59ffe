/// A set of hosts written as globs, for settings outside of policies.
public struct HostSet: Sendable {
    private var patterns: [GlobPattern] = []

    /// - Throws: a sentence about the first glob that can't be read.
    public init(_ globs: [String]) throws(HostSetError) {
        for glob in globs {
            do throws(PatternError) {
                patterns.append(try GlobPattern(glob, domain: .host))
            } catch {
                throw HostSetError(glob: glob, message: error.message)
            }
        }
    }

    /// - Parameter host: lower case, without brackets and final dot.
    public func contains(_ host: String) -> Bool {
        let bytes = Array(host.utf8)
        return patterns.contains { $0.matches(bytes.span) }
    }
}

/// A host glob that can't be read.
public struct HostSetError: Error, Sendable, CustomStringConvertible {
    public var glob: String
    public var message: String
    public var description: String { "'\(glob)': \(message)" }
}
