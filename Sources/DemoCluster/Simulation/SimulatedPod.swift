import KubernetesModel

/// A pod of the simulated cluster: a small state machine that runs through the life its trouble gives it.
struct SimulatedPod: Sendable {
    /// Where a pod is in its life.
    enum Stage: Sendable {
        case unscheduled, creating, pullFailed, pullBackOff, waiting
        case initRunning, initCrashed, initBackOff
        case running, ready, crashed, backOff
        case succeeded, failed
    }

    /// How a container ended.
    struct Termination: Sendable {
        var exitCode: Int
        var reason: String
        var started: Timestamp
        var finished: Timestamp
    }

    /// Something that happens to a pod and is worth an event.
    struct Happening: Sendable, Equatable {
        var isWarning = false
        var reason: String
        var message: String
        var component = "kubelet"
        /// The container it is about; empty for the pod.
        var container = ""
        var isInit = false
        /// How often by now, for what began before the simulation.
        var count: Int?
    }

    var name: String
    var namespace: String
    var uid: String
    var generateName = ""
    var labels: [String: String] = [:]
    var annotations: [String: String] = [:]
    var finalizers: [String] = []
    /// Of the spec that its kubelet has seen.
    var generation = 1
    var ownerReference: JSONValue?
    /// The key of the workload it belongs to; empty for a bare pod.
    var workload = ""
    var spec: JSONValue { didSet { requested = Scheduler.requests(spec) } }
    /// What it asks for, in thousandths, by resource.
    private(set) var requested: [String: Int64]
    var node = ""
    var hostIP = ""
    var ip = ""
    var created: Timestamp
    var trouble: PodTrouble
    /// What its container in trouble says before it ends.
    var lastWords: [String] = []
    /// Why it has no node.
    var schedulingMessage = ""
    var stage = Stage.unscheduled
    /// When the stage ends by itself; `nil` when it does not.
    var due: Timestamp?
    /// When the containers that are not in trouble began to run.
    var started: Timestamp
    /// When the container in trouble began to run the last time.
    var lastStart: Timestamp
    var readyChanged: Timestamp
    var restarts = 0
    /// Whether no node has its image yet.
    var isNewImage = false
    /// How often its image could not be pulled since it was made.
    var pulls = 0
    var lastTermination: Termination?
    /// When its deletion was asked for, plus the grace period.
    var deletion: Timestamp?
    /// The grace period that it was deleted with, in seconds.
    var grace: Int?
    /// A hash of the template it was made from.
    var template: UInt64 = 0
    /// When it is gone.
    var removal: Timestamp?
    /// Since when nothing is heard of its node; `nil` while it answers.
    var cutOff: Timestamp?
    /// Whether it ran longer than its `activeDeadlineSeconds`.
    private(set) var hasExpired = false
    /// When its ephemeral containers started, by name; the others are about to.
    var ephemeralStarts: [String: Timestamp] = [:]

    init(name: String, namespace: String, uid: String, spec: JSONValue, created: Timestamp, trouble: PodTrouble) {
        self.name = name
        self.namespace = namespace
        self.uid = uid
        self.spec = spec
        requested = Scheduler.requests(spec)
        self.created = created
        self.trouble = trouble
        started = created.adding(seconds: 4)
        lastStart = started
        readyChanged = created.adding(seconds: 9)
    }

    /// What workloads and EndpointSlices see of a pod.
    struct Availability: Equatable {
        var isReady: Bool
        var hasAddress: Bool
        var hasEnded: Bool
    }

    var availability: Availability { Availability(isReady: isReady, hasAddress: hasAddress, hasEnded: hasEnded) }
    var hasAddress: Bool { stage != .unscheduled && stage != .creating && !hasEnded }
    var isReady: Bool { stage == .ready && cutOff == nil && gates.isEmpty }
    var isDeleting: Bool { deletion != nil }
    var hasEnded: Bool { stage == .succeeded || stage == .failed }
    var isGated: Bool { !(spec["schedulingGates"]?.elements ?? []).isEmpty }
    /// Conditions that somebody outside has to set.
    var gates: [String] { (spec["readinessGates"]?.elements ?? []).map { $0.text("conditionType") } }

    /// Ephemeral containers that have not started, and can.
    var startingContainers: [String] {
        (spec["ephemeralContainers"]?.elements ?? []).filter { !$0.text("image").contains("missing") }
            .map { $0.text("name") }.filter { ephemeralStarts[$0] == nil }
    }

