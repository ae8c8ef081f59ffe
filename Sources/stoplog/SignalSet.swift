import CGate
import Glibc

/// Signals that are waited for in one thread instead of being handled in any.
struct SignalSet {
    private var set = sigset_t()

    init(_ numbers: [Int32]) {
        unsafe sigemptyset(&set)
        for number in numbers { unsafe sigaddset(&set, number) }
    }

    /// Blocks them in this thread and in those it starts afterwards.
    func block() {
        var set = set
        unsafe pthread_sigmask(SIG_BLOCK, &set, nil)
    }

    /// Gives them back their default effect.
    func unblock() {
        var set = set
        unsafe pthread_sigmask(SIG_UNBLOCK, &set, nil)
    }

    struct Received {
        var number: Int32
        /// The terminal sent it to the whole foreground group, the child included.
        var isFromTerminal: Bool
    }

    /// Waits for the next one.
    func wait() -> Received {
        var set = set
        var info = unsafe siginfo_t()
        while true {
            let number = unsafe sigwaitinfo(&set, &info)
            if number > 0 { return unsafe Received(number: number, isFromTerminal: gate_is_from_terminal(&info) != 0) }
        }
    }
}
