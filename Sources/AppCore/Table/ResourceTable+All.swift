extension ResourceTable {
    /// The table of pods, which the program opens on.
    package static let pods = ResourceTable(.pods)

    /// Every kind that has a table.
    package static let all: [ResourceTable] = [
        pods, ResourceTable(.services), ResourceTable(.ingresses), ResourceTable(.events), ResourceTable(.namespaces),
        ResourceTable(.nodes), ResourceTable(.deployments), ResourceTable(.statefulSets), ResourceTable(.daemonSets),
        ResourceTable(.replicaSets),
        ResourceTable(.endpointSlices),
    ]
}
