import ClusterState
import KubernetesModel

extension DiagnosisRule {
    /// Every rule; each has a file of its own in `Rules`.
    package static let all: [DiagnosisRule] = [
        .autoscalerMaximum,
        .autoscalerMetrics,
        .autoscalerTarget,
        .claimNotBound,
        .claimTerminating,
        .clusterRoleBindingDangling,
        .cronJobFailing,
        .cronJobMissed,
        .cronJobSchedule,
        .cronJobSuspended,
        .daemonSetPodsRefused,
        .daemonSetUnavailable,
        .daemonSetUpdateHeld,
        .deploymentIgnored,
        .deploymentPaused,
        .deploymentRollout,
        .deploymentUnavailable,
        .disruptionBudgetBlocks,
        .disruptionBudgetSelector,
        .ingressBackend,
        .ingressClass,
        .ingressTLSSecret,
        .jobFailed,
        .jobPodsRefused,
        .namespaceTerminating,
        .networkPolicySelector,
        .nodeCordoned,
        .nodeNotReady,
        .nodePressure,
        .podConfigError,
        .podCrashLoop,
        .podCreateError,
        .podEvicted,
        .podFailed,
        .podImagePull,
        .podNodeLost,
        .podNotReady,
        .podOutOfMemory,
        .podProbeInert,
        .podProbeKills,
        .podReadinessGate,
        .podSandbox,
        .podScheduling,
        .podSchedulingGate,
        .podServiceAccount,
        .podTerminating,
        .podVolume,
        .podWaiting,
        .replicaSetPodsRefused,
        .resourceQuotaFull,
        .roleBindingDangling,
        .serviceExternalName,
        .serviceFamily,
        .serviceLoadBalancer,
        .serviceNoEndpoints,
        .serviceNotReady,
        .serviceScaledToZero,
        .serviceSelector,
        .serviceSeveralOwners,
        .serviceTargetPort,
        .statefulSetPodsRefused,
        .statefulSetService,
        .statefulSetStuck,
        .statefulSetUpdateHeld,
    ]

    /// The scopes that all rules read, with the namespace to look in; `nil` for all namespaces.
    package static func scopes(namespace: String?) -> Set<KindScope> { scopes(of: allTypes, namespace: namespace) }

    static func scopes(of types: [any KubernetesObject.Type], namespace: String?) -> Set<KindScope> {
        Set(types.map { KindScope($0.kind.groupResource, namespace: $0.kind.isNamespaced ? namespace : nil) })
    }

    /// Kinds that are read only for somebody who looks at findings: they may be large or often may not be read, and
    /// reading Secrets is noticed.
    package static let askedKinds = Set(
        [
            SecretObject.kind, ConfigMap.kind, Role.kind, ClusterRole.kind, RoleBinding.kind, ClusterRoleBinding.kind,
        ].map(\.groupResource))

    private static let allTypes = types(of: all)

    /// The kinds that rules read, each once.
    static func types(of rules: [DiagnosisRule]) -> [any KubernetesObject.Type] {
        var types: [ObjectIdentifier: any KubernetesObject.Type] = [:]
        for rule in rules {
            for type in rule.needs + rule.uses { types[ObjectIdentifier(type)] = type }
        }
        return types.values.sorted { $0.kind.groupResource < $1.kind.groupResource }
    }

    /// The rule of an id.
    package static func named(_ id: String) -> DiagnosisRule? { all.first { $0.id == id } }
}
