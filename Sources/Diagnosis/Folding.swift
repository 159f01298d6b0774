import ClusterState
import KubernetesModel

/// Keeps drafts and makes findings of them: joins those that one owner's pods share, and puts symptoms under their
/// causes.
struct Folding: Sendable {
    /// The drafts that become one finding.
    private struct Group: Sendable {
        var id: String
        var rule: DiagnosisRule
        var subject: ObjectID
        var drafts: [ObjectID: FindingDraft] = [:]
        /// What they make together, until one of them changes.
        var joined: Joined?
    }

    /// A finding before its cause is known.
    private struct Joined: Sendable {
        var finding: Finding
        var explainedBy: [ObjectID]
        /// Logs that would add to its evidence.
        var wants: [LogRequest]
    }

    /// By the id of the finding.
    private var groups: [String: Group] = [:]
    /// Groups whose finding is to be made anew.
    private var changed: Set<String> = []

    /// How many members of a group are asked for what explains them.
    private static let readMembers = 50

    mutating func insert(_ draft: FindingDraft, of rule: DiagnosisRule, on key: ObjectKey) {
        let member = Self.member(rule, key)
        let subject = draft.owner ?? member
        let id = Self.id(rule, subject, draft.key)
        groups[id, default: Group(id: id, rule: rule, subject: subject)].drafts[member] = draft
        changed.insert(id)
    }

    mutating func remove(_ draft: FindingDraft, of rule: DiagnosisRule, on key: ObjectKey) {
        let member = Self.member(rule, key)
        let id = Self.id(rule, draft.owner ?? member, draft.key)
        groups[id]?.drafts[member] = nil
        changed.insert(id)
        if groups[id]?.drafts.isEmpty == true { groups[id] = nil }
    }

    /// The findings, causes before what they explain, and the logs that would add to their evidence in that order.
    mutating func findings() -> (findings: [Finding], wants: [LogRequest]) {
        for id in changed {
            guard let group = groups[id] else { continue }
            groups[id]?.joined = Self.joined(group)
        }
        changed = []
        let joined = groups.values.compactMap(\.joined)
        var findings = joined.map(\.finding)
        Self.link(&findings, joined.map(\.explainedBy))
        let order = Self.order(of: findings)
        return (order.map { findings[$0] }, order.flatMap { joined[$0].wants })
    }

    /// Such as `pod/crash-loop:deployment/shop/checkout#app`.
    private static func id(_ rule: DiagnosisRule, _ subject: ObjectID, _ key: String) -> String {
        let start = "\(rule.id):\(subject.kind.lowercased())/\(subject.namespace)/\(subject.name)"
        return key.isEmpty ? start : "\(start)#\(key)"
    }

    private static func member(_ rule: DiagnosisRule, _ key: ObjectKey) -> ObjectID {
        let kind = rule.subject.kind
        return ObjectID(group: kind.groupResource.group, kind: kind.kind, namespace: key.namespace, name: key.name)
    }

    private static func joined(_ group: Group) -> Joined? {
        let drafts = group.drafts.sorted { $0.key < $1.key }
        guard let worst = drafts.map({ $0.value.severity ?? group.rule.severity }).max(),
            let first = drafts.first(where: { ($0.value.severity ?? group.rule.severity) == worst })?.value
        else { return nil }
        let related = Set(drafts.flatMap(\.value.related)).subtracting([group.subject]).subtracting(drafts.map(\.key))
        let finding = Finding(
            id: group.id, rule: group.rule.id, severity: worst, subject: group.subject, title: first.title,
            cause: first.cause,
            nextStep: first.nextStep, command: first.command, evidence: first.evidence, related: related.sorted(),
            members: drafts.map(\.key), since: drafts.compactMap(\.value.since).min(), causedBy: nil)
        return Joined(
            finding: finding, explainedBy: drafts.prefix(readMembers).flatMap(\.value.explainedBy), wants: first.wants)
    }

    /// Sets `causedBy` from what each finding's objects name as explanations.
    private static func link(_ findings: inout [Finding], _ explanations: [[ObjectID]]) {
        guard explanations.contains(where: { !$0.isEmpty }) else { return }
        var byObject: [ObjectID: [Int]] = [:]
        for (index, finding) in findings.enumerated() where finding.severity != .hygiene {
            for object in Set(finding.members + [finding.subject]) { byObject[object, default: []].append(index) }
        }
        let indexes = Dictionary(findings.enumerated().map { ($1.id, $0) }) { first, _ in first }
        // In the order of their ids, so that equal findings are linked alike.
        for index in findings.indices.sorted(by: { findings[$0].id < findings[$1].id }) {
            let candidates = explanations[index].flatMap { object in
                (byObject[object] ?? []).filter { $0 != index }.sorted { findings[$0].id < findings[$1].id }
            }
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

    /// The indexes of causes by severity, reach and id, each followed by those of what it explains.
    private static func order(of findings: [Finding]) -> [Int] {
        var effects: [String: [Int]] = [:]
        for (index, finding) in findings.enumerated() {
            if let cause = finding.causedBy { effects[cause, default: []].append(index) }
        }
        func reach(_ index: Int) -> Int {
            (effects[findings[index].id] ?? []).reduce(findings[index].members.count) { $0 + reach($1) }
        }
        let reaches = findings.indices.map { reach($0) }
        func precedes(_ left: Int, _ right: Int) -> Bool {
            if findings[left].severity != findings[right].severity {
                return findings[left].severity > findings[right].severity
            }
            if reaches[left] != reaches[right] { return reaches[left] > reaches[right] }
            return findings[left].id < findings[right].id
        }
        var order: [Int] = []
        func append(_ index: Int) {
            order.append(index)
            for effect in (effects[findings[index].id] ?? []).sorted(by: precedes) { append(effect) }
        }
        for cause in findings.indices.filter({ findings[$0].causedBy == nil }).sorted(by: precedes) { append(cause) }
        return order
    }
}
