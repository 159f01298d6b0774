import Foundation
import KubernetesModel
import Testing

@testable import AppRuntime

@Suite struct AuditLogTests {
    private let entry = AuditEntry(
        time: Timestamp(microseconds: 1_795_262_624_250_000), id: "run/0", context: "prod", cluster: "east",
        server: "https://east.example.com:6443", user: "alice", asUser: "root", asGroups: ["admins"], verb: "scale",
        resource: APIResource(
            groupResource: GroupResource(group: "apps", resource: "deployments"), version: "v1", kind: "Deployment"),
        namespace: "shop", name: "web", uid: "u1", parameters: [("from", "3"), ("to", "5")],
        command: "kubectl --context prod -n shop scale deployments/web --current-replicas=3 --replicas=5")

    /// Runs `body` with the path of a log in an empty folder.
    private func withFolder(_ body: (String) throws -> Void) throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "audit-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try body(folder.appending(path: "audit.log").path)
    }

    private func permissions(_ path: String) throws -> Int? {
        try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
    }

    @Test func aLineSaysWhatWasMeantAndAnotherWhatBecameOfIt() throws {
        try withFolder { path in
            let log = AuditLog(path: path)
            try log.append(entry)
            var end = entry
            end.outcome = .init(word: "failed", detail: "no \"quota\"\nleft")
            try log.append(end)
            let lines = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n")
            let common = """
                "context":"prod","cluster":"east","server":"https://east.example.com:6443","user":"alice","as":"root",\
                "asGroups":["admins"],"verb":"scale","apiVersion":"apps/v1","resource":"deployments",\
                "namespace":"shop","name":"web","uid":"u1","parameters":{"from":"3","to":"5"},\
                "command":"kubectl --context prod -n shop scale deployments/web --current-replicas=3 --replicas=5"
                """
            #expect(
                lines == [
                    #"{"time":"2026-11-21T12:03:44.250000Z","id":"run/0","phase":"intent",\#(common)}"#,
                    #"{"time":"2026-11-21T12:03:44.250000Z","id":"run/0","phase":"outcome",\#(common),"outcome":"failed","detail":"no \"quota\"\nleft"}"#,
                ])
            #expect(try permissions(path) == 0o600)
        }
    }

    @Test func aFileThatOthersMayReadIsClosedToThemAndACutLineTakesNoOtherWithIt() throws {
        try withFolder { path in
            try Data("{\"cut".utf8).write(to: URL(fileURLWithPath: path))
            try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: path)
            try AuditLog(path: path).append(entry)
            let lines = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n")
            #expect(lines.count == 2)
            #expect(lines.first == "{\"cut")
            #expect(try permissions(path) == 0o600)
        }
    }

    @Test func whatCannotBeWrittenSaysWhy() throws {
        try withFolder { path in
            let missing = AuditLog(path: path + "/no/audit.log")
            let failure = #expect(throws: AuditLog.Failure.self) { try missing.append(entry) }
            #expect(
                failure?.description == "the audit log \(missing.path) cannot be written: No such file or directory")
            let device = #expect(throws: AuditLog.Failure.self) { try AuditLog(path: "/dev/full").append(entry) }
            #expect(device?.description == "the audit log /dev/full is no file")
        }
    }
}
