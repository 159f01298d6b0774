import KubernetesModel

/// What the crowd's controllers do.
extension DemoCrowd {
    /// Looks at what others changed, and acts on it.
    mutating func observe(_ store: inout DemoObjectStore, at now: Timestamp) {
        guard store.version > seen, !nodes.isEmpty else { return }
        let isComplete = store.compactedVersion <= seen
        let changes = isComplete ? store.history.after(seen) : []
        for change in changes {
            switch change.resource {
            case DemoResource.deployments.groupResource: noticeDeployment(change, in: &store, at: now)
            case DemoResource.namespaces.groupResource: noticeNamespace(change, in: &store)
            case DemoResource.nodes.groupResource: noticeNode(change)
            default: break
            }
        }
        for change in changes where change.resource == DemoResource.pods.groupResource {
            noticePod(change, in: &store, at: now)
        }
        if !isComplete { lookAtEverything(&store, at: now) }
        publishDirty(in: &store, at: now)
    }

    /// Publishes what follows from changed pods.
    mutating func publishDirty(in store: inout DemoObjectStore, at now: Timestamp) {
        for index in dirty.sorted() { publish(index, in: &store, at: now) }
        dirty = []
        seen = store.version
    }

    /// Writes what follows from an app's pods: its Deployment's status, ReplicaSets, and addresses.
    mutating func publish(_ index: Int, in store: inout DemoObjectStore, at now: Timestamp) {
        dirty.remove(index)
        guard let app = apps[index], let entry = store.entry(of: .deployments, app.key) else { return }
        let deployment = (entry.content as? CrowdDeployment)?.base ?? entry.document
        let generation = max(1, deployment.integer("metadata", "generation"))
        guard let numbers = numbers(of: index, generation: generation, at: now) else { return }
        store.put(.deployments, app.key, CrowdDeployment(deployment, numbers, like: entry.content))
        let own = app.slots.compactMap { pods[$0] }
        for template in app.templates {
            let living = own.filter { $0.template === template && $0.state.deletion == nil }
            let key = DemoObjectStore.Key(namespace: template.namespace, name: template.name)
            let replicaSet = CrowdReplicaSet(
                template, of: deployment, desired: template === app.templates.last ? app.replicas : living.count,
                replicas: living.count, ready: living.count(where: \.isReady))
            let old = store.entry(of: .replicaSets, key)?.content as? CrowdReplicaSet
            let isSame =
                old?.template === template && old?.desired == replicaSet.desired && old?.replicas == replicaSet.replicas
                && old?.ready == replicaSet.ready
            if !isSame { store.put(.replicaSets, key, replicaSet) }
        }
        publishAddresses(of: index, own.filter(\.hasAddress), in: &store)
    }

    private mutating func publishAddresses(of index: Int, _ own: [CrowdPod], in store: inout DemoObjectStore) {
        guard var app = apps[index] else { return }
        app.generation += 1
        defer { apps[index] = app }
        let service = app.service
        let most = CrowdEndpoints.mostInSlice
        let count = max(1, (own.count + most - 1) / most)
        for number in 0..<max(count, app.slices) {
            let key = DemoObjectStore.Key(namespace: service.namespace, name: service.sliceName(number))
            guard number < count else {
                store.delete(.endpointSlices, namespace: key.namespace, name: key.name)
                continue
            }
            let part = count == 1 ? own : Array(own.dropFirst(number * most).prefix(most))
            store.put(
                .endpointSlices, key, CrowdEndpoints(service, slice: number, part, generation: app.generation))
        }
        app.slices = count
        store.put(
            .endpoints, DemoObjectStore.Key(namespace: service.namespace, name: service.name),
            CrowdEndpoints(service, slice: nil, own.count <= 1000 ? own : Array(own.prefix(1000))))
    }

    // MARK: What others change

    private mutating func noticeDeployment(
        _ change: DemoObjectStore.Change, in store: inout DemoObjectStore, at now: Timestamp
    ) {
        guard let index = appIndex[change.key], var app = apps[index] else { return }
        dirty.insert(index)
        guard let deployment = store.document(of: .deployments, namespace: change.key.namespace, name: change.key.name)
        else {
            forget(index, in: &store)
            return
        }
        let template = deployment.at("spec", "template")?.canonical
        if template != app.templates.last?.plain.canonical, !(deployment.at("spec", "paused")?.isTrue ?? false) {
            let revision = (app.templates.last?.revision ?? 0) + 1
            let old = app.templates.firstIndex { $0.plain.canonical == template }.map { app.templates.remove(at: $0) }
            app.templates.append(
                CrowdTemplate(
                    of: deployment, revision: revision, hash: old?.hash ?? random.hashText(),
                    uid: old?.uid ?? crowdUID(random.next()), created: old?.created ?? now))
            app.isProgressing = true
            app.progressChanged = now
        }
        app.isWatched = true
        app.replicas = max(0, min(deployment.integer("spec", "replicas"), Self.mostPods / 10))
        apps[index] = app
        scale(index, in: &store, at: now)
        roll(index, in: &store, at: now)
    }

