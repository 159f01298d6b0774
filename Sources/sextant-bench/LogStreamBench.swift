import AppCore
import AppRuntime
import ArgumentParser
import DemoCluster
import Foundation
import KubernetesClient
import KubernetesModel
import Logging
import Screen
import Views

/// A server in a process of its own whose pods write logs as fast as they are told to.
struct ServeLogs: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve-logs", abstract: "Serve pods that write many lines a second; prints a kubeconfig.")

    @Option(help: "How many pods.")
    var pods = 4

    @Option(help: "Lines a second of all pods.")
    var rate = 100_000

    @Option(help: "Lines of all pods, after which they are silent.")
    var lines = 1_000_000

    @Option(help: "So many seconds ago they began; negative for later.")
    var age = -1

    func run() async throws {
        var store = DemoObjectStore()
        let start = Timestamp(seconds: Timestamp.systemNow.seconds - Int64(age))
        for index in 0..<pods { _ = store.apply(.pods, try pod(index, start), at: .systemNow) }
        try await withDemoServer(store: store, clock: { .systemNow }) { server in
            print(server.kubeconfig(namespace: "bench"), terminator: "")
            fflush(nil)
            try await Task.sleep(for: .seconds(3600))
        }
    }

    private func pod(_ index: Int, _ start: Timestamp) throws -> JSONValue {
        let text = """
            {"metadata":{"name":"flood-\(index)","namespace":"bench","labels":{"app":"flood"},"annotations":{
            "demo.sextant/log-lines-per-second":"\(rate / pods)","demo.sextant/log-lines":"\(lines / pods)"}},
            "spec":{"nodeName":"node-1","containers":[{"name":"app","image":"flood:1"}]},
            "status":{"phase":"Running","containerStatuses":[{"name":"app","ready":true,"restartCount":0,
            "state":{"running":{"startedAt":"\(start.rfc3339)"}}}]}}
            """
        return try Array(text.utf8).withUnsafeBytes { try JSONValue(parsing: $0) }
    }
}

/// What lines cost from the server to the screen.
struct LogStreamBench: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "logs-stream", abstract: "Follow pods that write 100,000 lines a second, and read a long log.")

    @Option(help: "Lines a second.")
    var rate = 100_000

    @Option(help: "For so many seconds.")
    var seconds = 10

    func run() async throws {
        reportMachine()
        for pods in [1, 4, 50] {
            let outcome = try await follow(pods: pods, rate: rate, lines: rate * seconds, age: -1)
            report("\(rate) lines a second of \(pods) pods, for \(seconds) s", outcome.words, target: "no loss, 16 ms")
        }
        let outcome = try await follow(pods: 1, rate: 2_000_000, lines: 2_000_000, age: 10)
        report("a log of 2,000,000 lines, 480 MB, from its start", outcome.words, target: "16 ms, bounded")
    }

    private struct Outcome {
        var words: String
    }

    /// The lines of pods in a pane, until all of them came.
    @MainActor
    private func follow(pods: Int, rate: Int, lines: Int, age: Int) async throws -> Outcome {
        let server = Process()
        server.executableURL = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
        server.arguments = [
            "serve-logs", "--pods", "\(pods)", "--rate", "\(rate)", "--lines", "\(lines)", "--age=\(age)",
        ]
        let output = Pipe()
        server.standardOutput = output
        try server.run()
        defer { server.terminate() }
        let text = output.fileHandleForReading.availableData
        let file = FileManager.default.temporaryDirectory.appending(path: "bench-\(UUID().uuidString)")
        try text.write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        let kubeconfig = try Kubeconfig.load(explicitPath: file.path, environment: [:], homeDirectory: nil)

        let screen = BenchedScreen(lines: lines)
        let session = try Session(
            access: try kubeconfig.resolve(context: nil), epoch: 1, userAgent: "bench",
            logger: Logger(label: "bench") { _ in SwiftLogNoOpLogHandler() }, now: { .systemNow },
            timeouts: ClientTimeouts(), pluginHost: .none, send: { screen.take($0) })
        let (pane, order) = try screen.open(":logs -l app=flood -n bench --tail -1\n")
        let start = ContinuousClock.now
        let reading = Task { await session.follow(order, for: pane) }
        await screen.untilDone()
        let elapsed = start.duration(to: .now) / .seconds(1)
        reading.cancel()
        _ = await reading.result
        await session.client.shutdown()
        let memory = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
        let peak = memory.split(separator: "\n").first { $0.hasPrefix("VmHWM") }?.split(separator: " ").dropFirst()
            .first
        let frames = screen.frames.map { $0 * 1000 }
        return Outcome(
            words: "\(screen.missing) lost, \(rounded(elapsed, 1)) s, "
                + "frame \(rounded(median(frames), 1)) ms, 99 % \(rounded(percentile(frames, 99), 1)) ms, "
                + "longest \(rounded(frames.max() ?? 0, 1)) ms, peak \((Int(peak ?? "") ?? 0) >> 10) MiB")
    }
}

/// A screen of 160x48 that takes events as the program does, and how long each took.
@MainActor
private final class BenchedScreen {
    private var state = AppState(size: Size(columns: 160, rows: 48), now: .systemNow)
    private let lines: Int
    private let (done, finish) = AsyncStream.makeStream(of: Void.self)
    /// Seconds that each event took until it was drawn.
    private(set) var frames: [Double] = []

    init(lines: Int) { self.lines = lines }

    /// Types a line that opens logs.
    func open(_ line: String) throws -> (PaneID, LogOrder) {
        let session = SessionInfo(
            context: "bench", cluster: "bench", user: "bench", namespace: "bench", hasOwnNamespace: true, server: "")
        _ = update(&state, .connection(.connecting(session)))
        _ = update(&state, .connection(.connected(serverVersion: "v1.36.2")))
        for character in line {
            let key: Key = character == "\n" ? .enter : .character(character)
            for effect in update(&state, .input(.key(key))) {
                if case .run(let pane, .log(let order)) = effect { return (pane, order) }
            }
        }
        throw ValidationError("no log was opened")
    }

    func take(_ event: AppEvent) {
        let start = ContinuousClock.now
        _ = update(&state, event)
        _ = render(state)
        frames.append(start.duration(to: .now) / .seconds(1))
        if (state.shownLog?.text.end ?? 0) >= lines { finish.finish() }
    }

    func untilDone() async { for await _ in done {} }

    /// How many lines did not come, or came in another order.
    var missing: Int {
        guard let text = state.shownLog?.text else { return lines }
        var last: [Int32: Int] = [:]
        var wrong = max(0, lines - text.end)
        for number in text.first..<text.end {
            guard let (line, text) = text[number], line.source >= 0 else {
                wrong += 1
                continue
            }
            let own = Int(text.prefix(10)) ?? -1
            if let before = last[line.source], own != before + 1 { wrong += 1 }
            last[line.source] = own
        }
        return wrong
    }
}
