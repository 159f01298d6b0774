import KubernetesModel

/// What the controllers do: they bring workloads step by step to what their specs say.
extension DemoSimulation {
    /// However many pods are missing, no more than this are made in one step.
    private static let createdAtOnce = 20

    /// Brings a workload one step nearer to its spec.
    /// - Returns: whether something changed.
    mutating func reconcile(_ index: Int, in store: inout DemoObjectStore, at now: Timestamp) -> Bool {
        let hasChanged =
            switch workloads[index].resource {
            case .deployments: reconcileDeployment(index, in: &store, at: now)
            case .statefulSets: reconcileStatefulSet(index, in: &store, at: now)
            case .daemonSets: reconcileDaemonSet(index, in: &store, at: now)
            default: false
            }
        let workload = workloads[index]
        if !hasChanged, workload.hasProgressed || workload.isStuck { unsettled.remove(workload.key) }
        return hasChanged
    }

    // MARK: Deployments

    private mutating func reconcileDeployment(
        _ index: Int, in store: inout DemoObjectStore, at now: Timestamp
    ) -> Bool {
        var hasChanged = false
        if let due = workloads[index].nextRollout, due <= now {
            beginRollout(index)
            hasChanged = true
        }
        let template = workloads[index].manifest.at("spec", "template")
        if !workloads[index].isPaused, template?.canonical != workloads[index].revisions.last?.plain.canonical {
            workloads[index].addRevision(uid: random.uid(), at: now)
            workloads[index].hasProgressed = false
            workloads[index].isStuck = false
            workloads[index].nextRollout = nil
            workloads[index].progressChanged = now
            hasChanged = true
        }
        if steer(index, in: &store, at: now) { hasChanged = true }
        for revision in workloads[index].revisions where fill(revision, of: index, in: &store, at: now) {
            hasChanged = true
        }
        return finishRollout(index, in: &store, at: now) || hasChanged
    }

    /// Rolls on to the next of the tags that the scenario names.
    private mutating func beginRollout(_ index: Int) {
        let containers = workloads[index].manifest.at("spec", "template", "spec", "containers")?.elements ?? []
        let parts = (containers.first?.text("image") ?? "").split(separator: ":").map(String.init)
        workloads[index].nextRollout = nil
        guard parts.count == 2, let tag = workloads[index].tags.first(where: { $0 != parts[1] }) else { return }
        workloads[index].setImage("\(parts[0]):\(tag)")
    }

    /// Decides how many pods each revision shall have, as the Deployment controller does.
    private mutating func steer(_ index: Int, in store: inout DemoObjectStore, at now: Timestamp) -> Bool {
        let workload = workloads[index]
        guard let last = workload.revisions.indices.last else { return false }
        let own = pods(of: workload.key).filter { !$0.isDeleting }
        let ready = workload.revisions.map { revision in
            own.count { $0.isReady && $0.labels["pod-template-hash"] == revision.hash }
        }
        let replicas = workload.replicas
        var desired = workload.revisions.map(\.desired)
        if desired.dropLast().allSatisfy({ $0 == 0 }) {
            desired[last] = replicas
        } else if !workload.isPaused {
            let surge = workload.recreates ? 0 : workload.roll.surge
            let least = workload.recreates ? 0 : replicas - workload.roll.unavailable
            let old = own.count { $0.labels["pod-template-hash"] != workload.revisions[last].hash }
            let mayBegin = !workload.recreates || (old == 0 && desired.dropLast().allSatisfy { $0 == 0 })
            let room = mayBegin ? replicas &+ surge - desired.reduce(0, &+) : 0
            if desired[last] > replicas {
                desired[last] = replicas
            } else if desired[last] < replicas, room > 0 {
                desired[last] += min(room, replicas - desired[last])
            }
            var surplus = desired.dropLast().reduce(0, &+) - least + ready[last]
            for old in desired.indices.dropLast() where surplus > 0 {
                let broken = min(surplus, max(0, desired[old] - ready[old]))
                desired[old] -= broken
                surplus -= broken
            }
            var spare = ready.reduce(0, &+) - least
            for old in desired.indices.dropLast() where spare > 0 {
                let count = min(spare, desired[old])
                desired[old] -= count
                spare -= count
            }
        }
        var hasChanged = false
        for (position, count) in desired.enumerated() where count != workload.revisions[position].desired {
            let revision = workload.revisions[position]
            workloads[index].revisions[position].desired = count
            workloads[index].progressChanged = now
            hasChanged = true
            recorder.record(
                workload.subject, "ScalingReplicaSet",
                "Scaled \(count > revision.desired ? "up" : "down") replica set \(revision.name) "
                    + "from \(revision.desired) to \(count)",
                component: "deployment-controller", at: now, in: &store)
        }
        return hasChanged
    }

    /// A workload gets no more pods than these, however many it wants: the cluster is a small one.
    static let mostPods = 500

