import ArgumentParser
import DemoCluster
import Foundation
import KubernetesModel

/// `sextant demo --serve`: how soon it answers, how much it holds, how long it makes others wait.
struct DemoBench: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "demo", abstract: "The demo cluster: start, lists, watches and memory, plain and with many pods.")

    @Option(help: "The sextant binary to measure.")
    var sextant: String

    @Option(help: "How many generated pods.")
    var pods = 100_000

    @Option(help: "How many of them change each second.")
    var churn = 500

    func run() async throws {
        reportMachine()
        var starts: [Double] = []
        for _ in 0..<5 {
            let demo = try Served(sextant, [])
            starts.append(demo.secondsToAnswer)
            demo.end()
        }
        report("from the start to the first answer, median of 5", "\(rounded(median(starts))) s", target: "0.3 s")
        try measureMany()
        try await measureSteps()
    }

    private func measureMany() throws {
        let demo = try Served(sextant, ["--pods", String(pods), "--churn", String(churn)])
        defer { demo.end() }
        let target = "600 MiB"
        report("\(pods) pods: to the first answer", "\(rounded(demo.secondsToAnswer)) s", target: "5 s")
        report("... resident then", "\(demo.resident("VmRSS")) MiB", target: target)
        let whole = try seconds { try demo.curl("/api/v1/pods") }
        report("... all pods in one answer", "\(rounded(whole)) s", target: "")
        let watches = try (0..<2).map { _ in try demo.watch("/api/v1/pods?watch=1") }
        defer { for watch in watches { watch.terminate() } }
        let kubectl = try seconds {
            try sextant_bench.run(["kubectl", "--kubeconfig", demo.kubeconfig, "get", "pods", "-A"])
        }
        report("... `kubectl get pods -A` beside two watches", "\(rounded(kubectl)) s", target: "")
        Thread.sleep(forTimeInterval: 20)
        report("... resident then", "\(demo.resident("VmRSS")) MiB", target: target)
        report("... most that was resident", "\(demo.resident("VmHWM")) MiB", target: target)
        let before = demo.processorSeconds
        Thread.sleep(forTimeInterval: 20)
        report(
            "... processor with \(churn) changes a second and two watches",
            "\(rounded((demo.processorSeconds - before) * 5, 0)) % of a core", target: "")
    }

    /// How long a step keeps everybody else waiting.
    private func measureSteps() async throws {
        var options = DemoClusterOptions()
        options.pods = pods
        options.changesPerSecond = churn
        options.stepInterval = nil
        let times = try await withDemoCluster(options: options) { server in
            var times: [Double] = []
            for _ in 0..<200 {
                try await Task.sleep(for: .milliseconds(100))
                times.append(seconds { server.step() } * 1000)
            }
            return times
        }
        report(
            "a step of the simulation: p50, p99, longest of 200",
            "\(rounded(percentile(times, 50))) ms, \(rounded(percentile(times, 99))) ms, \(rounded(times.max() ?? 0)) ms",
            target: "5 ms")
    }
}

/// A demo in a process of its own.
private struct Served {
    let kubeconfig: String
    let secondsToAnswer: Double
    private let process = Process()
    private let url: String
    private let token: String

    init(_ sextant: String, _ arguments: [String]) throws {
        kubeconfig = FileManager.default.temporaryDirectory.appending(path: "bench-demo-\(UUID().uuidString)").path
        let start = ContinuousClock.now
        process.executableURL = URL(fileURLWithPath: sextant)
        process.arguments = ["demo", "--serve", "--write-kubeconfig", kubeconfig] + arguments
        process.standardOutput = FileHandle.nullDevice
        try process.run()
        while !FileManager.default.fileExists(atPath: kubeconfig) {
            guard process.isRunning else { throw ProgramFailure(description: "\(sextant) demo has ended") }
            Thread.sleep(forTimeInterval: 0.002)
        }
        func value(_ key: String, _ text: String) -> String {
            let line = text.split(separator: "\n").first { $0.contains("\(key): ") } ?? ""
            return line.replacing("\(key): ", with: "").trimmingCharacters(in: [" ", "\"", "-"])
        }
        let text = try String(contentsOfFile: kubeconfig, encoding: .utf8)
        url = value("server", text)
        token = value("token", text)
        try Self.curl(url + "/version", token).finish()
        secondsToAnswer = (ContinuousClock.now - start) / .seconds(1)
    }

    func end() {
        process.terminate()
        process.waitUntilExit()
        try? FileManager.default.removeItem(atPath: kubeconfig)
    }

    func curl(_ path: String) throws { try Self.curl(url + path, token).finish() }

    func watch(_ path: String) throws -> Process { try Self.curl(url + path, token) }

    private static func curl(_ url: String, _ token: String) throws -> Process {
        let curl = Process()
        curl.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        curl.arguments = ["curl", "-sfk", "-o", "/dev/null", "-H", "Authorization: Bearer \(token)", url]
        try curl.run()
        return curl
    }

    /// In MiB, as the kernel counts.
    func resident(_ key: String) -> Int {
        let status = (try? String(contentsOfFile: "/proc/\(process.processIdentifier)/status", encoding: .utf8)) ?? ""
        let line = status.split(separator: "\n").first { $0.hasPrefix(key) } ?? ""
        return (line.split(whereSeparator: \.isWhitespace).compactMap { Int($0) }.first ?? 0) / 1024
    }

    /// What it has used of the processor, user and system.
    var processorSeconds: Double {
        let stat = (try? String(contentsOfFile: "/proc/\(process.processIdentifier)/stat", encoding: .utf8)) ?? ""
        let fields = stat.split(separator: ")").last?.split(separator: " ") ?? []
        guard fields.count > 12 else { return 0 }
        return ((Double(fields[11]) ?? 0) + (Double(fields[12]) ?? 0)) / Double(sysconf(Int32(_SC_CLK_TCK)))
    }
}

extension Process {
    fileprivate func finish() throws {
        waitUntilExit()
        guard terminationStatus == 0 else { throw ProgramFailure(description: "curl ended with \(terminationStatus)") }
    }
}
