import KubernetesModel

extension DiagnosisRule {
    static let podOutOfMemory = DiagnosisRule(
        id: "pod/out-of-memory", title: "A container uses more memory than it may", severity: .broken,
        remedy: "Raise the memory limit above what the program needs, or make it need less.",
        source: "https://kubernetes.io/docs/tasks/configure-pod-container/assign-memory-resource/",
        subject: Pod.self
    ) { pod, context in
        // What is being deleted needs no mending.
        guard pod.metadata.deletionTimestamp == nil else { return }
        for container in pod.podContainers {
            guard let (end, path) = container.lastEnd, end.reason == "OOMKilled" else { continue }
            let isRunning = container.status.state.isRunning
            // A container that has run for an hour since then is over it.
            if isRunning, context.hasPassed(seconds: 3600, since: end.finishedAt) { continue }
            if container.isInit, case .terminated(let now) = container.status.state, now.exitCode == 0 { continue }
            let id = ObjectID(pod)
            let limit = container.container?.limits["memory"]
            var evidence = [
                Evidence(id, "\(container.specPath).resources.limits.memory", limit ?? "not set")
            ]
            evidence += container.evidence(of: end, path: path, on: id)
            evidence += context.logEvidence(pod, container)
            let bound = limit.map { "its limit of \($0)" } ?? "the memory of the pod or the node"
            var cause = "The kernel killed it when it went beyond \(bound)."
            if end.exitCode == 143 {
                cause =
                    "A process in it went beyond \(bound) and was killed; the container itself was told to stop"
                    + " afterwards (exit code 143)."
            }
            context.report(
                FindingDraft(
                    key: container.name, severity: isRunning && container.status.ready ? .degraded : .broken,
                    title: "\(container.title) ran out of memory" + (limit.map { " (limit \($0))" } ?? ""),
                    cause: cause + " Short peaks do not show in graphs of its use.",
                    nextStep: limit == nil
                        ? "Set a limit, and see what else uses the node's memory."
                        : "Raise \(container.specPath).resources.limits.memory, or find what uses so much.",
                    command: "kubectl \(id.namespaceFlag)top pod \(pod.metadata.name) --containers",
                    evidence: evidence, since: end.finishedAt, owner: pod.maker))
        }
    }
}
