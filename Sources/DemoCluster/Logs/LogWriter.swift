import KubernetesModel

/// What the program of a container writes: a few kinds of programs, each with its own form of lines.
struct LogWriter: Sendable {
    private enum Style: Sendable {
        case logfmt, json, access, coloured, java, python, go, klog, redis, postgres, rabbit, task
    }

    /// Entries before this one are the program's beginning.
    let firstTraffic = 2
    private let style: Style
    private let seed: UInt64
    private let version: String
    private let port: Int
    private let name: String
    /// The path that the kubelet probes; empty when it does not.
    private let probePath: String
    /// What the program answers to the probe while it is in trouble; 0 when it is well.
    private let probeStatus: Int
    /// What its command says, where that is all that it does.
    let script: ContainerScript?
    /// Time between two entries, in microseconds.
    private let period: Int64

    init(_ container: DemoContainer, seed: UInt64, trouble: PodTrouble = .healthy) {
        self.seed = seed
        let probe = container.spec["readinessProbe"] ?? container.spec["livenessProbe"] ?? .null
        probePath = probe.text("httpGet", "path")
        let words = "statuscode: "
        probeStatus =
            trouble.kind != .unready
            ? 0
            : trouble.message.ranges(of: words).first.flatMap {
                Int(trouble.message[$0.upperBound...].prefix { $0.isNumber })
            } ?? 0
        name = container.name
        script = ContainerScript(of: container.spec)
        port = container.port ?? 0
        let parts = container.image.split(separator: ":")
        version = parts.count > 1 ? String(parts[parts.count - 1]) : ""
        let image = container.image
        let styles: [Style] = [.logfmt, .json, .access, .java, .coloured]
        style =
            if image.hasPrefix("redis") {
                .redis
            } else if image.hasPrefix("postgres") {
                .postgres
            } else if image.hasPrefix("rabbitmq") {
                .rabbit
            } else if image.hasPrefix("registry.k8s.io/ingress-nginx") {
                .access
            } else if image.hasPrefix("registry.k8s.io") {
                .klog
            } else if image.contains("/drones/scheduler") {
                .python
            } else if image.contains("/drones/account") {
                .java
            } else if image.contains("/drones/workflow") || image.contains("/drones/package") {
                .go
            } else if container.isInit || container.pod.text("spec", "restartPolicy") == "Never" {
                .task
            } else if image.contains("/frontend") || image.contains("/proxy") {
                .access
            } else if image.contains("/cart") {
                .coloured
            } else {
                styles[Int(stableHash(container.name) % 4)]
            }
        let paces: [Int64] = [700_000, 1_300_000, 2_500_000]
        period = style == .task ? 9_000_000 : port == 0 ? 15_000_000 : paces[Int(seed % 3)]
    }

    // MARK: When

    /// How many entries of traffic there may be up to a moment in microseconds, the last perhaps too early.
    func entryCount(after start: Timestamp, upTo limit: Int64) -> Int {
        let elapsed = limit - start.microseconds - 2_000_000
        return elapsed < 0 ? 0 : Int(elapsed / period) + 1
    }

    /// When an entry is written, in microseconds since the Unix epoch.
    func moment(of entry: Int, after start: Timestamp) -> Int64 {
        guard entry >= firstTraffic else { return start.microseconds + 120_000 + Int64(entry) * 840_000 }
        let jitter = Int64(random(entry) % UInt64(period * 9 / 10))
        return start.microseconds + 2_000_000 + Int64(entry - firstTraffic) * period + jitter
    }

    private func random(_ entry: Int) -> UInt64 {
        var random = DemoRandom(seed: seed &+ UInt64(truncatingIfNeeded: entry) &* 0x9E37)
        return random.next()
    }

    // MARK: What

