import KubernetesModel

/// What is wrong with a pod, as manifests name it.
enum PodTrouble: String, Sendable {
    case healthy, crashLoop, outOfMemory, imagePull, missingSecret, unschedulable, initFailing, notReady, flapping
    case terminating, completed, failed
    /// A liveness probe that ends it before it is up.
    case livenessKilled
    /// A readiness probe that cannot be made.
    case probeErrors
    /// A volume of a ConfigMap that is not there.
    case missingVolume

    /// Whether a container ends before its time because of it.
    var endsContainers: Bool {
        [.crashLoop, .outOfMemory, .initFailing, .livenessKilled, .failed].contains(self)
    }
}

/// A pod of the simulated cluster: a small state machine that runs through the life its trouble gives it.
struct SimulatedPod: Sendable {
    /// Where a pod is in its life.
    enum Stage: Sendable {
        case unscheduled, creating, pullFailed, pullBackOff, configError
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
    var ownerReference: JSONValue?
    /// The key of the workload it belongs to; empty for a bare pod.
    var workload = ""
    var spec: JSONValue
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
    var lastTermination: Termination?
    /// When its deletion was asked for, plus the grace period.
    var deletion: Timestamp?
    /// The grace period that it was deleted with, in seconds.
    var grace: Int?
    /// A hash of the template it was made from.
    var template: UInt64 = 0
    /// When it is gone.
    var removal: Timestamp?

    init(name: String, namespace: String, uid: String, spec: JSONValue, created: Timestamp, trouble: PodTrouble) {
        self.name = name
        self.namespace = namespace
        self.uid = uid
        self.spec = spec
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
    var isReady: Bool { stage == .ready }
    var isDeleting: Bool { deletion != nil }
    var hasEnded: Bool { stage == .succeeded || stage == .failed }

    private var mainContainer: JSONValue { spec["containers"]?.elements.first ?? .null }
    private var initContainer: JSONValue? { spec["initContainers"]?.elements.first }

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
        switch trouble {
        case .healthy:
            stage = .ready
            due = nil
        case .flapping:
            stage = .ready
            readyChanged = recent
        case .crashLoop, .outOfMemory, .livenessKilled:
            stage = .backOff
            end(exitCode: trouble == .crashLoop ? 1 : 137, at: recent)
        case .missingVolume: stage = .creating
        case .initFailing:
            stage = .initBackOff
            end(exitCode: 1, at: recent)
        case .imagePull: stage = .pullBackOff
        case .missingSecret: stage = .configError
        case .unschedulable: stage = .unscheduled
        case .notReady, .probeErrors:
            stage = .running
            readyChanged = created
        case .terminating:
            stage = .ready
            due = nil
            deletion = now.adding(seconds: -26 * 60)
        case .completed, .failed:
            stage = trouble == .completed ? .succeeded : .failed
            due = nil
            end(exitCode: trouble == .completed ? 0 : 7, at: created.adding(seconds: 214))
        }
    }

    private mutating func end(exitCode: Int, at finished: Timestamp) {
        let reason = exitCode == 0 ? "Completed" : trouble == .outOfMemory ? "OOMKilled" : "Error"
        let durations: [PodTrouble: Int] = [.outOfMemory: 28, .livenessKilled: 60]
        let duration = durations[trouble] ?? (hasEnded ? 210 : 4)
        let begin = max(created, finished.adding(seconds: -duration))
        lastStart = begin
        lastTermination = Termination(exitCode: exitCode, reason: reason, started: begin, finished: finished)
        readyChanged = finished
    }

