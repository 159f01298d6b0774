import Diagnosis
import KubernetesClient
import KubernetesModel

/// Makes the probes of a pod by hand: in the container, through a port-forward, and through the API server.
struct ProbeTester: Sendable {
    /// What an answer may take beyond the probe's own limit, so that a slow one is told from none.
    private static let slack = Duration.seconds(2)
    /// How long a refusal of a forwarded port may take to come.
    private static let refusalTime = Duration.seconds(1)

    let client: KubernetesClient

    /// Tries every probe of a pod; the ways side by side, the attempts one after the other.
    ///
    /// - Parameters:
    ///   - pod: as it is now.
    ///   - report: gets all tests, whenever an attempt ends.
    func run(_ pod: Pod, report: @escaping @Sendable ([ProbeTest]) async -> Void) async {
        let containers = pod.spec.initContainers.filter(\.isSidecar) + pod.spec.containers
        var tests = containers.flatMap { container in
            ProbeKind.allCases.compactMap { kind in
                container.probe(kind).map {
                    ProbeTest(container: container.name, kind: kind, probe: $0, port: container.port(of: $0))
                }
            }
        }
        await report(tests)
        // Headers are not kept in the cache.
        let document = try? await client.get(
            APIResource(groupResource: Pod.kind.groupResource, version: "v1", kind: "Pod", isNamespaced: true),
            namespace: pod.metadata.namespace, name: pod.metadata.name)
        for index in tests.indices {
            let test = tests[index]
            let headers = document.map { Self.headers(of: test, in: $0) } ?? []
            let asked = Asked(pod: pod, test: test, headers: headers, client: client)
            await withTaskGroup(of: (ProbeTest.Way, ProbeTest.Attempt).self) { group in
                for way in ProbeTest.Way.allCases { group.addTask { (way, await asked.attempt(way)) } }
                for await (way, attempt) in group {
                    tests[index].attempts[way, default: []].append(attempt)
                    await report(tests)
                    let isEnough = (tests[index].attempts[way]?.count ?? 0) >= ProbeTest.rounds
                    if attempt.outcome.isTelling, !isEnough, !Task.isCancelled {
                        group.addTask { (way, await asked.attempt(way)) }
                    }
                }
            }
            if Task.isCancelled { return }
        }
    }

    /// The headers that a probe sends.
    private static func headers(of test: ProbeTest, in pod: JSONValue) -> [(name: String, value: String)] {
        for list in ["containers", "initContainers"] {
            guard case .array(let containers)? = pod["spec"]?[list] else { continue }
            let container = containers.first { $0["name"] == .string(test.container) }
            let action = container?["\(test.kind.rawValue.lowercased())Probe"]?["httpGet"]
            guard case .array(let headers)? = action?["httpHeaders"] else { continue }
            return headers.compactMap { header in
                guard case .string(let name)? = header["name"], case .string(let value)? = header["value"] else {
                    return nil
                }
                return (name, value)
            }
        }
        return []
    }

    /// What is asked in all ways.
    private struct Asked: Sendable {
        let pod: Pod
        let test: ProbeTest
        let headers: [(name: String, value: String)]
        let client: KubernetesClient

        private var limit: Duration { .seconds(max(1, Int64(test.probe.timeoutSeconds))) + slack }

        func attempt(_ way: ProbeTest.Way) async -> ProbeTest.Attempt {
            switch (test.probe.handler, way) {
            case (.none, _): return ProbeTest.Attempt(.notApplicable)
            case (.exec(let command), .exec): return await run(command)
            case (.exec, _): return ProbeTest.Attempt(.notApplicable)
            case (.httpGet(let action), _): return await ask(action, way)
            case (.tcpSocket(let action), .exec):
                return await connectInside(host: action.host)
            case (.tcpSocket, .forward), (.grpc, .forward): return await connectThroughForward()
            case (.tcpSocket, .proxy), (.grpc, .proxy): return ProbeTest.Attempt(.notApplicable)
            case (.grpc, .exec): return await connectInside(host: "")
            }
        }

        private var address: String { pod.status.podIP }

        // MARK: HTTP

        private func ask(_ action: HTTPGetAction, _ way: ProbeTest.Way) async -> ProbeTest.Attempt {
            guard let port = test.port else {
                return ProbeTest.Attempt(.unable("the container declares no port of that name"))
            }
            let host = action.host.isEmpty ? address : action.host
            let usesTLS = action.scheme.uppercased() == "HTTPS"
            let request = PodRequest(
                target: PodPort(namespace: pod.metadata.namespace, pod: pod.metadata.name, port: port),
                usesTLS: usesTLS,
                path: action.path, headers: headers)
            if way != .exec, host != address {
                return ProbeTest.Attempt(.unable("the probe asks another host: \(host)"))
            }
            switch way {
            case .exec:
                let shown = host.contains(":") ? "[\(host)]" : host
                let url = "\(usesTLS ? "https" : "http")://\(shown):\(port)\(request.path)"
                return await askInside(url, usesTLS: usesTLS)
            case .forward:
                return await timed { try await client.forwardedStatus(of: request, limit: limit) }
            case .proxy:
                // What stands between might take it for a way out of the pod.
                let plain = request.path.lowercased().replacing("%2e", with: ".").replacing("%2f", with: "/")
                guard !plain.split(separator: "/").contains("..") else {
                    return ProbeTest.Attempt(.unable("its path has .."))
                }
                return await timed { try await client.proxiedStatus(of: request) }
            }
        }

