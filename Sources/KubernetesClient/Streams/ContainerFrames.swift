import KubernetesModel

/// The channels of exec and attach.
///
/// Source: k8s.io/apimachinery/pkg/util/remotecommand, KEP-4006.
enum StreamChannel {
    static let stdin: UInt8 = 0
    static let stdout: UInt8 = 1
    static let stderr: UInt8 = 2
    static let status: UInt8 = 3
    static let resize: UInt8 = 4
    /// Followed by the number of a channel: nothing more comes on it (v5).
    static let close: UInt8 = 255

    static let v5 = "v5.channel.k8s.io"
    static let v4 = "v4.channel.k8s.io"
}

/// Reads what the messages of exec and attach bring: each begins with the number of its channel.
struct ContainerFrames {
    /// No Status is longer.
    private static let statusLimit = 1 << 20

    /// The channel of the message that is being read.
    private var channel: UInt8?
    private var status: [UInt8] = []

    /// Takes bytes of a message, in the order in which they came.
    ///
    /// - Returns: What they are; `nil` when there is nothing to tell.
    mutating func receive(isFirst: Bool, isLast: Bool, _ bytes: some Collection<UInt8>) -> ContainerOutput? {
        var rest = bytes[...]
        if isFirst { channel = nil }
        if channel == nil { channel = rest.popFirst() }
        defer { if isLast { channel = nil } }
        switch channel {
        case StreamChannel.stdout: return rest.isEmpty ? nil : .stdout(Array(rest))
        case StreamChannel.stderr: return rest.isEmpty ? nil : .stderr(Array(rest))
        case StreamChannel.status:
            status += rest.prefix(Self.statusLimit - status.count)
            guard isLast, !status.isEmpty else { return nil }
            defer { status = [] }
            return .ended(Self.outcome(status))
        default: return nil
        }
    }

    /// What a final Status says.
    private static func outcome(_ bytes: [UInt8]) -> ExecOutcome {
        guard let status = bytes.withUnsafeBytes({ StatusObject.decode($0, format: .json, isKnown: true) }) else {
            return .failed(String(decoding: bytes.prefix(1000), as: UTF8.self))
        }
        if status.status == "Success" { return .exited(0) }
        let code = status.causes.first { $0.reason == "ExitCode" }.flatMap { Int($0.message) }
        if status.reason == "NonZeroExitCode", let code, (0...255).contains(code) { return .exited(code) }
        return .failed(status.message.isEmpty ? "the server says no more than \(status.reason)" : status.message)
    }
}
