import KubernetesModel

/// The rules for what of an object may change.
enum UpdateValidation {
    private static let fixed = "field is immutable"
    private static let podWords =
        "pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,"
        + "`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),"
        + "`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)"
    private static let setWords =
        "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', "
        + "'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden"

    /// What a change may not do.
    static func errors(from old: JSONValue, to new: JSONValue, of resource: DemoResource) -> FieldErrors {
        var errors = FieldErrors()
        func hasChanged(_ path: String...) -> Bool { old.at(path)?.canonical != new.at(path)?.canonical }
        switch resource.kind {
        case "Deployment", "ReplicaSet", "DaemonSet":
            if hasChanged("spec", "selector") {
                errors.invalid("spec.selector", new.at("spec", "selector") ?? .null, fixed)
            }
        case "StatefulSet":
            let free = [
                "replicas", "ordinals", "template", "updateStrategy", "revisionHistoryLimit",
                "persistentVolumeClaimRetentionPolicy", "minReadySeconds",
            ]
            // A name that is empty is none.
            var specs = [old["spec"] ?? .null, new["spec"] ?? .null]
            for index in specs.indices where specs[index].text("serviceName").isEmpty {
                specs[index].set("serviceName", to: nil)
            }
            if rest(specs[0], without: free) != rest(specs[1], without: free) {
                errors.forbidden("spec", setWords)
            }
        case "Job":
            for field in ["completions", "selector", "completionMode"] where hasChanged("spec", field) {
                errors.invalid("spec.\(field)", new.at("spec", field) ?? .null, fixed)
            }
            if hasChanged("spec", "template") {
                errors.invalid("spec.template", new.at("spec", "template") ?? .null, fixed)
            }
        case "Service":
            let (before, after) = (old.text("spec", "clusterIP"), new.text("spec", "clusterIP"))
            if !before.isEmpty, before != after, new.text("spec", "type") != "ExternalName" {
                errors.invalid(
                    "spec.clusterIPs[0]", .array([.string(after)]), "may not change once set")
            }
        case "Pod":
            if podIdentity(old) != podIdentity(new) { errors.forbidden("spec", podWords) }
        case "ConfigMap", "Secret":
            if resource.kind == "Secret", hasChanged("type") {
                errors.invalid("type", new["type"] ?? .null, fixed)
            }
            guard old["immutable"]?.isTrue ?? false else { break }
            if !(new["immutable"]?.isTrue ?? false) {
                errors.forbidden("immutable", "field is immutable when `immutable` is set")
            }
            for list in ["data", "binaryData"] where hasChanged(list) {
                errors.forbidden(list, "field is immutable when `immutable` is set")
            }
        case "PersistentVolumeClaim":
            let free = ["resources", "volumeAttributesClassName", "volumeName"]
            if rest(old["spec"], without: free) != rest(new["spec"], without: free) {
                errors.forbidden(
                    "spec",
                    "spec is immutable after creation except resources.requests and volumeAttributesClassName for "
                        + "bound claims")
            }
        case "RoleBinding", "ClusterRoleBinding":
            if hasChanged("roleRef") { errors.invalid("roleRef", new["roleRef"] ?? .null, "cannot change roleRef") }
        case "StorageClass":
            for field in ["parameters", "provisioner", "volumeBindingMode", "reclaimPolicy"] where hasChanged(field) {
                errors.forbidden(field, "updates to \(field) are forbidden.")
            }
        case "PriorityClass":
            if hasChanged("value") { errors.forbidden("value", "may not be changed in an update.") }
        default: break
        }
        return errors
    }

    private static func rest(_ spec: JSONValue?, without keys: [String]) -> JSONValue {
        JSONValue.object((spec?.members ?? []).filter { !keys.contains($0.key) }).canonical
    }

    /// What of a pod may not change.
    private static func podIdentity(_ pod: JSONValue) -> JSONValue {
        let free = [
            "activeDeadlineSeconds", "tolerations", "terminationGracePeriodSeconds", "ephemeralContainers",
            "schedulingGates", "nodeName",
        ]
        var spec = rest(pod["spec"], without: free)
        for list in ["containers", "initContainers"] {
            guard let containers = spec[list]?.elements else { continue }
            spec.set(
                list,
                to: .array(
                    containers.map { container in
                        .object(container.members.filter { !["image", "resources"].contains($0.key) })
                    }))
        }
        return spec.canonical
    }
}
