import AppCore
import ClusterState
import KubernetesModel
import Screen
import Testing
import Views

/// Trees of what belongs together.
@Suite struct XrayGoldenTests {
    private func owned(_ object: any StoredObject, by kind: String, _ name: String) -> any StoredObject {
        guard let pod = object as? Stored<Pod> else { return object }
        var value = pod.value
        value.metadata.ownerReferences = [owner(kind, name)]
        if name.hasPrefix("cart") {
            var source = EnvironmentSource()
            source.name = "cart-settings"
            value.spec.containers[0].envFrom = [source]
        }
        return Stored(value)
    }

    private func owner(_ kind: String, _ name: String) -> OwnerReference {
        var owner = OwnerReference()
        owner.apiVersion = "apps/v1"
        (owner.kind, owner.name, owner.uid, owner.controller) = (kind, name, "uid-\(name)", true)
        return owner
    }

    private func metadata(_ name: String) -> ObjectMeta {
        var metadata = ObjectMeta()
        (metadata.name, metadata.namespace, metadata.uid) = (name, "shop", "uid-\(name)")
        metadata.creationTimestamp = ago(200_000)
        return metadata
    }

    private func deployment(_ name: String, ready: Int32, of replicas: Int32) -> any StoredObject {
        var deployment = Deployment()
        deployment.metadata = metadata(name)
        deployment.replicas = replicas
        deployment.template.labels = ["app": "web"]
        (deployment.readyReplicas, deployment.availableReplicas) = (ready, ready)
        (deployment.updatedReplicas, deployment.statusReplicas) = (replicas, replicas)
        return Stored(deployment)
    }

    private func set(_ name: String, of deployment: String, ready: Int32, of replicas: Int32) -> any StoredObject {
        var set = ReplicaSet()
        set.metadata = metadata(name)
        set.metadata.ownerReferences = [owner("Deployment", deployment)]
        (set.replicas, set.statusReplicas, set.readyReplicas) = (replicas, replicas, ready)
        return Stored(set)
    }

    /// The Deployments of the shop; Secrets may not be read.
    private func shop() -> ClusterSnapshot {
        let pods = shopPods.map { pod in
            let name = pod.metadata.name
            guard let end = name.lastIndex(of: "-"), !name.hasPrefix("migrate") else { return pod }
            return owned(pod, by: "ReplicaSet", String(name[..<end]))
        }
        var service = Service()
        service.metadata = metadata("web")
        service.spec.type = "ClusterIP"
        service.spec.selector = ["app": "web"]
        let kinds: [(ResourceKind, LoadState, [any StoredObject])] = [
            (Pod.kind, .ready, pods),
            (
                Deployment.kind, .ready,
                [
                    deployment("checkout", ready: 1, of: 3), deployment("cart", ready: 0, of: 1),
                    deployment("web", ready: 2, of: 2),
                ]
            ),
            (
                ReplicaSet.kind, .ready,
                [
                    set("checkout-7d9f8b6c5d", of: "checkout", ready: 1, of: 3),
                    set("cart-5f5f97998c", of: "cart", ready: 0, of: 1),
                    set("web-66b5d4f6c7", of: "web", ready: 2, of: 2),
                ]
            ),
            (Service.kind, .ready, [Stored(service)]),
            (SecretObject.kind, .forbidden(reason: "User \"alice\" cannot list resource \"secrets\""), []),
        ]
        var known: [KindScope: KindSnapshot] = [:]
        let namespaced = [
            ConfigMap.kind, ServiceAccount.kind, PersistentVolumeClaim.kind, StatefulSet.kind, DaemonSet.kind,
            Job.kind, CronJob.kind, Ingress.kind, HorizontalPodAutoscaler.kind, PodDisruptionBudget.kind,
            NetworkPolicy.kind,
        ]
        for (index, kind) in namespaced.enumerated() {
            known[KindScope(kind.groupResource, namespace: "shop")] = KindSnapshot(
                storeID: 50 + UInt64(index), version: 1, state: .ready, objects: [])
        }
        for (index, kind) in [PersistentVolume.kind, StorageClass.kind, Node.kind].enumerated() {
            known[KindScope(kind.groupResource, namespace: nil)] = KindSnapshot(
                storeID: 90 + UInt64(index), version: 1, state: .ready, objects: [])
        }
        for (index, (kind, state, objects)) in kinds.enumerated() {
            known[KindScope(kind.groupResource, namespace: "shop")] = KindSnapshot(
                storeID: 10 + UInt64(index), version: 1, state: state, objects: objects)
        }
        return ClusterSnapshot(epoch: 1, version: 2, kinds: known)
    }

