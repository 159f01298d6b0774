import KubernetesModel

/// Why a node is not ready.
struct NodeFault: Sendable, Equatable {
    /// Whether its kubelet is silent; otherwise it says itself that it is not ready.
    var isSilent = true
    var message = "Kubelet stopped posting node status."
    var since: Timestamp

    /// The taint that the controller of nodes gives it.
    var taint: String { isSilent ? "node.kubernetes.io/unreachable" : "node.kubernetes.io/not-ready" }
}

/// Nodes: their heartbeats, their faults, and what becomes of the pods on them.
extension DemoSimulation {
    /// After this long the pods of a node that does not answer are deleted.
    static let evictionSeconds = 300

    mutating func publishNodes(in store: inout DemoObjectStore, at now: Timestamp) {
        for index in scheduler.nodes.indices { noteImages(ofNode: index) }
        for node in scheduler.nodes {
            guard nodeFaults[node.text("metadata", "name")]?.isSilent != true else { continue }
            var document = node
            let conditions = (node.at("status", "conditions")?.elements ?? []).map { condition in
                var beating = condition
                beating.set("lastHeartbeatTime", to: .time(now))
                return beating
            }
            document.set("status", "conditions", to: .array(conditions))
            store.apply(.nodes, document, at: now)
        }
    }

    private static let mostImages = 50
    /// That of the sandbox of every pod.
    private static let pauseImage = "registry.k8s.io/pause:3.10.1"

    /// Notes on a node the images that its pods have brought there.
    private mutating func noteImages(ofNode index: Int) {
        let name = scheduler.nodes[index].text("metadata", "name")
        let known = scheduler.nodes[index].at("status", "images")?.elements ?? []
        var names = Set(known.compactMap { $0["names"]?.elements.first?.text } + [Self.pauseImage])
        for pod in pods where pod.node == name && (pod.hasAddress || pod.hasEnded) {
            names.formUnion((pod.spec["containers"]?.elements ?? []).map { $0.text("image") })
        }
        guard names.count != known.count, known.count < Self.mostImages else { return }
        let images = names.sorted().prefix(Self.mostImages).map { name in
            JSONValue.members([
                "names": .array([.string(name)]),
                "sizeBytes": .integer(Int(20_000_000 + stableHash(name) % 90_000_000)),
            ])
        }
        scheduler.nodes[index].set("status", "images", to: .array(images))
    }

    /// Renews the leases that somebody holds and who still answers.
    func renewLeases(in store: inout DemoObjectStore, at now: Timestamp) {
        for lease in store.documents(of: .leases) where !lease.text("spec", "holderIdentity").isEmpty {
            var renewed = lease
            // The nodes of the crowd do it themselves.
            guard !lease.text("metadata", "name").hasPrefix(DemoCrowd.nodePrefix) else { continue }
            let fault = nodeFaults[lease.text("metadata", "name")]
            let isSilent = fault?.isSilent ?? false
            if isSilent, lease.at("spec", "renewTime") != nil { continue }
            let moment = isSilent ? fault?.since.adding(seconds: -40) ?? now : now
            renewed.set("spec", "renewTime", to: .string(moment.microText))
            store.apply(.leases, renewed, at: now)
        }
    }

    /// Lets a node fail, or come back when there is no fault.
    ///
    /// - Returns: the pods on it.
    mutating func setFault(
        _ fault: NodeFault?, ofNode name: String, in store: inout DemoObjectStore, at now: Timestamp
    ) -> [SimulatedPod] {
        guard let index = scheduler.nodes.firstIndex(where: { $0.text("metadata", "name") == name }) else { return [] }
        let isChange = (nodeFaults[name] == nil) != (fault == nil)
        nodeFaults[name] = fault
        var node = scheduler.nodes[index]
        let kept = (node.at("spec", "taints")?.elements ?? []).filter {
            !["node.kubernetes.io/unreachable", "node.kubernetes.io/not-ready"].contains($0.text("key"))
        }
        let added = fault.map { fault in
            ["NoSchedule", "NoExecute"].map { effect in
                JSONValue.members([
                    "key": .string(fault.taint), "effect": .string(effect), "timeAdded": .time(fault.since),
                ])
            }
        }
        let taints = kept + (added ?? [])
        node.set("spec", "taints", to: taints.isEmpty ? nil : .array(taints))
        let conditions = Self.conditions(
            of: node, fault, since: fault?.since ?? now, heartbeat: fault?.since.adding(seconds: -40) ?? now)
        node.set("status", "conditions", to: .array(conditions))
        scheduler.nodes[index] = node
        store.apply(.nodes, node, at: now)
        guard isChange else { return [] }
        let subject = EventRecorder.Subject(apiVersion: "v1", kind: "Node", namespace: "", name: name, uid: name)
        let state = fault == nil ? "NodeReady" : "NodeNotReady"
        recorder.record(
            subject, state, "Node \(name) status is now: \(state)",
            component: fault == nil ? "kubelet" : "node-controller", host: fault == nil ? name : "",
            first: fault?.since, at: max(fault?.since ?? now, now.adding(seconds: -3000)), in: &store)
        var touched: [SimulatedPod] = []
        for position in pods.indices where pods[position].node == name && !pods[position].hasEnded {
            guard pods[position].stage != .unscheduled else { continue }
            pods[position].cutOff = fault?.since
            if fault == nil {
                pods[position].readyChanged = now
                if pods[position].isDeleting { pods[position].removal = now.adding(seconds: 2) }
            } else if hasBegun {
                record(
                    [
                        .init(
                            isWarning: true, reason: "NodeNotReady", message: "Node is not ready",
                            component: "node-controller")
                    ], of: pods[position], in: &store, at: now)
            }
            publish(pods[position], in: &store, at: now)
            touched.append(pods[position])
        }
        return touched
    }

