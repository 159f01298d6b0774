import Access
import KubernetesModel
import Screen

/// Somebody whom bindings name, as a row of `:subjects`.
package struct RoleHolderRow: KubernetesObject {
    /// No kind of a cluster: its rows are made here.
    package static let kind = ResourceKind(
        group: "", resource: "subjects", kind: "RoleHolder", versions: [], isNamespaced: false)

    package var metadata = ObjectMeta()
    package var holder = RoleHolder(.user, "")
    /// Roles in the whole cluster.
    package var clusterRoles: [String] = []
    /// Where it has roles besides, in order.
    package var namespaces: [String] = []
    /// How many bindings name it.
    package var bindingCount = 0
    /// The dangerous that it may do by name, the worst first; groups that it is in are not looked at.
    package var dangers: [AccessReport.Danger] = []
    /// Whether what it may do is known of all its bindings.
    package var knowsAll = true
    /// Whether only bindings name it that every API server makes by itself.
    package var isBuiltIn = false

    package init() {}

    init(_ holder: RoleHolder, _ graph: RoleGraph, _ known: inout RoleGraph.RoleDangers) {
        self.holder = holder
        metadata.name = holder.namespace.isEmpty ? holder.name : "\(holder.namespace)/\(holder.name)"
        metadata.uid = holder.words
        let bindings = graph.bindings(naming: holder)
        bindingCount = bindings.count
        clusterRoles = bindings.filter(\.namespace.isEmpty).map(\.role.name)
        namespaces = Set(bindings.map(\.namespace).filter { !$0.isEmpty }).sorted()
        isBuiltIn = bindings.allSatisfy { $0.isBuiltIn(for: holder) }
        let holdings = bindings.map { RoleGraph.Holding(binding: $0, rules: graph.rules(of: $0)) }
        knowsAll = !holdings.contains { if case .unknown = $0.rules { true } else { false } }
        dangers = RoleGraph.dangers(of: holdings, &known)
    }
}

extension TableDefinition where Row == RoleHolderRow {
    /// Users, groups and service accounts that bindings name.
    static var roleHolders: TableDefinition {
        TableDefinition(
            title: "Subjects", aliases: ["users", "groups"],
            columns: [
                .name(help: "Name; of a ServiceAccount after its namespace."),
                .text("KIND", width: .fit(max: 14), importance: 3, help: "User, Group or ServiceAccount.") {
                    $0.holder.kind.rawValue
                },
                Column(
                    "WORST", width: .fill(min: 20),
                    help: "The most dangerous that it may do by what names it, and how much more there is; ? for roles "
                        + "that cannot be read.",
                    descendingFirst: true, importance: 2,
                    role: { row, _ in
                        guard let score = row.dangers.first?.score else { return row.knowsAll ? .dim : .degraded }
                        return score > .medium ? .broken : .degraded
                    },
                    text: { row, _ in
                        if row.knowsAll { return orNone(row.dangers.worstText) }
                        return row.dangers.isEmpty ? "?" : "\(row.dangers.worstText) ?"
                    },
                    // What every cluster has by itself comes after the others.
                    sortKey: {
                        .number($0.dangers.weight + ($0.knowsAll ? 0 : 0.5) + ($0.isBuiltIn ? 0 : 10_000))
                    }),
                .text(
                    "CLUSTER ROLES", width: .fill(min: 13), importance: 1, help: "What it has in the whole cluster."
                ) { orNone($0.clusterRoles.joined(separator: ",")) },
                .text("NAMESPACES", width: .fill(min: 10), importance: 1, help: "Where it has roles besides.") {
                    orNone($0.namespaces.joined(separator: ","))
                },
                .number("BINDINGS", help: "Bindings that name it.") { $0.bindingCount },
                .text(
                    "BUILT IN", width: .fit(max: 8), wide: true, importance: 0,
                    help: "Whether only bindings name it that every API server makes."
                ) { $0.isBuiltIn ? "true" : "false" },
            ], defaultSort: ("WORST", descending: true))
    }
}

extension ResourceTable {
    /// The list of everybody whom bindings name.
    package static let roleHolders = ResourceTable(.roleHolders)
}
