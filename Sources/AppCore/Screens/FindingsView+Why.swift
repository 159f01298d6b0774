import Diagnosis
import KubernetesModel
import Screen

extension FindingsView {
    /// How many objects of a list are named.
    private static let listLimit = 12

    /// What is wrong with an object and why, and what was read to know it.
    func whyLines(_ scoped: ScopedReport, columns: Int, note: (ObjectID) -> String?) -> [Line] {
        guard let subject else { return [] }
        let findings = shownFindings(scoped.report, about: subject)
        guard !findings.isEmpty else { return nothingLines(scoped.report, subject, columns: columns) }
        var page = WhyPage(columns: columns)
        for finding in findings {
            if !page.lines.isEmpty { page.blank() }
            page.add(finding, scoped, subject: subject, note: note(finding.subject), limit: Self.listLimit)
        }
        let missing = scoped.report.notEvaluated.filter { item in
            DiagnosisRule.named(item.rule)?.subject.kind.kind == subject.kind
        }
        page.addNotChecked(missing)
        return page.lines
    }

    /// Causes first, beginning with the root.
    private func shownFindings(_ report: Report, about subject: ObjectID) -> [Finding] {
        if let finding, let found = report.findings.first(where: { $0.id == finding }) { return [found] }
        if let finding, let silenced = report.silenced.first(where: { $0.finding.id == finding }) {
            return [silenced.finding]
        }
        let found = report.findings(about: subject)
        let causing = report.causes(of: found)
        let causes = report.findings.filter { causing.contains($0.id) }
        var seen: Set<String> = []
        return (causes + found).filter { seen.insert($0.id).inserted }
    }

    /// What was looked for in vain, and what could not be.
    private func nothingLines(_ report: Report, _ subject: ObjectID, columns: Int) -> [Line] {
        var page = WhyPage(columns: columns)
        let silenced = report.silenced.filter { item in
            item.finding.subject == subject || item.finding.members.contains(subject)
        }
        page.line("fine", silenced.isEmpty ? .fine : .text, "No rule finds anything wrong with \(subject).", label: "")
        if !silenced.isEmpty {
            page.heading("Silenced")
            for item in silenced {
                page.line(
                    "silenced \(item.finding.id)", .dim, "\(item.finding.title): \(item.reason)", indent: 5,
                    target: .finding(item.finding.id))
            }
        }
        let unable = Set(report.notEvaluated.map(\.rule))
        let rules = DiagnosisRule.all.filter { $0.subject.kind.kind == subject.kind }
        let checked = rules.filter { !unable.contains($0.id) }
        if rules.isEmpty {
            page.blank()
            page.line(
                "none", .dim, "No rule is about objects of this kind; rules about others may name it.", indent: 3)
        }
        if !checked.isEmpty {
            page.heading("Looked for")
            for rule in checked { page.line("rule \(rule.id)", .dim, "\(rule.title) (\(rule.id))", indent: 5) }
        }
        page.addNotChecked(report.notEvaluated.filter { item in rules.contains { $0.id == item.rule } })
        return page.lines
    }
}

/// The lines of a *why*, as they are put together.
struct WhyPage {
    let columns: Int
    var lines: [FindingsView.Line] = []
    private var blanks = 0

    init(columns: Int) { self.columns = columns }

    mutating func blank() {
        blanks += 1
        lines.append(FindingsView.Line(key: "blank \(blanks)", kind: .text, text: ""))
    }

    mutating func heading(_ text: String) {
        blank()
        lines.append(FindingsView.Line(key: "heading \(text) \(blanks)", kind: .heading, indent: 3, text: text))
    }

    /// A text, wrapped; only its first line can be selected.
    mutating func line(
        _ key: String, _ kind: FindingsView.Line.Kind, _ text: String, finding: String = "", label: String = "",
        indent: Int = 3, since: Timestamp? = nil, target: FindingsView.Target? = nil
    ) {
        // The end of a title's first line is for the time.
        let room = max(16, columns - indent - textWidth(label) - (since == nil ? 2 : 20))
        for (index, part) in wrapped(text, width: room).enumerated() {
            var partKind = kind
            if index > 0, case .title = kind { partKind = .titleRest }
            if index > 0, case .effect = kind { partKind = .text }
            lines.append(
                FindingsView.Line(
                    key: index == 0 ? key : "\(key) \(index)", finding: finding, kind: partKind,
                    indent: indent + (index == 0 ? 0 : textWidth(label)), label: index == 0 ? label : "", text: part,
                    since: index == 0 ? since : nil, target: index == 0 ? target : nil))
        }
    }

