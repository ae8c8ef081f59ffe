internal import CGate
internal import Glibc

/// OpenSSL over one client socket, server side, non-blocking.
///
/// Belongs to one reactor. The descriptor is borrowed: the owner closes it after the session has gone.
/// Every call that answers `.wantRead` or `.wantWrite` is to be repeated when epoll reports that readiness.
final class TLSSession {
    /// Where a handshake stands.
    enum Handshake: Equatable {
        case done, wantRead, wantWrite
        case failed(TLSFailure)
    }

    /// What a read gave.
    enum ReadResult: Equatable {
        /// At least one byte.
        case bytes(Int)
        case wantRead, wantWrite
        /// The client sends no more; `clean` where it said so with close_notify, else the end may be a truncation.
        case closed(clean: Bool)
        case failed(TLSFailure)
    }

    /// What a write took.
    enum WriteResult: Equatable {
        /// So many were taken, possibly fewer than offered.
        case bytes(Int)
        /// Repeat with the same bytes (they may have moved, more may follow them).
        case wantRead, wantWrite
        case failed(TLSFailure)
    }

    init(context: TLSContext, descriptor: Int32, prefix: [UInt8] = []) throws(TLSFailure) {
        throw .system(0)
    }

    /// Drives the handshake.
    func handshake() -> Handshake { .wantRead }
    /// Reads decrypted bytes; call again until `.wantRead`, for OpenSSL reads ahead of epoll.
    func read(into buffer: UnsafeMutableRawBufferPointer) -> ReadResult { .wantRead }
    /// Encrypts and sends; an empty buffer is `.bytes(0)`.
    func write(_ bytes: UnsafeRawBufferPointer) -> WriteResult { .wantWrite }
    /// Sends close_notify, as far as the socket takes it at once; waits for nothing.
    func shutdown() {}

    /// The host of the certificate: of the CONNECT authority.
    var host: String { "" }
    /// The name in the client's server_name extension, lower-case; nil without one. Known once the hello has come.
    var serverName: String? { nil }
    /// False when the client named another server than the CONNECT authority: each request inside gets 421.
    var serverNameAgrees: Bool { true }
    /// True when bytes are buffered that epoll knows nothing of.
    var hasPending: Bool { false }
    /// `TLSv1.3`.
    var version: String { "" }
    var cipher: String { "" }
    /// True after an abbreviated handshake.
    var isResumed: Bool { false }
}

@available(*, unavailable)
extension TLSSession: Sendable {}
