import KubernetesModel

extension DemoSimulation {
    mutating func populate(_ scenario: DemoScenario, _ store: inout DemoObjectStore, at now: Timestamp) {
        for manifest in scenario.manifests where manifest.text("kind") == "Node" { addNode(manifest, at: now) }
        publishNodes(in: &store, at: now)
        for manifest in scenario.manifests where manifest.at("demo", "fault") != nil {
            let fault = manifest.at("demo", "fault") ?? .null
            var nodeFault = NodeFault(since: now.adding(seconds: -(ManifestAge(fault.text("age"))?.seconds ?? 600)))
            if let message = fault["message"]?.text { nodeFault.message = message }
            nodeFault.isSilent = fault.text("status") != "NotReady"
            _ = setFault(nodeFault, ofNode: manifest.text("metadata", "name"), in: &store, at: now)
        }
        var lively: [(manifest: JSONValue, object: JSONValue, resource: DemoResource, created: Timestamp)] = []
        var other = DemoRandom(seed: 8)
        for (index, manifest) in scenario.manifests.enumerated() where manifest.text("kind") != "Node" {
            if index == scenario.commonCount { swap(&random, &other) }
            guard let resource = DemoResource.of(apiVersion: manifest.text("apiVersion"), kind: manifest.text("kind"))
            else { continue }
            let created = now.adding(seconds: -(Self.age(manifest["demo"]) ?? 86400))
            var object = manifest
            object.set("demo", to: nil)
            object.set("metadata", "uid", to: .string(random.uid()))
            object.set("metadata", "creationTimestamp", to: .time(created))
            if Self.livelyKinds.contains(resource.kind) {
                lively.append((manifest, object, resource, created))
            } else {
                add(object, manifest["demo"] ?? .null, resource, created: created, in: &store, at: now)
            }
        }
        if scenario.manifests.count > scenario.commonCount { swap(&random, &other) }
        runVolumes(in: &store, at: now)
        for (manifest, object, resource, created) in lively {
            let behaviour = manifest["demo"] ?? .null
            switch resource.kind {
            case "Pod": addBarePod(object, behaviour, created: created, in: store, at: now)
            case "Job": addJob(object, behaviour, created: created, in: &store, at: now)
            default: addWorkload(object, resource, behaviour, created: created, in: &store, at: now)
            }
        }
        for index in pods.indices where !pods[index].node.isEmpty && !pods[index].hasEnded {
            guard let fault = nodeFaults[pods[index].node], pods[index].stage != .unscheduled else { continue }
            pods[index].cutOff = max(fault.since, pods[index].created)
        }
        runNodes(in: &store, at: now)
        for index in workloads.indices where unsettled.contains(workloads[index].key) {
            _ = reconcile(index, in: &store, at: now)
        }
        for index in pods.indices where pods[index].due == now && pods[index].stage == .unscheduled {
            // What was made anew meanwhile has long been there.
            guard pods[index].trouble == .healthy, !pods[index].node.isEmpty else { continue }
            pods[index].stage = .ready
            pods[index].due = nil
        }
        for pod in pods {
            publish(pod, in: &store, at: now)
            let last = pod.deletion ?? now.adding(seconds: -random.number(5...50))
            record(pod.backlog, of: pod, first: pod.deletion ?? pod.created, in: &store, at: last)
        }
        recordRefusals(in: &store, at: now)
        for (manifest, object, resource, created) in lively {
            recordEvents(manifest["demo"] ?? .null, of: object, resource, first: created, in: &store, at: now)
        }
        for manifest in scenario.manifests where manifest.text("kind") == "Node" {
            recordEvents(manifest["demo"] ?? .null, of: manifest, .nodes, first: nil, in: &store, at: now)
        }
        for index in workloads.indices { publishWorkload(index, in: &store, at: now) }
        for service in store.documents(of: .services) {
            let pods = store.documents(of: .pods, namespace: service.text("metadata", "namespace"))
            if let slice = EndpointSlices.slice(of: service, pods: pods) {
                publish(slice, of: service, in: &store, at: now)
            }
        }
        publishNodes(in: &store, at: now)
        renewLeases(in: &store, at: now)
        recordPressure(in: &store, at: now)
        runControllers(in: &store, at: now)
        if scenario.hasBuiltIns { BuiltInObjects.install(in: &store, at: now) }
        incidents = scenario.incidents
        for index in incidents.indices { incidents[index].begins = now.adding(seconds: incidents[index].after) }
    }

