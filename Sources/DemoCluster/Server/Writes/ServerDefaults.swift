import KubernetesModel

/// Fills in what a client leaves out, as an API server does when an object is created.
enum ServerDefaults {
    /// A document with its defaults.
    static func filled(_ document: JSONValue, _ resource: DemoResource) -> JSONValue {
        var object = document
        switch resource.kind {
        case "Namespace":
            object.fill("spec", "finalizers", with: .array([.string("kubernetes")]))
            object.fill("status", with: .members(["phase": .string("Active")]))
            object.set(
                "metadata", "labels", "kubernetes.io/metadata.name", to: .string(object.text("metadata", "name")))
        case "Pod":
            object.set("spec", to: PodDefaults.filled(object["spec"] ?? .object([])))
            object.fill("status", with: .members(["phase": .string("Pending")]))
        case "Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "ReplicationController": fillWorkload(&object)
        case "Job": fillJob(&object)
        case "CronJob": fillCronJob(&object)
        case "Service": fillService(&object)
        case "Ingress": object.fill("status", with: .members(["loadBalancer": .object([])]))
        case "Secret": fillSecret(&object)
        case "PersistentVolumeClaim":
            object.fill("spec", "volumeMode", with: .string("Filesystem"))
            object.fill("status", with: .members(["phase": .string("Pending")]))
            object.fill("metadata", "finalizers", with: .array([.string("kubernetes.io/pvc-protection")]))
        case "PersistentVolume":
            object.fill("spec", "volumeMode", with: .string("Filesystem"))
            object.fill("spec", "persistentVolumeReclaimPolicy", with: .string("Retain"))
            object.fill("status", with: .members(["phase": .string("Available")]))
            object.fill("metadata", "finalizers", with: .array([.string("kubernetes.io/pv-protection")]))
        case "StorageClass":
            object.fill("reclaimPolicy", with: .string("Delete"))
            object.fill("volumeBindingMode", with: .string("Immediate"))
        case "PriorityClass":
            object.fill("preemptionPolicy", with: .string("PreemptLowerPriority"))
            object.fill("value", with: .integer(0))
        case "HorizontalPodAutoscaler": fillAutoscaler(&object)
        case "NetworkPolicy": fillNetworkPolicy(&object)
        case "Role", "ClusterRole": object.fill("rules", with: .array([]))
        case "RoleBinding", "ClusterRoleBinding": fillBinding(&object)
        case "CustomResourceDefinition":
            let kind = object.text("spec", "names", "kind")
            object.fill("spec", "conversion", with: .members(["strategy": .string("None")]))
            object.fill("spec", "names", "listKind", with: .string("\(kind)List"))
            object.fill("spec", "names", "singular", with: .string(kind.lowercased()))
        case "PodDisruptionBudget", "ResourceQuota": object.fill("status", with: .object([]))
        default: break
        }
        return object
    }

    // MARK: Workloads

    private static func fillTemplate(_ object: inout JSONValue, _ path: [String]) {
        var template = object.at(path) ?? .object([])
        template.fill("metadata", with: .object([]))
        template.set("spec", to: PodDefaults.filled(template["spec"] ?? .object([])))
        object.replace(path, with: template)
    }

    private static func fillWorkload(_ workload: inout JSONValue) {
        let kind = workload.text("kind")
        if kind != "DaemonSet" { workload.fill("spec", "replicas", with: .integer(1)) }
        fillTemplate(&workload, ["spec", "template"])
        switch kind {
        case "Deployment":
            workload.fill("spec", "strategy", "type", with: .string("RollingUpdate"))
            if workload.text("spec", "strategy", "type") == "RollingUpdate" {
                workload.fill("spec", "strategy", "rollingUpdate", "maxUnavailable", with: .string("25%"))
                workload.fill("spec", "strategy", "rollingUpdate", "maxSurge", with: .string("25%"))
            }
            workload.fill("spec", "revisionHistoryLimit", with: .integer(10))
            workload.fill("spec", "progressDeadlineSeconds", with: .integer(600))
        case "StatefulSet":
            workload.fill("spec", "podManagementPolicy", with: .string("OrderedReady"))
            workload.fill("spec", "updateStrategy", "type", with: .string("RollingUpdate"))
            if workload.text("spec", "updateStrategy", "type") == "RollingUpdate" {
                workload.fill("spec", "updateStrategy", "rollingUpdate", "partition", with: .integer(0))
            }
            workload.fill("spec", "revisionHistoryLimit", with: .integer(10))
            workload.fill(
                "spec", "persistentVolumeClaimRetentionPolicy",
                with: .texts(["whenDeleted": "Retain", "whenScaled": "Retain"]))
            if let claims = workload.at("spec", "volumeClaimTemplates")?.elements {
                workload.set(
                    "spec", "volumeClaimTemplates",
                    to: .array(
                        claims.map { claim in
                            var filled = claim
                            filled.fill("kind", with: .string("PersistentVolumeClaim"))
                            filled.fill("apiVersion", with: .string("v1"))
                            filled.fill("spec", "volumeMode", with: .string("Filesystem"))
                            filled.fill("status", with: .members(["phase": .string("Pending")]))
                            return filled
                        }))
            }
        case "DaemonSet":
            workload.fill("spec", "updateStrategy", "type", with: .string("RollingUpdate"))
            if workload.text("spec", "updateStrategy", "type") == "RollingUpdate" {
                workload.fill("spec", "updateStrategy", "rollingUpdate", "maxUnavailable", with: .integer(1))
                workload.fill("spec", "updateStrategy", "rollingUpdate", "maxSurge", with: .integer(0))
            }
            workload.fill("spec", "revisionHistoryLimit", with: .integer(10))
            workload.fill(
                "metadata", "annotations", "deprecated.daemonset.template.generation", with: .string("1"))
        case "ReplicationController":
            let labels = workload.at("spec", "template", "metadata", "labels") ?? .object([])
            workload.fill("spec", "selector", with: labels)
        default: break
        }
    }

