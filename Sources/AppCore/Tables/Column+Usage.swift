import KubernetesModel
import Screen

extension Column {
    /// What is used of processor or memory; the first sort puts the most on top.
    static func used(
        _ title: String, _ kind: ComputeKind, from source: Usage.Source, importance: Int = 1, help: String,
        amount: @escaping @Sendable (Row, Usage) -> Int64?
    ) -> Column {
        measured(
            title, from: source, leastWidth: kind == .cpu ? 5 : 7, importance: importance, help: help,
            text: { row, usage in amount(row, usage).map(kind.text) }, number: { amount($0, $1).map(kind.units) })
    }

    /// A share in percent; the first sort puts the largest on top.
    static func percentage(
        _ title: String, from source: Usage.Source, importance: Int = 0, help: String,
        health: @escaping @Sendable (Double) -> Health = { _ in .fine },
        percent: @escaping @Sendable (Row, Usage) -> Double?
    ) -> Column {
        measured(
            title, from: source, leastWidth: 4, importance: importance, help: help,
            role: { row, usage in percent(row, usage).map { health($0).usageRole } ?? .plain },
            text: { row, usage in percent(row, usage).map(percentText) }, number: percent)
    }

    /// A number that is not in the row's object.
    static func measured(
        _ title: String, from source: Usage.Source, leastWidth: Int, wide: Bool = false, importance: Int, help: String,
        role: @escaping @Sendable (Row, Usage) -> StyleRole = { _, _ in .plain },
        text: @escaping @Sendable (Row, Usage) -> String?,
        number: @escaping @Sendable (Row, Usage) -> Double?
    ) -> Column {
        var column = Column(
            title, width: .fit(max: 24), align: .right, wide: wide, help: help, timeDependent: true,
            descendingFirst: true, importance: importance,
            role: { row, context in text(row, context.usage) == nil ? .dim : role(row, context.usage) },
            text: { row, context in text(row, context.usage) ?? context.usage.absence(of: source) },
            sortKey: { _ in .missing })
        column.contextSortKey = { row, context in number(row, context.usage).map { .number($0) } ?? .missing }
        column.needs = source
        column.leastWidth = leastWidth
        return column
    }
}

extension [Column<Pod>] {
    /// What pods use.
    static var usage: [Column<Pod>] {
        [
            .used("CPU", .cpu, from: .podMetrics, help: "Processor in use, by all containers.") { pod, usage in
                usage.metrics(of: pod)?.usage.cpuNanos
            },
            share("%CPU/R", .cpu, .requests, help: "Processor in use, of what its containers ask for."),
            share("%CPU/L", .cpu, .limits, help: "Processor in use by containers with a limit, of their limits."),
            .used("MEM", .memory, from: .podMetrics, help: "Memory in use, by all containers.") { pod, usage in
                usage.metrics(of: pod)?.usage.memoryBytes
            },
            share("%MEM/R", .memory, .requests, help: "Memory in use, of what its containers ask for."),
            share("%MEM/L", .memory, .limits, help: "Memory in use by containers with a limit, of their limits."),
        ]
    }

    private static func share(
        _ title: String, _ kind: ComputeKind, _ bound: ComputeBound, help: String
    ) -> Column<Pod> {
        .percentage(
            title, from: .podMetrics, help: help,
            health: { bound == .limits ? UsageThreshold.health($0) : .fine },
            percent: { pod, usage in usage.metrics(of: pod).flatMap { pod.share(kind, of: bound, $0) } })
    }
}

extension [Column<Node>] {
    /// What nodes use, and what their pods have set aside.
    static var usage: [Column<Node>] {
        [
            .used("CPU", .cpu, from: .nodeMetrics, importance: 0, help: "Processor in use.") {
                $1.metrics(of: $0)?.cpuNanos
            },
            share("%CPU", .cpu, help: "Processor in use, of what pods may use."),
            .used("MEM", .memory, from: .nodeMetrics, importance: 0, help: "Memory in use.") {
                $1.metrics(of: $0)?.memoryBytes
            },
            share("%MEM", .memory, help: "Memory in use, of what pods may use."),
            .measured(
                "PODS", from: .nodePods, leastWidth: 6, importance: 1,
                help: "Pods that have not ended, of the most it takes.",
                role: { node, usage in
                    guard let load = usage.nodeLoads?[node.metadata.name], let room = node.podRoom else {
                        return .plain
                    }
                    return UsageThreshold.health(percent(Int64(load.pods), of: room)).usageRole
                },
                text: { node, usage in
                    usage.nodeLoads?[node.metadata.name].map { load in
                        node.podRoom.map { "\(load.pods)/\($0)" } ?? "\(load.pods)"
                    }
                },
                number: { node, usage in (usage.nodeLoads?[node.metadata.name]).map { Double($0.pods) } }),
            claimed(
                "CPU REQ", .cpu, .requests, help: "Processor that its pods ask for, and the share of what they may use."
            ),
            claimed(
                "MEM REQ", .memory, .requests, help: "Memory that its pods ask for, and the share of what they may use."
            ),
            claimed(
                "CPU LIM", .cpu, .limits, help: "Processor that its pods may use at most, as far as they have limits."),
            claimed(
                "MEM LIM", .memory, .limits, help: "Memory that its pods may use at most, as far as they have limits."),
        ]
    }

    private static func share(_ title: String, _ kind: ComputeKind, help: String) -> Column<Node> {
        .percentage(
            title, from: .nodeMetrics, importance: 1, help: help, health: UsageThreshold.health,
            percent: { node, usage in
                guard let used = usage.metrics(of: node).flatMap(kind.amount),
                    let whole = kind.amount(of: ComputeResources(node.allocatable))
                else { return nil }
                return percent(used, of: whole)
            })
    }

    /// Such as `850m (10%)`.
    private static func claimed(
        _ title: String, _ kind: ComputeKind, _ bound: ComputeBound, help: String
    ) -> Column<Node> {
        @Sendable func claim(_ node: Node, _ usage: Usage) -> (amount: Int64, percent: Double?)? {
            guard let load = usage.nodeLoads?[node.metadata.name] else { return nil }
            let amount = bound == .requests ? load.requests(kind) : load.limits(kind)
            let whole = kind.amount(of: ComputeResources(node.allocatable))
            return (amount, whole.map { percent(amount, of: $0) })
        }
        return .measured(
            title, from: .nodePods, leastWidth: 11, wide: bound == .limits, importance: 0, help: help,
            text: { node, usage in
                claim(node, usage).map { amount, percent in
                    kind.text(amount) + (percent.map { " (\(percentText($0)))" } ?? "")
                }
            },
            number: { node, usage in claim(node, usage).map { $0.percent ?? kind.units($0.amount) } })
    }
}

extension Node {
    /// How many pods it takes; `nil` when it does not say.
    fileprivate var podRoom: Int64? {
        (allocatable["pods"] ?? capacity["pods"]).flatMap { Quantity($0)?.value }.flatMap { $0 > 0 ? $0 : nil }
    }
}

extension Health {
    /// How a share is drawn.
    var usageRole: StyleRole {
        switch self {
        case .broken: .broken
        case .degraded: .degraded
        case .fine, .finished: .plain
        }
    }
}
