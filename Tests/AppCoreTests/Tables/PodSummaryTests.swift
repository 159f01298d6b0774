import KubernetesModel
import Testing

/// The cases of kubectl's own printer, and what each says.
struct PodSummaryTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var name: String
        var pod: Pod
        /// READY, STATUS and RESTARTS.
        var printed: String
        var testDescription: String { name }

        init(_ name: String, _ printed: String, _ pod: Pod) {
            (self.name, self.printed, self.pod) = (name, printed, pod)
        }
    }

    private static let now = Timestamp(seconds: 1_000_000)
    private static func ago(_ seconds: Int64) -> Timestamp { Timestamp(seconds: now.seconds - seconds) }

    @Test(arguments: containerCases + initCases + sidecarCases + podCases)
    func printsWhatKubectlPrints(_ example: Case) {
        let summary = example.pod.summary
        let printed = "\(summary.readyText) \(summary.status) \(summary.restartsText(now: Self.now))"
        #expect(printed == example.printed)
    }

    static let containerCases = [
        Case("no status yet", "0/2 Pending 0", .of("Pending", containers: 2)),
        Case(
            "every container ready", "2/2 Running 6",
            .of("Running", statuses: [.running(restarts: 3), .running(restarts: 3)])),
        Case(
            "one container without a state", "1/2 Running 6",
            .of("Running", statuses: [.running(restarts: 3), .init(restarts: 3)])),
        Case(
            "running but not ready", "1/2 Running 0", .of("Running", statuses: [.running(), .running(isReady: false)])),
        Case(
            "a container waits", "1/2 ContainerWaitingReason 6",
            .of("Running", statuses: [.waiting("ContainerWaitingReason", restarts: 3), .running(restarts: 3)])),
        Case(
            "waiting for no reason", "1/2 Pending 0", .of("Pending", statuses: [.waiting(""), .running()])),
        Case(
            "the first of two reasons is shown", "0/2 CrashLoopBackOff 0",
            .of("Running", statuses: [.waiting("CrashLoopBackOff"), .waiting("ImagePullBackOff")])),
        Case(
            "ended with a reason", "0/1 OOMKilled 0",
            .of("Running", statuses: [.ended(137, reason: "OOMKilled")])),
        Case("ended by a signal", "0/1 Signal:9 0", .of("Running", statuses: [.ended(137, signal: 9)])),
        Case("ended without a reason", "0/1 ExitCode:3 0", .of("Running", statuses: [.ended(3)])),
        Case("ended well without a reason", "0/1 ExitCode:0 0", .of("Succeeded", statuses: [.ended(0)])),
        Case("completed", "0/1 Completed 0", .of("Succeeded", statuses: [.ended(0, reason: "Completed")])),
        Case(
            "completed beside one that runs, ready", "1/2 Running 0",
            .of(
                "Running", conditions: [("Ready", "True", "")],
                statuses: [.ended(0, reason: "Completed"), .running()])),
        Case(
            "completed beside one that runs, not ready", "1/2 NotReady 0",
            .of("Running", statuses: [.ended(0, reason: "Completed"), .running()])),
        Case(
            "completed beside one that failed", "0/2 Error 0",
            .of("Failed", statuses: [.ended(0, reason: "Completed"), .ended(1, reason: "Error")])),
        Case(
            "completed beside one that failed and one that runs", "1/3 Error 0",
            .of(
                "Running",
                statuses: [.ended(0, reason: "Completed"), .ended(1, reason: "Error"), .running()])),
        Case(
            "completed beside one that failed, yet ready", "1/3 Running 0",
            .of(
                "Running", conditions: [("Ready", "True", "")],
                statuses: [.ended(0, reason: "Completed"), .ended(1, reason: "Error"), .running()])),
        Case(
            "restarts tell when the newest was", "2/2 Running 6 (5m ago)",
            .of(
                "Running",
                statuses: [.running(restarts: 3, ended: ago(300)), .running(restarts: 3, ended: ago(3600))])),
        Case(
            "an end without a restart is not told", "1/1 Running 0",
            .of("Running", statuses: [.running(ended: ago(300))])),
        Case(
            "a negative count does not trap", "1/1 Running -1", .of("Running", statuses: [.running(restarts: -1)])),
    ]

    static let initCases = [
        Case(
            "the first init container runs", "0/1 Init:0/2 0",
            .of(
                "Pending", containers: 1, inits: 2,
                initStatuses: [.running(isReady: false), .waiting("PodInitializing")])),
        Case(
            "the second init container runs", "0/1 Init:1/2 0",
            .of(
                "Pending", containers: 1, inits: 2,
                initStatuses: [.ended(0, reason: "Completed"), .running(isReady: false)])),
        Case(
            "init containers have not started", "0/1 Init:0/1 0",
            .of("Pending", containers: 1, inits: 1, initStatuses: [.waiting("PodInitializing")])),
        Case(
            "an init container crashes", "0/1 Init:CrashLoopBackOff 5 (100s ago)",
            .of(
                "Pending", containers: 1, inits: 1,
                initStatuses: [.waiting("CrashLoopBackOff", restarts: 5, ended: ago(100))],
                statuses: [.waiting("PodInitializing")])),
        Case(
            "an init container failed", "0/1 Init:Error 0",
            .of("Failed", containers: 1, inits: 1, initStatuses: [.ended(1, reason: "Error")])),
        Case(
            "an init container was killed", "0/1 Init:Signal:9 0",
            .of("Pending", containers: 1, inits: 1, initStatuses: [.ended(137, signal: 9)])),
        Case(
            "an init container failed without a reason", "0/1 Init:ExitCode:255 0",
            .of("Pending", containers: 1, inits: 1, initStatuses: [.ended(255)])),
        Case(
            "restarts of init containers do not count once they are done", "1/1 Running 2",
            .of(
                "Running", containers: 1, inits: 1,
                initStatuses: [.ended(0, reason: "Completed", restarts: 7)], statuses: [.running(restarts: 2)])),
        Case(
            "initialized, although an init container runs again", "1/1 Init:0/1 4",
            .of(
                "Running", containers: 1, inits: 1, conditions: [("Initialized", "True", "")],
                initStatuses: [.running(isReady: false, restarts: 3)], statuses: [.running(restarts: 4)])),
    ]

    static let sidecarCases = [
        Case(
            "a sidecar has not started", "0/2 Init:0/1 0",
            .of("Pending", containers: 1, sidecars: 1, initStatuses: [.running(isReady: false, started: false)])),
        Case(
            "a sidecar and the container are ready", "2/2 Running 0",
            .of(
                "Running", containers: 1, sidecars: 1, initStatuses: [.running(started: true)],
                statuses: [.running()])),
        Case(
            "a sidecar is not ready", "1/2 Running 0",
            .of(
                "Running", containers: 1, sidecars: 1, initStatuses: [.running(isReady: false, started: true)],
                statuses: [.running()])),
        Case(
            "restarts of sidecars count", "2/2 Running 5 (20s ago)",
            .of(
                "Running", containers: 1, sidecars: 1,
                initStatuses: [.running(restarts: 3, started: true, ended: ago(20))],
                statuses: [.running(restarts: 2, ended: ago(90))])),
        Case(
            "a sidecar crashes after the pod was initialized", "1/2 Init:CrashLoopBackOff 3",
            .of(
                "Running", containers: 1, sidecars: 1, conditions: [("Initialized", "True", "")],
                initStatuses: [.waiting("CrashLoopBackOff", restarts: 3, started: false)], statuses: [.running()])),
        Case(
            "a sidecar ended with the pod", "0/2 Completed 0",
            .of(
                "Succeeded", containers: 1, sidecars: 1, initStatuses: [.ended(0, reason: "Completed")],
                statuses: [.ended(0, reason: "Completed")])),
    ]

    static let podCases = [
        Case("a reason of the pod", "0/1 Evicted 0", .of("Failed", containers: 1, reason: "Evicted")),
        Case(
            "held back by a gate", "0/1 SchedulingGated 0",
            .of("Pending", containers: 1, conditions: [("PodScheduled", "False", "SchedulingGated")])),
        Case(
            "not schedulable", "0/1 Pending 0",
            .of("Pending", containers: 1, conditions: [("PodScheduled", "False", "Unschedulable")])),
        Case("being deleted", "1/1 Terminating 0", .of("Running", statuses: [.running()], isDeleted: true)),
        Case(
            "being deleted on a lost node", "1/1 Unknown 0",
            .of("Running", reason: "NodeLost", statuses: [.running()], isDeleted: true)),
        Case(
            "being deleted when it was done", "0/1 Completed 0",
            .of("Succeeded", statuses: [.ended(0, reason: "Completed")], isDeleted: true)),
        Case(
            "being deleted when it had failed", "0/1 Error 0",
            .of("Failed", statuses: [.ended(1, reason: "Error")], isDeleted: true)),
        Case("nothing set", "0/0  0", Pod()),
    ]
}
