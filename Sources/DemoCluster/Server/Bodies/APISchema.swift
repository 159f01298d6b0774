import CKubernetesSchema
import KubernetesModel

/// The types of the Kubernetes API: their fields, as JSON and protobuf name them.
struct APISchema: Sendable {
    /// What a value is.
    enum Shape: Sendable, Hashable {
        case string, bytes, int32, int64, bool, double, time, microTime, duration, quantity, intOrString, texts
        /// Any JSON at all.
        case anything
        /// An object of fields: an index into `messages`.
        case message(Int)
    }

    /// How many values a field has.
    enum Count: Sendable { case one, list, map }

    /// A field of a message.
    struct Field: Sendable {
        var number: Int
        /// Its name in JSON.
        var name: String
        var count: Count
        var shape: Shape
        /// Whether JSON has the fields of its value in its place.
        var isInline: Bool
    }

    /// A type with fields.
    struct Message: Sendable {
        /// Such as `apps.v1`.
        var package: String
        /// Such as `DeploymentSpec`.
        var name: String
        /// In the order of their definition.
        var fields: [Field] = []
        /// Where in `fields` a number is.
        var numbers: [Int: Int] = [:]
        /// The fields that JSON has, by name, those of inline fields among them.
        var members: [String: Field] = [:]

        /// Whether it is an object of the API, which in JSON says what it is wherever it stands.
        var isObject: Bool {
            let isTemplate = name.hasSuffix("TemplateSpec") || name == "PersistentVolumeClaimTemplate"
            return name == "DeleteOptions" || (members["metadata"] != nil && !isTemplate)
        }
    }

    private(set) var messages: [Message] = []
    private var indexes: [String: Int] = [:]

    /// The schema of the API that is served.
    static let current: APISchema = {
        var count = 0
        let text = String(
            decoding: UnsafeBufferPointer(start: kubernetes_schema(&count), count: count), as: UTF8.self)
        return APISchema(parsing: text)
    }()

    private static let inlined: Set<String> = [
        "volumeSource", "persistentVolumeSource", "handler", "localObjectReference", "ephemeralContainerCommon",
        "ingressRuleValue",
    ]

    private static let shapes: [String: Shape] = [
        "string": .string, "bytes": .bytes, "int32": .int32, "int64": .int64, "bool": .bool, "double": .double,
        "apis.meta.v1.Time": .time, "apis.meta.v1.MicroTime": .microTime, "apis.meta.v1.Duration": .duration,
        "apis.meta.v1.FieldsV1": .anything, "api.resource.Quantity": .quantity,
        "util.intstr.IntOrString": .intOrString, "runtime.RawExtension": .anything,
        "apiextensions.v1.JSON": .anything, "apiextensions.v1.JSONSchemaPropsOrArray": .anything,
        "apiextensions.v1.JSONSchemaPropsOrBool": .anything,
        "apiextensions.v1.JSONSchemaPropsOrStringArray": .anything, "authentication.v1.ExtraValue": .texts,
        "authorization.v1.ExtraValue": .texts, "certificates.v1.ExtraValue": .texts,
    ]

    private static let renamed: [String: String] = [
        "aPIGroup": "apiGroup", "uID": "uid", "ref": "$ref", "xKubernetesValidations": "x-kubernetes-validations",
        "xKubernetesPreserveUnknownFields": "x-kubernetes-preserve-unknown-fields",
        "xKubernetesEmbeddedResource": "x-kubernetes-embedded-resource",
        "xKubernetesIntOrString": "x-kubernetes-int-or-string", "xKubernetesListMapKeys": "x-kubernetes-list-map-keys",
        "xKubernetesListType": "x-kubernetes-list-type", "xKubernetesMapType": "x-kubernetes-map-type",
    ]

