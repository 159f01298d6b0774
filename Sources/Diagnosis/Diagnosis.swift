import ClusterState
import KubernetesModel

/// Runs rules over snapshots of one cluster and keeps what they found.
///
/// A value: give it every snapshot in turn, and it runs again only what reads something that changed.
package struct Diagnosis: Sendable {
    /// What a rule says, with its index.
    private struct Drafted: Sendable, Equatable {
        var rule: Int
        var draft: FindingDraft
    }

    /// What is known of one subject with findings, or whose evaluation read other objects.
    private struct Evaluation: Sendable {
        var reads: ReadSet
        var drafts: [Drafted]
    }

    /// The part of a kind that was last evaluated.
    private struct Seen: Sendable, Equatable {
        var storeID: UInt64
        var version: UInt64
        var isReadable: Bool
    }

    /// The rules that are run.
    package let rules: [DiagnosisRule]
    /// The namespace that is looked at; `nil` for all.
    package let namespace: String?
    private let types: [any KubernetesObject.Type]
    private var seen: [ObjectIdentifier: Seen] = [:]
    private var epoch: UInt64?
    private var evaluations: [SubjectID: Evaluation] = [:]
    private var dependencies = Dependencies()
    private var folding = Folding()
    private var silences = Silences()
    /// What a file silences.
    private let fileSilences: [Silence]
    /// When to look again at subjects that time alone may change.
    private var waiting: [SubjectID: Timestamp] = [:]
    private var logs: [LogRequest: LogTail] = [:]
    private var notEvaluated: [NotEvaluated] = []
    /// The rules that can look, by the kind of their subjects.
    private var runnable: [ObjectIdentifier: [Int]] = [:]
    /// How many subjects the last `update` evaluated.
    package private(set) var lastEvaluationCount = 0

    /// A diagnosis that has seen nothing yet.
    ///
    /// - Parameters:
    ///   - rules: what to run.
    ///   - namespace: where to look; `nil` for all namespaces.
    ///   - silences: what somebody does not want to see, besides what annotations say.
    package init(
        rules: [DiagnosisRule] = DiagnosisRule.all, namespace: String? = nil, silences: [Silence] = []
    ) {
        self.rules = rules
        self.namespace = namespace
        fileSilences = silences
        types = DiagnosisRule.types(of: rules)
    }

    /// What rules say about a snapshot, from the beginning.
    package static func evaluate(
        _ snapshot: ClusterSnapshot, namespace: String? = nil, now: Timestamp, logs: [LogRequest: LogTail] = [:],
        rules: [DiagnosisRule] = DiagnosisRule.all
    ) -> Report {
        var diagnosis = Diagnosis(rules: rules, namespace: namespace)
        return diagnosis.update(snapshot, now: now, logs: logs)
    }

    /// The scopes that are to be watched for the rules to look everywhere.
    package var scopes: Set<KindScope> { DiagnosisRule.scopes(of: types, namespace: namespace) }

    /// What rules say now.
    ///
    /// - Parameters:
    ///   - snapshot: the newest snapshot, of the same cache or of another.
    ///   - now: the time; must not go back.
    ///   - logs: every log that was read because a report wanted it.
    /// - Returns: everything that is wrong, whether it was found now or before.
    package mutating func update(
        _ snapshot: ClusterSnapshot, now: Timestamp, logs: [LogRequest: LogTail] = [:]
    ) -> Report {
        let world = World(snapshot, namespace: namespace, types: types)
        let dirty = changedSubjects(world, epoch: snapshot.epoch, now: now, logs: logs)
        self.logs = logs
        epoch = snapshot.epoch
        note(world)
        let memo = Memo()
        if let dirty {
            for subject in dirty { evaluate(subject, world, now, memo) }
            lastEvaluationCount = dirty.count
        } else {
            evaluateAll(world, now, memo)
        }
        return report()
    }

    // MARK: What changed

    /// The subjects to evaluate again; `nil` means all of them.
    private mutating func changedSubjects(
        _ world: World, epoch: UInt64, now: Timestamp, logs: [LogRequest: LogTail]
    ) -> Set<SubjectID>? {
        guard self.epoch == epoch else { return nil }
        var dirty: Set<SubjectID> = []
        for type in types {
            let id = ObjectIdentifier(type)
            let kind = world[type]
            guard let known = seen[id] else {
                if kind?.snapshot != nil { return nil }
                continue
            }
            guard let kind, let snapshot = kind.snapshot, snapshot.storeID == known.storeID,
                (kind.obstacle == nil) == known.isReadable
            else { return nil }
            guard kind.obstacle == nil else { continue }
            guard let changes = snapshot.changes(since: known.version) else { return nil }
            for change in changes {
                silences.note(change, of: type.kind)
                guard let object = change.new ?? change.old else { continue }
                if runnable[id] != nil, isInScope(object, of: type) {
                    dirty.insert(SubjectID(kind: id, key: ObjectKey(object.metadata)))
                }
                dirty.formUnion(dependencies.subjects(touchedBy: change, of: type))
            }
        }
        for (subject, recheckAt) in waiting where recheckAt <= now { dirty.insert(subject) }
        for (request, tail) in logs where self.logs[request] != tail {
            dirty.formUnion(dependencies.subjects(reading: request))
        }
        for request in self.logs.keys where logs[request] == nil {
            dirty.formUnion(dependencies.subjects(reading: request))
        }
        return dirty
    }

    private func isInScope(_ object: any StoredObject, of type: any KubernetesObject.Type) -> Bool {
        guard let namespace, type.kind.isNamespaced else { return true }
        return object.metadata.namespace == namespace
    }

    /// Notes what is evaluated now, and which rules can look.
    private mutating func note(_ world: World) {
        seen = [:]
        for type in types {
            guard let kind = world[type], let snapshot = kind.snapshot else { continue }
            seen[ObjectIdentifier(type)] = Seen(
                storeID: snapshot.storeID, version: snapshot.version, isReadable: kind.obstacle == nil)
        }
        notEvaluated = []
        runnable = [:]
        for (index, rule) in rules.enumerated() {
            let missing = rule.needs.compactMap { type in
                world[type]?.obstacle.map {
                    NotEvaluated(rule: rule.id, missing: type.kind.groupResource, reason: $0)
                }
            }
            if missing.isEmpty {
                runnable[ObjectIdentifier(rule.subject), default: []].append(index)
            } else {
                notEvaluated += missing
            }
        }
        notEvaluated.sort { ($0.rule, $0.missing) < ($1.rule, $1.missing) }
    }

    // MARK: Evaluating

    private mutating func evaluateAll(_ world: World, _ now: Timestamp, _ memo: Memo) {
        evaluations = [:]
        dependencies = Dependencies()
        folding = Folding()
        waiting = [:]
        lastEvaluationCount = 0
        silences = Silences()
        for type in types {
            for object in world.objects(of: type) {
                silences.note(ObjectChange(old: nil, new: object), of: type.kind)
            }
            let id = ObjectIdentifier(type)
            guard runnable[id] != nil else { continue }
            for object in world.objects(of: type) {
                evaluate(object, SubjectID(kind: id, key: ObjectKey(object.metadata)), world, now, memo)
                lastEvaluationCount += 1
            }
        }
    }

    private mutating func evaluate(_ subject: SubjectID, _ world: World, _ now: Timestamp, _ memo: Memo) {
        let old = evaluations.removeValue(forKey: subject)
        if let old {
            dependencies.remove(old.reads, of: subject)
            waiting[subject] = nil
        }
        guard let object = world.kinds[subject.kind]?.snapshot?[subject.key] else {
            return replace(old?.drafts ?? [], by: [], on: subject)
        }
        evaluate(object, subject, world, now, memo, insteadOf: old?.drafts ?? [])
    }

    private mutating func evaluate(
        _ object: any StoredObject, _ subject: SubjectID, _ world: World, _ now: Timestamp, _ memo: Memo,
        insteadOf old: [Drafted] = []
    ) {
        var context = RuleContext(world: world, now: now, logs: logs, memo: memo)
        var drafts: [Drafted] = []
        for index in runnable[subject.kind] ?? [] {
            rules[index].evaluate(object, &context)
            guard !context.drafts.isEmpty else { continue }
            drafts += context.drafts.map { Drafted(rule: index, draft: $0) }
            context.drafts = []
        }
        replace(old, by: drafts, on: subject)
        guard !drafts.isEmpty || !context.reads.isEmpty else { return }
        evaluations[subject] = Evaluation(reads: context.reads, drafts: drafts)
        dependencies.insert(context.reads, of: subject)
        waiting[subject] = context.reads.recheckAt
    }

    /// Folds in what is said of a subject now; findings stay as they are when it is what was said before.
    private mutating func replace(_ old: [Drafted], by new: [Drafted], on subject: SubjectID) {
        guard old != new else { return }
        for drafted in old { folding.remove(drafted.draft, of: rules[drafted.rule], on: subject.key) }
        for drafted in new { folding.insert(drafted.draft, of: rules[drafted.rule], on: subject.key) }
    }

    // MARK: Reporting

    private mutating func report() -> Report {
        var report = Report()
        let (findings, wants) = folding.findings()
        var silenced: [String: String] = [:]
        let silencesNothing = silences.isEmpty && fileSilences.isEmpty
        if silencesNothing { report.findings = findings }
        for finding in findings where !silencesNothing {
            // Causes come first: what a silenced one explains goes with it.
            let reason =
                silences.reason(for: finding) ?? fileSilences.first { $0.matches(finding) }?.reason
                ?? finding.causedBy.flatMap { silenced[$0] }
            if let reason {
                silenced[finding.id] = reason
                report.silenced.append(SilencedFinding(finding: finding, reason: reason))
            } else {
                report.findings.append(finding)
            }
        }
        report.notEvaluated = notEvaluated
        report.wants = wants
        report.recheckAt = waiting.values.min()
        return report
    }
}