    private static let livelyKinds: Set = ["Pod", "Deployment", "StatefulSet", "DaemonSet", "Job"]

    /// Adds an object that has no life of its own.
    private mutating func add(
        _ manifest: JSONValue, _ behaviour: JSONValue, _ resource: DemoResource, created: Timestamp,
        in store: inout DemoObjectStore, at now: Timestamp
    ) {
        var object = manifest
        switch resource.kind {
        case "CronJob":
            if let seconds = behaviour["scheduled"]?.text.flatMap({ ManifestAge($0) })?.seconds {
                object.set("status", "lastScheduleTime", to: .time(now.adding(seconds: -seconds)))
                object.set("status", "lastSuccessfulTime", to: .time(now.adding(seconds: 20 - seconds)))
            }
        case "Lease": object.set("spec", "acquireTime", to: .string(created.microText))
        default: break
        }
        if let deleted = behaviour["deleted"]?.text.flatMap({ ManifestAge($0) })?.seconds {
            object.set("metadata", "deletionTimestamp", to: .time(now.adding(seconds: -deleted)))
            object.set("metadata", "deletionGracePeriodSeconds", to: .integer(0))
        }
        store.apply(resource, object, at: now)
        recordEvents(behaviour, of: object, resource, first: created, in: &store, at: now)
        if resource == .namespaces { addServiceAccount(of: object, in: &store, at: now) }
    }

    /// Records the events that a manifest says its object has had; those of nodes name them, as a kubelet's do.
    private mutating func recordEvents(
        _ behaviour: JSONValue, of object: JSONValue, _ resource: DemoResource, first: Timestamp?,
        in store: inout DemoObjectStore, at now: Timestamp
    ) {
        let name = object.text("metadata", "name")
        for event in behaviour["events"]?.elements ?? [] {
            let subject = EventRecorder.Subject(
                apiVersion: resource.apiVersion, kind: resource.kind, namespace: object.text("metadata", "namespace"),
                name: name, uid: resource == .nodes ? name : object.text("metadata", "uid"))
            let last = now.adding(seconds: -random.number(5...120))
            recorder.record(
                subject, isWarning: event.text("type") != "Normal", event.text("reason"), event.text("message"),
                component: event.text("from"), host: resource == .nodes ? name : "",
                count: max(1, event.integer("count")), first: first ?? last, at: last, in: &store)
        }
    }

    private mutating func recordPressure(in store: inout DemoObjectStore, at now: Timestamp) {
        let pressed = scheduler.nodes.first { node in
            (node.at("status", "conditions")?.elements ?? []).contains {
                $0.text("type") != "Ready" && $0.text("status") == "True"
            }
        }
        guard let pressed else { return }
        let name = pressed.text("metadata", "name")
        recorder.record(
            EventRecorder.Subject(apiVersion: "v1", kind: "Node", namespace: "", name: name, uid: name),
            isWarning: true, "EvictionThresholdMet", "Attempting to reclaim memory", component: "kubelet",
            host: name, count: 3, first: now.adding(seconds: -1440), at: now.adding(seconds: -90), in: &store)
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
        if let taint = Scheduler.pressureTaints[pressure] {
            let added = JSONValue.members([
                "key": .string(taint), "effect": .string("NoSchedule"),
                "timeAdded": .time(now.adding(seconds: -1440)),
            ])
            node.set("spec", "taints", to: .array((node.at("spec", "taints")?.elements ?? []) + [added]))
        }
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
        _ manifest: JSONValue, _ behaviour: JSONValue, created: Timestamp, in store: DemoObjectStore,
        at now: Timestamp
    ) {
        let hints = behaviour["pods"]?.elements.first ?? .null
        var pod = SimulatedPod(
            name: manifest.text("metadata", "name"), namespace: manifest.text("metadata", "namespace"),
            uid: manifest.text("metadata", "uid"), spec: manifest["spec"] ?? .object([]), created: created,
            trouble: PodTrouble(hints) ?? .healthy)
        pod.labels = manifest.at("metadata", "labels")?.textMembers ?? [:]
        pod.annotations = manifest.at("metadata", "annotations")?.textMembers ?? [:]
        pod.finalizers = (manifest.at("metadata", "finalizers")?.elements ?? []).compactMap(\.text)
        pod.lastWords = (behaviour["lastWords"]?.elements ?? []).compactMap(\.text)
        settle(&pod, hints, in: store, at: now)
        pods.append(pod)
    }

