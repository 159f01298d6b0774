import KubernetesModel

/// What an API server refuses although it is valid, and what it adds, by the objects that are in the cluster.
struct Admission {
    let store: DemoObjectStore

    /// Refuses what may not be created in a namespace, and adds what its policies say.
    /// - Returns: the object with what was added.
    /// - Throws: `DemoStatus`, in the API server's words.
    func admit(_ document: JSONValue, of resource: DemoResource, namespace: String) throws(DemoStatus) -> JSONValue {
        guard resource.isNamespaced, let home = store.document(of: .namespaces, name: namespace) else {
            return document
        }
        var admitted = document
        if resource == .pods { admitted = try admitPod(document, home: home) }
        if resource.kind == "PersistentVolumeClaim" { addStorageClass(to: &admitted) }
        try checkQuotas(admitted, of: resource, namespace: namespace)
        return admitted
    }

    /// Refuses what is to be created in a namespace that is not there, or is going.
    /// - Throws: `DemoStatus`, in the API server's words.
    func checkNamespace(_ namespace: String, _ resource: DemoResource, name: String) throws(DemoStatus) {
        guard resource.isNamespaced else { return }
        guard let home = store.document(of: .namespaces, name: namespace) else {
            throw .noSuchObject(.namespaces, namespace)
        }
        if home.at("metadata", "deletionTimestamp") != nil {
            var status = Self.refusal(
                resource, name,
                "unable to create new content in namespace \(namespace) because it is being terminated")
            status.cause = DemoStatus.Cause(
                field: "metadata.namespace", reason: "NamespaceTerminating",
                message: "namespace \(namespace) is being terminated")
            throw status
        }
    }

    private static func refusal(_ resource: DemoResource, _ name: String, _ words: String) -> DemoStatus {
        var status = DemoStatus(403, "Forbidden", "\(resource.qualifiedName) \"\(name)\" is forbidden: \(words)")
        status.kind = resource.plural
        status.group = resource.group
        status.name = name
        return status
    }

    // MARK: Pods

    private func admitPod(_ pod: JSONValue, home: JSONValue) throws(DemoStatus) -> JSONValue {
        let (namespace, name) = (home.text("metadata", "name"), pod.text("metadata", "name"))
        var admitted = pod
        let spec = PodDefaults.admitted(pod["spec"] ?? .object([]))
        let account = store.document(of: .serviceAccounts, namespace: namespace, name: spec.text("serviceAccountName"))
        let mounts = spec["automountServiceAccountToken"] ?? account?["automountServiceAccountToken"]
        admitted.set(
            "spec", to: mounts?.isTrue ?? true ? PodDefaults.withAccountToken(spec, seed: "\(namespace)/\(name)") : spec
        )
        let className = admitted.text("spec", "priorityClassName")
        if !className.isEmpty, !className.hasPrefix("system-"),
            let classes = DemoResource.of(apiVersion: "scheduling.k8s.io/v1", kind: "PriorityClass")
        {
            guard let found = store.document(of: classes, name: className) else {
                throw Self.refusal(.pods, name, "no PriorityClass with name \(className) was found")
            }
            admitted.set("spec", "priority", to: found["value"])
        }
        try applyLimitRanges(to: &admitted, namespace: namespace, name: name)
        let policies = PodAdmission(
            spec: admitted["spec"] ?? .null, name: name, namespace: namespace, store: store)
        if let words = policies.policyRefusal {
            var status = DemoStatus(403, "Forbidden", words)
            status.kind = "pods"
            status.name = name
            throw status
        }
        return admitted
    }

    private func applyLimitRanges(
        to pod: inout JSONValue, namespace: String, name: String
    ) throws(DemoStatus) {
        guard let ranges = DemoResource.of(apiVersion: "v1", kind: "LimitRange") else { return }
        let items = store.documents(of: ranges, namespace: namespace).flatMap {
            $0.at("spec", "limits")?.elements ?? []
        }
        .filter { $0.text("type") == "Container" }
        guard !items.isEmpty else { return }
        var containers = pod.at("spec", "containers")?.elements ?? []
        for item in items {
            for index in containers.indices {
                for member in item["default"]?.members ?? [] {
                    containers[index].fill("resources", "limits", member.key, with: member.value)
                }
                for member in item["defaultRequest"]?.members ?? item["default"]?.members ?? [] {
                    containers[index].fill("resources", "requests", member.key, with: member.value)
                }
                for (bound, word, list, verb) in [
                    ("max", "maximum", "limits", "limit"), ("min", "minimum", "requests", "request"),
                ] {
                    for member in item[bound]?.members ?? [] {
                        guard let text = member.value.text, let edge = Quantity(text) else { continue }
                        guard let found = containers[index].at("resources", list, member.key)?.text,
                            let quantity = Quantity(found)
                        else {
                            throw Self.refusal(
                                .pods, name,
                                "\(word) \(member.key) usage per Container is \(text).  No \(verb) is specified")
                        }
                        if bound == "max" ? edge < quantity : quantity < edge {
                            throw Self.refusal(
                                .pods, name,
                                "\(word) \(member.key) usage per Container is \(text), but \(verb) is \(found)")
                        }
                    }
                }
            }
        }
        pod.set("spec", "containers", to: .array(containers))
    }

