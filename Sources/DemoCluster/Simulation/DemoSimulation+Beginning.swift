import KubernetesModel

extension DemoSimulation {
    mutating func populate(_ scenario: DemoScenario, _ store: inout DemoObjectStore, at now: Timestamp) {
        for manifest in scenario.manifests where manifest.text("kind") == "Node" { addNode(manifest, at: now) }
        publishNodes(in: &store, at: now)
        for manifest in scenario.manifests where manifest.text("kind") == "PersistentVolumeClaim" {
            let claim = "\(manifest.text("metadata", "namespace"))/\(manifest.text("metadata", "name"))"
            scheduler.claims[claim] = manifest.text("status", "phase") == "Bound"
        }
        for manifest in scenario.manifests {
            guard let resource = DemoResource.of(apiVersion: manifest.text("apiVersion"), kind: manifest.text("kind"))
            else { continue }
            let created = now.adding(seconds: -(Self.age(manifest["demo"]) ?? 86400))
            var object = manifest
            object.set("demo", to: nil)
            object.set("metadata", "uid", to: .string(random.uid()))
            object.set("metadata", "creationTimestamp", to: .time(created))
            if let uid = store.owner(of: object)?.text("metadata", "uid"), resource == .jobs {
                var owners = object.at("metadata", "ownerReferences")?.elements ?? []
                owners[0].set("uid", to: .string(uid))
                object.set("metadata", "ownerReferences", to: .array(owners))
            }
            switch resource.kind {
            case "Node": break
            case "CronJob":
                if let seconds = manifest.at("demo", "scheduled")?.text.flatMap({ ManifestAge($0) })?.seconds {
                    object.set("status", "lastScheduleTime", to: .time(now.adding(seconds: -seconds)))
                    object.set("status", "lastSuccessfulTime", to: .time(now.adding(seconds: 20 - seconds)))
                }
                store.apply(resource, object, at: now)
            case "Lease":
                object.set("spec", "acquireTime", to: .string(created.microText))
                store.apply(resource, object, at: now)
            case "Pod": addBarePod(object, manifest["demo"], created: created, at: now)
            case "Deployment", "StatefulSet", "DaemonSet", "Job":
                addWorkload(object, resource, manifest["demo"] ?? .null, created: created, at: now)
            default:
                store.apply(resource, object, at: now)
                if resource == .namespaces { addServiceAccount(of: object, in: &store, at: now) }
            }
        }
        for pod in pods {
            publish(pod, in: &store, at: now)
            let last = pod.deletion ?? now.adding(seconds: -random.number(5...50))
            record(pod.backlog, of: pod, first: pod.deletion ?? pod.created, in: &store, at: last)
        }
        recordRefusals(in: &store, at: now)
        for index in workloads.indices { publishWorkload(index, in: &store, at: now) }
        for service in store.documents(of: .services) {
            if let slice = EndpointSlices.slice(of: service, pods: store.documents(of: .pods)) {
                publish(slice, of: service, in: &store, at: now)
            }
        }
        renewLeases(in: &store, at: now)
        let pressed = scheduler.nodes.first { node in
            (node.at("status", "conditions")?.elements ?? []).contains {
                $0.text("type") != "Ready" && $0.text("status") == "True"
            }
        }
        if let pressed {
            let name = pressed.text("metadata", "name")
            recorder.record(
                EventRecorder.Subject(apiVersion: "v1", kind: "Node", namespace: "", name: name, uid: name),
                isWarning: true, "EvictionThresholdMet", "Attempting to reclaim memory", component: "kubelet",
                host: name, count: 3, first: now.adding(seconds: -1440), at: now.adding(seconds: -90), in: &store)
        }
    }

    private static func age(_ behaviour: JSONValue?) -> Int? {
        (behaviour?["age"]?.text).flatMap { ManifestAge($0) }?.seconds
    }

