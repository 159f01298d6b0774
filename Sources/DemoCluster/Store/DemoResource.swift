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

    /// Something that belongs to an object and has a path of its own.
    struct Subresource: Sendable {
        var name: String
        /// Group of the kind that is sent; empty for one of the resource's own group.
        var group = ""
        var kind: String
        var verbs: [String]
    }

    /// What its objects have paths for.
    var subresources: [Subresource] {
        switch plural {
        case "deployments", "statefulsets", "replicasets":
            [Subresource(name: "scale", group: "autoscaling", kind: "Scale", verbs: ["get", "patch", "update"])]
        case "pods":
            [
                Subresource(name: "attach", kind: "PodAttachOptions", verbs: ["create", "get"]),
                Subresource(name: "eviction", group: "policy", kind: "Eviction", verbs: ["create"]),
                Subresource(name: "exec", kind: "PodExecOptions", verbs: ["create", "get"]),
                Subresource(name: "log", kind: "Pod", verbs: ["get"]),
                Subresource(name: "portforward", kind: "PodPortForwardOptions", verbs: ["create", "get"]),
                Subresource(name: "proxy", kind: "PodProxyOptions", verbs: ["create", "get"]),
            ]
        case "services": [Subresource(name: "proxy", kind: "ServiceProxyOptions", verbs: ["create", "get"])]
        default: []
        }
    }

    /// The resource of a kind, such as of `apps/v1` and `Deployment`.
    package static func of(apiVersion: String, kind: String) -> DemoResource? {
        all.first { $0.apiVersion == apiVersion && $0.kind == kind }
    }

    /// `configmaps`.
    package static let configMaps = DemoResource("", "v1", "configmaps", "ConfigMap", ["cm"])
    /// `events`, of the core group.
    package static let events = DemoResource(
        "", "v1", "events", "Event", ["ev"],
        selectableFields: [
            "involvedObject.kind", "involvedObject.namespace", "involvedObject.name", "involvedObject.uid",
            "involvedObject.apiVersion", "involvedObject.resourceVersion", "involvedObject.fieldPath", "reason",
            "reportingComponent", "source", "type",
        ])
    /// `namespaces`.
    package static let namespaces = DemoResource(
        "", "v1", "namespaces", "Namespace", ["ns"], isNamespaced: false, selectableFields: ["status.phase"])
    /// `nodes`.
    package static let nodes = DemoResource(
        "", "v1", "nodes", "Node", ["no"], isNamespaced: false, selectableFields: ["spec.unschedulable"])
    /// `pods`.
    package static let pods = DemoResource(
        "", "v1", "pods", "Pod", ["po"], isInAll: true,
        selectableFields: [
            "spec.nodeName", "spec.restartPolicy", "spec.schedulerName", "spec.serviceAccountName", "status.phase",
            "status.podIP", "status.nominatedNodeName",
        ])
    /// `secrets`.
    package static let secrets = DemoResource("", "v1", "secrets", "Secret", selectableFields: ["type"])
    /// `services`.
    package static let services = DemoResource("", "v1", "services", "Service", ["svc"], isInAll: true)
    /// `daemonsets.apps`.
    package static let daemonSets = DemoResource("apps", "v1", "daemonsets", "DaemonSet", ["ds"], isInAll: true)
    /// `deployments.apps`.
    package static let deployments = DemoResource(
        "apps", "v1", "deployments", "Deployment", ["deploy"], isInAll: true)
    /// `replicasets.apps`.
    package static let replicaSets = DemoResource(
        "apps", "v1", "replicasets", "ReplicaSet", ["rs"], isInAll: true, selectableFields: ["status.replicas"])
    /// `statefulsets.apps`.
    package static let statefulSets = DemoResource(
        "apps", "v1", "statefulsets", "StatefulSet", ["sts"], isInAll: true)
    /// `jobs.batch`.
    package static let jobs = DemoResource(
        "batch", "v1", "jobs", "Job", isInAll: true, selectableFields: ["status.successful"])
    /// `ingressclasses.networking.k8s.io`.
    package static let ingressClasses = DemoResource(
        "networking.k8s.io", "v1", "ingressclasses", "IngressClass", isNamespaced: false)
    /// `ingresses.networking.k8s.io`.
    package static let ingresses = DemoResource("networking.k8s.io", "v1", "ingresses", "Ingress", ["ing"])
    /// `endpointslices.discovery.k8s.io`.
    package static let endpointSlices = DemoResource("discovery.k8s.io", "v1", "endpointslices", "EndpointSlice")

    /// `serviceaccounts`.
    package static let serviceAccounts = DemoResource("", "v1", "serviceaccounts", "ServiceAccount", ["sa"])

    /// `endpoints`.
    package static let endpoints = DemoResource("", "v1", "endpoints", "Endpoints", ["ep"])
    /// `leases.coordination.k8s.io`.
    package static let leases = DemoResource("coordination.k8s.io", "v1", "leases", "Lease")

    private static let access = "rbac.authorization.k8s.io"

    /// Kinds that are served as their manifests say, and as nothing changes them.
    private static let still: [DemoResource] = [
        DemoResource("", "v1", "limitranges", "LimitRange", ["limits"]),
        DemoResource("", "v1", "persistentvolumeclaims", "PersistentVolumeClaim", ["pvc"]),
        DemoResource("", "v1", "persistentvolumes", "PersistentVolume", ["pv"], isNamespaced: false),
        DemoResource("", "v1", "resourcequotas", "ResourceQuota", ["quota"]),
        DemoResource(
            "autoscaling", "v2", "horizontalpodautoscalers", "HorizontalPodAutoscaler", ["hpa"], isInAll: true),
        DemoResource("batch", "v1", "cronjobs", "CronJob", ["cj"], isInAll: true),
        DemoResource(
            "apiextensions.k8s.io", "v1", "customresourcedefinitions", "CustomResourceDefinition", ["crd", "crds"],
            isNamespaced: false),
        DemoResource("networking.k8s.io", "v1", "networkpolicies", "NetworkPolicy", ["netpol"]),
        DemoResource("policy", "v1", "poddisruptionbudgets", "PodDisruptionBudget", ["pdb"]),
        DemoResource("storage.k8s.io", "v1", "storageclasses", "StorageClass", ["sc"], isNamespaced: false),
        DemoResource(access, "v1", "clusterrolebindings", "ClusterRoleBinding", isNamespaced: false),
        DemoResource(access, "v1", "clusterroles", "ClusterRole", isNamespaced: false),
        DemoResource(access, "v1", "rolebindings", "RoleBinding"),
        DemoResource(access, "v1", "roles", "Role"),
        DemoResource("scheduling.k8s.io", "v1", "priorityclasses", "PriorityClass", ["pc"], isNamespaced: false),
    ]

    /// Every kind served, in the order of discovery.
    package static let all: [DemoResource] =
        [
            configMaps, events, namespaces, nodes, pods, secrets, serviceAccounts, services, daemonSets, deployments,
            replicaSets, statefulSets, jobs, ingressClasses, ingresses, endpointSlices, endpoints, leases,
        ] + still + custom
}
