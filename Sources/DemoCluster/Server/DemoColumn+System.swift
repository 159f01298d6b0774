import KubernetesModel

/// Columns of the kinds that a cluster's administrators look at.
extension DemoColumn {
    /// The columns of a kind by its plural; `nil` when it has none of its own.
    static func systemColumns(of plural: String) -> [DemoColumn]? {
        switch plural {
        case "apiservices": apiServices
        case "componentstatuses":
            [name, healthy("Status", "status"), healthy("Message", "message"), healthy("Error", "error")]
        case "controllerrevisions": controllerRevisions
        case "podtemplates":
            [
                name, DemoColumn("Containers") { templateContainers($0, "name") },
                DemoColumn("Images") { templateContainers($0, "image") },
                DemoColumn("Pod Labels") { pairs($0.at("template", "metadata", "labels")) }, age,
            ]
        case "replicationcontrollers":
            [
                name, DemoColumn(number: "Desired") { $0.integer("spec", "replicas") },
                DemoColumn(number: "Current") { $0.integer("status", "replicas") },
                DemoColumn(number: "Ready") { $0.integer("status", "readyReplicas") }, age,
            ] + template + [DemoColumn("Selector", wide: true) { pairs($0.at("spec", "selector")) }]
        case "certificatesigningrequests": signingRequests
        case "ipaddresses":
            [
                name,
                DemoColumn("ParentRef") { address in
                    let parent = address.at("spec", "parentRef") ?? .null
                    let parts = [parent.text("group"), parent.text("resource"), parent.text("namespace")]
                    return (parts.filter { !$0.isEmpty } + [parent.text("name")]).joined(separator: "/")
                }, age,
            ]
        case "servicecidrs": [name, DemoColumn("CIDRs") { joined($0.at("spec", "cidrs")) }, age]
        case "runtimeclasses": [name, DemoColumn("Handler") { $0.text("handler") }, age]
        case "flowschemas": flowSchemas
        case "prioritylevelconfigurations": priorityLevels
        case "csidrivers": drivers
        case "csinodes": [name, DemoColumn(number: "Drivers") { $0.at("spec", "drivers")?.elements.count ?? 0 }, age]
        case "csistoragecapacities":
            [
                name, DemoColumn("StorageClassName") { $0.text("storageClassName") },
                DemoColumn("Capacity") { $0.text("capacity") },
            ]
        case "volumeattachments": attachments
        case "volumeattributesclasses": [name, DemoColumn("DriverName") { $0.text("driverName") }, age]
        case "mutatingwebhookconfigurations", "validatingwebhookconfigurations":
            [name, DemoColumn(number: "Webhooks") { $0["webhooks"]?.elements.count ?? 0 }, age]
        case "validatingadmissionpolicies", "mutatingadmissionpolicies": policies(plural)
        case "validatingadmissionpolicybindings", "mutatingadmissionpolicybindings":
            [
                name, DemoColumn("PolicyName") { $0.text("spec", "policyName") },
                DemoColumn("ParamRef") { orUnset($0.text("spec", "paramRef", "name")) }, age,
            ]
        case "resourceclaims":
            [
                name,
                DemoColumn("State") { claim in
                    if claim.at("metadata", "deletionTimestamp") != nil { return "deleted" }
                    guard claim.at("status", "allocation") != nil else { return "pending" }
                    return claim.at("status", "reservedFor") == nil ? "allocated" : "allocated,reserved"
                }, age,
            ]
        case "resourceslices":
            [
                name, DemoColumn("Node") { orUnset($0.text("spec", "nodeName")) },
                DemoColumn("Driver") { $0.text("spec", "driver") },
                DemoColumn("Pool") { $0.text("spec", "pool", "name") }, age,
            ]
        default: nil
        }
    }

    private static let apiServices = [
        name,
        DemoColumn("Service") { service in
            guard let reference = service.at("spec", "service") else { return "Local" }
            return "\(reference.text("namespace"))/\(reference.text("name"))"
        },
        DemoColumn("Available") { service in
            let conditions = service.at("status", "conditions")?.elements ?? []
            guard let condition = conditions.first(where: { $0.text("type") == "Available" }) else { return "Unknown" }
            let status = condition.text("status")
            return status == "True" ? status : "\(status) (\(condition.text("reason")))"
        },
        DemoColumn(age: "Age") { $0.text("metadata", "creationTimestamp") },
    ]

    private static func healthy(_ title: String, _ key: String) -> DemoColumn {
        DemoColumn(title) { status in
            let condition = status["conditions"]?.elements.first { $0.text("type") == "Healthy" } ?? .null
            guard key == "status" else { return condition.text(key) }
            return condition.text(key) == "True" ? "Healthy" : "Unhealthy"
        }
    }

