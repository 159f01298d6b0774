import KubernetesModel

extension SimulatedPod {
    /// The pod as an API server shows it.
    var document: JSONValue {
        var spec = spec
        if !node.isEmpty, stage != .unscheduled { spec.set("nodeName", to: .string(node)) }
        spec.fill(
            "tolerations",
            with: .array(
                ["not-ready", "unreachable"].map { condition in
                    .members([
                        "key": .string("node.kubernetes.io/\(condition)"), "operator": .string("Exists"),
                        "effect": .string("NoExecute"), "tolerationSeconds": .integer(300),
                    ])
                }))
        spec.fill("priority", with: .integer(priority))
        spec.fill("enableServiceLinks", with: .bool(true))
        spec.fill("preemptionPolicy", with: .string("PreemptLowerPriority"))
        spec = PodDefaults.withAccountToken(spec, seed: uid)
        var complete = self
        complete.spec = spec
        return .members([
            "metadata": .members([
                "name": .string(name), "generateName": generateName.isEmpty ? nil : .string(generateName),
                "namespace": .string(namespace), "uid": .string(uid), "creationTimestamp": .time(created),
                "deletionTimestamp": deletion.map { .time($0) },
                "deletionGracePeriodSeconds": deletion == nil
                    ? nil : grace.map { .integer($0) } ?? spec["terminationGracePeriodSeconds"],
                "labels": .texts(labels), "annotations": annotations.isEmpty ? nil : .texts(annotations),
                "ownerReferences": ownerReference.map { .array([$0]) },
                "finalizers": finalizers.isEmpty ? nil : .array(finalizers.map { .string($0) }),
            ]),
            "spec": spec, "status": complete.status,
        ])
    }

    /// By the classes that the demo has.
    private var priority: Int {
        switch spec.text("priorityClassName") {
        case "": 0
        case "nightly": -100
        case "system-node-critical": 2_000_001_000
        default: 2_000_000_000
        }
    }

    private var phase: String {
        switch stage {
        case .unscheduled, .creating, .pullFailed, .pullBackOff, .waiting, .initRunning, .initCrashed, .initBackOff:
            "Pending"
        case .running, .ready, .crashed, .backOff: "Running"
        case .succeeded: "Succeeded"
        case .failed: "Failed"
        }
    }

    private var isInitializing: Bool {
        switch stage {
        case .initRunning, .initCrashed, .initBackOff: true
        case .pullFailed, .pullBackOff, .waiting, .failed: isInitTrouble
        default: false
        }
    }

    private var status: JSONValue {
        guard stage != .unscheduled else {
            let gated = "Scheduling is blocked due to non-empty scheduling gates"
            return .members([
                "phase": .string(phase),
                "conditions": trouble.kind == .unschedulable
                    ? .array([
                        isGated
                            ? condition("PodScheduled", false, at: created, "SchedulingGated", gated)
                            : condition("PodScheduled", false, at: created, "Unschedulable", schedulingMessage)
                    ]) : nil,
                "qosClass": .string(qosClass),
            ])
        }
        if trouble.kind == .rejected, stage == .failed {
            return .members([
                "observedGeneration": .integer(generation), "phase": .string(phase),
                "conditions": .array(rejectedConditions), "reason": .string(trouble.reason),
                "message": .string(message), "hostIP": .string(hostIP), "startTime": .time(created),
                "qosClass": .string(qosClass),
            ])
        }
        let initContainers = spec["initContainers"]?.elements ?? []
        return .members([
            "observedGeneration": .integer(generation), "phase": .string(phase), "conditions": .array(conditions),
            "hostIP": .string(hostIP), "hostIPs": .array([.texts(["ip": hostIP])]),
            "podIP": hasAddress ? .string(ip) : nil,
            "podIPs": hasAddress ? .array([.texts(["ip": ip])]) : nil,
            "startTime": .time(created),
            "initContainerStatuses": initContainers.isEmpty ? nil : .array(initContainers.map(initStatus)),
            "containerStatuses": .array(containerStatuses),
            "reason": hasExpired ? .string("DeadlineExceeded") : nil,
            "message": hasExpired ? .string(Self.deadlineMessage) : nil,
            "ephemeralContainerStatuses": spec["ephemeralContainers"]
                .map { .array($0.elements.map(ephemeralStatus)) }, "qosClass": .string(qosClass),
            "allocatedResources": requests.members.isEmpty ? nil : requests,
            "resources": .members(["requests": requests.members.isEmpty ? nil : requests]),
        ])
    }

