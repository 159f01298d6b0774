import AppCore
import AppRuntime
import Foundation
import KubernetesModel
import Screen
import TestSupport
import Testing

/// A kubeconfig of a cluster to read from; never the user's own by accident.
private let liveKubeconfig = ProcessInfo.processInfo.environment["SEXTANT_E2E_KUBECONFIG"]
private let kubectl = ["/usr/local/bin/kubectl", "/usr/bin/kubectl"].first {
    FileManager.default.isExecutableFile(atPath: $0)
}

/// Sextant beside `kubectl` on the cluster of `SEXTANT_E2E_KUBECONFIG`.
@Suite(
    .enabled(if: liveKubeconfig != nil, "SEXTANT_E2E_KUBECONFIG names no cluster"),
    .timeLimit(.minutes(3)), .serialized)
@MainActor
struct LiveClusterTests {
    /// A column of `kubectl get` and how it compares with ours.
    struct Comparison: Sendable {
        var view: String
        /// Titles as both print them, NAMESPACE and NAME aside.
        var columns: [String]
        var isNamespaced = true
    }

    /// Where a server older than 1.36 prints a column differently, it is left out here, or made alike in `normalized`.
    ///
    /// - pods RESTARTS: before 1.23 without "(5m ago)"; ours has it, so only the number is compared.
    /// - nodes KERNEL-VERSION: without the architecture; not compared.
    /// - endpointslices PORTS and ENDPOINTS: the same. AGE and LAST SEEN pass between two readings: not compared.
    nonisolated static let comparisons = [
        Comparison(view: "pods", columns: ["READY", "STATUS", "RESTARTS", "IP", "NODE"]),
        Comparison(view: "services", columns: ["TYPE", "CLUSTER-IP", "EXTERNAL-IP", "PORT(S)", "SELECTOR"]),
        Comparison(view: "ingresses", columns: ["CLASS", "HOSTS", "ADDRESS", "PORTS"]),
        Comparison(
            view: "deployments", columns: ["READY", "UP-TO-DATE", "AVAILABLE", "CONTAINERS", "IMAGES", "SELECTOR"]),
        Comparison(view: "endpointslices", columns: ["ADDRESSTYPE", "PORTS", "ENDPOINTS"]),
        Comparison(view: "namespaces", columns: ["STATUS"], isNamespaced: false),
        Comparison(
            view: "nodes", columns: ["STATUS", "ROLES", "VERSION", "INTERNAL-IP", "OS-IMAGE"], isNamespaced: false),
    ]

