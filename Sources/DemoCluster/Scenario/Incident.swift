import KubernetesModel

/// Something that goes wrong in the cluster for a while and then is mended, again and again.
struct Incident: Sendable, Equatable {
    /// What goes wrong.
    enum Fault: Sendable, Equatable {
        /// A Deployment gets an image; with its mending, the one before.
        case image(String)
        /// One or more pods of a workload have a trouble.
        case trouble(PodTrouble, pods: Int, lastWords: [String])
        /// A node does not answer.
        case node
        /// Members of an object's `status` or `spec` change.
        case merge(JSONValue)
    }

    var name: String
    var kind: String
    var namespace: String
    var target: String
    var fault: Fault
    /// What is wrong, for the annotation of the target while it lasts.
    var cause: String
    /// Seconds until it comes for the first time, how long it lasts, and from one beginning to the next.
    var after: Int
    var lasts: Int
    var every: Int

    /// When it comes the next time, and when it goes while it is there.
    var begins: Timestamp?
    var ends: Timestamp?
    /// What was there before it.
    var before: JSONValue?

    /// An incident as a manifest of kind `Incident` says it; `nil` when it says none.
    init?(_ manifest: JSONValue) {
        let spec = manifest["spec"] ?? .null
        name = manifest.text("metadata", "name")
        namespace = manifest.text("metadata", "namespace")
        kind = spec.text("kind")
        target = spec.text("target")
        cause = spec.text("cause")
        func seconds(_ key: String) -> Int? { ManifestAge(spec.text(key))?.seconds }
        guard let after = seconds("after"), let lasts = seconds("lasts"), let every = seconds("every"),
            every > lasts
        else { return nil }
        self.after = after
        self.lasts = lasts
        self.every = every
        if let image = spec["image"]?.text {
            fault = .image(image)
        } else if let hint = spec["pods"], let trouble = PodTrouble(hint) {
            fault = .trouble(
                trouble, pods: max(1, hint.integer("count")),
                lastWords: (hint["lastWords"]?.elements ?? []).compactMap(\.text))
        } else if let change = spec["merge"] {
            fault = .merge(change)
        } else if kind == "Node" {
            fault = .node
        } else {
            return nil
        }
    }
}
