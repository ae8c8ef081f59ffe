/// Fills the holes of a template from one call.
struct TemplateFilling {
    /// What values are made harmless for.
    private enum Escape {
        case none, json, xml
    }

    /// No hole is filled with more: an answer must not grow with what a caller sends.
    static let maximumValueBytes = 64 * 1024
    static let maximumAnswerBytes = 1024 * 1024

    private let view: CallView
    private let path: PathReading
    private let context: AnswerContext
    var refusal: [String: String] = [:]

    init(_ facts: RequestFacts, body: BodyEvidence, context: AnswerContext, foldsAlways: Bool) {
        view = CallView(facts, body: body)
        path = Readings(facts, body: body, foldAlways: false).paths.first ?? PathReading([])
        self.context = context
    }

    func answer(_ template: AnswerTemplate) -> SyntheticAnswer {
        var headers = template.headers.map { ($0.name, headerValue($0.value)) }
        let type = headers.first { $0.0.lowercased() == "content-type" }?.1.lowercased()
        var body: [UInt8] = []
        switch template.body {
        case .none: break
        case .json(let json):
            append(json, to: &body)
            if type == nil { headers.insert(("Content-Type", "application/json"), at: 0) }
        case .text(let text):
            body = bytes(of: text, escape: Self.escape(for: type ?? ""))
            if type == nil { headers.insert(("Content-Type", "text/plain; charset=utf-8"), at: 0) }
        }
        if template.status == 204 || template.status == 304 { body = [] }
        return SyntheticAnswer(status: template.status, headers: headers, body: body)
    }

    private static func escape(for type: String) -> Escape {
        if type.contains("json") { return .json }
        return type.contains("xml") || type.contains("html") ? .xml : .none
    }

    // MARK: JSON

    private func append(_ template: JSONTemplate, to out: inout [UInt8]) {
        guard out.count < Self.maximumAnswerBytes else {
            out += "null".utf8
            return
        }
        switch template {
        case .null: out += "null".utf8
        case .bool(let value): out += (value ? "true" : "false").utf8
        case .number(let text): out += text.utf8
        case .text(let text):
            if let hole = text.whole {
                appendTyped(hole, to: &out)
            } else {
                JSONWriter.appendString(bytes(of: text, escape: .none), to: &out)
            }
        case .array(let items):
            out.append(0x5B)
            for (index, item) in items.enumerated() {
                if index > 0 { out.append(0x2C) }
                append(item, to: &out)
            }
            out.append(0x5D)
        case .object(let members):
            out.append(0x7B)
            for (index, member) in members.enumerated() {
                if index > 0 { out.append(0x2C) }
                JSONWriter.appendString(Array(member.0.utf8), to: &out)
                out.append(0x3A)
                append(member.1, to: &out)
            }
            out.append(0x7D)
        }
    }

    /// A whole value keeps its type: JSON as it is, a form's integer as a number, what is missing as null.
    private func appendTyped(_ hole: Placeholder, to out: inout [UInt8]) {
        guard let value = value(of: hole) else {
            out += "null".utf8
            return
        }
        switch value.kind {
        case .number where YamlScalar.isJSONNumber(value.string): out += value.bytes
        case .bool where value.string == "true" || value.string == "false": out += value.bytes
        case .null: out += "null".utf8
        case .composite where JSONSyntax.isValid(value.bytes): out += value.bytes
        case .text where isNumeric(hole) && Self.isInteger(value.bytes): out += value.bytes
        default: JSONWriter.appendString(value.bytes, to: &out)
        }
    }

    private func isNumeric(_ hole: Placeholder) -> Bool {
        switch hole {
        case .form, .now: true
        case .refusal(let field): field == "status"
        case .id, .nowISO, .json, .path, .query, .header: false
        }
    }

    /// Digits without a leading zero, with an optional minus, that a reader can take for a 64-bit number.
    private static func isInteger(_ bytes: [UInt8]) -> Bool {
        let text = String(decoding: bytes, as: UTF8.self)
        return Int64(text).map { String($0) == text } ?? false
    }

