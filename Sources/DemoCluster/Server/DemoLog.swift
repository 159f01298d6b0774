import KubernetesModel

/// The log of a container, as far as the demo cluster has one: its last run, in a few lines.
enum DemoLog {
    /// The lines of a container's log.
    ///
    /// - Parameters:
    ///   - pod: as it is served.
    ///   - container: empty for the only one.
    ///   - previous: whether those of the run before this one.
    ///   - words: what the pod's container in trouble says at its end.
    /// - Returns: oldest first.
    /// - Throws: `DemoStatus` in the API server's words, for a container that has no such run.
    static func lines(
        of pod: JSONValue, container: String, previous: Bool, words: [String]
    ) throws(DemoStatus) -> [String] {
        let name = pod.text("metadata", "name")
        let containers =
            (pod.at("spec", "initContainers")?.elements ?? []) + (pod.at("spec", "containers")?.elements ?? [])
        let names = containers.map { $0.text("name") }
        guard !container.isEmpty || names.count == 1 else {
            throw .badRequest(
                "a container name must be specified for pod \(name), choose one of: [\(names.joined(separator: " "))]")
        }
        guard let chosen = containers.first(where: { container.isEmpty || $0.text("name") == container }) else {
            throw .badRequest("container \(container) is not valid for pod \(name)")
        }
        let statuses = ["initContainerStatuses", "containerStatuses"].flatMap { pod.at("status", $0)?.elements ?? [] }
        let status = statuses.first { $0["name"] == chosen["name"] } ?? .null
        let ended = status.at(previous ? "lastState" : "state", "terminated")
        if previous, ended == nil {
            throw .badRequest(
                "previous terminated container \"\(chosen.text("name"))\" in pod \"\(name)\" not found")
        }
        let waiting = status.at("state", "waiting")
        if !previous, let waiting, status.at("lastState", "terminated") == nil {
            throw .badRequest(
                "container \"\(chosen.text("name"))\" in pod \"\(name)\" is waiting to start: \(waiting.text("reason"))"
            )
        }
        let port = chosen["ports"]?.elements.first?.integer("containerPort") ?? 0
        let beginning = ["level=info msg=\"starting\" version=\(chosen.text("image").split(separator: ":").last ?? "")"]
        // Waiting, its last run is shown.
        if ended != nil || waiting != nil { return beginning + words }
        return beginning + [port > 0 ? "level=info msg=\"listening\" port=\(port)" : "level=info msg=\"running\""]
    }
}
