import ArgumentParser
import Foundation

/// Measures what `docs/performance.md` promises; ratios are taken within one run.
@main
struct Bench: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sextant-bench",
        abstract: "Measures sextant against any cluster; build it with -c release.",
        subcommands: [
            ListBench.self, DecodeBench.self, DiagnosisBench.self, XrayBench.self, DescribeBench.self,
            ScreenBench.self, TerminalBench.self, LogsBench.self, UsageBench.self, Serve.self, ServeLogs.self,
            LogStreamBench.self, DemoBench.self, AccessBench.self,
        ])
}

/// Which program and which cluster.
struct Subject: ParsableArguments {
    @Option(help: "The sextant binary to measure.")
    var sextant: String

    @Option(help: "Kubeconfig of the cluster.")
    var kubeconfig: String
}

/// A line of the result.
func report(_ what: String, _ result: String, target: String) {
    print("| \(what) | \(result) | \(target) |")
    fflush(nil)
}

/// The head of the results: the machine, and how busy it is.
func reportMachine() {
    func read(_ path: String) -> String { (try? String(contentsOfFile: path, encoding: .utf8)) ?? "" }
    let model = read("/proc/cpuinfo").split(separator: "\n").first { $0.hasPrefix("model name") }
    let name = model?.split(separator: ":").last.map { $0.trimmingCharacters(in: .whitespaces) } ?? "unknown processor"
    let memory = ProcessInfo.processInfo.physicalMemory >> 30
    let load = read("/proc/loadavg").split(separator: " ").prefix(3).joined(separator: " ")
    print("\(ProcessInfo.processInfo.processorCount) cores of \(name), \(memory) GiB, load \(load)\n")
    print("| Measured | Result | Target |\n|---|---|---|")
}

/// The middle value; 0 of none.
func median(_ values: [Double]) -> Double { percentile(values, 50) }

/// The value below which so many percent lie.
func percentile(_ values: [Double], _ percent: Double) -> Double {
    let sorted = values.sorted()
    guard !sorted.isEmpty else { return 0 }
    return sorted[min(sorted.count - 1, Int((Double(sorted.count) * percent / 100).rounded(.down)))]
}

/// A number with so many digits behind the point.
func rounded(_ value: Double, _ digits: Int = 2) -> String {
    value.formatted(
        .number.precision(.fractionLength(digits)).grouping(.never).locale(Locale(identifier: "en_US_POSIX")))
}

/// Seconds that something takes.
func seconds(_ body: () throws -> Void) rethrows -> Double {
    let start = ContinuousClock.now
    try body()
    return (ContinuousClock.now - start) / .seconds(1)
}

/// A program that failed, with what it said.
struct ProgramFailure: Error, CustomStringConvertible {
    var description: String
}

/// Runs a program to its end; its output goes nowhere.
func run(_ arguments: [String], environment: [String: String] = [:]) throws {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = arguments
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    process.standardOutput = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else {
        throw ProgramFailure(description: "\(arguments[0]) ended with \(process.terminationStatus)")
    }
}
