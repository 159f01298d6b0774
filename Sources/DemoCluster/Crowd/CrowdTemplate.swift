import KubernetesModel

/// What the generated pods of one ReplicaSet have in common; they share it in memory.
final class CrowdTemplate: Sendable {
    let namespace: String
    let revision: Int
    /// Name of the ReplicaSet.
    let name: String
    let uid: String
    let hash: String
    let created: Timestamp
    /// The pod template of the Deployment.
    let plain: JSONValue
    /// The same with the label of the revision.
    let template: JSONValue
    let spec: JSONValue
    let labels: Labels
    let labelTexts: [String: String]
    let ownerReference: JSONValue
    let ownerUIDs: [String]
    /// The containers, as their use is measured.
    let containers: [(name: String, bounds: DemoMetrics.Bounds)]

    /// The template of a Deployment as it is.
    init(of deployment: JSONValue, revision: Int, hash: String, uid: String, created: Timestamp) {
        namespace = deployment.text("metadata", "namespace")
        self.revision = revision
        self.hash = hash
        self.uid = uid
        ownerUIDs = [uid]
        self.created = created
        name = "\(deployment.text("metadata", "name"))-\(hash)"
        plain = deployment.at("spec", "template") ?? .object([])
        var template = plain
        template.set("metadata", "labels", "pod-template-hash", to: .string(hash))
        self.template = template
        spec = template["spec"] ?? .object([])
        containers = (spec["containers"]?.elements ?? []).map { ($0.text("name"), DemoMetrics.Bounds(of: $0)) }
        labelTexts = template.at("metadata", "labels")?.textMembers ?? [:]
        labels = Labels(labelTexts.map { Labels.Pair($0.key, $0.value) })
        ownerReference = .members([
            "apiVersion": .string("apps/v1"), "kind": .string("ReplicaSet"), "name": .string(name),
            "uid": .string(uid), "controller": .bool(true), "blockOwnerDeletion": .bool(true),
        ])
    }

    /// The ReplicaSet with so many pods.
    func replicaSet(of deployment: JSONValue, desired: Int, replicas: Int, ready: Int) -> JSONValue {
        var annotations = deployment.at("metadata", "annotations")?.textMembers ?? [:]
        annotations["kubectl.kubernetes.io/last-applied-configuration"] = nil
        annotations["deployment.kubernetes.io/desired-replicas"] = String(deployment.integer("spec", "replicas"))
        annotations["deployment.kubernetes.io/max-replicas"] = String(deployment.integer("spec", "replicas") &* 5 / 4)
        annotations["deployment.kubernetes.io/revision"] = String(revision)
        var matchLabels = deployment.at("spec", "selector", "matchLabels")?.textMembers ?? [:]
        matchLabels["pod-template-hash"] = hash
        return .members([
            "metadata": .members([
                "name": .string(name), "namespace": .string(namespace), "uid": .string(uid),
                "creationTimestamp": .time(created), "labels": .texts(labelTexts), "annotations": .texts(annotations),
                "ownerReferences": .array([owner(deployment, apiVersion: "apps/v1", kind: "Deployment")]),
            ]),
            "spec": .members([
                "replicas": .integer(desired), "selector": .members(["matchLabels": .texts(matchLabels)]),
                "template": template,
            ]),
            "status": .members([
                "replicas": .integer(replicas), "fullyLabeledReplicas": replicas > 0 ? .integer(replicas) : nil,
                "readyReplicas": ready > 0 ? .integer(ready) : nil,
                "availableReplicas": ready > 0 ? .integer(ready) : nil, "observedGeneration": .integer(1),
            ]),
        ])
    }
}

/// A node on which generated pods run.
final class CrowdNode: Sendable {
    let name: String
    let address: String

    init(name: String, address: String) {
        self.name = name
        self.address = address
    }
}
