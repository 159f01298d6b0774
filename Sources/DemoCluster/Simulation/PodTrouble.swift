import KubernetesModel

/// What is wrong with a pod, and so how its life goes.
///
/// Texts may name what is known only of the pod: `{image}`, `{container}`, `{pod}`, `{namespace}`, `{uid}`, `{ip}`,
/// `{port}`, `{node}`, `{volume}`.
struct PodTrouble: Sendable, Hashable {
    /// The shape of a pod's life.
    enum Kind: String, Sendable {
        case healthy
        /// A container ends after some time; what follows is a matter of the restart policy.
        case ends
        /// A liveness or startup probe ends a container.
        case probeKill
        /// A container runs and does not get ready.
        case unready
        /// Ready for a while, then not.
        case flapping
        /// The image cannot be pulled.
        case pull
        /// A container waits for a reason that is named.
        case waiting
        /// The pod does not get a sandbox or its volumes.
        case creating
        case initFailing
        case unschedulable
        /// Deleted, and held.
        case terminating
        /// Ended by its node: evicted, or not taken.
        case rejected
        /// Well, but something is said about it again and again.
        case remark
    }

    var kind: Kind
    /// Of the container's state, of the pod's status or of the event, as the kind needs it.
    var reason = ""
    var message = ""
    var exitCode = 0
    /// Seconds that a container runs.
    var runs = 4
    /// Whether it follows from the pod's spec and the objects there are, so that it may pass.
    var isInferred = false
    /// The container in trouble; empty for the one that the kind is usually about.
    var container = ""
    /// What the container says before it ends.
    var says: [String] = []
    /// Whether the other containers run on when the one in trouble has ended for good.
    var leavesOthers = false

    static let healthy = PodTrouble(kind: .healthy)
    static let unschedulable = PodTrouble(kind: .unschedulable)
    static let terminating = PodTrouble(kind: .terminating)
    static let crashLoop = PodTrouble(kind: .ends, exitCode: 1)
    static let imagePull = PodTrouble(
        kind: .pull, reason: "ErrImagePull",
        message: "failed to pull and unpack image \"{image}\": failed to resolve image: {image}: not found")

    /// A program that does its work and ends well.
    static func work(seconds: Int) -> PodTrouble { PodTrouble(kind: .ends, runs: seconds) }

    private static let named: [String: PodTrouble] = [
        "crashLoop": crashLoop, "imagePull": imagePull, "terminating": terminating, "unschedulable": unschedulable,
        "outOfMemory": PodTrouble(kind: .ends, reason: "OOMKilled", exitCode: 137, runs: 28),
        "initFailing": PodTrouble(kind: .initFailing, exitCode: 1),
        "notReady": PodTrouble(
            kind: .unready, message: "Readiness probe failed: HTTP probe failed with statuscode: 503"),
        "flapping": PodTrouble(
            kind: .flapping, message: "Readiness probe failed: HTTP probe failed with statuscode: 503"),
        "livenessKilled": PodTrouble(
            kind: .probeKill,
            message: "Liveness probe failed: Get \"http://{ip}:{port}{liveness}\": dial tcp {ip}:{port}: connect: "
                + "connection refused", exitCode: 137, runs: 60),
        "completed": work(seconds: 210), "failed": PodTrouble(kind: .ends, exitCode: 7, runs: 210),
        "evicted": PodTrouble(
            kind: .rejected, reason: "Evicted",
            message: "The node was low on resource: memory. Threshold quantity: 100Mi, available: 61480Ki. "),
    ]

    /// The trouble that a manifest names: one of those with a name, or a kind, with details of its own.
    init?(_ hint: JSONValue) {
        let name = hint.text("trouble")
        guard var trouble = Self.named[name] ?? Kind(rawValue: name).map({ PodTrouble(kind: $0) }) else { return nil }
        if let reason = hint["reason"]?.text { trouble.reason = reason }
        if let message = hint["message"]?.text { trouble.message = message }
        if let exitCode = hint["exitCode"]?.integer { trouble.exitCode = exitCode }
        if let runs = hint["runs"]?.integer { trouble.runs = runs }
        self = trouble
    }

    init(
        kind: Kind, reason: String = "", message: String = "", exitCode: Int = 0, runs: Int = 4,
        isInferred: Bool = false
    ) {
        self.kind = kind
        self.reason = reason
        self.message = message
        self.exitCode = exitCode
        self.runs = runs
        self.isInferred = isInferred
    }

    /// Whether it makes one of the containers end.
    var concernsContainer: Bool { [.ends, .probeKill, .initFailing].contains(kind) }

    /// Whether a container ends before its time because of it.
    var endsContainers: Bool { concernsContainer && exitCode != 0 }

    /// Whether the program does not listen on its ports; what is inferred is about a port that is not its own.
    var refusesConnections: Bool { !isInferred && message.contains("connection refused") }

    /// Whether the program is well and only its probe is not.
    var isProbeError: Bool { message.contains("errored and resulted in unknown state") }
}
