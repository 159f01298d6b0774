import ClusterState
import Diagnosis
import KubernetesModel
import Screen

extension LogOrder {
    /// How many pods, workloads and selectors one pane reads the logs of, at most.
    static let maximumTargets = 50
}

/// Why there is no log to open, in words for the user.
struct LogRefusal: Error, Equatable {
    var words: String
}

extension AppState {
    /// The logs of the marked rows, or of what is selected; or why there are none.
    var selectedLogOrder: Result<LogOrder, LogRefusal> {
        if shownFindings != nil {
            guard let log = selectedLog else {
                if let subject = shownFindings?.subject, subject.kind == Pod.kind.kind {
                    return .success(LogOrder(namespace: subject.namespace, subject: .pod(subject.name)))
                }
                return .failure(LogRefusal(words: "The finding is not about a container with a log."))
            }
            var order = LogOrder(namespace: log.namespace, subject: .pod(log.pod))
            order.containers = .named(log.container)
            order.previous = log.previous
            return .success(order)
        }
        if let view = shownXray { return logOrder(of: view.selectedNode) }
        guard let view = shownTable, let selection = view.selection else {
            return .failure(LogRefusal(words: "Nothing is selected."))
        }
        guard view.marks.isEmpty else { return markedLogOrder(of: view) }
        let target: LogOrder.Target
        switch logTarget(of: selection, in: view) {
        case .success(let found): target = found
        case .failure(let refusal): return .failure(refusal)
        }
        var order = LogOrder(namespace: target.namespace, subject: target.subject)
        if let container = target.container { order.containers = .named(container) }
        return .success(order)
    }

    /// The logs of all marked rows that have some.
    private func markedLogOrder(of view: TableView) -> Result<LogOrder, LogRefusal> {
        var targets: [LogOrder.Target] = []
        var refusal = LogRefusal(words: "Nothing is marked here.")
        for object in view.targets {
            switch logTarget(of: object, in: view) {
            case .success(let target): targets.append(target)
            case .failure(let reason): refusal = reason
            }
        }
        guard !targets.isEmpty else { return .failure(refusal) }
        guard targets.count <= LogOrder.maximumTargets else {
            return .failure(
                LogRefusal(
                    words:
                        "\(targets.count) rows are marked; logs of at most \(LogOrder.maximumTargets) fit in one pane.")
            )
        }
        return .success(LogOrder(targets))
    }

    private func logTarget(of object: any StoredObject, in view: TableView) -> Result<LogOrder.Target, LogRefusal> {
        let metadata = object.metadata
        let subject: LogOrder.Subject
        switch object {
        case let container as Stored<ContainerRow>:
            return .success(
                .init(
                    namespace: metadata.namespace, subject: .pod(container.value.pod), container: metadata.name))
        case is Stored<Pod>: subject = .pod(metadata.name)
        case let service as Stored<Service> where service.value.spec.selector.isEmpty:
            return .failure(LogRefusal(words: "Service \(metadata.name) has no selector, and so no pods."))
        case is Stored<Deployment>, is Stored<StatefulSet>, is Stored<DaemonSet>, is Stored<ReplicaSet>,
            is Stored<Job>, is Stored<CronJob>, is Stored<Service>:
            subject = .workload(resource: view.kind.resource, name: metadata.name)
        case _ where view.kind == GroupResource(group: "", resource: "replicationcontrollers"):
            subject = .workload(resource: "replicationcontrollers", name: metadata.name)
        default: return .failure(LogRefusal(words: "Only pods, workloads and Services have logs."))
        }
        return .success(.init(namespace: metadata.namespace, subject: subject))
    }

    /// Opens the logs of what is marked or selected.
    mutating func openSelectedLog(previous: Bool) {
        guard case .success(var order) = selectedLogOrder else { return }
        if previous { order.previous = true }
        openLog(order)
    }

    /// `:logs`.
    mutating func openLogs(_ request: LogsLine) {
        let place = shownTable.map(\.namespace) ?? namespace
        switch request.order(in: place) {
        case .success(let order)?: openLog(order)
        case .failure(let refusal)?: show(.error, refusal.words)
        case nil:
            switch selectedLogOrder {
            case .failure(let refusal): show(.error, refusal.words)
            case .success(var order):
                if request.containers != .usual { order.containers = request.containers }
                order.previous = order.previous || request.previous
                if let range = request.range { order.range = range }
                openLog(order)
            }
        }
    }

    private mutating func openLog(_ order: LogOrder) {
        openPane(.log(LogView(order, now: now)))
    }

    /// Pods and workloads of the namespace in use that are known, as `:logs` takes them.
    var loggedNames: [String] {
        let place = shownTable.map(\.namespace) ?? namespace
        guard let place else { return [] }
        let kinds: [(ResourceKind, String)] = [
            (Pod.kind, ""), (Deployment.kind, "deploy/"), (StatefulSet.kind, "sts/"), (DaemonSet.kind, "ds/"),
            (Job.kind, "job/"), (Service.kind, "svc/"),
        ]
        return kinds.flatMap { kind, prefix -> [String] in
            guard let found = snapshot.resolve(KindScope(kind.groupResource, namespace: place)) else { return [] }
            return found.objects.filter { $0.metadata.namespace == place }.map { prefix + $0.metadata.name }
        }
    }
}
