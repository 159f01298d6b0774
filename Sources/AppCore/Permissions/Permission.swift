import Access
import KubernetesModel

/// What the cluster must allow for a key to do what it says.
package struct Permission: Sendable, Hashable {
    /// All are needed, but of those in brackets any suffices.
    private let verbs: [[String]]
    /// The first minor version of Kubernetes 1 at which the first of those in brackets is the one; `nil` for none.
    private let strictFrom: Int?
    /// `nil` for the kind of what is selected.
    package let resource: GroupResource?
    /// Such as `exec`; empty for the object itself.
    package let subresource: String

    private init(
        _ verbs: [String]..., of resource: GroupResource? = nil, subresource: String = "", strictFrom: Int? = nil
    ) {
        self.verbs = verbs
        self.strictFrom = strictFrom
        self.resource = resource
        self.subresource = subresource
    }

    private static let pods = Pod.kind.groupResource

    static let reading = Permission(["get"])
    static let deletion = Permission(["delete"])
    // What is changed is read first.
    static let patching = Permission(["patch"], ["get"])
    static let scaling = Permission(["patch"], ["get"], subresource: "scale")
    static let logs = Permission(["get"], of: pods, subresource: "log")
    static let events = Permission(["list"], of: Event.kind.groupResource)
    // Servers before 1.35 ask for the verb of the WebSocket, later ones for create.
    static let exec = Permission(["create", "get"], of: pods, subresource: "exec", strictFrom: 35)
    static let attach = Permission(["create", "get"], of: pods, subresource: "attach", strictFrom: 35)
    static let forwarding = Permission(["create", "get"], of: pods, subresource: "portforward", strictFrom: 35)
    static let debugging = Permission(["patch"], of: pods, subresource: "ephemeralcontainers")

    /// For docs, such as `create pods/exec`.
    package var words: String {
        let part = subresource.isEmpty ? "" : "/\(subresource)"
        let verbs = verbs.compactMap(\.first).joined(separator: " and ")
        guard let resource else { return "\(verbs) KIND\(part)" }
        return "\(verbs) \(resource.resource)\(part)"
    }

    /// What the server is asked, for one object.
    ///
    /// - Parameters:
    ///   - kind: of what is selected.
    ///   - namespace: empty for the whole cluster.
    ///   - name: empty for any.
    ///   - minor: of the server's version; `nil` while it is not known.
    /// - Returns: any yes of each suffices, and each needs one.
    func questions(
        _ kind: GroupResource, namespace: String, name: String = "", minor: Int?
    ) -> [[AccessQuestion]] {
        let isStrict = strictFrom.map { (minor ?? 0) >= $0 } ?? false
        // What belongs to a selected object of another kind has names of its own.
        let name = resource == nil || resource == kind ? name : ""
        return verbs.map { verbs in
            verbs.prefix(isStrict ? 1 : verbs.count).map {
                AccessQuestion(
                    verb: $0, resource: resource ?? kind, subresource: subresource, namespace: namespace, name: name)
            }
        }
    }
}