    init(parsing text: String) {
        var types: [(message: Int, field: Int, type: String)] = []
        for line in text.split(separator: "\n") where !line.hasPrefix("#") {
            let parts = line.split(separator: "\t")
            guard parts.count == 3, let number = Int(parts[0]), let last = messages.indices.last else {
                let words = line.split(separator: " ").map(String.init)
                guard words.count == 2 else { continue }
                indexes["\(words[0]).\(words[1])"] = messages.count
                messages.append(Message(package: words[0], name: words[1]))
                continue
            }
            let count: Count = parts[2].hasPrefix("*") ? .list : parts[2].hasPrefix("%") ? .map : .one
            let type = String(count == .one ? parts[2] : parts[2].dropFirst())
            let name = String(parts[1])
            types.append(
                (last, messages[last].fields.count, type.contains(".") ? type : "\(messages[last].package).\(type)"))
            messages[last].numbers[number] = messages[last].fields.count
            messages[last].fields.append(
                Field(
                    number: number, name: Self.renamed[name] ?? name, count: count,
                    shape: Self.shapes[type] ?? .anything, isInline: Self.inlined.contains(name)))
        }
        for (message, field, type) in types where messages[message].fields[field].shape == .anything {
            messages[message].fields[field].shape =
                Self.shapes[type] ?? indexes[type].map { .message($0) } ?? .anything
        }
        for index in messages.indices { messages[index].members = members(of: index, depth: 0) }
    }

    private func members(of index: Int, depth: Int) -> [String: Field] {
        var members: [String: Field] = [:]
        for field in messages[index].fields {
            if field.isInline, case .message(let inner) = field.shape, depth < 4 {
                members.merge(self.members(of: inner, depth: depth + 1)) { first, _ in first }
            } else {
                members[field.name] = field
            }
        }
        return members
    }

    /// The type of a kind.
    /// - Returns: `nil` for kinds that are not part of Kubernetes itself.
    func message(apiVersion: String, kind: String) -> Int? {
        let parts = apiVersion.split(separator: "/").map(String.init)
        guard let version = parts.last, parts.count <= 2 else { return nil }
        let group = parts.count == 2 ? parts[0] : "core"
        guard !group.contains(".") || group.hasSuffix(".k8s.io") else { return nil }
        let package = group.split(separator: ".").first.map(String.init) ?? group
        return indexes["\(package).\(version).\(kind)"] ?? indexes["apis.meta.v1.\(kind)"]
    }

    // MARK: What is left out when it is empty

    /// Fields that are kept when they are 0, `false`, or the empty string: those that can be absent, too.
    private static let optional: Set<String> = [
        "replicas", "terminationGracePeriodSeconds", "runAsUser", "runAsGroup", "fsGroup", "backoffLimit",
        "minReplicas", "revisionHistoryLimit", "parallelism", "completions", "ttlSecondsAfterFinished",
        "activeDeadlineSeconds", "gracePeriodSeconds", "successfulJobsHistoryLimit", "failedJobsHistoryLimit",
        "progressDeadlineSeconds", "startingDeadlineSeconds", "tolerationSeconds", "defaultMode", "mode", "priority",
        "expirationSeconds", "partition", "stabilizationWindowSeconds", "value", "weight", "start",
        "backoffLimitPerIndex", "maxFailedIndexes", "minDomains", "leaseDurationSeconds", "leaseTransitions",
        "averageUtilization", "automountServiceAccountToken", "enableServiceLinks", "optional", "runAsNonRoot",
        "readOnlyRootFilesystem", "allowPrivilegeEscalation", "privileged", "shareProcessNamespace", "hostUsers",
        "immutable", "suspend", "allocateLoadBalancerNodePorts", "setHostnameAsFQDN", "allowVolumeExpansion",
        "controller", "blockOwnerDeletion", "served", "storage", "attachRequired", "podInfoOnMount",
        "orphanDependents", "ready", "serving", "terminating", "manualSelector", "storageClassName",
        "ingressClassName", "maxUnavailable", "minAvailable", "maxSurge", "limit", "allowed", "incomplete",
    ]

    /// Objects that are left out when they have no members.
    private static let structs: Set<String> = [
        "status", "strategy", "updateStrategy", "resources", "creationTimestamp", "source", "involvedObject",
    ]

    /// Whether a value says no more than its absence, as Go's encoder decides.
    static func isLeftOut(_ value: JSONValue, _ name: String) -> Bool {
        switch value {
        case .null: true
        case .object(let members): members.isEmpty && structs.contains(name)
        case .array(let elements): elements.isEmpty
        case .string(let text): text.isEmpty && !optional.contains(name)
        case .number(let text): text == "0" && !optional.contains(name)
        case .bool(let flag): !flag && !optional.contains(name)
        }
    }
}
