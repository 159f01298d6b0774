import KubernetesModel

/// What the kubelet and the scheduler say about a pod.
extension SimulatedPod {
    /// A text with what is known of this pod in it.
    func filled(_ text: String) -> String {
        guard text.contains("{") else { return text }
        let focus = focus
        let port = focus["ports"]?.elements.first?.integer("containerPort") ?? 8080
        let values = [
            "image": focus.text("image"), "container": troubledContainer, "pod": name, "namespace": namespace,
            "uid": uid, "ip": ip, "port": String(port), "node": node,
            "liveness": focus.text("livenessProbe", "httpGet", "path"),
            "readiness": focus.text("readinessProbe", "httpGet", "path"),
            "volume": spec["volumes"]?.elements.first?.text("name") ?? "",
        ]
        return values.reduce(text) { $0.replacing("{\($1.key)}", with: $1.value) }
    }

    var message: String { filled(trouble.message) }

    func start(of container: JSONValue, isInit: Bool) -> [Happening] {
        let name = container.text("name")
        let image = container.text("image")
        var happenings: [Happening] = []
        if isNewImage, restarts == 0 {
            let milliseconds = 400 + Int(stableHash(image) % 3000)
            let time = "\(milliseconds / 1000).\(String(milliseconds % 1000 + 1000).dropFirst())s"
            happenings = [
                Happening(reason: "Pulling", message: "Pulling image \"\(image)\"", container: name, isInit: isInit),
                Happening(
                    reason: "Pulled",
                    message: "Successfully pulled image \"\(image)\" in \(time) (\(time) including waiting). "
                        + "Image size: \(20_000_000 + stableHash(image) % 90_000_000) bytes.", container: name,
                    isInit: isInit),
            ]
        } else {
            happenings = [
                Happening(
                    reason: "Pulled",
                    message: "Container image \"\(image)\" already present on machine and can be "
                        + "accessed by the pod", container: name, isInit: isInit)
            ]
        }
        happenings += created(of: container, isInit: isInit)
        return happenings + [
            Happening(reason: "Started", message: "Container started", container: name, isInit: isInit)
        ]
    }

    func created(of container: JSONValue, isInit: Bool) -> [Happening] {
        [
            Happening(
                reason: "Created", message: "Container created", container: container.text("name"), isInit: isInit)
        ]
    }

    var troubledContainer: String { focus.text("name") }

    var backOff: Happening {
        Happening(
            isWarning: true, reason: "BackOff",
            message: "Back-off restarting failed container \(troubledContainer) in pod \(name)_\(namespace)(\(uid))",
            container: troubledContainer, isInit: isInitTrouble)
    }

    /// Why the last pull failed: the reason of the state.
    var pullReason: String { trouble.reason.isEmpty ? "ErrImagePull" : trouble.reason }

    var pullFailure: [Happening] {
        let image = focus.text("image")
        return [
            Happening(
                reason: "Pulling", message: "Pulling image \"\(image)\"", container: troubledContainer,
                isInit: isInitTrouble),
            Happening(
                isWarning: true, reason: "Failed", message: "Failed to pull image \"\(image)\": \(message)",
                container: troubledContainer, isInit: isInitTrouble),
            Happening(
                isWarning: true, reason: "Failed", message: "Error: \(pullReason)", container: troubledContainer,
                isInit: isInitTrouble),
        ]
    }

    var pullBackOff: [Happening] {
        [
            Happening(
                reason: "BackOff", message: "Back-off pulling image \"\(mainContainer.text("image"))\"",
                container: troubledContainer),
            Happening(
                isWarning: true, reason: "Failed", message: "Error: ImagePullBackOff", container: troubledContainer),
        ]
    }

    var waitingFailure: [Happening] {
        func failed(_ reason: String, _ message: String) -> Happening {
            Happening(
                isWarning: true, reason: reason, message: message, container: troubledContainer, isInit: isInitTrouble)
        }
        switch trouble.reason {
        case "InvalidImageName", "ImageInspectError":
            return [failed("InspectFailed", message), failed("Failed", "Error: \(trouble.reason)")]
        case "ErrImageNeverPull":
            return [failed("ErrImageNeverPull", message), failed("Failed", "Error: ErrImageNeverPull")]
        case "PostStartHookError":
            return [
                failed("FailedPostStartHook", "PostStartHook failed"),
                Happening(reason: "Killing", message: "FailedPostStartHook", container: troubledContainer),
            ]
        case "PreCreateHookError": return [failed("Failed", "Internal PreCreateContainer hook failed: \(message)")]
        case "PreStartHookError": return [failed("Failed", "Internal PreStartContainer hook failed: \(message)")]
        default: return [failed("Failed", "Error: \(message)")]
        }
    }

    var startFailure: Happening {
        Happening(
            isWarning: true, reason: "Failed", message: "Error: \(message)", container: troubledContainer,
            isInit: isInitTrouble)
    }

    var unschedulable: Happening {
        Happening(
            isWarning: true, reason: "FailedScheduling", message: schedulingMessage, component: "default-scheduler")
    }

    var unhealthy: Happening {
        Happening(isWarning: true, reason: "Unhealthy", message: message, container: troubledContainer)
    }

    var killing: Happening {
        let probe = message.hasPrefix("Startup") ? "startup" : "liveness"
        return Happening(
            reason: "Killing", message: "Container \(troubledContainer) failed \(probe) probe, will be restarted",
            container: troubledContainer)
    }

    var remark: Happening {
        Happening(isWarning: true, reason: trouble.reason, message: message, container: troubledContainer)
    }

    /// What is said while the pod is not being created: by the kubelet, or by who attaches volumes.
    var creationFailure: Happening {
        Happening(
            isWarning: trouble.reason != "Pulling", reason: trouble.reason, message: message,
            component: trouble.reason == "FailedAttachVolume" ? "attachdetach-controller" : "kubelet")
    }

    /// What happened before the simulation began, counted.
    var backlog: [Happening] {
        func counted(_ happenings: [Happening], _ count: Int) -> [Happening] {
            happenings.map { happening in
                var counted = happening
                counted.count = max(1, count)
                return counted
            }
        }
        let starts = counted(start(of: isInitTrouble ? mainContainer : focus, isInit: false), restarts + 1)
        switch trouble.kind {
        case .ends:
            guard stage == .backOff else { return [] }
            let failure = trouble.reason == "StartError" ? counted([startFailure], restarts + 1) : []
            return starts + failure + counted([backOff], restarts * 9)
        case .initFailing:
            let starts = initContainer.map { start(of: $0, isInit: true) } ?? []
            return counted(starts, restarts + 1) + counted([backOff], restarts * 9)
        case .pull: return counted(pullFailure, 13) + counted(pullBackOff, 187)
        case .waiting: return counted(waitingFailure, 231)
        case .unschedulable: return isGated ? [] : counted([unschedulable], 27)
        case .probeKill:
            return starts + counted([unhealthy], restarts * 3) + counted([killing], restarts)
                + counted([backOff], restarts * 9)
        case .creating: return isSilent ? [] : counted([creationFailure], trouble.reason == "Pulling" ? 1 : 23)
        case .unready: return counted([unhealthy], 1790)
        case .flapping: return counted([unhealthy], 64)
        case .remark: return counted([remark], 310)
        case .terminating:
            return [Happening(reason: "Killing", message: "Stopping container \(troubledContainer)", count: 1)]
        case .rejected:
            return [
                Happening(
                    isWarning: true, reason: trouble.reason, message: message, count: 1)
            ]
        case .healthy: return []
        }
    }
}
