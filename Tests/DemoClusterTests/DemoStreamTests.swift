import ConcurrencyTestSupport
import Foundation
import KubernetesModel
import NIOCore
import Testing

@testable import DemoCluster

@Suite(.timeLimit(.minutes(20))) struct DemoStreamTests {
    private let store: DemoObjectStore

    init() throws { store = DemoSimulation.begin(try .standard(), at: beginning).store }

    private func path(_ prefix: String, _ rest: String) throws -> String {
        let pod = try #require(store.documents(of: .pods).first { $0.text("metadata", "name").hasPrefix(prefix) })
        return "/api/v1/namespaces/\(pod.text("metadata", "namespace"))/pods/\(pod.text("metadata", "name"))/\(rest)"
    }

    /// Opens a stream to a container of the demo as it stands at its beginning.
    private func open<Result: Sendable>(
        _ prefix: String, _ rest: String, _ subprotocol: String = "v5.channel.k8s.io",
        _ body: @escaping @Sendable (inout StreamClient) async throws -> Result
    ) async throws -> Result {
        let target = try path(prefix, rest)
        return try await withDemoServer(store: store, clock: { beginning }) { server in
            try await StreamClient.open(server, target, subprotocol, body)
        }
    }

    private static func text(_ bytes: [UInt8]?) -> String { String(decoding: bytes ?? [], as: UTF8.self) }

    @Test(arguments: ["v4.channel.k8s.io", "v5.channel.k8s.io"])
    func aCommandsOutputErrorsAndStatusComeApart(subprotocol: String) async throws {
        let command = "exec?command=sh&command=-c&command=echo%20out%3B%20nope%3B%20exit%203&stdout=true&stderr=true"
        let all = try await open("frontend-", command, subprotocol) { client in
            let first = try await client.next()
            #expect(first?.channel == 1 && first?.bytes == [])
            return try await client.rest()
        }
        #expect(Self.text(all[1]) == "out\n")
        #expect(Self.text(all[2]) == "sh: nope: not found\n")
        let status = try Parsed(all[3] ?? [])
        #expect(status["reason"].text == "NonZeroExitCode")
        #expect(status["details"]["causes"].elements.first?["message"].text == "3")
    }

    @Test func whatIsNotThereIsSaidOnTheLastChannel() async throws {
        let all = try await open("coredns-", "exec?command=sh&stdout=true") { try await $0.rest() }
        let status = try Parsed(all[3] ?? [])
        #expect(status["reason"].text == "InternalError")
        #expect(status["message"].text?.hasSuffix("exec: \"sh\": executable file not found in $PATH: unknown") == true)
    }

    @Test func twoHundredThousandLinesGoInAndOut() async throws {
        let lines = Array((1...200_000).map { "\($0)\n" }.joined().utf8)
        let all = try await open("frontend-", "exec?command=cat&stdin=true&stdout=true") { client in
            let outbound = client.outbound
            async let sent: Void = {
                var rest = lines[...]
                while !rest.isEmpty {
                    try await outbound.write(StreamClient.frame(0, Array(rest.prefix(20_000))))
                    rest = rest.dropFirst(20_000)
                }
                try await outbound.write(StreamClient.frame(255, [0]))
            }()
            let all = try await client.rest()
            try await sent
            return all
        }
        #expect(all[1] == lines)
        #expect(Self.text(all[3]).contains("Success"))
    }

    @Test func aShellOnATerminalAnswersAndIsInterrupted() async throws {
        let all = try await open(
            "frontend-", "exec?command=sh&stdin=true&stdout=true&tty=true"
        ) { client in
            #expect(try await client.read(until: "/ # ") == "/ # ")
            try await client.send(4, Array("{\"Width\":132,\"Height\":43}".utf8))
            try await client.type("stty size\r")
            #expect(try await client.read(until: "43 132\r\n/ # ") == "stty size\r\n43 132\r\n/ # ")
            try await client.type("yes\r")
            _ = try await client.read(until: "y\r\ny\r\n")
            try await client.type("\u{3}")
            _ = try await client.read(until: "/ # ")
            try await client.type("echo $?; exit 5\r")
            return try await client.rest()
        }
        #expect(Self.text(all[1]).contains("130\r\n"))
        #expect(Self.text(all[3]).contains("\"message\":\"5\""))
    }

    @Test func aClientThatLeavesEndsItsCommand() async throws {
        let target = try path("frontend-", "exec?command=yes&stdout=true")
        try await withDemoServer(store: store, clock: { beginning }) { server in
            try await StreamClient.open(server, target) { client in
                _ = try await client.read(until: "y\ny\n")
                #expect(server.openStreamCount == 1)
            }
            try await until { server.openStreamCount == 0 }
        }
    }

    @Test func streamsThatCannotBeAreRefusedInTheServersWords() throws {
        func refused(_ prefix: String, _ rest: String) throws -> Asked { try Asked(try path(prefix, rest), store) }
        #expect(try refused("frontend-", "exec?command=ls").body["message"].text == "Upgrade request required")
        #expect(try refused("frontend-", "exec").status == 400)
        #expect(
            try refused("checkout-", "exec?command=ls").body["message"].text?.contains(
                "choose one of: [checkout proxy]") == true)
        let waiting = try refused("image-resizer-", "exec?command=ls")
        #expect(waiting.status == 500 && waiting.text == "container not found (\"image-resizer\")")
        #expect(
            try refused("image-recognition-", "portforward?ports=1").body["message"].text?.hasSuffix(
                "does not have a host assigned") == true)
        var options = DemoServer.Options()
        options.users = ["view": .viewer]
        let viewer = try Asked(try path("frontend-", "exec?command=ls"), store, token: "view", options: options)
        #expect(viewer.status == 403)
        #expect(viewer.body["message"].text?.contains("cannot create resource \"pods/exec\"") == true)
    }

    @Test func aSubprotocolThatIsNotSpokenIsRefused() async throws {
        await #expect(throws: (any Error).self) {
            try await open("frontend-", "exec?command=ls", "v3.channel.k8s.io") { try await $0.rest() }
        }
    }

    @Test func aForwardedPortAnswersHTTP() async throws {
        let answer = try await open("frontend-", "portforward?ports=8080", "v4.channel.k8s.io") { client in
            let data = try await client.next()
            let errors = try await client.next()
            #expect(data?.channel == 0 && data?.bytes == [0x90, 0x1f])
            #expect(errors?.channel == 1 && errors?.bytes == [0x90, 0x1f])
            try await client.type(
                "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\nGET /bytes/300000 HTTP/1.1\r\nConnection: close\r\n\r\n")
            return try await client.rest()
        }
        #expect(Self.text(answer[0]?.prefix(15).map { $0 }) == "HTTP/1.1 200 OK")
        #expect((answer[0] ?? []).count > 300_000)
        #expect(answer[1] == nil)
    }

    @Test func aPortThatNobodyListensOnSaysSo() async throws {
        let answer = try await open("frontend-", "portforward?ports=81", "v4.channel.k8s.io") { try await $0.rest() }
        let words = Self.text(answer[1])
        #expect(words.contains("127.0.0.1:81: connect: connection refused"))
    }

    @Test func theProxyAnswersAsThePodDoes() throws {
        func proxied(_ prefix: String, _ rest: String) throws -> Asked { try Asked(try path(prefix, rest), store) }
        #expect(try proxied("frontend-", "proxy/healthz").text == "ok\n")
        #expect(try proxied("webhooks-", "proxy/ready").status == 503)
        #expect(try proxied("geocoder-", "proxy/ready").status == 200)
        #expect(try proxied("frontend-", "proxy/a/b?c=d").text.contains("request: GET /a/b?c=d\n"))
        let service = "/api/v1/namespaces/shop/services"
        #expect(try Asked("\(service)/catalog:80/proxy/ready", store).text == "ok\n")
        #expect(try Asked("\(service)/search-next/proxy/", store).status == 503)
        let pod = try path("frontend-", "proxy/").replacing("/proxy/", with: ":81/proxy/")
        #expect(try Asked(pod, store).body["message"].text?.hasSuffix(":81: connect: connection refused") == true)
    }

    // MARK: kubectl

    private static let kubectl = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
        .map { "\($0)/kubectl" }.first { FileManager.default.isExecutableFile(atPath: $0) }

    @Test(.enabled(if: kubectl != nil, "kubectl is not installed"))
    func kubectlRunsScalesRestartsAndDeletes() async throws {
        let program = try #require(Self.kubectl)
        // Nothing scales back meanwhile.
        var options = DemoClusterOptions()
        options.stepInterval = nil
        try await withDemoCluster(options: options) { server in
            let file = FileManager.default.temporaryDirectory.appending(path: "demo-\(UUID().uuidString).kubeconfig")
            try Data(server.kubeconfig().utf8).write(to: file)
            defer { try? FileManager.default.removeItem(at: file) }
            @Sendable func kubectl(_ arguments: String...) async throws -> String {
                try await onOwnThread {
                    let process = Foundation.Process()
                    let pipe = Pipe()
                    process.executableURL = URL(filePath: program)
                    process.arguments = ["--kubeconfig", file.path] + arguments
                    process.standardOutput = pipe
                    process.standardError = pipe
                    try process.run()
                    let data = try pipe.fileHandleForReading.readToEnd() ?? Data()
                    process.waitUntilExit()
                    // On a slow machine kubectl says that it was slow (klog), whatever it is asked.
                    return String(decoding: data, as: UTF8.self)
                        .split(separator: "\n", omittingEmptySubsequences: false)
                        .filter { $0.firstMatch(of: #/^[IW][0-9]{4} /#) == nil }.joined(separator: "\n")
                }
            }
            #expect(
                try await kubectl("exec", "cart-redis-0", "--", "sh", "-c", "hostname; exit 3")
                    == "cart-redis-0\ncommand terminated with exit code 3\n")
            #expect(try await kubectl("logs", "cart-redis-0", "--tail=3").split(separator: "\n").count == 3)
            #expect(
                try await kubectl("scale", "deploy/frontend", "--replicas=4") == "deployment.apps/frontend scaled\n")
            #expect(
                try await kubectl("rollout", "restart", "deploy/frontend") == "deployment.apps/frontend restarted\n")
            #expect(
                try await kubectl("delete", "pod", "cart-redis-0", "--grace-period=0", "--force").contains("deleted"))
            #expect(try await kubectl("get", "deploy", "frontend", "-o", "jsonpath={.spec.replicas}") == "4")
        }
    }
}

