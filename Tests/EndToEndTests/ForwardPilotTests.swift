import AppCore
import AppRuntime
import DemoCluster
import Foundation
import KubernetesModel
import Screen
import TestSupport
import Testing

/// Forwards from the key to an open port.
@Suite(.timeLimit(.minutes(20))) @MainActor
struct ForwardPilotTests {
    @Test func aServiceIsForwardedListedSavedAndStopped() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "forwards-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let directory = StateDirectory(path: folder)
        directory.prepare()
        try await serving { server in
            var surroundings = try Pilot.surroundings(kubeconfig: server.kubeconfig())
            surroundings.savedForwards = { directory.savedForwards(context: $0.context, server: $0.server) }
            surroundings.saveForwards = { session, forwards in
                try? directory.save(forwards: forwards, context: session.context, server: session.server)
            }
            try await Pilot.fly(surroundings) { pilot in
                try await pilot.wait(for: "db-0")
                pilot.type(":svc\n")
                try await pilot.wait(for: "10.0.0.1")
                pilot.press(.forward)
                pilot.press(.control("u"))
                pilot.type("0\n")
                try await pilot.wait("the port to open") { $0.forwards.first?.localPort != nil }
                pilot.press(.showForwards)
                try await pilot.wait(for: "svc/web:80")
                let pod = pilot.state.forwards.first?.pod ?? ""
                #expect(["web-1", "web-2"].contains(pod))
                // Its pod goes away: the other one takes over.
                server.update { _ = $0.delete(.pods, namespace: "shop", name: pod) }
                try await pilot.wait("the forward to move") { state in
                    state.forwards.first.map { !$0.pod.isEmpty && $0.pod != pod } ?? false
                }
                pilot.press(.saveForward, .stopForward)
                try await pilot.wait(for: "saved, stopped")
            }
            try await Pilot.fly(surroundings) { pilot in
                try await pilot.wait(for: "db-0")
                pilot.type(":pf\n")
                #expect(pilot.screen.contains("saved, stopped"))
                pilot.press(.open)
                try await pilot.wait(for: "saved, open")
            }
        }
    }

    @Test func aFileThatSomebodySpoiledIsReadWithCare() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "forwards-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let directory = StateDirectory(path: folder)
        directory.prepare()
        func read(_ text: String) throws -> [ForwardRequest] {
            try Data(text.utf8).write(to: URL(fileURLWithPath: folder + "/forwards.json"))
            return directory.savedForwards(context: "c", server: "s")
        }
        func saved(_ kind: String, _ name: String, _ remote: String, _ local: Int, _ address: String) -> String {
            #"{"kind":"\#(kind)","namespace":"shop","name":"\#(name)","remote":"\#(remote)","local":\#(local),"address":"\#(address)"}"#
        }
        #expect(try read("") == [])
        #expect(try read("[1,2") == [])
        let good = saved("service", "web", "http", 8080, "localhost")
        let bad = [
            saved("secret", "web", "80", 1, "localhost"), saved("service", "../x", "80", 1, "localhost"),
            saved("service", "web", "0", 1, "localhost"), saved("service", "web", "80", 70000, "localhost"),
            saved("service", "web", "80", 1, "evil host"),
        ]
        let all = ([good, good] + bad).joined(separator: ",")
        let list = try read(#"[{"context":"c","server":"s","forwards":[\#(all)]}]"#)
        #expect(
            list == [ForwardRequest(kind: "service", namespace: "shop", name: "web", remote: "http", local: 8080)])
    }
}
