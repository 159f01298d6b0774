import KubernetesModel

/// The rules that an API server has for documents beyond their types.
enum Validation {
    /// What is wrong with a document that is to be created.
    static func errors(in document: JSONValue, of resource: DemoResource) -> FieldErrors {
        var errors = FieldErrors()
        metadata(document["metadata"] ?? .null, resource, &errors)
        switch resource.kind {
        case "Pod": PodValidation.check(document["spec"] ?? .null, "spec", &errors)
        case "Deployment", "ReplicaSet", "StatefulSet", "DaemonSet", "ReplicationController":
            workload(document, resource, &errors)
        case "Job": job(document["spec"] ?? .null, "spec", &errors)
        case "CronJob": cronJob(document["spec"] ?? .null, &errors)
        case "Service": service(document["spec"] ?? .null, &errors)
        case "ConfigMap", "Secret": keys(document, resource, &errors)
        case "Ingress": ingress(document["spec"] ?? .null, &errors)
        case "PersistentVolumeClaim": claim(document["spec"] ?? .null, &errors)
        case "HorizontalPodAutoscaler": autoscaler(document["spec"] ?? .null, &errors)
        case "PodDisruptionBudget": budget(document["spec"] ?? .null, &errors)
        case "Role", "ClusterRole": rules(document, resource, &errors)
        case "RoleBinding", "ClusterRoleBinding": binding(document, &errors)
        case "PriorityClass":
            if document.integer("value") > 1_000_000_000, !document.text("metadata", "name").hasPrefix("system-") {
                errors.forbidden("value", "maximum allowed value of a user defined priority is 1000000000")
            }
        case "StorageClass":
            if document.text("provisioner").isEmpty { errors.required("provisioner") }
        case "ResourceQuota":
            for member in document.at("spec", "hard")?.members ?? [] {
                if let text = member.value.text, text.hasPrefix("-") {
                    errors.invalid(
                        "spec.hard[\(member.key)]", member.value, "must be greater than or equal to 0")
                }
            }
        default: break
        }
        return errors
    }

    private static func metadata(_ metadata: JSONValue, _ resource: DemoResource, _ errors: inout FieldErrors) {
        let name = metadata.text("name")
        if name.isEmpty {
            errors.required("metadata.name", "name or generateName is required")
        } else {
            NameRule.check(name, of: resource, "metadata.name", &errors)
        }
        NameRule.checkLabels(metadata["labels"], "metadata.labels", &errors)
        for annotation in metadata["annotations"]?.members ?? [] {
            NameRule.checkQualified(annotation.key, "metadata.annotations", &errors)
        }
        let size = (metadata["annotations"]?.members ?? []).reduce(0) {
            $0 + $1.key.utf8.count + ($1.value.text ?? "").utf8.count
        }
        if size > 256 << 10 { errors.tooLong("metadata.annotations", bytes: 256 << 10) }
        for (index, owner) in (metadata["ownerReferences"]?.elements ?? []).enumerated() {
            for key in ["apiVersion", "kind", "name", "uid"] where owner.text(key).isEmpty {
                let field = "metadata.ownerReferences[\(index)].\(key)"
                errors.invalid(
                    field, .string(""), key == "apiVersion" ? "version must not be empty" : "must not be empty")
            }
        }
    }

    // MARK: Workloads