    /// Moves on from a stage that is over.
    /// - Parameters:
    ///   - now: the moment of the step.
    ///   - random: decides how long the next stage lasts.
    /// - Returns: what happened.
    mutating func advance(at now: Timestamp, random: inout DemoRandom) -> [Happening] {
        switch stage {
        case .unscheduled:
            if trouble == .unschedulable {
                enter(.unscheduled, for: 55...75, at: now, &random)
                return [unschedulable]
            }
            enter(.creating, for: 2...4, at: now, &random)
            return [
                Happening(
                    reason: "Scheduled", message: "Successfully assigned \(namespace)/\(name) to \(node)",
                    component: "default-scheduler")
            ]
        case .creating:
            if trouble == .imagePull {
                enter(.pullFailed, for: 3...5, at: now, &random)
                return pullFailure
            }
            if trouble == .missingVolume {
                enter(.creating, for: 100...130, at: now, &random)
                return [failedMount]
            }
            if trouble == .missingSecret {
                enter(.configError, for: 10...16, at: now, &random)
                return [missingSecret]
            }
            if let initContainer {
                enter(.initRunning, for: 2...4, at: now, &random)
                lastStart = now
                return start(of: initContainer, isInit: true)
            }
            return startMain(at: now, &random)
        case .pullFailed:
            enter(.pullBackOff, for: 20...35, at: now, &random)
            return pullBackOff
        case .pullBackOff:
            enter(.pullFailed, for: 3...5, at: now, &random)
            return pullFailure
        case .configError:
            enter(.configError, for: 10...16, at: now, &random)
            return [missingSecret]
        case .initRunning:
            guard trouble == .initFailing else { return startMain(at: now, &random) }
            enter(.initCrashed, for: 3...5, at: now, &random)
            lastTermination = Termination(exitCode: 1, reason: "Error", started: lastStart, finished: now)
            return []
        case .initCrashed:
            enter(.initBackOff, for: 35...60, at: now, &random)
            return [backOff]
        case .initBackOff:
            enter(.initRunning, for: 2...4, at: now, &random)
            restarts += 1
            lastStart = now
            return initContainer.map { start(of: $0, isInit: true) } ?? []
        case .running:
            switch trouble {
            case .crashLoop:
                enter(.crashed, for: 3...6, at: now, &random)
                lastTermination = Termination(exitCode: 1, reason: "Error", started: lastStart, finished: now)
                return []
            case .notReady, .probeErrors:
                enter(.running, for: 10...10, at: now, &random)
                return [unhealthy]
            case .livenessKilled:
                enter(.crashed, for: 1...2, at: now, &random)
                lastTermination = Termination(exitCode: 137, reason: "Error", started: lastStart, finished: now)
                return [unhealthy, killing]
            case .flapping:
                enter(.ready, for: 20...45, at: now, &random)
                return []
            case .outOfMemory:
                enter(.ready, for: 20...35, at: now, &random)
                return []
            default:
                enter(.ready, for: nil, at: now, &random)
                return []
            }
        case .ready:
            switch trouble {
            case .flapping:
                enter(.running, for: 10...20, at: now, &random)
                return [unhealthy]
            case .outOfMemory:
                enter(.crashed, for: 3...6, at: now, &random)
                lastTermination = Termination(exitCode: 137, reason: "OOMKilled", started: lastStart, finished: now)
                return []
            default:
                due = nil
                return []
            }
        case .crashed:
            enter(.backOff, for: 25...50, at: now, &random)
            return [backOff]
        case .backOff:
            restarts += 1
            return startMain(at: now, &random)
        case .succeeded, .failed:
            due = nil
            return []
        }
    }

    private mutating func enter(
        _ next: Stage, for seconds: ClosedRange<Int>?, at now: Timestamp, _ random: inout DemoRandom
    ) {
        if (next == .ready) != (stage == .ready) { readyChanged = now }
        stage = next
        due = seconds.map { now.adding(seconds: random.number($0)) }
    }

    private mutating func startMain(at now: Timestamp, _ random: inout DemoRandom) -> [Happening] {
        enter(.running, for: trouble == .livenessKilled ? 58...62 : 3...6, at: now, &random)
        lastStart = now
        if restarts == 0 { started = now }
        return start(of: mainContainer, isInit: false)
    }

    // MARK: What is said about it

    private func start(of container: JSONValue, isInit: Bool) -> [Happening] {
        let name = container.text("name")
        return [
            Happening(
                reason: "Pulled",
                message: "Container image \"\(container.text("image"))\" already present on machine and can be "
                    + "accessed by the pod", container: name, isInit: isInit),
            Happening(reason: "Created", message: "Container created", container: name, isInit: isInit),
            Happening(reason: "Started", message: "Container started", container: name, isInit: isInit),
        ]
    }

    var troubledContainer: String {
        (trouble == .initFailing ? initContainer ?? mainContainer : mainContainer).text("name")
    }

    private var backOff: Happening {
        Happening(
            isWarning: true, reason: "BackOff",
            message: "Back-off restarting failed container \(troubledContainer) in pod \(name)_\(namespace)(\(uid))",
            container: troubledContainer, isInit: trouble == .initFailing)
    }

