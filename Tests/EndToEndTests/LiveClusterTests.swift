import AppCore
import AppRuntime
import ClusterState
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

/// A shell command that kills the cluster's API server and starts it again.
private let restartCommand = ProcessInfo.processInfo.environment["SEXTANT_E2E_RESTART_APISERVER"]

/// A file in the folder of the cluster's kubeconfig; `nil` when it is not there.
private func besides(_ name: String) -> String? {
    guard let liveKubeconfig else { return nil }
    let path = URL(fileURLWithPath: liveKubeconfig).deletingLastPathComponent().appending(path: name).path
    return FileManager.default.isReadableFile(atPath: path) ? path : nil
}

/// Sextant beside `kubectl` on the cluster of `SEXTANT_E2E_KUBECONFIG`.
@Suite(
    .enabled(if: liveKubeconfig != nil, "SEXTANT_E2E_KUBECONFIG names no cluster"),
    .timeLimit(.minutes(10)), .serialized)
@MainActor
struct LiveClusterTests {
    /// A column of `kubectl get` and how it compares with ours.
    struct Comparison: Sendable {
        var view: String
        /// Titles as both print them, NAMESPACE and NAME aside.
        var columns: [String]
        var isNamespaced = true
        /// Whether a small cluster may have none, so that nothing is compared.
        var mayBeEmpty = false
    }

    /// Where a server older than 1.36 prints a column differently, it is left out here, or made alike in `normalized`.
    ///
    /// - pods RESTARTS: before 1.23 without "(5m ago)"; ours has it, so only the number is compared.
    /// - nodes KERNEL-VERSION: without the architecture; not compared.
    /// - horizontalpodautoscalers TARGETS: before 1.30 without the resource's name.
    /// - jobs STATUS, cronjobs TIMEZONE, VOLUMEATTRIBUTESCLASS, PREEMPTIONPOLICY: newer servers only; not compared.
    /// - endpointslices PORTS and ENDPOINTS: the same. AGE and LAST SEEN pass between two readings: not compared.
    nonisolated static let comparisons = [
        Comparison(view: "pods", columns: ["READY", "STATUS", "RESTARTS", "IP", "NODE"]),
        Comparison(view: "services", columns: ["TYPE", "CLUSTER-IP", "EXTERNAL-IP", "PORT(S)", "SELECTOR"]),
        Comparison(view: "ingresses", columns: ["CLASS", "HOSTS", "ADDRESS", "PORTS"]),
        Comparison(
            view: "deployments", columns: ["READY", "UP-TO-DATE", "AVAILABLE", "CONTAINERS", "IMAGES", "SELECTOR"]),
        Comparison(view: "statefulsets", columns: ["READY", "CONTAINERS", "IMAGES"]),
        Comparison(
            view: "daemonsets",
            columns: [
                "DESIRED", "CURRENT", "READY", "UP-TO-DATE", "AVAILABLE", "NODE SELECTOR", "CONTAINERS", "IMAGES",
                "SELECTOR",
            ]),
        Comparison(
            view: "replicasets", columns: ["DESIRED", "CURRENT", "READY", "CONTAINERS", "IMAGES", "SELECTOR"]),
        Comparison(view: "endpointslices", columns: ["ADDRESSTYPE", "PORTS", "ENDPOINTS"]),
        Comparison(view: "namespaces", columns: ["STATUS"], isNamespaced: false),
        Comparison(view: "jobs", columns: ["COMPLETIONS", "CONTAINERS", "IMAGES", "SELECTOR"]),
        Comparison(
            view: "cronjobs", columns: ["SCHEDULE", "SUSPEND", "ACTIVE", "CONTAINERS", "IMAGES", "SELECTOR"]),
        Comparison(
            view: "horizontalpodautoscalers", columns: ["REFERENCE", "TARGETS", "MINPODS", "MAXPODS", "REPLICAS"]),
        Comparison(
            view: "poddisruptionbudgets", columns: ["MIN AVAILABLE", "MAX UNAVAILABLE", "ALLOWED DISRUPTIONS"]),
        Comparison(
            view: "persistentvolumeclaims",
            columns: ["STATUS", "VOLUME", "CAPACITY", "ACCESS MODES", "STORAGECLASS", "VOLUMEMODE"]),
        Comparison(
            view: "persistentvolumes",
            columns: [
                "CAPACITY", "ACCESS MODES", "RECLAIM POLICY", "STATUS", "CLAIM", "STORAGECLASS", "REASON",
                "VOLUMEMODE",
            ], isNamespaced: false),
        Comparison(
            view: "storageclasses",
            columns: ["PROVISIONER", "RECLAIMPOLICY", "VOLUMEBINDINGMODE", "ALLOWVOLUMEEXPANSION"],
            isNamespaced: false, mayBeEmpty: true),
        Comparison(view: "configmaps", columns: ["DATA"]),
        Comparison(view: "secrets", columns: ["TYPE", "DATA"]),
        Comparison(view: "serviceaccounts", columns: ["SECRETS"]),
        Comparison(view: "roles", columns: ["CREATED AT"]),
        Comparison(view: "rolebindings", columns: ["ROLE", "USERS", "GROUPS", "SERVICEACCOUNTS"]),
        Comparison(view: "clusterroles", columns: ["CREATED AT"], isNamespaced: false),
        Comparison(
            view: "clusterrolebindings", columns: ["ROLE", "USERS", "GROUPS", "SERVICEACCOUNTS"], isNamespaced: false),
        Comparison(view: "networkpolicies", columns: ["POD-SELECTOR"]),
        Comparison(
            view: "ingressclasses", columns: ["CONTROLLER", "PARAMETERS"], isNamespaced: false, mayBeEmpty: true),
        Comparison(view: "resourcequotas", columns: ["REQUEST", "LIMIT"]),
        Comparison(view: "limitranges", columns: ["CREATED AT"], mayBeEmpty: true),
        Comparison(view: "endpoints", columns: ["ENDPOINTS"]),
        Comparison(view: "leases", columns: ["HOLDER"]),
        Comparison(view: "priorityclasses", columns: ["VALUE", "GLOBAL-DEFAULT"], isNamespaced: false),
        Comparison(view: "customresourcedefinitions", columns: ["CREATED AT"], isNamespaced: false),
        Comparison(
            view: "nodes", columns: ["STATUS", "ROLES", "VERSION", "INTERNAL-IP", "OS-IMAGE"], isNamespaced: false),
    ]