    private mutating func addNode(_ manifest: JSONValue, at now: Timestamp) {
        let created = now.adding(seconds: -(Self.age(manifest["demo"]) ?? 86400))
        let pressure = manifest.text("demo", "pressure")
        let index = scheduler.nodes.count
        var node = manifest
        node.set("demo", to: nil)
        node.set("metadata", "uid", to: .string(random.uid()))
        node.set("metadata", "creationTimestamp", to: .time(created))
        node.set("spec", "podCIDR", to: .string("10.244.\(index).0/24"))
        let healthy: [(type: String, reason: String, message: String)] = [
            ("MemoryPressure", "KubeletHasSufficientMemory", "kubelet has sufficient memory available"),
            ("DiskPressure", "KubeletHasNoDiskPressure", "kubelet has no disk pressure"),
            ("PIDPressure", "KubeletHasSufficientPID", "kubelet has sufficient PID available"),
            ("Ready", "KubeletReady", "kubelet is posting ready status"),
        ]
        let conditions = healthy.map { condition -> JSONValue in
            let isPressed = condition.type == pressure
            return .members([
                "type": .string(condition.type),
                "status": .string(isPressed || condition.type == "Ready" ? "True" : "False"),
                "lastHeartbeatTime": .time(now),
                "lastTransitionTime": .time(isPressed ? now.adding(seconds: -1440) : created),
                "reason": .string(isPressed ? "KubeletHasInsufficientMemory" : condition.reason),
                "message": .string(isPressed ? "kubelet has insufficient memory available" : condition.message),
            ])
        }
        node.set("status", "conditions", to: .array(conditions))
        scheduler.nodes.append(node)
    }

    /// Every namespace has a service account that is called `default`.
    mutating func addServiceAccount(of namespace: JSONValue, in store: inout DemoObjectStore, at now: Timestamp) {
        let account = JSONValue.members([
            "metadata": .members([
                "name": .string("default"), "namespace": .string(namespace.text("metadata", "name")),
                "uid": .string(random.uid()), "creationTimestamp": namespace.at("metadata", "creationTimestamp"),
            ])
        ])
        store.apply(.serviceAccounts, account, at: now)
    }

    private mutating func addBarePod(
        _ manifest: JSONValue, _ behaviour: JSONValue?, created: Timestamp, at now: Timestamp
    ) {
        let hints = behaviour?["pods"]?.elements.first ?? .null
        var pod = SimulatedPod(
            name: manifest.text("metadata", "name"), namespace: manifest.text("metadata", "namespace"),
            uid: manifest.text("metadata", "uid"), spec: manifest["spec"] ?? .object([]), created: created,
            trouble: PodTrouble(rawValue: hints.text("trouble")) ?? .healthy)
        pod.labels = manifest.at("metadata", "labels")?.textMembers ?? [:]
        pod.annotations = manifest.at("metadata", "annotations")?.textMembers ?? [:]
        pod.finalizers = (manifest.at("metadata", "finalizers")?.elements ?? []).compactMap(\.text)
        place(&pod)
        pod.settle(at: now, restarts: hints.integer("restarts"), random: &random)
        pods.append(pod)
    }

    private mutating func addWorkload(
        _ manifest: JSONValue, _ resource: DemoResource, _ behaviour: JSONValue, created: Timestamp, at now: Timestamp
    ) {
        var workload = SimulatedWorkload(manifest, resource, created: created)
        workload.lastWords = (behaviour["lastWords"]?.elements ?? []).compactMap(\.text)
        let hints = behaviour["pods"]?.elements ?? []
        var count = max(1, workload.replicas)
        if resource == .daemonSets { count = scheduler.nodes.count }
        if behaviour["refused"] != nil { count = behaviour.integer("created") }
        if resource == .deployments { workload.addRevision(uid: random.uid(), at: created) }
        workload.troubles = hints.compactMap { PodTrouble(rawValue: $0.text("trouble")) }
        workload.setDesired(resource == .deployments ? workload.replicas : 0)
        for index in 0..<count {
            let hint = index < hints.count ? hints[index] : .null
            let suffix = resource == .statefulSets ? String(index) : random.suffix(5)
            let base = workload.revisions.last?.name ?? workload.name
            let podCreated = Self.age(hint).map { now.adding(seconds: -$0) } ?? created.adding(seconds: 1)
            var pod = makePod(
                of: workload, workload.revisions.last, name: "\(base)-\(suffix)",
                trouble: PodTrouble(rawValue: hint.text("trouble")) ?? .healthy, created: podCreated,
                onNode: resource == .daemonSets ? index : nil)
            pod.settle(at: now, restarts: hint.integer("restarts"), random: &random)
            pods.append(pod)
        }
        if let refused = behaviour["refused"]?.text, let revision = workload.revisions.last {
            workload.refusal = SimulatedWorkload.Refusal(
                message: "pods \"\(revision.name)-\(random.suffix(5))\" is forbidden: \(refused)", next: now)
            workload.isStuck = true
            workload.progressChanged = created.adding(seconds: 600)
        }
        let failed = behaviour["failedRollout"]
        if let failed, let age = Self.age(failed) {
            let since = now.adding(seconds: -age)
            workload.revise(image: failed.text("image"), uid: random.uid(), at: since)
            workload.setDesired(1, trouble: .imagePull)
            workload.isStuck = true
            workload.progressChanged = since.adding(seconds: 600)
            if let revision = workload.revisions.last {
                var pod = makePod(
                    of: workload, revision, name: "\(revision.name)-\(random.suffix(5))", trouble: .imagePull,
                    created: since)
                pod.settle(at: now, restarts: 0, random: &random)
                pods.append(pod)
            }
        }
        workload.tags = (behaviour["rollout"]?.elements ?? []).compactMap(\.text)
        if !workload.tags.isEmpty { workload.nextRollout = now.adding(seconds: 20) }
        workload.isAvailable = pods.filter { $0.workload == workload.key && $0.isReady }.count >= workload.replicas
        workloads.append(workload)
    }