    /// What its containers ask for together.
    private var requests: JSONValue {
        .object(
            ["cpu", "memory"].compactMap { resource in
                let amount = requested[resource] ?? 0
                guard amount > 0 else { return nil }
                if resource == "cpu" {
                    return JSONValue.Member(
                        resource, .string(amount % 1000 == 0 ? String(amount / 1000) : "\(amount)m"))
                }
                let bytes = amount / 1000
                let units: [(bits: Int64, name: String)] = [(30, "Gi"), (20, "Mi"), (10, "Ki")]
                let unit = units.first { bytes % (1 << $0.bits) == 0 }
                return JSONValue.Member(
                    resource, .string(unit.map { "\(bytes >> $0.bits)\($0.name)" } ?? String(bytes)))
            })
    }

    private func ephemeralStatus(_ container: JSONValue) -> JSONValue {
        let image = container.text("image")
        let state =
            if let start = ephemeralStarts[container.text("name")] {
                running(since: start)
            } else if startingContainers.contains(container.text("name")) {
                waiting("ContainerCreating")
            } else {
                waiting("ErrImagePull", "failed to resolve image: \(image): not found")
            }
        return containerStatus(container, state: state, last: .object([]), isReady: false, restarts: 0)
    }

    // MARK: Conditions

    private var conditions: [JSONValue] {
        let unready = containers.map { $0.text("name") }
            .filter { $0 == troubledContainer || isInitializing || stage == .creating }
        let reason = hasEnded ? "Pod\(stage == .succeeded ? "Completed" : "Failed")" : "ContainersNotReady"
        let message = hasEnded ? "" : "containers with unready status: [\(unready.joined(separator: " "))]"
        let isRunning = stage == .ready
        let changed = cutOff ?? (isRunning || stage != .creating ? readyChanged : created)
        let notInitialized = "containers with incomplete status: [\(troubledContainer)]"
        return [
            condition("PodReadyToStartContainers", stage != .creating && !hasEnded, at: started),
            isInitializing
                ? condition("Initialized", false, at: created, "ContainersNotInitialized", notInitialized)
                : condition("Initialized", true, at: started),
            isRunning && !isReady && cutOff == nil
                ? condition("Ready", false, at: changed, "ReadinessGatesNotReady", gateMessage)
                : condition("Ready", isReady, at: changed, isRunning ? "" : reason, isRunning ? "" : message),
            condition("ContainersReady", isRunning, at: isRunning ? readyChanged : changed, reason, message),
            condition("PodScheduled", true, at: created),
        ] + disruption + restart
    }

    private var gateMessage: String {
        gates.map { "corresponding condition of pod readiness gate \"\($0)\" does not exist." }.joined(separator: ", ")
    }

    /// Whether all containers are being begun anew.
    private var restart: [JSONValue] {
        guard restartsTogether else { return [] }
        guard stage == .crashed else { return [condition("AllContainersRestarting", false, at: lastStart)] }
        var begun = condition("AllContainersRestarting", true, at: lastTermination?.finished ?? lastStart)
        begun.set("reason", to: .string("RestartAllContainersStarted"))
        begun.set("message", to: .string("container exited with restart policy rule"))
        return [begun]
    }

    /// Why the pod was taken away from where it ran.
    private var disruption: [JSONValue] {
        guard let cutOff, isDeleting else { return [] }
        return [
            .members([
                "type": .string("DisruptionTarget"), "observedGeneration": .integer(generation),
                "status": .string("True"), "lastProbeTime": .null,
                "lastTransitionTime": .time(cutOff.adding(seconds: 300)), "reason": .string("DeletionByTaintManager"),
                "message": .string("Taint manager: deleting due to NoExecute taint"),
            ])
        ]
    }

    private var rejectedConditions: [JSONValue] {
        let target = JSONValue.members([
            "type": .string("DisruptionTarget"), "observedGeneration": .integer(generation),
            "status": .string("True"), "lastProbeTime": .null, "lastTransitionTime": .time(readyChanged),
            "reason": .string("TerminationByKubelet"),
            "message": .string(message),
        ])
        return (trouble.reason == "Evicted" ? [target] : []) + [
            condition("PodReadyToStartContainers", false, at: readyChanged),
            condition("Initialized", true, at: created),
            condition("Ready", false, at: readyChanged, "PodFailed"),
            condition("ContainersReady", false, at: readyChanged, "PodFailed"),
            condition("PodScheduled", true, at: created),
        ]
    }

