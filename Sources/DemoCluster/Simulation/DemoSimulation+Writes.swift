import KubernetesModel

/// An object that is being deleted, and waits for its finalizers.
struct Ending: Hashable {
    var resource: DemoResource
    var key: DemoObjectStore.Key
    var uid: String
}

/// What follows when somebody writes to the cluster.
extension DemoSimulation {
    /// Takes an object that was changed, and lets its controller act.
    ///
    /// - Parameters:
    ///   - resource: the object's.
    ///   - document: the object as it shall be.
    ///   - store: where it is.
    ///   - now: the moment of the change.
    mutating func accept(
        _ resource: DemoResource, _ document: JSONValue, in store: inout DemoObjectStore, at now: Timestamp
    ) {
        let namespace = document.text("metadata", "namespace")
        let name = document.text("metadata", "name")
        if let index = workloads.firstIndex(where: {
            $0.resource == resource && $0.namespace == namespace && $0.name == name
        }) {
            acceptWorkload(index, document, in: &store, at: now)
        } else if resource == .pods,
            let index = pods.firstIndex(where: { $0.namespace == namespace && $0.name == name })
        {
            acceptPod(index, document, in: &store, at: now)
        } else if resource == .nodes,
            let index = scheduler.nodes.firstIndex(where: { $0.text("metadata", "name") == name })
        {
            scheduler.nodes[index] = document
            store.apply(.nodes, document, at: now)
        } else if resource == .replicaSets, let (index, revision) = owner(ofReplicaSet: name, in: namespace) {
            store.apply(resource, document, at: now)
            workloads[index].revisions[revision].desired = document.integer("spec", "replicas")
            unsettled.insert(workloads[index].key)
        } else {
            store.apply(resource, document, at: now)
            if resource == .services { publishSlice(of: document, in: &store, at: now) }
        }
    }

    /// Lets an object that was created live.
    mutating func adopt(
        _ resource: DemoResource, _ document: JSONValue, in store: inout DemoObjectStore, at now: Timestamp
    ) {
        switch resource {
        case .pods: adoptPod(document, in: &store, at: now)
        case .deployments, .statefulSets, .daemonSets:
            var manifest = document
            manifest.set("status", to: nil)
            var workload = SimulatedWorkload(manifest, resource, created: now)
            workload.hasProgressed = false
            workload.isAvailable = false
            takeOver(&workload, in: &store, at: now)
            workloads.append(workload)
            unsettled.insert(workload.key)
            let index = workloads.count - 1
            _ = reconcile(index, in: &store, at: now)
            publishWorkload(index, in: &store, at: now)
        case .services: publishSlice(of: document, in: &store, at: now)
        case .namespaces:
            addServiceAccount(of: document, in: &store, at: now)
            store.apply(
                .configMaps, BuiltInObjects.rootCertificates(in: document.text("metadata", "name")), at: now)
        default: break
        }
    }

    /// Gives a workload what another of its name and kind has left behind: pods and, for a Deployment, ReplicaSets.
    private mutating func takeOver(
        _ workload: inout SimulatedWorkload, in store: inout DemoObjectStore, at now: Timestamp
    ) {
        let (namespace, name) = (workload.namespace, workload.name)
        guard let selector = workload.manifest.at("spec", "selector"), !selector.members.isEmpty else { return }
        let chosen = Selector(selector)
        guard workload.resource == .deployments else {
            for index in pods.indices where pods[index].namespace == namespace && pods[index].workload.isEmpty {
                let isNamed =
                    workload.resource != .statefulSets
                    || (pods[index].name.hasPrefix("\(name)-")
                        && Int(pods[index].name.dropFirst(name.count + 1)) != nil)
                guard isNamed, pods[index].ownerReference == nil, chosen.matches(pods[index].labels) else { continue }
                pods[index].workload = workload.key
                pods[index].ownerReference = workload.reference
                publish(pods[index], in: &store, at: now)
            }
            return
        }
        let number = "deployment.kubernetes.io/revision"
        let left = store.documents(of: .replicaSets, namespace: namespace).filter { set in
            set.at("metadata", "ownerReferences") == nil
                && chosen.matches(set.at("metadata", "labels")?.textMembers ?? [:])
        }
        func revision(_ set: JSONValue) -> Int { Int(set.text("metadata", "annotations", number)) ?? 1 }
        for set in left.sorted(by: { revision($0) < revision($1) }) {
            let hash = set.text("metadata", "labels", "pod-template-hash")
            guard !hash.isEmpty, let template = set.at("spec", "template") else { continue }
            var plain = template
            plain.set("metadata", "labels", "pod-template-hash", to: nil)
            let uid = set.text("metadata", "uid")
            workload.revisions.append(
                SimulatedWorkload.Revision(
                    number: revision(set), name: set.text("metadata", "name"), uid: uid, hash: hash,
                    template: template, plain: plain,
                    created: Timestamp(set.text("metadata", "creationTimestamp")) ?? workload.progressChanged,
                    desired: set.integer("spec", "replicas")))
            for index in pods.indices where pods[index].ownerReference?["uid"] == .string(uid) {
                pods[index].workload = workload.key
            }
        }
    }