@Suite struct InflaterTests {
    /// What zlib makes of texts with the dictionary of SPDY, flushed after each.
    @Test func piecesReferToTheDictionaryAndToEachOther() throws {
        var inflater = Inflater(dictionary: SpdyDictionary.bytes)
        let pieces = [
            "Qi2KrBQMjXQUikuKUhNzQcWKQiooxHUUiiCxl5miYAAAAAD//w==",
            "QpIEFjiJKHI6CmgFsQLIcQAAAAD//w==",
        ]
        let texts = try pieces.map { piece in
            String(decoding: try inflater.inflate(Array(try #require(Data(base64Encoded: piece)))), as: UTF8.self)
        }
        #expect(SpdyDictionary.bytes.count == 1423)
        #expect(
            texts == [
                "content-length: 12, streamtype error, requestid 0",
                "streamtype data, requestid 0, accept-encoding gzip",
            ])
    }

    @Test func whatIsNoStreamIsRefused() {
        var inflater = Inflater(dictionary: [])
        #expect(throws: InflateFailure.self) { try inflater.inflate([0x07, 0xff, 0xff]) }
        #expect(throws: InflateFailure.self) { try inflater.inflate([0x03, 0x02, 0x00]) }
        #expect(throws: InflateFailure.self) { try inflater.inflate([0x00, 0x01, 0x00, 0x00, 0x00]) }
    }
}
