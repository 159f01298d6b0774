import AppRuntime
import ClusterState
import ConcurrencyTestSupport
import DemoCluster
import Describe
import Foundation
import KubernetesClient
import KubernetesModel
import Logging
import ModelTestSupport
import TestSupport
import Testing

private let liveKubeconfig = LiveKubectl.kubeconfig
private let kubectl = LiveKubectl.path

/// What Sextant says of an object beside `kubectl describe`, for every object of every kind.
@Suite(.enabled(if: kubectl != nil, "kubectl is not installed"), .timeLimit(.minutes(20)), .serialized)
struct LiveDescribeTests {
    @Test(.enabled(if: liveKubeconfig != nil, "SEXTANT_E2E_KUBECONFIG names no cluster"))
    func tellsWhatKubectlTellsOfARealCluster() async throws {
        let missing = try await missing(kubeconfig: URL(fileURLWithPath: try #require(liveKubeconfig)))
        #expect(missing.isEmpty, "\(missing.prefix(60).joined(separator: "\n"))")
    }

    @Test func tellsWhatKubectlTellsOfTheDemo() async throws {
        var options = DemoClusterOptions()
        options.stepInterval = nil
        let missing = try await withDemoCluster(options: options) { server in
            let file = FileManager.default.temporaryDirectory.appending(
                path: "describe-\(UUID().uuidString).kubeconfig")
            try Data(server.kubeconfig().utf8).write(to: file)
            defer { try? FileManager.default.removeItem(at: file) }
            return try await self.missing(kubeconfig: file)
        }
        #expect(missing.isEmpty, "\(missing.prefix(60).joined(separator: "\n"))")
    }

    /// An object that kubectl described.
    private struct Described {
        var resource: APIResource
        var namespace: String
        var name: String
        var text: String
    }

    /// What kubectl tells and we do not, with the object that it is about.
    private func missing(kubeconfig: URL) async throws -> [String] {
        let loaded = try Kubeconfig.load(explicitPath: kubeconfig.path, environment: [:], homeDirectory: nil)
        let access = try loaded.resolve(context: nil, overrides: AccessOverrides())
        let surroundings = try await Pilot.surroundings(kubeconfig: try String(contentsOf: kubeconfig, encoding: .utf8))
        let client = try surroundings.client(access)
        let result: Result<[String], any Error>
        do { result = .success(try await missing(kubeconfig.path, client)) } catch { result = .failure(error) }
        await client.shutdown()
        return try result.get()
    }

    private func missing(_ kubeconfig: String, _ client: KubernetesClient) async throws -> [String] {
        let offered = try await client.discover().resources.filter { resource in
            // Events come and go between two readings, and have no describer.
            resource.kind != "Event" && resource.groupResource.group != "metrics.k8s.io"
                && Set(resource.verbs).isSuperset(of: ["list", "get"])
        }
        var all: [Described] = []
        for resource in offered { all += try await described(resource, kubeconfig) }
        let scopes = all.reduce(into: Set<KindScope>()) { scopes, object in
            scopes.formUnion(
                describedScopes(
                    of: object.resource.groupResource, namespace: object.namespace, name: object.name))
        }
        let reading = ClusterReading(
            client: client, timeout: .seconds(300), logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
            localNow: { .systemNow })
        let snapshot = await reading.load(scopes)
        var lines: [String] = []
        // What other tests make is gone before it can be compared.
        for object in all where !object.namespace.hasPrefix("sextant-") && !object.name.hasPrefix("sextant-") {
            guard let told = try await told(of: object, snapshot, client) else { continue }
            var missing = missing(object.text, from: told.text, at: told.now)
            // A cluster that lives may have changed in between: then ours is read before kubectl's and after.
            for _ in 0..<10 where !missing.isEmpty {
                let scopes = describedScopes(
                    of: object.resource.groupResource, namespace: object.namespace, name: object.name)
                let before = try await self.told(of: object, await reading.load(scopes), client)
                let text = try await describe(object, kubeconfig)
                let after = try await self.told(of: object, await reading.load(scopes), client)
                guard let before, let after else {
                    missing = []
                    break
                }
                missing = self.missing(text, from: before.text + "\n" + after.text, at: after.now)
            }
            let title = "\(object.resource.groupResource) \(object.namespace)/\(object.name)"
            lines += missing.map { "\(title): \($0)" }
        }
        return lines
    }

    /// What we tell of an object, and when; `nil` when it is gone.
    private func told(
        of object: Described, _ snapshot: ClusterSnapshot, _ client: KubernetesClient
    ) async throws -> (text: String, now: Timestamp)? {
        let document: JSONValue
        do {
            document = try await client.get(object.resource, namespace: object.namespace, name: object.name)
        } catch let failure as APIFailure where failure.reason == .notFound {
            return nil
        }
        let now = Timestamp.systemNow
        let lines = describedLines(
            of: document, resource: object.resource.groupResource, snapshot: snapshot, now: now)
        return (lines.map(\.text).joined(separator: "\n"), now)
    }

    private func missing(_ text: String, from ours: String, at now: Timestamp) -> [String] {
        // Events happen between two readings; recorded ones are compared in DescribeTests.
        let text = text.range(of: "\nEvents:").map { String(text[..<$0.lowerBound]) } ?? text
        return KubectlComparison(kubectl: text, now: now).missing(from: ours)
    }

    // MARK: - kubectl

    /// What kubectl says of all objects of a kind, and of the first with its events.
    private func described(_ resource: APIResource, _ kubeconfig: String) async throws -> [Described] {
        let kind = "\(resource.groupResource.resource).\(resource.version).\(resource.groupResource.group)"
        let everywhere = resource.isNamespaced ? ["-A"] : []
        let path = "{range .items[*]}{.metadata.namespace}/{.metadata.name}{\"\\n\"}{end}"
        let names = try await run(["get", kind, "-o", "jsonpath=\(path)"] + everywhere, kubeconfig).split(
            separator: "\n")
        let text = try await run(["describe", kind] + everywhere, kubeconfig)
        var objects: [Described] = []
        for (name, text) in zip(names, parts(of: text)) {
            let parts = name.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
            guard parts.count == 2, text.hasPrefix("Name:"), text.prefix(while: { $0 != "\n" }).contains(parts[1])
            else {
                continue
            }
            objects.append(Described(resource: resource, namespace: parts[0], name: parts[1], text: text))
        }
        if var first = objects.first {
            first.text = try await describe(first, kubeconfig)
            objects[0] = first
        }
        return objects
    }

    /// kubectl puts two empty lines between objects.
    private func parts(of text: String) -> [String] {
        var parts: [String] = []
        for part in text.components(separatedBy: "\n\n\n") {
            if part.hasPrefix("Name:") || parts.isEmpty {
                parts.append(part)
            } else {
                parts[parts.count - 1] += "\n\n\n" + part
            }
        }
        return parts
    }

    private func describe(_ object: Described, _ kubeconfig: String) async throws -> String {
        let group = object.resource.groupResource
        return try await run(
            ["describe", "\(group.resource).\(object.resource.version).\(group.group)", object.name]
                + (object.namespace.isEmpty ? [] : ["-n", object.namespace]), kubeconfig)
    }

    /// What kubectl prints; nothing when it fails, as for an object that is gone.
    private func run(_ arguments: [String], _ kubeconfig: String) async throws -> String {
        let program = try #require(kubectl)
        return try await onOwnThread {
            let file = FileManager.default.temporaryDirectory.appending(path: "describe-\(UUID().uuidString)")
            try Data().write(to: file)
            defer { try? FileManager.default.removeItem(at: file) }
            let process = Process()
            process.executableURL = URL(fileURLWithPath: program)
            process.arguments = ["--kubeconfig", kubeconfig] + arguments
            process.standardInput = FileHandle.nullDevice
            process.standardOutput = try FileHandle(forWritingTo: file)
            process.standardError = FileHandle.nullDevice
            try process.run()
            process.waitUntilExit()
            return String(decoding: try Data(contentsOf: file), as: UTF8.self)
        }
    }
}
