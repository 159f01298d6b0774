import KubernetesModel

/// A request as the programs of the demo see it.
struct PlainRequest: Sendable, Equatable {
    var method: String
    /// Path and query.
    var target: String
    var headers: [(name: String, value: String)] = []
    var body: [UInt8] = []

    var path: String { String(target.prefix { $0 != "?" }) }

    static func == (left: PlainRequest, right: PlainRequest) -> Bool {
        left.method == right.method && left.target == right.target && left.body == right.body
            && left.headers.elementsEqual(right.headers) { $0 == $1 }
    }
}

/// What a program of the demo answers.
struct PlainResponse: Sendable, Equatable {
    var status: Int
    var contentType = "text/plain; charset=utf-8"
    var body: [UInt8] = []
    /// So many more bytes follow the body.
    var filler = 0
    /// Milliseconds until it answers.
    var delay = 0

    var length: Int { body.count + filler }

    static let words = [
        200: "OK", 400: "Bad Request", 404: "Not Found", 405: "Method Not Allowed", 503: "Service Unavailable",
    ]

    /// The head of the answer as bytes.
    func head(isKept: Bool, at now: Timestamp) -> [UInt8] {
        Array(
            """
            HTTP/1.1 \(status) \(Self.words[status] ?? "")\r\nContent-Type: \(contentType)\r\n\
            Content-Length: \(length)\r\nDate: \(now.httpDate)\r\nServer: demo\r\n\
            Connection: \(isKept ? "keep-alive" : "close")\r\n\r\n
            """.utf8)
    }

    /// Gives the body in pieces.
    func sendBody(_ send: ([UInt8]) async throws -> Void) async throws {
        if !body.isEmpty { try await send(body) }
        let line = Array("0123456789abcdefghijklmnopqrstuvwxyz ABCDEFGHIJKLMNOPQRSTUVWXYZ\n".utf8)
        let chunk = Array([[UInt8]](repeating: line, count: 512).joined())
        var left = filler
        while left > 0 {
            try Task.checkCancellation()
            let part = left >= chunk.count ? chunk : Array(chunk.prefix(left))
            try await send(part)
            left -= part.count
        }
    }
}

/// The programs that answer on the ports of the demo's pods.
struct Responder: Sendable {
    let container: DemoContainer
    let port: Int
    let behaviour: DemoPodBehaviour

    /// Whether it speaks HTTP.
    var isHTTP: Bool {
        let name = (container.spec["ports"]?.elements ?? []).first { $0.integer("containerPort") == port }?.text("name")
        return !["redis", "postgres", "grpc", "dns", "dns-tcp"].contains(name ?? "")
    }

    var isRedis: Bool { container.image.hasPrefix("redis") }

    /// Who listens on a port of a pod.
    /// - Returns: `nil` when a connection is refused.
    static func listening(on port: Int, of pod: JSONValue, _ behaviour: DemoPodBehaviour) -> Responder? {
        guard !behaviour.trouble.refusesConnections else { return nil }
        let container = DemoContainer.all(of: pod).first { container in
            container.isRunning
                && (container.spec["ports"]?.elements ?? []).contains {
                    $0.integer("containerPort") == port && $0.text("protocol") != "UDP"
                }
        }
        return container.map { Responder(container: $0, port: port, behaviour: behaviour) }
    }

    private var isReady: Bool { container.status["ready"]?.isTrue ?? false }

    /// The answer to a request.
    func response(to request: PlainRequest) -> PlainResponse {
        let readiness = container.spec.text("readinessProbe", "httpGet", "path")
        let liveness = container.spec.text("livenessProbe", "httpGet", "path")
        if request.path == readiness {
            let isWell = isReady || behaviour.trouble.isProbeError
            return PlainResponse(status: isWell ? 200 : 503, body: Array((isWell ? "ok\n" : "not ready\n").utf8))
        }
        let parts = request.path.split(separator: "/")
        if request.path == liveness || request.path == "/healthz" {
            return PlainResponse(status: 200, body: Array("ok\n".utf8))
        }
        if parts.count == 2, let number = Int(parts[1]), number >= 0 {
            switch parts[0] {
            case "bytes":
                return PlainResponse(status: 200, contentType: "application/octet-stream", filler: min(number, 1 << 40))
            case "delay": return PlainResponse(status: 200, body: Array("ok\n".utf8), delay: min(number, 3_600_000))
            case "status": return PlainResponse(status: (100...599).contains(number) ? number : 400)
            default: break
            }
        }
        if request.path == "/echo" {
            return PlainResponse(status: 200, contentType: "application/octet-stream", body: request.body)
        }
        if request.path == "/metrics" {
            return PlainResponse(status: 200, body: Array("# TYPE up gauge\nup 1\n".utf8))
        }
        var text =
            "pod: \(container.podName)\nnamespace: \(container.namespace)\ncontainer: \(container.name)\nport: \(port)\n"
        text += "request: \(request.method) \(request.target)\n"
        for header in request.headers { text += "\(header.name): \(header.value)\n" }
        return PlainResponse(status: 200, body: Array(text.utf8))
    }

