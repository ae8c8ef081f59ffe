/// Compares the chain's end with the head that was kept apart.
enum HeadCheck {
    /// What is wrong, or nil.
    ///
    /// `state` must have been read before the connection's snapshot.
    static func problem(_ state: HeadState, _ connection: SQLiteConnection) throws(SQLiteFailure) -> String? {
        let last = try connection.integer("SELECT max(seq) FROM events")
        switch state {
        case .missing:
            return last == 0 ? nil : "the head of the chain is missing"
        case .unreadable:
            return "the head of the chain is unreadable or was made with another key"
        case .known(let head):
            if head.sequence > last {
                return
                    "the chain ends with event \(last), but event \(head.sequence) had been written: its tail was cut"
            }
            let statement = try connection.prepare("SELECT hash FROM events WHERE seq = ?")
            statement.bind(1, head.sequence)
            // No such row: retention in another process has cut further than the head lags behind.
            guard try statement.step(), statement.bytes(0) != head.hash else { return nil }
            return "event \(head.sequence) is not the one that had been written"
        }
    }
}
