import KubernetesModel

/// Many generated pods in fifty namespaces, with their Deployments, Services and nodes, of which some change all the
/// time.
///
/// They live beside the simulation, which is for a few objects that are told in detail. The crowd does what controllers
/// do: it looks at what others changed in the store, and acts. The same seed gives the same pods, and the same changes
/// of them in the same order.
package struct DemoCrowd: Sendable {
    /// How many pods there may be.
    package static let mostPods = 100_000
    /// How many changes a second there may be.
    package static let mostChanges = 5_000
    static let podsPerNode = 200
    /// What the names of its nodes begin with.
    static let nodePrefix = "pool-hubs-"

    /// A Deployment with its pods.
    struct App: Sendable {
        let key: DemoObjectStore.Key
        let service: CrowdEndpoints.Service
        /// Its revisions, oldest first; the last is the current one.
        var templates: [CrowdTemplate]
        var slots: [Int] = []
        var replicas: Int
        var slices = 0
        var generation = 1
        var isAvailable = true
        var availableChanged: Timestamp
        var progressChanged: Timestamp
        var isProgressing = false
        /// Whether a client has changed it: then what happens to it is told in events.
        var isWatched = false

        /// How many pods more than wanted there may be while it rolls.
        var surge: Int { (replicas + 3) / 4 }
        /// How many pods have to be ready while it rolls.
        var least: Int { replicas - replicas / 4 }
    }

    /// What happens to a pod later.
    struct Sequel: Sendable {
        enum Action: Sendable { case start, ready, restart, remove }

        var action: Action
        var slot: Int
        /// Of the pod it happens to, should there be another in its place.
        var identity: UInt64
    }

    let changesPerSecond: Int
    var random: DemoRandom
    var recorder: EventRecorder
    var nodes: [CrowdNode] = []
    /// Nodes that take no pods.
    var cordoned: Set<String> = []
    var apps: [App?] = []
    var appIndex: [DemoObjectStore.Key: Int] = [:]
    /// The pods by slot; `nil` where there is none, or somebody has edited it.
    var pods: [CrowdPod?] = []
    /// The app of each slot.
    var owners: [Int] = []
    var freeSlots: [Int] = []
    /// The slots of pods that somebody has edited: they stay as they are.
    var edited: [DemoObjectStore.Key: Int] = [:]
    /// By tenths of a second.
    var sequels: [Int64: [Sequel]] = [:]
    /// Those whose time has come, in their order.
    var due: [Sequel] = []
    var nextDue = 0
    /// Up to when the sequels are taken, in tenths of a second.
    var lastTick: Int64
    /// When the next change happens.
    var nextChange: Timestamp
    var nextHeartbeat: Timestamp
    /// The node that last renewed its lease.
    var renewingNode = 0
    /// The node that last reported itself.
    var reportingNode = 0
    var dirty: Set<Int> = []
    /// The version of the store that was looked at last.
    var seen: UInt64 = 0

    /// Puts a crowd into a store.
    /// - Parameters:
    ///   - count: how many pods, at most `mostPods`.
    ///   - changesPerSecond: how many changes of pods there are each second; 0 for none.
    ///   - seed: decides names and the course of things.
    ///   - store: where to.
    ///   - now: the moment.
    package init(
        pods count: Int, changesPerSecond: Int, seed: UInt64, in store: inout DemoObjectStore, at now: Timestamp
    ) {
        let count = max(0, min(count, Self.mostPods))
        self.changesPerSecond = max(0, min(changesPerSecond, Self.mostChanges))
        random = DemoRandom(seed: seed ^ 0xc407d)
        recorder = EventRecorder(seed: seed ^ 0xc407d)
        lastTick = now.microseconds / 100_000
        nextChange = now
        nextHeartbeat = now.adding(seconds: 1)
        guard count > 0 else { return }
        makeNodes(max(1, (count + Self.podsPerNode - 1) / Self.podsPerNode), in: &store, at: now)
        pods.reserveCapacity(count)
        owners.reserveCapacity(count)
        for (index, city) in Self.cities.enumerated() {
            let quota = count / Self.cities.count + (index < count % Self.cities.count ? 1 : 0)
            makeNamespace("hub-\(city)", pods: quota, in: &store, at: now)
        }
        for index in apps.indices { publish(index, in: &store, at: now) }
        recorder.expire(at: now, in: &store)
        // Nobody has seen the cluster without them.
        store.compact()
        seen = store.version
    }

    // MARK: The beginning

    private mutating func makeNodes(_ count: Int, in store: inout DemoObjectStore, at now: Timestamp) {
        for index in 0..<count {
            let digits = String(index + 1)
            let name = Self.nodePrefix + String(repeating: "0", count: max(0, 4 - digits.count)) + digits
            let node = CrowdNode(name: name, address: "10.\(32 + index >> 8 & 7).\(index & 255).10")
            nodes.append(node)
            let created = now.adding(seconds: -86400 * (20 + index % 40))
            let manifest = JSONValue.members([
                "kind": .string("Node"),
                "metadata": .members([
                    "name": .string(name), "creationTimestamp": .time(created),
                    "labels": .texts([
                        "example.com/pool": "hubs",
                        "topology.kubernetes.io/zone": "zone-\("abc".map(String.init)[index % 3])",
                        "node.kubernetes.io/instance-type": "m7i.12xlarge",
                    ]),
                ]),
                "spec": .members([
                    "podCIDR": .string("10.\(64 + index >> 8 & 63).\(index & 255).0/24"),
                    "taints": .array([
                        .texts(["key": "dedicated", "value": "hubs", "effect": "NoSchedule"])
                    ]),
                ]),
                "status": .members([
                    "addresses": .array([.texts(["type": "InternalIP", "address": node.address])]),
                    "capacity": .texts(["cpu": "48", "memory": "196608Mi", "pods": "250", "ephemeral-storage": "200Gi"]
                    ),
                    "conditions": Self.nodeConditions(since: created, at: now),
                ]),
            ])
            store.apply(.nodes, ManifestDefaults.filled(manifest, .nodes), at: now)
            store.apply(.leases, Self.lease(of: node, since: created, at: now), at: now)
        }
    }

    static func nodeConditions(since created: Timestamp, at now: Timestamp) -> JSONValue {
        let conditions = [
            ("MemoryPressure", "KubeletHasSufficientMemory", "kubelet has sufficient memory available"),
            ("DiskPressure", "KubeletHasNoDiskPressure", "kubelet has no disk pressure"),
            ("PIDPressure", "KubeletHasSufficientPID", "kubelet has sufficient PID available"),
            ("Ready", "KubeletReady", "kubelet is posting ready status"),
        ]
        return .array(
            conditions.map { type, reason, message in
                .members([
                    "type": .string(type), "status": .string(type == "Ready" ? "True" : "False"),
                    "lastHeartbeatTime": .time(now), "lastTransitionTime": .time(created),
                    "reason": .string(reason), "message": .string(message),
                ])
            })
    }

    static func lease(of node: CrowdNode, since created: Timestamp, at now: Timestamp) -> JSONValue {
        .members([
            "metadata": .members([
                "name": .string(node.name), "namespace": .string("kube-node-lease"),
                "creationTimestamp": .time(created),
            ]),
            "spec": .members([
                "holderIdentity": .string(node.name), "leaseDurationSeconds": .integer(40),
                "renewTime": .string(now.microText),
            ]),
        ])
    }

    private mutating func makeNamespace(
        _ name: String, pods count: Int, in store: inout DemoObjectStore, at now: Timestamp
    ) {
        let created = now.adding(seconds: -86400 * 45 - random.number(0...86400 * 60))
        let namespace = JSONValue.members([
            "metadata": .members([
                "name": .string(name), "creationTimestamp": .time(created),
                "labels": .texts(["example.com/part-of": "hubs"]),
            ])
        ])
        store.apply(.namespaces, ManifestDefaults.filled(namespace, .namespaces), at: now)
        let account = JSONValue.members([
            "metadata": .members([
                "name": .string("default"), "namespace": .string(name), "creationTimestamp": .time(created),
            ])
        ])
        store.apply(.serviceAccounts, account, at: now)
        var certificates = BuiltInObjects.rootCertificates(in: name)
        certificates.set("metadata", "creationTimestamp", to: .time(created))
        store.apply(.configMaps, certificates, at: now)
        guard count > 0 else { return }
        let names = Self.services.prefix(max(1, min(Self.services.count, count / 3)))
        let weights = names.map { _ in random.number(1...9) }
        let total = weights.reduce(0, +)
        // Everyone has one; the rest is shared out by weight, what is left goes to the first.
        var sizes = weights.map { 1 + (count - names.count) * $0 / total }
        sizes[0] += count - sizes.reduce(0, +)
        for (service, size) in zip(names, sizes) {
            makeApp(service, in: name, pods: size, created: created, &store, at: now)
        }
    }

    private mutating func makeApp(
        _ name: String, in namespace: String, pods count: Int, created: Timestamp, _ store: inout DemoObjectStore,
        at now: Timestamp
    ) {
        let port = 8080
        var deployment = Self.deployment(name, in: namespace, replicas: count, port: port, &random)
        deployment.set("metadata", "uid", to: .string(crowdUID(random.next())))
        deployment.set("metadata", "creationTimestamp", to: .time(created))
        deployment.set("metadata", "annotations", "deployment.kubernetes.io/revision", to: .string("1"))
        deployment = ManifestDefaults.filled(deployment, .deployments)
        var service = JSONValue.members([
            "metadata": .members([
                "name": .string(name), "namespace": .string(namespace), "uid": .string(crowdUID(random.next())),
                "creationTimestamp": .time(created), "labels": .texts(["app.kubernetes.io/name": name]),
            ]),
            "spec": .members([
                "selector": .texts(["app.kubernetes.io/name": name]),
                "ports": .array([
                    .members(["name": .string("http"), "port": .integer(80), "targetPort": .string("http")])
                ]),
            ]),
        ])
        service = ManifestDefaults.filled(service, .services)
        store.apply(.services, service, at: now)
        store.apply(.deployments, deployment, at: now)
        let template = CrowdTemplate(
            of: deployment, revision: 1, hash: random.hashText(), uid: crowdUID(random.next()), created: created)
        var app = App(
            key: DemoObjectStore.Key(namespace: namespace, name: name),
            service: CrowdEndpoints.Service(service, created: created, port: port), templates: [template],
            replicas: count, availableChanged: created.adding(seconds: 30), progressChanged: created.adding(seconds: 30)
        )
        let index = apps.count
        for _ in 0..<count {
            let slot = pods.count
            app.slots.append(slot)
            owners.append(index)
            let pod = oldPod(of: template, slot: slot, at: now)
            pods.append(pod)
            store.put(.pods, pod.key, pod)
            if pod.state.isCrashing { tellOfCrash(pod, in: &store, at: now) }
        }
        appIndex[app.key] = index
        apps.append(app)
        dirty.insert(index)
    }

    /// A pod that has run for a while.
    private mutating func oldPod(of template: CrowdTemplate, slot: Int, at now: Timestamp) -> CrowdPod {
        let age = random.number(0...9) == 0 ? random.number(120...7200) : random.number(7200...86400 * 30)
        let created = now.adding(seconds: -age)
        var state = CrowdPod.State(
            stage: .ready, changed: created.adding(seconds: 9), started: created.adding(seconds: 4))
        let fate = random.number(0...999)
        if fate < 3 {
            state.stage = .backOff
            state.isCrashing = true
            state.restarts = Int32(random.number(4...90))
            state.lastExit = 1
            state.ended = now.adding(seconds: -random.number(5...200))
        } else if fate < 60 {
            state.restarts = Int32(random.number(1...4))
            state.lastExit = fate % 2 == 0 ? 137 : 1
            state.ended = now.adding(seconds: -random.number(60...age))
            state.started = state.ended?.adding(seconds: 2) ?? created
            state.changed = state.started.adding(seconds: 6)
        }
        return CrowdPod(
            template, slot: slot, name: "\(template.name)-\(random.suffix(5))", identity: random.next(),
            node: nodes[slot % nodes.count], created: created, state)
    }

    private mutating func tellOfCrash(_ pod: CrowdPod, in store: inout DemoObjectStore, at now: Timestamp) {
        let container = pod.template.spec["containers"]?.elements.first?.text("name") ?? ""
        recorder.record(
            subject(pod), isWarning: true, "BackOff",
            "Back-off restarting failed container \(container) in pod \(pod.name)_\(pod.template.namespace)(\(pod.uid))",
            component: "kubelet", host: pod.node.name, fieldPath: "spec.containers{\(container)}",
            count: Int(pod.state.restarts) * 9, first: pod.created, at: now, in: &store)
        store.behaviours[pod.key] = DemoPodBehaviour(trouble: .crashLoop, troubledContainer: container, lastWords: [])
    }

    func subject(_ pod: CrowdPod) -> EventRecorder.Subject {
        EventRecorder.Subject(
            apiVersion: "v1", kind: "Pod", namespace: pod.template.namespace, name: pod.name, uid: pod.uid)
    }
}
