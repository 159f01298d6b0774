import AppCore
import AppRuntime
import DemoCluster
import Foundation
import KubernetesModel
import Screen
import TestSupport
import Testing

/// Trees, searches by name, columns and files, on a small cluster.
@Suite(.timeLimit(.minutes(20))) @MainActor
struct OrderPilotTests {
    @Test func aTreeFollowsTheCluster() async throws {
        try await serving { server in
            try await Pilot.fly(server.kubeconfig()) { pilot in
                try await pilot.wait(for: "db-0")
                pilot.type(":xray svc\n")
                try await pilot.wait(for: "pod/web-2")
                try await pilot.wait(for: "2/2 ready")
                server.update { _ = $0.delete(.pods, namespace: "shop", name: "web-2") }
                try await pilot.waitUntilGone("pod/web-2")
                try await pilot.wait(for: "1/1 ready")
            }
        }
    }

    @Test func whatUsesThePodIsShownAndEnterGoesThere() async throws {
        try await serving { server in
            try await Pilot.fly(server.kubeconfig()) { pilot in
                try await pilot.wait(for: "web-1")
                pilot.press(.moveToBottom)
                pilot.type("U")
                try await pilot.wait(for: "svc/web")
                pilot.press(.moveToBottom, .open)
                try await pilot.wait(for: "Services 1")
                #expect(pilot.state.table?.selection?.metadata.name == "web")
            }
        }
    }

    @Test func objectsOfAllKindsAreFoundByTheirName() async throws {
        try await serving { server in
            try await Pilot.fly(server.kubeconfig()) { pilot in
                try await pilot.wait(for: "db-0")
                pilot.type(":find web\n")
                try await pilot.wait("the end of the search") { $0.shownSearch?.isDone == true }
                let rows = pilot.state.savedTable()?.rows.map { $0[1] + "/" + $0[2] }
                #expect(
                    rows == ["deployments.apps/web", "pods/web-1", "pods/web-2", "services/web"],
                    "\(pilot.screen)")
                pilot.press(.moveToTop, .open)
                try await pilot.wait(for: "Deployments 1")
            }
        }
    }

    @Test func kindsThatMayNotBeListedDoNotEndASearch() async throws {
        var options = try DemoServer.Options.overTLS()
        options.users = ["token": DemoUser(name: "reader", deniedResources: ["services", "secrets"])]
        try await serving(options) { server in
            try await Pilot.fly(server.kubeconfig(token: "token")) { pilot in
                try await pilot.wait(for: "db-0")
                pilot.type(":find web\n")
                try await pilot.wait("the end of the search") { $0.shownSearch?.isDone == true }
                #expect(pilot.state.table?.total == 3)
                #expect(pilot.state.shownSearch?.forbidden.contains(Service.kind.groupResource) == true)
                #expect(pilot.screen.contains("forbidden"))
            }
        }
    }

    @Test func whoMayNotLookEverywhereFindsWhatIsAtHome() async throws {
        var options = try DemoServer.Options.overTLS()
        options.users = ["token": DemoUser(name: "reader", namespaces: ["shop"])]
        try await serving(options) { server in
            try await Pilot.fly(server.kubeconfig(token: "token")) { pilot in
                try await pilot.wait(for: "db-0")
                pilot.type(":find web all\n")
                try await pilot.wait("the end of the search") { $0.shownSearch?.isDone == true }
                let rows = pilot.state.savedTable()?.rows.map { $0[1] + "/" + $0[2] }
                #expect(rows == ["deployments.apps/web", "pods/web-1", "pods/web-2", "services/web"])
                #expect(pilot.state.shownSearch?.gaps?.contains("everywhere") == true)
            }
        }
    }

    @Test func aTableIsSavedAndNotWrittenOverUnasked() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "saved-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try await serving { server in
            var surroundings = try Pilot.surroundings(kubeconfig: server.kubeconfig())
            surroundings.saveFile = { writeUserFile($0, content: $1, overwrites: $2, home: folder.path) }
            try await Pilot.fly(surroundings) { pilot in
                try await pilot.wait(for: "db-0")
                @MainActor func save(_ name: String) {
                    pilot.press(.saveTable)
                    pilot.press(.control("u"))
                    pilot.type(name + "\n")
                }
                save("~/pods.csv")
                #expect(pilot.screen.contains("Saved"))
                let text = try String(contentsOf: folder.appending(path: "pods.csv"), encoding: .utf8)
                #expect(text.hasPrefix("NAME,READY,STATUS,"))
                #expect(text.split(separator: "\r\n").count == 4)
                save("~/pods.csv")
                #expect(pilot.screen.contains("It exists: enter writes over it."))
                pilot.press(.escape)
                save("~/no/such/folder.txt")
                #expect(pilot.screen.contains("there is no folder"))
                save("~/pods.txt")
                save("~/pods.json")
                let document = try Data(contentsOf: folder.appending(path: "pods.json"))
                let saved = try JSONSerialization.jsonObject(with: document)
                #expect(saved is [String: Any])
            }
        }
    }
}
