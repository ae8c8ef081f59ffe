/// Where a call names another method than its request line does.
extension CallView {
    private static let overrideHeaders = [
        "x-http-method", "x-method-override", "x-http-method-override",
    ].map { Array($0.utf8) }

    /// Rails, Laravel, Symfony and Slim read `_method`; ASP.NET the header's name; Google's APIs `$httpMethod`.
    private static let overrideFields = ["_method", "$httpmethod"].map { Array($0.utf8) } + overrideHeaders

    /// The values of all headers that override the method; `_` counts as `-`, as CGI makes them one.
    func overrideHeaderValues() -> [[UInt8]] {
        var values: [[UInt8]] = []
        for field in facts.fields {
            // The lengths of the three names: nearly every field ends here.
            switch field.nameEnd &- field.nameStart {
            case 13, 17, 22: break
            default: continue
            }
            for wanted in Self.overrideHeaders where isNamed(field, wanted, underscoreIsHyphen: true) {
                values.append(bytes(of: field.value))
            }
        }
        return values
    }

    /// The values of query parameters that override the method.
    func overrideQueryValues() -> [[UInt8]] {
        guard let query = facts.query, mayOverride(query) else { return [] }
        return Self.overrides(in: queryPairs)
    }

    /// A cheap scan of a query: whether a parameter begins as an override may, or is encoded.
    private func mayOverride(_ query: Range<Int>) -> Bool {
        var isStart = true
        for index in clamped(query) {
            let byte = facts.bytes[index]
            if isStart {
                switch byte {
                case UInt8(ascii: "_"), UInt8(ascii: "x"), UInt8(ascii: "X"), UInt8(ascii: "$"), UInt8(ascii: "%"):
                    return true
                default: break
                }
            }
            isStart = byte == UInt8(ascii: "&") || byte == UInt8(ascii: ";")
        }
        return false
    }

    private static func overrides(in pairs: PairList) -> [[UInt8]] {
        pairs.pairs.filter { pair in
            overrideFields.contains { ASCII.equalFolded($0, pair.name) }
        }.map(\.value)
    }

    /// The form fields that override the method of a POST.
    ///
    /// Unknown where a body that may be a form was not read; absent for an unread one that claims to be something else.
    func overrideFormValues() -> Evidence {
        guard ASCII.equalFolded(bytes(of: facts.method), Array("POST".utf8)) else { return .absent }
        switch body {
        case .none: return .absent
        case .unread, .unreadable:
            return contentTypes.isEmpty || contentTypes.contains { $0.isForm || $0.isMultipart } ? .unknown : .absent
        case .decoded:
            let values = Self.overrides(in: formPairs).map { CallValue(.text, $0) }
            if values.isEmpty { return formPairs.isIncomplete ? .unknown : .absent }
            return .values(values)
        }
    }
}
