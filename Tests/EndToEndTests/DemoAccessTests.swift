import Access
import AppRuntime
import DemoCluster
import Foundation
import KubernetesClient
import KubernetesModel
import Logging
import TestSupport
import Testing

/// What `sextant access` says of the demo's users beside `kubectl auth whoami` and `kubectl auth can-i --list`.
@Suite(.needsKubectl, .timeLimit(.minutes(20))) @MainActor
struct DemoAccessTests {
    /// A line of `kubectl auth can-i --list`.
    private struct Line {
        var resources: [Substring]
        var names: [Substring]
        var verbs: [Substring]

        /// Reads a line of columns that begin where the words of the heading do.
        init(_ line: String, heading: String) {
            let begins = ["Resources", "Non-Resource URLs", "Resource Names", "Verbs"].compactMap {
                heading.range(of: $0)?.lowerBound.utf16Offset(in: heading)
            }
            func words(_ column: Int) -> [Substring] {
                let end = column + 1 < begins.count ? begins[column + 1] : line.utf16.count
                let from = line.utf16.index(line.startIndex, offsetBy: min(begins[column], line.utf16.count))
                let to = line.utf16.index(line.startIndex, offsetBy: min(end, line.utf16.count))
                return line[from..<to].split { " []".contains($0) }
            }
            (resources, names, verbs) = (words(0), words(2), words(3))
        }

        func allows(_ verb: String, _ resource: GroupResource) -> Bool {
            let everything = ["*.*", resource.group.isEmpty ? "*" : "*.\(resource.group)", "\(resource)"]
            return names.isEmpty && resources.contains { everything.contains(String($0)) }
                && verbs.contains { $0 == "*" || $0 == verb }
        }
    }

    private func compare(_ kubectl: DemoKubectl) async throws {
        let access = try Pilot.surroundings(kubeconfig: try String(contentsOf: kubectl.kubeconfig, encoding: .utf8))
            .kubeconfig.resolve(context: kubectl.context)
        let client = try KubernetesClient(access, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        let result: Result<AccessReport, any Error>
        do {
            result = .success(try await AccessReading(client, access: access).report(namespace: "shop"))
        } catch {
            result = .failure(error)
        }
        #expect(client.requestCount <= AccessReading.requestLimit)
        await client.shutdown()
        let report = try result.get()
        let who = try await kubectl.output("auth whoami -o json")
        let user = try Array(who.utf8).withUnsafeBytes { try JSONValue(parsing: $0) }["status"]?["userInfo"]
        guard case .string(let name)? = user?["username"], case .array(let groups)? = user?["groups"] else {
            throw CocoaError(.coderInvalidValue)
        }
        #expect(report.source == .server)
        #expect(report.identity?.username == name)
        #expect(report.identity?.groups.map { .string($0) } == groups)
        let listed = try await kubectl.run("auth can-i --list -n shop").lines
        let heading = try #require(listed.first)
        let lines = listed.dropFirst().map { Line($0, heading: heading) }
        #expect(!report.rows.isEmpty)
        for row in report.rows {
            for (verb, verdict) in zip(AccessReport.verbs, row.verdicts) {
                #expect(
                    (verdict == .yes) == lines.contains { $0.allows(verb, row.resource) },
                    "\(verb) \(row.resource) as \(name): \(verdict)")
            }
        }
    }

    @Test(arguments: ["demo-admin", "demo-developer", "demo-nobody"])
    func aUserIsAndMayWhatKubectlSays(context: String) async throws {
        try await withDemoKubectl { kubectl in try await compare(kubectl.with(context: context)) }
    }

    @Test func aServiceAccountIsAndMayWhatKubectlSays() async throws {
        try await withDemoKubectl { kubectl in
            let token = try await kubectl.output("create token deployer -n shop").trimmingCharacters(in: .newlines)
            _ = try await kubectl.output("config set-credentials demo-nobody --token=\(token)")
            try await compare(kubectl.with(context: "demo-nobody"))
        }
    }
}
