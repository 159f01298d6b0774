import KubernetesModel

/// The rules for what a pod consists of.
enum PodValidation {
    private static let requiredHandler = "must specify a handler type"

    /// Checks the spec of a pod, or of a template.
    static func check(_ spec: JSONValue, _ field: String, _ errors: inout FieldErrors) {
        let volumes = checkVolumes(spec["volumes"]?.elements ?? [], "\(field).volumes", &errors)
        let containers = spec["containers"]?.elements ?? []
        if containers.isEmpty { errors.required("\(field).containers") }
        var names: Set<String> = []
        for list in ["containers", "initContainers"] {
            for (index, container) in (spec[list]?.elements ?? []).enumerated() {
                let path = "\(field).\(list)[\(index)]"
                checkContainer(container, path, volumes: volumes, &errors)
                if !container.text("name").isEmpty, !names.insert(container.text("name")).inserted {
                    errors.duplicate("\(path).name", container["name"] ?? .null)
                }
            }
        }
        errors.check("\(field).restartPolicy", spec["restartPolicy"], among: ["Always", "OnFailure", "Never"])
        errors.check(
            "\(field).dnsPolicy", spec["dnsPolicy"],
            among: ["ClusterFirstWithHostNet", "ClusterFirst", "Default", "None"])
        errors.checkNotNegative("\(field).terminationGracePeriodSeconds", spec["terminationGracePeriodSeconds"])
        if let deadline = spec["activeDeadlineSeconds"], let seconds = deadline.integer, seconds < 1 {
            errors.invalid(
                "\(field).activeDeadlineSeconds", deadline, "must be between 1 and 2147483647, inclusive")
        }
        NameRule.checkLabels(spec["nodeSelector"], "\(field).nodeSelector", &errors)
        let account = spec.text("serviceAccountName")
        if !account.isEmpty, !NameRule.isSubdomain(account) {
            errors.invalid("\(field).serviceAccountName", .string(account), NameRule.subdomainWords)
        }
    }

    private static func checkVolumes(
        _ volumes: [JSONValue], _ field: String, _ errors: inout FieldErrors
    ) -> Set<String> {
        var names: Set<String> = []
        for (index, volume) in volumes.enumerated() {
            let path = "\(field)[\(index)]"
            let name = volume.text("name")
            if name.isEmpty {
                errors.required("\(path).name")
            } else if !NameRule.isLabel(name) {
                errors.invalid("\(path).name", .string(name), NameRule.labelWords)
            } else if !names.insert(name).inserted {
                errors.duplicate("\(path).name", .string(name))
            }
            let sources = volume.members.filter { $0.key != "name" }
            if sources.isEmpty { errors.required(path, "must specify a volume type") }
            for extra in sources.dropFirst() {
                errors.forbidden("\(path).\(extra.key)", "may not specify more than 1 volume type")
            }
            if let claim = volume["persistentVolumeClaim"], claim.text("claimName").isEmpty {
                errors.required("\(path).persistentVolumeClaim.claimName")
            }
            if let secret = volume["secret"], secret.text("secretName").isEmpty {
                errors.required("\(path).secret.secretName")
            }
            if let map = volume["configMap"], map.text("name").isEmpty { errors.required("\(path).configMap.name") }
            if let host = volume["hostPath"], host.text("path").isEmpty { errors.required("\(path).hostPath.path") }
        }
        return names
    }