    private static func fillJobSpec(_ object: inout JSONValue, _ path: [String]) {
        var spec = object.at(path) ?? .object([])
        if spec["completions"] == nil, spec["parallelism"] == nil { spec.set("completions", to: .integer(1)) }
        spec.fill("parallelism", with: .integer(1))
        spec.fill("backoffLimit", with: .integer(6))
        spec.fill("completionMode", with: .string("NonIndexed"))
        spec.fill("suspend", with: .bool(false))
        fillTemplate(&spec, ["template"])
        object.replace(path, with: spec)
    }

    private static func fillJob(_ job: inout JSONValue) {
        fillJobSpec(&job, ["spec"])
        job.fill("spec", "podReplacementPolicy", with: .string("TerminatingOrFailed"))
        job.fill("spec", "manualSelector", with: .bool(false))
        job.fill("status", with: .object([]))
        let name = job.text("metadata", "name")
        let uid = job.text("metadata", "uid")
        guard !uid.isEmpty, job.at("spec", "selector") == nil else { return }
        job.set(
            "spec", "selector", to: .members(["matchLabels": .texts(["batch.kubernetes.io/controller-uid": uid])]))
        for (label, value) in [
            ("batch.kubernetes.io/controller-uid", uid), ("batch.kubernetes.io/job-name", name),
            ("controller-uid", uid), ("job-name", name),
        ] { job.set("spec", "template", "metadata", "labels", label, to: .string(value)) }
        if job.at("metadata", "labels") == nil {
            job.set("metadata", "labels", to: job.at("spec", "template", "metadata", "labels"))
        }
    }

    private static func fillCronJob(_ cronJob: inout JSONValue) {
        cronJob.fill("spec", "concurrencyPolicy", with: .string("Allow"))
        cronJob.fill("spec", "suspend", with: .bool(false))
        cronJob.fill("spec", "successfulJobsHistoryLimit", with: .integer(3))
        cronJob.fill("spec", "failedJobsHistoryLimit", with: .integer(1))
        cronJob.fill("spec", "jobTemplate", "metadata", with: .object([]))
        fillTemplate(&cronJob, ["spec", "jobTemplate", "spec", "template"])
        cronJob.fill("status", with: .object([]))
    }

    // MARK: Networks

    private static func fillService(_ service: inout JSONValue) {
        service.fill("spec", "type", with: .string("ClusterIP"))
        service.fill("spec", "sessionAffinity", with: .string("None"))
        service.fill("status", with: .members(["loadBalancer": .object([])]))
        let type = service.text("spec", "type")
        let identity = "\(service.text("metadata", "namespace"))/\(service.text("metadata", "name"))"
        let hash = stableHash(identity)
        let hasNodePorts = type == "NodePort" || type == "LoadBalancer"
        if let ports = service.at("spec", "ports")?.elements {
            let filled = ports.enumerated().map { index, port in
                var filled = port
                filled.fill("protocol", with: .string("TCP"))
                filled.fill("targetPort", with: port["port"] ?? .null)
                if hasNodePorts {
                    filled.fill("nodePort", with: .integer(30000 + Int((hash >> 4) &+ UInt64(index)) % 2768))
                }
                return filled
            }
            service.set("spec", "ports", to: .array(filled))
        }
        guard type != "ExternalName" else { return }
        service.fill("spec", "internalTrafficPolicy", with: .string("Cluster"))
        if hasNodePorts { service.fill("spec", "externalTrafficPolicy", with: .string("Cluster")) }
        if type == "LoadBalancer" { service.fill("spec", "allocateLoadBalancerNodePorts", with: .bool(true)) }
        service.fill("spec", "clusterIP", with: .string("10.96.\((hash >> 8) % 200 + 1).\(hash % 250 + 2)"))
        service.fill("spec", "clusterIPs", with: .array([.string(service.text("spec", "clusterIP"))]))
        service.fill("spec", "ipFamilies", with: .array([.string("IPv4")]))
        service.fill("spec", "ipFamilyPolicy", with: .string("SingleStack"))
    }