    /// Gives a pod that was there before its node and its place in life.
    private mutating func settle(
        _ pod: inout SimulatedPod, _ hint: JSONValue, onNode index: Int? = nil, in store: DemoObjectStore,
        at now: Timestamp
    ) {
        let named = scheduler.nodes.firstIndex { $0.text("metadata", "name") == hint.text("node") }
        if pod.node.isEmpty || named != nil { place(&pod, onNode: named ?? index) }
        if pod.trouble == .healthy, let trouble = inferredTrouble(of: pod, in: store) { pod.trouble = trouble }
        pod.settle(at: now, restarts: hint.integer("restarts"), random: &random)
    }

    private mutating func addJob(
        _ manifest: JSONValue, _ behaviour: JSONValue, created: Timestamp, in store: inout DemoObjectStore,
        at now: Timestamp
    ) {
        var job = manifest
        if let uid = store.owner(of: job)?.text("metadata", "uid") {
            var owners = job.at("metadata", "ownerReferences")?.elements ?? []
            owners[0].set("uid", to: .string(uid))
            job.set("metadata", "ownerReferences", to: .array(owners))
        }
        store.apply(.jobs, job, at: now)
        let key = "jobs/\(job.text("metadata", "namespace"))/\(job.text("metadata", "name"))"
        for hint in behaviour["pods"]?.elements ?? [] {
            guard addPod(ofJob: job, key: key, in: &store, at: created.adding(seconds: 1)) else { continue }
            var pod = pods.removeLast()
            if let trouble = PodTrouble(hint) { pod.trouble = trouble }
            pod.lastWords = (behaviour["lastWords"]?.elements ?? []).compactMap(\.text)
            pod.settle(at: now, restarts: hint.integer("restarts"), random: &random)
            pods.append(pod)
        }
    }

    private mutating func addWorkload(
        _ manifest: JSONValue, _ resource: DemoResource, _ behaviour: JSONValue, created: Timestamp,
        in store: inout DemoObjectStore, at now: Timestamp
    ) {
        var workload = SimulatedWorkload(manifest, resource, created: created)
        workload.lastWords = (behaviour["lastWords"]?.elements ?? []).compactMap(\.text)
        let hints = behaviour["pods"]?.elements ?? []
        let homes = daemonNodes(of: workload)
        var count = resource == .daemonSets ? homes.count : max(workload.replicas, hints.count)
        if behaviour["created"] != nil { count = behaviour.integer("created") }
        if resource == .deployments { addRevisions(to: &workload, behaviour, created: created, at: now) }
        workload.troubles = hints.compactMap { PodTrouble($0) }
        workload.setDesired(resource == .deployments ? workload.replicas : 0)
        for index in 0..<count {
            let hint = index < hints.count ? hints[index] : .null
            let suffix = resource == .statefulSets ? String(index) : random.suffix(5)
            let base = workload.revisions.last?.name ?? workload.name
            let podCreated = Self.age(hint).map { now.adding(seconds: -$0) } ?? created.adding(seconds: 1)
            if resource == .statefulSets {
                claim(for: "\(base)-\(suffix)", of: workload, created: podCreated, in: &store, at: now)
            }
            var pod = makePod(
                of: workload, workload.revisions.last, name: "\(base)-\(suffix)",
                trouble: PodTrouble(hint) ?? .healthy, created: podCreated,
                onNode: resource == .daemonSets ? homes[index] : nil)
            settle(&pod, hint, in: store, at: now)
            if hint["stale"]?.isTrue ?? false { pod.template = 1 }
            pods.append(pod)
        }
        if count < workload.replicas, behaviour["created"] != nil {
            unsettled.insert(workload.key)
            workload.isStuck = true
            workload.progressChanged = created.adding(seconds: 600)
        }
        if let failed = behaviour["failedRollout"], let age = Self.age(failed) {
            let since = now.adding(seconds: -age)
            absentImages.insert(failed.text("image"))
            workload.revise(image: failed.text("image"), uid: random.uid(), at: since)
            workload.setDesired(1, trouble: .imagePull)
            workload.isStuck = age > workload.deadlineSeconds
            if workload.isStuck { workload.progressChanged = since.adding(seconds: workload.deadlineSeconds) }
            if let revision = workload.revisions.last {
                var pod = makePod(
                    of: workload, revision, name: "\(revision.name)-\(random.suffix(5))", trouble: .imagePull,
                    created: since)
                settle(&pod, .null, in: store, at: now)
                pods.append(pod)
            }
        }
        workload.tags = (behaviour["rollout"]?.elements ?? []).compactMap(\.text)
        if !workload.tags.isEmpty { workload.nextRollout = now.adding(seconds: 20) }
        let ready = pods.filter { $0.workload == workload.key && $0.isReady }.count
        workload.isAvailable = ready >= workload.replicas - workload.roll.unavailable
        workloads.append(workload)
        if let last = workloads.indices.last, count < workload.replicas, behaviour["created"] != nil {
            workloads[last].refusal = refusal(
                of: manifest.at("spec", "template", "spec") ?? .null,
                named: "\(workload.revisions.last?.name ?? workload.name)-\(random.suffix(5))",
                namespace: workload.namespace, in: store
            ).map { SimulatedWorkload.Refusal(message: $0, since: created, next: now) }
        }
    }