    private static func conditions(
        of node: JSONValue, _ fault: NodeFault?, since: Timestamp, heartbeat: Timestamp
    ) -> [JSONValue] {
        let healthy: [String: (reason: String, message: String)] = [
            "MemoryPressure": ("KubeletHasSufficientMemory", "kubelet has sufficient memory available"),
            "DiskPressure": ("KubeletHasNoDiskPressure", "kubelet has no disk pressure"),
            "PIDPressure": ("KubeletHasSufficientPID", "kubelet has sufficient PID available"),
            "Ready": ("KubeletReady", "kubelet is posting ready status"),
        ]
        return (node.at("status", "conditions")?.elements ?? []).map { condition in
            let type = condition.text("type")
            guard let words = healthy[type] else { return condition }
            let isReady = type == "Ready"
            var (status, reason, message) = (isReady ? "True" : "False", words.reason, words.message)
            if let fault, fault.isSilent {
                (status, reason, message) = ("Unknown", "NodeStatusUnknown", fault.message)
            } else if let fault, isReady {
                (status, reason, message) = ("False", "KubeletNotReady", fault.message)
            } else if condition.text("status") == "True", !isReady {
                return condition
            }
            let isSame = condition.text("status") == status
            return .members([
                "type": .string(type), "status": .string(status), "lastHeartbeatTime": .time(heartbeat),
                "lastTransitionTime": isSame ? condition["lastTransitionTime"] : .time(since),
                "reason": .string(reason), "message": .string(message),
            ])
        }
    }

    /// Deletes the pods of nodes that have been silent for too long; they are gone only when the node says so.
    mutating func runNodes(in store: inout DemoObjectStore, at now: Timestamp) {
        for (name, fault) in nodeFaults.sorted(by: { $0.key < $1.key }) {
            guard now.seconds(since: fault.since) >= Int64(Self.evictionSeconds) else { continue }
            for index in pods.indices where pods[index].node == name && pods[index].cutOff != nil {
                let pod = pods[index]
                guard !pod.isDeleting, !Scheduler.tolerates(pod.spec, Self.noExecute(fault.taint)),
                    !pod.workload.hasPrefix("daemonsets/")
                else { continue }
                let moment = max(fault.since.adding(seconds: Self.evictionSeconds), pod.created)
                let grace = pod.spec.integer("terminationGracePeriodSeconds")
                pods[index].deletion = moment.adding(seconds: grace)
                pods[index].grace = grace
                unsettled.insert(pod.workload)
                record(
                    [
                        .init(
                            reason: "TaintManagerEviction",
                            message: "Marking for deletion Pod \(pod.namespace)/\(pod.name)",
                            component: "taint-eviction-controller")
                    ], of: pods[index], first: moment, in: &store, at: hasBegun ? now : moment)
                publish(pods[index], in: &store, at: now)
            }
        }
    }

    private static func noExecute(_ key: String) -> JSONValue { .texts(["key": key, "effect": "NoExecute"]) }

    /// The indexes of the nodes on which a DaemonSet wants a pod.
    func daemonNodes(of workload: SimulatedWorkload) -> [Int] {
        guard workload.resource == .daemonSets else { return [] }
        let spec = workload.manifest.at("spec", "template", "spec") ?? .null
        return scheduler.nodes.indices.filter { index in
            let node = scheduler.nodes[index]
            let faulty = nodeFaults[node.text("metadata", "name")]?.taint
            let taints = (node.at("spec", "taints")?.elements ?? []).filter {
                let key = $0.text("key")
                return key != "node.kubernetes.io/unschedulable" && key != faulty
                    && !Scheduler.pressureTaints.values.contains(key)
            }
            return Scheduler.matches(node.at("metadata", "labels")?.textMembers ?? [:], spec)
                && taints.allSatisfy { Scheduler.tolerates(spec, $0) || $0.text("effect") == "PreferNoSchedule" }
        }
    }
}
