import KubernetesModel

/// A container of a pod, with what the kubelet says about it.
struct DemoContainer: Sendable {
    var pod: JSONValue
    /// Its entry in the pod's `spec`.
    var spec: JSONValue
    /// Its entry in the pod's `status`; `null` before the pod has a node.
    var status: JSONValue
    var isInit: Bool
    /// Whether it was added to a pod that ran already.
    var isEphemeral = false

    var name: String { spec.text("name") }
    var podName: String { pod.text("metadata", "name") }
    var namespace: String { pod.text("metadata", "namespace") }
    var image: String { spec.text("image") }
    var isRunning: Bool { status.at("state", "running") != nil }
    var restarts: Int { status.integer("restartCount") }

    /// The first TCP port it declares.
    var port: Int? {
        (spec["ports"]?.elements ?? []).first { $0.text("protocol") != "UDP" }?["containerPort"]?.integer
    }

    /// What stays the same as long as the container lives, and is another after a restart.
    var identity: String { "\(pod.text("metadata", "uid"))/\(name)/\(restarts)" }

    /// Every container of a pod, those that initialize first.
    static func all(of pod: JSONValue) -> [DemoContainer] {
        let statuses = ["initContainerStatuses", "containerStatuses", "ephemeralContainerStatuses"]
            .flatMap { pod.at("status", $0)?.elements ?? [] }
        return ["initContainers", "containers", "ephemeralContainers"].flatMap { list in
            (pod.at("spec", list)?.elements ?? []).map { spec in
                DemoContainer(
                    pod: pod, spec: spec, status: statuses.first { $0["name"] == spec["name"] } ?? .null,
                    isInit: list == "initContainers", isEphemeral: list == "ephemeralContainers")
            }
        }
    }

    /// The container that a request names.
    ///
    /// - Parameters:
    ///   - name: empty for the only one.
    ///   - pod: as it is served.
    /// - Returns: the container.
    /// - Throws: `DemoStatus` in the API server's words, when there is none or no single one.
    static func named(_ name: String, in pod: JSONValue) throws(DemoStatus) -> DemoContainer {
        let containers = all(of: pod).filter { !name.isEmpty || !$0.isEphemeral }
        let podName = pod.text("metadata", "name")
        guard !name.isEmpty || containers.count == 1 else {
            let names = containers.map(\.name).joined(separator: " ")
            throw .badRequest("a container name must be specified for pod \(podName), choose one of: [\(names)]")
        }
        guard let chosen = containers.first(where: { name.isEmpty || $0.name == name }) else {
            throw .badRequest("container \(name) is not valid for pod \(podName)")
        }
        return chosen
    }
}