        private func timed(
            _ body: @escaping @Sendable () async throws -> (status: Int, after: Duration)
        ) async -> ProbeTest.Attempt {
            do {
                // A forward needs time to be made as well.
                guard let (status, after) = try await withLimit(limit + .seconds(10), body) else {
                    return ProbeTest.Attempt(.timedOut)
                }
                return ProbeTest.Attempt(.answered(status), milliseconds: after.milliseconds)
            } catch {
                return ProbeTest.Attempt(Self.outcome(of: error))
            }
        }

        /// What a failure of the way, or of the pod's end of it, says.
        private static func outcome(of error: any Error) -> ProbeTest.Outcome {
            guard let failure = error as? APIFailure else { return .unable("it was given up") }
            let words = failure.detail.lowercased()
            if words.contains("connection refused") { return .refused }
            if failure.reason == .timeout || words.contains("i/o timeout") || words.contains("deadline exceeded") {
                return .timedOut
            }
            if words.contains("server gave http response to https client") || words.contains("does not speak tls") {
                return .broken("it does not speak TLS")
            }
            switch failure.reason {
            case .malformedAnswer, .tls: return .broken(failure.detail)
            case .transport where failure.attempt.hasPrefix("forward"): return .broken(failure.detail)
            case .server(let code) where (502...504).contains(code): return .broken(failure.detail)
            default: return .unable(failure.detail)
            }
        }

        // MARK: In the container

        /// Asks with what the image has: curl or wget.
        private func askInside(_ url: String, usesTLS: Bool) async -> ProbeTest.Attempt {
            let script = """
                u=$1; t=$2; shift 2
                if command -v curl > /dev/null 2>&1; then
                  exec curl -gsSk -o /dev/null -w '%{http_code} %{time_total}' -m "$t" "$@" "$u"
                fi
                command -v wget > /dev/null 2>&1 || exit 97
                limit=
                if command -v timeout > /dev/null 2>&1; then limit="timeout $t"; fi
                exec $limit wget -q -O /dev/null \(usesTLS ? "--no-check-certificate " : "")"$@" "$u"
                """
            let seconds = "\(limit.components.seconds)"
            let fields = headers.flatMap { ["--header", "\($0.name): \($0.value)"] }
            let end = await call(["sh", "-c", script, "sh", url, seconds] + fields)
            switch end {
            case .failure(let outcome): return ProbeTest.Attempt(outcome.value)
            case .success(let end): return end.attempt
            }
        }

        private func connectInside(host: String) async -> ProbeTest.Attempt {
            guard let port = test.port else {
                return ProbeTest.Attempt(.unable("the container declares no port of that name"))
            }
            let script = "command -v nc > /dev/null 2>&1 || exit 97; exec nc -z -w \"$3\" \"$1\" \"$2\""
            let place = host.isEmpty ? address : host
            switch await call(["sh", "-c", script, "sh", place, "\(port)", "\(limit.components.seconds)"]) {
            case .failure(let outcome): return ProbeTest.Attempt(outcome.value)
            case .success(let end):
                switch end.code {
                case 0: return ProbeTest.Attempt(.succeeded)
                case 97: return ProbeTest.Attempt(.unable("the image has no nc"))
                default: return end.refusal(of: "nc")
                }
            }
        }

        private func connectThroughForward() async -> ProbeTest.Attempt {
            guard let port = test.port else {
                return ProbeTest.Attempt(.unable("the container declares no port of that name"))
            }
            let target = PodPort(namespace: pod.metadata.namespace, pod: pod.metadata.name, port: port)
            do {
                let words = try await client.forwardedRefusal(of: target, patience: refusalTime)
                guard let words else { return ProbeTest.Attempt(.succeeded) }
                return ProbeTest.Attempt(words.contains("refused") ? .refused : .broken(words))
            } catch {
                return ProbeTest.Attempt(Self.outcome(of: error))
            }
        }

        /// The probe's own command.
        private func run(_ command: [String]) async -> ProbeTest.Attempt {
            let began = ContinuousClock.now
            switch await call(command) {
            case .failure(let outcome): return ProbeTest.Attempt(outcome.value)
            case .success(let end):
                let outcome: ProbeTest.Outcome = end.code == 0 ? .succeeded : .exited(end.code)
                return ProbeTest.Attempt(outcome, milliseconds: (ContinuousClock.now - began).milliseconds)
            }
        }

