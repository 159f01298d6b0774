extension DiagnosisRule {
    /// Every rule; each has a file of its own in `Rules`.
    package static let all: [DiagnosisRule] = [
        .claimNotBound,
        .daemonSetPodsRefused,
        .jobPodsRefused,
        .podConfigError,
        .podCrashLoop,
        .podCreateError,
        .podFailed,
        .podImagePull,
        .podNodeLost,
        .podOutOfMemory,
        .podReadinessGate,
        .podEvicted,
        .podSandbox,
        .podScheduling,
        .podSchedulingGate,
        .podVolume,
        .podWaiting,
        .replicaSetPodsRefused,
        .serviceSelector,
        .statefulSetPodsRefused,
    ]

    /// The rule of an id.
    package static func named(_ id: String) -> DiagnosisRule? { all.first { $0.id == id } }
}