    private static func workload(_ document: JSONValue, _ resource: DemoResource, _ errors: inout FieldErrors) {
        let spec = document["spec"] ?? .null
        errors.checkNotNegative("spec.replicas", spec["replicas"])
        errors.checkNotNegative("spec.minReadySeconds", spec["minReadySeconds"])
        errors.checkNotNegative("spec.revisionHistoryLimit", spec["revisionHistoryLimit"])
        let template = spec["template"] ?? .null
        if resource.kind != "ReplicationController" {
            selector(spec["selector"], template, kind: resource.kind, &errors)
        }
        if resource.kind == "Deployment" {
            let surge = spec.at("strategy", "rollingUpdate", "maxSurge")
            let unavailable = spec.at("strategy", "rollingUpdate", "maxUnavailable")
            if isZero(surge), isZero(unavailable) {
                errors.invalid(
                    "spec.strategy.rollingUpdate.maxUnavailable", unavailable ?? .integer(0),
                    "may not be 0 when `maxSurge` is 0")
            }
            errors.check("spec.strategy.type", spec.at("strategy", "type"), among: ["Recreate", "RollingUpdate"])
            if spec.text("strategy", "type") == "Recreate", spec.at("strategy", "rollingUpdate") != nil {
                errors.forbidden(
                    "spec.strategy.rollingUpdate", "may not be specified when strategy `type` is 'Recreate'")
            }
            if let deadline = spec["progressDeadlineSeconds"]?.integer, deadline <= spec.integer("minReadySeconds") {
                errors.invalid(
                    "spec.progressDeadlineSeconds", .integer(deadline), "must be greater than minReadySeconds")
            }
        }
        NameRule.checkLabels(template.at("metadata", "labels"), "spec.template.metadata.labels", &errors)
        PodValidation.check(template["spec"] ?? .null, "spec.template.spec", &errors)
        errors.check("spec.template.spec.restartPolicy", template.at("spec", "restartPolicy"), among: ["Always"])
    }

    private static func isZero(_ value: JSONValue?) -> Bool {
        value == .number("0") || value == .string("0%")
    }

    private static func selector(
        _ selector: JSONValue?, _ template: JSONValue, kind: String, _ errors: inout FieldErrors
    ) {
        guard let selector else {
            errors.required("spec.selector")
            errors.invalid(
                "spec.template.metadata.labels", template.at("metadata", "labels") ?? .null,
                "`selector` does not match template `labels`")
            return
        }
        let labels = template.at("metadata", "labels") ?? .object([])
        if selector.members.isEmpty {
            errors.invalid("spec.selector", selector, "empty selector is invalid for \(kind.lowercased())")
        } else if !Selector(selector).matches(labels.textMembers) {
            errors.invalid(
                "spec.template.metadata.labels", labels, "`selector` does not match template `labels`")
        }
    }

    private static func job(_ spec: JSONValue, _ field: String, _ errors: inout FieldErrors) {
        for name in ["parallelism", "completions", "backoffLimit", "activeDeadlineSeconds", "ttlSecondsAfterFinished"] {
            errors.checkNotNegative("\(field).\(name)", spec[name])
        }
        errors.check("\(field).completionMode", spec["completionMode"], among: ["NonIndexed", "Indexed"])
        let path = "\(field).template.spec"
        let pod = spec.at("template", "spec") ?? .null
        PodValidation.check(pod, path, &errors)
        let policy = pod.text("restartPolicy")
        if policy.isEmpty {
            errors.required("\(path).restartPolicy", "valid values: \"OnFailure\", \"Never\"")
        } else if policy == "Always" {
            errors.unsupported("\(path).restartPolicy", policy, ["OnFailure", "Never"])
        }
    }

    private static func cronJob(_ spec: JSONValue, _ errors: inout FieldErrors) {
        let schedule = spec.text("schedule")
        if schedule.isEmpty {
            errors.required("spec.schedule")
        } else if !schedule.hasPrefix("@") {
            let fields = schedule.split(separator: " ").map(String.init)
            if fields.count != 5 {
                errors.invalid(
                    "spec.schedule", .string(schedule),
                    "expected exactly 5 fields, found \(fields.count): [\(fields.joined(separator: " "))]")
            } else if let wrong = fields.first(where: { !$0.utf8.allSatisfy(isCronCharacter) }) {
                errors.invalid("spec.schedule", .string(schedule), "failed to parse int from \(wrong)")
            }
        }
        errors.check("spec.concurrencyPolicy", spec["concurrencyPolicy"], among: ["Allow", "Forbid", "Replace"])
        errors.checkNotNegative("spec.successfulJobsHistoryLimit", spec["successfulJobsHistoryLimit"])
        errors.checkNotNegative("spec.failedJobsHistoryLimit", spec["failedJobsHistoryLimit"])
        job(spec.at("jobTemplate", "spec") ?? .null, "spec.jobTemplate.spec", &errors)
    }