    // MARK: Text

    private func headerValue(_ template: TextTemplate) -> String {
        let bytes = bytes(of: template, escape: .none).filter { $0 >= 0x20 && $0 != 0x7F }
        return String(decoding: bytes.prefix(8192), as: UTF8.self)
    }

    private func bytes(of template: TextTemplate, escape: Escape) -> [UInt8] {
        var out: [UInt8] = []
        for part in template.parts where out.count < Self.maximumAnswerBytes {
            switch part {
            case .literal(let text): out += text.utf8
            case .hole(let hole):
                let value = value(of: hole)?.bytes ?? []
                switch escape {
                case .none: out += value
                case .json: JSONWriter.appendEscaped(value, to: &out)
                case .xml: Self.appendXML(value, to: &out)
                }
            }
        }
        return out
    }

    /// XML 1.0 §2.2 allows no control characters but tab and line ends.
    private static func appendXML(_ bytes: [UInt8], to out: inout [UInt8]) {
        for byte in String(decoding: bytes, as: UTF8.self).utf8 {
            switch byte {
            case 0x26: out += "&amp;".utf8
            case 0x3C: out += "&lt;".utf8
            case 0x3E: out += "&gt;".utf8
            case 0x22: out += "&quot;".utf8
            case 0x27: out += "&#39;".utf8
            case 0x09, 0x0A, 0x0D, 0x20...0xFF: out.append(byte)
            default: break
            }
        }
    }

    // MARK: Values

    /// nil: missing.
    private func value(of hole: Placeholder) -> CallValue? {
        switch hole {
        case .id: return CallValue(.text, Array(Self.identifier(context.callID).utf8))
        case .now: return CallValue(.text, Array(String(Self.seconds(context.now_us)).utf8))
        case .nowISO: return CallValue(.text, Array(ISOTime.text(Self.seconds(context.now_us)).utf8))
        case .form(let name): return first(view.form(name))
        case .json(let pointer): return first(view.json(pointer))
        case .query(let name): return first(view.query(name))
        case .header(let name): return first(view.header(name))
        case .path(let number):
            guard path.segments.indices.contains(number - 1) else { return nil }
            return CallValue(.text, Array(path.bytes[path.segments[number - 1]]))
        case .refusal(let field): return refusal[field].map { CallValue(.text, Array($0.utf8)) }
        }
    }

    private func first(_ evidence: Evidence) -> CallValue? {
        guard let value = evidence.known.first, value.bytes.count <= Self.maximumValueBytes else { return nil }
        return value
    }

    private static func identifier(_ callID: String) -> String {
        String(
            decoding: callID.lowercased().utf8.filter { ($0 >= 0x61 && $0 <= 0x7A) || ($0 >= 0x30 && $0 <= 0x39) },
            as: UTF8.self)
    }

    private static func seconds(_ microseconds: Int64) -> Int64 {
        microseconds >= 0 ? microseconds / 1_000_000 : 0
    }
}

/// RFC 3339 times in UTC.
enum ISOTime {
    /// Howard Hinnant's civil-from-days, for years 1970 to 9999.
    static func text(_ seconds: Int64) -> String {
        let clamped = min(max(seconds, 0), 253_402_300_799)
        let days = clamped / 86_400 + 719_468
        let second = clamped % 86_400
        let era = days / 146_097
        let dayOfEra = days % 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shifted = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * shifted + 2) / 5 + 1
        let month = shifted < 10 ? shifted + 3 : shifted - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        func pad(_ number: Int64, _ width: Int) -> String {
            let text = String(number)
            return String(repeating: "0", count: max(0, width - text.count)) + text
        }
        let date = "\(pad(year, 4))-\(pad(month, 2))-\(pad(day, 2))"
        return "\(date)T\(pad(second / 3600, 2)):\(pad(second / 60 % 60, 2)):\(pad(second % 60, 2))Z"
    }
}