    private static func checkContainer(
        _ container: JSONValue, _ field: String, volumes: Set<String>, _ errors: inout FieldErrors
    ) {
        let name = container.text("name")
        let image = container.text("image")
        if name.isEmpty {
            errors.required("\(field).name")
        } else if !NameRule.isLabel(name) {
            errors.invalid("\(field).name", .string(name), NameRule.labelWords)
        } else if name.utf8.count > 63 {
            errors.invalid("\(field).name", .string(name), "must be no more than 63 bytes")
        }
        if image.isEmpty {
            errors.required("\(field).image")
        } else if image.trimmingSpaces != image {
            errors.invalid("\(field).image", .string(image), "must not have leading or trailing whitespace")
        }
        errors.check(
            "\(field).imagePullPolicy", container["imagePullPolicy"], among: ["Always", "IfNotPresent", "Never"])
        checkPorts(container["ports"]?.elements ?? [], "\(field).ports", &errors)
        for (index, variable) in (container["env"]?.elements ?? []).enumerated() {
            let path = "\(field).env[\(index)]"
            let name = variable.text("name")
            if name.isEmpty {
                errors.required("\(path).name")
            } else if name.contains("=") || !name.utf8.allSatisfy({ (0x20..<0x7F).contains($0) }) {
                errors.invalid("\(path).name", .string(name), NameRule.environmentWords)
            }
            if variable["valueFrom"] != nil, !variable.text("value").isEmpty {
                errors.invalid("\(path).valueFrom", .string(""), "may not be specified when `value` is not empty")
            }
        }
        var mounts: Set<String> = []
        for (index, mount) in (container["volumeMounts"]?.elements ?? []).enumerated() {
            let path = "\(field).volumeMounts[\(index)]"
            let volume = mount.text("name")
            if volume.isEmpty {
                errors.required("\(path).name")
            } else if !volumes.contains(volume) {
                errors.notFound("\(path).name", volume)
            }
            let place = mount.text("mountPath")
            if place.isEmpty {
                errors.required("\(path).mountPath")
            } else if !mounts.insert(place).inserted {
                errors.invalid("\(path).mountPath", .string(place), "must be unique")
            }
        }
        for probe in ["livenessProbe", "readinessProbe", "startupProbe"] {
            guard let document = container[probe] else { continue }
            checkProbe(document, "\(field).\(probe)", isReadiness: probe == "readinessProbe", &errors)
        }
        checkResources(container["resources"] ?? .null, "\(field).resources", &errors)
    }

    private static func checkPorts(_ ports: [JSONValue], _ field: String, _ errors: inout FieldErrors) {
        var names: Set<String> = []
        for (index, port) in ports.enumerated() {
            let path = "\(field)[\(index)]"
            let name = port.text("name")
            if port["containerPort"] == nil {
                errors.required("\(path).containerPort")
            } else {
                errors.checkPort("\(path).containerPort", port["containerPort"])
            }
            if !name.isEmpty {
                if name.utf8.count > 15 {
                    errors.invalid("\(path).name", .string(name), "must be no more than 15 characters")
                } else if !names.insert(name).inserted {
                    errors.duplicate("\(path).name", .string(name))
                }
            }
            errors.check("\(path).protocol", port["protocol"], among: ["SCTP", "TCP", "UDP"])
        }
    }

    private static func checkProbe(
        _ probe: JSONValue, _ field: String, isReadiness: Bool, _ errors: inout FieldErrors
    ) {
        let handlers = ["exec", "httpGet", "tcpSocket", "grpc"].filter { probe[$0] != nil }
        if handlers.isEmpty { errors.required(field, requiredHandler) }
        for extra in handlers.dropFirst() {
            errors.forbidden("\(field).\(extra)", "may not specify more than 1 handler type")
        }
        for name in ["initialDelaySeconds", "timeoutSeconds", "periodSeconds", "successThreshold", "failureThreshold"] {
            errors.checkNotNegative("\(field).\(name)", probe[name])
        }
        if !isReadiness, let threshold = probe["successThreshold"], (threshold.integer ?? 1) > 1 {
            errors.invalid("\(field).successThreshold", threshold, "must be 1")
        }
    }

    private static func checkResources(_ resources: JSONValue, _ field: String, _ errors: inout FieldErrors) {
        let limits = resources["limits"] ?? .null
        for list in ["limits", "requests"] {
            for member in resources[list]?.members ?? [] {
                guard let text = member.value.text, let quantity = Quantity(text) else { continue }
                let path = "\(field).\(list)[\(member.key)]"
                if quantity < Quantity(0) {
                    errors.invalid(path, member.value, "must be greater than or equal to 0")
                }
                let isStandard =
                    ["cpu", "memory", "ephemeral-storage"].contains(member.key) || member.key.contains("/")
                    || member.key.hasPrefix("hugepages-")
                if !isStandard {
                    errors.invalid(
                        path, .string(member.key), "must be a standard resource for containers")
                }
                guard list == "requests", let limit = limits[member.key]?.text, let most = Quantity(limit) else {
                    continue
                }
                if most < quantity {
                    errors.invalid(
                        "\(field).requests", member.value,
                        "must be less than or equal to \(member.key) limit of \(limit)")
                }
            }
        }
    }
}