    private mutating func adoptPod(_ document: JSONValue, in store: inout DemoObjectStore, at now: Timestamp) {
        var pod = SimulatedPod(
            name: document.text("metadata", "name"), namespace: document.text("metadata", "namespace"),
            uid: document.text("metadata", "uid"), spec: document["spec"] ?? .object([]), created: now,
            trouble: .healthy)
        pod.labels = document.at("metadata", "labels")?.textMembers ?? [:]
        pod.annotations = document.at("metadata", "annotations")?.textMembers ?? [:]
        pod.finalizers = (document.at("metadata", "finalizers")?.elements ?? []).compactMap(\.text)
        pod.due = now
        pod.trouble = inferredTrouble(of: pod, in: store) ?? .healthy
        let image = pod.mainContainer.text("image")
        pod.isNewImage = !pods.contains { $0.mainContainer.text("image") == image }
        if pod.node.isEmpty { place(&pod) }
        pods.append(pod)
        publish(pods[pods.count - 1], in: &store, at: now)
    }

    private func publishSlice(of service: JSONValue, in store: inout DemoObjectStore, at now: Timestamp) {
        let pods = store.documents(of: .pods, namespace: service.text("metadata", "namespace"))
        guard let slice = EndpointSlices.slice(of: service, pods: pods) else { return }
        publish(slice, of: service, in: &store, at: now)
    }

    private func owner(ofReplicaSet name: String, in namespace: String) -> (workload: Int, revision: Int)? {
        for index in workloads.indices where workloads[index].namespace == namespace {
            if let revision = workloads[index].revisions.firstIndex(where: { $0.name == name }) {
                return (index, revision)
            }
        }
        return nil
    }

    private mutating func acceptWorkload(
        _ index: Int, _ document: JSONValue, in store: inout DemoObjectStore, at now: Timestamp
    ) {
        let old = workloads[index]
        var manifest = document
        manifest.set("status", to: nil)
        workloads[index].manifest = manifest
        let template = manifest.at("spec", "template", "spec")?.canonical
        if template != old.manifest.at("spec", "template", "spec")?.canonical {
            workloads[index].refusal = nil
            if old.revisions.isEmpty { workloads[index].troubles = [] }
        }
        if workloads[index].templateHash != old.templateHash { workloads[index].hasProgressed = false }
        if workloads[index].isPaused != old.isPaused { workloads[index].progressChanged = now }
        unsettled.insert(old.key)
        _ = reconcile(index, in: &store, at: now)
        publishWorkload(index, in: &store, at: now)
        publishConsequences(of: pods(of: old.key), in: &store, at: now)
    }

    private mutating func acceptPod(
        _ index: Int, _ document: JSONValue, in store: inout DemoObjectStore, at now: Timestamp
    ) {
        let old = pods[index]
        pods[index].labels = document.at("metadata", "labels")?.textMembers ?? [:]
        pods[index].annotations = document.at("metadata", "annotations")?.textMembers ?? [:]
        pods[index].finalizers = (document.at("metadata", "finalizers")?.elements ?? []).compactMap(\.text)
        pods[index].spec = document["spec"] ?? old.spec
        if old.isDeleting, !old.finalizers.isEmpty, pods[index].finalizers.isEmpty, (old.removal ?? now) <= now {
            forget(pods.remove(at: index), in: &store)
            unsettled.insert(old.workload)
            publishConsequences(of: [old], in: &store, at: now)
            return
        }
        publish(pods[index], in: &store, at: now)
        if pods[index].labels != old.labels {
            publishConsequences(of: [old, pods[index]], in: &store, at: now)
        }
    }

