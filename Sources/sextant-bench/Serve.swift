import ArgumentParser
import DemoCluster
import Foundation
import KubernetesModel

/// A server with many pods that change all the time, in a process of its own.
struct Serve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Serve many pods, some of which change all the time; prints a kubeconfig.")

    @Option(help: "How many pods.")
    var pods = 10_000

    @Option(help: "How many of them change each second; those of the second half of the namespaces.")
    var events = 500

    @Option(help: "The port to listen on; 0 for any.")
    var port = 0

    func run() async throws {
        var store = DemoObjectStore(historyLimit: 20_000)
        let now = Timestamp.systemNow
        for index in 0..<pods { _ = store.apply(.pods, pod(index), at: now) }
        var options = DemoServer.Options()
        options.port = port
        try await withDemoServer(store: store, options: options, clock: { .systemNow }) { server in
            print(server.kubeconfig(namespace: "team-000"), terminator: "")
            fflush(nil)
            var next = 0
            // Ten portions a second.
            while true {
                try await Task.sleep(for: .milliseconds(100))
                for _ in 0..<events / 10 {
                    let index = 25 + next % 25 + next / 25 * 50 % pods
                    next += 1
                    let restarts = next
                    server.update { store in
                        let (namespace, name) = Self.name(index % pods)
                        _ = store.patchStatus(
                            .pods, namespace: namespace, name: name,
                            .object([.init("message", .string("\(restarts)"))]),
                            at: .systemNow)
                    }
                }
            }
        }
    }

    private static func name(_ index: Int) -> (namespace: String, name: String) {
        func padded(_ number: Int, _ length: Int, radix: Int = 10) -> String {
            let digits = String(number, radix: radix)
            return String(repeating: "0", count: max(0, length - digits.count)) + digits
        }
        let app = "svc-\(padded(index % 200, 3))"
        return ("team-\(padded(index % 50, 3))", "\(app)-7d9f8b6c5d-\(padded(index, 5, radix: 16))")
    }

    private func pod(_ index: Int) -> JSONValue {
        let (namespace, name) = Self.name(index)
        let isBad = index % 97 == 0
        let app = String(name.prefix(7))
        func text(_ key: String, _ value: String) -> JSONValue.Member { .init(key, .string(value)) }
        let containers = ["app", "proxy"].map { container in
            JSONValue.object([
                text("name", container), text("image", "registry.example.com/shop/\(app):1.2.\(index % 9)"),
            ])
        }
        let statuses = ["app", "proxy"].map { container in
            let isWaiting = isBad && container == "app"
            let state: JSONValue.Member =
                isWaiting
                ? .init("waiting", .object([text("reason", "CrashLoopBackOff")]))
                : .init("running", .object([text("startedAt", "2026-11-20T10:00:05Z")]))
            return JSONValue.object([
                text("name", container), .init("ready", .bool(!isWaiting)),
                .init("restartCount", .number(isWaiting ? "7" : "0")), .init("state", .object([state])),
            ])
        }
        let address = "10.\(index >> 16 & 255).\(index >> 8 & 255).\(index & 255)"
        return .object([
            text("apiVersion", "v1"), text("kind", "Pod"),
            .init(
                "metadata",
                .object([
                    text("name", name), text("namespace", namespace),
                    .init("labels", .object([text("app", app), text("pod-template-hash", "7d9f8b6c5d")])),
                ])),
            .init("spec", .object([.init("containers", .array(containers)), text("nodeName", "node-\(index % 40)")])),
            .init(
                "status",
                .object([
                    text("phase", "Running"), text("podIP", address), .init("containerStatuses", .array(statuses)),
                ])),
        ])
    }
}