    private static func isCronCharacter(_ byte: UInt8) -> Bool {
        (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte)
            || "*/,-?".utf8.contains(byte)
    }

    // MARK: Networks

    private static func service(_ spec: JSONValue, _ errors: inout FieldErrors) {
        let type = spec.text("type")
        let ports = spec["ports"]?.elements ?? []
        errors.check("spec.type", spec["type"], among: ["ClusterIP", "ExternalName", "LoadBalancer", "NodePort"])
        errors.check("spec.sessionAffinity", spec["sessionAffinity"], among: ["ClientIP", "None"])
        if type == "ExternalName" {
            if spec.text("externalName").isEmpty { errors.required("spec.externalName") }
        } else if ports.isEmpty, spec.text("clusterIP") != "None" {
            errors.required("spec.ports")
        }
        NameRule.checkLabels(spec["selector"], "spec.selector", &errors)
        var names: Set<String> = []
        for (index, port) in ports.enumerated() {
            let field = "spec.ports[\(index)]"
            let name = port.text("name")
            if name.isEmpty {
                if ports.count > 1 { errors.required("\(field).name") }
            } else if !NameRule.isLabel(name) {
                errors.invalid("\(field).name", .string(name), NameRule.labelWords)
            } else if !names.insert(name).inserted {
                errors.duplicate("\(field).name", .string(name))
            }
            errors.checkPort("\(field).port", port["port"] ?? .integer(0))
            errors.check("\(field).protocol", port["protocol"], among: ["SCTP", "TCP", "UDP"])
            if port["targetPort"]?.integer != nil { errors.checkPort("\(field).targetPort", port["targetPort"]) }
            if let node = port["nodePort"]?.integer, !(30000...32767).contains(node) {
                errors.invalid(
                    "\(field).nodePort", .integer(node),
                    "provided port is not in the valid range. The range of valid ports is 30000-32767")
            }
        }
    }

    private static func ingress(_ spec: JSONValue, _ errors: inout FieldErrors) {
        let rules = spec["rules"]?.elements ?? []
        if rules.isEmpty, spec["defaultBackend"] == nil {
            errors.invalid("spec", .array([]), "either `defaultBackend` or `rules` must be specified")
        }
        for (index, rule) in rules.enumerated() {
            for (number, path) in (rule.at("http", "paths")?.elements ?? []).enumerated() {
                let field = "spec.rules[\(index)].http.paths[\(number)]"
                if path.text("pathType").isEmpty {
                    errors.required("\(field).pathType", "pathType must be specified")
                } else {
                    errors.check(
                        "\(field).pathType", path["pathType"], among: ["Exact", "ImplementationSpecific", "Prefix"])
                }
                if path["pathType"]?.text != "ImplementationSpecific", !path.text("path").hasPrefix("/") {
                    errors.invalid("\(field).path", path["path"] ?? .string(""), "must be an absolute path")
                }
                if path.at("backend", "service") == nil, path.at("backend", "resource") == nil {
                    errors.required("\(field).backend", "cannot be empty")
                }
            }
        }
    }

    // MARK: The rest

    private static func keys(_ document: JSONValue, _ resource: DemoResource, _ errors: inout FieldErrors) {
        var size = 0
        for list in ["data", "binaryData"] {
            for member in document[list]?.members ?? [] {
                size += (member.value.text ?? "").utf8.count
                if !NameRule.isKey(member.key) {
                    errors.invalid("\(list)[\(member.key)]", .string(member.key), NameRule.keyWords)
                }
            }
        }
        if size > 1 << 20 {
            errors.tooLong(resource.kind == "Secret" ? "data" : "", bytes: 1 << 20)
        }
    }

    private static func claim(_ spec: JSONValue, _ errors: inout FieldErrors) {
        let modes = spec["accessModes"]?.elements ?? []
        if modes.isEmpty { errors.required("spec.accessModes", "at least 1 access mode is required") }
        for mode in modes {
            errors.check(
                "spec.accessModes", mode,
                among: ["ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod"])
        }
        if spec.at("resources", "requests", "storage") == nil { errors.required("spec.resources[storage]") }
    }