    var containers: [JSONValue] { spec["containers"]?.elements ?? [] }
    var initContainers: [JSONValue] { spec["initContainers"]?.elements ?? [] }
    var mainContainer: JSONValue { containers.first ?? .null }
    /// The init container in trouble, or else the first that has to end before the others begin.
    var initContainer: JSONValue? {
        initContainers.first { isNamed($0) } ?? initContainers.first { $0.text("restartPolicy") != "Always" }
    }
    /// The container that its trouble is about; the first when there is none.
    var focus: JSONValue {
        if isInitTrouble, let initContainer { return initContainer }
        return containers.first { isNamed($0) } ?? mainContainer
    }
    /// Whether its kubelet says nothing of it while it is being created.
    var isSilent: Bool { trouble.kind == .creating && trouble.reason.isEmpty }
    /// Whether all its containers are begun anew when one ends, by a rule of its own.
    var restartsTogether: Bool { trouble.reason == Self.together }
    static let together = "RestartingAllContainers"
    static let togetherMessage = "The container is removed because RestartAllContainers in place"
    /// Whether its trouble is with an init container.
    var isInitTrouble: Bool {
        trouble.kind == .initFailing && initContainer != nil || initContainers.contains { isNamed($0) }
    }
    private var restartPolicy: String { spec.text("restartPolicy") }
    private var hasReadinessProbe: Bool { containers.contains { $0["readinessProbe"] != nil } }

    private func isNamed(_ container: JSONValue) -> Bool {
        !trouble.container.isEmpty && container.text("name") == trouble.container
    }

    /// Gives it the volumes that a StatefulSet claims for each of its pods.
    mutating func addClaims(of statefulSet: JSONValue) {
        let templates = statefulSet.at("spec", "volumeClaimTemplates")?.elements ?? []
        guard !templates.isEmpty else { return }
        let volumes = templates.map { template in
            let volume = template.text("metadata", "name")
            return JSONValue.members([
                "name": .string(volume),
                "persistentVolumeClaim": .members(["claimName": .string("\(volume)-\(name)")]),
            ])
        }
        spec.set("volumes", to: .array((spec["volumes"]?.elements ?? []) + volumes))
    }

    // MARK: The life of a pod

    /// Puts a pod that is older than the simulation where its trouble keeps it.
    mutating func settle(at now: Timestamp, restarts: Int, random: inout DemoRandom) {
        self.restarts = restarts
        due = now.adding(seconds: random.number(2...30))
        let recent = now.adding(seconds: -random.number(20...45))
        switch trouble.kind {
        case .healthy:
            stage = .ready
            due = nil
        case .flapping:
            stage = .ready
            readyChanged = recent
        case .remark: stage = .ready
        case .ends, .probeKill:
            let ends = trouble.kind == .ends && !restartsAfter(trouble.exitCode)
            if ends {
                stage = trouble.exitCode == 0 ? .succeeded : .failed
                due = nil
                end(at: created.adding(seconds: 4 + trouble.runs))
            } else if trouble.exitCode == 0 || restartsTogether, trouble.runs > 60 {
                stage = .ready
                due = now.adding(seconds: trouble.runs)
                if restartsTogether { end(at: recent) }
            } else {
                stage = .backOff
                due = now.adding(seconds: random.number(2...backOffSeconds))
                end(at: recent)
            }
        case .creating: stage = .creating
        case .initFailing:
            stage = .initBackOff
            end(at: recent)
        case .pull:
            stage = .pullBackOff
            pulls = 9
        case .waiting: stage = .waiting
        case .unschedulable:
            stage = .unscheduled
            if isGated { due = nil }
        case .unready:
            stage = .running
            readyChanged = created
        case .terminating:
            stage = .ready
            due = nil
            deletion = now.adding(seconds: -26 * 60)
        case .rejected:
            stage = .failed
            due = nil
            readyChanged = created.adding(seconds: 60)
        }
    }

    /// Whether the kubelet starts a container again that ended so.
    func restartsAfter(_ exitCode: Int) -> Bool {
        restartPolicy == "Always" || (restartPolicy == "OnFailure" && exitCode != 0)
    }

    private mutating func end(at finished: Timestamp) {
        let begin = max(created, finished.adding(seconds: -max(trouble.runs, 0)))
        lastStart = begin
        lastTermination = Termination(
            exitCode: trouble.exitCode, reason: terminationReason, started: begin, finished: finished)
        readyChanged = finished
    }