    /// Makes and removes pods of a revision, as the ReplicaSet controller does.
    private mutating func fill(
        _ revision: SimulatedWorkload.Revision, of index: Int, in store: inout DemoObjectStore, at now: Timestamp
    ) -> Bool {
        let workload = workloads[index]
        let living = pods(of: workload.key).filter {
            !$0.isDeleting && !$0.hasEnded && $0.labels["pod-template-hash"] == revision.hash
        }
        let desired = min(revision.desired, Self.mostPods)
        if living.count < desired {
            var hasAdded = false
            for _ in 0..<min(Self.createdAtOnce, desired - living.count) {
                let name = "\(revision.name)-\(random.suffix(5))"
                guard addPod(of: index, revision, name: name, in: &store, at: now) else { break }
                hasAdded = true
            }
            return hasAdded
        }
        guard living.count > revision.desired else { return false }
        let order = living.sorted {
            ($0.isReady ? 1 : 0, $1.created, $0.name) < ($1.isReady ? 1 : 0, $0.created, $1.name)
        }
        for pod in order.prefix(living.count - revision.desired) {
            remove(pod, in: &store, at: now)
            recorder.record(
                workload.subject(of: revision), "SuccessfulDelete", "Deleted pod: \(pod.name)",
                component: "replicaset-controller", at: now, in: &store)
        }
        return true
    }

    private mutating func finishRollout(_ index: Int, in store: inout DemoObjectStore, at now: Timestamp) -> Bool {
        let workload = workloads[index]
        guard !workload.hasProgressed, let current = workload.revisions.last else { return false }
        let living = pods(of: workload.key).filter { !$0.isDeleting }
        let updated = living.filter { $0.labels["pod-template-hash"] == current.hash }
        guard updated.count == living.count, updated.filter(\.isReady).count == workload.replicas else {
            guard !workload.isStuck, !workload.isPaused,
                now.seconds(since: workload.progressChanged) > Int64(workload.deadlineSeconds)
            else {
                return false
            }
            workloads[index].isStuck = true
            workloads[index].progressChanged = now
            return true
        }
        workloads[index].hasProgressed = true
        workloads[index].isStuck = false
        workloads[index].progressChanged = now
        if !workload.tags.isEmpty { workloads[index].nextRollout = now.adding(seconds: Self.rolloutIntervalSeconds) }
        let kept = max(0, workload.manifest.integer("spec", "revisionHistoryLimit"))
        let surplus = max(0, workload.revisions.count - 1 - kept)
        for revision in workload.revisions.prefix(surplus) {
            store.delete(.replicaSets, namespace: workload.namespace, name: revision.name)
        }
        workloads[index].revisions.removeFirst(surplus)
        return true
    }

    // MARK: StatefulSets and DaemonSets

    private mutating func reconcileStatefulSet(
        _ index: Int, in store: inout DemoObjectStore, at now: Timestamp
    ) -> Bool {
        let workload = workloads[index]
        let own = pods(of: workload.key)
        func ordinal(_ pod: SimulatedPod) -> Int { Int(pod.name.dropFirst(workload.name.count + 1)) ?? -1 }
        let surplus = own.filter { !$0.isDeleting && ordinal($0) >= workload.replicas }
        if let last = surplus.max(by: { ordinal($0) < ordinal($1) }) {
            delete(last, of: index, in: &store, at: now)
            return true
        }
        let present = Set(own.map(ordinal))
        let isOrdered = workload.manifest.at("spec", "podManagementPolicy")?.text != "Parallel"
        var missing = Array(
            (0..<max(0, min(workload.replicas, Self.mostPods))).lazy.filter { !present.contains($0) }.prefix(
                Self.createdAtOnce))
        if isOrdered, let first = missing.first {
            // One after the other: those before it have to be ready.
            let isNext = (0..<first).allSatisfy { number in own.contains { ordinal($0) == number && $0.isReady } }
            missing = isNext ? [first] : []
        }
        var hasAdded = false
        for number in missing {
            let name = "\(workload.name)-\(number)"
            guard !isLosingClaim(name, of: workload, in: store) else { break }
            claim(for: name, of: workload, created: now, in: &store, at: now)
            guard addPod(of: index, nil, name: name, in: &store, at: now) else { break }
            hasAdded = true
        }
        if hasAdded { return true }
        let strategy = workload.manifest.at("spec", "updateStrategy") ?? .null
        guard strategy.text("type") != "OnDelete", missing.isEmpty else { return false }
        let partition = strategy.integer("rollingUpdate", "partition")
        let outdated = own.filter { $0.template != workload.templateHash && ordinal($0) >= partition }
        return replaceNext(outdated.max { ordinal($0) < ordinal($1) }, own, of: index, in: &store, at: now)
    }