    private mutating func noticeNamespace(_ change: DemoObjectStore.Change, in store: inout DemoObjectStore) {
        let isEnding = change.kind == .deleted || change.entry.document.at("metadata", "deletionTimestamp") != nil
        guard isEnding, change.key.name.hasPrefix("hub-") else { return }
        for (index, app) in apps.enumerated() where app?.key.namespace == change.key.name { forget(index, in: &store) }
    }

    private mutating func noticeNode(_ change: DemoObjectStore.Change) {
        guard change.key.name.hasPrefix(Self.nodePrefix) else { return }
        let takesNone = change.kind == .deleted || (change.entry.document.at("spec", "unschedulable")?.isTrue ?? false)
        if takesNone { cordoned.insert(change.key.name) } else { cordoned.remove(change.key.name) }
    }

    private mutating func noticePod(
        _ change: DemoObjectStore.Change, in store: inout DemoObjectStore, at now: Timestamp
    ) {
        let before = change.previous?.content as? CrowdPod
        guard let slot = before?.slot ?? edited[change.key] else { return }
        let index = owners[slot]
        // There may be another in its place by now.
        if let before, pods[slot]?.identity != before.identity { return }
        if change.kind == .deleted {
            edited[change.key] = nil
            pods[slot] = nil
            dirty.insert(index)
            replace(slot, of: index, in: &store, at: now)
        } else if change.entry.content is WholeContent {
            edited[change.key] = slot
            pods[slot] = nil
        }
    }

    /// Finds out what changed when the history does not say.
    private mutating func lookAtEverything(_ store: inout DemoObjectStore, at now: Timestamp) {
        for (slot, pod) in pods.enumerated() {
            guard let pod else { continue }
            guard let entry = store.entry(of: .pods, pod.key) else {
                pods[slot] = nil
                replace(slot, of: owners[slot], in: &store, at: now)
                continue
            }
            if entry.content is WholeContent {
                edited[pod.key] = slot
                pods[slot] = nil
            }
        }
        for (key, slot) in edited where store.entry(of: .pods, key) == nil {
            edited[key] = nil
            replace(slot, of: owners[slot], in: &store, at: now)
        }
        for index in apps.indices {
            guard let app = apps[index] else { continue }
            dirty.insert(index)
            if store.entry(of: .deployments, app.key) == nil { forget(index, in: &store) }
        }
    }

    /// Ends an app whose Deployment is gone, and the pods that are left of it.
    private mutating func forget(_ index: Int, in store: inout DemoObjectStore) {
        guard let app = apps[index] else { return }
        apps[index] = nil
        appIndex[app.key] = nil
        dirty.remove(index)
        for slot in app.slots {
            if let pod = pods[slot] { drop(pod, in: &store) }
            pods[slot] = nil
            freeSlots.append(slot)
        }
        for (key, slot) in edited where owners[slot] == index {
            store.delete(.pods, namespace: key.namespace, name: key.name)
            edited[key] = nil
        }
        for template in app.templates {
            store.delete(.replicaSets, namespace: template.namespace, name: template.name)
        }
        guard store.entry(of: .services, app.key) == nil else { return }
        for number in 0..<app.slices {
            store.delete(.endpointSlices, namespace: app.key.namespace, name: app.service.sliceName(number))
        }
        store.delete(.endpoints, namespace: app.key.namespace, name: app.key.name)
    }

    /// Takes a pod out of the store.
    func drop(_ pod: CrowdPod, in store: inout DemoObjectStore) {
        store.delete(.pods, namespace: pod.template.namespace, name: pod.name)
        store.behaviours[pod.key] = nil
    }

    // MARK: Pods that come and go

    private mutating func scale(_ index: Int, in store: inout DemoObjectStore, at now: Timestamp) {
        guard var app = apps[index] else { return }
        let before = app.slots.count
        while app.slots.count < app.replicas {
            addSlot(to: index, in: &store, at: now)
            app = apps[index] ?? app
        }
        let most = app.replicas + (app.isProgressing ? app.surge : 0)
        if !app.isProgressing { tellOfScaling(index, app.templates.last, from: before, to: most, in: &store, at: now) }
        while app.slots.count > most, let slot = app.slots.popLast() {
            if let pod = pods[slot] { drop(pod, in: &store) }
            if let key = edited.first(where: { $0.value == slot })?.key {
                store.delete(.pods, namespace: key.namespace, name: key.name)
                edited[key] = nil
            }
            pods[slot] = nil
            freeSlots.append(slot)
        }
        apps[index] = app
    }