    private var terminationReason: String {
        if [.ends, .initFailing].contains(trouble.kind), !trouble.reason.isEmpty { return trouble.reason }
        return trouble.exitCode == 0 ? "Completed" : "Error"
    }

    /// How long the kubelet waits before it starts a container again, in seconds: 10 doubling to 300.
    var backOffSeconds: Int { min(300, 10 << min(5, max(0, restarts - 1))) }

    private var pullBackOffSeconds: Int { min(300, 10 << min(5, max(0, pulls - 1))) }

    /// Moves on from a stage that is over.
    /// - Parameters:
    ///   - now: the moment of the step.
    ///   - random: decides how long the next stage lasts.
    /// - Returns: what happened.
    mutating func advance(at now: Timestamp, random: inout DemoRandom) -> [Happening] {
        switch stage {
        case .unscheduled:
            guard trouble.kind != .unschedulable else {
                enter(.unscheduled, for: isGated ? nil : 55...75, at: now, &random)
                return isGated ? [] : [unschedulable]
            }
            enter(.creating, for: 2...4, at: now, &random)
            return [
                Happening(
                    reason: "Scheduled", message: "Successfully assigned \(namespace)/\(name) to \(node)",
                    component: "default-scheduler")
            ]
        case .creating: return create(at: now, &random)
        case .pullFailed:
            enter(.pullBackOff, for: pullBackOffSeconds...pullBackOffSeconds + 5, at: now, &random)
            return trouble.kind == .pull ? pullBackOff : []
        case .pullBackOff, .waiting:
            return create(at: now, &random)
        case .initRunning:
            guard trouble.kind == .initFailing else { return startMain(at: now, &random) }
            return crashInit(at: now, &random)
        case .initCrashed:
            enter(.initBackOff, for: backOffSeconds...backOffSeconds + 3, at: now, &random)
            return [backOff]
        case .initBackOff:
            restarts += 1
            return startInit(at: now, &random)
        case .running: return run(at: now, &random)
        case .ready: return lapse(at: now, &random)
        case .crashed:
            if restarts == 0 || restartsTogether {
                restarts += 1
                return startMain(at: now, &random)
            }
            enter(.backOff, for: backOffSeconds...backOffSeconds + 3, at: now, &random)
            return [backOff]
        case .backOff:
            restarts += 1
            return startMain(at: now, &random)
        case .succeeded, .failed:
            due = nil
            return []
        }
    }

    private mutating func create(at now: Timestamp, _ random: inout DemoRandom) -> [Happening] {
        switch trouble.kind {
        case .pull:
            enter(.pullFailed, for: 3...5, at: now, &random)
            pulls += 1
            return pullFailure
        case .creating:
            let seconds = trouble.reason == "FailedCreatePodSandBox" ? 11...17 : 60...122
            enter(.creating, for: seconds, at: now, &random)
            return isSilent || trouble.reason == "Pulling" ? [] : [creationFailure]
        case .waiting:
            enter(.waiting, for: 10...16, at: now, &random)
            return waitingFailure
        default:
            return initContainer == nil ? startMain(at: now, &random) : startInit(at: now, &random)
        }
    }

    private mutating func startInit(at now: Timestamp, _ random: inout DemoRandom) -> [Happening] {
        guard let initContainer else { return [] }
        lastStart = now
        if trouble.kind == .initFailing, trouble.reason == "StartError" {
            return created(of: initContainer, isInit: true) + [startFailure] + crashInit(at: now, &random)
        }
        enter(.initRunning, for: 2...4, at: now, &random)
        return start(of: initContainer, isInit: true)
    }

    /// The init container ends with an error.
    private mutating func crashInit(at now: Timestamp, _ random: inout DemoRandom) -> [Happening] {
        lastTermination = Termination(
            exitCode: trouble.exitCode, reason: terminationReason, started: lastStart, finished: now)
        if restartPolicy == "Never" {
            enter(.failed, for: nil, at: now, &random)
            readyChanged = now
        } else {
            enter(.initCrashed, for: 3...5, at: now, &random)
        }
        return []
    }

