import Foundation
import KubernetesModel

/// Says what `kubectl describe` tells of an object and another description does not.
package struct KubectlComparison {
    /// What `kubectl` describes, and when.
    private let kubectl: String
    private let now: Timestamp

    package init(kubectl: String, now: Timestamp) {
        self.kubectl = kubectl
        self.now = now
    }

    /// Go's word for nothing, and the zone of times.
    private static let meaningless: Set<String> = ["nil", "+0000"]
    /// A probe's terms, of which we say the number in words; older versions write them with `#`.
    private static let probeTerms: Set<String> = [
        "delay", "timeout", "period", "successThreshold", "failureThreshold", "#success", "#failure",
    ]

    /// Labels that later versions of kubectl write otherwise.
    private static let laterLabels = ["ConfigMapOptional": "Optional"]

    /// What is missing in another description: labels, and words of values.
    package func missing(from ours: String) -> [String] {
        let labels = Set(ours.split(separator: "\n").map { Self.label(of: $0) ?? "" })
        var missing: [String] = []
        let lines = kubectl.split(separator: "\n")
        for (index, line) in lines.enumerated() {
            let trimmed = line.trimmed
            guard !trimmed.isEmpty, !Self.isRuler(trimmed) else { continue }
            // Titles of columns may be worded otherwise; a line of data or of a command is there as it is.
            if lines.indices.contains(index + 1), Self.isRuler(lines[index + 1].trimmed) { continue }
            if ours.contains(trimmed) || Self.isNoNews(trimmed) { continue }
            if let label = Self.label(of: line), !labels.contains(Self.laterLabels[label] ?? label) {
                missing.append("label \(label):")
            }
            for word in words(of: line, told: ours) where !isTold(word, in: ours) {
                missing.append("\(word)   in   \(trimmed)")
            }
        }
        return missing
    }

    /// What we show on purpose only when asked, and where a newer kubectl misses something of an older server.
    private static func isNoNews(_ line: Substring) -> Bool {
        line.contains("last-applied-configuration") || line.hasPrefix("token:")
            || line.contains("could not find the requested resource")
    }

    private static func isRuler(_ line: Substring) -> Bool {
        line.hasPrefix("--") && line.allSatisfy { $0 == "-" || $0 == " " || $0 == "=" } || line.hasPrefix("====")
    }

    private func isTold(_ word: String, in ours: String) -> Bool {
        if ours.contains(word) || Self.meaningless.contains(word) { return true }
        if word.hasSuffix("..."), ours.contains(word.dropLast(3)) { return true }
        let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2 else { return false }
        return ours.contains(parts[1]) && (ours.contains(parts[0]) || Self.probeTerms.contains(String(parts[0])))
    }

    /// The label at the left of a line, before its colon.
    private static func label(of line: Substring) -> String? {
        var text = line.trimmed
        if text.hasPrefix("- ") { text = text.dropFirst(2).trimmed }
        var index = text.startIndex
        while let colon = text[index...].firstIndex(of: ":") {
            let after = text.index(after: colon)
            if after == text.endIndex || text[after] == " " {
                let label = text[..<colon]
                // The row of a table may have a colon in its last cell.
                if label.contains("  "), !label.hasPrefix("resource ") { return nil }
                return label.split(separator: " ").joined(separator: " ")
            }
            index = after
        }
        return nil
    }

    /// What stands after the label: names, numbers, words; without ages and punctuation, times as we write them.
    private func words(of line: Substring, told ours: String) -> [String] {
        var text = line.trimmed
        if let label = Self.label(of: line), let colon = text.range(of: label + ":")?.upperBound {
            text = text[colon...]
        }
        var result: [String] = []
        var parts = text.split(whereSeparator: { " \t,[]()<>'\"".contains($0) }).map(String.init)
        while !parts.isEmpty {
            if let time = Self.time(parts) {
                parts.removeFirst(6)
                // Where we say how long ago it was, that is in a column of ages.
                guard time.seconds > 0 else { continue }
                // kubectl says whole seconds where there may be parts of them.
                let ages = [time, Timestamp(microseconds: time.microseconds + 999_999)].map { age(from: $0, to: now) }
                result.append(ages.first { ours.contains($0) } ?? ages[0])
                continue
            }
            let part = parts.removeFirst()
            if !Self.isAge(part), part.contains(where: { $0.isLetter || $0.isNumber }) { result.append(part) }
        }
        return result
    }

    private static func isAge(_ text: String) -> Bool {
        text.first?.isNumber == true && text.allSatisfy { $0.isNumber || "smhdy".contains($0) }
            && text.contains { !$0.isNumber }
    }

    /// The moment that `Sat, 21 Nov 2026 02:34:23 +0000` is.
    private static func time(_ parts: [String]) -> Timestamp? {
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        guard parts.count >= 6, parts[5] == "+0000", let month = months.firstIndex(of: parts[2]) else { return nil }
        return Timestamp("\(parts[3])-\(month < 9 ? "0" : "")\(month + 1)-\(parts[1])T\(parts[4])Z")
    }
}

extension Substring {
    fileprivate var trimmed: Substring {
        var text = self
        while text.first == " " || text.first == "\t" { text = text.dropFirst() }
        while text.last == " " || text.last == "\t" { text = text.dropLast() }
        return text
    }
}