    // MARK: Quotas

    private func checkQuotas(_ document: JSONValue, of resource: DemoResource, namespace: String) throws(DemoStatus) {
        guard let quotas = DemoResource.of(apiVersion: "v1", kind: "ResourceQuota") else { return }
        for quota in store.documents(of: quotas, namespace: namespace) {
            try check(quota, document, of: resource, namespace: namespace)
        }
    }

    private func check(
        _ quota: JSONValue, _ document: JSONValue, of resource: DemoResource, namespace: String
    ) throws(DemoStatus) {
        let name = document.text("metadata", "name")
        let quotaName = quota.text("metadata", "name")
        let counted = Set([
            resource.plural, "count/\(resource.qualifiedName)", resource == .pods ? "count/pods" : "",
        ])
        var missing: [String] = []
        var exceeded: [(name: String, requested: String, used: String, limit: String)] = []
        for hard in quota.at("spec", "hard")?.members ?? [] {
            guard let limitText = hard.value.text, let limit = Quantity(limitText) else { continue }
            var requested: Quantity?
            if counted.contains(hard.key) {
                requested = Quantity(1)
            } else if resource == .pods {
                let (list, key) = Self.path(of: hard.key)
                guard ["cpu", "memory", "ephemeral-storage"].contains(key) else { continue }
                let lacking = (document.at("spec", "containers")?.elements ?? []).filter {
                    $0.at("resources", list, key) == nil
                }
                if !lacking.isEmpty {
                    let names = lacking.map { $0.text("name") }.joined(separator: ",")
                    missing.append("\(hard.key) for: \(names)")
                    continue
                }
                requested = Self.sum(document, list, key)
            } else if resource.kind == "PersistentVolumeClaim", hard.key == "requests.storage" {
                requested =
                    document.text("spec", "resources", "requests", "storage").isEmpty
                    ? nil : Quantity(document.text("spec", "resources", "requests", "storage"))
            }
            guard let requested else { continue }
            let used = Self.used(hard.key, resource, namespace: namespace, store: store)
            if limit < used + requested {
                exceeded.append((hard.key, "\(requested)", "\(used)", limitText))
            }
        }
        guard missing.isEmpty else {
            throw Self.refusal(
                resource, name, "failed quota: \(quotaName): must specify \(missing.sorted().joined(separator: "; "))")
        }
        guard exceeded.isEmpty else {
            exceeded.sort { $0.name < $1.name }
            let requested = exceeded.map { "\($0.name)=\($0.requested)" }.joined(separator: ",")
            let used = exceeded.map { "\($0.name)=\($0.used)" }.joined(separator: ",")
            let limited = exceeded.map { "\($0.name)=\($0.limit)" }.joined(separator: ",")
            throw Self.refusal(
                resource, name,
                "exceeded quota: \(quotaName), requested: \(requested), used: \(used), limited: \(limited)")
        }
    }

    /// Where a pod says what a quota limits.
    private static func path(of name: String) -> (list: String, key: String) {
        if name.hasPrefix("limits.") { return ("limits", String(name.dropFirst(7))) }
        if name.hasPrefix("requests.") { return ("requests", String(name.dropFirst(9))) }
        return ("requests", name)
    }

    private static func sum(_ pod: JSONValue, _ list: String, _ key: String) -> Quantity {
        (pod.at("spec", "containers")?.elements ?? []).reduce(Quantity(0)) { total, container in
            container.at("resources", list, key)?.text.flatMap { Quantity($0) }.map { total + $0 } ?? total
        }
    }

    private static func used(
        _ name: String, _ resource: DemoResource, namespace: String, store: DemoObjectStore
    ) -> Quantity {
        let present = store.documents(of: resource, namespace: namespace)
        if resource == .pods {
            let living = present.filter { !["Succeeded", "Failed"].contains($0.text("status", "phase")) }
            let (list, key) = path(of: name)
            guard ["cpu", "memory", "ephemeral-storage"].contains(key) else { return Quantity(Int64(living.count)) }
            return living.reduce(Quantity(0)) { $0 + sum($1, list, key) }
        }
        guard name == "requests.storage" else { return Quantity(Int64(present.count)) }
        return present.reduce(Quantity(0)) { total, claim in
            Quantity(claim.text("spec", "resources", "requests", "storage")).map { total + $0 } ?? total
        }
    }

    private func addStorageClass(to claim: inout JSONValue) {
        guard claim.at("spec", "storageClassName") == nil,
            let classes = DemoResource.of(apiVersion: "storage.k8s.io/v1", kind: "StorageClass"),
            let standard = store.documents(of: classes).first(where: {
                $0.text("metadata", "annotations", "storageclass.kubernetes.io/is-default-class") == "true"
            })
        else { return }
        claim.set("spec", "storageClassName", to: standard.at("metadata", "name"))
    }
}
