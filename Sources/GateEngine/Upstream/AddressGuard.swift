/// The networks that must not be dialled: a set of IPv4 and IPv6 prefixes.
struct AddressGuard: Sendable, Equatable {
    init() {}
}