        private struct Failed: Error { var value: ProbeTest.Outcome }

        /// Runs a command in the container, no longer than the limit.
        private func call(_ command: [String]) async -> Result<CommandEnd, Failed> {
            let call = ContainerCall(
                namespace: pod.metadata.namespace, pod: pod.metadata.name, container: test.container,
                target: .exec(command))
            do {
                let end = try await withLimit(limit + .seconds(5)) {
                    try await client.withCall(call) { session in
                        var end = CommandEnd()
                        for try await output in session.output { end.take(output) }
                        return end
                    }
                }
                guard let end else { return .failure(Failed(value: .timedOut)) }
                if let words = end.failure {
                    let isMissing = words.contains("executable file not found") || words.contains("no such file")
                    let program = command.first ?? ""
                    return .failure(
                        Failed(value: .unable(isMissing ? "the image has no \(program)" : words)))
                }
                return .success(end)
            } catch let failure as APIFailure {
                return .failure(Failed(value: .unable(failure.detail)))
            } catch {
                return .failure(Failed(value: .unable("it was given up")))
            }
        }
    }
}

/// How a command in a container ended, and the beginning of what it said.
struct CommandEnd: Sendable {
    private static let limit = 4096

    var code = 0
    var failure: String?
    private var stdout: [UInt8] = []
    private var stderr: [UInt8] = []

    mutating func take(_ output: ContainerOutput) {
        switch output {
        case .stdout(let bytes): stdout += bytes.prefix(Self.limit - stdout.count)
        case .stderr(let bytes): stderr += bytes.prefix(Self.limit - stderr.count)
        case .ended(.exited(let code)): self.code = code
        case .ended(.failed(let words)): failure = words
        }
    }

    /// What curl or wget says came of a request.
    var attempt: ProbeTest.Attempt {
        let said = String(decoding: stdout, as: UTF8.self).split(separator: " ")
        let words = String(decoding: stderr, as: UTF8.self)
        if let status = said.first.flatMap({ Int($0) }), (100...599).contains(status) {
            let time = said.dropFirst().first.flatMap { Double($0) }.map { Int(min(max(0, $0), 1e6) * 1000) }
            return ProbeTest.Attempt(.answered(status), milliseconds: time)
        }
        if code == 0 { return ProbeTest.Attempt(.answered(200)) }
        if code == 97 { return ProbeTest.Attempt(.unable("the image has neither curl nor wget")) }
        if let status = Self.status(in: words) { return ProbeTest.Attempt(.answered(status)) }
        return refusal(of: "curl or wget")
    }

    /// What a program says that did not succeed.
    func refusal(of program: String) -> ProbeTest.Attempt {
        let words = String(decoding: stderr, as: UTF8.self)
        let lower = words.lowercased()
        if lower.contains("refused") || lower.contains("couldn't connect") || lower.contains("failed to connect") {
            return ProbeTest.Attempt(.refused)
        }
        // It does not know the options, or crashed.
        let isUnusable = lower.contains("usage:") || lower.contains("invalid option") || code > 125 && code != 143
        if isUnusable {
            return ProbeTest.Attempt(.unable("the image's \(program) cannot be used (exit code \(code))"))
        }
        // 124 and 143: what timeout ended.
        if lower.contains("timed out") || lower.contains("timeout") || code == 124 || code == 143 {
            return ProbeTest.Attempt(.timedOut)
        }
        let line = words.split(whereSeparator: \.isNewline).last.map(String.init)
        return ProbeTest.Attempt(.broken(line ?? "\(program) ended with exit code \(code)"))
    }

    /// The status in `wget: server returned error: HTTP/1.1 503 Service Unavailable` or `ERROR 503:`.
    private static func status(in words: String) -> Int? {
        let parts = words.split(whereSeparator: { " \n:".contains($0) })
        for (part, next) in zip(parts, parts.dropFirst()) where part.hasPrefix("HTTP/") || part == "ERROR" {
            if let status = Int(next), (100...599).contains(status) { return status }
        }
        return nil
    }
}

/// Runs something no longer than this.
///
/// - Returns: `nil` when it took longer; it is cancelled then.
func withLimit<Value: Sendable>(
    _ limit: Duration, _ body: @escaping @Sendable () async throws -> Value
) async throws -> Value? {
    try await withThrowingTaskGroup(of: Value?.self) { group in
        group.addTask { try await body() }
        group.addTask {
            try await Task.sleep(for: limit)
            return nil
        }
        defer { group.cancelAll() }
        return try await group.next() ?? nil
    }
}

extension Duration {
    /// Whole milliseconds.
    fileprivate var milliseconds: Int {
        Int(clamping: components.seconds) &* 1000 &+ Int(components.attoseconds / 1_000_000_000_000_000)
    }
}
