import KubernetesModel

/// Columns of the kinds that are not programs.
extension DemoColumn {
    /// The columns of a kind by its plural; `nil` when it has none of its own.
    static func stillColumns(of plural: String) -> [DemoColumn]? {
        switch plural {
        case "jobs": jobs
        case "cronjobs": cronJobs
        case "horizontalpodautoscalers": autoscalers
        case "poddisruptionbudgets": disruptionBudgets
        case "persistentvolumeclaims": claims
        case "persistentvolumes": volumes
        case "storageclasses": storageClasses
        case "configmaps": [name, DemoColumn(number: "Data", keys).declaredAsText, age]
        case "secrets":
            [name, DemoColumn("Type") { $0.text("type") }, DemoColumn(number: "Data", keys).declaredAsText, age]
        case "serviceaccounts":
            [name, DemoColumn(number: "Secrets") { $0["secrets"]?.elements.count ?? 0 }.declaredAsText, age]
        case "roles", "clusterroles", "limitranges", "customresourcedefinitions": [name, created]
        case "rolebindings", "clusterrolebindings": bindings
        case "networkpolicies": [name, DemoColumn("Pod-Selector") { labels($0.at("spec", "podSelector")) }, age]
        case "ingressclasses": ingressClasses
        case "resourcequotas":
            [
                name, DemoColumn("Request") { quota($0, limits: false) },
                DemoColumn("Limit") { quota($0, limits: true) }, age,
            ]
        case "endpoints": [name, DemoColumn("Endpoints", endpoints), age]
        case "leases": [name, DemoColumn("Holder") { $0.text("spec", "holderIdentity") }, age]
        case "priorityclasses": priorityClasses
        default: systemColumns(of: plural)
        }
    }

    private static let created = DemoColumn("Created At") { $0.text("metadata", "creationTimestamp") }

    private static let jobs =
        [
            name,
            DemoColumn("Status") { job in
                let conditions = job.at("status", "conditions")?.elements ?? []
                let types = conditions.filter { $0.text("status") == "True" }.map { $0.text("type") }
                return types.contains("Complete") ? "Complete" : types.contains("Failed") ? "Failed" : "Running"
            },
            DemoColumn("Completions") {
                "\($0.integer("status", "succeeded"))/\(max(1, $0.integer("spec", "completions")))"
            },
            DemoColumn("Duration") { job, now in
                guard !job.text("status", "startTime").isEmpty else { return "" }
                let end = Timestamp(job.text("status", "completionTime")) ?? now
                return age(job.text("status", "startTime"), end)
            },
            age,
        ] + template + [selector]

    private static let cronJobs = [
        name,
        DemoColumn("Schedule") { $0.text("spec", "schedule") },
        DemoColumn("Timezone") { orNone($0.text("spec", "timeZone")) },
        DemoColumn("Suspend") { $0.at("spec", "suspend")?.isTrue ?? false ? "True" : "False" },
        DemoColumn(number: "Active") { $0.at("status", "active")?.elements.count ?? 0 }.declaredAsText,
        DemoColumn("Last Schedule") { job, now in
            let last = job.text("status", "lastScheduleTime")
            return last.isEmpty ? "<none>" : age(last, now)
        },
        age,
        DemoColumn("Containers", wide: true) { containers($0.at("spec", "jobTemplate") ?? .null, "name") },
        DemoColumn("Images", wide: true) { containers($0.at("spec", "jobTemplate") ?? .null, "image") },
        DemoColumn("Selector", wide: true) { labels($0.at("spec", "jobTemplate", "spec", "selector")) },
    ]

    private static let autoscalers = [
        name,
        DemoColumn("Reference") {
            "\($0.text("spec", "scaleTargetRef", "kind"))/\($0.text("spec", "scaleTargetRef", "name"))"
        },
        DemoColumn("Targets") { autoscaler in
            let current = autoscaler.at("status", "currentMetrics")?.elements ?? []
            let texts = (autoscaler.at("spec", "metrics")?.elements ?? []).enumerated().map { index, metric in
                target(metric, current: index < current.count ? current[index] : .null)
            }
            let more = texts.count > 2 ? " + \(texts.count - 2) more..." : ""
            return orNone(texts.prefix(2).joined(separator: ", ") + more)
        },
        DemoColumn("MinPods") { $0.at("spec", "minReplicas")?.integer.map { "\($0)" } ?? "<unset>" },
        DemoColumn(number: "MaxPods") { $0.integer("spec", "maxReplicas") }.declaredAsText,
        DemoColumn(number: "Replicas") { $0.integer("status", "currentReplicas") }.declaredAsText,
        age,
    ]

    /// What was measured and what it ought to be, of resources and of what pods tell.
    private static func target(_ metric: JSONValue, current: JSONValue) -> String {
        func measured(_ place: String) -> String {
            let value = current.at(place, "current")
            return value?["averageUtilization"]?.integer.map { "\($0)%" } ?? value?["averageValue"]?.text
                ?? "<unknown>"
        }
        if let resource = metric["resource"] {
            let wanted = resource.at("target", "averageUtilization")?.integer.map { "\($0)%" }
            return "\(resource.text("name")): \(measured("resource"))/"
                + (wanted ?? resource.text("target", "averageValue"))
        }
        return "\(measured("pods"))/\(metric.text("pods", "target", "averageValue"))"
    }

    private static let disruptionBudgets = [
        name,
        DemoColumn("Min Available") { amount($0.at("spec", "minAvailable")) },
        DemoColumn("Max Unavailable") { amount($0.at("spec", "maxUnavailable")) },
        DemoColumn(number: "Allowed Disruptions") { $0.integer("status", "disruptionsAllowed") }.declaredAsText,
        age,
    ]

