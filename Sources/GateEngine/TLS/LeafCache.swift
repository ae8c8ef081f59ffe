internal import CGate
internal import Glibc
internal import Synchronization

/// The certificates of the hosts that clients asked for last; shared by all reactors.
///
/// The map's lock is held for a look-up only. A host is minted under a lock of its own, so that of several threads
/// that meet a new host at once one mints and the others wait for the 0.1 ms that they would have spent themselves.
final class LeafCache: Sendable {
    /// A leaf that ends within this many seconds is made anew.
    private static let renewalSeconds: Int64 = 86_400

    /// One host's place, minted or about to be.
    private final class Slot: Sendable {
        let context = Mutex<TLSContext?>(nil)
    }

    private struct State {
        var server: TLSServer
        var slots: RecencyList<Slot>
    }

    private let state: Mutex<State>

    /// `capacity`: hosts kept at most.
    init(authority: Authority, capacity: Int = 1_000) throws(AuthorityError) {
        let server = try TLSServer(authority: authority)
        state = Mutex(State(server: server, slots: RecencyList(capacity: capacity)))
    }

    /// Hosts kept at the moment.
    var count: Int { state.withLock { $0.slots.count } }

    /// Serves what comes from now on under another authority; sessions that run keep theirs.
    func replace(authority: Authority) throws(AuthorityError) {
        let server = try TLSServer(authority: authority)
        state.withLock { state in
            state.server = server
            state.slots.removeAll()
        }
    }

    /// The context of `host` (lower-case DNS name or IP literal), minted when it is not there; throws where no
    /// certificate can be made for such a name.
    func context(host: String) throws(AuthorityError) -> TLSContext {
        try context(host: host, now: Int64(time(nil)))
    }

    /// `now`: seconds since 1970.
    func context(host: String, now: Int64) throws(AuthorityError) -> TLSContext {
        guard LeafName(host) != nil else {
            throw AuthorityError(file: host, message: "no certificate can be made for this host name")
        }
        let (slot, server) = state.withLock { state in
            (state.slots.value(for: host) { Slot() }, state.server)
        }
        let result: Result<TLSContext, AuthorityError> = slot.context.withLock { present in
            // Near the authority's own end a leaf cannot be renewed any further.
            if let present, present.leaf.notAfter > now,
                present.leaf.notAfter - now > Self.renewalSeconds
                    || present.leaf.notAfter == server.issuer.authority.notAfter
            {
                return .success(present)
            }
            do throws(AuthorityError) {
                let made = try TLSContext(host: host, server: server, now: now)
                present = made
                return .success(made)
            } catch {
                return .failure(error)
            }
        }
        return try result.get()
    }
}
