import ArgumentParser
import Foundation

/// The screen on a pseudo-terminal: first paint, first rows, memory, rest, latency.
struct ScreenBench: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "screen", abstract: "The live screen: first paint, memory, rest, latency of keys.")

    @OptionGroup var subject: Subject

    @Option(help: "How many keys of each sort are timed.")
    var keys = 300

    @Option(help: "How long the screen is watched at rest, in seconds; 0 leaves it out.")
    var rest = 60

    @Option(help: "How long memory is watched for growth, in minutes; for `serve`, which changes all the time.")
    var minutes = 0

    func run() async throws {
        reportMachine()
        try firstPaint()
        let terminal = try start(["-A"], kubeconfig: subject.kubeconfig)
        defer { terminal.stop() }
        try await watch(terminal)
    }

    private func start(_ arguments: [String], kubeconfig: String) throws -> PseudoTerminal {
        try PseudoTerminal(
            [subject.sextant] + arguments,
            environment: [
                "KUBECONFIG": kubeconfig, "TERM": "xterm-256color", "LC_ALL": "C.UTF-8", "PATH": "/usr/bin:/bin",
                "HOME": FileManager.default.temporaryDirectory.path,
            ])
    }

    private func firstPaint() throws {
        let dead = FileManager.default.temporaryDirectory.appending(path: "sextant-bench-dead.kubeconfig")
        try Data(
            """
            {"apiVersion":"v1","kind":"Config","current-context":"dead",
            "clusters":[{"name":"dead","cluster":{"server":"https://127.0.0.1:9"}}],
            "users":[{"name":"nobody","user":{}}],"contexts":[{"name":"dead","context":{"cluster":"dead","user":"nobody"}}]}
            """.utf8
        ).write(to: dead)
        defer { try? FileManager.default.removeItem(at: dead) }
        for (name, kubeconfig) in [("reachable", subject.kubeconfig), ("not reachable", dead.path)] {
            var times: [Double] = []
            for _ in 0..<7 {
                let begin = ContinuousClock.now
                let terminal = try start(["-A"], kubeconfig: kubeconfig)
                if let time = terminal.wait(for: "sextant", since: begin, limit: .seconds(5)) {
                    times.append(time / .milliseconds(1))
                }
                terminal.stop()
            }
            report("first paint, cluster \(name)", "\(rounded(median(times), 0)) ms", target: "100 ms")
        }
        var times: [Double] = []
        for _ in 0..<5 {
            let begin = ContinuousClock.now
            let terminal = try start(["-A"], kubeconfig: subject.kubeconfig)
            if let time = terminal.wait(for: "Running", since: begin, limit: .seconds(20)) {
                times.append(time / .milliseconds(1))
            }
            terminal.stop()
        }
        report(
            "first rows, from the start of the process", "\(rounded(median(times), 0)) ms",
            target: "150 ms from connecting")
    }

    private func watch(_ terminal: PseudoTerminal) async throws {
        let begin = ContinuousClock.now
        guard terminal.wait(for: "by NAMESPACE", since: begin, limit: .seconds(60)) != nil else {
            throw ProgramFailure(description: "the table was not loaded within a minute")
        }
        // The output must be read, or the program waits for us.
        while ContinuousClock.now - begin < .seconds(10) {
            _ = terminal.read(since: .now, quiet: .milliseconds(10), limit: .milliseconds(500))
        }
        report("resident after 10 s", mebibytes(terminal.memory("VmRSS")), target: "80 MiB")
        report("peak", mebibytes(terminal.memory("VmHWM")), target: "150 MiB")
        latency(terminal)
        if rest > 0 { idle(terminal) }
        if minutes > 0 { growth(terminal) }
    }

    private func mebibytes(_ kibibytes: Int) -> String { "\(rounded(Double(kibibytes) / 1024, 1)) MiB" }

    private func latency(_ terminal: PseudoTerminal) {
        func time(_ texts: [String]) -> [Double] {
            var times: [Double] = []
            for index in 0..<keys {
                _ = terminal.read(since: .now, quiet: .milliseconds(5), limit: .milliseconds(40))
                let begin = ContinuousClock.now
                terminal.write(texts[index % texts.count])
                // Of what comes without a longer pause in between, the last byte counts.
                if let (_, last) = terminal.read(since: begin, quiet: .milliseconds(8), limit: .milliseconds(500)) {
                    times.append(last / .milliseconds(1))
                }
            }
            return times
        }
        func tell(_ name: String, _ times: [Double]) {
            report(
                "\(name): p50, p99 of \(times.count)",
                "\(rounded(percentile(times, 50), 1)) ms, \(rounded(percentile(times, 99), 1)) ms", target: "p99 16 ms")
        }
        tell("key to last changed byte, moving", time(["j", "j", "j", "k"]))
        terminal.write("/")
        tell(
            "key to last changed byte, filtering",
            time(["s", "v", "c", "-", "1", "\u{7F}", "\u{7F}", "\u{7F}", "\u{7F}", "\u{7F}"]))
        terminal.write("\u{1B}")
        _ = terminal.read(since: .now, quiet: .milliseconds(100), limit: .seconds(1))
    }

    private func idle(_ terminal: PseudoTerminal) {
        let begin = ContinuousClock.now
        let before = terminal.processorTime()
        while ContinuousClock.now - begin < .seconds(rest) {
            _ = terminal.read(since: .now, quiet: .milliseconds(10), limit: .milliseconds(500))
        }
        let share = (terminal.processorTime() - before) / Double(rest) * 100
        report("processor over \(rest) s without keys", "\(rounded(share)) % of a core", target: "1 % at rest")
    }

    private func growth(_ terminal: PseudoTerminal) {
        let before = terminal.memory("VmRSS")
        let begin = ContinuousClock.now
        while ContinuousClock.now - begin < .seconds(60 * minutes) {
            _ = terminal.read(since: .now, quiet: .milliseconds(10), limit: .milliseconds(500))
        }
        report(
            "resident before and after \(minutes) min of changes",
            "\(mebibytes(before)), \(mebibytes(terminal.memory("VmRSS")))", target: "no growth")
    }
}