    mutating func makePod(
        of workload: SimulatedWorkload, _ revision: SimulatedWorkload.Revision?, name: String, trouble: PodTrouble,
        created: Timestamp, onNode nodeIndex: Int? = nil
    ) -> SimulatedPod {
        let template = revision?.template ?? workload.manifest.at("spec", "template") ?? .object([])
        var pod = SimulatedPod(
            name: name, namespace: workload.namespace, uid: random.uid(), spec: template["spec"] ?? .object([]),
            created: created, trouble: trouble)
        pod.labels = template.at("metadata", "labels")?.textMembers ?? [:]
        pod.annotations = template.at("metadata", "annotations")?.textMembers ?? [:]
        pod.template = workload.templateHash
        pod.lastWords = workload.lastWords
        pod.workload = workload.key
        if let revision {
            pod.generateName = "\(revision.name)-"
            pod.ownerReference = .members([
                "apiVersion": .string("apps/v1"), "kind": .string("ReplicaSet"), "name": .string(revision.name),
                "uid": .string(revision.uid), "controller": .bool(true), "blockOwnerDeletion": .bool(true),
            ])
        } else {
            pod.generateName = "\(workload.name)-"
            let resource = workload.resource
            pod.ownerReference = owner(workload.manifest, apiVersion: resource.apiVersion, kind: resource.kind)
            if resource == .statefulSets {
                pod.labels["statefulset.kubernetes.io/pod-name"] = name
                pod.addClaims(of: workload.manifest)
            }
        }
        place(&pod, onNode: nodeIndex)
        return pod
    }

    /// Gives a pod the node with room for it that has the fewest pods, and a free address there.
    ///
    /// Old pods may be on any node, new ones on those that are not cordoned; those of a DaemonSet have theirs.
    func place(_ pod: inout SimulatedPod, onNode index: Int? = nil) {
        let nodes = scheduler.nodes
        let candidates = index.map { [$0] } ?? scheduler.candidates(for: pod, among: pods, ignoresCordons: !hasBegun)
        let counts = nodes.map { node in pods.count { $0.node == node.text("metadata", "name") } }
        guard let chosen = candidates.min(by: { counts[$0] < counts[$1] }) else {
            pod.trouble = .unschedulable
            pod.schedulingMessage = scheduler.message(for: pod, among: pods)
            return
        }
        pod.node = nodes[chosen].text("metadata", "name")
        pod.hostIP = nodes[chosen].at("status", "addresses")?.elements.first?.text("address") ?? ""
        if pod.spec["hostNetwork"]?.isTrue ?? false {
            pod.ip = pod.hostIP
            return
        }
        let used = Set(pods.map(\.ip))
        pod.ip = (2...254).lazy.map { "10.244.\(chosen).\($0)" }.first { !used.contains($0) } ?? ""
    }

    /// Looks again for a node for a pod that waits for one.
    mutating func place(podAt index: Int) {
        var pod = pods[index]
        pod.trouble = .healthy
        place(&pod)
        pods[index] = pod
    }
}

extension DemoObjectStore {
    /// The CronJob that a Job says it is of.
    fileprivate func owner(of job: JSONValue) -> JSONValue? {
        guard let owner = job.at("metadata", "ownerReferences")?.elements.first, owner.text("kind") == "CronJob",
            let cronJobs = DemoResource.of(apiVersion: "batch/v1", kind: "CronJob")
        else { return nil }
        return document(of: cronJobs, namespace: job.text("metadata", "namespace"), name: owner.text("name"))
    }
}
