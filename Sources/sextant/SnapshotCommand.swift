import AppCore
import AppRuntime
import ArgumentParser
import Foundation
import KubernetesClient
import KubernetesModel
import Views

import struct Screen.Size
import struct Screen.Theme

/// `sextant snapshot VIEW`: one frame, or the whole table, without a terminal.
struct Snapshot: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Load a view, print one frame or the whole table, and exit.")

    enum Output: String, ExpressibleByArgument, CaseIterable {
        case text, ansi, json
    }

    @Argument(help: "What to show, as after a colon: pods, svc, \"po /crash\".")
    var view: String

    @OptionGroup var cluster: ClusterOptions
    @OptionGroup var namespace: NamespaceOptions

    @Option(help: ArgumentHelp("Size of the frame in cells.", valueName: "columns>x<rows"))
    var size = FrameSize(columns: 160, rows: 48)

    @Option(name: .shortAndLong, help: "Format: text, ansi (with colours), or json (the whole table, every column).")
    var output = Output.text

    @Option(help: ArgumentHelp("How long to wait, such as 10s or 2m.", valueName: "duration"))
    var timeout = WaitTime(seconds: 10)

    func run() async throws {
        try await withReasonOnFailure {
            let environment = ProcessInfo.processInfo.environment
            let setup = Setup(environment: environment)
            let kubeconfig = try loadKubeconfig(cluster.kubeconfig, environment: environment)
            printWarnings(of: kubeconfig)
            var surroundings = setup.surroundings(
                kubeconfig, context: cluster.context, overrides: cluster.overrides)
            surroundings.servePluginsOnTheTerminal()
            let state = try await loadView(
                options: LaunchOptions(
                    command: view, namespace: namespace.namespace, allNamespaces: namespace.allNamespaces,
                    utcOffsetSeconds: TimeZone.current.secondsFromGMT()),
                size: Size(columns: size.columns, rows: size.rows), timeout: .seconds(timeout.seconds),
                surroundings: surroundings)
            print(try text(of: state), terminator: "")
        }
    }

    private func text(of state: AppState) throws -> String {
        switch output {
        case .text: return render(state).grid.text
        case .ansi: return ansiText(render(state).grid, theme: Theme(depth: .twoHundredFiftySix))
        case .json:
            guard let table = state.tableDocument() else {
                throw CannotLook(description: "\(view) is no table; -o json prints tables")
            }
            var bytes: [UInt8] = []
            table.writeJSON(into: &bytes)
            return String(decoding: bytes, as: UTF8.self) + "\n"
        }
    }
}

/// `160x48`.
struct FrameSize: ExpressibleByArgument {
    var columns: Int
    var rows: Int

    init(columns: Int, rows: Int) {
        self.columns = columns
        self.rows = rows
    }

    init?(argument: String) {
        let parts = argument.split(separator: "x").compactMap { Int($0) }
        guard parts.count == 2, (1...1000).contains(parts[0]), (1...1000).contains(parts[1]) else { return nil }
        self.init(columns: parts[0], rows: parts[1])
    }

    var defaultValueDescription: String { "\(columns)x\(rows)" }
}

/// `10s`, `500ms`, `2m`, or a number of seconds.
struct WaitTime: ExpressibleByArgument {
    var seconds: Double

    init(seconds: Double) { self.seconds = seconds }

    init?(argument: String) {
        let units: [(String, Double)] = [("ms", 0.001), ("s", 1), ("m", 60), ("", 1)]
        for (suffix, factor) in units where argument.hasSuffix(suffix) {
            guard let number = Double(argument.dropLast(suffix.count)), number > 0, number * factor <= 86400 else {
                continue
            }
            seconds = number * factor
            return
        }
        return nil
    }

    var defaultValueDescription: String { "\(Int(seconds))s" }
}