    /// Serves a connection until one side has enough.
    func serve(_ input: ByteInput, _ output: ByteOutput, now: @Sendable () -> Timestamp) async throws {
        guard isHTTP else { return try await serveOther(input, output) }
        while let line = try await input.readLine(limit: 64 << 10) {
            let words = Self.text(line).split(separator: " ").map(String.init)
            if words.isEmpty { continue }
            guard words.count == 3, words[2].hasPrefix("HTTP/1.") else {
                try await output.write(PlainResponse(status: 400).head(isKept: false, at: now()))
                return
            }
            var request = PlainRequest(method: words[0], target: words[1])
            while let header = try await input.readLine(limit: 64 << 10) {
                let text = Self.text(header)
                if text.isEmpty { break }
                guard let colon = text.firstIndex(of: ":"), request.headers.count < 200 else { continue }
                request.headers.append(
                    (String(text[..<colon]), String(text[text.index(after: colon)...].drop { $0 == " " })))
            }
            func header(_ name: String) -> String? { request.headers.first { $0.name.lowercased() == name }?.value }
            request.body = try await input.read(
                exactly: min(max(0, header("content-length").flatMap { Int($0) } ?? 0), 64 << 20))
            let connection = header("connection")?.lowercased()
            let isKept = words[2] == "HTTP/1.0" ? connection == "keep-alive" : connection != "close"
            let response = response(to: request)
            if response.delay > 0 { try await Task.sleep(for: .milliseconds(response.delay)) }
            try await output.write(response.head(isKept: isKept, at: now()))
            if request.method != "HEAD" { try await response.sendBody(output.write) }
            if !isKept { return }
        }
    }

    private static func text(_ line: [UInt8]) -> String {
        String(decoding: line.last == 13 ? line.dropLast() : line[...], as: UTF8.self)
    }

    private func serveOther(_ input: ByteInput, _ output: ByteOutput) async throws {
        while let line = try await input.readLine(limit: 64 << 10) {
            guard isRedis else { return }
            switch Self.text(line).uppercased() {
            case "PING": try await output.print("+PONG\r\n")
            case "QUIT":
                try await output.print("+OK\r\n")
                return
            case let text where text.hasPrefix("*") || text.hasPrefix("$"): continue
            default: try await output.print("-ERR unknown command\r\n")
            }
        }
    }
}

/// Finds who answers at an address, as the network of a cluster does.
struct DemoNetwork: Sendable {
    enum Outcome: Sendable {
        case reached(Responder, address: String)
        case refused(address: String)
        case noSuchHost
    }

    let store: DemoObjectStore

    /// Who is reached at a host and port, from a pod.
    func reach(_ host: String, _ port: Int, from pod: JSONValue) -> Outcome {
        if ["localhost", "127.0.0.1", "::1", pod.text("metadata", "name")].contains(host) {
            return connect(pod, port, address: "127.0.0.1")
        }
        let pods = store.documents(of: .pods)
        if let target = pods.first(where: { $0.text("status", "podIP") == host }) {
            return connect(target, port, address: host)
        }
        var parts = host.split(separator: ".").map(String.init)
        if parts.suffix(3) == ["svc", "cluster", "local"] {
            parts.removeLast(3)
        } else if parts.last == "svc" {
            parts.removeLast()
        }
        let namespace = parts.count > 1 ? parts[parts.count - 1] : pod.text("metadata", "namespace")
        let services = store.documents(of: .services)
        let service = services.first { service in
            service.text("spec", "clusterIP") == host
                || (parts.count <= 2 && service.text("metadata", "name") == parts.first
                    && service.text("metadata", "namespace") == namespace)
        }
        guard let service else {
            // A pod of a StatefulSet: POD.SERVICE.NAMESPACE.
            let member = pods.first {
                $0.text("metadata", "name") == parts.first && $0.text("metadata", "namespace") == namespace
            }
            guard parts.count > 1, let member else { return .noSuchHost }
            return connect(member, port, address: member.text("status", "podIP"))
        }
        let address = service.text("spec", "clusterIP")
        guard let (target, number) = backend(of: service, port: port) else { return .refused(address: address) }
        return connect(target, number, address: address)
    }

    /// The first ready pod behind a port of a service, and the port there.
    func backend(of service: JSONValue, port: Int) -> (pod: JSONValue, port: Int)? {
        let isHeadless = service.text("spec", "clusterIP") == "None"
        let entry = (service.at("spec", "ports")?.elements ?? []).first { $0.integer("port") == port }
        guard let entry else { return nil }
        let namespace = service.text("metadata", "namespace")
        let selector = service.at("spec", "selector")?.textMembers ?? [:]
        guard !selector.isEmpty else { return nil }
        for pod in store.documents(of: .pods) where pod.text("metadata", "namespace") == namespace {
            let labels = pod.at("metadata", "labels")?.textMembers ?? [:]
            let isReady = (pod.at("status", "conditions")?.elements ?? []).contains {
                $0.text("type") == "Ready" && $0.text("status") == "True"
            }
            guard isReady, pod.at("metadata", "deletionTimestamp") == nil,
                selector.allSatisfy({ labels[$0.key] == $0.value })
            else { continue }
            if isHeadless { return (pod, port) }
            let declared = (pod.at("spec", "containers")?.elements ?? []).flatMap { $0["ports"]?.elements ?? [] }
            let target = entry["targetPort"]
            let number =
                target?.integer
                ?? declared.first { $0["name"] != nil && $0["name"] == target }?.integer("containerPort")
            if let number { return (pod, number) }
        }
        return nil
    }

    func connect(_ pod: JSONValue, _ port: Int, address: String) -> Outcome {
        let key = DemoObjectStore.Key(
            namespace: pod.text("metadata", "namespace"), name: pod.text("metadata", "name"))
        let behaviour = store.behaviours[key] ?? DemoPodBehaviour()
        guard let responder = Responder.listening(on: port, of: pod, behaviour) else {
            return .refused(address: address)
        }
        return .reached(responder, address: address)
    }
}
