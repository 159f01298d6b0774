import Foundation
import KubernetesClient
import Logging
import Streams
import Synchronization
import Testing

private let liveKubeconfig = LiveKubectl.kubeconfig
private let kubectlPath = LiveKubectl.path

/// Copies beside those of `kubectl cp`, on the cluster of `SEXTANT_E2E_KUBECONFIG`.
///
/// `SEXTANT_E2E_IMAGE` names an image with sh and tar that its nodes have or can get.
@Suite(
    .enabled(if: liveKubeconfig != nil, "SEXTANT_E2E_KUBECONFIG names no cluster"),
    .enabled(if: kubectlPath != nil, "kubectl is not installed"), .timeLimit(.minutes(20)))
struct LiveCopyTests {
    @Test func theSameFilesArriveAsWithKubectl() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "sextant-cp-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let here = "\(folder)/here"
        try fill(here)
        try await withPod { namespace, runner in
            let reported = Mutex<[CopyEvent]>([])
            let copy = ContainerCopy(runner) { event in
                if case .progress = event { return }
                reported.withLock { $0.append(event) }
            }
            #expect(try await copy.upload(here, to: "/tmp/ours").isComplete)
            try await LiveKubectl.run(["cp", here, "\(namespace)/box:/tmp/theirs"])
            #expect(try await copy.upload(here, to: "/tmp").isComplete)
            for (path, name) in [("/tmp/ours", "ours"), ("/tmp/theirs", "theirs"), ("/tmp/here", "inside")] {
                #expect(try await copy.download(path, to: "\(folder)/\(name)").isComplete)
                #expect(try contents("\(folder)/\(name)") == contents(here), "\(path)")
            }
            try await LiveKubectl.run(["cp", "--retries=10", "\(namespace)/box:/tmp/ours", "\(folder)/kubectl"])
            // kubectl leaves links out, and gives every file the same permissions.
            #expect(
                try contents("\(folder)/kubectl").mapValues { $0.drop { $0 != " " } }
                    == contents(here).filter { $1 != "link" }.mapValues { $0.drop { $0 != " " } })
            #expect(reported.withLock { $0 } == [])
            let failure = await #expect(throws: CopyFailure.self) {
                try await copy.download("/tmp/nothing", to: "\(folder)/nothing")
            }
            #expect(failure?.description.hasPrefix("nothing was copied: /tmp/nothing cannot be read in box") == true)
        }
    }

    private func fill(_ folder: String) throws {
        func file(_ name: String, _ data: Data, _ mode: Int = 0o644) throws {
            let url = URL(fileURLWithPath: "\(folder)/\(name)")
            try FileManager.default.createDirectory(
                at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
            try data.write(to: url)
            try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: url.path)
        }
        var random = SystemRandomNumberGenerator()
        let noise = Data((0..<(1 << 18)).flatMap { _ in withUnsafeBytes(of: random.next() as UInt64) { Array($0) } })
        try file("large", noise)
        try file("none", Data(), 0o600)
        try file("run.sh", Data("#!/bin/sh\n".utf8), 0o755)
        try file("with space/and\nline", Data("1".utf8))
        try file("\u{FC}n\u{EF}/\u{65E5}\u{672C} \u{1F389}", Data("2".utf8))
        try file("\(String(repeating: "d", count: 80))/\(String(repeating: "f", count: 99))", Data("3".utf8))
        try FileManager.default.createSymbolicLink(atPath: "\(folder)/link", withDestinationPath: "run.sh")
    }

    /// The files below a folder: permissions and bytes; links as such.
    private func contents(_ folder: String) throws -> [String: String] {
        var contents: [String: String] = [:]
        for case let path as String in FileManager.default.enumerator(atPath: folder)?.allObjects ?? [] {
            let attributes = try FileManager.default.attributesOfItem(atPath: "\(folder)/\(path)")
            switch attributes[.type] as? FileAttributeType {
            case .typeDirectory: break
            case .typeSymbolicLink: contents[path] = "link"
            default:
                let data = try Data(contentsOf: URL(fileURLWithPath: "\(folder)/\(path)"))
                contents[path] = "\((attributes[.posixPermissions] as? Int) ?? 0) \(data.base64EncodedString())"
            }
        }
        return contents
    }

    // MARK: The cluster

    /// Runs `body` with a pod called box.
    private func withPod(_ body: (_ namespace: String, PodRunner) async throws -> Void) async throws {
        let namespace = "sextant-copy-\(UInt32.random(in: 0...UInt32.max))"
        try await LiveKubectl.makeNamespace(namespace)
        try await LiveKubectl.run([
            "run", "box", "-n", namespace, "--image", LiveKubectl.image, "--image-pull-policy=IfNotPresent",
            "--command", "--", "sleep", "3600",
        ])
        try await LiveKubectl.run(["wait", "pod/box", "-n", namespace, "--for=condition=Ready", "--timeout=1100s"])
        let kubeconfig = try Kubeconfig.load(explicitPath: liveKubeconfig, environment: [:], homeDirectory: nil)
        let client = try KubernetesClient(
            try kubeconfig.resolve(context: nil), logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
            userAgent: "sextant-test")
        let runner = PodRunner(client: client, namespace: namespace, pod: "box", container: nil, choosing: { _ in })
        let result: Result<Void, any Error>
        do { result = .success(try await body(namespace, runner)) } catch { result = .failure(error) }
        await client.shutdown()
        try await LiveKubectl.run(["delete", "namespace", namespace, "--wait=false"])
        try result.get()
    }
}