    /// Adds the present revision, and before it those that the scenario says there were.
    private mutating func addRevisions(
        to workload: inout SimulatedWorkload, _ behaviour: JSONValue, created: Timestamp, at now: Timestamp
    ) {
        let manifest = workload.manifest
        let image = manifest.at("spec", "template", "spec", "containers")?.elements.first?.text("image") ?? ""
        let name = image.split(separator: ":").first.map(String.init) ?? ""
        for past in behaviour["history"]?.elements ?? [] {
            workload.setImage("\(name):\(past.text("tag"))")
            let cause = past["cause"] ?? .null
            workload.manifest.set(
                "metadata", "annotations", "kubernetes.io/change-cause", to: cause == .null ? nil : cause)
            workload.addRevision(uid: random.uid(), at: Self.age(past).map { now.adding(seconds: -$0) } ?? created)
        }
        workload.manifest = manifest
        workload.addRevision(uid: random.uid(), at: created)
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
            pod.labels.merge(workload.revisionLabels(ofPod: name)) { _, new in new }
            if resource == .statefulSets { pod.addClaims(of: workload.manifest) }
        }
        if hasBegun || nodeIndex != nil { place(&pod, onNode: nodeIndex) }
        return pod
    }

    /// Gives a pod the node with room for it that has the fewest pods, and a free address there.
    ///
    /// Old pods may be on any node, new ones on those that are not cordoned; those of a DaemonSet have theirs.
    func place(_ pod: inout SimulatedPod, onNode index: Int? = nil) {
        let nodes = scheduler.nodes
        let candidates = index.map { [$0] } ?? scheduler.candidates(for: pod, among: pods, ignoresCordons: !hasBegun)
        let counts = nodes.map { node in pods.count { $0.node == node.text("metadata", "name") } }
        guard let chosen = candidates.min(by: { counts[$0] < counts[$1] }), index != nil || !pod.isGated else {
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
        // It waits for a node for another reason than its own troubles.
        if let workload = workloads.first(where: { $0.key == pod.workload }), pod.trouble == .healthy {
            let revision = workload.revisions.first { $0.hash == pod.labels["pod-template-hash"] }
            pod.trouble = revision?.trouble ?? .healthy
        }
        pods[index] = pod
    }
}

extension DemoObjectStore {
    /// The CronJob that a Job says it is of.
    fileprivate func owner(of job: JSONValue) -> JSONValue? {
        guard let owner = job.at("metadata", "ownerReferences")?.elements.first, owner.text("kind") == "CronJob" else {
            return nil
        }
        return document(of: Kinds.cronJobs, namespace: job.text("metadata", "namespace"), name: owner.text("name"))
    }
}
