import KubernetesModel
import Screen

extension ResourceTable {
    /// The containers of one pod.
    package static let containers = ResourceTable(.containers)
}

extension TableDefinition where Row == ContainerRow {
    /// Containers, in the order in which the pod starts them.
    package static var containers: TableDefinition {
        TableDefinition(
            title: "Containers", aliases: [],
            columns: [
                .name(help: "Name of the container.", isFinished: { $0.health == .finished }),
                Column(
                    "KIND", width: .fit(max: 9),
                    help: "init, sidecar, main or ephemeral; sorts as the pod starts them.",
                    importance: 1, text: { row, _ in row.role.word }, sortKey: { .number(Double($0.position)) }),
                .text(
                    "READY", width: .fit(max: 6), importance: 2, help: "Whether it is ready.",
                    role: { row, _ in row.health == .degraded ? .degraded : .plain },
                    text: { $0.status.map { $0.ready ? "true" : "false" } ?? "<none>" }),
                .text(
                    "STATE", width: .fit(max: 28), importance: 3, help: "What it is doing, or why it is not.",
                    role: { row, _ in row.health.role }, text: { $0.status?.state.word ?? "<none>" }),
                Column(
                    "RESTARTS", width: .fit(max: 16), align: .right, help: "Restarts, and how long ago the newest was.",
                    timeDependent: true, descendingFirst: true, importance: 2,
                    role: { row, context in row.isRestartRecent(context.now) ? .degraded : .plain },
                    text: { row, context in row.restartsText(context.now) },
                    sortKey: { .number(Double($0.status?.restartCount ?? 0)) }),
                Column(
                    "LAST STATE", width: .fill(min: 10),
                    help: "How the run before this one ended: reason, exit code, when.",
                    timeDependent: true, descendingFirst: true, importance: 1,
                    role: { row, _ in row.lastEnd.map { $0.exitCode == 0 } == false ? .degraded : .plain },
                    text: { row, context in row.lastStateText(context.now) },
                    sortKey: { $0.lastEnd?.finishedAt.map { .time($0) } ?? .missing }),
                .text("IMAGE", width: .fill(min: 12), importance: 1, help: "Its image.") { orNone($0.container.image) },
                .text("PORTS", width: .fit(max: 32), importance: 0, help: "Ports that it declares.") { row in
                    orNone(row.container.ports.map(\.text).joined(separator: ","))
                },
                .text(
                    "PROBES", width: .fit(max: 26), importance: -1,
                    help: "Which probes it has: startup, liveness, readiness; b shows them."
                ) { orNone($0.probeWords.joined(separator: ",")) },
            ] + usage + [
                resource("CPU REQ", help: "Processor that it is promised.") { $0.requests["cpu"] },
                resource("CPU LIM", help: "Processor that it may use at most.") { $0.limits["cpu"] },
                resource("MEM REQ", help: "Memory that it is promised.") { $0.requests["memory"] },
                resource("MEM LIM", help: "Memory that it may use at most.") { $0.limits["memory"] },
                .text(
                    "PULL POLICY", width: .fit(max: 12), wide: true, importance: 0, help: "When its image is pulled."
                ) { orNone($0.container.imagePullPolicy) },
                Column(
                    "AGE", width: .fit(max: 9), align: .right, help: "Time since it began to run.",
                    timeDependent: true, descendingFirst: true, importance: 2,
                    text: { row, context in row.startedAt.map { age(from: $0, to: context.now) } ?? "<none>" },
                    sortKey: { $0.startedAt.map { .time($0) } ?? .missing }),
            ],
            defaultSort: ("KIND", descending: false), health: { $0.health })
    }

    private static var usage: [Column<ContainerRow>] {
        [
            used("CPU", .cpu, help: "Processor in use."),
            share("%CPU/R", .cpu, .requests, help: "Processor in use, of what it is promised."),
            share("%CPU/L", .cpu, .limits, help: "Processor in use, of what it may use at most."),
            used("MEM", .memory, help: "Memory in use."),
            share("%MEM/R", .memory, .requests, help: "Memory in use, of what it is promised."),
            share("%MEM/L", .memory, .limits, help: "Memory in use, of what it may use before the kernel ends it."),
        ]
    }

    private static func used(_ title: String, _ kind: ComputeKind, help: String) -> Column<ContainerRow> {
        .used(title, kind, from: .podMetrics, help: help) { $0.used(kind, $1) }
    }

    private static func share(
        _ title: String, _ kind: ComputeKind, _ bound: ComputeBound, help: String
    ) -> Column<ContainerRow> {
        .percentage(
            title, from: .podMetrics, help: help,
            health: { bound == .limits ? UsageThreshold.health($0) : .fine },
            percent: { row, usage in
                guard let used = row.used(kind, usage),
                    let whole = kind.amount(of: ComputeResources(bound.quantities(of: row.container)))
                else { return nil }
                return percent(used, of: whole)
            })
    }

    /// A quantity as the spec writes it.
    private static func resource(
        _ title: String, help: String, _ quantity: @escaping @Sendable (Container) -> String?
    ) -> Column<ContainerRow> {
        Column(
            title, width: .fit(max: 16), align: .right, wide: true, help: help, descendingFirst: true, importance: 0,
            text: { row, _ in quantity(row.container) ?? "<none>" },
            sortKey: { row in
                quantity(row.container).flatMap { Quantity($0) }.map { .number(Double($0.milliValue) / 1000) }
                    ?? .missing
            })
    }
}

extension ContainerRow {
    fileprivate func used(_ kind: ComputeKind, _ usage: Usage) -> Int64? {
        usage.metrics(ofPod: podKey, createdAt: metadata.creationTimestamp)?[container: container.name]
            .flatMap(kind.amount)
    }

    /// How the run before this one ended; `nil` when there was none.
    fileprivate var lastEnd: TerminatedState? {
        if case .terminated(let end)? = status?.lastState { end } else { nil }
    }

    fileprivate func isRestartRecent(_ now: Timestamp) -> Bool {
        guard let status, status.restartCount > 0, let finished = lastEnd?.finishedAt else { return false }
        return now.seconds &- finished.seconds < 3600
    }

    fileprivate func restartsText(_ now: Timestamp) -> String {
        guard let status else { return "0" }
        guard status.restartCount > 0, let finished = lastEnd?.finishedAt else { return "\(status.restartCount)" }
        return "\(status.restartCount) (\(age(from: finished, to: now)) ago)"
    }

    /// Such as `OOMKilled (137) 3m ago`.
    fileprivate func lastStateText(_ now: Timestamp) -> String {
        guard let lastEnd else { return "<none>" }
        let reason = lastEnd.reason.isEmpty ? lastEnd.shortReason : "\(lastEnd.reason) (\(lastEnd.exitCode))"
        return lastEnd.finishedAt.map { "\(reason) \(age(from: $0, to: now)) ago" } ?? reason
    }

    fileprivate var probeWords: [String] {
        [
            container.startupProbe.map { _ in "startup" }, container.livenessProbe.map { _ in "liveness" },
            container.readinessProbe.map { _ in "readiness" },
        ].compactMap(\.self)
    }
}

extension ContainerPort {
    /// Such as `http:8080`, `53/UDP`.
    fileprivate var text: String {
        let suffix = `protocol`.isEmpty || `protocol` == "TCP" ? "" : "/\(`protocol`)"
        return (name.isEmpty ? "" : "\(name):") + "\(containerPort)\(suffix)"
    }
}
