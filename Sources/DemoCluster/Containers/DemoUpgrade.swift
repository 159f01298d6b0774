import KubernetesModel

/// A request for a stream to a pod that was agreed to.
struct DemoUpgrade: Sendable {
    enum Kind: Sendable, Equatable {
        case exec([String])
        case attach
        case forward([Int])
    }

    var kind: Kind
    var pod: JSONValue
    /// `nil` for a forward, which is about the pod.
    var container: DemoContainer?
    var wantsInput = false
    var wantsErrors = true
    var isTerminal = false
    /// The WebSocket subprotocol; empty when none that was offered is spoken.
    var subprotocol: String
}

extension DemoAPI {
    /// The paths that lead to a stream.
    static let streams: Set<String> = ["attach", "exec", "portforward"]

    /// Agrees to a stream.
    /// - Throws: `DemoStatus`, in the API server's words.
    func upgrade(_ request: DemoRequest, store: DemoObjectStore) throws(DemoStatus) -> DemoUpgrade {
        let segments = request.segments
        guard segments.count > 2, segments[0] == "api",
            let target = Self.target(group: "", version: segments[1], Array(segments.dropFirst(2)), in: store),
            Self.streams.contains(target.subresource)
        else { throw .noSuchResource }
        return try upgrade(target, request, user: try user(of: request, store), store: store)
    }

    private func upgrade(
        _ target: DemoTarget, _ request: DemoRequest, user: DemoUser, store: DemoObjectStore
    ) throws(DemoStatus) -> DemoUpgrade {
        try allow("create", target, user)
        guard let pod = store.entry(of: .pods, target.key)?.document else { throw .noSuchObject(.pods, target.name) }
        let hasNode = !pod.text("spec", "nodeName").isEmpty
        if target.subresource == "portforward" {
            guard hasNode else { throw .badRequest("pod \(target.name) does not have a host assigned") }
            var ports: [Int] = []
            for text in request.ports {
                guard let port = Int(text), (1...65535).contains(port) else {
                    throw .badRequest(
                        "cannot convert to []int32: strconv.ParseUint: parsing \"\(text)\": invalid syntax")
                }
                ports.append(port)
            }
            let spoken = request.protocols.first {
                $0 == SpdySession.subprotocol || $0 == PortForwardSession.channelProtocol && !ports.isEmpty
            }
            return DemoUpgrade(kind: .forward(ports), pod: pod, subprotocol: spoken ?? "")
        }
        let container = try DemoContainer.named(request.query["container"] ?? "", in: pod)
        guard hasNode else { throw .badRequest("pod \(target.name) does not have a host assigned") }
        if target.subresource == "exec", request.command.isEmpty {
            throw .badRequest("you must specify at least 1 command for the container")
        }
        guard container.isRunning else { throw .plain(500, "container not found (\"\(container.name)\")") }
        return DemoUpgrade(
            kind: target.subresource == "exec" ? .exec(request.command) : .attach, pod: pod, container: container,
            wantsInput: request.flag("stdin"), wantsErrors: request.flag("stderr"), isTerminal: request.flag("tty"),
            subprotocol: request.protocols.first { ContainerSession.protocols.contains($0) } ?? "")
    }

    /// Answers a request for a stream that did not become one.
    func refuse(
        _ target: DemoTarget, _ request: DemoRequest, user: DemoUser, store: DemoObjectStore
    ) throws(DemoStatus) -> Answer {
        _ = try upgrade(target, request, user: user, store: store)
        // A subprotocol that is not spoken is refused without a word.
        if !request.protocols.isEmpty { throw .plain(403, "") }
        throw .badRequest(
            request.method == "POST"
                ? "unable to upgrade: the demo cluster speaks WebSocket, not SPDY" : "Upgrade request required")
    }
}