    @Test(.enabled(if: kubectl != nil, "kubectl is not installed"), arguments: comparisons)
    func agreesWithKubectlOnEveryRow(comparison: Comparison) async throws {
        var differences = [""]
        // A live cluster may change between the two readings.
        for _ in 0..<10 where !differences.isEmpty {
            let theirs = try kubectlRows(comparison)
            let ours = try await ourRows(comparison)
            if !comparison.isNamespaced { #expect(!theirs.isEmpty) }
            differences = Set(theirs.keys).union(ours.keys).sorted().flatMap { key -> [String] in
                guard let left = theirs[key], let right = ours[key] else {
                    return ["\(key): only \(theirs[key] == nil ? "sextant" : "kubectl") has it"]
                }
                return comparison.columns.compactMap { column in
                    let (a, b) = (normalized(left[column], column), normalized(right[column], column))
                    return a == b ? nil : "\(key) \(column): kubectl \(a), sextant \(b)"
                }
            }
        }
        #expect(differences == [])
    }

    /// Cells of one meaning in one spelling.
    private func normalized(_ text: String?, _ column: String) -> String {
        let text = text ?? "(no such column)"
        if column == "RESTARTS" { return String(text.prefix { $0 != " " }) }
        return text
    }

    private func kubeconfig() throws -> String {
        try String(contentsOfFile: try #require(liveKubeconfig), encoding: .utf8)
    }

    private func ourRows(_ comparison: Comparison) async throws -> [String: [String: String]] {
        let state = try await loadView(
            options: LaunchOptions(command: comparison.view, allNamespaces: comparison.isNamespaced),
            size: Size(columns: 160, rows: 48), timeout: .seconds(30),
            surroundings: try Pilot.surroundings(kubeconfig: try kubeconfig()))
        guard case .array(let rows)? = state.tableDocument()?["rows"] else { return [:] }
        var result: [String: [String: String]] = [:]
        for case .object(let members) in rows {
            let cells = Dictionary(
                uniqueKeysWithValues: members.map { member -> (String, String) in
                    if case .string(let text) = member.value { (member.key, text) } else { (member.key, "") }
                })
            result["\(cells["NAMESPACE"] ?? "")/\(cells["NAME"] ?? "")"] = cells
        }
        return result
    }

    /// `kubectl get -o wide`, cut at the columns' first letters.
    private func kubectlRows(_ comparison: Comparison) throws -> [String: [String: String]] {
        var arguments = ["get", comparison.view, "-o", "wide"]
        if comparison.isNamespaced { arguments.append("-A") }
        let lines = try run(arguments).split(separator: "\n").map { Array($0) }
        guard let header = lines.first else { return [:] }
        var starts: [Int] = []
        for index in header.indices where header[index] != " " {
            // Titles are apart by two spaces or more; within one there may be one (`NOMINATED NODE`).
            if index == 0 || (header[index - 1] == " " && (index == 1 || header[index - 2] == " ")) {
                starts.append(index)
            }
        }
        func cells(_ line: [Character]) -> [String] {
            starts.indices.map { column in
                let end = column + 1 < starts.count ? starts[column + 1] : line.count
                guard starts[column] < line.count else { return "" }
                return String(line[starts[column]..<min(end, line.count)]).trimmingCharacters(in: .whitespaces)
            }
        }
        let titles = cells(header)
        var result: [String: [String: String]] = [:]
        for line in lines.dropFirst() {
            let row = Dictionary(uniqueKeysWithValues: zip(titles, cells(line)))
            result["\(row["NAMESPACE"] ?? "")/\(row["NAME"] ?? "")"] = row
        }
        return result
    }

    private func run(_ arguments: [String]) throws -> String {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: try #require(kubectl))
        process.arguments = ["--kubeconfig", try #require(liveKubeconfig)] + arguments
        let output = Pipe()
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.run()
        let data = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return String(decoding: data, as: UTF8.self)
    }

    @Test(.enabled(if: kubectl != nil, "kubectl is not installed"))
    func whatKubectlMakesAppearsAndVanishesOnTheScreen() async throws {
        let namespace = "sextant-e2e-\(UInt32.random(in: 0..<1_000_000))"
        try await Pilot.fly(try kubeconfig(), options: LaunchOptions(command: "ns /\(namespace)")) { pilot in
            try await pilot.wait(for: "match /\(namespace)")
            _ = try run(["create", "namespace", namespace])
            try await pilot.wait(for: "\(namespace)  Active")
            _ = try run(["delete", "namespace", namespace, "--wait=false"])
            try await pilot.wait(for: "match /\(namespace)")
        }
    }

    @Test func aUserOfOneNamespaceSeesItAndIsToldWhy() async throws {
        let viewer = URL(fileURLWithPath: try #require(liveKubeconfig)).deletingLastPathComponent()
            .appending(path: "viewer.kubeconfig")
        guard let text = try? String(contentsOf: viewer, encoding: .utf8) else { return }
        try await Pilot.fly(text, options: LaunchOptions(allNamespaces: true)) { pilot in
            try await pilot.wait(for: "Running")
            #expect(pilot.screen.contains("Showing demo only"))
        }
    }

    @Test func anExpiredCredentialIsSaid() async throws {
        let expired = URL(fileURLWithPath: try #require(liveKubeconfig)).deletingLastPathComponent()
            .appending(path: "expired.kubeconfig")
        guard let text = try? String(contentsOf: expired, encoding: .utf8) else { return }
        try await Pilot.fly(text) { pilot in
            try await pilot.wait(for: "Unauthorized")
        }
    }
}
