/// Which nodes and neighbours a pod requires (core/v1 Affinity); what it merely prefers is not kept.
public struct Affinity: Sendable, Hashable {
    /// Any of these must hold; empty requires nothing
    /// (`nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms`).
    public var nodeTerms: [NodeSelectorTerm] = []
    /// All of these must hold (`podAffinity.requiredDuringSchedulingIgnoredDuringExecution`).
    public var podTerms: [PodAffinityTerm] = []
    /// None of these may hold (`podAntiAffinity.requiredDuringSchedulingIgnoredDuringExecution`).
    public var podAntiTerms: [PodAffinityTerm] = []

    /// An affinity with nothing set.
    public init() {}
}

/// Requirements on a node, all of which must hold (core/v1 NodeSelectorTerm).
///
/// A term without any matches no node.
public struct NodeSelectorTerm: Sendable, Hashable {
    /// On labels; operators are those of label selectors, and `Gt` and `Lt` (`matchExpressions`).
    public var matchExpressions: [LabelSelectorRequirement] = []
    /// On fields, of which only `metadata.name` exists (`matchFields`).
    public var matchFields: [LabelSelectorRequirement] = []

    /// A term with nothing set.
    public init() {}
}

/// Pods that must, or must not, run in the same part of the cluster (core/v1 PodAffinityTerm).
public struct PodAffinityTerm: Sendable, Hashable {
    /// `nil` matches no pod (`labelSelector`).
    public var labelSelector: LabelSelector?
    /// Empty, without a `namespaceSelector`, means the pod's own (`namespaces`).
    public var namespaces: [String] = []
    /// The node label whose value tells parts of the cluster apart (`topologyKey`).
    public var topologyKey = ""
    /// Namespaces by label, beside `namespaces` (`namespaceSelector`).
    public var namespaceSelector: LabelSelector?

    /// A term with nothing set.
    public init() {}
}

/// How evenly pods are to be spread (core/v1 TopologySpreadConstraint).
public struct TopologySpreadConstraint: Sendable, Hashable {
    /// Source: `maxSkew`.
    public var maxSkew: Int32 = 0
    /// Source: `topologyKey`.
    public var topologyKey = ""
    /// `DoNotSchedule` or `ScheduleAnyway` (`whenUnsatisfiable`).
    public var whenUnsatisfiable = ""
    /// Source: `labelSelector`.
    public var labelSelector: LabelSelector?

    /// A constraint with nothing set.
    public init() {}
}

/// A taint that a pod can live with (core/v1 Toleration).
public struct Toleration: Sendable, Hashable {
    /// Empty, with `Exists`, tolerates every taint (`key`).
    public var key = ""
    /// `Exists` or `Equal`; empty means `Equal` (`operator`).
    public var `operator` = ""
    /// Source: `value`.
    public var value = ""
    /// Empty tolerates every effect (`effect`).
    public var effect = ""
    /// For how long `NoExecute` is tolerated; `nil` for ever (`tolerationSeconds`).
    public var tolerationSeconds: Int64?

    /// A toleration with nothing set.
    public init() {}
}