    /// The last thing it says when it is told to stop, or has finished by itself.
    func farewell(isDone: Bool) -> [String] {
        if script != nil { return [] }
        let isDone = isDone || style == .task
        return [isDone ? "level=info msg=\"done\"" : "level=info msg=\"told to stop\" signal=SIGTERM"]
    }

    /// The lines of an entry.
    func texts(_ entry: Int, at moment: Int64, isTroubled: Bool) -> [String] {
        if let script { return entry == 0 || script.repeats && entry >= firstTraffic ? script.lines : [] }
        if entry == 0 { return ["level=info msg=\"starting\" version=\(version)"] }
        if entry == 1 {
            if isTroubled { return [] }
            return [port > 0 ? "level=info msg=\"listening\" port=\(port)" : "level=info msg=\"running\""]
        }
        return traffic(
            Traffic(number: entry - firstTraffic + 1, random: random(entry)), at: Timestamp(microseconds: moment))
    }

    private struct Traffic {
        var number: Int
        var random: UInt64
        /// Whether it is a request of the kubelet.
        var isProbe: Bool { random % 5 == 2 }
        var method: String { random % 7 == 0 ? "POST" : "GET" }
        var path: String {
            let paths = ["/", "/api/catalog", "/api/cart", "/static/app.js", "/api/search?q=caf%C3%A9", "/healthz"]
            return paths[Int(random >> 8) & 7 % paths.count]
        }
        var isFailure: Bool { random % 61 == 3 }
        var status: Int { isFailure ? 503 : random % 23 == 5 ? 404 : 200 }
        var milliseconds: Int { Int(random >> 16 & 127) + (isFailure ? 2000 : 1) }
        var client: String { "10.244.\(random >> 24 & 1).\(random >> 32 & 63)" }
    }

