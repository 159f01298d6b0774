import KubernetesModel

/// The kinds that a cluster has by itself, as discovery of a 1.36 server tells them.
extension DemoResource {
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
        "", "v1", "namespaces", "Namespace", ["ns"], isNamespaced: false, selectableFields: ["status.phase"],
        hasStatus: true, verbs: allVerbs.filter { $0 != "deletecollection" })
    /// `nodes`.
    package static let nodes = DemoResource(
        "", "v1", "nodes", "Node", ["no"], isNamespaced: false, selectableFields: ["spec.unschedulable"],
        hasStatus: true)
    /// `pods`.
    package static let pods = DemoResource(
        "", "v1", "pods", "Pod", ["po"], isInAll: true,
        selectableFields: [
            "spec.nodeName", "spec.restartPolicy", "spec.schedulerName", "spec.serviceAccountName",
            "spec.hostNetwork", "status.phase", "status.podIP", "status.podIPs", "status.nominatedNodeName",
        ], hasStatus: true)
    /// `secrets`.
    package static let secrets = DemoResource("", "v1", "secrets", "Secret", selectableFields: ["type"])
    /// `services`.
    package static let services = DemoResource(
        "", "v1", "services", "Service", ["svc"], isInAll: true, selectableFields: ["spec.clusterIP", "spec.type"],
        hasStatus: true)
    /// `daemonsets.apps`.
    package static let daemonSets = DemoResource(
        "apps", "v1", "daemonsets", "DaemonSet", ["ds"], isInAll: true, hasStatus: true)
    /// `deployments.apps`.
    package static let deployments = DemoResource(
        "apps", "v1", "deployments", "Deployment", ["deploy"], isInAll: true, hasStatus: true)
    /// `replicasets.apps`.
    package static let replicaSets = DemoResource(
        "apps", "v1", "replicasets", "ReplicaSet", ["rs"], isInAll: true, selectableFields: ["status.replicas"],
        hasStatus: true)
    /// `statefulsets.apps`.
    package static let statefulSets = DemoResource(
        "apps", "v1", "statefulsets", "StatefulSet", ["sts"], isInAll: true, hasStatus: true)
    /// `jobs.batch`.
    package static let jobs = DemoResource(
        "batch", "v1", "jobs", "Job", isInAll: true, selectableFields: ["status.successful"], hasStatus: true)
    /// `ingressclasses.networking.k8s.io`.
    package static let ingressClasses = DemoResource(
        "networking.k8s.io", "v1", "ingressclasses", "IngressClass", isNamespaced: false)
    /// `ingresses.networking.k8s.io`.
    package static let ingresses = DemoResource(
        "networking.k8s.io", "v1", "ingresses", "Ingress", ["ing"], hasStatus: true)
    /// `endpointslices.discovery.k8s.io`.
    package static let endpointSlices = DemoResource("discovery.k8s.io", "v1", "endpointslices", "EndpointSlice")
    /// `serviceaccounts`.
    package static let serviceAccounts = DemoResource("", "v1", "serviceaccounts", "ServiceAccount", ["sa"])
    /// `endpoints`.
    package static let endpoints = DemoResource("", "v1", "endpoints", "Endpoints", ["ep"])
    /// `leases.coordination.k8s.io`.
    package static let leases = DemoResource("coordination.k8s.io", "v1", "leases", "Lease")
    /// `clusterroles.rbac.authorization.k8s.io`.
    package static let clusterRoles = DemoResource(access, "v1", "clusterroles", "ClusterRole", isNamespaced: false)
    /// `clusterrolebindings.rbac.authorization.k8s.io`.
    package static let clusterRoleBindings = DemoResource(
        access, "v1", "clusterrolebindings", "ClusterRoleBinding", isNamespaced: false)
    /// `roles.rbac.authorization.k8s.io`.
    package static let roles = DemoResource(access, "v1", "roles", "Role")
    /// `rolebindings.rbac.authorization.k8s.io`.
    package static let roleBindings = DemoResource(access, "v1", "rolebindings", "RoleBinding")
    /// `apiservices.apiregistration.k8s.io`.
    package static let apiServices = DemoResource(
        "apiregistration.k8s.io", "v1", "apiservices", "APIService", isNamespaced: false,
        otherCategories: ["api-extensions"], hasStatus: true)
    /// `customresourcedefinitions.apiextensions.k8s.io`.
    package static let customResourceDefinitions = DemoResource(
        "apiextensions.k8s.io", "v1", "customresourcedefinitions", "CustomResourceDefinition", ["crd", "crds"],
        isNamespaced: false, otherCategories: ["api-extensions"], hasStatus: true)
    /// `priorityclasses.scheduling.k8s.io`.
    package static let priorityClasses = DemoResource(
        "scheduling.k8s.io", "v1", "priorityclasses", "PriorityClass", ["pc"], isNamespaced: false)
    /// `controllerrevisions.apps`.
    package static let controllerRevisions = DemoResource("apps", "v1", "controllerrevisions", "ControllerRevision")
    /// `certificatesigningrequests.certificates.k8s.io`.
    static let signingRequests = DemoResource(
        "certificates.k8s.io", "v1", "certificatesigningrequests", "CertificateSigningRequest", ["csr"],
        isNamespaced: false, selectableFields: ["spec.signerName"], hasStatus: true)
    /// `horizontalpodautoscalers.autoscaling`, as it is stored.
    package static let autoscalers = DemoResource(
        "autoscaling", "v2", "horizontalpodautoscalers", "HorizontalPodAutoscaler", ["hpa"], isInAll: true,
        hasStatus: true)

    private static let access = "rbac.authorization.k8s.io"
    private static let admission = "admissionregistration.k8s.io"
    private static let flow = "flowcontrol.apiserver.k8s.io"

    /// Kinds that are served as their manifests say, and as nothing changes them.
    private static let still: [DemoResource] = [
        signingRequests, DemoResource("", "v1", "limitranges", "LimitRange", ["limits"]),
        DemoResource("", "v1", "persistentvolumeclaims", "PersistentVolumeClaim", ["pvc"], hasStatus: true),
        DemoResource(
            "", "v1", "persistentvolumes", "PersistentVolume", ["pv"], isNamespaced: false, hasStatus: true),
        DemoResource("", "v1", "podtemplates", "PodTemplate"),
        DemoResource(
            "", "v1", "replicationcontrollers", "ReplicationController", ["rc"], isInAll: true,
            selectableFields: ["status.replicas"], hasStatus: true),
        DemoResource("", "v1", "resourcequotas", "ResourceQuota", ["quota"], hasStatus: true),
        DemoResource("batch", "v1", "cronjobs", "CronJob", ["cj"], isInAll: true, hasStatus: true),
        DemoResource("networking.k8s.io", "v1", "networkpolicies", "NetworkPolicy", ["netpol"]),
        DemoResource("networking.k8s.io", "v1", "ipaddresses", "IPAddress", ["ip"], isNamespaced: false),
        DemoResource(
            "networking.k8s.io", "v1", "servicecidrs", "ServiceCIDR", isNamespaced: false, hasStatus: true),
        DemoResource("policy", "v1", "poddisruptionbudgets", "PodDisruptionBudget", ["pdb"], hasStatus: true),
        DemoResource("node.k8s.io", "v1", "runtimeclasses", "RuntimeClass", isNamespaced: false),
        DemoResource(flow, "v1", "flowschemas", "FlowSchema", isNamespaced: false, hasStatus: true),
        DemoResource(
            flow, "v1", "prioritylevelconfigurations", "PriorityLevelConfiguration", isNamespaced: false,
            hasStatus: true),
    ]

    private static let storage: [DemoResource] = [
        DemoResource("storage.k8s.io", "v1", "csidrivers", "CSIDriver", isNamespaced: false),
        DemoResource("storage.k8s.io", "v1", "csinodes", "CSINode", isNamespaced: false),
        DemoResource("storage.k8s.io", "v1", "csistoragecapacities", "CSIStorageCapacity"),
        DemoResource("storage.k8s.io", "v1", "storageclasses", "StorageClass", ["sc"], isNamespaced: false),
        DemoResource(
            "storage.k8s.io", "v1", "volumeattachments", "VolumeAttachment", isNamespaced: false, hasStatus: true),
        DemoResource(
            "storage.k8s.io", "v1", "volumeattributesclasses", "VolumeAttributesClass", ["vac"], isNamespaced: false),
    ]

    private static let extensions: [DemoResource] = [
        ("mutatingadmissionpolicies", "MutatingAdmissionPolicy"),
        ("mutatingadmissionpolicybindings", "MutatingAdmissionPolicyBinding"),
        ("mutatingwebhookconfigurations", "MutatingWebhookConfiguration"),
        ("validatingadmissionpolicies", "ValidatingAdmissionPolicy"),
        ("validatingadmissionpolicybindings", "ValidatingAdmissionPolicyBinding"),
        ("validatingwebhookconfigurations", "ValidatingWebhookConfiguration"),
    ].map { plural, kind in
        DemoResource(
            admission, "v1", plural, kind, isNamespaced: false, otherCategories: ["api-extensions"],
            hasStatus: plural == "validatingadmissionpolicies")
    }

    private static let devices: [DemoResource] = [
        DemoResource("resource.k8s.io", "v1", "deviceclasses", "DeviceClass", isNamespaced: false),
        DemoResource("resource.k8s.io", "v1", "resourceclaims", "ResourceClaim", hasStatus: true),
        DemoResource("resource.k8s.io", "v1", "resourceclaimtemplates", "ResourceClaimTemplate"),
        DemoResource(
            "resource.k8s.io", "v1", "resourceslices", "ResourceSlice", isNamespaced: false,
            selectableFields: ["spec.nodeName", "spec.driver"]),
    ]

    /// Every kind of which objects are stored.
    package static let all: [DemoResource] =
        [
            configMaps, events, namespaces, nodes, pods, secrets, serviceAccounts, services, daemonSets, deployments,
            replicaSets, statefulSets, jobs, ingressClasses, ingresses, endpointSlices, endpoints, leases,
            clusterRoleBindings, clusterRoles, roleBindings, roles, autoscalers, priorityClasses, apiServices,
            customResourceDefinitions, controllerRevisions,
        ] + still + storage + extensions + devices + custom
}
