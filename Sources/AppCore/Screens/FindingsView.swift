import Diagnosis
import KubernetesModel
import Screen

/// Where the rules look: one namespace, or all.
package struct DiagnosisScope: Sendable, Hashable {
    /// `nil` for all namespaces.
    package var namespace: String?

    package init(namespace: String?) { self.namespace = namespace }
}

/// Findings on the screen: `:triage`, or what is wrong with one object.
package struct FindingsView: Sendable, Equatable {
    /// The object that is asked about; `nil` for everything in the scope.
    package let subject: ObjectID?
    package let scope: DiagnosisScope
    /// When it was opened, for how long the rules have been looking.
    package let openedAt: Timestamp
    /// Findings that are shown in full; on one object all are.
    package internal(set) var expanded: Set<String> = []
    package internal(set) var selectedIndex = 0
    package internal(set) var top = 0
    /// The selected line, which is found again when others come or go.
    var selectedKey: String?

    package init(subject: ObjectID? = nil, scope: DiagnosisScope, openedAt: Timestamp) {
        self.subject = subject
        self.scope = scope
        self.openedAt = openedAt
    }

    /// A line of the view.
    package struct Line: Sendable, Equatable {
        /// Tells lines apart when others come or go.
        package var key: String
        package var finding: String
        /// Of a finding's first line; `nil` on the lines below.
        package var severity: Severity?
        /// How far the text is set in, in cells.
        package var indent: Int
        package var label: String
        package var text: String
        /// How many have it and since when, at the end of a finding's first line.
        package var trailing: String
        /// Where Enter goes.
        package var target: ObjectID
    }

    /// What is shown of a report.
    package func lines(_ report: Report?, now: Timestamp, columns: Int) -> [Line] {
        guard let report else { return [] }
        var lines: [Line] = []
        for finding in top(of: report) {
            append(finding, depth: 0, report, now, columns, &lines)
        }
        return lines
    }

    /// The findings that stand for themselves, causes first.
    private func top(of report: Report) -> [Finding] {
        guard let subject else { return report.causes }
        let found = report.findings(about: subject)
        let causes = found.compactMap { finding in report.findings.first { $0.id == finding.causedBy } }
        var seen: Set<String> = []
        return (causes + found).filter { seen.insert($0.id).inserted }
    }

    private func append(
        _ finding: Finding, depth: Int, _ report: Report, _ now: Timestamp, _ columns: Int, _ lines: inout [Line]
    ) {
        let symptoms = subject == nil ? report.findings.filter { $0.causedBy == finding.id } : []
        var notes: [String] = []
        if finding.members.count > 1 { notes.append("×\(finding.members.count)") }
        if !symptoms.isEmpty { notes.append("explains \(symptoms.count)") }
        if let since = finding.since { notes.append(age(from: since, to: now)) }
        lines.append(
            Line(
                key: finding.id, finding: finding.id, severity: finding.severity, indent: depth * 2,
                label: finding.subject.description, text: finding.title, trailing: notes.joined(separator: "  "),
                target: finding.subject))
        guard subject != nil || expanded.contains(finding.id) else { return }
        let indent = depth * 2 + 4
        func add(_ label: String, _ text: String, _ target: ObjectID, _ key: String) {
            guard !text.isEmpty else { return }
            for (index, part) in wrapped(text, width: max(20, columns - indent - 14)).enumerated() {
                lines.append(
                    Line(
                        key: "\(finding.id) \(key) \(index)", finding: finding.id, severity: nil, indent: indent,
                        label: index == 0 ? label : "", text: part, trailing: "", target: target))
            }
        }
        add("why", finding.cause, finding.subject, "why")
        add("next", finding.nextStep, finding.subject, "next")
        add("run", finding.command, finding.subject, "run")
        for (number, item) in finding.evidence.enumerated() {
            let object = item.object == finding.subject ? "" : "\(item.object.text) "
            add(number == 0 ? "evidence" : "", "\(object)\(item.field): \(item.value)", item.object, "e\(number)")
        }
        for (number, member) in finding.members.enumerated() where finding.members.count > 1 {
            add(number == 0 ? "has it" : "", member.text, member, "m\(number)")
        }
        for (number, object) in finding.related.enumerated() {
            add(number == 0 ? "related" : "", object.text, object, "r\(number)")
        }
        add("rule", finding.rule, finding.subject, "rule")
        guard depth < 4 else { return }
        for symptom in symptoms { append(symptom, depth: depth + 1, report, now, columns, &lines) }
    }

    /// Selects a line, and keeps it on the screen.
    mutating func select(_ index: Int, _ lines: [Line], visibleRows: Int) {
        selectedIndex = max(0, min(index, lines.count - 1))
        selectedKey = lines.indices.contains(selectedIndex) ? lines[selectedIndex].key : nil
        let visible = max(1, visibleRows)
        if selectedIndex < top { top = selectedIndex }
        if selectedIndex >= top + visible { top = selectedIndex - visible + 1 }
        top = max(0, min(top, lines.count - visible))
    }

    /// Follows the selected line after others came or went.
    mutating func follow(_ lines: [Line], visibleRows: Int) {
        let index = selectedKey.flatMap { key in lines.firstIndex { $0.key == key } }
        select(index ?? selectedIndex, lines, visibleRows: visibleRows)
    }
}