    private mutating func reconcileDaemonSet(
        _ index: Int, in store: inout DemoObjectStore, at now: Timestamp
    ) -> Bool {
        let workload = workloads[index]
        let own = pods(of: workload.key)
        var hasChanged = false
        let wanted = daemonNodes(of: workload)
        for position in wanted {
            let node = scheduler.nodes[position].text("metadata", "name")
            guard !own.contains(where: { $0.node == node && !$0.hasEnded }), nodeFaults[node] == nil else { continue }
            let name = "\(workload.name)-\(random.suffix(5))"
            guard addPod(of: index, nil, name: name, onNode: position, in: &store, at: now) else { break }
            hasChanged = true
        }
        let names = Set(wanted.map { scheduler.nodes[$0].text("metadata", "name") })
        for pod in own where !pod.isDeleting && !names.contains(pod.node) {
            delete(pod, of: index, in: &store, at: now)
            hasChanged = true
        }
        if hasChanged { return true }
        guard workload.manifest.at("spec", "updateStrategy", "type")?.text != "OnDelete" else { return false }
        let outdated = own.filter { $0.template != workload.templateHash }
        return replaceNext(outdated.min { $0.name < $1.name }, own, of: index, in: &store, at: now)
    }

    /// Removes the next pod of an old template when those of the new one are ready.
    private mutating func replaceNext(
        _ outdated: SimulatedPod?, _ own: [SimulatedPod], of index: Int, in store: inout DemoObjectStore,
        at now: Timestamp
    ) -> Bool {
        let updated = own.filter { $0.template == workloads[index].templateHash }
        guard !own.contains(where: \.isDeleting), updated.allSatisfy(\.isReady) else { return false }
        guard let outdated else {
            guard !workloads[index].hasProgressed else { return false }
            workloads[index].hasProgressed = true
            workloads[index].settledTemplate = workloads[index].templateHash
            return true
        }
        workloads[index].hasProgressed = false
        delete(outdated, of: index, in: &store, at: now)
        return true
    }

    private mutating func delete(
        _ pod: SimulatedPod, of index: Int, in store: inout DemoObjectStore, at now: Timestamp
    ) {
        let workload = workloads[index]
        remove(pod, in: &store, at: now)
        let isSet = workload.resource == .statefulSets
        recorder.record(
            workload.subject, "SuccessfulDelete",
            isSet
                ? "delete Pod \(pod.name) in StatefulSet \(workload.name) successful" : "Deleted pod: \(pod.name)",
            component: isSet ? "statefulset-controller" : "daemonset-controller", at: now, in: &store)
    }

    // MARK: Pods

    /// Makes a pod of a workload, unless the API server would refuse it.
    /// - Returns: whether it was made.
    mutating func addPod(
        of index: Int, _ revision: SimulatedWorkload.Revision?, name: String, onNode node: Int? = nil,
        in store: inout DemoObjectStore, at now: Timestamp
    ) -> Bool {
        let workload = workloads[index]
        let others = pods(of: workload.key).filter {
            !$0.isDeleting && (revision == nil || $0.labels["pod-template-hash"] == revision?.hash)
        }
        let template = revision?.template ?? workload.manifest.at("spec", "template") ?? .object([])
        if let words = refusal(
            of: template["spec"] ?? .null, named: name, namespace: workload.namespace, in: store)
        {
            if workloads[index].refusal == nil {
                workloads[index].refusal = SimulatedWorkload.Refusal(message: words, since: now, next: now)
            }
            return false
        }
        workloads[index].refusal = nil
        var pod = makePod(
            of: workload, revision, name: name, trouble: workload.trouble(in: revision, beside: others),
            created: now, onNode: node)
        pod.due = now
        if !hasBegun, pod.node.isEmpty { place(&pod) }
        if pod.trouble == .healthy, let trouble = inferredTrouble(of: pod, in: store) { pod.trouble = trouble }
        let image = pod.mainContainer.text("image")
        pod.isNewImage = !pods.contains { $0.mainContainer.text("image") == image }
        recorder.record(
            revision.map { workload.subject(of: $0) } ?? workload.subject, "SuccessfulCreate",
            workload.resource == .statefulSets
                ? "create Pod \(name) in StatefulSet \(workload.name) successful" : "Created pod: \(name)",
            component: workload.controller, at: now, in: &store)
        pods.append(pod)
        publish(pod, in: &store, at: now)
        return true
    }

    /// Begins to delete a pod: it is gone after some seconds, or at once when it has no node or no time.
    mutating func remove(
        _ pod: SimulatedPod, grace: Int? = nil, in store: inout DemoObjectStore, at now: Timestamp
    ) {
        guard let index = pods.firstIndex(where: { $0.uid == pod.uid }) else { return }
        let grace = grace ?? pod.spec.integer("terminationGracePeriodSeconds")
        unsettled.insert(pod.workload)
        if grace == 0 || pod.stage == .unscheduled || pod.hasEnded, pod.finalizers.isEmpty {
            pods.remove(at: index)
            forget(pod, in: &store)
            return
        }
        guard !pod.isDeleting || grace < (pod.grace ?? .max) else { return }
        pods[index].deletion = now.adding(seconds: grace)
        pods[index].grace = grace
        pods[index].removal = pod.cutOff == nil ? now.adding(seconds: min(grace, Self.removalSeconds)) : nil
        publish(pods[index], in: &store, at: now)
        guard !pod.isDeleting else { return }
        let container = pod.troubledContainer
        record(
            [.init(reason: "Killing", message: "Stopping container \(container)", container: container)],
            of: pods[index], in: &store, at: now)
    }
}
