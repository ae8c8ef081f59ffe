/// Tells which changes of a configuration a reload does not take over.
extension GateConfiguration {
    /// The keys that differ from `running` and that only a start reads, in the order of the file.
    func keysForRestart(running: GateConfiguration) -> [String] {
        var (newJournal, newUpstream) = (journal, upstream)
        newJournal.calls = running.journal.calls
        newJournal.bodyLimit = running.journal.bodyLimit
        newUpstream.reroute = running.upstream.reroute
        let changes: [(key: String, isChanged: Bool)] = [
            ("mode", environmentMode != running.environmentMode), ("listen", listen != running.listen),
            ("admin", admin != running.admin), ("tls", tls != running.tls), ("store", store != running.store),
            ("journal", newJournal != running.journal), ("upstream", newUpstream != running.upstream),
            ("hold", hold != running.hold), ("worker", workerThreads != running.workerThreads),
            ("threads", threads != running.threads), ("heartbeat", heartbeat != running.heartbeat),
            ("readiness", readiness != running.readiness), ("alerts", alerts != running.alerts),
            ("log", log != running.log), ("drain", drain != running.drain),
        ]
        return changes.filter(\.isChanged).map(\.key)
    }
}
