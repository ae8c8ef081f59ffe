/// The certificates of the hosts that clients asked for last; shared by all reactors.
final class LeafCache: Sendable {
    /// `capacity`: hosts kept at most.
    init(authority: Authority, capacity: Int = 1_000) throws(AuthorityError) {}

    /// The context of `host` (lower-case DNS name or IP literal without brackets), minted when it is not there.
    func context(host: String) throws(AuthorityError) -> TLSContext { TLSContext(host: host) }
}
