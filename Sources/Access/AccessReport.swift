import KubernetesModel

/// Who one is on a cluster, and what one may do.
public struct AccessReport: Sendable, Hashable {
    /// How the server, or we, know who one is.
    public enum Source: String, Sendable, Hashable {
        /// The server said so (SelfSubjectReview).
        case server
        /// The server cannot be asked, so it is what the certificate says.
        case certificate
        /// The server cannot be asked, so it is what the token says, unverified.
        case token
        /// Nobody can tell.
        case unknown
    }

    /// What may be done to a part of objects, such as running commands in pods.
    public struct Part: Sendable, Hashable {
        /// One word, such as `exec`.
        public var name: String
        /// Whether it may.
        public var verdict: AccessVerdict
        /// Whether it may on servers before 1.35 alone, where `get` suffices.
        public var needsOldServer = false

        /// A part.
        public init(name: String, verdict: AccessVerdict) {
            self.name = name
            self.verdict = verdict
        }
    }

    /// What may be done to one kind.
    public struct Row: Sendable, Hashable {
        /// The kind.
        public var resource: GroupResource
        /// By verb, in the order of `AccessReport.verbs`.
        public var verdicts: [AccessVerdict]
        /// What may be done to parts of its objects, as far as that is of interest.
        public var parts: [Part] = []
        /// Names of objects that permissions are for which the verdicts do not count.
        public var named: [String] = []
        /// What else is allowed, that has no column and no part, such as `patch status`.
        public var others: [String] = []

        /// A row of a matrix.
        public init(resource: GroupResource, verdicts: [AccessVerdict]) {
            self.resource = resource
            self.verdicts = verdicts
        }
    }

    /// A path of the server that is no resource, such as `/metrics`.
    public struct Path: Sendable, Hashable {
        /// May end in `*`.
        public var path: String
        /// What may be done to it; `*` alone for all.
        public var verbs: [String]

        /// A path, and what may be done to it.
        public init(path: String, verbs: [String]) {
            self.path = path
            self.verbs = verbs
        }

        /// Whether everybody may read it who signs in (the ClusterRoles system:discovery, system:public-info-viewer).
        var isUsual: Bool {
            let roots = ["/api", "/apis", "/healthz", "/livez", "/readyz", "/openapi", "/version"]
            return verbs == ["get"] && roots.contains { [$0, $0 + "/", $0 + "/*"].contains(path) }
        }
    }

    /// A dangerous permission that one has.
    public struct Danger: Sendable, Hashable {
        /// What it is.
        public var grant: DangerousGrant
        /// Where; empty for the whole cluster.
        public var namespace: String
        /// The names that it is limited to; empty for none.
        public var names: [String]
        /// How much harm it allows to what is named.
        private var namedScore: DangerousGrant.Score

        /// A grant, and where and for which names it holds.
        public init(
            grant: DangerousGrant, namespace: String, names: [String] = [], namedScore: DangerousGrant.Score = .medium
        ) {
            self.grant = grant
            self.namespace = namespace
            self.names = names
            self.namedScore = namedScore
        }

        /// How much harm it allows here.
        public var score: DangerousGrant.Score {
            names.isEmpty ? namespace.isEmpty ? grant.score : .medium : namedScore
        }

        /// What it is, with the names.
        var title: String {
            guard !names.isEmpty else { return grant.title }
            let more = names.count > 3 ? " and \(names.count - 3) more" : ""
            return "\(grant.title) (by name: \(names.prefix(3).joined(separator: ", "))\(more))"
        }

        /// What to have instead.
        var safer: String {
            guard let first = names.first else { return grant.safer }
            return namedScore == .critical ? "leave \(first) out of the names" : "no more names than are needed"
        }
    }

    /// Who one is; `nil` when nobody can tell.
    public var identity: UserIdentity?
    /// How that is known.
    public var source = Source.unknown
    /// The namespace of the matrix; empty for the whole cluster.
    public var namespace: String
    /// What may be done in the namespace, by kind.
    public var rows: [Row] = []
    /// What may be done to kinds that are in no namespace.
    public var clusterRows: [Row] = []
    /// Paths of the server that rules allow, those that everybody has last.
    public var paths: [Path] = []
    /// The worst first.
    public var dangers: [Danger] = []
    /// Whether there may be permissions that the server does not list.
    public var isIncomplete = false
    /// What could not be asked, and why, in words.
    public var notes: [String] = []
    /// What it was made of, which answers for kinds that have no row; `nil` for who may do everything.
    public var survey: AccessSurvey?

    /// A report on a namespace that nothing is known of yet.
    public init(namespace: String) { self.namespace = namespace }

    /// Makes it the report of somebody who may do everything.
    public mutating func allowEverything() {
        dangers = [Danger(grant: .everything, namespace: "")]
        rows = Self.namespacedKinds.map { Self.fullRow(of: $0) }
        clusterRows = Self.clusterKinds.map { Self.fullRow(of: $0) }
    }

    /// Whether somebody may do everything, everywhere.
    public var allowsEverything: Bool {
        identity?.isSuperUser == true || dangers.contains { $0.grant.id == DangerousGrant.everything.id }
    }

    /// What may be done to a kind, whether it has a row or not.
    func row(of kind: GroupResource, in namespace: String) -> Row {
        let known = namespace.isEmpty ? clusterRows + rows : rows
        if let row = known.first(where: { $0.resource == kind }) { return row }
        if allowsEverything { return Self.fullRow(of: kind) }
        let rules = namespace.isEmpty ? survey?.clusterRules : survey?.rules
        return Self.rows(of: [kind], in: namespace, rules) { survey?.verdict(on: $0) ?? .unknown }[0]
    }

    /// The worst that one could do; `nil` when nothing dangerous was found.
    public var worst: DangerousGrant.Score? { dangers.map(\.score).max() }
}