    private static let controllerRevisions = [
        name,
        DemoColumn("Controller") { revision in
            let owners = revision.at("metadata", "ownerReferences")?.elements ?? []
            guard let owner = owners.first(where: { $0["controller"]?.isTrue ?? false }) else { return "<none>" }
            let group = owner.text("apiVersion").split(separator: "/").dropLast().joined()
            return owner.text("kind").lowercased() + (group.isEmpty ? "" : ".\(group)") + "/\(owner.text("name"))"
        },
        DemoColumn(number: "Revision") { $0.integer("revision") }, age,
    ]

    private static func templateContainers(_ object: JSONValue, _ field: String) -> String {
        (object.at("template", "spec", "containers")?.elements ?? []).map { $0.text(field) }.joined(separator: ",")
    }

    private static let signingRequests = [
        name, age,
        DemoColumn("SignerName") { $0.text("spec", "signerName") },
        DemoColumn("Requestor") { $0.text("spec", "username") },
        DemoColumn("RequestedDuration") { request in
            request.at("spec", "expirationSeconds")?.integer.map { "\($0)s" } ?? "<none>"
        },
        DemoColumn("Condition") { request in
            let types = (request.at("status", "conditions")?.elements ?? []).map { $0.text("type") }
            var words = types.isEmpty ? ["Pending"] : types
            if !request.text("status", "certificate").isEmpty { words.append("Issued") }
            return words.joined(separator: ",")
        },
    ]

    private static let flowSchemas = [
        name,
        DemoColumn("PriorityLevel") { $0.text("spec", "priorityLevelConfiguration", "name") },
        DemoColumn(number: "MatchingPrecedence") { $0.integer("spec", "matchingPrecedence") },
        DemoColumn("DistinguisherMethod") { orNone($0.text("spec", "distinguisherMethod", "type")) },
        age,
        DemoColumn("MissingPL") { schema in
            let conditions = schema.at("status", "conditions")?.elements ?? []
            return conditions.first { $0.text("type") == "Dangling" }?.text("status") ?? "False"
        },
    ]

    private static let priorityLevels = [
        name,
        DemoColumn("Type") { $0.text("spec", "type") },
        DemoColumn("NominalConcurrencyShares") { level in
            let part = level.text("spec", "type") == "Exempt" ? "exempt" : "limited"
            return level.at("spec", part, "nominalConcurrencyShares")?.integer.map { "\($0)" } ?? "<none>"
        },
        queuing("Queues", "queues"), queuing("HandSize", "handSize"), queuing("QueueLengthLimit", "queueLengthLimit"),
        age,
    ]

    private static func queuing(_ title: String, _ key: String) -> DemoColumn {
        DemoColumn(title) { level in
            level.at("spec", "limited", "limitResponse", "queuing", key)?.integer.map { "\($0)" } ?? "<none>"
        }
    }

    private static let drivers = [
        name,
        DemoColumn("AttachRequired") { flag($0.at("spec", "attachRequired")) },
        DemoColumn("PodInfoOnMount") { flag($0.at("spec", "podInfoOnMount")) },
        DemoColumn("StorageCapacity") { flag($0.at("spec", "storageCapacity")) },
        DemoColumn("TokenRequests") { driver in
            let requests = (driver.at("spec", "tokenRequests")?.elements ?? []).map { $0.text("audience") }
            return requests.isEmpty ? "<unset>" : requests.joined(separator: ",")
        },
        DemoColumn("RequiresRepublish") { flag($0.at("spec", "requiresRepublish")) },
        DemoColumn("Modes") { joined($0.at("spec", "volumeLifecycleModes")) },
        age,
    ]

    private static let attachments = [
        name,
        DemoColumn("Attacher") { $0.text("spec", "attacher") },
        DemoColumn("PV") { $0.text("spec", "source", "persistentVolumeName") },
        DemoColumn("Node") { $0.text("spec", "nodeName") },
        DemoColumn("Attached") { flag($0.at("status", "attached")) },
        age,
    ]

    private static func policies(_ plural: String) -> [DemoColumn] {
        let rules = plural.hasPrefix("validating") ? ("Validations", "validations") : ("Mutations", "mutations")
        return [
            name, DemoColumn(number: rules.0) { $0.at("spec", rules.1)?.elements.count ?? 0 },
            DemoColumn("ParamKind") { policy in
                let kind = policy.at("spec", "paramKind") ?? .null
                return orUnset(kind.text("kind").isEmpty ? "" : "\(kind.text("apiVersion"))/\(kind.text("kind"))")
            }, age,
        ]
    }

    private static func flag(_ value: JSONValue?) -> String { value?.isTrue ?? false ? "true" : "false" }

    private static func orUnset(_ text: String) -> String { text.isEmpty ? "<unset>" : text }

    private static func joined(_ list: JSONValue?) -> String {
        (list?.elements ?? []).compactMap(\.text).joined(separator: ",")
    }
}
