import KubernetesModel
import Testing

@testable import DemoCluster

/// Shells on a terminal, as a person uses them.
@Suite(.timeLimit(.minutes(20))) struct ShellTerminalTests {
    private let store: DemoObjectStore

    init() throws { store = DemoSimulation.begin(try .standard(), at: beginning).store }

    /// Opens a shell with a terminal of 80x24 in a pod of the demo.
    private func shell<Result: Sendable>(
        _ body: @escaping @Sendable (inout StreamClient) async throws -> Result
    ) async throws -> Result {
        let pod = try #require(
            store.documents(of: .pods).first { $0.text("metadata", "name").hasPrefix("frontend-") })
        let target =
            "/api/v1/namespaces/shop/pods/\(pod.text("metadata", "name"))/exec?command=sh&stdin=true&stdout=true&tty=true"
        return try await withDemoServer(store: store, clock: { beginning }) { server in
            try await StreamClient.open(server, target) { client in
                _ = try await client.read(until: "/ # ")
                try await client.send(4, Array("{\"Width\":80,\"Height\":24}".utf8))
                return try await body(&client)
            }
        }
    }

    @Test func aLineIsCorrectedAndRecalled() async throws {
        try await shell { client in
            try await client.type("ecxho one\u{1b}[D\u{1b}[D\u{1b}[D\u{1b}[D\u{1b}[D\u{1b}[D\u{7f}\r")
            #expect(try await client.read(until: "\r\none\r\n/ # ").contains("\r\none\r\n"))
            try await client.type("\u{1b}[A\u{7f}\u{7f}\u{7f}two\r")
            #expect(try await client.read(until: "\r\ntwo\r\n/ # ").contains("\r\ntwo\r\n"))
            try await client.type("echo three\u{15}\u{1b}[A\u{1b}[A\r")
            #expect(try await client.read(until: "\r\none\r\n/ # ").contains("\r\none\r\n"))
            try await client.type("nonsense\u{3}")
            #expect(try await client.read(until: "^C\r\n/ # ").contains("^C\r\n"))
            try await client.type("cat /app/REA\t\r")
            #expect(try await client.read(until: "ports.\r\n").contains("/app/README.md"))
        }
    }

    @Test func theEndOfInputLeavesTheShell() async throws {
        let all = try await shell { client in
            try await client.type("false\r")
            _ = try await client.read(until: "/ # ")
            try await client.type("\u{4}")
            return try await client.rest()
        }
        #expect(String(decoding: all[3] ?? [], as: UTF8.self).contains("\"message\":\"1\""))
    }

    @Test func programsKnowTheSizeAndColourTheirOutput() async throws {
        try await shell { client in
            try await client.send(4, Array("{\"Width\":40,\"Height\":10}".utf8))
            try await client.type("echo $COLUMNS; stty size; tput cols\r")
            // The variable is set before each prompt.
            #expect(try await client.read(until: "40\r\n/ # ").contains("10 40\r\n40\r\n"))
            try await client.type("echo $COLUMNS\r")
            #expect(try await client.read(until: "/ # ").contains("\r\n40\r\n"))
            try await client.type("ls /\r")
            #expect(try await client.read(until: "/ # ").contains("\u{1b}[1;34mapp\u{1b}[m"))
            try await client.type("ls / | head -1\r")
            #expect(try await client.read(until: "/ # ").contains("\r\napp\r\n"))
        }
    }

    @Test func topDrawsAgainWhenItsTerminalChangesUntilItEnds() async throws {
        try await shell { client in
            try await client.type("top\r")
            _ = try await client.read(until: "CPU %CPU COMMAND")
            try await client.send(4, Array("{\"Width\":60,\"Height\":2}".utf8))
            _ = try await client.read(until: "\u{1b}[HMem:")
            try await client.type("q")
            _ = try await client.read(until: "\u{1b}[2;1H\u{1b}[?25h\r\n/ # ")
        }
    }

    @Test func viWritesAFileAndLessShowsIt() async throws {
        try await shell { client in
            try await client.type("vi /tmp/note\r")
            let begun = try await client.read(until: "[New File]")
            #expect(begun.contains("\u{1b}[?1049h") && begun.contains("\u{1b}[?2004h"))
            try await client.type("ihello\rwörld\u{1b}")
            try await client.send(4, Array("{\"Width\":60,\"Height\":12}".utf8))
            try await client.type(":wq\r")
            #expect(try await client.read(until: "/ # ").contains("\u{1b}[?1049l"))
            try await client.type("less /tmp/note\r")
            _ = try await client.read(until: "hello\u{1b}[K\r\nwörld\u{1b}[K\r\n~")
            try await client.type("q")
            _ = try await client.read(until: "\u{1b}[?1049l/ # ")
        }
    }

    @Test func aPodThatIsDeletedEndsItsShells() async throws {
        let pod = try #require(
            store.documents(of: .pods).first { $0.text("metadata", "name").hasPrefix("frontend-") })
        let name = pod.text("metadata", "name")
        let target = "/api/v1/namespaces/shop/pods/\(name)/exec?command=sh&stdin=true&stdout=true&tty=true"
        let all = try await withDemoServer(store: store, clock: { beginning }) { server in
            try await StreamClient.open(server, target) { client in
                _ = try await client.read(until: "/ # ")
                _ = server.update { $0.delete(.pods, namespace: "shop", name: name) }
                return try await client.rest()
            }
        }
        #expect(String(decoding: all[3] ?? [], as: UTF8.self).contains("\"message\":\"137\""))
    }
}