    private static func amount(_ value: JSONValue?) -> String {
        value?.text ?? value?.integer.map { "\($0)" } ?? "N/A"
    }

    private static let claims = [
        name,
        DemoColumn("Status") { phase($0) },
        DemoColumn("Volume") { $0.text("spec", "volumeName") },
        DemoColumn("Capacity") {
            // A quantity that is not there is zero.
            $0.text("spec", "volumeName").isEmpty ? "" : $0.at("status", "capacity", "storage")?.text ?? "0"
        },
        DemoColumn("Access Modes") { claim in
            claim.text("spec", "volumeName").isEmpty ? "" : modes(claim.at("status", "accessModes"))
        },
        DemoColumn("StorageClass") { $0.text("spec", "storageClassName") },
        DemoColumn("VolumeAttributesClass") { _ in "<unset>" },
        age,
        DemoColumn("VolumeMode", wide: true) { $0.text("spec", "volumeMode") },
    ]

    private static let volumes = [
        name,
        DemoColumn("Capacity") { $0.text("spec", "capacity", "storage") },
        DemoColumn("Access Modes") { modes($0.at("spec", "accessModes")) },
        DemoColumn("Reclaim Policy") { $0.text("spec", "persistentVolumeReclaimPolicy") },
        DemoColumn("Status") { phase($0) },
        DemoColumn("Claim") { volume in
            volume.at("spec", "claimRef").map { "\($0.text("namespace"))/\($0.text("name"))" } ?? ""
        },
        DemoColumn("StorageClass") { $0.text("spec", "storageClassName") },
        DemoColumn("VolumeAttributesClass") { _ in "<unset>" },
        DemoColumn("Reason") { $0.text("status", "reason") },
        age,
        DemoColumn("VolumeMode", wide: true) { $0.text("spec", "volumeMode") },
    ]

    private static func phase(_ object: JSONValue) -> String {
        object.at("metadata", "deletionTimestamp") == nil ? object.text("status", "phase") : "Terminating"
    }

    private static func modes(_ modes: JSONValue?) -> String {
        let short = ["ReadWriteOnce": "RWO", "ReadOnlyMany": "ROX", "ReadWriteMany": "RWX", "ReadWriteOncePod": "RWOP"]
        return (modes?.elements ?? []).compactMap(\.text).map { short[$0] ?? $0 }.joined(separator: ",")
    }

    private static let storageClasses = [
        DemoColumn("Name") { storageClass in
            let key = "storageclass.kubernetes.io/is-default-class"
            let isDefault = storageClass.at("metadata", "annotations", key)?.text == "true"
            return storageClass.text("metadata", "name") + (isDefault ? " (default)" : "")
        },
        DemoColumn("Provisioner") { $0.text("provisioner") },
        DemoColumn("ReclaimPolicy") { $0.text("reclaimPolicy") },
        DemoColumn("VolumeBindingMode") { $0.text("volumeBindingMode") },
        DemoColumn("AllowVolumeExpansion") { $0["allowVolumeExpansion"]?.isTrue ?? false ? "true" : "false" },
        age,
    ]

    private static let bindings = [
        name,
        DemoColumn("Role") { "\($0.text("roleRef", "kind"))/\($0.text("roleRef", "name"))" },
        age,
        DemoColumn("Users", wide: true) { subjects($0, "User") },
        DemoColumn("Groups", wide: true) { subjects($0, "Group") },
        DemoColumn("ServiceAccounts", wide: true) { subjects($0, "ServiceAccount") },
    ]

    private static func subjects(_ binding: JSONValue, _ kind: String) -> String {
        (binding["subjects"]?.elements ?? []).filter { $0.text("kind") == kind }.map { subject in
            (kind == "ServiceAccount" ? subject.text("namespace") + "/" : "") + subject.text("name")
        }.joined(separator: ", ")
    }

    private static let ingressClasses = [
        name,
        DemoColumn("Controller") { $0.text("spec", "controller") },
        DemoColumn("Parameters") { _ in "<none>" },
        age,
    ]

    private static let priorityClasses = [
        name,
        DemoColumn(number: "Value") { $0.integer("value") },
        DemoColumn("Global-Default") { $0["globalDefault"]?.isTrue ?? false ? "true" : "false" },
        age,
        DemoColumn("PreemptionPolicy") { $0.text("preemptionPolicy") },
    ]

    // MARK: Cells

    private static func keys(_ object: JSONValue) -> Int {
        (object["data"]?.members.count ?? 0) + (object["binaryData"]?.members.count ?? 0)
    }

    private static func labels(_ selector: JSONValue?) -> String { pairs(selector?["matchLabels"]) }

    private static func quota(_ quota: JSONValue, limits: Bool) -> String {
        (quota.at("status", "hard")?.members ?? []).filter { $0.key.hasPrefix("limits.") == limits }
            .sorted { $0.key < $1.key }
            .map { entry in
                let used = quota.at("status", "used", entry.key)?.text ?? "0"
                return "\(entry.key): \(printed(used))/\(printed(entry.value.text ?? "0"))"
            }.joined(separator: ", ")
    }

    private static func printed(_ text: String) -> String { Quantity(text).map { "\($0)" } ?? text }

    private static func endpoints(_ endpoints: JSONValue) -> String {
        guard let subset = endpoints["subsets"]?.elements.first else { return "<none>" }
        let addresses = (subset["addresses"]?.elements ?? []).map { $0.text("ip") }
        let ports = (subset["ports"]?.elements ?? []).map { ":\($0.integer("port"))" }
        let all = (ports.isEmpty ? [""] : ports).flatMap { port in addresses.map { $0 + port } }
        let more = all.count > 3 ? " + \(all.count - 3) more..." : ""
        return all.prefix(3).joined(separator: ",") + more
    }
}
