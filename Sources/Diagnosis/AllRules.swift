extension DiagnosisRule {
    /// Every rule; each has a file of its own in `Rules`.
    package static let all: [DiagnosisRule] = [
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
        .serviceSelector,
    ]

    /// The rule of an id.
    package static func named(_ id: String) -> DiagnosisRule? { all.first { $0.id == id } }
}
