/// A note's payload in the chain: one JSON object.
enum NoteText {
    /// The note that retention leaves: `through` and `hash` name the last event that was cut off.
    static let anchor = "anchor"
    /// The note of an opening that found the chain's end other than its head said.
    static let broken = "journal-broken"

    static func encode(_ note: JournalNote) -> [UInt8] {
        var json = JSONText()
        json.raw("{\"time\":")
        json.integer(note.time)
        json.raw(",\"kind\":")
        json.string(note.kind)
        json.raw(",\"actor\":")
        json.string(note.actor)
        json.raw(",\"facts\":")
        CallColumns.fields(note.facts, into: &json)
        json.byte(0x7d)
        return json.bytes
    }

    static func decode(_ payload: [UInt8]) -> JournalNote? {
        guard let json = JSONValue(payload), let time = json["time"]?.integer, let kind = json["kind"]?.string else {
            return nil
        }
        return JournalNote(
            time: time, kind: kind, actor: json["actor"]?.string ?? "", facts: CallColumns.fields(json["facts"]))
    }

    static func anchor(through event: ChainHead, removed: Int, before: Int64) -> JournalNote {
        JournalNote(
            time: before, kind: anchor, actor: "retention",
            facts: [
                .init(name: "through", value: String(event.sequence)), .init(name: "hash", value: Hex.text(event.hash)),
                .init(name: "removed_calls", value: String(removed)),
            ])
    }

    /// The event that an anchor stands for.
    static func anchored(_ note: JournalNote) -> ChainHead? {
        guard note.kind == anchor, let through = fact("through", note).flatMap({ Int64($0) }),
            let hash = fact("hash", note).flatMap({ Hex.bytes($0.utf8) })
        else { return nil }
        return ChainHead(sequence: through, hash: hash)
    }

    private static func fact(_ name: String, _ note: JournalNote) -> String? {
        note.facts.first { $0.name == name }?.value
    }
}
