import ClusterState
import KubernetesModel

/// Makes findings of drafts: joins those that one owner's pods share, and puts symptoms under their causes.
struct Folding {
    private struct Group {
        var rule: DiagnosisRule
        var subject: ObjectID
        var key: String
        var drafts: [(member: ObjectID, draft: FindingDraft)] = []
    }

    private struct GroupID: Hashable {
        var rule: String
        var subject: ObjectID
        var key: String
    }

    private var groups: [GroupID: Group] = [:]

    mutating func add(_ draft: FindingDraft, of rule: DiagnosisRule, on key: ObjectKey) {
        let kind = rule.subject.kind
        let member = ObjectID(
            group: kind.groupResource.group, kind: kind.kind, namespace: key.namespace, name: key.name)
        let subject = draft.owner ?? member
        let id = GroupID(rule: rule.id, subject: subject, key: draft.key)
        groups[id, default: Group(rule: rule, subject: subject, key: draft.key)].drafts.append((member, draft))
    }

    /// The findings, causes before what they explain.
    func findings() -> [Finding] {
        var findings: [Finding] = []
        var explanations: [[ObjectID]] = []
        for group in groups.values {
            guard let finding = Self.finding(group) else { continue }
            findings.append(finding)
            var candidates: [ObjectID] = []
            for (_, draft) in group.drafts.prefix(Self.readMembers) { candidates += draft.explainedBy }
            explanations.append(candidates)
        }
        Self.link(&findings, explanations)
        return Self.ordered(findings)
    }

    /// How many members of a group are asked for what explains them.
    private static let readMembers = 50

    private static func finding(_ group: Group) -> Finding? {
        let drafts = group.drafts.sorted { $0.member < $1.member }
        guard let worst = drafts.map({ $0.draft.severity ?? group.rule.severity }).max(),
            let first = drafts.first(where: { ($0.draft.severity ?? group.rule.severity) == worst })?.draft
        else { return nil }
        let subject = group.subject
        let key = group.key.isEmpty ? "" : "#\(group.key)"
        let related = Set(drafts.flatMap(\.draft.related)).subtracting([group.subject]).subtracting(
            drafts.map(\.member))
        return Finding(
            id: "\(group.rule.id):\(subject.kind.lowercased())/\(subject.namespace)/\(subject.name)\(key)",
            rule: group.rule.id, severity: worst, subject: subject, title: first.title, cause: first.cause,
            nextStep: first.nextStep, command: first.command, evidence: first.evidence, related: related.sorted(),
            members: drafts.map(\.member), since: drafts.compactMap(\.draft.since).min(), causedBy: nil)
    }

    /// Sets `causedBy` from what each finding's objects name as explanations.
    private static func link(_ findings: inout [Finding], _ explanations: [[ObjectID]]) {
        var byObject: [ObjectID: [Int]] = [:]
        for (index, finding) in findings.enumerated() where finding.severity != .hygiene {
            for object in Set(finding.members + [finding.subject]) { byObject[object, default: []].append(index) }
        }
        let indexes = Dictionary(findings.enumerated().map { ($1.id, $0) }) { first, _ in first }
        for index in findings.indices {
            let candidates = explanations[index].flatMap { byObject[$0] ?? [] }.filter { $0 != index }
            // Of the worst, the first that is named.
            guard let worst = candidates.map({ findings[$0].severity }).max() else { continue }
            let cause = candidates.first { candidate in
                findings[candidate].severity == worst && !isExplained(candidate, by: index, findings, indexes)
            }
            findings[index].causedBy = cause.map { findings[$0].id }
        }
    }

    /// Whether a finding is explained by another, over any number of steps.
    private static func isExplained(
        _ index: Int, by other: Int, _ findings: [Finding], _ indexes: [String: Int]
    ) -> Bool {
        var current: Int? = index
        for _ in findings.indices {
            guard let here = current else { return false }
            if here == other { return true }
            current = findings[here].causedBy.flatMap { indexes[$0] }
        }
        return false
    }

    /// Causes by severity, reach and name, each followed by what it explains.
    private static func ordered(_ findings: [Finding]) -> [Finding] {
        var effects: [String: [Finding]] = [:]
        for finding in findings {
            if let cause = finding.causedBy { effects[cause, default: []].append(finding) }
        }
        var reach: [String: Int] = [:]
        func countReach(_ finding: Finding) -> Int {
            if let known = reach[finding.id] { return known }
            let count = finding.members.count + (effects[finding.id] ?? []).reduce(0) { $0 + countReach($1) }
            reach[finding.id] = count
            return count
        }
        func precedes(_ left: Finding, _ right: Finding) -> Bool {
            if left.severity != right.severity { return left.severity > right.severity }
            let (one, other) = (countReach(left), countReach(right))
            return one != other ? one > other : left.id < right.id
        }
        var ordered: [Finding] = []
        func append(_ finding: Finding) {
            ordered.append(finding)
            for effect in (effects[finding.id] ?? []).sorted(by: precedes) { append(effect) }
        }
        for cause in findings.filter({ $0.causedBy == nil }).sorted(by: precedes) { append(cause) }
        return ordered
    }
}