    var pullMessage: String {
        let image = mainContainer.text("image")
        return "failed to pull and unpack image \"\(image)\": failed to resolve image: \(image): not found"
    }

    private var pullFailure: [Happening] {
        let image = mainContainer.text("image")
        return [
            Happening(reason: "Pulling", message: "Pulling image \"\(image)\"", container: troubledContainer),
            Happening(
                isWarning: true, reason: "Failed", message: "Failed to pull image \"\(image)\": \(pullMessage)",
                container: troubledContainer),
            Happening(isWarning: true, reason: "Failed", message: "Error: ErrImagePull", container: troubledContainer),
        ]
    }

    private var pullBackOff: [Happening] {
        [
            Happening(
                reason: "BackOff", message: "Back-off pulling image \"\(mainContainer.text("image"))\"",
                container: troubledContainer),
            Happening(
                isWarning: true, reason: "Failed", message: "Error: ImagePullBackOff", container: troubledContainer),
        ]
    }

    /// The name of the Secret that is not there.
    var secretMessage: String {
        let references = (mainContainer["env"]?.elements ?? []).map { $0.text("valueFrom", "secretKeyRef", "name") }
        return "secret \"\(references.first { !$0.isEmpty } ?? "credentials")\" not found"
    }

    private var missingSecret: Happening {
        Happening(
            isWarning: true, reason: "Failed", message: "Error: \(secretMessage)", container: troubledContainer)
    }

    private var unschedulable: Happening {
        Happening(
            isWarning: true, reason: "FailedScheduling", message: schedulingMessage, component: "default-scheduler")
    }

    private var unhealthy: Happening {
        let port = mainContainer["ports"]?.elements.first?.integer("containerPort") ?? 0
        let path = mainContainer.text("livenessProbe", "httpGet", "path")
        let message =
            switch trouble {
            case .livenessKilled:
                "Liveness probe failed: Get \"http://\(ip):\(port)\(path)\": dial tcp \(ip):\(port): connect: "
                    + "connection refused"
            case .probeErrors:
                "Readiness probe errored and resulted in unknown state: strconv.Atoi: parsing "
                    + "\"\(mainContainer.text("readinessProbe", "httpGet", "port"))\": invalid syntax"
            default: "Readiness probe failed: HTTP probe failed with statuscode: 503"
            }
        return Happening(isWarning: true, reason: "Unhealthy", message: message, container: troubledContainer)
    }

    private var killing: Happening {
        Happening(
            reason: "Killing", message: "Container \(troubledContainer) failed liveness probe, will be restarted",
            container: troubledContainer)
    }

    private var failedMount: Happening {
        let volume = (spec["volumes"]?.elements ?? []).first { $0["configMap"] != nil } ?? .null
        return Happening(
            isWarning: true, reason: "FailedMount",
            message: "MountVolume.SetUp failed for volume \"\(volume.text("name"))\" : configmap "
                + "\"\(volume.text("configMap", "name"))\" not found")
    }

    /// What happened before the simulation began, counted.
    var backlog: [Happening] {
        func counted(_ happenings: [Happening], _ count: Int) -> [Happening] {
            happenings.map { happening in
                var counted = happening
                counted.count = count
                return counted
            }
        }
        switch trouble {
        case .crashLoop, .outOfMemory:
            return counted(start(of: mainContainer, isInit: false), restarts + 1) + counted([backOff], restarts * 9)
        case .initFailing:
            let starts = initContainer.map { start(of: $0, isInit: true) } ?? []
            return counted(starts, restarts + 1) + counted([backOff], restarts * 9)
        case .imagePull: return counted(pullFailure, 13) + counted(pullBackOff, 187)
        case .missingSecret: return counted([missingSecret], 231)
        case .unschedulable: return counted([unschedulable], 27)
        case .livenessKilled:
            return counted(start(of: mainContainer, isInit: false), restarts + 1)
                + counted([unhealthy], restarts * 3) + counted([killing], restarts) + counted([backOff], restarts * 9)
        case .missingVolume: return counted([failedMount], 23)
        case .notReady, .probeErrors: return counted([unhealthy], 1790)
        case .flapping: return counted([unhealthy], 64)
        case .terminating:
            return [Happening(reason: "Killing", message: "Stopping container \(troubledContainer)", count: 1)]
        case .healthy, .completed, .failed: return []
        }
    }
}
