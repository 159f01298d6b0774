import ClusterState
import KubernetesModel

/// A rule that could not look, and why.
package struct NotEvaluated: Sendable, Hashable {
    /// The rule's id.
    package var rule: String
    /// What it would have to read, such as `endpointslices.discovery.k8s.io`.
    package var missing: GroupResource
    /// Why that cannot be read, in words.
    package var reason: String
}

/// A finding that somebody does not want to see, and why.
package struct SilencedFinding: Sendable, Equatable {
    package var finding: Finding
    /// What the annotation or the file says; may be empty.
    package var reason: String
}

/// What is wrong with a cluster, as far as could be looked.
package struct Report: Sendable, Equatable {
    /// Causes before what they explain; causes by severity, then by how much they explain, then by name.
    package var findings: [Finding] = []
    package var silenced: [SilencedFinding] = []
    /// By rule, then by kind.
    package var notEvaluated: [NotEvaluated] = []
    /// Logs that would add evidence, of the worst findings first: with them the report may say more.
    package var wants: [LogRequest] = []
    /// When time alone may change the report; `nil` when it does not.
    package var recheckAt: Timestamp?

    package init() {}

    /// Findings that no other explains.
    package var causes: [Finding] { findings.filter { $0.causedBy == nil } }

    /// The ids of what causes these findings, all the way to the root causes.
    package func causes(of findings: [Finding]) -> Set<String> {
        var ids: Set<String> = []
        var next = findings.compactMap(\.causedBy)
        while let id = next.popLast() {
            guard ids.insert(id).inserted else { continue }
            next += self.findings.filter { $0.id == id }.compactMap(\.causedBy)
        }
        return ids
    }

    /// What concerns an object: findings on it, and on a group that it is a member of.
    package func findings(about object: ObjectID) -> [Finding] {
        findings.filter { $0.subject == object || $0.members.contains(object) }
    }
}
