import KubernetesModel

/// Why the API server would not take a pod, in its words.
extension DemoSimulation {
    /// What refuses a pod; `nil` when it is taken.
    ///
    /// - Parameters:
    ///   - spec: of the pod.
    ///   - name: of the pod, or what its name begins with.
    ///   - namespace: where it shall be.
    ///   - store: what there is.
    /// - Returns: the words of the failure.
    func refusal(of spec: JSONValue, named name: String, namespace: String, in store: DemoObjectStore) -> String? {
        PodAdmission(spec: spec, name: name, namespace: namespace, store: store).refusal(beside: pods)
    }
}

/// Looks at a pod as the admission plugins do.
struct PodAdmission {
    let spec: JSONValue
    let name: String
    let namespace: String
    let store: DemoObjectStore

    private var containers: [JSONValue] {
        (spec["initContainers"]?.elements ?? []) + (spec["containers"]?.elements ?? [])
    }

    func refusal(beside pods: [SimulatedPod]) -> String? {
        let forbidden = "pods \"\(name)\" is forbidden: "
        if let words = limitRange { return forbidden + words }
        if let words = policyRefusal { return words }
        if let words = quota(beside: pods) { return forbidden + words }
        return nil
    }

    /// Why a pod is refused whatever runs beside it: for its account, by Pod Security, by a webhook.
    var policyRefusal: String? {
        let forbidden = "pods \"\(name)\" is forbidden: "
        if let words = serviceAccount ?? podSecurity { return forbidden + words }
        return webhook
    }

    private var serviceAccount: String? {
        let account = spec.text("serviceAccountName")
        guard !account.isEmpty, account != "default",
            store.document(of: .serviceAccounts, namespace: namespace, name: account) == nil
        else { return nil }
        return "error looking up service account \(namespace)/\(account): serviceaccount \"\(account)\" not found"
    }

    private var limitRange: String? {
        for range in store.documents(of: Kinds.limitRanges, namespace: namespace) {
            for limit in range.at("spec", "limits")?.elements ?? [] where limit.text("type") == "Container" {
                for container in containers {
                    for resource in ["cpu", "memory"] {
                        let asked = container.at("resources", "limits")?.text(resource) ?? ""
                        let most = limit.text("max", resource)
                        if let asked = Quantity(asked), let bound = Quantity(most),
                            asked.milliValue > bound.milliValue
                        {
                            return "maximum \(resource) usage per Container is \(most), but limit is "
                                + (container.at("resources", "limits")?.text(resource) ?? "")
                        }
                        let requested = container.at("resources", "requests")?.text(resource) ?? ""
                        let least = limit.text("min", resource)
                        if let request = Quantity(requested), let bound = Quantity(least),
                            request.milliValue < bound.milliValue
                        {
                            return "minimum \(resource) usage per Container is \(least), but request is \(requested)"
                        }
                    }
                }
            }
        }
        return nil
    }

    // MARK: Pod security

    private var podSecurity: String? {
        let level = store.document(of: .namespaces, name: namespace)?
            .at("metadata", "labels", "pod-security.kubernetes.io/enforce")?.text
        guard let level, level == "restricted" || level == "baseline" else { return nil }
        var problems = baselineProblems
        if level == "restricted" { problems += restrictedProblems }
        return problems.isEmpty
            ? nil : "violates PodSecurity \"\(level):latest\": " + problems.joined(separator: ", ")
    }

    /// Names in quotes, as the messages list them.
    private func naming(_ chosen: [JSONValue]) -> String {
        let names = chosen.map { "\"\($0.text("name"))\"" }.joined(separator: ", ")
        return "container\(chosen.count == 1 ? "" : "s") \(names)"
    }

    private var baselineProblems: [String] {
        var problems: [String] = []
        let host = ["hostNetwork", "hostPID", "hostIPC"].filter { spec[$0]?.isTrue ?? false }
        if !host.isEmpty { problems.append("host namespaces (\(host.map { "\($0)=true" }.joined(separator: ", ")))") }
        let privileged = containers.filter { $0.at("securityContext", "privileged")?.isTrue ?? false }
        if !privileged.isEmpty {
            problems.append("privileged (\(naming(privileged)) must not set securityContext.privileged=true)")
        }
        let volumes = (spec["volumes"]?.elements ?? []).filter { $0["hostPath"] != nil }
        if !volumes.isEmpty {
            let names = volumes.map { "\"\($0.text("name"))\"" }.joined(separator: ", ")
            problems.append("hostPath volumes (volume\(volumes.count == 1 ? "" : "s") \(names))")
        }
        return problems
    }

    private var restrictedProblems: [String] {
        var problems: [String] = []
        let pod = spec["securityContext"] ?? .null
        let escalating = containers.filter {
            $0.at("securityContext", "allowPrivilegeEscalation") != .bool(false)
        }
        if !escalating.isEmpty {
            problems.append(
                "allowPrivilegeEscalation != false (\(naming(escalating)) must set "
                    + "securityContext.allowPrivilegeEscalation=false)")
        }
        let capable = containers.filter { container in
            let drops = container.at("securityContext", "capabilities", "drop")?.elements ?? []
            return !drops.contains(.string("ALL"))
        }
        if !capable.isEmpty {
            problems.append(
                "unrestricted capabilities (\(naming(capable)) must set securityContext.capabilities.drop=[\"ALL\"])")
        }
        let root = containers.filter {
            !(($0.at("securityContext", "runAsNonRoot") ?? pod["runAsNonRoot"])?.isTrue ?? false)
        }
        if !root.isEmpty {
            problems.append(
                "runAsNonRoot != true (pod or \(naming(root)) must set securityContext.runAsNonRoot=true)")
        }
        let open = containers.filter {
            let type = ($0.at("securityContext", "seccompProfile") ?? pod["seccompProfile"])?.text("type") ?? ""
            return type != "RuntimeDefault" && type != "Localhost"
        }
        if !open.isEmpty {
            problems.append(
                "seccompProfile (pod or \(naming(open)) must set securityContext.seccompProfile.type to "
                    + "\"RuntimeDefault\" or \"Localhost\")")
        }
        return problems
    }