    mutating func add(
        _ finding: Finding, _ scoped: ScopedReport, subject: ObjectID, note: String?, limit: Int
    ) {
        let id = finding.id
        line(
            id, .title(finding.severity), finding.title, finding: id, indent: 3, since: finding.since,
            target: .object(finding.subject))
        if finding.subject != subject {
            line("\(id) subject", .dim, "on \(finding.subject)", finding: id)
        }
        if !finding.cause.isEmpty {
            blank()
            line("\(id) cause", .text, finding.cause, finding: id)
        }
        if !finding.nextStep.isEmpty || !finding.command.isEmpty {
            blank()
            line("\(id) next", .text, finding.nextStep, finding: id, label: "Next   ")
            if !finding.command.isEmpty {
                let label = finding.nextStep.isEmpty ? "Next   " : "       "
                line("\(id) command", .command, finding.command, finding: id, label: label)
            }
        }
        if let note { line("\(id) note", .text, note, finding: id, label: "Note   ") }
        addEffects(of: finding, scoped, limit: limit)
        addList("Has it", finding.members.count > 1 ? finding.members : [], "m", of: id, limit: limit)
        addEvidence(of: finding, subject: subject)
        addList("Has to do with it", finding.related, "r", of: id, limit: limit)
        blank()
        line("\(id) rule", .dim, "rule \(finding.rule)", finding: id)
    }

    private mutating func addEffects(of finding: Finding, _ scoped: ScopedReport, limit: Int) {
        let effects = scoped.allEffects(of: finding)
        guard !effects.isEmpty else { return }
        heading("Because of this")
        for effect in effects.prefix(limit) {
            line(
                "\(finding.id) > \(effect.id)", .effect(effect.severity), "\(effect.subject): \(effect.title)",
                finding: effect.id, indent: 5, target: .finding(effect.id))
        }
        if effects.count > limit {
            line("\(finding.id) effects", .dim, "and \(effects.count - limit) more", indent: 7)
        }
    }

    private mutating func addList(_ title: String, _ objects: [ObjectID], _ key: String, of id: String, limit: Int) {
        guard !objects.isEmpty else { return }
        heading(title)
        for object in objects.prefix(limit) {
            line("\(id) \(key) \(object)", .text, object.text, finding: id, indent: 5, target: .object(object))
        }
        if objects.count > limit { line("\(id) \(key)", .dim, "and \(objects.count - limit) more", indent: 5) }
    }

    /// What was read: of the object that is asked about as it is, of others below their names.
    private mutating func addEvidence(of finding: Finding, subject: ObjectID) {
        guard !finding.evidence.isEmpty else { return }
        heading("Evidence")
        let own = finding.evidence.contains { $0.object == subject } ? subject : finding.subject
        var object = own
        var lastLog: String?
        for (number, item) in finding.evidence.enumerated() {
            let key = "\(finding.id) e\(number)"
            if item.object != object {
                object = item.object
                lastLog = nil
                line(
                    "\(key) object", .evidence, object.text, finding: finding.id, indent: 5, target: .object(object))
            }
            let indent = object == own ? 5 : 7
            guard let log = item.log else {
                let isEvent = item.field.hasPrefix("event ")
                line(
                    key, .evidence, item.field + (isEvent ? ": " : " = ") + item.value, finding: finding.id,
                    indent: indent, target: isEvent ? .events(item.object) : .object(item.object))
                continue
            }
            // Lines of one log stand below its name.
            if lastLog != item.field {
                line(key, .evidence, "\(item.field):", finding: finding.id, indent: indent, target: .log(log))
            }
            line(
                "\(key) line", .text, item.value, finding: finding.id, label: "│ ", indent: indent + 2,
                target: .log(log))
            lastLog = item.field
        }
    }

    mutating func addNotChecked(_ missing: [NotEvaluated]) {
        guard !missing.isEmpty else { return }
        heading("Could not be looked for")
        for item in missing {
            let title = DiagnosisRule.named(item.rule)?.title ?? item.rule
            line(
                "missing \(item.rule) \(item.missing)", .dim, "\(title): \(item.missing) \(item.reason)", label: "? ",
                indent: 5)
        }
    }
}

extension Evidence {
    /// The log that it is a line of.
    var log: LogRequest? {
        guard object.kind == "Pod", field.hasPrefix("log ") else { return nil }
        let previous = " (previous)"
        var container = field.dropFirst(4)
        if container.hasSuffix(previous) { container = container.dropLast(previous.count) }
        return LogRequest(
            namespace: object.namespace, pod: object.name, podUID: "", container: String(container),
            previous: field.hasSuffix(previous), restartCount: 0)
    }

    /// The container that a path such as `status.containerStatuses[app].ready` is about.
    var container: String? {
        for word in ["ontainers[", "ontainerStatuses["] {
            guard let range = field.firstRange(of: word) else { continue }
            return String(field[range.upperBound...].prefix { $0 != "]" })
        }
        return nil
    }
}
