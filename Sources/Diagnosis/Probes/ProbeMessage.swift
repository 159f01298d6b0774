import KubernetesModel

/// What a kubelet's event says about a probe.
///
/// Source: `pkg/kubelet/prober/prober.go`; texts of errors come from Go's network libraries and the runtime.
package struct ProbeMessage: Sendable, Equatable {
    /// Why a probe does not succeed.
    package enum Cause: Sendable, Hashable {
        case refused
        case timeout
        case status(Int)
        /// It speaks HTTP and was asked for HTTPS.
        case plainServer
        /// It speaks HTTPS, or another protocol, and was asked for HTTP.
        case otherProtocol
        case tls
        case noRoute
        /// The connection was closed without an answer.
        case closed
        /// A port name that the container does not declare.
        case unknownPort(String)
        case missingProgram
        case notServing
        case noHealthService
        /// A command that ended with an error.
        case command
        case other
    }

    package var kind: ProbeKind
    /// Whether the probe could not be made: then it neither fails nor succeeds, and the kubelet throws it away.
    package var isError: Bool
    /// Whether it counts as success although it is none.
    package var isWarning: Bool
    package var cause: Cause
    /// The words after the beginning that all have.
    package var detail: String

    /// `nil` for other messages.
    package init?(_ message: String) {
        var message = message[...]
        // Before an event that stands for many.
        let combined = "(combined from similar events): "
        if message.hasPrefix(combined) { message = message.dropFirst(combined.count) }
        guard let colon = message.firstIndex(of: ":") else { return nil }
        let words = message[..<colon].split(separator: " ")
        guard words.count >= 3, words[1] == "probe", let kind = ProbeKind(rawValue: String(words[0])),
            ["failed", "errored", "warning"].contains(words[2])
        else { return nil }
        self.kind = kind
        isError = words[2] == "errored"
        isWarning = words[2] == "warning"
        let rest = message[message.index(after: colon)...]
        detail = String(rest.drop { $0 == " " })
        cause = Self.cause(detail)
    }

    private static func cause(_ detail: String) -> Cause {
        let text = detail.lowercased()
        func has(_ parts: String...) -> Bool { parts.contains { text.contains($0) } }
        if let match = detail.firstMatch(of: /strconv\.Atoi: parsing "([^"]*)"/) {
            return .unknownPort(String(match.1))
        }
        if let match = detail.firstMatch(of: /statuscode: (\d+)/), let code = Int(match.1) { return .status(code) }
        if has("executable file not found", "no such file or directory: unknown") {
            return .missingProgram
        }
        if has("server gave http response to https client") { return .plainServer }
        if has("malformed http response") { return .otherProtocol }
        if has("connection refused") { return .refused }
        if has("not_serving") { return .notServing }
        if has("does not implement the grpc health protocol", "unimplemented") { return .noHealthService }
        if has("context deadline exceeded", "i/o timeout", "client.timeout", "timed out", "timeout:") {
            return .timeout
        }
        if has("no route to host", "network is unreachable") { return .noRoute }
        if has("x509", "tls:") { return .tls }
        if text.hasSuffix("eof") || has("connection reset", "broken pipe") { return .closed }
        return has("dial tcp", "get \"") ? .other : .command
    }
}

extension ProbeMessage {
    /// Whether the probe can never be made, unlike one that comes while its container ends, or whose runtime is busy.
    var isForGood: Bool {
        switch cause {
        case .unknownPort, .missingProgram: isError
        default: false
        }
    }

    /// For the end of a title; with a command's own words, which say more than ours.
    package var words: String {
        let line = detail.split(whereSeparator: \.isNewline).first ?? ""
        guard cause == .command || cause == .other, !line.isEmpty else { return cause.words }
        return line.count > 100 ? "\(line.prefix(100))…" : String(line)
    }
}

extension ProbeMessage.Cause {
    /// For the end of a title, such as `connection refused`.
    var words: String {
        switch self {
        case .refused: "connection refused"
        case .timeout: "no answer in time"
        case .status(let code): "status \(code)"
        case .plainServer: "it speaks HTTP, not HTTPS"
        case .otherProtocol: "it does not speak plain HTTP"
        case .tls: "TLS fails"
        case .noRoute: "the node does not reach the pod"
        case .closed: "connection closed without an answer"
        case .unknownPort(let name): "no port is named \(name)"
        case .missingProgram: "the image lacks the program"
        case .notServing: "NOT_SERVING"
        case .noHealthService: "no gRPC health service"
        case .command: "its command fails"
        case .other: "it fails"
        }
    }

    /// What it means, in a sentence or two.
    package func explanation(_ probe: Probe, _ schedule: ProbeSchedule) -> String {
        switch self {
        case .refused:
            "Nothing listens there at the pod's address: the program is not up, listens on another port, or only on"
                + " 127.0.0.1."
        case .timeout:
            "There is no answer within \(schedule.timeout) s: the program is too slow, hangs, or gets too little CPU."
        case .status(404): "The program answers, but does not know the path."
        case .status(401), .status(403): "The program answers, but wants to know who asks; probes have no login."
        case .status(let code) where code >= 500: "The program answers that it is not well; its log says why."
        case .status(400):
            "The program answers, but cannot read the request: perhaps it expects HTTPS or a Host header."
        case .status: "The program answers, but not with a code from 200 to 399."
        case .plainServer: "The probe's scheme is HTTPS, and the program answers in plain HTTP."
        case .otherProtocol: "The probe's scheme is HTTP, and the program answers something else, mostly TLS."
        case .tls: "The TLS handshake fails; probes do not check certificates, so the versions or ciphers differ."
        case .noRoute: "The pod's network is not reachable from its node, as with a broken network plugin or policy."
        case .closed: "Something accepts the connection and closes it at once."
        case .unknownPort(let name): "The container declares no port of the name \(name)."
        case .missingProgram: "The command of the probe is not in the image; probes use no shell."
        case .notServing: "The program's own health service says that it does not serve."
        case .noHealthService: "The program speaks gRPC, but does not implement grpc.health.v1."
        case .command: "The command runs and ends with an error."
        case .other: "The kubelet's words say how."
        }
    }

    func nextStep(_ probe: Probe) -> String {
        switch self {
        case .refused: "Compare the probe's port with what the program listens on, and look at its log."
        case .timeout: "Raise timeoutSeconds, or see what makes the answer slow."
        case .status(404): "Correct the probe's path."
        case .plainServer: "Set the probe's scheme to HTTP."
        case .otherProtocol: "Set the probe's scheme to HTTPS, or its port to the one for HTTP."
        case .noRoute: "Look at the network plugin on the pod's node."
        case .unknownPort: "Correct the port's name, or use its number."
        case .missingProgram: "Use a program that the image has, or another sort of probe."
        case .noHealthService: "Implement grpc.health.v1, or probe by TCP or HTTP."
        case .notServing, .status, .tls, .closed, .command, .other:
            "Ask the same by hand, and look at the program's log."
        }
    }
}
