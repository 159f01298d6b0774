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
    }

    /// A finding before its cause is known; shared, since most stay as they are.
    private final class Joined: Sendable {
        let finding: Finding
        /// Objects whose trouble would explain it, each once.
        let explainedBy: [ObjectID]
        /// Logs that would add to its evidence.
        let wants: [LogRequest]

        init(_ finding: Finding, explainedBy: [ObjectID], wants: [LogRequest]) {
            self.finding = finding
            self.explainedBy = explainedBy
            self.wants = wants
        }

        /// The objects whose other findings this one may explain; a matter of hygiene explains nothing.
        var explains: Set<ObjectID> {
            finding.severity == .hygiene ? [] : Set(finding.members + [finding.subject])
        }
    }

    /// By the id of the finding.
    private var groups: [String: Group] = [:]
    /// Groups whose finding is to be made anew.
    private var changed: Set<String> = []
    /// What the groups make, by the ids of the findings.
    private var joined: [Joined] = []
    /// The ids of the findings that may explain others by an object.
    private var byObject: [ObjectID: Set<String>] = [:]
    /// What was last found, as long as nothing changes.
    private var last: (findings: [Finding], wants: [LogRequest])?

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
        if changed.isEmpty, let last { return last }
        joinChanged()
        let causes = causes()
        let order = Self.order(of: joined, causes)
        var findings: [Finding] = []
        findings.reserveCapacity(order.count)
        for index in order {
            findings.append(joined[index].finding)
            if let cause = causes[index] { findings[findings.count - 1].causedBy = joined[cause].finding.id }
        }
        let found = (findings, order.flatMap { joined[$0].wants })
        last = found
        return found
    }

    /// Makes the findings of changed groups anew, in the order of their ids.
    private mutating func joinChanged() {
        var result: [Joined] = []
        result.reserveCapacity(joined.count + changed.count)
        var kept = joined[...]
        for id in changed.sorted() {
            while let next = kept.first, next.finding.id < id { result.append(kept.removeFirst()) }
            if let old = kept.first, old.finding.id == id {
                kept.removeFirst()
                for object in old.explains {
                    byObject[object]?.remove(id)
                    if byObject[object]?.isEmpty == true { byObject[object] = nil }
                }
            }
            guard let group = groups[id], let new = Self.joined(group) else { continue }
            for object in new.explains { byObject[object, default: []].insert(id) }
            result.append(new)
        }
        joined = result + kept
        changed = []
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
        var explainedBy: [ObjectID] = []
        var known: Set<ObjectID> = []
        for draft in drafts.prefix(readMembers) {
            for object in draft.value.explainedBy where known.insert(object).inserted { explainedBy.append(object) }
        }
        return Joined(finding, explainedBy: explainedBy, wants: first.wants)
    }

    /// The index of each finding's cause, from what its objects name as explanations.
    private func causes() -> [Int?] {
        var causes = [Int?](repeating: nil, count: joined.count)
        guard joined.contains(where: { !$0.explainedBy.isEmpty }) else { return causes }
        for (index, effect) in joined.enumerated() {
            let candidates = effect.explainedBy.flatMap { object in
                (byObject[object] ?? []).compactMap { self.index(of: $0) }.filter {
                    // What is milder explains nothing worse.
                    $0 != index && joined[$0].finding.severity >= effect.finding.severity
                }.sorted()
            }
            // Of the worst, the first that is named.
            guard let worst = candidates.map({ joined[$0].finding.severity }).max() else { continue }
            causes[index] = candidates.first {
                joined[$0].finding.severity == worst && !Self.isExplained($0, by: index, causes)
            }
        }
        return causes
    }

    /// Where the finding of an id is.
    private func index(of id: String) -> Int? {
        var range = joined.indices
        while !range.isEmpty {
            let middle = range.lowerBound + range.count / 2
            let found = joined[middle].finding.id
            if found == id { return middle }
            range = found < id ? middle + 1..<range.upperBound : range.lowerBound..<middle
        }
        return nil
    }

    /// Whether a finding is explained by another, over any number of steps.
    private static func isExplained(_ index: Int, by other: Int, _ causes: [Int?]) -> Bool {
        var current: Int? = index
        while let here = current {
            if here == other { return true }
            current = causes[here]
        }
        return false
    }

    /// The indexes of causes by severity, reach and id, each followed by those of what it explains.
    private static func order(of joined: [Joined], _ causes: [Int?]) -> [Int] {
        var effects: [Int: [Int]] = [:]
        for (index, cause) in causes.enumerated() {
            if let cause { effects[cause, default: []].append(index) }
        }
        func reach(_ index: Int) -> Int {
            (effects[index] ?? []).reduce(joined[index].finding.members.count) { $0 + reach($1) }
        }
        let reaches = joined.indices.map { reach($0) }
        let severities = joined.map(\.finding.severity)
        // Findings come in the order of their ids.
        func precedes(_ left: Int, _ right: Int) -> Bool {
            if severities[left] != severities[right] { return severities[left] > severities[right] }
            if reaches[left] != reaches[right] { return reaches[left] > reaches[right] }
            return left < right
        }
        var order: [Int] = []
        order.reserveCapacity(joined.count)
        func append(_ index: Int) {
            order.append(index)
            for effect in (effects[index] ?? []).sorted(by: precedes) { append(effect) }
        }
        for cause in joined.indices.filter({ causes[$0] == nil }).sorted(by: precedes) { append(cause) }
        return order
    }
}
