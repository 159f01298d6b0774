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
        spec.fill("priority", with: .integer(spec["priorityClassName"] == nil ? 0 : 2_000_000_000))
        spec.fill("enableServiceLinks", with: .bool(true))
        spec.fill("preemptionPolicy", with: .string("PreemptLowerPriority"))
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
            "spec": spec, "status": status,
        ])
    }

    private var phase: String {
        switch stage {
        case .unscheduled, .creating, .pullFailed, .pullBackOff, .configError, .initRunning, .initCrashed, .initBackOff:
            "Pending"
        case .running, .ready, .crashed, .backOff: "Running"
        case .succeeded: "Succeeded"
        case .failed: "Failed"
        }
    }

    private var isInitializing: Bool { [.initRunning, .initCrashed, .initBackOff].contains(stage) }

    private var status: JSONValue {
        guard stage != .unscheduled else {
            return .members([
                "phase": .string(phase),
                "conditions": trouble == .unschedulable
                    ? .array([
                        condition("PodScheduled", false, at: created, "Unschedulable", schedulingMessage)
                    ]) : nil,
                "qosClass": .string(qosClass),
            ])
        }
        let initContainers = spec["initContainers"]?.elements ?? []
        return .members([
            "phase": .string(phase), "conditions": .array(conditions),
            "hostIP": .string(hostIP), "hostIPs": .array([.texts(["ip": hostIP])]),
            "podIP": hasAddress ? .string(ip) : nil,
            "podIPs": hasAddress ? .array([.texts(["ip": ip])]) : nil,
            "startTime": .time(created),
            "initContainerStatuses": initContainers.isEmpty ? nil : .array(initContainers.map(initStatus)),
            "containerStatuses": .array(containerStatuses), "qosClass": .string(qosClass),
        ])
    }

    // MARK: Conditions

    private var conditions: [JSONValue] {
        let unready = (spec["containers"]?.elements ?? []).enumerated()
            .filter { $0.offset == 0 || isInitializing || stage == .creating }.map { $0.element.text("name") }
        let reason = hasEnded ? "Pod\(stage == .succeeded ? "Completed" : "Failed")" : "ContainersNotReady"
        let message = hasEnded ? "" : "containers with unready status: [\(unready.joined(separator: " "))]"
        let changed = isReady || stage != .creating ? readyChanged : created
        let notInitialized = "containers with incomplete status: [\(troubledContainer)]"
        return [
            condition("PodReadyToStartContainers", stage != .creating && !hasEnded, at: started),
            isInitializing
                ? condition("Initialized", false, at: created, "ContainersNotInitialized", notInitialized)
                : condition("Initialized", true, at: started),
            condition("Ready", isReady, at: changed, reason, message),
            condition("ContainersReady", isReady, at: changed, reason, message),
            condition("PodScheduled", true, at: created),
        ]
    }

    private func condition(
        _ type: String, _ isTrue: Bool, at moment: Timestamp, _ reason: String = "", _ message: String = ""
    ) -> JSONValue {
        .members([
            "type": .string(type), "status": .string(isTrue ? "True" : "False"), "lastProbeTime": .null,
            "lastTransitionTime": .time(moment),
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
                "startedAt": .time(termination.started), "finishedAt": .time(termination.finished),
                "containerID": .string(containerID(troubledContainer, restart)),
            ])
        ])
    }

    private var crashWaiting: JSONValue {
        waiting(
            "CrashLoopBackOff",
            "back-off 5m0s restarting failed container=\(troubledContainer) pod=\(name)_\(namespace)(\(uid))")
    }

    private var containerStatuses: [JSONValue] {
        let image = spec["containers"]?.elements.first?.text("image") ?? ""
        let mainState: JSONValue =
            switch stage {
            case .unscheduled, .creating: waiting("ContainerCreating")
            case .pullFailed: waiting("ErrImagePull", pullMessage)
            case .pullBackOff:
                waiting("ImagePullBackOff", "Back-off pulling image \"\(image)\": ErrImagePull: \(pullMessage)")
            case .configError: waiting("CreateContainerConfigError", secretMessage)
            case .initRunning, .initCrashed, .initBackOff: waiting("PodInitializing")
            case .running, .ready: running(since: lastStart)
            case .crashed, .succeeded, .failed: terminated(lastTermination, restart: restarts)
            case .backOff: crashWaiting
            }
        let showsLast = !isInitializing && trouble != .initFailing && stage != .crashed && !hasEnded
        return (spec["containers"]?.elements ?? []).enumerated().map { index, container in
            guard index > 0 else {
                return containerStatus(
                    container, state: mainState,
                    last: showsLast ? terminated(lastTermination, restart: restarts - 1) : .object([]),
                    isReady: isReady, restarts: trouble == .initFailing ? 0 : restarts)
            }
            let runs = [.running, .ready, .crashed, .backOff].contains(stage)
            return containerStatus(
                container, state: runs ? running(since: started) : mainState, last: .object([]), isReady: runs,
                restarts: 0)
        }
    }

    private func initStatus(_ container: JSONValue) -> JSONValue {
        let state: JSONValue =
            switch stage {
            case .initRunning: running(since: lastStart)
            case .initCrashed: terminated(lastTermination, restart: restarts)
            case .initBackOff: crashWaiting
            case .unscheduled, .creating: waiting("PodInitializing")
            default:
                terminated(
                    Termination(exitCode: 0, reason: "Completed", started: created, finished: started), restart: 0)
            }
        let showsLast = stage == .initRunning || stage == .initBackOff
        return containerStatus(
            container, state: state, last: showsLast ? terminated(lastTermination, restart: restarts - 1) : .object([]),
            isReady: !isInitializing && stage != .creating, restarts: trouble == .initFailing ? restarts : 0)
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
            "started": .bool(state["running"] != nil), "resources": container["resources"],
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
