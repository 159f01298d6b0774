import KubernetesModel
import NIOCore
import NIOWebSocket

/// Connections to ports of a pod, each on two channels of a WebSocket: bytes, and words when it fails.
struct PortForwardSession: Sendable {
    /// The subprotocol that is spoken.
    static let channelProtocol = "v4.channel.k8s.io"

    let pod: JSONValue
    let ports: [Int]
    let cluster: @Sendable () -> DemoObjectStore
    let now: @Sendable () -> Timestamp

    /// Carries bytes until the client or the last of the programs has enough.
    func run(_ channel: NIOAsyncChannel<WebSocketFrame, WebSocketFrame>) async throws {
        try await channel.executeThenClose { inbound, _ in
            let writer = ChannelWriter(channel: channel.channel)
            let pipes = ports.map { _ in BytePipe() }
            for (index, port) in ports.enumerated() {
                let number = [UInt8(port & 255), UInt8(port >> 8 & 255)]
                try await writer.send(UInt8(clamping: index * 2), number)
                try await writer.send(UInt8(clamping: index * 2 + 1), number)
            }
            try await writer.run(inbound) { channel, bytes in
                guard channel % 2 == 0, pipes.indices.contains(Int(channel) / 2) else { return }
                try await pipes[Int(channel) / 2].write(bytes)
            } _: {
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for (index, port) in ports.enumerated() {
                        group.addTask {
                            defer { pipes[index].abandon() }
                            try await serve(
                                port, ByteInput { try await pipes[index].read() },
                                ByteOutput { try await writer.send(UInt8(clamping: index * 2), $0) },
                                errors: ByteOutput { try await writer.send(UInt8(clamping: index * 2 + 1), $0) })
                        }
                    }
                    try await group.waitForAll()
                }
            }
        }
    }

    /// Lets who listens on a port answer, or says that nobody does.
    func serve(_ port: Int, _ input: ByteInput, _ output: ByteOutput, errors: ByteOutput) async throws {
        let store = cluster()
        let key = DemoObjectStore.Key(
            namespace: pod.text("metadata", "namespace"), name: pod.text("metadata", "name"))
        let current = store.entry(of: .pods, key)?.document ?? .null
        let isThere = current.text("metadata", "uid") == pod.text("metadata", "uid")
        let behaviour = store.behaviours[key] ?? DemoPodBehaviour()
        guard isThere, let responder = Responder.listening(on: port, of: current, behaviour) else {
            let words =
                "error forwarding port \(port) to pod \(pod.text("metadata", "uid")), uid : failed to execute portforward in network namespace \"/var/run/netns/cni-demo\": failed to connect to "
                + "localhost:\(port) inside namespace \"\(pod.text("metadata", "uid"))\", IPv4: dial tcp4 "
                + "127.0.0.1:\(port): connect: connection refused IPv6 dial tcp6: address localhost: no suitable address found "
            try await errors.print(words)
            return
        }
        try await responder.serve(input, output, now: now)
    }
}
