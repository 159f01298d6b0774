extension DiagnosisRule {
    /// Every rule; each has a file of its own in `Rules`.
    package static let all: [DiagnosisRule] = [
        .claimNotBound,
        .cronJobFailing,
        .cronJobMissed,
        .cronJobSchedule,
        .cronJobSuspended,
        .daemonSetPodsRefused,
        .daemonSetUnavailable,
        .deploymentIgnored,
        .deploymentPaused,
        .deploymentRollout,
        .deploymentUnavailable,
        .jobFailed,
        .jobPodsRefused,
        .podConfigError,
        .podCrashLoop,
        .podCreateError,
        .podEvicted,
        .podFailed,
        .podImagePull,
        .podNodeLost,
        .podOutOfMemory,
        .podReadinessGate,
        .podSandbox,
        .podScheduling,
        .podSchedulingGate,
        .podVolume,
        .podWaiting,
        .replicaSetPodsRefused,
        .serviceSelector,
        .statefulSetPodsRefused,
        .statefulSetService,
        .statefulSetStuck,
    ]

    /// The rule of an id.
    package static func named(_ id: String) -> DiagnosisRule? { all.first { $0.id == id } }
}
