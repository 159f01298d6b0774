import KubernetesModel

/// What a forward goes to: a pod, or something that stands for pods.
package struct ForwardTarget: Sendable, Hashable {
    /// The kinds that can be forwarded to.
    package enum Kind: String, Sendable, CaseIterable {
        case pod, service, deployment, replicaset, statefulset, daemonset, job

        /// The kind in the API.
        package var builtIn: ResourceKind {
            switch self {
            case .pod: Pod.kind
            case .service: Service.kind
            case .deployment: Deployment.kind
            case .replicaset: ReplicaSet.kind
            case .statefulset: StatefulSet.kind
            case .daemonset: DaemonSet.kind
            case .job: Job.kind
            }
        }

        /// As short as people write it.
        package var shortName: String {
            switch self {
            case .pod: "pod"
            case .service: "svc"
            case .deployment: "deploy"
            case .replicaset: "rs"
            case .statefulset: "sts"
            case .daemonset: "ds"
            case .job: "job"
            }
        }

        /// The kind that people call by a name: kind, plural or short name, in any case, with or without its group.
        init?(named name: some StringProtocol) {
            let word = name.lowercased().split(separator: ".").first.map(String.init) ?? ""
            let kind = Self.allCases.first { kind in
                word == kind.rawValue || word == kind.builtIn.groupResource.resource || word == kind.shortName
                    || (word == "po" && kind == .pod)
            }
            guard let kind else { return nil }
            self = kind
        }
    }

    package var kind: Kind
    package var name: String

    package init(_ kind: Kind, _ name: String) {
        self.kind = kind
        self.name = name
    }

    /// Reads `POD` or `KIND/NAME`.
    ///
    /// - Throws: `ForwardProblem` that says what is wrong with the text.
    package init(parsing text: String) throws(ForwardProblem) {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2 else {
            guard !text.isEmpty else { throw ForwardProblem("no target is given: write POD, svc/NAME or deploy/NAME") }
            self.init(.pod, text)
            return
        }
        guard let kind = Kind(named: parts[0]) else {
            let kinds = Kind.allCases.map(\.shortName).joined(separator: ", ")
            let cronJob = ["cj", "cronjob", "cronjobs"].contains(parts[0].lowercased())
            throw ForwardProblem(
                cronJob
                    ? "\(text) has no pods of its own: forward to one of its jobs (job/NAME)"
                    : "\(parts[0]) cannot be forwarded to: take one of \(kinds)")
        }
        guard !parts[1].isEmpty, !parts[1].contains("/") else {
            throw ForwardProblem("\(text) is no target: write POD, svc/NAME or deploy/NAME")
        }
        self.init(kind, String(parts[1]))
    }

    /// Such as `svc/web`.
    package var text: String { "\(kind.shortName)/\(name)" }
}

/// Why a forward cannot be, in words for the user.
package struct ForwardProblem: Error, Sendable, Hashable, CustomStringConvertible {
    package var description: String

    package init(_ description: String) {
        self.description = description
    }
}
