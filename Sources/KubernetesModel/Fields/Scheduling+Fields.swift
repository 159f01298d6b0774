extension Affinity: FieldReadable {
    static let fields = FieldTable<Affinity>(
        "Affinity",
        [
            Field("nodeAffinity", 1) { $1.message(&$0, nodeAffinity) },
            Field("podAffinity", 2) { $1.message(&$0, podAffinity) },
            Field("podAntiAffinity", 3) { $1.message(&$0, podAntiAffinity) },
        ])

    private static let nodeAffinity = FieldTable<Affinity>(
        "NodeAffinity",
        [
            Field("requiredDuringSchedulingIgnoredDuringExecution", 1) {
                $1.message(&$0.nodeTerms, NodeSelectorTerm.selector)
            }
        ])

    private static let podAffinity = FieldTable<Affinity>(
        "PodAffinity",
        [Field("requiredDuringSchedulingIgnoredDuringExecution", 1) { $1.append(&$0.podTerms) }])

    private static let podAntiAffinity = FieldTable<Affinity>(
        "PodAntiAffinity",
        [Field("requiredDuringSchedulingIgnoredDuringExecution", 1) { $1.append(&$0.podAntiTerms) }])
}

extension NodeSelectorTerm: FieldReadable {
    static let fields = FieldTable<NodeSelectorTerm>(
        "NodeSelectorTerm",
        [
            Field("matchExpressions", 1) { $1.append(&$0.matchExpressions) },
            Field("matchFields", 2) { $1.append(&$0.matchFields) },
        ])

    /// A node selector is kept as its terms.
    static let selector = FieldTable<[NodeSelectorTerm]>(
        "NodeSelector", [Field("nodeSelectorTerms", 1) { $1.append(&$0) }])
}

extension PodAffinityTerm: FieldReadable {
    static let fields = FieldTable<PodAffinityTerm>(
        "PodAffinityTerm",
        [
            Field("labelSelector", 1) { $1.message(&$0.labelSelector) },
            Field("namespaces", 2) { $1.append(&$0.namespaces) },
            Field("topologyKey", 3) { $0.topologyKey = $1.interned() },
            Field("namespaceSelector", 4) { $1.message(&$0.namespaceSelector) },
        ])
}

extension TopologySpreadConstraint: FieldReadable {
    static let fields = FieldTable<TopologySpreadConstraint>(
        "TopologySpreadConstraint",
        [
            Field("maxSkew", 1) { $0.maxSkew = $1.int32() },
            Field("topologyKey", 2) { $0.topologyKey = $1.interned() },
            Field("whenUnsatisfiable", 3) { $0.whenUnsatisfiable = $1.interned() },
            Field("labelSelector", 4) { $1.message(&$0.labelSelector) },
        ])
}

extension Toleration: FieldReadable {
    static let fields = FieldTable<Toleration>(
        "Toleration",
        [
            Field("key", 1) { $0.key = $1.interned() },
            Field("operator", 2) { $0.operator = $1.interned() },
            Field("value", 3) { $0.value = $1.interned() },
            Field("effect", 4) { $0.effect = $1.interned() },
            Field("tolerationSeconds", 5) { $0.tolerationSeconds = $1.optionalInt64() },
        ])
}