    private static func fillNetworkPolicy(_ policy: inout JSONValue) {
        policy.fill("spec", "podSelector", with: .object([]))
        var types = [JSONValue.string("Ingress")]
        if policy.at("spec", "egress") != nil { types.append(.string("Egress")) }
        policy.fill("spec", "policyTypes", with: .array(types))
    }

    // MARK: The rest

    private static func fillSecret(_ secret: inout JSONValue) {
        secret.fill("type", with: .string("Opaque"))
        for member in secret["stringData"]?.members ?? [] {
            secret.set("data", member.key, to: .string(Base64.encoded(Array((member.value.text ?? "").utf8))))
        }
        secret.set("stringData", to: nil)
    }

    private static func fillAutoscaler(_ autoscaler: inout JSONValue) {
        autoscaler.fill("spec", "minReplicas", with: .integer(1))
        let cpu = JSONValue.members([
            "type": .string("Resource"),
            "resource": .members([
                "name": .string("cpu"),
                "target": .members(["type": .string("Utilization"), "averageUtilization": .integer(80)]),
            ]),
        ])
        autoscaler.fill("spec", "metrics", with: .array([cpu]))
        autoscaler.fill(
            "status", with: .members(["desiredReplicas": .integer(0), "currentMetrics": .null]))
    }

    private static func fillBinding(_ binding: inout JSONValue) {
        let group = "rbac.authorization.k8s.io"
        binding.fill("roleRef", "apiGroup", with: .string(group))
        guard let subjects = binding["subjects"]?.elements else { return }
        binding.set(
            "subjects",
            to: .array(
                subjects.map { subject in
                    var filled = subject
                    if subject.text("kind") != "ServiceAccount" { filled.fill("apiGroup", with: .string(group)) }
                    return filled
                }))
    }
}

/// What a server fills into pods and templates.
enum PodDefaults {
    static func filled(_ spec: JSONValue) -> JSONValue {
        var filled = spec
        for list in ["initContainers", "containers", "ephemeralContainers"] {
            guard let containers = spec[list]?.elements else { continue }
            filled.set(list, to: .array(containers.map(container)))
        }
        if let volumes = spec["volumes"]?.elements { filled.set("volumes", to: .array(volumes.map(volume))) }
        filled.fill("restartPolicy", with: .string("Always"))
        filled.fill("terminationGracePeriodSeconds", with: .integer(30))
        filled.fill("dnsPolicy", with: .string("ClusterFirst"))
        filled.fill("securityContext", with: .object([]))
        filled.fill("schedulerName", with: .string("default-scheduler"))
        if let account = spec["serviceAccountName"] { filled.fill("serviceAccount", with: account) }
        if let account = spec["serviceAccount"] { filled.fill("serviceAccountName", with: account) }
        return filled
    }

    /// What admission adds to pods, and not to templates.
    static func admitted(_ spec: JSONValue) -> JSONValue {
        var filled = spec
        filled.fill("serviceAccountName", with: .string("default"))
        filled.fill("serviceAccount", with: filled["serviceAccountName"] ?? .string("default"))
        filled.fill("enableServiceLinks", with: .bool(true))
        filled.fill("preemptionPolicy", with: .string("PreemptLowerPriority"))
        filled.fill("priority", with: .integer(0))
        var tolerations = spec["tolerations"]?.elements ?? []
        for key in ["node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable"]
        where !tolerations.contains(where: { $0.text("key") == key || $0["key"] == nil }) {
            tolerations.append(
                .members([
                    "key": .string(key), "operator": .string("Exists"), "effect": .string("NoExecute"),
                    "tolerationSeconds": .integer(300),
                ]))
        }
        filled.set("tolerations", to: .array(tolerations))
        return filled
    }

