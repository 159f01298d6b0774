import AppCore
import ClusterState
import KubernetesModel
import Screen

let noon = Timestamp(seconds: 1_795_262_624)

func ago(_ seconds: Int64) -> Timestamp { Timestamp(seconds: noon.seconds - seconds) }

/// A pod with one container.
func pod(
    _ name: String, in namespace: String = "shop", uid: String? = nil, version: Int = 1, restarts: Int32 = 0,
    isReady: Bool = true, age: Int64 = 3600, node: String = "node-1", labels: Labels = ["app": "web"]
) -> any StoredObject {
    var pod = Pod()
    pod.metadata.name = name
    pod.metadata.namespace = namespace
    pod.metadata.uid = uid ?? "uid-\(namespace)-\(name)"
    pod.metadata.resourceVersion = "\(version)"
    pod.metadata.labels = labels
    pod.metadata.creationTimestamp = ago(age)
    pod.nodeName = node
    pod.status.phase = "Running"
    var container = Container()
    container.name = "app"
    pod.spec.containers = [container]
    var status = ContainerStatus(
        isReady ? .running(startedAt: ago(age)) : .waiting(reason: "CrashLoopBackOff", message: ""),
        isReady: isReady, restarts: restarts)
    status.name = "app"
    pod.status.containerStatuses = [status]
    var condition = Condition()
    (condition.type, condition.status) = ("Ready", isReady ? "True" : "False")
    pod.status.conditions = [condition]
    return Stored(pod)
}

/// An object of any kind with a name, changed by `body`.
func object<Value: KubernetesObject>(
    _ type: Value.Type, _ name: String, in namespace: String = "shop", _ body: (inout Value) -> Void = { _ in }
) -> any StoredObject {
    var value = Value()
    var metadata = value.metadata
    metadata.name = name
    metadata.namespace = Value.kind.isNamespaced ? namespace : ""
    metadata.uid = "uid-\(Value.kind.kind)-\(name)"
    metadata.resourceVersion = "1"
    value.metadata = metadata
    body(&value)
    return Stored(value)
}

/// A cluster that changes: stores by scope, and the snapshot of them.
struct Cluster {
    private var stores: [KindScope: KindStore] = [:]
    private var version: UInt64 = 0
    private var storeCount: UInt64 = 0
    /// Which session's cache this is, from 1.
    var epoch: UInt64 = 1

    mutating func change(
        _ kind: ResourceKind = Pod.kind, in namespace: String? = "shop", _ body: (inout KindStore) -> Void
    ) {
        let scope = KindScope(kind.groupResource, namespace: namespace)
        if stores[scope] == nil {
            storeCount += 1
            stores[scope] = KindStore(storeID: storeCount)
        }
        if var store = stores[scope] {
            body(&store)
            stores[scope] = store
        }
    }

    /// Makes these the objects of a kind, and ready.
    mutating func set(_ objects: [any StoredObject], of kind: ResourceKind = Pod.kind, in namespace: String? = "shop") {
        change(kind, in: namespace) { store in
            store.beginList()
            store.receive(objects)
            store.endList()
            store.setState(.ready)
        }
    }

    /// Forgets a store, as the cache does with one that nobody wants any more.
    mutating func drop(_ kind: ResourceKind = Pod.kind, in namespace: String? = "shop") {
        stores[KindScope(kind.groupResource, namespace: namespace)] = nil
    }

    mutating func event() -> AppEvent {
        version += 1
        return .snapshot(ClusterSnapshot(epoch: epoch, version: version, kinds: stores.mapValues { $0.snapshot() }))
    }
}

func context(_ name: String, namespace: String = "", problem: String? = nil) -> ContextInfo {
    ContextInfo(
        name: name, cluster: "c-\(name)", user: "alice", namespace: namespace, server: "https://\(name).example.com",
        problem: problem)
}

func session(_ name: String = "prod", namespace: String = "shop", signInProgram: String? = nil) -> SessionInfo {
    SessionInfo(
        context: name, cluster: "c-\(name)", user: "alice", namespace: namespace, hasOwnNamespace: true,
        server: "https://\(name).example.com", signInProgram: signInProgram)
}

/// An application on an 100x24 screen, with a session in the namespace `shop`.
struct App {
    private(set) var state: AppState
    var cluster = Cluster()
    /// What the last event caused, but for views to be kept.
    private(set) var effects: [Effect] = []
    /// The views that were to be kept, oldest first.
    private(set) var savedViews: [LastView] = []

    init(_ options: LaunchOptions = LaunchOptions(), size: Size = Size(columns: 100, rows: 24)) {
        state = AppState(size: size, now: noon, options: options)
        send(.connection(.contexts([context("prod", namespace: "shop"), context("staging")], warnings: [])))
        send(.connection(.connecting(session())))
        send(.connection(.connected(serverVersion: "v1.36.2")))
    }

    /// Pods in `shop`.
    init(pods names: String..., size: Size = Size(columns: 100, rows: 24)) {
        self.init(size: size)
        cluster.set(names.map { pod($0) })
        publish()
    }

    mutating func send(_ event: AppEvent) {
        effects = []
        for effect in update(&state, event) {
            if case .saveView(let view) = effect { savedViews.append(view) } else { effects.append(effect) }
        }
    }

    mutating func press(_ keys: Key...) {
        for key in keys { send(.input(.key(key))) }
    }

    /// Types a text letter by letter; a line break is Enter.
    mutating func type(_ text: String) {
        for character in text { send(.input(.key(character == "\n" ? .enter : .character(character)))) }
    }

    /// What panes begin to do outside with the last event.
    var works: [PaneWork] {
        effects.compactMap { if case .run(_, let work) = $0 { work } else { nil } }
    }

    /// Whether a pane ends what it does.
    var endsWork: Bool {
        effects.contains { if case .end = $0 { true } else { false } }
    }

    mutating func publish() { send(cluster.event()) }

    mutating func change(_ body: (inout KindStore) -> Void) {
        cluster.change { body(&$0) }
        publish()
    }

    mutating func mouse(_ kind: MouseEvent.Kind, column: Int, row: Int) {
        send(.input(.mouse(MouseEvent(kind, at: Position(column: column, row: row)))))
    }

    /// The names of the rows on the screen, in order.
    var names: [String] { state.table?.rows.objects.map(\.metadata.name) ?? [] }
    var selected: String? { state.table?.selection?.metadata.name }
    var notice: String? { state.notice?.notice.text }
    /// The kind and namespace that are shown, such as `pods in shop`.
    var shown: String {
        guard case .table(let view) = state.place else { return "no table" }
        let restriction = view.restriction.map { " of \($0.title)" } ?? ""
        return "\(view.kind.resource)\(restriction)" + (view.namespace.map { " in \($0)" } ?? "")
    }
}