    // MARK: Deleting

    /// Deletes an object, and what belongs to it.
    ///
    /// - Parameters:
    ///   - resource: the object's.
    ///   - document: the object.
    ///   - grace: seconds that a pod has to stop; `nil` for what its spec says.
    ///   - propagation: what becomes of what belongs to it.
    ///   - store: where it is.
    ///   - now: the moment.
    mutating func delete(
        _ resource: DemoResource, _ document: JSONValue, grace: Int? = nil, propagation: Propagation = .background,
        in store: inout DemoObjectStore, at now: Timestamp
    ) {
        let namespace = document.text("metadata", "namespace")
        let name = document.text("metadata", "name")
        let uid = document.text("metadata", "uid")
        if resource == .pods, let pod = pods.first(where: { $0.uid == uid }) {
            remove(pod, grace: grace, in: &store, at: now)
            publishConsequences(of: [pod], in: &store, at: now)
            reconcileUnsettled(in: &store, at: now)
            return
        }
        if resource == .namespaces {
            endNamespace(document, in: &store, at: now)
            return
        }
        var finalizers = document.at("metadata", "finalizers")?.elements ?? []
        finalizers.removeAll { isServed($0.text ?? "", document, in: store) }
        let waits = propagation == .foreground && hasDependents(uid, in: store)
        if waits, !finalizers.contains(.string(Self.foreground)) { finalizers.append(.string(Self.foreground)) }
        guard finalizers.isEmpty else {
            var ending = document
            ending.fill("metadata", "deletionTimestamp", with: .time(now))
            ending.fill("metadata", "deletionGracePeriodSeconds", with: .integer(0))
            ending.set("metadata", "finalizers", to: .array(finalizers))
            store.apply(resource, ending, at: now)
            endings.insert(Ending(resource: resource, key: .init(namespace: namespace, name: name), uid: uid))
            if waits {
                workloads.removeAll { $0.resource == resource && $0.namespace == namespace && $0.name == name }
                collect(ownedBy: uid, .foreground, in: &store, at: now)
                endObjects(in: &store, at: now)
            }
            return
        }
        workloads.removeAll { $0.resource == resource && $0.namespace == namespace && $0.name == name }
        store.delete(resource, namespace: namespace, name: name)
        if resource == .services { store.delete(.endpoints, namespace: namespace, name: name) }
        if resource == .nodes {
            scheduler.nodes.removeAll { $0.text("metadata", "name") == name }
            for pod in pods where pod.node == name { remove(pod, grace: 0, in: &store, at: now) }
        }
        collect(ownedBy: uid, propagation == .orphan ? .orphan : .background, in: &store, at: now)
        if resource == .replicaSets, let (index, revision) = owner(ofReplicaSet: name, in: namespace) {
            // Its Deployment makes it again.
            workloads[index].revisions[revision].uid = random.uid()
            unsettled.insert(workloads[index].key)
            publishWorkload(index, in: &store, at: now)
        }
        reconcileUnsettled(in: &store, at: now)
    }

    private static let foreground = "foregroundDeletion"

    private func hasDependents(_ uid: String, in store: DemoObjectStore) -> Bool {
        DemoResource.all.contains { !store.items(of: $0, ownedBy: uid).isEmpty }
    }

    /// Whether what a finalizer of the cluster's own waits for has happened.
    private func isServed(_ finalizer: String, _ document: JSONValue, in store: DemoObjectStore) -> Bool {
        switch finalizer {
        case "kubernetes.io/pvc-protection":
            let claim = document.text("metadata", "name")
            let namespace = document.text("metadata", "namespace")
            return !pods.contains { pod in
                pod.namespace == namespace && !pod.hasEnded
                    && (pod.spec["volumes"]?.elements ?? []).contains {
                        $0.text("persistentVolumeClaim", "claimName") == claim
                    }
            }
        case "kubernetes.io/pv-protection": return document.text("status", "phase") != "Bound"
        case Self.foreground: return !hasDependents(document.text("metadata", "uid"), in: store)
        default: return false
        }
    }

