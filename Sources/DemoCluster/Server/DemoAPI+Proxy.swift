import KubernetesModel

/// What the API server asks a pod or service for, on behalf of a client.
extension DemoAPI {
    /// The answer of a program behind the proxy; `nil` for another path.
    func proxied(
        _ path: [String], _ request: DemoRequest, user: DemoUser, store: DemoObjectStore
    ) throws(DemoStatus) -> Answer? {
        guard path.count >= 5, path[0] == "namespaces", path[4] == "proxy", ["pods", "services"].contains(path[2])
        else {
            return nil
        }
        let resource: DemoResource = path[2] == "pods" ? .pods : .services
        // SCHEME:NAME:PORT, where all but the name may be missing.
        var parts = path[3].split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        if parts.count == 3 { parts.removeFirst() }
        let name = parts[0]
        let port = parts.count > 1 ? parts[1] : ""
        let verb = [
            "GET": "get", "HEAD": "get", "POST": "create", "PUT": "update", "PATCH": "patch", "DELETE": "delete",
        ]
        let target = DemoTarget(resource: resource, namespace: path[1], name: name, subresource: "proxy")
        try allow(verb[request.method] ?? "get", target, user)
        guard let object = store.entry(of: resource, target.key)?.document else { throw .noSuchObject(resource, name) }
        let network = DemoNetwork(store: store)
        let outcome: DemoNetwork.Outcome
        let number: Int
        if resource == .pods {
            let declared = DemoContainer.all(of: object).lazy.compactMap(\.port).first
            number = Int(port) ?? declared ?? 80
            outcome = network.connect(object, number, address: object.text("status", "podIP"))
        } else {
            let ports = object.at("spec", "ports")?.elements ?? []
            let entry = ports.first { $0.text("name") == port || String($0.integer("port")) == port || port.isEmpty }
            guard let entry, let backend = network.backend(of: object, port: entry.integer("port")) else {
                throw DemoStatus(
                    503, "ServiceUnavailable",
                    entry == nil
                        ? "no service port \"\(port)\" found for service \"\(name)\""
                        : "no endpoints available for service \"\(path[3])\"")
            }
            number = backend.port
            outcome = network.connect(backend.pod, number, address: backend.pod.text("status", "podIP"))
        }
        guard case .reached(let responder, _) = outcome else {
            let address = object.text("status", "podIP")
            throw DemoStatus(
                500, "",
                "error trying to reach service: dial tcp \(address):\(number): connect: connection refused")
        }
        let rest = path.dropFirst(5).joined(separator: "/")
        let query = request.target.drop { $0 != "?" }
        var plain = PlainRequest(method: request.method, target: "/\(rest)\(query)")
        plain.headers = request.headers
        plain.body = request.body
        return .proxied(responder.response(to: plain))
    }
}
