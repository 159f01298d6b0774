import KubernetesModel

/// Fills in what a manifest of a scenario leaves out: labels and selectors, and what an API server adds.
enum ManifestDefaults {
    static func filled(_ manifest: JSONValue, _ resource: DemoResource) -> JSONValue {
        var object = manifest
        switch resource.kind {
        case "Namespace":
            object.fill("spec", with: .members(["finalizers": .array([.string("kubernetes")])]))
            object.fill("status", with: .members(["phase": .string("Active")]))
            fillLabels(&object, ["kubernetes.io/metadata.name": object.text("metadata", "name")])
        case "Node": fillNode(&object)
        case "Pod":
            object.set("spec", to: podSpec(object["spec"] ?? .object([]), name: object.text("metadata", "name")))
        case "Deployment", "StatefulSet", "DaemonSet", "Job": fillWorkload(&object)
        case "Service": fillService(&object)
        case "Ingress": object.fill("status", with: .members(["loadBalancer": .object([])]))
        case "Secret": object.fill("type", with: .string("Opaque"))
        case "PersistentVolume", "PersistentVolumeClaim": object.fill("spec", "volumeMode", with: .string("Filesystem"))
        case "PriorityClass": object.fill("preemptionPolicy", with: .string("PreemptLowerPriority"))
        case "CronJob":
            object.fill("spec", "suspend", with: .bool(false))
            object.fill("spec", "concurrencyPolicy", with: .string("Allow"))
            object.fill("status", with: .object([]))
        default: break
        }
        return ServerDefaults.filled(object, resource)
    }

    private static func fillLabels(_ object: inout JSONValue, _ labels: [String: String]) {
        let present = object.at("metadata", "labels")?.textMembers ?? [:]
        object.set("metadata", "labels", to: .texts(labels.merging(present) { $1 }))
    }

    // MARK: Nodes

    private static func fillNode(_ node: inout JSONValue) {
        let name = node.text("metadata", "name")
        fillLabels(
            &node,
            [
                "kubernetes.io/hostname": name, "kubernetes.io/os": "linux", "kubernetes.io/arch": "amd64",
                "node.kubernetes.io/instance-type": "m7i.2xlarge",
            ])
        node.fill("spec", with: .object([]))
        var addresses = node.at("status", "addresses")?.elements ?? []
        addresses.append(.members(["type": .string("Hostname"), "address": .string(name)]))
        node.set("status", "addresses", to: .array(addresses))
        for size in ["hugepages-1Gi", "hugepages-2Mi"] { node.fill("status", "capacity", size, with: .string("0")) }
        node.fill("status", "allocatable", with: node.at("status", "capacity") ?? .object([]))
        let machine = crowdUID(stableHash("machine/\(name)"))
        node.fill(
            "status", "nodeInfo",
            with: .texts([
                "kubeletVersion": "v1.36.2", "containerRuntimeVersion": "containerd://2.1.4",
                "osImage": "Debian GNU/Linux 12 (bookworm)", "kernelVersion": "6.12.48-cloud-amd64",
                "operatingSystem": "linux", "architecture": "amd64", "kubeProxyVersion": "",
                "bootID": crowdUID(stableHash("boot/\(name)")), "machineID": machine,
                "systemUUID": machine,
            ]))
        node.fill(
            "status", "daemonEndpoints",
            with: .members(["kubeletEndpoint": .members(["Port": .integer(10250)])]))
        node.fill(
            "status", "runtimeHandlers",
            with: .array(
                ["", "runc"].map { handler in
                    .members([
                        "name": .string(handler),
                        "features": .members([
                            "recursiveReadOnlyMounts": .bool(true), "userNamespaces": .bool(true),
                        ]),
                    ])
                }))
        node.fill("status", "features", with: .members(["supplementalGroupsPolicy": .bool(true)]))
    }

    // MARK: Workloads

    private static func fillWorkload(_ workload: inout JSONValue) {
        let name = workload.text("metadata", "name")
        let isJob = workload.text("kind") == "Job"
        var labels = workload.at("spec", "template", "metadata", "labels")?.textMembers ?? ["app": name]
        if isJob { labels = ["batch.kubernetes.io/job-name": name, "job-name": name] }
        fillLabels(&workload, isJob ? ["app": "jobs"] : labels)
        workload.fill("spec", "selector", with: .members(["matchLabels": .texts(labels)]))
        workload.set("spec", "template", "metadata", "labels", to: .texts(labels))
        var spec = workload.at("spec", "template", "spec") ?? .object([])
        if isJob { spec.fill("restartPolicy", with: .string("Never")) }
        workload.set("spec", "template", "spec", to: podSpec(spec, name: name))
        switch workload.text("kind") {
        case "Deployment":
            workload.fill("spec", "replicas", with: .integer(1))
            workload.fill(
                "spec", "strategy",
                with: .members([
                    "type": .string("RollingUpdate"),
                    "rollingUpdate": .texts(["maxUnavailable": "25%", "maxSurge": "25%"]),
                ]))
            workload.fill("spec", "revisionHistoryLimit", with: .integer(2))
            workload.fill("spec", "progressDeadlineSeconds", with: .integer(600))
        case "StatefulSet":
            workload.fill("spec", "replicas", with: .integer(1))
            workload.fill("spec", "serviceName", with: .string(name))
            workload.fill("spec", "podManagementPolicy", with: .string("Parallel"))
            workload.fill("spec", "updateStrategy", with: .members(["type": .string("RollingUpdate")]))
        case "DaemonSet":
            workload.fill("spec", "updateStrategy", with: .members(["type": .string("RollingUpdate")]))
        default:
            workload.fill("spec", "completions", with: .integer(1))
            workload.fill("spec", "parallelism", with: .integer(1))
            workload.fill("spec", "backoffLimit", with: .integer(6))
            workload.fill("spec", "completionMode", with: .string("NonIndexed"))
        }
    }

