import KubernetesModel

/// Lets incidents come and go.
extension DemoSimulation {
    /// The annotation that says what is wrong with an object.
    static let faultKey = "example.com/fault"

    /// Begins and ends the incidents that are due.
    /// - Returns: the pods that it changed.
    mutating func runIncidents(in store: inout DemoObjectStore, at now: Timestamp) -> [SimulatedPod] {
        var touched: [SimulatedPod] = []
        for index in incidents.indices {
            if let end = incidents[index].ends, end <= now {
                touched += finish(index, in: &store, at: now)
                incidents[index].ends = nil
            } else if incidents[index].ends == nil, let begin = incidents[index].begins, begin <= now {
                touched += start(index, in: &store, at: now)
                incidents[index].ends = now.adding(seconds: incidents[index].lasts)
                incidents[index].begins = now.adding(seconds: incidents[index].every)
            }
        }
        return touched
    }

    private func workload(of incident: Incident) -> Int? {
        workloads.firstIndex {
            $0.namespace == incident.namespace && $0.name == incident.target && $0.resource.kind == incident.kind
        }
    }

    private mutating func start(
        _ index: Int, in store: inout DemoObjectStore, at now: Timestamp
    ) -> [SimulatedPod] {
        let incident = incidents[index]
        switch incident.fault {
        case .image(let image):
            guard let chosen = workload(of: incident) else { return [] }
            absentImages.insert(image)
            incidents[index].before = workloads[chosen].manifest.at("spec", "template")
            workloads[chosen].setImage(image)
            label(workload: chosen, incident.cause)
            unsettled.insert(workloads[chosen].key)
            return []
        case .trouble(let trouble, let count, let lastWords):
            guard let chosen = workload(of: incident) else { return [] }
            label(workload: chosen, incident.cause)
            var touched: [SimulatedPod] = []
            for position in pods.indices where pods[position].workload == workloads[chosen].key {
                guard touched.count < count, pods[position].stage == .ready, !pods[position].isDeleting,
                    pods[position].trouble == .healthy
                else { continue }
                pods[position].lastWords = lastWords
                pods[position].change(to: trouble, at: now)
                touched.append(pods[position])
            }
            unsettled.insert(workloads[chosen].key)
            return touched
        case .node:
            label(kind: "Node", namespace: "", incident.target, incident.cause, in: &store, at: now)
            return setFault(NodeFault(since: now), ofNode: incident.target, in: &store, at: now)
        case .merge(let change):
            label(
                kind: incident.kind, namespace: incident.namespace, incident.target, incident.cause, in: &store,
                at: now)
            guard let resource = DemoResource.all.first(where: { $0.kind == incident.kind }),
                let document = store.document(
                    of: resource, namespace: incident.namespace, name: incident.target)
            else { return [] }
            incidents[index].before = document
            var changed = document
            for part in change.members {
                for member in part.value.members { changed.set(part.key, member.key, to: member.value) }
            }
            store.apply(resource, changed, at: now)
            return []
        }
    }

    private mutating func finish(_ index: Int, in store: inout DemoObjectStore, at now: Timestamp) -> [SimulatedPod] {
        let incident = incidents[index]
        incidents[index].before = nil
        switch incident.fault {
        case .image(let image):
            guard let chosen = workload(of: incident) else { return [] }
            label(workload: chosen, nil)
            // Somebody goes back to the revision before, unless somebody else has already.
            let containers = workloads[chosen].manifest.at("spec", "template", "spec", "containers")?.elements ?? []
            if containers.first?.text("image") == image, let template = incident.before {
                workloads[chosen].manifest.set("spec", "template", to: template)
            }
            unsettled.insert(workloads[chosen].key)
            return []
        case .trouble(let trouble, _, _):
            guard let chosen = workload(of: incident) else { return [] }
            label(workload: chosen, nil)
            var touched: [SimulatedPod] = []
            for position in pods.indices
            where pods[position].workload == workloads[chosen].key && pods[position].trouble == trouble {
                pods[position].change(to: .healthy, at: now)
                touched.append(pods[position])
            }
            unsettled.insert(workloads[chosen].key)
            return touched
        case .node:
            label(kind: "Node", namespace: "", incident.target, nil, in: &store, at: now)
            return setFault(nil, ofNode: incident.target, in: &store, at: now)
        case .merge:
            label(kind: incident.kind, namespace: incident.namespace, incident.target, nil, in: &store, at: now)
            guard let resource = DemoResource.all.first(where: { $0.kind == incident.kind }),
                var document = store.document(
                    of: resource, namespace: incident.namespace, name: incident.target), let before = incident.before
            else { return [] }
            for part in ["spec", "status"] { document.set(part, to: before[part]) }
            store.apply(resource, document, at: now)
            return []
        }
    }

    /// Says what is wrong with a workload in its annotation; `nil` when nothing is.
    private mutating func label(workload index: Int, _ cause: String?) {
        workloads[index].manifest.set("metadata", "annotations", Self.faultKey, to: cause.map { .string($0) })
    }

    private mutating func label(
        kind: String, namespace: String, _ name: String, _ cause: String?, in store: inout DemoObjectStore,
        at now: Timestamp
    ) {
        if kind == "Node", let index = scheduler.nodes.firstIndex(where: { $0.text("metadata", "name") == name }) {
            scheduler.nodes[index].set("metadata", "annotations", Self.faultKey, to: cause.map { .string($0) })
            return
        }
        guard let resource = DemoResource.all.first(where: { $0.kind == kind }),
            var document = store.document(of: resource, namespace: namespace, name: name)
        else { return }
        document.set("metadata", "annotations", Self.faultKey, to: cause.map { .string($0) })
        store.apply(resource, document, at: now)
    }
}
