import ClusterState
import Diagnosis
import KubernetesModel

/// Where the rules look: one namespace, or all.
package struct DiagnosisScope: Sendable, Hashable {
    /// `nil` for all namespaces.
    package var namespace: String?

    package init(namespace: String?) { self.namespace = namespace }

    /// Whether an object is looked at there.
    func contains(_ object: ObjectID) -> Bool {
        namespace == nil || object.namespace.isEmpty || object.namespace == namespace
    }
}

/// What the rules said, where they looked, and what the screen wants to know of it at once.
package struct ScopedReport: Sendable, Equatable {
    package let scope: DiagnosisScope
    package let report: Report
    /// How bad the worst finding about an object is; by kind, without what is a matter of hygiene.
    let health: [String: [ObjectKey: Health]]
    /// How many causes there are, by severity.
    package let causeCounts: [Severity: Int]
    /// What each finding explains, by its id.
    private let effects: [String: [Finding]]
    /// How many objects suffer from the causes, besides those that the causes are about.
    package let symptomCount: Int

    package init(scope: DiagnosisScope, report: Report) {
        self.scope = scope
        self.report = report
        var health: [String: [ObjectKey: Health]] = [:]
        var causeCounts: [Severity: Int] = [:]
        var effects: [String: [Finding]] = [:]
        for finding in report.findings {
            if let cause = finding.causedBy {
                effects[cause, default: []].append(finding)
            } else {
                causeCounts[finding.severity, default: 0] += 1
            }
            guard finding.severity != .hygiene else { continue }
            let own: Health = finding.severity == .broken ? .broken : .degraded
            for object in [finding.subject] + finding.members {
                let key = ObjectKey(namespace: object.namespace, name: object.name)
                let known = health[object.kind, default: [:]][key] ?? .fine
                health[object.kind, default: [:]][key] = max(known, own)
            }
        }
        self.health = health
        self.causeCounts = causeCounts
        self.effects = effects
        var symptoms: Set<ObjectID> = []
        for finding in report.findings {
            if finding.causedBy != nil { symptoms.insert(finding.subject) }
            symptoms.formUnion(finding.members)
        }
        for finding in report.causes { symptoms.remove(finding.subject) }
        symptomCount = symptoms.count
    }

    package static func == (left: ScopedReport, right: ScopedReport) -> Bool {
        left.scope == right.scope && left.report == right.report
    }

    /// What a finding explains at first hand, the worst first.
    func effects(of finding: Finding) -> [Finding] { effects[finding.id] ?? [] }

    /// Everything that a finding explains.
    func allEffects(of finding: Finding) -> [Finding] {
        effects(of: finding).flatMap { [$0] + allEffects(of: $0) }
    }

    /// The objects besides its own subject that suffer from a finding.
    func reach(of finding: Finding) -> Set<ObjectID> {
        var objects = Set(finding.members)
        for effect in allEffects(of: finding) {
            objects.insert(effect.subject)
            objects.formUnion(effect.members)
        }
        objects.remove(finding.subject)
        return objects
    }
}

/// How much is not well, for the header.
package struct Standing: Sendable, Equatable {
    package var broken = 0
    package var degraded = 0
    /// Whether `degraded` counts warnings among events.
    package var areWarnings = false
}

extension AppState {
    /// The causes that the rules found, and the rows that are not well without a rule that says why; as long as the
    /// rules have said nothing, all rows that are not well.
    package var standing: Standing {
        guard let view = table else { return Standing() }
        let isEvents = view.kind == Event.kind.groupResource
        guard let diagnosis, diagnosis.scope == diagnosed?.scope else {
            return Standing(broken: view.brokenCount, degraded: view.degradedCount, areWarnings: isEvents)
        }
        let counts = diagnosis.causeCounts
        return Standing(
            broken: (counts[.broken] ?? 0) + (isEvents ? 0 : view.unexplainedBroken),
            degraded: (counts[.degraded] ?? 0) + (isEvents ? 0 : view.unexplainedDegraded))
    }
}