    /// Adds the token of the service account, as admission does, unless it is there or not wanted.
    ///
    /// - Parameters:
    ///   - spec: Of a pod.
    ///   - seed: What the name of the volume follows from.
    /// - Returns: The spec with the volume, mounted in every container that has nothing else there.
    static func withAccountToken(_ spec: JSONValue, seed: String) -> JSONValue {
        let prefix = "kube-api-access-"
        let volumes = spec["volumes"]?.elements ?? []
        guard spec["automountServiceAccountToken"]?.isTrue ?? true,
            !volumes.contains(where: { $0.text("name").hasPrefix(prefix) })
        else { return spec }
        var random = DemoRandom(seed: stableHash(seed))
        let name = prefix + random.suffix(5)
        let path = "/var/run/secrets/kubernetes.io/serviceaccount"
        let mount = JSONValue.members([
            "name": .string(name), "readOnly": .bool(true), "mountPath": .string(path),
        ])
        var filled = spec
        filled.set("volumes", to: .array(volumes + [accountVolume(name)]))
        for list in ["initContainers", "containers"] {
            guard let containers = spec[list]?.elements else { continue }
            filled.set(
                list,
                to: .array(
                    containers.map { container in
                        let mounts = container["volumeMounts"]?.elements ?? []
                        guard !mounts.contains(where: { $0.text("mountPath") == path }) else { return container }
                        var mounting = container
                        mounting.set("volumeMounts", to: .array(mounts + [mount]))
                        return mounting
                    }))
        }
        return filled
    }

    private static func accountVolume(_ name: String) -> JSONValue {
        let namespace = JSONValue.members([
            "path": .string("namespace"),
            "fieldRef": .texts(["apiVersion": "v1", "fieldPath": "metadata.namespace"]),
        ])
        return .members([
            "name": .string(name),
            "projected": .members([
                "sources": .array([
                    .members([
                        "serviceAccountToken": .members([
                            "expirationSeconds": .integer(3607), "path": .string("token"),
                        ])
                    ]),
                    .members([
                        "configMap": .members([
                            "name": .string("kube-root-ca.crt"),
                            "items": .array([.texts(["key": "ca.crt", "path": "ca.crt"])]),
                        ])
                    ]), .members(["downwardAPI": .members(["items": .array([namespace])])]),
                ]), "defaultMode": .integer(420),
            ]),
        ])
    }

    private static func container(_ container: JSONValue) -> JSONValue {
        var filled = container
        let image = container.text("image")
        let name = image.split(separator: "/").last ?? ""
        let isLatest = !image.contains("@") && (!name.contains(":") || name.hasSuffix(":latest"))
        if !image.isEmpty { filled.fill("imagePullPolicy", with: .string(isLatest ? "Always" : "IfNotPresent")) }
        filled.fill("terminationMessagePath", with: .string("/dev/termination-log"))
        filled.fill("terminationMessagePolicy", with: .string("File"))
        filled.fill("resources", with: .object([]))
        if let limits = container.at("resources", "limits") {
            for member in limits.members { filled.fill("resources", "requests", member.key, with: member.value) }
        }
        if let ports = container["ports"]?.elements {
            filled.set(
                "ports",
                to: .array(
                    ports.map { port in
                        var filled = port
                        filled.fill("protocol", with: .string("TCP"))
                        return filled
                    }))
        }
        if let variables = container["env"]?.elements {
            filled.set(
                "env",
                to: .array(
                    variables.map { variable in
                        var filled = variable
                        if variable.at("valueFrom", "fieldRef") != nil {
                            filled.fill("valueFrom", "fieldRef", "apiVersion", with: .string("v1"))
                        }
                        return filled
                    }))
        }
        for name in ["livenessProbe", "readinessProbe", "startupProbe"] {
            if let document = container[name] { filled.set(name, to: probe(document)) }
        }
        return filled
    }

    private static func probe(_ probe: JSONValue) -> JSONValue {
        var filled = probe
        if probe["httpGet"] != nil {
            filled.fill("httpGet", "path", with: .string("/"))
            filled.fill("httpGet", "scheme", with: .string("HTTP"))
        }
        filled.fill("timeoutSeconds", with: .integer(1))
        filled.fill("periodSeconds", with: .integer(10))
        filled.fill("successThreshold", with: .integer(1))
        if filled["grpc"] != nil { filled.fill("grpc", "service", with: .string("")) }
        filled.fill("failureThreshold", with: .integer(3))
        return filled
    }

    private static func volume(_ volume: JSONValue) -> JSONValue {
        var filled = volume
        for source in ["secret", "configMap", "downwardAPI", "projected"] where volume[source] != nil {
            filled.fill(source, "defaultMode", with: .integer(420))
        }
        if volume["hostPath"] != nil { filled.fill("hostPath", "type", with: .string("")) }
        return filled
    }
}

extension JSONValue {
    /// Sets the value under a path of keys; the empty path is the value itself.
    mutating func replace(_ path: [String], with value: JSONValue) {
        guard let first = path.first else {
            self = value
            return
        }
        var child = self[first] ?? .object([])
        child.replace(Array(path.dropFirst()), with: value)
        set(first, to: child)
    }
}
