import KubernetesModel

/// Decides which pod new connections of one forwarded port go to.
///
/// It stays with a pod as long as that one is ready. When it is not, it takes another ready one; when there is none, it
/// waits. The newest comes first, because a rollout ends the others.
package struct ForwardMachine: Sendable, Equatable {
    /// The pod that connections go to.
    package struct Choice: Sendable, Hashable {
        package var pod: String
        package var uid: String
        /// The port of the pod.
        package var port: Int

        package init(pod: String, uid: String, port: Int) {
            self.pod = pod
            self.uid = uid
            self.port = port
        }
    }

    /// How it stands.
    package enum Standing: Sendable, Equatable {
        /// Nothing is known yet.
        case looking
        case ready(Choice)
        /// No pod can be used now; one may come.
        case waiting(String)
        /// Nothing helps but a change of what was asked for, or of the target's spec.
        case impossible(String)
        /// The only pod it could go to is gone for good.
        case ended(String)
    }

    package let target: ForwardTarget
    package let remote: ForwardPort.Remote
    package private(set) var standing = Standing.looking
    /// The last choice; kept while it waits.
    package private(set) var choice: Choice?
    /// A pod target's own pod, by UID.
    private var ownUID: String?
    /// Whether a pod of this name comes back, because its maker names it so.
    private var comesBack = false
    private var makerWords = ""
    /// Pods that refused a connection, in the version they had then.
    private var suspects: [String: String] = [:]

    package init(target: ForwardTarget, remote: ForwardPort.Remote) {
        self.target = target
        self.remote = remote
    }

    /// Takes what is known of the target.
    ///
    /// - Parameters:
    ///   - source: what the target says; a problem when it stands for no pods, `nil` when it is gone or never was.
    ///   - pods: the pods that it means now; `nil` when they are not known yet.
    package mutating func update(source: Result<ForwardSource, ForwardProblem>?, pods: [Pod]?) {
        if case .ended = standing { return }
        guard let source else {
            standing = choice == nil ? .impossible("there is no \(target.text)") : .waiting("\(target.text) is gone")
            return
        }
        do {
            let source = try source.get()
            _ = try source.servicePort(remote)
            guard let pods else {
                if case .ready = standing { return }
                standing = .looking
                return
            }
            standing = target.kind == .pod ? try followOne(pods, source) : try chooseOne(of: pods, source)
        } catch {
            standing = .impossible("\(target.text): \(error)")
        }
        if case .ready(let choice) = standing { self.choice = choice }
    }

    /// A connection to this pod failed: others are tried first until something changes about it.
    package mutating func suspect(_ pod: String, pods: [Pod]) {
        guard let pod = pods.first(where: { $0.metadata.name == pod }) else { return }
        suspects[pod.metadata.uid] = pod.metadata.resourceVersion
    }

    // MARK: - A target that stands for pods

    private mutating func chooseOne(of pods: [Pod], _ source: ForwardSource) throws(ForwardProblem) -> Standing {
        suspects = suspects.filter { uid, version in
            pods.contains { $0.metadata.uid == uid && $0.metadata.resourceVersion == version }
        }
        var candidates: [(pod: Pod, port: Int)] = []
        var nameless = 0
        for pod in pods {
            guard let port = try source.port(remote, of: pod) else {
                nameless += 1
                continue
            }
            candidates.append((pod, port))
        }
        let usable = candidates.filter { item in
            let pod = item.pod
            return pod.metadata.deletionTimestamp == nil && pod.status.phase == "Running"
                && (pod.isReady || source.service?.publishNotReadyAddresses == true)
        }
        let trusted = usable.filter { suspects[$0.pod.metadata.uid] == nil }
        if let kept = (trusted + (trusted.isEmpty ? usable : [])).first(where: { $0.pod.metadata.uid == choice?.uid }) {
            return .ready(Choice(kept.pod, kept.port))
        }
        let ordered = (trusted.isEmpty ? usable : trusted).sorted { left, right in
            let (first, second) = (left.pod.metadata, right.pod.metadata)
            let (born, later) = (
                first.creationTimestamp?.microseconds ?? 0, second.creationTimestamp?.microseconds ?? 0
            )
            return born == later ? first.name < second.name : born > later
        }
        if let best = ordered.first { return .ready(Choice(best.pod, best.port)) }
        // A pod that fell out only by its probe still answers, and is better than none.
        if let kept = candidates.first(where: { $0.pod.metadata.uid == choice?.uid && $0.pod.stillRuns }) {
            return .ready(Choice(kept.pod, kept.port))
        }
        if nameless == pods.count, nameless > 0 {
            throw ForwardProblem(
                "\(nameless == 1 ? "its pod has" : "none of its \(nameless) pods has") no port named \(portName(source))"
            )
        }
        return .waiting(Self.reason(pods, target))
    }

    /// The name that pods were asked for.
    private func portName(_ source: ForwardSource) -> String {
        if case .string(let name)? = (try? source.servicePort(remote))?.targetPort { return name }
        return remote.description
    }

    private static func reason(_ pods: [Pod], _ target: ForwardTarget) -> String {
        guard !pods.isEmpty else { return "\(target.text) has no pods" }
        let states = pods.prefix(3).map { "\($0.metadata.name) is \(word(of: $0))" }.joined(separator: ", ")
        let more = pods.count > 3 ? " and \(pods.count - 3) more" : ""
        return "no pod of \(target.text) is ready (\(states)\(more))"
    }

    private static func word(of pod: Pod) -> String {
        let status = pod.summary.status
        return status == "Running" ? "not ready" : status
    }

    // MARK: - One pod

    private mutating func followOne(_ pods: [Pod], _ source: ForwardSource) throws(ForwardProblem) -> Standing {
        guard let pod = pods.first(where: { $0.metadata.name == target.name }) else {
            guard ownUID != nil else { return .impossible("there is no \(target.text)") }
            return comesBack ? .waiting("\(target.text) is gone, but will be made again") : .ended(goneWords)
        }
        if let ownUID, ownUID != pod.metadata.uid, !comesBack { return .ended(goneWords) }
        let maker = pod.metadata.controller
        ownUID = pod.metadata.uid
        comesBack = maker?.kind == "StatefulSet" || maker?.kind == "Node"
        makerWords = Self.advice(maker)
        switch pod.status.phase {
        case "Succeeded", "Failed":
            let words = "\(target.text) has ended (\(pod.summary.status))"
            return comesBack ? .waiting(words) : .ended(words)
        case "Running": break
        default: return .waiting("\(target.text) is not running yet (\(pod.summary.status))")
        }
        guard let port = try source.port(remote, of: pod) else {
            let names = pod.spec.containers.flatMap(\.ports).filter { !$0.name.isEmpty }
                .map { "\($0.name) (\($0.containerPort))" }
            throw ForwardProblem(
                "it has no port named \(remote)" + (names.isEmpty ? "" : "; it has \(names.joined(separator: ", "))"))
        }
        return .ready(Choice(pod, port))
    }

    private var goneWords: String { "\(target.text) is gone" + makerWords }

    /// What to forward to instead, so that the forward survives its pod.
    private static func advice(_ maker: OwnerReference?) -> String {
        switch maker?.kind {
        case "ReplicaSet": "; a forward to its Deployment or Service moves to the next pod"
        case "DaemonSet": "; a forward to ds/\(maker?.name ?? "") moves to the next pod"
        default: ""
        }
    }
}

extension ForwardMachine.Choice {
    fileprivate init(_ pod: Pod, _ port: Int) {
        self.init(pod: pod.metadata.name, uid: pod.metadata.uid, port: port)
    }
}

extension Pod {
    /// Whether Services send it connections.
    fileprivate var isReady: Bool { status.conditions[type: "Ready"]?.status == "True" }

    /// Whether every container runs and nobody asked it to end.
    fileprivate var stillRuns: Bool {
        metadata.deletionTimestamp == nil && status.phase == "Running"
            && status.containerStatuses.allSatisfy { if case .running = $0.state { true } else { false } }
    }
}
