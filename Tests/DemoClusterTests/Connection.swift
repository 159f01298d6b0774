import NIOCore
import NIOHTTP1
import NIOPosix

@testable import DemoCluster

/// A connection to a server, for one request after another.
struct Connection {
    var inbound: NIOAsyncChannelInboundStream<HTTPClientResponsePart>.AsyncIterator
    var outbound: NIOAsyncChannelOutboundWriter<HTTPClientRequestPart>

    mutating func send(_ target: String) async throws {
        let headers = HTTPHeaders([("Host", "127.0.0.1"), ("Accept", "application/json")])
        try await outbound.write(.head(HTTPRequestHead(version: .http1_1, method: .GET, uri: target, headers: headers)))
        try await outbound.write(.end(nil))
    }

    /// The next piece of the body; `nil` at the end of the answer.
    mutating func piece() async throws -> String? {
        while let part = try await inbound.next() {
            switch part {
            case .head: continue
            case .body(let buffer): return String(buffer: buffer)
            case .end: return nil
            }
        }
        return nil
    }

    /// The next events of a watch, as `TYPE name`.
    mutating func events(_ count: Int) async throws -> [String] {
        var events: [String] = []
        var rest = ""
        while events.count < count, let piece = try await piece() {
            rest += piece
            while let end = rest.firstIndex(of: "\n") {
                let event = try Parsed(rest[..<end].utf8)
                rest.removeSubrange(...end)
                events.append("\(event["type"].text ?? "") \(event["object"]["metadata"]["name"].text ?? "-")")
            }
        }
        return events
    }

    mutating func body() async throws -> String {
        var text = ""
        while let piece = try await piece() { text += piece }
        return text
    }
}

func connected<Result: Sendable>(
    to server: DemoServer, _ body: @escaping @Sendable (inout Connection) async throws -> Result
) async throws -> Result {
    let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
        .connect(host: "127.0.0.1", port: server.port) { channel in
            channel.eventLoop.makeCompletedFuture {
                try channel.pipeline.syncOperations.addHTTPClientHandlers()
                return try NIOAsyncChannel<HTTPClientResponsePart, HTTPClientRequestPart>(
                    wrappingChannelSynchronously: channel)
            }
        }
    return try await channel.executeThenClose { inbound, outbound in
        var connection = Connection(inbound: inbound.makeAsyncIterator(), outbound: outbound)
        return try await body(&connection)
    }
}
