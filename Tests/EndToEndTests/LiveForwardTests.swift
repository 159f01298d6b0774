import ConcurrencyTestSupport
import Foundation
import Glibc
import KubernetesClient
import Logging
import Streams
import Synchronization
import Testing

private let liveKubeconfig = LiveKubectl.kubeconfig
private let kubectl = LiveKubectl.path

/// Forwards on the cluster of `SEXTANT_E2E_KUBECONFIG`, in a namespace that is there for that; its node must have the
/// image that `SEXTANT_E2E_IMAGE` names (a busybox).
@Suite(
    .enabled(if: liveKubeconfig != nil && kubectl != nil, "SEXTANT_E2E_KUBECONFIG names no cluster, or no kubectl"),
    .timeLimit(.minutes(20)), .serialized)
struct LiveForwardTests {
    private let patience = Forward.Patience(
        start: .seconds(3600), connection: .seconds(3600), refused: .seconds(600))

    /// A Deployment of two small web servers behind a Service; each answers with its name.
    private func withWeb(_ body: (KubernetesClient, _ namespace: String) async throws -> Void) async throws {
        let namespace = "sextant-forward-\(UUID().uuidString.prefix(8).lowercased())"
        let command = "mkdir /www; hostname > /www/index.html; exec httpd -f -p 8080 -h /www"
        try await LiveKubectl.makeNamespace(namespace)
        try await LiveKubectl.run(
            ["apply", "-f", "-"],
            input: """
                {"apiVersion":"v1","kind":"List","items":[
                {"apiVersion":"v1","kind":"Service","metadata":{"name":"web","namespace":"\(namespace)"},
                 "spec":{"selector":{"app":"web"},"ports":[{"name":"http","port":80,"targetPort":"http"}]}},
                {"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"web","namespace":"\(namespace)"},
                 "spec":{"replicas":2,"selector":{"matchLabels":{"app":"web"}},"template":{"metadata":{"labels":{"app":"web"}},
                 "spec":{"terminationGracePeriodSeconds":60,"containers":[{"name":"httpd","image":"\(LiveKubectl.image)",
                 "imagePullPolicy":"IfNotPresent","command":["sh","-c","\(command)"],"ports":[{"name":"http","containerPort":8080}],
                 "readinessProbe":{"httpGet":{"path":"/","port":8080},"periodSeconds":1,"timeoutSeconds":60}}]}}}}]}
                """)
        let path = try #require(liveKubeconfig)
        let access = try Kubeconfig.load(explicitPath: path, environment: [:], homeDirectory: nil).resolve(context: nil)
        let client = try KubernetesClient(access, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        let result: Result<Void, any Error>
        do {
            try await LiveKubectl.run(["-n", namespace, "rollout", "status", "deployment/web", "--timeout=1100s"])
            result = .success(try await body(client, namespace))
        } catch {
            result = .failure(error)
        }
        await client.shutdown()
        try await LiveKubectl.run(["delete", "namespace", namespace, "--wait=false"])
        try result.get()
    }

    /// Forwards to the Service while `body` runs.
    private func forwarding(
        _ client: KubernetesClient, _ namespace: String, _ target: String = "svc/web",
        _ body: (_ port: Int, _ moves: () -> Int) async throws -> Void
    ) async throws -> (any Error)? {
        let order = Forward.Order(
            namespace: namespace, target: try ForwardTarget(parsing: target),
            ports: [try ForwardPort(parsing: "0:http")], addresses: ["127.0.0.1"])
        let (ports, opened) = AsyncStream.makeStream(of: Int.self)
        let moves = Mutex(0)
        let forward = Forward(order, cluster: ClientForwardCluster(client), patience: patience) { news in
            if case .listening(_, let port, _) = news { opened.yield(port) }
            if case .moved = news { moves.withLock { $0 += 1 } }
            if case .connectionFailed(_, let words) = news { Issue.record("a connection failed: \(words)") }
        }
        let running = Task {
            defer { opened.finish() }
            try await forward.run()
        }
        let result: Result<Void, any Error>
        do {
            for await port in ports {
                try await body(port) { moves.withLock { $0 } }
                break
            }
            result = .success(())
        } catch {
            result = .failure(error)
        }
        running.cancel()
        let end = await running.result
        try result.get()
        if case .failure(let error) = end { return error }
        return nil
    }

    /// Asks for the page over a connection of its own; the name of the pod that answered.
    private func ask(_ port: Int) async throws -> String {
        try await onOwnThread { try Self.askAndWait(port) }
    }

    private static func askAndWait(_ port: Int) throws -> String {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var patience = timeval(tv_sec: 1200, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        let connected = withUnsafePointer(to: &address) { address in
            address.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        #expect(connected == 0)
        let request = Array("GET / HTTP/1.1\r\nHost: web\r\n\r\n".utf8)
        #expect(write(descriptor, request, request.count) == request.count)
        var answer: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        while true {
            let count = read(descriptor, &buffer, buffer.count)
            guard count > 0 else { break }
            answer += buffer[..<count]
            let text = String(decoding: answer, as: UTF8.self)
            if let head = text.range(of: "\r\n\r\n"), text[head.upperBound...].hasSuffix("\n") {
                #expect(text.hasPrefix("HTTP/1.1 200 OK") || text.hasPrefix("HTTP/1.0 200 OK"))
                return text[head.upperBound...].trimmingCharacters(in: .whitespacesAndNewlines)
            }
        }
        Issue.record("no answer: \(String(decoding: answer, as: UTF8.self))")
        return ""
    }

    @Test func aServiceKeepsServingThroughARollingRestart() async throws {
        try await withWeb { client, namespace in
            let failure = try await forwarding(client, namespace) { port, moves in
                let before = try await ask(port)
                #expect(before.hasPrefix("web-"))
                try await LiveKubectl.run(["-n", namespace, "rollout", "restart", "deployment/web"])
                async let restarting = LiveKubectl.run(
                    ["-n", namespace, "rollout", "status", "deployment/web", "--timeout=1100s"])
                var names: Set<String> = [before]
                // Until it has moved, and a while longer.
                var more = 100
                while more > 0 {
                    names.insert(try await ask(port))
                    if moves() > 0 { more -= 1 }
                    try await Task.sleep(for: .milliseconds(20))
                }
                let words = try await restarting
                #expect(words.contains("successfully rolled out"))
                names.insert(try await ask(port))
                #expect(names.count >= 2)
                #expect(!names.contains(""))
            }
            #expect(failure == nil)
        }
    }

    @Test func aThousandShortConnectionsInARow() async throws {
        try await withWeb { client, namespace in
            let failure = try await forwarding(client, namespace, "deploy/web") { port, _ in
                for _ in 0..<1000 {
                    let name = try await ask(port)
                    #expect(name.hasPrefix("web-"))
                }
            }
            #expect(failure == nil)
        }
    }

    @Test func aPodThatIsDeletedEndsItsForwardWithWords() async throws {
        try await withWeb { client, namespace in
            let names = try await LiveKubectl.run(
                ["-n", namespace, "get", "pods", "-o", "jsonpath={.items[*].metadata.name}"])
            let pod = try #require(names.split(separator: " ").first.map(String.init))
            let (ended, end) = AsyncStream.makeStream(of: Void.self)
            let order = Forward.Order(
                namespace: namespace, target: ForwardTarget(.pod, pod), ports: [try ForwardPort(parsing: ":8080")],
                addresses: ["127.0.0.1"])
            let forward = Forward(order, cluster: ClientForwardCluster(client), patience: patience) { news in
                if case .listening = news { end.finish() }
            }
            let running = Task {
                defer { end.finish() }
                try await forward.run()
            }
            for await _ in ended {}
            try await LiveKubectl.run(["-n", namespace, "delete", "pod", pod, "--wait=false", "--grace-period=1"])
            let words = "pod/\(pod) is gone; a forward to its Deployment or Service moves to the next pod"
            await #expect(throws: ForwardProblem(words)) { try await running.value }
        }
    }
}
