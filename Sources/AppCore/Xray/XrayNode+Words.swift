import Diagnosis
import KubernetesModel
import Screen

extension XrayNode {
    /// The kind before the name, such as `deploy/`; empty for what is no object.
    package var prefix: String {
        switch content {
        case .object(_, let kind): return Self.shortName(kind.kind) + "/"
        case .absent(let id, _): return Self.shortName(id.kind) + "/"
        case .container(_, _, .initial): return "init container "
        case .container(_, _, .sidecar): return "sidecar "
        case .container(_, _, .main): return "container "
        case .heading, .note: return ""
        }
    }

    package var name: String {
        switch content {
        case .object(let object, _): object.metadata.name
        case .absent(let id, _): id.name
        case .container(_, let name, _): name
        case .heading(let text), .note(let text): text
        }
    }

    /// In cells, with the kind before it.
    var nameWidth: Int {
        switch content {
        case .heading, .note: 0
        case .object, .absent, .container: prefix.utf8.count + textWidth(name)
        }
    }

    private static let shortNames = Dictionary(
        KindDecoder.all.map { ($0.kind.kind, ObjectID.shortName(ofKind: $0.kind.kind)) },
        uniquingKeysWith: { first, _ in first })

    private static func shortName(_ kind: String) -> String { shortNames[kind] ?? kind.lowercased() }

    /// What `/` looks at: one line.
    var searchText: String {
        switch content {
        case .object(let object, _):
            let status = (object as? Stored<Pod>).map { " " + $0.value.summary.status } ?? ""
            return prefix + object.metadata.name + status + " " + object.metadata.namespace
        case .absent, .container: return prefix + name
        case .heading: return ""
        case .note(let text): return text
        }
    }

    /// How it is, in words.
    package var status: (text: String, role: StyleRole) {
        switch content {
        case .object(let object, let kind): return (Self.status(of: object, kind), health.statusRole)
        case .container(let pod, let name, _): return Self.status(of: name, in: pod.value)
        case .absent(_, .missing): return ("does not exist", .broken)
        case .absent(_, .optional): return ("does not exist, not needed", .dim)
        case .absent(_, .unknown): return ("not read", .unknown)
        case .heading, .note: return ("", .plain)
        }
    }

    private static func status(of object: any StoredObject, _ kind: ResourceKind) -> String {
        func ready(_ part: Int32, _ whole: Int32?) -> String { "\(part)/\(whole ?? 1) ready" }
        if object.metadata.deletionTimestamp != nil, !(object is Stored<Pod>) { return "being deleted" }
        switch object {
        case let pod as Stored<Pod>:
            let summary = pod.value.summary
            let restarts =
                summary.restarts == 0 ? "" : ", \(summary.restarts) restart\(summary.restarts == 1 ? "" : "s")"
            return "\(summary.readyText) \(summary.status)\(restarts)"
        case let item as Stored<Deployment>: return ready(item.value.readyReplicas, item.value.replicas)
        case let item as Stored<ReplicaSet>: return ready(item.value.readyReplicas, item.value.replicas)
        case let item as Stored<StatefulSet>: return ready(item.value.readyReplicas, item.value.replicas)
        case let item as Stored<DaemonSet>: return ready(item.value.numberReady, item.value.desiredNumberScheduled)
        case let item as Stored<Job>:
            let job = item.value
            for (type, word) in [("Complete", "complete"), ("Failed", "failed"), ("Suspended", "suspended")]
            where job.conditions[type: type]?.status == "True" {
                return "\(job.succeeded)/\(job.spec.completions ?? 1) \(word)"
            }
            return "\(job.succeeded)/\(job.spec.completions ?? 1), \(job.active) running"
        case let item as Stored<CronJob>: return item.value.schedule + (item.value.suspend ? ", suspended" : "")
        case let item as Stored<Service>:
            let spec = item.value.spec
            let ports = spec.ports.prefix(4).map { "\($0.port)" }.joined(separator: ",")
            let type = spec.type.isEmpty ? "ClusterIP" : spec.type
            let selects = spec.selector.isEmpty && spec.type != "ExternalName" ? ", no selector" : ""
            return ports.isEmpty ? type + selects : "\(type) \(ports)\(selects)"
        case let item as Stored<Ingress>:
            var hosts: [String] = []
            for rule in item.value.rules where !rule.host.isEmpty && !hosts.contains(rule.host) {
                hosts.append(rule.host)
            }
            return hosts.isEmpty ? "every host" : hosts.prefix(3).joined(separator: ", ")
        case let item as Stored<Node>:
            let ready = item.value.conditions[type: "Ready"]?.status == "True" ? "Ready" : "NotReady"
            return ready + (item.value.unschedulable ? ", cordoned" : "")
        case let item as Stored<PersistentVolumeClaim>:
            let size = item.value.capacity["storage"] ?? item.value.requests["storage"] ?? ""
            return [item.value.phase, size].filter { !$0.isEmpty }.joined(separator: " ")
        case let item as Stored<PersistentVolume>:
            return [item.value.phase, item.value.capacity["storage"] ?? "", item.value.storageClassName]
                .filter { !$0.isEmpty }.joined(separator: " ")
        case let item as Stored<StorageClass>: return item.value.provisioner
        case let item as Stored<ConfigMap>: return keys(item.value.keys.count)
        case let item as Stored<SecretObject>: return "\(item.value.type), \(keys(item.value.keys.count))"
        case let item as Stored<HorizontalPodAutoscaler>:
            let scaler = item.value
            return "\(scaler.currentReplicas) of \(scaler.minReplicas ?? 1) to \(scaler.maxReplicas)"
        case let item as Stored<PodDisruptionBudget>:
            return "\(item.value.disruptionsAllowed) may be disrupted"
        case let item as Stored<NetworkPolicy>: return item.value.policyTypes.joined(separator: ", ")
        case let item as Stored<Namespace>: return item.value.phase
        case let item as Stored<IngressClass>: return item.value.controller
        case let item as Stored<PriorityClass>: return "\(item.value.value)"
        case let item as Stored<Role>: return rules(item.value.rules.count)
        case let item as Stored<ClusterRole>: return rules(item.value.rules.count)
        case let item as Stored<RoleBinding>: return subjects(item.value.subjects)
        case let item as Stored<ClusterRoleBinding>: return subjects(item.value.subjects)
        case let item as PrintedObject: return item.printedState ?? ""
        default: return ""
        }
    }