    private func open(_ command: String, columns: Int, rows: Int) -> AppState {
        state(columns: columns, rows: rows).typing(":\(command)\n").receiving(.snapshot(shop()))
    }

    @Test(arguments: [(80, 24), (160, 48)])
    func deployments(columns: Int, rows: Int) throws {
        let tree = open("xray deploy", columns: columns, rows: rows)
        try expectScreen("xray-deployments-\(columns)x\(rows)", tree)
    }

    @Test func aPodUnfolded() throws {
        let tree = open("xray deploy", columns: 80, rows: 24).typing(.down, .down, .down, .right)
        try expectScreen("xray-unfolded", tree)
    }

    @Test func folded() throws {
        try expectScreen("xray-folded", open("xray deploy", columns: 80, rows: 10).typing("x"))
    }

    @Test func onlyFaults() throws {
        try expectScreen("xray-faults", open("xray", columns: 80, rows: 24).typing(.control("z")))
    }

    @Test func oneObject() throws {
        try expectScreen("xray-object", open("xray deploy/web", columns: 100, rows: 20))
    }

    @Test func filtered() throws {
        try expectScreen("xray-filtered", open("xray deploy", columns: 80, rows: 14).typing("/x2x\n"))
    }

    @Test func narrow() throws {
        try expectScreen("xray-40x10", open("xray deploy", columns: 40, rows: 10))
    }

    @Test func whileItLoads() throws {
        let loading = state(columns: 80, rows: 8).typing(":xray sts\n")
            .receiving(.tick(now: Timestamp(microseconds: noon.microseconds + 1_200_000)))
        try expectScreen("xray-loading", loading)
    }

    @Test func whatDoesNotExist() throws {
        try expectScreen("xray-missing", open("xray po/nobody", columns: 80, rows: 8))
    }
}

/// Columns to choose from, results of a search, and the prompt of a file.
@Suite struct OrderGoldenTests {
    @Test func columns() throws {
        let choosing = state(columns: 80, rows: 18).typing("|").typing(.down, .character(" "))
        try expectScreen("columns-80", choosing)
    }

    @Test func chosenColumns() throws {
        let choosing = state(columns: 100, rows: 12).typing("|").typing(.end, .up)
        try expectScreen("columns-chosen", choosing.typing("  ").typing(.escape))
    }

    @Test func savePrompt() throws {
        try expectScreen("save-prompt", state(columns: 80, rows: 10).typing(.control("s")))
    }

    private func search(_ isDone: Bool, columns: Int = 80, rows: Int = 12) -> AppState {
        func found(_ group: String, _ plural: String, _ kind: String, _ name: String, _ namespace: String)
            -> FoundObject
        {
            var metadata = ObjectMeta()
            (metadata.name, metadata.namespace, metadata.uid) = (name, namespace, "uid-\(kind)-\(name)")
            metadata.creationTimestamp = ago(200_000)
            let resource = APIResource(
                groupResource: GroupResource(group: group, resource: plural), version: "v1", kind: kind, verbs: ["list"]
            )
            return FoundObject(resource, metadata)
        }
        let news: [SearchNews] = [
            .begun(kinds: 61),
            .found([
                found("", "services", "Service", "checkout", "shop"),
                found("apps", "deployments", "Deployment", "checkout", "shop"),
                found("", "pods", "Pod", "checkout-7d9f8b6c5d-x2x7k", "shop"),
                found("example.com", "certificates", "Certificate", "checkout-tls", "payments"),
            ]),
            .done(GroupResource(group: "", resource: "secrets"), problem: .forbidden),
        ]
        var state = state(columns: columns, rows: rows).typing(":find checkout all\n")
        for item in news { state = state.receiving(.found(1, item)) }
        return isDone ? state.receiving(.found(1, .ended)) : state
    }

    @Test func searching() throws {
        let later = Timestamp(microseconds: noon.microseconds + 1_200_000)
        try expectScreen("find-searching", search(false).receiving(.tick(now: later)))
    }

    @Test func found() throws {
        try expectScreen("find-done", search(true, columns: 100))
    }

    @Test func nothingFound() throws {
        let nothing = state(columns: 80, rows: 10).typing(":find nobody\n")
            .receiving(.found(1, .begun(kinds: 1)))
            .receiving(.found(1, .done(GroupResource(group: "", resource: "secrets"), problem: .forbidden)))
            .receiving(.found(1, .ended))
        try expectScreen("find-nothing", nothing)
    }
}