    @Test(.enabled(if: kubectl != nil, "kubectl is not installed"), arguments: comparisons)
    func agreesWithKubectlOnEveryRow(comparison: Comparison) async throws {
        let unequal = try await differences(comparison) {
            rows(
                of: try await loadView(
                    options: LaunchOptions(command: comparison.view, allNamespaces: comparison.isNamespaced),
                    size: Size(columns: 160, rows: 48), timeout: .seconds(30),
                    surroundings: try Pilot.surroundings(kubeconfig: try kubeconfig())))
        }
        #expect(unequal == [])
    }

    /// What differs between kubectl's rows and ours in the best of ten readings: a live cluster may change between two.
    private func differences(
        _ comparison: Comparison, ours: () async throws -> [String: [String: String]]
    ) async throws -> [String] {
        var unequal = [""]
        for _ in 0..<10 where !unequal.isEmpty {
            let theirs = try await kubectlRows(comparison)
            #expect(comparison.mayBeEmpty || !theirs.isEmpty, "the cluster has none: nothing is compared")
            unequal = differences(comparison, theirs, try await ours())
        }
        return unequal
    }

    private func differences(
        _ comparison: Comparison, _ theirs: [String: [String: String]], _ ours: [String: [String: String]]
    ) -> [String] {
        Set(theirs.keys).union(ours.keys).sorted().flatMap { key -> [String] in
            guard let left = theirs[key], let right = ours[key] else {
                return ["\(key): only \(theirs[key] == nil ? "sextant" : "kubectl") has it"]
            }
            return comparison.columns.compactMap { column in
                let (a, b) = (normalized(left[column], column), normalized(right[column], column))
                return a == b ? nil : "\(key) \(column): kubectl \(a), sextant \(b)"
            }
        }
    }

