import DemoCluster
import Foundation
import KubernetesClient
import KubernetesModel
import Logging
import Streams
import TestSupport
import Testing

/// Copies over real streams, to the demo's containers, whose server can be told the end of standard input.
@Suite(.timeLimit(.minutes(20))) @MainActor
struct DemoCopyTests {
    private func withCopy(
        container: String? = nil, _ body: (ContainerCopy<PodRunner>, _ folder: String) async throws -> Void
    ) async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "sextant-cp-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try await serving { server in
            try Data(server.kubeconfig().utf8).write(to: URL(fileURLWithPath: "\(folder)/kubeconfig"))
            let kubeconfig = try Kubeconfig.load(
                explicitPath: "\(folder)/kubeconfig", environment: [:], homeDirectory: nil)
            let client = try KubernetesClient(
                try kubeconfig.resolve(context: nil), logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
            let runner = PodRunner(
                client: client, namespace: "shop", pod: "web-1", container: container, choosing: { _ in })
            let result: Result<Void, any Error>
            do {
                result = .success(try await body(ContainerCopy(runner) { _ in }, folder))
            } catch { result = .failure(error) }
            await client.shutdown()
            try result.get()
        }
    }

    @Test func aFolderGoesToTheDemoAndBack() async throws {
        try await withCopy { copy, folder in
            let files = [
                "a": Data("alpha".utf8), "none": Data(), "sub/with space": Data("s".utf8),
                "sub/\(String(repeating: "l", count: 120))": Data("long".utf8),
                "large": Data(repeating: 7, count: 500_001),
            ]
            try FileManager.default.createDirectory(atPath: "\(folder)/here/sub", withIntermediateDirectories: true)
            for (name, data) in files { try data.write(to: URL(fileURLWithPath: "\(folder)/here/\(name)")) }
            try FileManager.default.createSymbolicLink(atPath: "\(folder)/here/link", withDestinationPath: "a")
            let sent = try await copy.upload("\(folder)/here", to: "/tmp")
            #expect((sent.isComplete, sent.progress.files) == (true, files.count))
            let got = try await copy.download("/tmp/here", to: "\(folder)/back")
            #expect((got.isComplete, got.progress.files) == (true, files.count))
            for (name, data) in files {
                #expect(FileManager.default.contents(atPath: "\(folder)/back/\(name)") == data, "\(name)")
            }
            #expect(try FileManager.default.destinationOfSymbolicLink(atPath: "\(folder)/back/link") == "a")
        }
    }

    @Test func whatIsNotThereIsSaid() async throws {
        try await withCopy { copy, folder in
            await #expect(throws: CopyFailure.self) { try await copy.download("/no/such", to: "\(folder)/x") }
            #expect(!FileManager.default.fileExists(atPath: "\(folder)/x"))
        }
        try await withCopy(container: "nope") { copy, folder in
            let failure = await #expect(throws: APIFailure.self) {
                try await copy.download("/etc/hostname", to: "\(folder)/x")
            }
            #expect(failure?.description.contains("nope") == true)
        }
    }
}