    private static func autoscaler(_ spec: JSONValue, _ errors: inout FieldErrors) {
        let most = spec.integer("maxReplicas")
        if most < 1 { errors.invalid("spec.maxReplicas", .integer(most), "must be greater than 0") }
        if let least = spec["minReplicas"]?.integer {
            if least < 1 { errors.invalid("spec.minReplicas", .integer(least), "must be greater than or equal to 1") }
            if most < least {
                errors.invalid("spec.maxReplicas", .integer(most), "must be greater than or equal to `minReplicas`")
            }
        }
        if spec.text("scaleTargetRef", "kind").isEmpty { errors.required("spec.scaleTargetRef.kind") }
        if spec.text("scaleTargetRef", "name").isEmpty { errors.required("spec.scaleTargetRef.name") }
    }

    private static func budget(_ spec: JSONValue, _ errors: inout FieldErrors) {
        if let least = spec["minAvailable"], spec["maxUnavailable"] != nil {
            _ = least
            errors.invalid("spec", spec, "minAvailable and maxUnavailable cannot be both set")
        }
        errors.checkNotNegative("spec.minAvailable", spec["minAvailable"])
        errors.checkNotNegative("spec.maxUnavailable", spec["maxUnavailable"])
    }

    private static func rules(_ document: JSONValue, _ resource: DemoResource, _ errors: inout FieldErrors) {
        for (index, rule) in (document["rules"]?.elements ?? []).enumerated() {
            let field = "rules[\(index)]"
            if (rule["verbs"]?.elements ?? []).isEmpty {
                errors.required("\(field).verbs", "verbs must contain at least one value")
            }
            guard (rule["nonResourceURLs"]?.elements ?? []).isEmpty else {
                if resource.isNamespaced {
                    errors.invalid(
                        "\(field).nonResourceURLs", rule["nonResourceURLs"] ?? .null,
                        "namespaced rules cannot apply to non-resource URLs")
                }
                continue
            }
            if (rule["apiGroups"]?.elements ?? []).isEmpty {
                errors.required("\(field).apiGroups", "resource rules must supply at least one api group")
            }
            if (rule["resources"]?.elements ?? []).isEmpty {
                errors.required("\(field).resources", "resource rules must supply at least one resource")
            }
        }
    }

    private static func binding(_ document: JSONValue, _ errors: inout FieldErrors) {
        let role = document["roleRef"] ?? .null
        errors.check("roleRef.apiGroup", role["apiGroup"], among: ["rbac.authorization.k8s.io"])
        let kinds = document.text("kind") == "ClusterRoleBinding" ? ["ClusterRole"] : ["ClusterRole", "Role"]
        if !kinds.contains(role.text("kind")) { errors.unsupported("roleRef.kind", role.text("kind"), kinds) }
        if role.text("name").isEmpty { errors.required("roleRef.name") }
        for (index, subject) in (document["subjects"]?.elements ?? []).enumerated() {
            let field = "subjects[\(index)]"
            if subject.text("name").isEmpty { errors.required("\(field).name") }
            errors.check("\(field).kind", subject["kind"] ?? .string(""), among: ["ServiceAccount", "User", "Group"])
            if subject.text("kind") == "ServiceAccount", subject.text("namespace").isEmpty {
                errors.required("\(field).namespace")
            }
        }
    }
}

/// A selector of labels in a document.
struct Selector {
    private let document: JSONValue

    init(_ document: JSONValue) { self.document = document }

    func matches(_ labels: [String: String]) -> Bool {
        let fits = (document["matchLabels"]?.textMembers ?? [:]).allSatisfy { labels[$0.key] == $0.value }
        return fits
            && (document["matchExpressions"]?.elements ?? []).allSatisfy { expression in
                let value = labels[expression.text("key")]
                let values = (expression["values"]?.elements ?? []).compactMap(\.text)
                return switch expression.text("operator") {
                case "In": value.map(values.contains) ?? false
                case "NotIn": value.map { !values.contains($0) } ?? true
                case "Exists": value != nil
                case "DoesNotExist": value == nil
                default: false
                }
            }
    }
}