    private static func rules(_ count: Int) -> String { "\(count) rule\(count == 1 ? "" : "s")" }

    /// Who gets the role, besides ServiceAccounts, which have lines of their own.
    private static func subjects(_ subjects: [RoleSubject]) -> String {
        let others = subjects.filter { $0.kind != ServiceAccount.kind.kind }
        let names = others.prefix(3).map { "\($0.kind.lowercased()) \($0.name)" }
        return names.joined(separator: ", ") + (others.count > 3 ? " and \(others.count - 3) more" : "")
    }

    private static func keys(_ count: Int) -> String { "\(count) key\(count == 1 ? "" : "s")" }

    private static func status(of container: String, in pod: Pod) -> (text: String, role: StyleRole) {
        let statuses = pod.status.initContainerStatuses + pod.status.containerStatuses
        guard let status = statuses.first(where: { $0.name == container }) else { return ("not started", .dim) }
        let restarts =
            status.restartCount == 0 ? "" : ", \(status.restartCount) restart\(status.restartCount == 1 ? "" : "s")"
        switch status.state {
        case .none: return ("not started" + restarts, .dim)
        case .running:
            return ("running" + (status.ready ? "" : ", not ready") + restarts, status.ready ? .fine : .degraded)
        case .waiting(let reason, _):
            return ((reason.isEmpty ? "waiting" : reason) + restarts, status.state.isBroken ? .broken : .degraded)
        case .terminated(let end):
            let reason = end.reason.isEmpty ? "" : " (\(end.reason))"
            return ("ended with \(end.exitCode)\(reason)\(restarts)", end.exitCode == 0 ? .finished : .broken)
        }
    }

    /// How many objects are below it, for when they are folded; empty for none.
    package var belowText: String {
        guard below.objects > 0 else { return "" }
        if below.pods > 0 { return "\(below.pods) pod\(below.pods == 1 ? "" : "s")" }
        return "\(below.objects) object\(below.objects == 1 ? "" : "s")"
    }
}

extension PrintedObject {
    /// What the server prints of how it is, such as `Ready: True`; `nil` when it prints nothing like it.
    var printedState: String? {
        for title in ["READY", "STATUS", "STATE", "PHASE"] {
            let index = columns.columns.firstIndex { $0.name.uppercased() == title }
            guard let index, index < cells.count, !cells[index].text.isEmpty else { continue }
            return "\(columns.columns[index].name): \(cells[index].text)"
        }
        return nil
    }
}

extension Health {
    fileprivate var statusRole: StyleRole {
        switch self {
        case .fine: .plain
        case .finished: .finished
        case .degraded: .degraded
        case .broken: .broken
        }
    }
}