    /// Removes the objects that are being deleted and need not wait any longer.
    mutating func endObjects(in store: inout DemoObjectStore, at now: Timestamp) {
        for ending in endings.sorted(by: { $0.key < $1.key }) {
            guard let document = store.entry(of: ending.resource, ending.key)?.document,
                document.text("metadata", "uid") == ending.uid
            else {
                endings.remove(ending)
                continue
            }
            let finalizers = document.at("metadata", "finalizers")?.elements ?? []
            let left = finalizers.filter { !isServed($0.text ?? "", document, in: store) }
            guard left != finalizers else { continue }
            var freed = document
            freed.set("metadata", "finalizers", to: left.isEmpty ? nil : .array(left))
            if left.isEmpty {
                endings.remove(ending)
                delete(ending.resource, freed, in: &store, at: now)
            } else {
                store.apply(ending.resource, freed, at: now)
            }
        }
    }

    /// Deletes what belongs to an object that is gone, or lets it go on alone.
    private mutating func collect(
        ownedBy uid: String, _ propagation: Propagation, in store: inout DemoObjectStore, at now: Timestamp
    ) {
        for resource in DemoResource.all {
            for document in store.items(of: resource, ownedBy: uid).map(\.entry.document) {
                if propagation != .orphan {
                    delete(resource, document, propagation: propagation, in: &store, at: now)
                } else if let index = pods.firstIndex(where: { $0.uid == document.text("metadata", "uid") }) {
                    pods[index].ownerReference = nil
                    pods[index].workload = ""
                    publish(pods[index], in: &store, at: now)
                } else {
                    var free = document
                    free.set("metadata", "ownerReferences", to: nil)
                    store.apply(resource, free, at: now)
                    guard resource == .replicaSets else { continue }
                    // It goes on with the pods that it has.
                    let (namespace, name) = (free.text("metadata", "namespace"), free.text("metadata", "name"))
                    for index in pods.indices
                    where pods[index].ownerReference?["uid"] == free.at("metadata", "uid") {
                        pods[index].workload = "replicasets/\(namespace)/\(name)"
                    }
                }
            }
        }
    }

    /// Lets the controllers act at once where a pod is gone.
    private mutating func reconcileUnsettled(in store: inout DemoObjectStore, at now: Timestamp) {
        for index in workloads.indices where unsettled.contains(workloads[index].key) {
            guard reconcile(index, in: &store, at: now) else { continue }
            publishConsequences(of: pods(of: workloads[index].key), in: &store, at: now)
        }
    }

    private mutating func endNamespace(_ document: JSONValue, in store: inout DemoObjectStore, at now: Timestamp) {
        let name = document.text("metadata", "name")
        var ending = document
        ending.fill("metadata", "deletionTimestamp", with: .time(now))
        ending.set("status", "phase", to: .string("Terminating"))
        store.apply(.namespaces, ending, at: now)
        guard endingNamespaces.insert(name).inserted else { return }
        workloads.removeAll { $0.namespace == name }
        for pod in pods where pod.namespace == name { remove(pod, in: &store, at: now) }
        for resource in DemoResource.all where resource.isNamespaced && resource != .pods {
            for item in store.items(of: resource, namespace: name) {
                store.delete(resource, namespace: name, name: item.key.name)
            }
        }
        endNamespaces(in: &store)
    }

    /// Removes the namespaces that are being deleted and have no more pods.
    mutating func endNamespaces(in store: inout DemoObjectStore) {
        for name in endingNamespaces where !pods.contains(where: { $0.namespace == name }) {
            for event in store.items(of: .events, namespace: name) {
                store.delete(.events, namespace: name, name: event.key.name)
            }
            store.delete(.namespaces, name: name)
            endingNamespaces.remove(name)
        }
    }
}
