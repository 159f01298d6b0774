import KubernetesModel

/// A probe that was made by hand, in several ways, and what comes of comparing them.
package struct ProbeTest: Sendable, Equatable {
    /// A way to the container.
    package enum Way: String, Sendable, CaseIterable {
        /// A command in the container asks the pod's address, as the kubelet does.
        case exec = "exec in container"
        /// Reaches the container's loopback.
        case forward = "port-forward"
        /// The API server asks the pod's address.
        case proxy = "API server proxy"
    }

    /// What came of an attempt.
    package enum Outcome: Sendable, Hashable {
        /// An HTTP status.
        case answered(Int)
        /// The connection stands, or the command ended with 0.
        case succeeded
        /// The command ended with this code.
        case exited(Int)
        case refused
        case timedOut
        /// Something else is wrong with the answer.
        case broken(String)
        /// The way cannot be used here.
        case unable(String)
        /// The way is none for this sort of probe.
        case notApplicable

        /// Whether a kubelet would count it as success.
        package var isGood: Bool {
            switch self {
            case .answered(let status): (200..<400).contains(status)
            case .succeeded: true
            case .exited, .refused, .timedOut, .broken, .unable, .notApplicable: false
            }
        }

        /// Whether it says something about the container.
        package var isTelling: Bool {
            switch self {
            case .unable, .notApplicable: false
            case .answered, .succeeded, .exited, .refused, .timedOut, .broken: true
            }
        }

        package var words: String {
            switch self {
            case .answered(let status): "\(status)"
            case .succeeded: "succeeded"
            case .exited(let code): "exit code \(code)"
            case .refused: "refused"
            case .timedOut: "no answer in time"
            case .broken(let words): words
            case .unable(let why): "not tried: \(why)"
            case .notApplicable: "not for this sort of probe"
            }
        }
    }

    /// One attempt.
    package struct Attempt: Sendable, Equatable {
        package var outcome: Outcome
        /// How long the answer took; `nil` when that is not known.
        package var milliseconds: Int?

        package init(_ outcome: Outcome, milliseconds: Int? = nil) {
            self.outcome = outcome
            self.milliseconds = milliseconds
        }
    }

    /// How often each way is tried.
    package static let rounds = 3

    package var container: String
    package var kind: ProbeKind
    package var probe: Probe
    /// The port that is asked; `nil` for a command.
    package var port: Int?
    package var attempts: [Way: [Attempt]] = [:]

    package init(container: String, kind: ProbeKind, probe: Probe, port: Int?) {
        self.container = container
        self.kind = kind
        self.probe = probe
        self.port = port
    }

    /// Whether every way was tried as often as it should, or cannot be.
    package var isDone: Bool {
        Way.allCases.allSatisfy { way in
            let made = attempts[way] ?? []
            return made.count >= Self.rounds || made.contains { !$0.outcome.isTelling }
        }
    }

    /// What came of a way: the first attempt that was not good, or else a good one; `nil` before the first.
    package func outcome(of way: Way) -> Outcome? {
        let made = attempts[way] ?? []
        return (made.first { !$0.outcome.isGood } ?? made.first)?.outcome
    }

    /// What came of a way, such as `200 in 4 ms, 3 of 3`.
    package func words(of way: Way) -> String {
        let made = attempts[way] ?? []
        guard let outcome = outcome(of: way) else { return "…" }
        guard outcome.isTelling else { return outcome.words }
        let same = made.filter { $0.outcome == outcome }
        var words = outcome.words
        let times = same.compactMap(\.milliseconds).sorted()
        if !times.isEmpty { words += " in \(times[times.count / 2]) ms" }
        if made.count > 1 { words += ", \(same.count) of \(made.count)" }
        return words
    }

    // MARK: - Comparing

    /// What the ways say together; `nil` while they are being tried.
    ///
    /// - Parameters:
    ///   - kubelet: what comes of the kubelet's own attempts.
    ///   - undeclaredPort: the name of the probe's port, where the container does not declare it.
    /// - Returns: a sentence or two.
    package func verdict(kubelet: ProbeReading.Verdict, undeclaredPort: String?) -> String? {
        guard isDone else { return nil }
        let telling = Way.allCases.filter { outcome(of: $0)?.isTelling == true }
        guard let first = telling.first.flatMap(outcome) else { return "No way could be used." }
        let isGood = { (way: Way) in outcome(of: way)?.isGood == true }
        if telling.allSatisfy(isGood) { return goodVerdict(kubelet, undeclaredPort) }
        if case .exec = probe.handler { return "The command itself fails: \(first.words)." }
        let place = port.map { "port \($0)" } ?? "the port"
        let atAddress = [Way.exec, .proxy].filter(telling.contains)
        if isGood(.forward), atAddress.contains(where: { outcome(of: $0) == .refused }) {
            return
                "The application listens on loopback only: it answers inside the pod and refuses at the pod's address, "
                + "where the kubelet asks. Have it listen on 0.0.0.0 (or ::)."
        }
        if isGood(.exec) || isGood(.forward), outcome(of: .proxy) == .timedOut {
            return
                "It answers inside the pod, but not from outside: a NetworkPolicy or the network between the API server and the "
                + "pod may be in the way. The kubelet asks from the pod's own node."
        }
        if !atAddress.isEmpty, atAddress.allSatisfy(isGood), outcome(of: .forward) == .refused {
            return
                "It answers at the pod's address and not on loopback: the kubelet reaches it, a port-forward does not."
        }
        if telling.allSatisfy({ outcome(of: $0) == first }) {
            switch first {
            case .refused: return "Nothing listens on \(place) of the pod."
            case .answered(let status):
                return "The application itself answers \(status); the way to it is fine. Its log may say why."
            case .timedOut: return "Somebody listens on \(place), or drops what comes, but gives no answer in time."
            case .broken(let words): return "It answers, but not as the probe asks: \(words)."
            case .succeeded, .exited, .unable, .notApplicable: break
            }
        }
        let said = telling.map { "\($0.rawValue): \(outcome(of: $0)?.words ?? "")" }
        return "The ways differ (\(said.joined(separator: "; "))): it may come and go."
    }

    private func goodVerdict(_ kubelet: ProbeReading.Verdict, _ undeclaredPort: String?) -> String {
        let limit = Int(max(1, probe.timeoutSeconds)) * 1000
        let slowest = attempts.values.joined().compactMap(\.milliseconds).max() ?? 0
        if slowest > limit {
            return "It answers, but needs up to \(slowest) ms; the kubelet waits \(limit / 1000) s."
        }
        if let undeclaredPort, let port {
            return "The application answers on \(port); only the probe's port name \"\(undeclaredPort)\" is wrong."
        }
        if case .failing = kubelet {
            return
                "It succeeds now, though the kubelet's last words are of a failure: it may be too slow or away at times, or out of "
                + "reach from the pod's node."
        }
        return "It succeeds."
    }
}

extension Container {
    /// The port that a probe asks: of a name that is not declared, the only one that is; `nil` when there is none.
    package func port(of probe: Probe) -> Int? {
        let wanted: IntOrString
        switch probe.handler {
        case .httpGet(let action): wanted = action.port
        case .tcpSocket(let action): wanted = action.port
        case .grpc(let port, _): wanted = .int(port)
        case .none, .exec: return nil
        }
        switch wanted {
        case .int(let number): return (1...65535).contains(number) ? Int(number) : nil
        case .string(let name):
            if let number = Int(name) { return (1...65535).contains(number) ? number : nil }
            if let declared = ports.first(where: { $0.name == name }) { return Int(declared.containerPort) }
            return ports.count == 1 ? ports.first.map { Int($0.containerPort) } : nil
        }
    }
}
