extension CompiledPolicy {
    /// Whether the rule's synthetic answer repeats something of the body, which must then be read first.
    public func answerReadsBody(for verdict: Classification) -> Bool {
        rule(of: verdict)?.respond?.readsBody ?? false
    }

    /// The answer that a dry run gives: the rule's `respond`, else `{"dry_run":true,"call":"ID"}`.
    public func answer(
        for verdict: Classification, _ facts: RequestFacts, body: BodyEvidence, context: AnswerContext
    ) -> SyntheticAnswer {
        let filling = TemplateFilling(facts, body: body, context: context, foldsAlways: program.foldsAlways)
        if let template = rule(of: verdict)?.respond { return filling.answer(template) }
        var bytes: [UInt8] = Array("{\"dry_run\":true,\"call\":".utf8)
        JSONWriter.appendString(Array(context.callID.utf8), to: &bytes)
        bytes.append(0x7D)
        return SyntheticAnswer(status: 200, headers: [("Content-Type", "application/json")], body: bytes)
    }

    /// The rule's own refusal (`refuse`), its holes filled from the problem document's `fields`.
    ///
    /// nil: the rule has none.
    public func refusal(
        for verdict: Classification, _ facts: RequestFacts, body: BodyEvidence, context: AnswerContext,
        fields: [String: String]
    ) -> SyntheticAnswer? {
        guard let template = rule(of: verdict)?.refuse else { return nil }
        var filling = TemplateFilling(facts, body: body, context: context, foldsAlways: program.foldsAlways)
        filling.refusal = fields
        return filling.answer(template)
    }

    /// The rule that decided; nil where the verdict is not of this policy.
    func rule(of verdict: Classification) -> CompiledRule? {
        guard let index = verdict.ruleIndex, program.rules.indices.contains(index) else { return nil }
        let rule = program.rules[index]
        return rule.id == verdict.rule ? rule : nil
    }
}
