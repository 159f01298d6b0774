import KubernetesModel

/// A generated Deployment: what was written of it last, with the status that follows from its pods.
final class CrowdDeployment: DemoContent {
    /// What its status says.
    struct Numbers: Sendable {
        var generation: Int
        var revision: Int
        var wanted: Int
        var replicas: Int
        var updated: Int
        var ready: Int
        var terminating: Int
        var isAvailable: Bool
        var availableChanged: Timestamp
        var isProgressing: Bool
        var progressChanged: Timestamp
        /// The current ReplicaSet.
        var replicaSet: String
    }

    /// The Deployment without status.
    let base: JSONValue
    private let numbers: Numbers
    let labels: Labels
    let ownerUIDs: [String]

    init(_ base: JSONValue, _ numbers: Numbers, like old: any DemoContent) {
        self.base = base
        self.numbers = numbers
        labels = old.labels
        ownerUIDs = old.ownerUIDs
    }

    var weight: Int { 256 }
    var outline: JSONValue { base }

    func document(version: UInt64) -> JSONValue {
        var document = base
        document.set("metadata", "resourceVersion", to: .string(String(version)))
        document.set(
            "metadata", "annotations", "deployment.kubernetes.io/revision", to: .string(String(numbers.revision)))
        document.set("status", to: status)
        return document
    }

    private var status: JSONValue {
        let set = "ReplicaSet \"\(numbers.replicaSet)\""
        return .members([
            "observedGeneration": .integer(numbers.generation), "replicas": .integer(numbers.replicas),
            "updatedReplicas": numbers.updated > 0 ? .integer(numbers.updated) : nil,
            "readyReplicas": numbers.ready > 0 ? .integer(numbers.ready) : nil,
            "availableReplicas": numbers.ready > 0 ? .integer(numbers.ready) : nil,
            "unavailableReplicas": numbers.wanted > numbers.ready ? .integer(numbers.wanted - numbers.ready) : nil,
            "terminatingReplicas": .integer(numbers.terminating),
            "conditions": .array([
                condition(
                    "Available", numbers.isAvailable,
                    "MinimumReplicas\(numbers.isAvailable ? "Available" : "Unavailable")",
                    "Deployment \(numbers.isAvailable ? "has" : "does not have") minimum availability.",
                    numbers.availableChanged),
                condition(
                    "Progressing", true, numbers.isProgressing ? "ReplicaSetUpdated" : "NewReplicaSetAvailable",
                    "\(set) \(numbers.isProgressing ? "is progressing" : "has successfully progressed").",
                    numbers.progressChanged, since: base.at("metadata", "creationTimestamp")),
            ]),
        ])
    }

    private func condition(
        _ type: String, _ status: Bool, _ reason: String, _ message: String, _ moment: Timestamp,
        since: JSONValue? = nil
    ) -> JSONValue {
        .members([
            "type": .string(type), "status": .string(status ? "True" : "False"), "lastUpdateTime": .time(moment),
            "lastTransitionTime": since ?? .time(moment), "reason": .string(reason), "message": .string(message),
        ])
    }
}

/// A generated ReplicaSet.
final class CrowdReplicaSet: DemoContent {
    let template: CrowdTemplate
    let desired: Int
    let replicas: Int
    let ready: Int
    private let deployment: JSONValue

    init(_ template: CrowdTemplate, of deployment: JSONValue, desired: Int, replicas: Int, ready: Int) {
        self.template = template
        self.deployment = deployment
        self.desired = desired
        self.replicas = replicas
        self.ready = ready
    }

    var labels: Labels { template.labels }
    var ownerUIDs: [String] { [deployment.text("metadata", "uid")] }
    var weight: Int { 128 }
    var outline: JSONValue { document(version: 0) }

    func document(version: UInt64) -> JSONValue {
        var document = template.replicaSet(of: deployment, desired: desired, replicas: replicas, ready: ready)
        document.set("metadata", "resourceVersion", to: .string(String(version)))
        document.set("metadata", "generation", to: .integer(1))
        document.set("metadata", to: document["metadata"]?.inMetadataOrder)
        return document
    }
}