    /// Cells of one meaning in one spelling.
    private func normalized(_ text: String?, _ column: String) -> String {
        let text = text ?? "(no such column)"
        if column == "RESTARTS" { return String(text.prefix { $0 != " " }) }
        // Before 1.30 without the resource's name.
        if column == "TARGETS" { return text.replacing(#/[a-z]+: /#, with: "") }
        return text
    }

    private func kubeconfig() throws -> String {
        try String(contentsOfFile: try #require(liveKubeconfig), encoding: .utf8)
    }

    /// The cells of the table on the screen, by namespace and name.
    private func rows(of state: AppState) -> [String: [String: String]] {
        guard case .array(let rows)? = state.tableDocument()?["rows"] else { return [:] }
        var result: [String: [String: String]] = [:]
        for case .object(let members) in rows {
            var cells: [String: String] = [:]
            for member in members {
                if case .string(let text) = member.value { cells[member.key] = text }
            }
            let key = "\(cells["NAMESPACE"] ?? "")/\(cells["NAME"] ?? "")"
            #expect(result[key] == nil, "\(key) has two rows")
            result[key] = cells
        }
        return result
    }

    /// `kubectl get -o wide`, cut at the columns' first letters.
    private func kubectlRows(_ comparison: Comparison) async throws -> [String: [String: String]] {
        var arguments = ["get", comparison.view, "-o", "wide"]
        if comparison.isNamespaced { arguments.append("-A") }
        let lines = try await run(arguments).split(separator: "\n").map { Array($0) }
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
            let row = Dictionary(zip(titles, cells(line))) { first, _ in first }
            result["\(row["NAMESPACE"] ?? "")/\(row["NAME"] ?? "")"] = row
        }
        return result
    }

    /// A program that failed, in its own words.
    struct Failed: Error, CustomStringConvertible { let description: String }

    private func run(_ arguments: [String]) async throws -> String {
        try await execute(try #require(kubectl), ["--kubeconfig", try #require(liveKubeconfig)] + arguments)
    }

    /// Runs a program while the screen lives on.
    ///
    /// What it prints goes through files: a process that it leaves behind, such as a server, would keep a pipe open.
    ///
    /// - Returns: what it printed.
    /// - Throws: `Failed`, with what it printed to stderr, when it does not succeed.
    private func execute(_ program: String, _ arguments: [String]) async throws -> String {
        try await Task.detached {
            let folder = FileManager.default.temporaryDirectory.appending(path: "sextant-e2e-\(UUID().uuidString)")
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            defer { try? FileManager.default.removeItem(at: folder) }
            let (output, words) = (folder.appending(path: "out"), folder.appending(path: "err"))
            let process = Process()
            process.executableURL = URL(fileURLWithPath: program)
            process.arguments = arguments
            process.standardInput = FileHandle.nullDevice
            for file in [output, words] { try Data().write(to: file) }
            process.standardOutput = try FileHandle(forWritingTo: output)
            process.standardError = try FileHandle(forWritingTo: words)
            try process.run()
            process.waitUntilExit()
            guard process.terminationStatus == 0 else {
                let complaint = try String(contentsOf: words, encoding: .utf8)
                throw Failed(description: "\(program) \(arguments): exit \(process.terminationStatus): \(complaint)")
            }
            return try String(contentsOf: output, encoding: .utf8)
        }.value
    }

    /// Makes a namespace for the body and removes it however the body ends.
    private func withNamespace(_ body: (String) async throws -> Void) async throws {
        let namespace = "sextant-e2e-\(UInt32.random(in: 0..<1_000_000))"
        let result: Result<Void, any Error>
        do {
            result = .success(try await body(namespace))
        } catch {
            result = .failure(error)
        }
        _ = try await run(["delete", "namespace", namespace, "--ignore-not-found", "--wait=false"])
        try result.get()
    }

    @Test(.enabled(if: kubectl != nil, "kubectl is not installed"))
    func whatKubectlMakesAppearsAndVanishesOnTheScreen() async throws {
        try await withNamespace { namespace in
            try await Pilot.fly(try kubeconfig(), options: LaunchOptions(command: "ns /\(namespace)")) { pilot in
                try await pilot.wait(for: "match /\(namespace)")
                _ = try await run(["create", "namespace", namespace])
                try await pilot.wait(for: "\(namespace)  Active")
                _ = try await run(["delete", "namespace", namespace, "--wait=false"])
                try await pilot.wait(for: "match /\(namespace)")
            }
        }
    }

    @Test(
        .enabled(if: kubectl != nil, "kubectl is not installed"),
        .enabled(if: restartCommand != nil, "SEXTANT_E2E_RESTART_APISERVER names no command"))
    func aKilledServerThatComesBackIsShownAsItIs() async throws {
        let comparison = try #require(Self.comparisons.first { $0.view == "pods" })
        let restart = try #require(restartCommand)
        try await withNamespace { namespace in
            _ = try await run(["create", "namespace", namespace])
            try await makePod("before", in: namespace)
            let options = LaunchOptions(command: "pods", allNamespaces: true)
            try await Pilot.fly(try kubeconfig(), options: options) { pilot in
                try await pilot.wait("the first pods") { $0.table?.loadState == .ready && $0.connection == .connected }
                let first = Set(rows(of: pilot.state).keys)
                var neverGone = first
                var states: Set<String> = []
                let before = pilot.application.didChange
                pilot.application.didChange = {
                    neverGone.formIntersection(rows(of: pilot.state).keys)
                    if case .stale? = pilot.state.table?.loadState { states.insert("stale") }
                    before?()
                }
                _ = try await execute("/bin/sh", ["-c", restart])
                try await pilot.wait("the rows to go stale") { _ in states.contains("stale") }
                // The server may need a while; kubectl says so as long as it does.
                while (try? await run(["get", "--raw", "/readyz"])) != "ok" {}
                try await makePod("after", in: namespace)
                _ = try await run(["delete", "pod", "before", "-n", namespace, "--grace-period=0", "--force"])
                try await pilot.wait("the rows to be current again") { state in
                    guard state.table?.loadState == .ready else { return false }
                    let rows = rows(of: state)
                    return rows["\(namespace)/after"] != nil && rows["\(namespace)/before"] == nil
                }
                let unequal = try await differences(comparison) { rows(of: pilot.state) }
                #expect(unequal == [])
                // Other pods may end meanwhile, as those of tests that came before.
                let last = Set(rows(of: pilot.state).keys)
                #expect(first.intersection(last).subtracting(neverGone) == [], "no row went and came back")
            }
        }
    }

    /// Makes a pod that is never scheduled.
    private func makePod(_ name: String, in namespace: String) async throws {
        _ = try await run([
            "run", name, "-n", namespace, "--image=none", "--restart=Never",
            #"--overrides={"spec":{"nodeSelector":{"sextant.test/none":"none"}}}"#,
        ])
    }

    @Test(.enabled(if: besides("viewer.kubeconfig") != nil, "no viewer.kubeconfig beside the cluster's"))
    func aUserOfOneNamespaceSeesItAndIsToldWhy() async throws {
        let text = try String(contentsOfFile: try #require(besides("viewer.kubeconfig")), encoding: .utf8)
        try await Pilot.fly(text, options: LaunchOptions(allNamespaces: true)) { pilot in
            try await pilot.wait(for: "Running")
            #expect(pilot.screen.contains("Showing demo only"))
        }
    }

    @Test(.enabled(if: besides("expired.kubeconfig") != nil, "no expired.kubeconfig beside the cluster's"))
    func anExpiredCredentialIsSaid() async throws {
        let text = try String(contentsOfFile: try #require(besides("expired.kubeconfig")), encoding: .utf8)
        try await Pilot.fly(text) { pilot in
            try await pilot.wait(for: "Unauthorized")
        }
    }
}
