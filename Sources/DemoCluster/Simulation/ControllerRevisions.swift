import KubernetesModel

/// A pod template that a StatefulSet or DaemonSet has had (`ControllerRevision`), for `kubectl rollout history` and `undo`.
struct TemplateRevision: Sendable {
    /// Of the template.
    var hash: UInt64
    /// Grows with every change, also back to an old template.
    var number: Int
    var created: Timestamp
    var template: JSONValue
}

extension DemoSimulation {
    /// Keeps the template of a StatefulSet or DaemonSet in its history.
    mutating func noteTemplate(_ index: Int, in store: inout DemoObjectStore, at now: Timestamp) {
        guard [.statefulSets, .daemonSets].contains(workloads[index].resource),
            let dropped = workloads[index].noteTemplate(at: now), let newest = workloads[index].history.last
        else { return }
        let workload = workloads[index]
        store.apply(.controllerRevisions, workload.document(of: newest), at: now)
        for name in dropped { store.delete(.controllerRevisions, namespace: workload.namespace, name: name) }
    }
}

extension SimulatedWorkload {
    /// Notes the present template.
    ///
    /// - Returns: The names of those that are too old to be kept; `nil` when the template is the one that was noted last.
    fileprivate mutating func noteTemplate(at now: Timestamp) -> [String]? {
        guard history.last?.hash != templateHash else { return nil }
        let old = history.firstIndex { $0.hash == templateHash }.map { history.remove(at: $0) }
        let began = manifest.text("metadata", "creationTimestamp")
        history.append(
            TemplateRevision(
                hash: templateHash, number: (history.last?.number ?? 0) + 1,
                created: old?.created ?? (history.isEmpty ? Timestamp(began) : nil) ?? now,
                template: manifest.at("spec", "template") ?? .object([])))
        let kept = 1 + max(0, manifest.at("spec", "revisionHistoryLimit")?.integer ?? 10)
        let dropped = history.dropLast(kept).map { revisionName($0.hash) }
        history.removeFirst(dropped.count)
        return dropped
    }

    fileprivate func document(of revision: TemplateRevision) -> JSONValue {
        let hash = Self.revisionHash(revision.hash)
        var labels = revision.template.at("metadata", "labels")?.textMembers ?? [:]
        labels[resource == .statefulSets ? "controller.kubernetes.io/hash" : "controller-revision-hash"] = hash
        var template = revision.template
        template.set("$patch", to: .string("replace"))
        return .members([
            "metadata": .members([
                "name": .string(revisionName(revision.hash)), "namespace": .string(namespace),
                "uid": .string(crowdUID(stableHash("\(key)/\(revision.hash)"))),
                "creationTimestamp": .time(revision.created), "labels": .texts(labels),
                "annotations": manifest.at("metadata", "annotations", "kubernetes.io/change-cause").map {
                    .members(["kubernetes.io/change-cause": $0])
                },
                "ownerReferences": .array([owner(manifest, apiVersion: "apps/v1", kind: resource.kind)]),
            ]),
            "data": .members(["spec": .members(["template": template])]), "revision": .integer(revision.number),
        ])
    }

    /// Labels that a pod of a StatefulSet or DaemonSet gets besides those of its template.
    func revisionLabels(ofPod name: String) -> [String: String] {
        switch resource {
        case .statefulSets:
            [
                "apps.kubernetes.io/pod-index": String(name.dropFirst(self.name.count + 1)),
                "controller-revision-hash": revisionName(templateHash),
                "statefulset.kubernetes.io/pod-name": name,
            ]
        case .daemonSets:
            [
                "controller-revision-hash": Self.revisionHash(templateHash),
                "pod-template-generation": String(history.last?.number ?? 1),
            ]
        default: [:]
        }
    }
}
