import KubernetesModel

/// A kind that the demo server serves.
package struct DemoResource: Sendable, Hashable {
    /// API group; empty for the core group.
    package var group: String
    /// Such as `v1`.
    package var version: String
    /// Plural name, such as `pods`.
    package var plural: String
    /// Such as `Pod`.
    package var kind: String
    /// Such as `po`.
    package var shortNames: [String]
    /// Whether objects live in namespaces.
    package var isNamespaced: Bool
    /// Whether `kubectl get all` lists it.
    package var isInAll: Bool
    /// Fields that a field selector may name, besides `metadata.name` and `metadata.namespace`.
    package var selectableFields: [String]

    init(
        _ group: String, _ version: String, _ plural: String, _ kind: String, _ shortNames: [String] = [],
        isNamespaced: Bool = true, isInAll: Bool = false, selectableFields: [String] = []
    ) {
        self.group = group
        self.version = version
        self.plural = plural
        self.kind = kind
        self.shortNames = shortNames
        self.isNamespaced = isNamespaced
        self.isInAll = isInAll
        self.selectableFields = selectableFields
    }

    /// Group and plural name.
    package var groupResource: GroupResource { GroupResource(group: group, resource: plural) }

    /// `v1`, or `apps/v1`.
    package var apiVersion: String { group.isEmpty ? version : "\(group)/\(version)" }

    /// Such as `pods` or `deployments.apps`, as the server's messages say it.
    package var qualifiedName: String { group.isEmpty ? plural : "\(plural).\(group)" }

    /// The resource of a kind, such as of `apps/v1` and `Deployment`.
    package static func of(apiVersion: String, kind: String) -> DemoResource? {
        all.first { $0.apiVersion == apiVersion && $0.kind == kind }
    }

    /// Every kind served, in the order of discovery.
    package static let all: [DemoResource] = [
        DemoResource("", "v1", "configmaps", "ConfigMap", ["cm"]),
        DemoResource(
            "", "v1", "events", "Event", ["ev"],
            selectableFields: [
                "involvedObject.kind", "involvedObject.namespace", "involvedObject.name", "involvedObject.uid",
                "involvedObject.apiVersion", "involvedObject.resourceVersion", "involvedObject.fieldPath", "reason",
                "reportingComponent", "source", "type",
            ]),
        DemoResource(
            "", "v1", "namespaces", "Namespace", ["ns"], isNamespaced: false, selectableFields: ["status.phase"]),
        DemoResource(
            "", "v1", "nodes", "Node", ["no"], isNamespaced: false, selectableFields: ["spec.unschedulable"]),
        DemoResource(
            "", "v1", "pods", "Pod", ["po"], isInAll: true,
            selectableFields: [
                "spec.nodeName", "spec.restartPolicy", "spec.schedulerName", "spec.serviceAccountName", "status.phase",
                "status.podIP", "status.nominatedNodeName",
            ]),
        DemoResource("", "v1", "secrets", "Secret", selectableFields: ["type"]),
        DemoResource("", "v1", "serviceaccounts", "ServiceAccount", ["sa"]),
        DemoResource("", "v1", "services", "Service", ["svc"], isInAll: true),
        DemoResource("apps", "v1", "daemonsets", "DaemonSet", ["ds"], isInAll: true),
        DemoResource("apps", "v1", "deployments", "Deployment", ["deploy"], isInAll: true),
        DemoResource(
            "apps", "v1", "replicasets", "ReplicaSet", ["rs"], isInAll: true, selectableFields: ["status.replicas"]),
        DemoResource("apps", "v1", "statefulsets", "StatefulSet", ["sts"], isInAll: true),
        DemoResource("batch", "v1", "jobs", "Job", isInAll: true, selectableFields: ["status.successful"]),
        DemoResource("networking.k8s.io", "v1", "ingressclasses", "IngressClass", isNamespaced: false),
        DemoResource("networking.k8s.io", "v1", "ingresses", "Ingress", ["ing"]),
        DemoResource("discovery.k8s.io", "v1", "endpointslices", "EndpointSlice"),
    ]
}
