import AppCore
import AppRuntime
import ConcurrencyTestSupport
import Foundation
import KubernetesModel
import Screen
import TestSupport
import Testing

/// `kubectl` of this machine; `nil` when it is not installed.
let installedKubectl = ["/usr/local/bin/kubectl", "/usr/bin/kubectl"].first {
    FileManager.default.isExecutableFile(atPath: $0)
}

/// What `kubectl` prints of a cluster, beside what we show of it.
@MainActor
struct KubectlTables {
    /// The path of the cluster's kubeconfig.
    var kubeconfig: String
    /// Whether the server is so new that it prints `newerColumns`.
    var comparesNewerColumns = false

    /// What differs between kubectl's rows and those of our view.
    func differences(_ comparison: TableComparison) async throws -> [String] {
        let text = try String(contentsOfFile: kubeconfig, encoding: .utf8)
        return try await differences(comparison) {
            rows(
                of: try await loadView(
                    options: LaunchOptions(command: comparison.view, allNamespaces: comparison.isNamespaced),
                    size: Size(columns: 160, rows: 48), timeout: .seconds(300),
                    surroundings: try Pilot.surroundings(kubeconfig: text)))
        }
    }

    /// What differs between kubectl's rows and ours in the best of ten readings.
    ///
    /// A live cluster changes meanwhile: rows count that kubectl shows the same before ours were read and after.
    func differences(
        _ comparison: TableComparison, ours: () async throws -> [String: [String: String]]
    ) async throws -> [String] {
        var before = try await kubectlRows(comparison)
        #expect(comparison.mayBeEmpty || !before.isEmpty, "the cluster has none: nothing is compared")
        var unequal: [Difference] = []
        for _ in 0..<10 {
            let ours = try await ours()
            unequal = differences(comparison, before, ours)
            if unequal.isEmpty { break }
            let after = try await kubectlRows(comparison)
            let unsteady = Set(differences(comparison, before, after).map(\.key))
            unequal.removeAll { unsteady.contains($0.key) }
            if unequal.isEmpty { break }
            before = after
        }
        return unequal.map { "\($0.key): \($0.words)" }
    }

    /// A cell, or a whole row, that is not the same.
    private struct Difference {
        let key: String
        let words: String
    }

    private func differences(
        _ comparison: TableComparison, _ theirs: [String: [String: String]], _ ours: [String: [String: String]]
    ) -> [Difference] {
        Set(theirs.keys).union(ours.keys).sorted().flatMap { key -> [Difference] in
            guard let left = theirs[key], let right = ours[key] else {
                return [Difference(key: key, words: "only \(theirs[key] == nil ? "sextant" : "kubectl") has it")]
            }
            let columns = comparison.columns + (comparesNewerColumns ? comparison.newerColumns : [])
            return columns.compactMap { column in
                let (a, b) = (normalized(left[column], column), normalized(right[column], column))
                return a == b ? nil : Difference(key: key, words: "\(column): kubectl \(a), sextant \(b)")
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

    /// The cells of the table on the screen, by namespace and name.
    func rows(of state: AppState) -> [String: [String: String]] {
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
    private func kubectlRows(_ comparison: TableComparison) async throws -> [String: [String: String]] {
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

    /// What kubectl prints.
    func run(_ arguments: [String]) async throws -> String {
        try await Self.execute(try #require(installedKubectl), ["--kubeconfig", kubeconfig] + arguments)
    }

    /// Runs a program while the screen lives on.
    ///
    /// What it prints goes through files: a process that it leaves behind, such as a server, would keep a pipe open.
    ///
    /// - Returns: what it printed.
    /// - Throws: `Failed`, with what it printed to stderr, when it does not succeed.
    static func execute(_ program: String, _ arguments: [String]) async throws -> String {
        try await onOwnThread {
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
        }
    }
}