    private func condition(
        _ type: String, _ isTrue: Bool, at moment: Timestamp, _ reason: String = "", _ message: String = ""
    ) -> JSONValue {
        .members([
            "type": .string(type), "observedGeneration": .integer(generation),
            "status": .string(isTrue ? "True" : "False"), "lastProbeTime": .null, "lastTransitionTime": .time(moment),
            "reason": isTrue || reason.isEmpty ? nil : .string(reason),
            "message": isTrue || message.isEmpty ? nil : .string(message),
        ])
    }

    // MARK: Containers

    private func waiting(_ reason: String, _ message: String = "") -> JSONValue {
        .members([
            "waiting": .members([
                "reason": .string(reason), "message": message.isEmpty ? nil : .string(message),
            ])
        ])
    }

    private func running(since moment: Timestamp) -> JSONValue {
        .members(["running": .members(["startedAt": .time(moment)])])
    }

    private func terminated(_ termination: Termination?, restart: Int) -> JSONValue {
        guard let termination else { return .object([]) }
        return .members([
            "terminated": .members([
                "exitCode": .integer(termination.exitCode), "reason": .string(termination.reason),
                "message": [.ends, .initFailing].contains(trouble.kind) && !trouble.message.isEmpty && !hasExpired
                    ? .string(message) : nil,
                "startedAt": .time(termination.started), "finishedAt": .time(termination.finished),
                "containerID": .string(containerID(troubledContainer, restart)),
            ])
        ])
    }

    private var crashWaiting: JSONValue {
        let seconds = backOffSeconds
        let time = seconds < 60 ? "\(seconds)s" : "\(seconds / 60)m\(seconds % 60)s"
        return waiting(
            "CrashLoopBackOff",
            "back-off \(time) restarting failed container=\(troubledContainer) pod=\(name)_\(namespace)(\(uid))")
    }

    private var containerStatuses: [JSONValue] {
        let mainState = isInitializing ? waiting("PodInitializing") : focusState
        let showsLast = !isInitTrouble && stage != .crashed && !hasEnded
        let chosen = isInitTrouble ? mainContainer["name"] : focus["name"]
        return containers.map { container in
            guard container["name"] != chosen else {
                return containerStatus(
                    container, state: mainState,
                    last: showsLast ? terminated(lastTermination, restart: restarts - 1) : .object([]),
                    isReady: stage == .ready, restarts: isInitTrouble ? 0 : restarts)
            }
            let runs = [.running, .ready, .crashed, .backOff].contains(stage)
            let ended = terminated(
                Termination(
                    exitCode: hasExpired ? 137 : 0, reason: hasExpired ? "Error" : "Completed", started: started,
                    finished: lastTermination?.finished ?? started),
                restart: 0)
            return containerStatus(
                container,
                state: runs
                    ? running(since: started)
                    : hasEnded && !isInitializing && lastTermination != nil ? ended : waitingBeside(mainState),
                last: .object([]), isReady: runs, restarts: 0)
        }
    }

    /// The state of the container that the trouble is about, of the first when there is none.
    private var focusState: JSONValue {
        switch stage {
        case .unscheduled, .creating: waiting(initContainer == nil ? "ContainerCreating" : "PodInitializing")
        case .pullFailed: waiting(pullReason, message)
        case .pullBackOff:
            waiting(
                "ImagePullBackOff", "Back-off pulling image \"\(focus.text("image"))\": \(pullReason): \(message)")
        case .waiting: waiting(trouble.reason, message)
        case .initRunning: running(since: lastStart)
        case .running, .ready: running(since: lastStart)
        case .crashed where restartsTogether: waiting(Self.together, Self.togetherMessage)
        case .crashed where trouble.reason == "StartError" && restartsAfter(trouble.exitCode),
            .initCrashed where trouble.reason == "StartError":
            waiting("RunContainerError", message)
        case .failed where hasExpired && lastTermination == nil: waiting("ContainerCreating")
        case .crashed, .initCrashed, .succeeded, .failed: terminated(lastTermination, restart: restarts)
        case .backOff, .initBackOff: crashWaiting
        }
    }

    /// The state of a container whose pod waits for another one.
    private func waitingBeside(_ state: JSONValue) -> JSONValue {
        switch stage {
        case _ where isInitializing: state
        case .pullFailed, .pullBackOff, .waiting: running(since: started)
        default: state
        }
    }

