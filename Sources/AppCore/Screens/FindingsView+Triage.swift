import Diagnosis
import KubernetesModel

extension FindingsView {
    /// The list of causes: by severity, then by reach.
    func triageLines(_ scoped: ScopedReport) -> [Line] {
        let report = scoped.report
        var lines: [Line] = []
        func append(_ finding: Finding, depth: Int) {
            lines.append(causeLine(finding, depth: depth, scoped))
            guard expanded.contains(finding.id), depth < 6 else { return }
            for effect in scoped.effects(of: finding) { append(effect, depth: depth + 1) }
        }
        for finding in report.causes { append(finding, depth: 0) }
        if showsSilenced {
            for item in report.silenced {
                var line = causeLine(item.finding, depth: 0, scoped)
                line.key = "silenced \(item.finding.id)"
                line.kind = .cause(item.finding.severity, isSilenced: true)
                line.text += " (silenced" + (item.reason.isEmpty ? ")" : ": \(item.reason))")
                lines.append(line)
            }
        }
        lines += unknownLines(report)
        return lines
    }

    private func causeLine(_ finding: Finding, depth: Int, _ scoped: ScopedReport) -> Line {
        let namespace = scope.namespace == nil && !finding.subject.namespace.isEmpty
        return Line(
            key: finding.id, finding: finding.id, kind: .cause(finding.severity, isSilenced: false), indent: depth * 2,
            text: finding.title,
            place: (namespace ? finding.subject.namespace + " " : "") + finding.subject.shortText,
            reach: Self.words(for: scoped.reach(of: finding)), since: finding.since, target: .finding(finding.id))
    }

    /// Such as `6 pods, 1 svc`: the kinds of which there are most.
    private static func words(for objects: Set<ObjectID>) -> String {
        let counts = Dictionary(grouping: objects, by: \.kind).mapValues(\.count)
        let sorted = counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
        return sorted.prefix(2).map { kind, count in
            let name = kind == "Pod" ? (count == 1 ? "pod" : "pods") : ObjectID.shortName(ofKind: kind)
            return "\(count) \(name)"
        }.joined(separator: ", ")
    }

    /// What could not be looked at: silence would look like health.
    private func unknownLines(_ report: Report) -> [Line] {
        guard !report.notEvaluated.isEmpty else { return [] }
        let missing = Set(report.notEvaluated.map(\.missing)).sorted()
        let rules = Set(report.notEvaluated.map(\.rule)).count
        let isForbidden = report.notEvaluated.allSatisfy { $0.reason.hasPrefix("may not") }
        let names = missing.map(\.resource).joined(separator: ", ")
        let key = "not evaluated"
        var lines = [
            Line(
                key: key, kind: .unknown,
                text: "\(rules) check\(rules == 1 ? "" : "s") not made: "
                    + (isForbidden ? "may not list \(names)" : "could not read \(names)"),
                target: .unfold)
        ]
        guard expanded.contains(key) else { return lines }
        for resource in missing {
            let items = report.notEvaluated.filter { $0.missing == resource }
            lines.append(
                Line(
                    key: "\(key) \(resource)", kind: .dim, indent: 9,
                    text: "\(resource): \(items.first?.reason ?? "") (\(items.map(\.rule).joined(separator: ", ")))",
                    target: .unfold))
        }
        return lines
    }
}
