import NIOCore
import NIOEmbedded
import NIOWebSocket

@testable import KubernetesClient

extension FuzzedParser {
    /// Frames of a WebSocket that carries a command or a port, as a hostile server may send them.
    static let streamFrames = FuzzedParser(
        name: "stream-frames", tokens: [#"{"status":"Success"}"#, #""reason":"ExitCode""#, "NonZeroExitCode"],
        sizeLimit: 300,
        hugeSize: 8 << 10,
        check: { input in
            let cut = input.count > 1 ? input.count / 2 : input.count
            for makesBytes in [false, true] {
                let whole = try outputs([input[...]], makesBytes)
                let halves = try outputs([input[..<cut], input[cut...]], makesBytes)
                let single = input.count <= 32 ? try outputs(input.indices.map { input[$0...$0] }, makesBytes) : whole
                try requireEqual(whole, halves, "cut in two")
                try requireEqual(whole, single, "cut in single bytes")
            }
        })

    /// What comes of bytes that arrive in pieces: of a command, or of a port.
    private static func outputs(_ pieces: [ArraySlice<UInt8>], _ makesBytes: Bool) throws -> [String] {
        let channel = EmbeddedChannel()
        let pipeline = channel.pipeline.syncOperations
        try pipeline.addHandler(WebSocketFrameEncoder())
        try pipeline.addHandler(ByteToMessageHandler(WebSocketFrameDecoder(maxFrameSize: 1 << 16)))
        try pipeline.addHandler(WebSocketProtocolErrorHandler(isServer: false))
        try pipeline.addHandler(WebSocketControl())
        if makesBytes { try pipeline.addHandler(PortBytes()) }
        try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
        var outputs: [String] = []
        // After the end nobody reads.
        for piece in pieces where channel.isActive {
            // What is no frame ends the connection; what came before it counts.
            guard (try? channel.writeInbound(ByteBuffer(bytes: piece))) != nil else { break }
        }
        var frames = ContainerFrames()
        if makesBytes {
            while let bytes = try channel.readInbound(as: ByteBuffer.self) {
                outputs.append("\(Array(bytes.readableBytesView))")
            }
        } else {
            while let piece = try channel.readInbound(as: WebSocketPiece.self) {
                guard case .data(let isFirst, let isLast, let bytes) = piece else { continue }
                if let output = frames.receive(isFirst: isFirst, isLast: isLast, bytes.readableBytesView) {
                    outputs.append("\(output)")
                }
            }
        }
        // It may have closed itself.
        _ = try? channel.finish(acceptAlreadyClosed: true)
        return outputs
    }
}
