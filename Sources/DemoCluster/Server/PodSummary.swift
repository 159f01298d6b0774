import KubernetesModel

/// What `kubectl get pods` says of a pod.
struct PodSummary: Equatable {
    var status: String
    var restarts: Int
    /// When a container that was restarted last ended, as RFC 3339; empty when none did.
    var lastRestart: String

    init(of pod: JSONValue) {
        let statuses = pod.at("status", "containerStatuses")?.elements ?? []
        let phase = pod.text("status", "phase")
        let allStatuses = statuses + (pod.at("status", "initContainerStatuses")?.elements ?? [])
        lastRestart = allStatuses.map { $0.text("lastState", "terminated", "finishedAt") }.max() ?? ""
        status = pod.text("status", "reason").isEmpty ? phase : pod.text("status", "reason")
        let isGated = (pod.at("status", "conditions")?.elements ?? []).contains {
            $0.text("type") == "PodScheduled" && $0.text("reason") == "SchedulingGated"
        }
        if isGated { status = "SchedulingGated" }
        restarts = statuses.reduce(0) { $0 + $1.integer("restartCount") }
        if let trouble = Self.initTrouble(of: pod) {
            status = trouble.status
            restarts = trouble.restarts
        } else {
            for container in statuses.reversed() {
                if let reason = Self.reason(of: container) { status = reason }
            }
            let isReady = (pod.at("status", "conditions")?.elements ?? []).contains {
                $0.text("type") == "Ready" && $0.text("status") == "True"
            }
            if status == "Completed", statuses.contains(where: { $0.at("state", "running") != nil }) {
                status = isReady ? "Running" : "NotReady"
            }
        }
        if pod.at("metadata", "deletionTimestamp") != nil, !["Succeeded", "Failed"].contains(phase) {
            status = "Terminating"
        }
    }

    /// Why a container does not run; `nil` when it runs.
    private static func reason(of container: JSONValue) -> String? {
        if let waiting = container.at("state", "waiting") { return waiting.text("reason") }
        guard let terminated = container.at("state", "terminated") else { return nil }
        let reason = terminated.text("reason")
        return reason.isEmpty ? "ExitCode:\(terminated.integer("exitCode"))" : reason
    }

    private static func initTrouble(of pod: JSONValue) -> (status: String, restarts: Int)? {
        let statuses = pod.at("status", "initContainerStatuses")?.elements ?? []
        let restarts = statuses.reduce(0) { $0 + $1.integer("restartCount") }
        for (index, container) in statuses.enumerated() {
            if let terminated = container.at("state", "terminated"), terminated.integer("exitCode") == 0 { continue }
            if let reason = reason(of: container), reason != "PodInitializing" { return ("Init:\(reason)", restarts) }
            return ("Init:\(index)/\(statuses.count)", restarts)
        }
        return nil
    }
}
