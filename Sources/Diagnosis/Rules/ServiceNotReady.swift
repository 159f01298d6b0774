import KubernetesModel

extension DiagnosisRule {
    static let serviceNotReady = DiagnosisRule(
        id: "service/not-ready", title: "No pod of a Service is ready", severity: .broken,
        remedy: "See why its pods are not ready, or not there.",
        source: "https://kubernetes.io/docs/concepts/services-networking/endpoint-slices/#conditions",
        subject: Service.self, needs: [Pod.self],
        uses: [EndpointSlice.self, Deployment.self, StatefulSet.self, ReplicaSet.self, Node.self]
    ) { service, context in
        guard let outage = context.outage(of: service) else { return }
        let id = ObjectID(service)
        var evidence = [Evidence(id, "spec.selector", service.spec.selector.text)]
        guard let pod = outage.pods.first else {
            guard let workload = outage.workload else { return }
            evidence.append(Evidence(workload.id, "spec.replicas", "\(workload.replicas ?? 1)"))
            context.report(
                FindingDraft(
                    title: "Has no pods: \(workload.id.text) is to have "
                        + "\(counted(workload.replicas ?? 1, "pod")) and has none",
                    cause: "Its selector is right, but the pods that it means cannot be made.",
                    nextStep: "See why \(workload.id.text) has no pods.",
                    command: "kubectl \(id.namespaceFlag)describe \(workload.id.text)", evidence: evidence,
                    related: [workload.id], since: outage.since, explainedBy: [workload.id]))
            return
        }
        evidence += outage.pods.prefix(3).flatMap { pod -> [Evidence] in
            let ready = pod.status.conditions[type: "Ready"]?.evidence(on: ObjectID(pod))
            let waiting = pod.podContainers.lazy.compactMap { container in
                container.status.state.waiting.map {
                    Evidence(ObjectID(pod), "\(container.statusPath).state.waiting.reason", $0.reason)
                }
            }.first
            return [ready ?? Evidence(ObjectID(pod), "status.phase", pod.status.phase), waiting].compactMap { $0 }
        }
        let isLeaving = pod.metadata.deletionTimestamp != nil
        if isLeaving {
            evidence =
                [evidence[0]]
                + outage.pods.prefix(3).compactMap { pod in
                    pod.metadata.deletionTimestamp.map {
                        Evidence(ObjectID(pod), "metadata.deletionTimestamp", $0.rfc3339)
                    }
                }
        }
        let makers = outage.pods.compactMap(\.maker)
        let owner = Set(makers).count == 1 ? makers.first : nil
        let whose = owner.map { " of \($0.text)" } ?? ""
        context.report(
            FindingDraft(
                title: isLeaving
                    ? outage.pods.count == 1
                        ? "Its only pod\(whose) is being deleted"
                        : "All of its \(outage.pods.count) pods\(whose) are being deleted"
                    : outage.pods.count == 1
                        ? "Its only pod\(whose) is not ready" : "None of \(outage.pods.count) pods\(whose) is ready",
                cause: "A Service sends traffic to ready pods only, so nothing answers at this one.",
                nextStep: isLeaving
                    ? "See what keeps the pods, and why nothing makes others."
                    : "See why the pods are not ready: their probes, their events, what their containers wait for.",
                command: "kubectl \(id.namespaceFlag)describe pod/\(pod.metadata.name)", evidence: evidence,
                related: Array(Set(makers)).sorted(), since: outage.since,
                explainedBy: Array(Set(makers)).sorted() + outage.pods.map { ObjectID($0) }
                    + outage.pods.flatMap { context.cutOffNode(of: $0) }))
    }
}

/// Why a Service whose selector is right has nobody that answers.
struct ServiceOutage {
    /// Those that are not ready, by name; empty when there are none.
    var pods: [Pod] = []
    /// What ought to have pods when there are none.
    var workload: Workload?
    /// Since when, as far as it is known.
    var since: Timestamp?
}

extension RuleContext {
    /// Why nobody answers at a Service whose selector is right; `nil` when somebody does, or will in a moment.
    mutating func outage(of service: Service) -> ServiceOutage? {
        guard service.isSelecting, !service.spec.publishNotReadyAddresses else { return nil }
        let pods = pods(of: service)
        guard pods.readyCount == 0 else { return nil }
        guard !pods.live.isEmpty else { return missingPods(of: service) }
        let unready = pods.live.map(\.value).filter { $0.metadata.deletionTimestamp == nil }.sorted {
            $0.metadata.name < $1.metadata.name
        }
        if unready.isEmpty { return leavingPods(pods.live.map(\.value)) }
        guard unready.allSatisfy({ isLate($0) }),
            hasPassed(seconds: 60, since: service.metadata.creationTimestamp),
            // Endpoints that something else made, or whose pods were ready a moment ago.
            endpoints(of: service).allSatisfy({ $0.ready == false || $0.terminating == true })
        else { return nil }
        let since = unready.compactMap(\.unreadySince).max { $0.microseconds < $1.microseconds }
        return ServiceOutage(pods: unready, since: since)
    }

    /// The outage of a Service all of whose pods are being deleted, and are held; nobody takes their place.
    private mutating func leavingPods(_ pods: [Pod]) -> ServiceOutage? {
        guard pods.allSatisfy({ hasPassed(seconds: 120, since: $0.metadata.deletionTimestamp) }) else { return nil }
        let pods = pods.sorted { $0.metadata.name < $1.metadata.name }
        return ServiceOutage(pods: pods, since: pods.compactMap(\.metadata.deletionTimestamp).max())
    }

    /// Whether a pod ought to be ready by now.
    private mutating func isLate(_ pod: Pod) -> Bool {
        let statuses = pod.status.initContainerStatuses + pod.status.containerStatuses
        // It will not become ready by itself, or only for moments.
        let isFailing = statuses.contains { status in
            if let reason = status.state.waiting?.reason {
                return reason != "ContainerCreating" && reason != "PodInitializing"
            }
            return status.restartCount > 1
        }
        if isFailing { return hasPassed(seconds: 60, since: pod.metadata.creationTimestamp) }
        let budget =
            pod.spec.containers.map { container -> Int64 in
                guard let probe = container.startupProbe else { return 0 }
                let period = Int64(probe.periodSeconds == 0 ? 10 : probe.periodSeconds)
                let attempts = Int64(probe.failureThreshold == 0 ? 3 : probe.failureThreshold)
                return Int64(probe.initialDelaySeconds) + min(period, 3_600) * min(attempts, 3_600)
            }.max() ?? 0
        return hasPassed(seconds: max(120, budget + 60), since: pod.unreadySince)
    }

    private mutating func missingPods(of service: Service) -> ServiceOutage? {
        guard service.metadata.controller == nil, endpoints(of: service).isEmpty,
            hasPassed(seconds: 120, since: service.metadata.creationTimestamp)
        else { return nil }
        let workload = workloads(in: service.metadata.namespace).first { workload in
            (workload.replicas ?? 0) > 0 && workload.mayGet(service.spec.selector)
        }
        guard let workload else { return nil }
        var since: Timestamp?
        if workload.id.kind == "Deployment" {
            // Scaled up a moment ago.
            let deployment = get(Deployment.self, namespace: workload.id.namespace, name: workload.id.name)
            guard let available = deployment?.conditions[type: "Available"], available.status != "True" else {
                return nil
            }
            since = available.lastTransitionTime
        }
        guard hasPassed(seconds: 120, since: since ?? workload.created) else { return nil }
        return ServiceOutage(workload: workload, since: since ?? workload.created)
    }
}
