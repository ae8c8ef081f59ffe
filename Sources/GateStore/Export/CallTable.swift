/// Calls as a table for a terminal: one line each, columns padded, control characters made visible.
public enum CallTable {
    private static let titles = ["TIME", "OUTCOME", "STATUS", "CLASS", "RULE", "METHOD", "URL", "MS", "ID"]
    /// A wider cell is cut; the URL, which varies most, may be given less by the terminal's width.
    private static let widest = [27, 10, 6, 12, 40, 10, 400, 9, 26]

    public static let header = titles

    /// The cells of one call, in the order of `header`.
    public static func cells(_ call: StoredCall) -> [String] {
        let record = call.record
        let status = record.response?.status.map { String($0) } ?? "-"
        return [
            Timestamp.text(record.time), record.outcome.rawValue, status, record.class, record.rule ?? "-",
            record.method, record.url, milliseconds(record.durationMilliseconds), record.id,
        ].map(visible)
    }

    /// - Parameter width: the terminal's columns; nil for no limit (a pipe).
    public static func render(_ calls: [StoredCall], width: Int?) -> String {
        let rows = [titles] + calls.map(cells)
        var widths = titles.indices.map { column in
            min(widest[column], rows.map { $0[column].unicodeScalars.count }.max() ?? 0)
        }
        if let width {
            let others = widths.indices.filter { $0 != 6 }.reduce(0) { $0 + widths[$1] } + 2 * (widths.count - 1)
            widths[6] = max(20, min(widths[6], width - others))
        }
        var text = ""
        for index in rows.indices {
            var line = ""
            for (column, cell) in rows[index].enumerated() {
                let fitted = fit(cell, widths[column])
                line += fitted
                guard column < widths.count - 1 else { break }
                line += String(repeating: " ", count: widths[column] - fitted.unicodeScalars.count + 2)
            }
            text += line + "\n"
        }
        return text
    }

    private static func fit(_ cell: String, _ width: Int) -> String {
        guard cell.unicodeScalars.count > width, width > 1 else { return cell }
        var cut = ""
        cut.unicodeScalars.append(contentsOf: cell.unicodeScalars.prefix(width - 1))
        return cut + "…"
    }

    private static func milliseconds(_ value: Double) -> String {
        var json = JSONText()
        json.milliseconds(value.isFinite ? (value * 10).rounded() / 10 : 0)
        return String(decoding: json.bytes, as: UTF8.self)
    }

    /// A terminal obeys control characters: each becomes U+FFFD, among them those of C1 and the bidirectional marks.
    public static func visible(_ text: String) -> String {
        func isUnsafe(_ scalar: Unicode.Scalar) -> Bool {
            scalar.value < 0x20 || (0x7f...0x9f).contains(scalar.value) || (0x200e...0x200f).contains(scalar.value)
                || (0x2028...0x202e).contains(scalar.value) || (0x2066...0x2069).contains(scalar.value)
        }
        guard text.unicodeScalars.contains(where: isUnsafe) else { return text }
        var visible = ""
        for scalar in text.unicodeScalars { visible.unicodeScalars.append(isUnsafe(scalar) ? "\u{fffd}" : scalar) }
        return visible
    }
}