    /// Makes room for one pod more, and makes it.
    private mutating func addSlot(to index: Int, in store: inout DemoObjectStore, at now: Timestamp) {
        let slot = freeSlots.popLast() ?? pods.count
        if slot == pods.count {
            pods.append(nil)
            owners.append(index)
        }
        owners[slot] = index
        apps[index]?.slots.append(slot)
        fill(slot, of: index, in: &store, at: now)
    }

    /// Puts a new pod where one is gone, unless there are more than wanted.
    mutating func replace(_ slot: Int, of index: Int, in store: inout DemoObjectStore, at now: Timestamp) {
        guard let app = apps[index], app.slots.count > app.replicas else {
            return fill(slot, of: index, in: &store, at: now)
        }
        apps[index]?.slots.removeAll { $0 == slot }
        freeSlots.append(slot)
    }

    /// Puts a new pod where one is gone.
    mutating func fill(_ slot: Int, of index: Int, in store: inout DemoObjectStore, at now: Timestamp) {
        guard let app = apps[index], let template = app.templates.last, app.slots.contains(slot) else { return }
        let first = slot % nodes.count
        let node = (nodes[first...] + nodes[..<first]).first { !cordoned.contains($0.name) }
        let pod = CrowdPod(
            template, slot: slot, name: "\(template.name)-\(random.suffix(5))", identity: random.next(),
            node: node ?? nodes[first], created: now,
            CrowdPod.State(stage: .creating, changed: now, started: now))
        pods[slot] = pod
        store.put(.pods, pod.key, pod)
        later(.start, pod, in: 2...4, at: now)
        guard app.isWatched else { return }
        recorder.record(
            subject(template), "SuccessfulCreate", "Created pod: \(pod.name)", component: "replicaset-controller",
            at: now, in: &store)
        recorder.record(
            subject(pod), "Scheduled",
            "Successfully assigned \(template.namespace)/\(pod.name) to \(pod.node.name)",
            component: "default-scheduler", at: now, in: &store)
    }

    private func subject(_ template: CrowdTemplate) -> EventRecorder.Subject {
        EventRecorder.Subject(
            apiVersion: "apps/v1", kind: "ReplicaSet", namespace: template.namespace, name: template.name,
            uid: template.uid)
    }

    private mutating func tellOfScaling(
        _ index: Int, _ template: CrowdTemplate?, from old: Int, to new: Int, in store: inout DemoObjectStore,
        at now: Timestamp
    ) {
        guard let app = apps[index], let template, app.isWatched, old != new else { return }
        let deployment = store.document(of: .deployments, namespace: app.key.namespace, name: app.key.name)
        recorder.record(
            EventRecorder.Subject(
                apiVersion: "apps/v1", kind: "Deployment", namespace: app.key.namespace, name: app.key.name,
                uid: deployment?.text("metadata", "uid") ?? ""), "ScalingReplicaSet",
            "Scaled \(new > old ? "up" : "down") replica set \(template.name) from \(old) to \(new)",
            component: "deployment-controller", at: now, in: &store)
    }

    /// Replaces some of the pods of old revisions: new ones come first, old ones go when enough are ready.
    mutating func roll(_ index: Int, in store: inout DemoObjectStore, at now: Timestamp) {
        guard let app = apps[index], app.isProgressing, let current = app.templates.last else { return }
        let own = app.slots.compactMap { pods[$0] }
        let living = own.filter { $0.state.deletion == nil }
        let updated = living.filter { $0.template === current }
        let old = living.filter { $0.template !== current }
        let edited = edited(of: app)
        let wanted = app.replicas - updated.count - edited - (own.count - living.count)
        let added = max(0, min(app.replicas + app.surge - app.slots.count, wanted))
        for _ in 0..<added { addSlot(to: index, in: &store, at: now) }
        tellOfScaling(index, current, from: updated.count, to: updated.count + added, in: &store, at: now)
        // What is not ready helps nobody; of the rest as many go as can be spared.
        let spare = max(0, living.count(where: \.isReady) + edited - app.least)
        let going = old.filter { !$0.isReady } + old.filter(\.isReady).prefix(spare)
        for pod in going + updated.prefix(max(0, updated.count + edited - app.replicas)) {
            end(pod, in: &store, at: now)
        }
        for template in app.templates.dropLast() {
            let count = old.count { $0.template === template }
            let gone = going.count { $0.template === template }
            tellOfScaling(index, template, from: count, to: count - gone, in: &store, at: now)
        }
        dirty.insert(index)
    }
}