    private mutating func run(at now: Timestamp, _ random: inout DemoRandom) -> [Happening] {
        switch trouble.kind {
        case .ends where trouble.runs <= 8: return crash(at: now, &random)
        case .ends:
            let seconds = max(1, trouble.runs - 4)
            enter(.ready, for: seconds...seconds + 2, at: now, &random)
            return []
        case .unready:
            enter(.running, for: 10...10, at: now, &random)
            return [unhealthy]
        case .probeKill:
            let killed = [unhealthy, killing]
            return killed + crash(at: now, &random)
        case .flapping:
            enter(.ready, for: 20...45, at: now, &random)
            return []
        case .remark:
            enter(.ready, for: 20...40, at: now, &random)
            return []
        default:
            enter(.ready, for: nil, at: now, &random)
            return []
        }
    }

    private mutating func lapse(at now: Timestamp, _ random: inout DemoRandom) -> [Happening] {
        switch trouble.kind {
        case .flapping:
            enter(.running, for: 10...20, at: now, &random)
            return [unhealthy]
        case .ends, .probeKill: return crash(at: now, &random)
        case .unready:
            enter(.running, for: 10...10, at: now, &random)
            return [unhealthy]
        case .remark:
            enter(.ready, for: 50...70, at: now, &random)
            return [remark]
        default:
            due = nil
            return []
        }
    }

    /// The container ends.
    private mutating func crash(at now: Timestamp, _ random: inout DemoRandom) -> [Happening] {
        lastTermination = Termination(
            exitCode: trouble.exitCode, reason: terminationReason, started: lastStart, finished: now)
        let failure = trouble.reason == "StartError" ? [startFailure] : []
        guard restartsAfter(trouble.exitCode) else {
            if trouble.leavesOthers {
                enter(.crashed, for: nil, at: now, &random)
                return failure
            }
            enter(trouble.exitCode == 0 ? .succeeded : .failed, for: nil, at: now, &random)
            readyChanged = now
            return failure
        }
        // The kubelet forgets what was long ago.
        if now.seconds(since: lastStart) > 600 { restarts = min(restarts, 1) }
        enter(.crashed, for: restarts == 0 ? 1...2 : 3...6, at: now, &random)
        return failure
    }

    mutating func enter(
        _ next: Stage, for seconds: ClosedRange<Int>?, at now: Timestamp, _ random: inout DemoRandom
    ) {
        if (next == .ready) != (stage == .ready) { readyChanged = now }
        stage = next
        due = seconds.map { now.adding(seconds: random.number($0)) }
    }

    private mutating func startMain(at now: Timestamp, _ random: inout DemoRandom) -> [Happening] {
        lastStart = now
        if restarts == 0 { started = now }
        if trouble.reason == "StartError" {
            let others = restarts > 0 ? [] : containers.filter { $0["name"] != focus["name"] }
            return others.flatMap { start(of: $0, isInit: false) } + created(of: focus, isInit: false)
                + crash(at: now, &random)
        }
        switch trouble.kind {
        case .probeKill: enter(.running, for: trouble.runs - 2...trouble.runs + 2, at: now, &random)
        case .ends where trouble.runs <= 8: enter(.running, for: trouble.runs...trouble.runs + 1, at: now, &random)
        case .healthy where !hasReadinessProbe: enter(.ready, for: nil, at: now, &random)
        default: enter(.running, for: 3...6, at: now, &random)
        }
        guard restarts == 0 else { return start(of: focus, isInit: false) }
        return containers.flatMap { start(of: $0, isInit: false) }
    }

    /// Whether it is active for longer than its spec allows.
    func isOverdue(at now: Timestamp) -> Bool {
        guard let seconds = spec["activeDeadlineSeconds"]?.integer, !hasEnded, !isDeleting, cutOff == nil,
            stage != .unscheduled
        else { return false }
        return now >= created.adding(seconds: min(seconds, 1 << 31))
    }

    static let deadlineMessage = "Pod was active on the node longer than the specified deadline"

    /// Ends it at its deadline.
    /// - Returns: what happened.
    mutating func expire(at now: Timestamp) -> [Happening] {
        let isUp = [.running, .ready].contains(stage)
        let killed = isUp ? containers.map { $0.text("name") } : []
        if isUp { lastTermination = Termination(exitCode: 137, reason: "Error", started: lastStart, finished: now) }
        hasExpired = true
        stage = .failed
        due = nil
        readyChanged = now
        return [Happening(reason: "DeadlineExceeded", message: Self.deadlineMessage)]
            + killed.map { Happening(reason: "Killing", message: "Stopping container \($0)", container: $0) }
    }

    /// Begins something else in the middle of its life, such as an incident or its end.
    mutating func change(to trouble: PodTrouble, at now: Timestamp) {
        self.trouble = trouble
        due = now
    }
}