    private func traffic(_ item: Traffic, at moment: Timestamp) -> [String] {
        let stamp = moment.wholeSeconds.rfc3339
        let millis = String(moment.microseconds / 1000 % 1000 + 1000).dropFirst()
        let clock = "\(stamp.dropLast().replacingT).\(millis)"
        let level = item.isFailure ? "error" : item.status == 404 ? "warn" : "info"
        if probeStatus > 0, item.isProbe, style != .task {
            return ["level=warn msg=\"not ready\" path=\(probePath) status=\(probeStatus) number=\(item.number)"]
        }
        switch style {
        case .task: return ["level=info msg=\"working\" step=\(item.number)"]
        case .redis:
            return [
                item.isFailure
                    ? "1:M \(clock) # Possible latency problem: saving took \(item.milliseconds) ms (\(item.number))"
                    : "1:M \(clock) * \(item.milliseconds) changes in 60 seconds. Saving number \(item.number)..."
            ]
        case .postgres:
            return [
                "\(clock) UTC [27] LOG:  checkpoint \(item.number) complete: wrote \(item.milliseconds) buffers (0.3%)"
            ]
        case .klog:
            let letter = item.isFailure ? "E" : item.status == 404 ? "W" : "I"
            let day = stamp.dropFirst(5).prefix(5).replacing("-", with: "")
            let time = stamp.dropFirst(11).dropLast()
            let prefix = "\(letter)\(day) \(time).\(millis)\(String(item.random % 1000 + 1000).dropFirst())       1"
            return [
                item.isFailure
                    ? "\(prefix) reflector.go:205] \"Failed to watch\" err=\"the server is currently unable to handle the "
                        + "request\" reflector=\"informers/factory.go:160\" number=\(item.number)"
                    : "\(prefix) controller.go:231] \"Synced\" component=\"\(name)\" duration=\"\(item.milliseconds)ms\" "
                        + "number=\(item.number)"
            ]
        case .rabbit:
            return [
                "\(clock)000+00:00 [\(item.isFailure ? "warning" : "info")] <0.\(item.random % 900 + 100).0> "
                    + (item.isFailure
                        ? "closing AMQP connection (10.244.0.\(item.random % 250):51744): missed heartbeats from client"
                        : "queue 'parcels' in vhost '/': \(item.milliseconds) messages ready, number \(item.number)")
            ]
        case _ where port == 0: return ["level=\(level) msg=\"heartbeat\" number=\(item.number) host=\(name)"]
        case .access:
            if item.isProbe, !probePath.isEmpty {
                return [
                    "10.0.1.1 - - [\(stamp)] \"GET \(probePath) HTTP/1.1\" 200 2 \"-\" \"kube-probe/1.36\" \(item.number)"
                ]
            }
            return [
                "\(item.client) - - [\(stamp)] \"\(item.method) \(item.path) HTTP/1.1\" \(item.status) "
                    + "\(item.milliseconds * 37) \"-\" \"Mozilla/5.0 (X11; Linux x86_64)\" \(item.number)"
            ]
        case .json:
            return [
                "{\"time\":\"\(stamp)\",\"level\":\"\(level)\",\"msg\":\"request\",\"method\":\"\(item.method)\","
                    + "\"path\":\"\(item.path)\",\"status\":\(item.status),\"ms\":\(item.milliseconds),"
                    + "\"city\":\"Zürich 🛒\",\"number\":\(item.number)}"
            ]
        case .coloured:
            let colour = item.isFailure ? 31 : item.status == 404 ? 33 : 32
            return [
                "\u{1b}[\(colour)m\(level.uppercased())\u{1b}[0m \(item.method) \(item.path) status=\(item.status) "
                    + "took=\(item.milliseconds)ms number=\(item.number)"
            ]
        case .java:
            let line =
                "\(clock) \(level.uppercased()) [worker-\(item.random % 4)] c.e.Handler - \(item.method) \(item.path) "
                + "\(item.status) in \(item.milliseconds) ms, number \(item.number)"
            guard item.isFailure else { return [line] }
            return [
                line, "java.net.SocketTimeoutException: Read timed out",
                "\tat com.example.Client.call(Client.java:118)", "\tat com.example.Handler.handle(Handler.java:57)",
                "\t... 23 more",
            ]
        case .python:
            let line =
                "\(clock.replacing(".", with: ",")) \(level.uppercased()) scheduler.flights: \(item.method) "
                + "\(item.path) \(item.status) \(item.milliseconds)ms number=\(item.number)"
            guard item.isFailure else { return [line] }
            return [
                line, "Traceback (most recent call last):",
                "  File \"/app/scheduler/flights.py\", line 88, in assign",
                "    drone = self.fleet.nearest(parcel.depot, timeout=2.0)",
                "  File \"/app/scheduler/fleet.py\", line 41, in nearest",
                "    raise TimeoutError(f\"no answer from {self.host}\")",
                "TimeoutError: no answer from database.drones.svc",
            ]
        case .go:
            let line =
                "{\"time\":\"\(stamp)\",\"level\":\"\(level.uppercased())\",\"source\":\"handler.go:61\","
                + "\"msg\":\"\(item.isFailure ? "step failed" : "step done")\",\"order\":\"o-\(item.random % 90_000)\","
                + "\"ms\":\(item.milliseconds),\"number\":\(item.number)}"
            guard item.isFailure else { return [line] }
            return [
                line, "goroutine \(item.random % 400 + 20) [running]:", "main.(*worker).step(0xc00012a0c0)",
                "\t/src/worker.go:117 +0x2a5", "created by main.(*worker).run in goroutine 1",
                "\t/src/worker.go:64 +0x8c",
            ]
        case .logfmt:
            return [
                "level=\(level) msg=\"request\" method=\(item.method) path=\(item.path) status=\(item.status) "
                    + "duration=\(item.milliseconds)ms number=\(item.number)"
            ]
        }
    }
}

extension Substring {
    /// The text with a space for the `T` of a time.
    fileprivate var replacingT: String { String(map { $0 == "T" ? " " : $0 }) }
}
