import ArgumentParser
import DemoCluster
import Foundation
import Testing

@testable import sextant

struct DemoFlagTests {
    private func parsed(_ arguments: String) throws -> Demo {
        let words = arguments.split(separator: " ").map(String.init)
        return try #require(try Sextant.parseAsRoot(Sextant.ordered(words)) as? Demo)
    }

    @Test func theFlagsSayWhatIsServedAndWhere() throws {
        let demo = try parsed("demo --serve --port 8443 --seed 7 --pods 100000 --churn 500 --write-kubeconfig f")
        #expect(demo.serve && demo.port == 8443 && demo.seed == 7 && demo.pods == 100_000 && demo.churn == 500)
        #expect(demo.writeKubeconfig == "f")
        #expect(try parsed("--seed 3 demo").seed == 3)
    }

    @Test(arguments: [
        ("--port 65536", "--port is a number from 0 to 65535, not 65536."),
        ("--port=-1", "--port is a number from 0 to 65535, not -1."),
        ("--pods 100001", "--pods is a number from 0 to 100000, not 100001."),
        ("--pods 10 --churn 5001", "--churn is a number from 0 to 5000, not 5001."),
        ("--churn 5", "--churn needs generated pods: --pods."),
    ])
    func whatIsOutOfRangeIsRefused(flags: String, words: String) {
        do {
            _ = try parsed("demo \(flags)")
            Issue.record("\(flags) was taken")
        } catch {
            #expect(Sextant.message(for: error) == words)
        }
    }

    private func withFolder(_ body: (String) throws -> Void) throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "sextant-test-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try body(folder)
    }

    @Test func theKubeconfigIsForItsOwnerAndReplacesOnlyItself() throws {
        try withFolder { folder in
            let path = folder + "/config"
            let file = DemoKubeconfigFile(path: path)
            for text in ["one", "two"] {
                try file.write("\(DemoAccounts.firstLine)\n\(text)\n")
                #expect(try String(contentsOfFile: path, encoding: .utf8) == "\(DemoAccounts.firstLine)\n\(text)\n")
                let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
                #expect(mode == 0o600)
            }
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["config"])
            try Data("apiVersion: v1\nkind: Config\n".utf8).write(to: URL(fileURLWithPath: path))
            let failure = #expect(throws: CannotLook.self) { try file.write(DemoAccounts.firstLine) }
            #expect(failure?.description == "\(path) was not written by the demo and is not replaced")
            #expect(try String(contentsOfFile: path, encoding: .utf8) == "apiVersion: v1\nkind: Config\n")
        }
    }

    @Test func whatCannotBeWrittenIsSaidWithTheReason() throws {
        try withFolder { folder in
            for (path, words) in [
                (folder, "\(folder) is a folder"),
                (folder + "/no/config", "\(folder)/no/config cannot be written: No such file or directory"),
            ] {
                let failure = #expect(throws: CannotLook.self) { try DemoKubeconfigFile(path: path).write("x") }
                #expect(failure?.description == words)
            }
        }
    }
}
