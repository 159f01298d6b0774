import KubernetesModel

/// What the end of a container tells.
struct ExitReading {
    /// For a title, such as `exit code 3`.
    var words: String
    var explanation: String
    var nextStep: String

    init(_ end: TerminatedState, restartPolicy: String) {
        let code = end.exitCode
        let signal = end.signal != 0 ? end.signal : (129...159).contains(code) ? code - 128 : 0
        words = signal == 0 ? "exit code \(code)" : "exit code \(code), \(Self.name(of: signal))"
        switch (end.reason, code, signal) {
        case ("ContainerStatusUnknown", _, _):
            words = "lost by its node"
            explanation = "The kubelet lost the container, as happens when a node restarts; the exit code is made up."
            nextStep = "Look whether the node was restarted; the program need not be at fault."
        case (_, 0, 0) where restartPolicy == "Always":
            words = "exit code 0"
            explanation = "The program ends without an error, and restartPolicy Always starts it again."
            nextStep = "Let the program stay in the foreground, or run it as a Job."
        case (_, _, 9):
            explanation =
                "Something killed it with SIGKILL: the kubelet after the grace period, or the node's kernel when the"
                + " node has no memory left."
            nextStep = "Look for events of the pod and its node, and for memory use."
        case (_, _, 15):
            explanation = "It was told to stop (SIGTERM), by the kubelet or from inside."
            nextStep = "Look for events of the pod: a failed probe, an eviction, a rollout."
        case (_, _, 11):
            explanation = "It accessed memory that is not its own (SIGSEGV): a bug in native code or a wrong library."
            nextStep = "Look for a core dump or a backtrace; compare image and processor."
        case (_, _, 6):
            explanation = "It aborted itself (SIGABRT), as failed assertions and out-of-memory handlers do."
            nextStep = "Read the last lines of its log."
        case (_, _, let signal) where signal != 0:
            explanation = "It was ended by a signal."
            nextStep = "Read the last lines of its log."
        case (_, 126, _):
            words = "exit code 126 (cannot be executed)"
            explanation = "The command was found, but cannot be executed: no right to, or for another processor."
            nextStep = "Check the file's mode and platform in the image."
        case (_, 127, _):
            words = "exit code 127 (command not found)"
            explanation = "A shell did not find the command: a wrong path, or an image without that program."
            nextStep = "Check command and arguments against what is in the image."
        default:
            explanation = "The program itself ends with an error."
            nextStep = "Read the last lines of its log."
        }
    }

    private static func name(of signal: Int32) -> String {
        switch signal {
        case 1: "SIGHUP"
        case 2: "SIGINT"
        case 3: "SIGQUIT"
        case 4: "SIGILL"
        case 6: "SIGABRT"
        case 7: "SIGBUS"
        case 8: "SIGFPE"
        case 9: "SIGKILL"
        case 11: "SIGSEGV"
        case 13: "SIGPIPE"
        case 15: "SIGTERM"
        default: "signal \(signal)"
        }
    }
}

extension PodContainer {
    /// The end that counts: of this run when it has ended, otherwise of the one before; with where it stands.
    var lastEnd: (end: TerminatedState, path: String)? {
        if let end = status.state.terminated { return (end, "\(statusPath).state.terminated") }
        return status.lastState.terminated.map { ($0, "\(statusPath).lastState.terminated") }
    }

    /// Reason, exit code, signal, message and time of an end, and how often it happened.
    func evidence(of end: TerminatedState, path: String, on object: ObjectID) -> [Evidence] {
        var evidence: [Evidence] = []
        if !end.reason.isEmpty { evidence.append(Evidence(object, "\(path).reason", end.reason)) }
        evidence.append(Evidence(object, "\(path).exitCode", "\(end.exitCode)"))
        if end.signal != 0 { evidence.append(Evidence(object, "\(path).signal", "\(end.signal)")) }
        if !end.message.isEmpty { evidence.append(Evidence(object, "\(path).message", end.message.firstLines)) }
        if let finished = end.finishedAt, finished.seconds > 0 {
            let duration = end.seconds.map { ", after \($0) s" } ?? ""
            evidence.append(Evidence(object, "\(path).finishedAt", finished.rfc3339 + duration))
        }
        if status.restartCount > 0 {
            evidence.append(Evidence(object, "\(statusPath).restartCount", "\(status.restartCount)"))
        }
        return evidence
    }
}

extension RuleContext {
    /// The last lines of the log of a container's last end, as far as they have been read.
    mutating func logEvidence(_ pod: Pod, _ container: PodContainer) -> [Evidence] {
        let previous = container.status.state.terminated == nil
        guard let tail = log(pod, container: container.status, previous: previous) else { return [] }
        let field = previous ? "log \(container.name) (previous)" : "log \(container.name)"
        switch tail {
        case .lines(let lines):
            // What a kubelet answers when the runtime has removed the container.
            if let first = lines.first, first.hasPrefix("unable to retrieve container logs") { return [] }
            return lines.filter { !$0.isEmpty }.suffix(5).map { Evidence(ObjectID(pod), field, $0) }
        case .unavailable(let reason):
            return [Evidence(ObjectID(pod), field, "\(unreadable)\(reason)")]
        }
    }
}

/// Before the reason why a log cannot be read.
private let unreadable = "cannot be read: "

extension [Evidence] {
    /// What a program said last, for a sentence at the end of a cause; empty when nobody knows.
    ///
    /// Its termination message, otherwise the last line of its log.
    func lastWords(of end: TerminatedState) -> String {
        let line = end.message.split(whereSeparator: \.isNewline).last.map(String.init)
        let log = last { $0.field.hasPrefix("log ") && !$0.value.hasPrefix(unreadable) }
        guard let words = line ?? log?.value, !words.isEmpty else { return "" }
        return " Its last words: \(words)"
    }
}

extension String {
    /// The first lines of a long text, without the line break at its end.
    var firstLines: String {
        let lines = split(whereSeparator: \.isNewline)
        let text = lines.prefix(5).joined(separator: "\n")
        return lines.count > 5 ? "\(text)\n…" : text
    }
}