@Suite struct LineEditingTests {
    @Test func aLineThatWrapsIsDrawnAgainFromItsFirstRow() {
        var editing = LineEditing(prompt: "$ ", history: [], columns: 10)
        for character in "abcdefg" { _ = editing.take(.text(character), columns: 10) }
        #expect(editing.take(.text("h"), columns: 10).1 == "\r\u{1b}[J$ abcdefgh\n")
        #expect(editing.take(.text("i"), columns: 10).1 == "i")
        #expect(editing.take(.home, columns: 10).1 == "\u{1b}[1A\r\u{1b}[J$ abcdefghi\u{1b}[1A\r\u{1b}[2C")
    }

    @Test func keysOfEveryKindAreRead() async throws {
        let bytes = Array("aä\u{1b}[A\u{1b}OB\u{1b}[3~\u{1b}[<0;5;7M\u{1b}[<65;1;1M\u{1b}[200~".utf8) + [0x03, 0xff]
        var keyboard = Keyboard(ByteInput(bytes))
        var keys: [TypedKey] = []
        while let key = try await keyboard.next() { keys.append(key) }
        #expect(
            keys == [
                .text("a"), .text("ä"), .up, .down, .delete, .click(column: 4, row: 6), .wheel(up: false),
                .pasteBegins, .control(3), .resized,
            ])
    }
}

extension DemoClusterState {
    fileprivate mutating func step(seconds: Double) {
        let moment = Timestamp(microseconds: beginning.microseconds + Int64(seconds * 1_000_000))
        simulation?.step(at: moment, in: &store)
    }
}

@Suite struct EphemeralContainerTests {
    private static let type = "application/strategic-merge-patch+json"

    private static func added(_ name: String, _ more: String = "") -> String {
        #"{"spec":{"ephemeralContainers":[{"name":"\#(name)","image":"busybox:1.37"\#(more)}]}}"#
    }

    @Test func aContainerIsAddedToAPodAndStarts() throws {
        let (simulation, store) = DemoSimulation.begin(try .standard(), at: beginning)
        var state = DemoClusterState(store: store, simulation: simulation)
        let pod = try #require(
            store.documents(of: .pods).first { $0.text("metadata", "name").hasPrefix("frontend-") })
        let name = pod.text("metadata", "name")
        let path = "/api/v1/namespaces/shop/pods/\(name)/ephemeralcontainers"
        let app = pod.at("spec", "containers")?.elements.first?.text("name") ?? ""
        func patch(_ text: String) throws -> Asked {
            try Asked(path, &state, method: "PATCH", sending: (Self.type, text), at: beginning)
        }
        func status() -> JSONValue {
            let document = state.store.document(of: .pods, namespace: "shop", name: name)
            return document?.at("status", "ephemeralContainerStatuses")?.elements.first ?? .null
        }
        #expect(try patch(Self.added("debugger", #","targetContainerName":"\#(app)""#)).status == 200)
        #expect(status().text("state", "waiting", "reason") == "ContainerCreating")
        state.step(seconds: 2.5)
        #expect(status().at("state", "running") != nil)
        #expect(try patch(Self.added("debugger", #","tty":true"#)).status == 422)
        let missing = try patch(Self.added("other", #","targetContainerName":"nope""#))
        #expect(missing.body["message"].text?.hasSuffix(#"targetContainerName: Not found: "nope""#) == true)
        #expect(try patch(Self.added(app)).body["message"].text?.hasSuffix(#"Duplicate value: "\#(app)""#) == true)
        #expect(try patch(Self.added("unpulled").replacing("busybox", with: "missing")).status == 200)
        state.step(seconds: 5)
        let last = state.store.document(of: .pods, namespace: "shop", name: name)?
            .at("status", "ephemeralContainerStatuses")?.elements.last
        #expect(last?.text("state", "waiting", "reason") == "ErrImagePull")
    }
}
