import Foundation
import KubernetesClient
import KubernetesModel
import Logging
import Streams
import Synchronization
import Testing

private let liveKubeconfig = LiveKubectl.kubeconfig
private let kubectl = LiveKubectl.path

/// Logs of a real cluster, while its pods change.
@Suite(
    .enabled(if: liveKubeconfig != nil, "SEXTANT_E2E_KUBECONFIG names no cluster"),
    .enabled(if: kubectl != nil, "kubectl is not installed"), .timeLimit(.minutes(20)), .serialized)
struct LiveLogTests {
    /// What was printed so far, line by line.
    private final class Printed: Sendable {
        private let content = Mutex<[UInt8]>([])
        let changes: AsyncStream<Void>
        private let changed: AsyncStream<Void>.Continuation

        init() { (changes, changed) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1)) }

        func add(_ bytes: [UInt8]) {
            content.withLock { $0 += bytes }
            changed.yield()
        }

        var lines: [[Substring]] {
            String(decoding: bytes, as: UTF8.self).split(separator: "\n").map { $0.split(separator: " ") }
        }

        var bytes: [UInt8] { content.withLock { $0 } }

        /// Waits until the lines are as meant.
        func wait(until isMeant: ([[Substring]]) -> Bool) async {
            if isMeant(lines) { return }
            for await _ in changes where isMeant(lines) { return }
        }
    }

    @discardableResult
    private func run(_ arguments: [String]) async throws -> String {
        String(decoding: try await output(arguments), as: UTF8.self)
    }

    private func output(_ arguments: [String]) async throws -> [UInt8] { try await LiveKubectl.output(arguments) }

    private func withNamespace(_ body: (String) async throws -> Void) async throws {
        let namespace = "sextant-logs-\(UInt32.random(in: 0 ... .max))"
        try await LiveKubectl.makeNamespace(namespace)
        let result: Result<Void, any Error>
        do {
            result = .success(try await body(namespace))
        } catch {
            result = .failure(error)
        }
        try await run(["delete", "namespace", namespace, "--wait=false"])
        try result.get()
    }

    /// Two pods that write their names and numbers, and at their end the last one.
    private func makeWriters(in namespace: String) async throws {
        let script = """
            trap 'echo "$HOSTNAME end $i"; exit 0' TERM; i=0; \
            while true; do i=$((i+1)); echo "$HOSTNAME $i"; usleep 30000; done
            """
        let manifest = """
            apiVersion: apps/v1
            kind: Deployment
            metadata: {name: writers, namespace: \(namespace)}
            spec:
              replicas: 2
              selector: {matchLabels: {app: writers}}
              template:
                metadata: {labels: {app: writers}}
                spec:
                  terminationGracePeriodSeconds: 600
                  containers:
                  - name: app
                    image: \(LiveKubectl.image)
                    imagePullPolicy: IfNotPresent
                    command: [sh, -c, '\(script.replacing("'", with: "''"))']

            """
        let file = FileManager.default.temporaryDirectory.appending(path: "\(namespace).yaml")
        try manifest.write(to: file, atomically: true, encoding: .utf8)
        defer { try? FileManager.default.removeItem(at: file) }
        try await LiveKubectl.run(["apply", "-f", file.path])
        try await LiveKubectl.run(["rollout", "status", "-n", namespace, "deployment/writers", "--timeout=1100s"])
    }

    /// Reads until everything was read, or the task is cancelled.
    private func follow(_ query: LogQuery, _ printed: Printed, passes: Bool = false) async throws {
        let kubeconfig = try Kubeconfig.load(
            explicitPath: liveKubeconfig, environment: [:], homeDirectory: nil)
        let client = try KubernetesClient(
            try kubeconfig.resolve(context: nil), logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        let printer = Mutex(LogPrinter(hasPrefix: false, hasTimestamps: query.showsTimestamps))
        let feed = LogFeed(client, query) {
            Timestamp(microseconds: Int64(Date.now.timeIntervalSince1970 * 1_000_000))
        }
        try? await feed.run(passing: passes ? { printed.add($0) } : nil) { events in
            var bytes: [UInt8] = []
            printer.withLock { printer in
                for event in events {
                    if case .began(let source) = event { printer.add(source) }
                    if case .lines(let runs) = event { for run in runs { printer.write(run, to: &bytes) } }
                }
            }
            printed.add(bytes)
        }
        await client.shutdown()
    }

    @Test func everyLineComesOnceThroughARollingRestart() async throws {
        try await withNamespace { namespace in
            try await makeWriters(in: namespace)
            var query = LogQuery(namespace: namespace, target: .workload(.deployment, "writers"))
            query.follow = true
            let printed = Printed()
            let following = Task { [query] in try await follow(query, printed) }
            await printed.wait { Set($0.compactMap(\.first)).count == 2 }
            try await LiveKubectl.run(["rollout", "restart", "-n", namespace, "deployment/writers"])
            try await LiveKubectl.run(["rollout", "status", "-n", namespace, "deployment/writers", "--timeout=1100s"])
            // Both pods of before have ended, and both new ones have written something.
            await printed.wait { lines in
                let numbers = Dictionary(grouping: lines.filter { $0.count == 2 }, by: { $0[0] })
                return lines.count { $0.count == 3 } == 2 && numbers.count == 4
                    && numbers.values.allSatisfy { $0.count > 50 }
            }
            following.cancel()
            try await following.value

            let lines = printed.lines
            let ends = Dictionary(
                uniqueKeysWithValues: lines.filter { $0.count == 3 }.map { ($0[0], Int($0[2]) ?? 0) })
            for (pod, own) in Dictionary(grouping: lines.filter { $0.count == 2 }, by: { $0[0] }) {
                let numbers = own.compactMap { Int($0[1]) }
                #expect(numbers == Array(1...max(1, numbers.count)), "\(pod): each once, in order")
                // The shell may be told to end between counting and writing.
                if let end = ends[pod] { #expect([end, end - 1].contains(numbers.count), "\(pod) to its end") }
            }
        }
    }

    /// A long line, carriage returns, bytes that are no UTF-8, empty lines, and an end without a newline.
    private static let oddities =
        "echo first; head -c 50000 /dev/zero | tr '\\0' x; echo; printf 'a\\r\\n\\n\\377\\376 b\\n'; printf end"

    @Test func printsByteByByteWhatKubectlPrints() async throws {
        try await withNamespace { namespace in
            try await LiveKubectl.run([
                "run", "odd", "-n", namespace, "--image", LiveKubectl.image, "--image-pull-policy=IfNotPresent",
                "--restart=Never", "--", "sh", "-c", Self.oddities,
            ])
            var query = LogQuery(namespace: namespace, target: .pod("odd"))
            query.follow = true
            // Also waits for the container, and ends with it.
            let followed = Printed()
            try await follow(query, followed)
            for hasTimestamps in [false, true] {
                let theirs = try await output(["logs", "odd", "-n", namespace, "--timestamps=\(hasTimestamps)"])
                #expect(theirs.count > 50_000)
                query.follow = false
                query.showsTimestamps = hasTimestamps
                let passed = Printed()
                try await follow(query, passed, passes: true)
                #expect(passed.bytes == theirs)
                let cut = Printed()
                try await follow(query, cut)
                #expect(cut.bytes == theirs)
                if !hasTimestamps { #expect(followed.bytes == theirs) }
            }
        }
    }
}