    // MARK: Webhooks

    /// A webhook of the namespace whose Service is not there fails every request that it should judge.
    ///
    /// The annotation names both: `WEBHOOK of SERVICE.NAMESPACE`. One that answers says why it denies: `WEBHOOK denies: WHY`.
    private var webhook: String? {
        let chosen =
            store.document(of: .namespaces, name: namespace)?
            .at("metadata", "annotations", "demo.sextant/webhook")?.text ?? ""
        let words = chosen.split(separator: " ")
        if let denial = chosen.firstRange(of: " denies: ") {
            return "admission webhook \"\(chosen[..<denial.lowerBound])\" denied the request: "
                + chosen[denial.upperBound...]
        }
        guard words.count == 3, let service = words[2].split(separator: ".").first else { return nil }
        return "Internal error occurred: failed calling webhook \"\(words[0])\": failed to call webhook: "
            + "Post \"https://\(words[2]).svc:443/validate?timeout=10s\": service \"\(service)\" not found"
    }

    // MARK: Quotas

    private func quota(beside pods: [SimulatedPod]) -> String? {
        let requested = QuotaUse.of(spec)
        for quota in store.documents(of: Kinds.quotas, namespace: namespace) {
            let hard = quota.at("spec", "hard")?.textMembers ?? [:]
            let used = QuotaUse.sum(pods.filter { $0.namespace == namespace && !$0.hasEnded }.map(\.spec))
            var over: [String] = []
            for (key, text) in hard.sorted(by: { $0.key < $1.key }) {
                guard let bound = Quantity(text), let wanted = requested[key], wanted > 0 else { continue }
                if (used[key] ?? 0) &+ wanted > bound.milliValue { over.append(key) }
            }
            guard !over.isEmpty else { continue }
            func list(_ values: (String) -> String) -> String {
                over.map { "\($0)=\(values($0))" }.joined(separator: ",")
            }
            return "exceeded quota: \(quota.text("metadata", "name")), "
                + "requested: \(list { QuotaUse.text(requested[$0] ?? 0, $0) }), "
                + "used: \(list { QuotaUse.text(used[$0] ?? 0, $0) }), limited: \(list { hard[$0] ?? "" })"
        }
        return nil
    }
}

/// What pods count for in a quota, in thousandths.
enum QuotaUse {
    static func of(_ spec: JSONValue) -> [String: Int64] {
        var use: [String: Int64] = ["pods": 1000, "count/pods": 1000]
        for container in spec["containers"]?.elements ?? [] {
            for bound in ["requests", "limits"] {
                for (resource, text) in container.at("resources", bound)?.textMembers ?? [:] {
                    let value = max(0, min(Quantity(text)?.milliValue ?? 0, 1 << 58))
                    use["\(bound).\(resource)", default: 0] &+= value
                    if bound == "requests" { use[resource, default: 0] &+= value }
                }
            }
        }
        return use
    }

    static func sum(_ specs: [JSONValue]) -> [String: Int64] {
        specs.reduce(into: [:]) { sum, spec in sum.merge(of(spec)) { min($0 &+ $1, 1 << 60) } }
    }

    /// A number as a quota writes it: memory in binary units, CPU in thousandths where it is no whole.
    static func text(_ thousandths: Int64, _ key: String) -> String {
        let whole = thousandths / 1000
        if key.hasSuffix("memory") || key.hasSuffix("storage") {
            for (shift, unit) in [(40, "Ti"), (30, "Gi"), (20, "Mi"), (10, "Ki")]
            where whole > 0 && whole % (1 << Int64(shift)) == 0 {
                return "\(whole >> Int64(shift))\(unit)"
            }
            return String(whole)
        }
        return thousandths % 1000 == 0 ? String(whole) : "\(thousandths)m"
    }
}

/// Kinds that controllers look at, besides those that have names of their own.
enum Kinds {
    static let claims = DemoResource("", "v1", "persistentvolumeclaims", "PersistentVolumeClaim", ["pvc"])
    static let volumes = DemoResource("", "v1", "persistentvolumes", "PersistentVolume", ["pv"], isNamespaced: false)
    static let storageClasses = DemoResource(
        "storage.k8s.io", "v1", "storageclasses", "StorageClass", ["sc"], isNamespaced: false)
    static let capacities = DemoResource("storage.k8s.io", "v1", "csistoragecapacities", "CSIStorageCapacity")
    static let quotas = DemoResource("", "v1", "resourcequotas", "ResourceQuota", ["quota"])
    static let limitRanges = DemoResource("", "v1", "limitranges", "LimitRange", ["limits"])
    static let cronJobs = DemoResource("batch", "v1", "cronjobs", "CronJob", ["cj"], isInAll: true)
    static let budgets = DemoResource("policy", "v1", "poddisruptionbudgets", "PodDisruptionBudget", ["pdb"])
    static let autoscalers = DemoResource(
        "autoscaling", "v2", "horizontalpodautoscalers", "HorizontalPodAutoscaler", ["hpa"], isInAll: true)
}