    private static func podSpec(_ spec: JSONValue, name: String) -> JSONValue {
        var filled = spec
        for list in ["initContainers", "containers"] {
            guard let containers = spec[list]?.elements else { continue }
            filled.set(list, to: .array(containers.map { container($0, podName: name) }))
        }
        filled.fill("restartPolicy", with: .string("Always"))
        filled.fill("terminationGracePeriodSeconds", with: .integer(30))
        filled.fill("dnsPolicy", with: .string("ClusterFirst"))
        filled.fill("serviceAccountName", with: .string("default"))
        filled.fill("serviceAccount", with: .string("default"))
        filled.fill("securityContext", with: .object([]))
        filled.fill("schedulerName", with: .string("default-scheduler"))
        return filled
    }

    private static func container(_ container: JSONValue, podName: String) -> JSONValue {
        let ports = container["ports"]?.elements.map { port in
            var filled = port
            filled.fill("protocol", with: .string("TCP"))
            return filled
        }
        var filled = JSONValue.members([
            "name": container["name"] ?? .string(podName), "image": container["image"],
            "command": container["command"], "args": container["args"], "ports": ports.map { .array($0) },
            "envFrom": container["envFrom"], "env": container["env"],
            "resources": container["resources"] ?? .object([]), "volumeMounts": container["volumeMounts"],
            "livenessProbe": container["livenessProbe"].map(probe),
            "readinessProbe": container["readinessProbe"].map(probe),
            "startupProbe": container["startupProbe"].map(probe),
            "terminationMessagePath": .string("/dev/termination-log"),
            "terminationMessagePolicy": .string("File"),
            "imagePullPolicy": container["imagePullPolicy"] ?? .string("IfNotPresent"),
        ])
        for member in container.members where filled[member.key] == nil { filled.set(member.key, to: member.value) }
        return filled
    }

    private static func probe(_ probe: JSONValue) -> JSONValue {
        var filled = probe
        if filled["httpGet"] != nil { filled.fill("httpGet", "scheme", with: .string("HTTP")) }
        filled.fill("periodSeconds", with: .integer(10))
        filled.fill("timeoutSeconds", with: .integer(1))
        filled.fill("successThreshold", with: .integer(1))
        if filled["grpc"] != nil { filled.fill("grpc", "service", with: .string("")) }
        filled.fill("failureThreshold", with: .integer(3))
        return filled
    }

    // MARK: Services

    private static func fillService(_ service: inout JSONValue) {
        service.fill("spec", "type", with: .string("ClusterIP"))
        let type = service.text("spec", "type")
        service.fill("status", with: .members(["loadBalancer": .object([])]))
        service.fill("spec", "sessionAffinity", with: .string("None"))
        guard type != "ExternalName" else { return }
        let identity = "\(service.text("metadata", "namespace"))/\(service.text("metadata", "name"))"
        let hash = stableHash(identity)
        service.fill("spec", "clusterIP", with: .string("10.96.\((hash >> 8) % 200 + 1).\(hash % 250 + 2)"))
        service.fill("spec", "clusterIPs", with: .array([.string(service.text("spec", "clusterIP"))]))
        service.fill("spec", "ipFamilies", with: .array([.string("IPv4")]))
        service.fill("spec", "ipFamilyPolicy", with: .string("SingleStack"))
        service.fill("spec", "internalTrafficPolicy", with: .string("Cluster"))
        if type != "ClusterIP" { service.fill("spec", "externalTrafficPolicy", with: .string("Cluster")) }
        let ports = (service.at("spec", "ports")?.elements ?? []).map { port in
            var filled = port
            filled.fill("protocol", with: .string("TCP"))
            filled.fill("targetPort", with: port["port"] ?? .null)
            return filled
        }
        service.set("spec", "ports", to: .array(ports))
    }
}

/// A hash that is the same in every process (FNV-1a), cut to 32 bits.
func stableHash(_ text: String) -> UInt64 {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in text.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
    return (hash ^ (hash >> 32)) & 0xffff_ffff
}