    private func initStatus(_ container: JSONValue) -> JSONValue {
        if container.text("restartPolicy") == "Always" {
            let runs = stage != .unscheduled && stage != .creating && !hasEnded
            return containerStatus(
                container, state: runs ? running(since: started) : waiting("PodInitializing"), last: .object([]),
                isReady: runs, restarts: 0)
        }
        let isChosen = container["name"] == initContainer?["name"]
        let names = initContainers.map { $0["name"] }
        let place = (names.firstIndex(of: container["name"]) ?? 0, names.firstIndex(of: initContainer?["name"]) ?? 0)
        if isInitializing, !isChosen, place.0 > place.1 {
            return containerStatus(
                container, state: waiting("PodInitializing"), last: .object([]), isReady: false, restarts: 0)
        }
        let state: JSONValue =
            if stage == .unscheduled || stage == .creating {
                waiting("PodInitializing")
            } else if isInitializing, isChosen {
                focusState
            } else {
                terminated(
                    Termination(exitCode: 0, reason: "Completed", started: created, finished: started), restart: 0)
            }
        let showsLast = isChosen && (stage == .initRunning || stage == .initBackOff)
        return containerStatus(
            container, state: state, last: showsLast ? terminated(lastTermination, restart: restarts - 1) : .object([]),
            isReady: !(isInitializing && isChosen) && stage != .creating,
            restarts: isChosen && isInitTrouble ? restarts : 0)
    }

    private func containerStatus(
        _ container: JSONValue, state: JSONValue, last: JSONValue, isReady: Bool, restarts: Int
    ) -> JSONValue {
        let image = container.text("image")
        let exists = state["waiting"] == nil || last["terminated"] != nil
        return .members([
            "name": container["name"], "state": state, "lastState": last, "ready": .bool(isReady),
            "restartCount": .integer(restarts), "image": .string(image),
            "imageID": .string(exists ? "\(image.split(separator: ":").first ?? "")@sha256:\(digest(image))" : ""),
            "containerID": exists ? .string(containerID(container.text("name"), restarts)) : nil,
            "started": .bool(
                state["running"] != nil
                    && !(message.hasPrefix("Startup probe") && container.text("name") == troubledContainer)),
            "allocatedResources": exists ? container.at("resources", "requests") : nil,
            "resources": container["resources"],
            "volumeMounts": container["volumeMounts"].map { .array($0.elements.map(mountStatus)) },
            "user": exists ? user(of: container) : nil,
        ])
    }

    /// Whom a container runs as; the images here run as root unless told otherwise.
    private func user(of container: JSONValue) -> JSONValue {
        func number(_ key: String) -> Int {
            (container.at("securityContext", key) ?? spec.at("securityContext", key))?.integer ?? 0
        }
        let group = number("runAsGroup")
        let others = spec.at("securityContext", "fsGroup")?.integer.map { $0 == group ? [] : [$0] } ?? []
        return .members([
            "linux": .members([
                "uid": .integer(number("runAsUser")), "gid": .integer(group),
                "supplementalGroups": .array(([group] + others).map { .integer($0) }),
            ])
        ])
    }

    private func mountStatus(_ mount: JSONValue) -> JSONValue {
        let isReadOnly = mount["readOnly"]?.isTrue ?? false
        return .members([
            "name": mount["name"], "mountPath": mount["mountPath"], "readOnly": isReadOnly ? .bool(true) : nil,
            "recursiveReadOnly": isReadOnly ? .string("Disabled") : nil,
        ])
    }

    private func containerID(_ container: String, _ restart: Int) -> String {
        "containerd://\(digest("\(uid)/\(container)/\(restart)"))"
    }

    /// 64 hexadecimal digits that belong to a text.
    private func digest(_ text: String) -> String {
        var random = DemoRandom(seed: stableHash(text))
        return (0..<4).map { _ in String(random.next() | 1 << 63, radix: 16) }.joined()
    }

    private var qosClass: String {
        let resources = (spec["containers"]?.elements ?? []).map { $0["resources"] ?? .null }
        if resources.allSatisfy({ $0.members.isEmpty }) { return "BestEffort" }
        let isGuaranteed = resources.allSatisfy { resource in
            let limits = resource["limits"]?.textMembers ?? [:]
            return limits["cpu"] != nil && limits["memory"] != nil
                && (resource["requests"] == nil || resource["requests"]?.textMembers == limits)
        }
        return isGuaranteed ? "Guaranteed" : "Burstable"
    }
}
