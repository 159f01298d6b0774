extension ResourceTable {
    /// The table of pods, which the program opens on.
    package static let pods = ResourceTable(.pods)

    /// Every kind that has a table.
    package static let all: [ResourceTable] = [
        pods, ResourceTable(.services), ResourceTable(.ingresses), ResourceTable(.events), ResourceTable(.namespaces),
        ResourceTable(.nodes), ResourceTable(.deployments), ResourceTable(.statefulSets), ResourceTable(.daemonSets),
        ResourceTable(.replicaSets),
        ResourceTable(.endpointSlices), ResourceTable(.jobs), ResourceTable(.cronJobs),
        ResourceTable(.horizontalPodAutoscalers), ResourceTable(.podDisruptionBudgets),
        ResourceTable(.persistentVolumeClaims), ResourceTable(.persistentVolumes), ResourceTable(.storageClasses),
        ResourceTable(.configMaps), ResourceTable(.secrets), ResourceTable(.serviceAccounts), ResourceTable(.roles),
        ResourceTable(.roleBindings), ResourceTable(.clusterRoles), ResourceTable(.clusterRoleBindings),
        ResourceTable(.networkPolicies), ResourceTable(.ingressClasses), ResourceTable(.resourceQuotas),
        ResourceTable(.limitRanges), ResourceTable(.endpoints), ResourceTable(.leases),
        ResourceTable(.priorityClasses), ResourceTable(.customResourceDefinitions),
    ]
}
