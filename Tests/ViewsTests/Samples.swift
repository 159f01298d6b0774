import AppCore
import ClusterState
import KubernetesModel
import Screen

/// 2026-11-21 12:03:44 UTC.
let noon = Timestamp(seconds: 1_795_262_624)

func ago(_ seconds: Int64) -> Timestamp { Timestamp(seconds: noon.seconds - seconds) }

func pod(
    _ name: String, namespace: String = "shop", phase: String = "Running", waiting: String? = nil, ready: Int = 1,
    containers: Int = 1, restarts: Int32 = 0, age: Int64 = 200_000, node: String = "node-1", ip: String = "10.244.1.9",
    labels: Labels = ["app": "web"]
) -> any StoredObject {
    var pod = Pod()
    pod.metadata.name = name
    pod.metadata.namespace = namespace
    pod.metadata.uid = "uid-\(namespace)-\(name)"
    pod.metadata.resourceVersion = "1"
    pod.metadata.labels = labels
    pod.metadata.creationTimestamp = ago(age)
    pod.nodeName = node
    pod.status.phase = phase
    pod.status.podIP = ip
    for index in 0..<containers {
        var container = Container()
        container.name = "c\(index)"
        container.image = "registry.example.com/shop/web:1"
        pod.spec.containers.append(container)
        var status = ContainerStatus()
        status.name = container.name
        status.ready = index < ready
        status.restartCount = index == 0 ? restarts : 0
        if index >= ready, let waiting {
            status.state = .waiting(reason: waiting, message: "")
        } else {
            status.state = .running(startedAt: ago(age))
        }
        if restarts > 0, index == 0 {
            var ended = TerminatedState()
            ended.reason = "Error"
            ended.exitCode = 2
            ended.finishedAt = ago(190)
            status.lastState = .terminated(ended)
        }
        pod.status.containerStatuses.append(status)
    }
    var condition = Condition()
    condition.type = "Ready"
    condition.status = ready == containers && phase == "Running" ? "True" : "False"
    pod.status.conditions = [condition]
    if phase == "Succeeded" {
        var ended = TerminatedState()
        ended.reason = "Completed"
        for index in pod.status.containerStatuses.indices {
            pod.status.containerStatuses[index].state = .terminated(ended)
        }
    }
    return Stored(pod)
}

let shopPods: [any StoredObject] = [
    pod("checkout-7d9f8b6c5d-x2x7k", waiting: "CrashLoopBackOff", ready: 0, containers: 2, restarts: 17),
    pod("checkout-7d9f8b6c5d-9qk2p", ready: 2, containers: 2, node: "node-2", ip: "10.244.2.4"),
    pod("checkout-7d9f8b6c5d-m4t8z", ready: 1, containers: 2, age: 95, node: "node-2", ip: "10.244.2.7"),
    pod("cart-5f5f97998c-vbfd9", waiting: "ImagePullBackOff", ready: 0, age: 3_700, ip: ""),
    pod("migrate-c4vm9", phase: "Succeeded", ready: 0, age: 90_000),
    pod("web-66b5d4f6c7-aaaaa"), pod("web-66b5d4f6c7-bbbbb", node: "node-3"),
]

func snapshot(
    _ kind: GroupResource, namespace: String? = "shop", state: LoadState = .ready, _ objects: [any StoredObject],
    epoch: UInt64 = 1, version: UInt64 = 1
) -> ClusterSnapshot {
    let known = KindSnapshot(storeID: 1, version: version, state: state, objects: objects)
    return ClusterSnapshot(epoch: epoch, version: version, kinds: [KindScope(kind, namespace: namespace): known])
}

/// A session in the namespace `shop`, connected to an imaginary cluster.
func state(
    columns: Int = 100, rows: Int = 24, options: LaunchOptions = LaunchOptions(),
    pods: [any StoredObject]? = shopPods, load: LoadState = .ready
) -> AppState {
    var state = AppState(size: Size(columns: columns, rows: rows), now: noon, options: options)
    _ = update(
        &state,
        .connection(
            .contexts(
                [
                    ContextInfo(
                        name: "prod-east", cluster: "east", user: "alice", namespace: "shop",
                        server: "https://east.example.com:6443"),
                    ContextInfo(
                        name: "staging", cluster: "staging", user: "", namespace: "",
                        server: "https://staging.example.com", problem: "user dev is not in the kubeconfig"),
                ], warnings: [])))
    _ = update(
        &state,
        .connection(
            .connecting(
                SessionInfo(
                    context: "prod-east", cluster: "east", user: "alice", namespace: "shop", hasOwnNamespace: true,
                    server: "https://east.example.com:6443"))))
    _ = update(&state, .connection(.connected(serverVersion: "v1.36.2")))
    if let pods {
        let scope: String? = options.allNamespaces ? nil : "shop"
        _ = update(&state, .snapshot(snapshot(Pod.kind.groupResource, namespace: scope, state: load, pods)))
    }
    return state
}

extension AppState {
    /// Types keys; a text is typed letter by letter.
    func typing(_ keys: Key...) -> AppState {
        var copy = self
        for key in keys { _ = update(&copy, .input(.key(key))) }
        return copy
    }

    func typing(_ text: String) -> AppState {
        var copy = self
        for character in text { _ = update(&copy, .input(.key(character == "\n" ? .enter : .character(character)))) }
        return copy
    }

    func receiving(_ events: AppEvent...) -> AppState {
        var copy = self
        for event in events { _ = update(&copy, event) }
        return copy
    }
}
