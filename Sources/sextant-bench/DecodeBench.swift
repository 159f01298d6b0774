import ArgumentParser
import Foundation
import KubernetesModel

/// Decoding a protobuf list from memory.
struct DecodeBench: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "decode", abstract: "Decoding of a list of pods that curl wrote to a file.")

    @Argument(help: "The protobuf body of /api/v1/pods.")
    var file: String

    @Option(help: "How often it is decoded.")
    var rounds = 7

    func run() throws {
        let body = try Data(contentsOf: URL(fileURLWithPath: file))
        guard let pods = KindDecoder.named(Pod.kind.groupResource) else { return }
        reportMachine()
        var times: [Double] = []
        var count = 0
        for _ in 0..<rounds {
            count = 0
            times.append(
                try seconds {
                    var stream = ListStream(pods, format: .protobuf)
                    // In the pieces in which a connection brings them.
                    for start in stride(from: 0, to: body.count, by: 65_536) {
                        let end = min(body.count, start + 65_536)
                        count += try body.withUnsafeBytes { bytes throws(WireFailure) in
                            try stream.append(UnsafeRawBufferPointer(rebasing: bytes[start..<end])).count
                        }
                    }
                    _ = try stream.finish()
                })
        }
        let size = rounded(Double(body.count) / 1e6, 1)
        report("decoding \(count) pods, \(size) MB of protobuf", "\(rounded(median(times), 3)) s", target: "0.15 s")
    }
}
