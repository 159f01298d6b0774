import KubernetesModel

/// A column of the Table form, as `kubectl get` prints it.
struct DemoColumn: Sendable {
    var title: String
    var isNumber = false
    /// The type of a printer column; `nil` where the server prints the kind by itself.
    var type: String?
    /// 0 always shown, 1 with `-o wide`.
    var priority = 0
    /// The cell of an object at a moment.
    var cell: @Sendable (JSONValue, Timestamp) -> JSONValue

    init(_ title: String, wide: Bool = false, _ text: @escaping @Sendable (JSONValue) -> String) {
        self.title = title
        priority = wide ? 1 : 0
        cell = { object, _ in .string(text(object)) }
    }

    init(number title: String, _ number: @escaping @Sendable (JSONValue) -> Int) {
        self.title = title
        isNumber = true
        cell = { object, _ in .integer(number(object)) }
    }

    init(age title: String, wide: Bool = false, of moment: @escaping @Sendable (JSONValue) -> String) {
        self.title = title
        priority = wide ? 1 : 0
        cell = { object, now in .string(Self.age(moment(object), now)) }
    }

    /// A text that changes with time.
    init(_ title: String, at text: @escaping @Sendable (JSONValue, Timestamp) -> String) {
        self.title = title
        cell = { object, now in .string(text(object, now)) }
    }

    /// A printer column: `null` where its path leads nowhere.
    init(
        printed title: String, _ type: String, wide: Bool = false,
        _ value: @escaping @Sendable (JSONValue) -> JSONValue?
    ) {
        self.title = title
        self.type = type
        priority = wide ? 1 : 0
        cell = { object, _ in value(object) ?? .null }
    }

    /// A printer column of a moment, which is printed as an age.
    init(date title: String, of moment: @escaping @Sendable (JSONValue) -> String) {
        self.title = title
        type = "date"
        cell = { object, now in moment(object).isEmpty ? .null : .string(Self.age(moment(object), now)) }
    }

    /// Such as `38 (39s ago)`.
    init(restarts title: String) {
        self.title = title
        cell = { pod, now in
            let summary = PodSummary(of: pod)
            guard summary.restarts > 0, !summary.lastRestart.isEmpty else { return .string(String(summary.restarts)) }
            return .string("\(summary.restarts) (\(Self.age(summary.lastRestart, now)) ago)")
        }
    }

    /// A number that the server declares as a text nevertheless.
    var declaredAsText: DemoColumn {
        var column = self
        column.type = "string"
        return column
    }

    var definition: JSONValue {
        .members([
            "name": .string(title), "type": .string(type ?? (isNumber ? "integer" : "string")),
            "format": .string(title == "Name" ? "name" : ""), "description": .string(""),
            "priority": .integer(priority),
        ])
    }

    static let name = DemoColumn("Name") { $0.text("metadata", "name") }
    static let age = DemoColumn(age: "Age") { $0.text("metadata", "creationTimestamp") }

    /// The columns of a resource; name and age where it has none of its own.
    static func columns(of resource: DemoResource) -> [DemoColumn] {
        if resource.isCustom { return customColumns(of: resource) }
        return switch resource.plural {
        case "pods": pods
        case "services": services
        case "nodes": nodes
        case "namespaces": [name, DemoColumn("Status") { $0.text("status", "phase") }, age]
        case "deployments": deployments
        case "replicasets": replicaSets
        case "statefulsets":
            [name, DemoColumn("Ready") { ready($0, "readyReplicas") }, age] + template
        case "daemonsets": daemonSets
        case "ingresses": ingresses
        case "endpointslices": endpointSlices
        case "events": events
        default: stillColumns(of: resource.plural) ?? [name, age]
        }
    }

    private static let pods = [
        name,
        DemoColumn("Ready") { pod in
            let statuses = pod.at("status", "containerStatuses")?.elements ?? []
            let total = pod.at("spec", "containers")?.elements.count ?? 0
            return "\(statuses.filter { $0["ready"]?.isTrue ?? false }.count)/\(total)"
        },
        DemoColumn("Status") { PodSummary(of: $0).status },
        DemoColumn(restarts: "Restarts"),
        age,
        DemoColumn("IP", wide: true) { orNone($0.text("status", "podIP")) },
        DemoColumn("Node", wide: true) { orNone($0.text("spec", "nodeName")) },
        DemoColumn("Nominated Node", wide: true) { orNone($0.text("status", "nominatedNodeName")) },
        DemoColumn("Readiness Gates", wide: true) { _ in "<none>" },
    ]

    private static let services = [
        name,
        DemoColumn("Type") { $0.text("spec", "type") },
        DemoColumn("Cluster-IP") { orNone($0.text("spec", "clusterIP")) },
        DemoColumn("External-IP") { service in
            if service.text("spec", "type") == "ExternalName" { return service.text("spec", "externalName") }
            let ingress = service.at("status", "loadBalancer", "ingress")?.elements ?? []
            let addresses = ingress.map { $0.text("ip").isEmpty ? $0.text("hostname") : $0.text("ip") }
            if addresses.isEmpty { return service.text("spec", "type") == "LoadBalancer" ? "<pending>" : "<none>" }
            return addresses.joined(separator: ",")
        },
        DemoColumn("Port(s)") { service in
            let ports = service.at("spec", "ports")?.elements ?? []
            return orNone(
                ports.map { port in
                    let nodePort = port.integer("nodePort")
                    return "\(port.integer("port"))\(nodePort > 0 ? ":\(nodePort)" : "")/\(port.text("protocol"))"
                }.joined(separator: ","))
        },
        age,
        DemoColumn("Selector", wide: true) { pairs($0.at("spec", "selector")) },
    ]

    private static let nodes = [
        name,
        DemoColumn("Status") { node in
            let conditions = node.at("status", "conditions")?.elements ?? []
            let isReady = conditions.contains { $0.text("type") == "Ready" && $0.text("status") == "True" }
            let isCordoned = node.at("spec", "unschedulable")?.isTrue ?? false
            return (isReady ? "Ready" : "NotReady") + (isCordoned ? ",SchedulingDisabled" : "")
        },
        DemoColumn("Roles") { node in
            let prefix = "node-role.kubernetes.io/"
            let labels = node.at("metadata", "labels")?.members ?? []
            let roles = labels.map(\.key).filter { $0.hasPrefix(prefix) }.map { String($0.dropFirst(prefix.count)) }
            return orNone(roles.joined(separator: ","))
        },
        age,
        DemoColumn("Version") { $0.text("status", "nodeInfo", "kubeletVersion") },
        DemoColumn("Internal-IP", wide: true) { $0.at("status", "addresses")?.elements.first?.text("address") ?? "" },
        DemoColumn("External-IP", wide: true) { _ in "<none>" },
        DemoColumn("OS-Image", wide: true) { $0.text("status", "nodeInfo", "osImage") },
        DemoColumn("Kernel-Version", wide: true) { $0.text("status", "nodeInfo", "kernelVersion") },
        DemoColumn("Container-Runtime", wide: true) { $0.text("status", "nodeInfo", "containerRuntimeVersion") },
    ]

    static let template = [
        DemoColumn("Containers", wide: true) { containers($0, "name") },
        DemoColumn("Images", wide: true) { containers($0, "image") },
    ]
    static let selector = DemoColumn("Selector", wide: true) { pairs($0.at("spec", "selector", "matchLabels")) }

    private static let deployments =
        [
            name,
            DemoColumn("Ready") { ready($0, "readyReplicas") },
            DemoColumn(number: "Up-to-date") { $0.integer("status", "updatedReplicas") }.declaredAsText,
            DemoColumn(number: "Available") { $0.integer("status", "availableReplicas") }.declaredAsText,
            age,
        ] + template + [selector]

    private static let replicaSets =
        [
            name,
            DemoColumn(number: "Desired") { $0.integer("spec", "replicas") },
            DemoColumn(number: "Current") { $0.integer("status", "replicas") },
            DemoColumn(number: "Ready") { $0.integer("status", "readyReplicas") },
            age,
        ] + template + [selector]

    private static let daemonSets =
        [
            name,
            DemoColumn(number: "Desired") { $0.integer("status", "desiredNumberScheduled") },
            DemoColumn(number: "Current") { $0.integer("status", "currentNumberScheduled") },
            DemoColumn(number: "Ready") { $0.integer("status", "numberReady") },
            DemoColumn(number: "Up-to-date") { $0.integer("status", "updatedNumberScheduled") },
            DemoColumn(number: "Available") { $0.integer("status", "numberAvailable") },
            DemoColumn("Node Selector") { orNone(pairs($0.at("spec", "template", "spec", "nodeSelector"))) },
            age,
        ] + template + [selector]

    private static let ingresses = [
        name,
        DemoColumn("Class") { orNone($0.text("spec", "ingressClassName")) },
        DemoColumn("Hosts") { ingress in
            let hosts = (ingress.at("spec", "rules")?.elements ?? []).map { $0.text("host") }.filter { !$0.isEmpty }
            return hosts.isEmpty ? "*" : hosts.joined(separator: ",")
        },
        DemoColumn("Address") { ingress in
            let addresses = ingress.at("status", "loadBalancer", "ingress")?.elements ?? []
            return addresses.map { $0.text("ip").isEmpty ? $0.text("hostname") : $0.text("ip") }.joined(separator: ",")
        },
        DemoColumn("Ports") { $0.at("spec", "tls") == nil ? "80" : "80, 443" },
        age,
    ]

    private static let endpointSlices = [
        name,
        DemoColumn("AddressType") { $0.text("addressType") },
        DemoColumn("Ports") { slice in
            let ports = (slice["ports"]?.elements ?? []).map { String($0.integer("port")) }
            return ports.isEmpty ? "<unset>" : ports.joined(separator: ",")
        },
        DemoColumn("Endpoints") { slice in
            let addresses = (slice["endpoints"]?.elements ?? []).flatMap { $0["addresses"]?.elements ?? [] }
            let texts = addresses.compactMap(\.text)
            if texts.isEmpty { return "<unset>" }
            let more = texts.count > 3 ? " + \(texts.count - 3) more..." : ""
            return texts.prefix(3).joined(separator: ",") + more
        },
        age,
    ]

    private static let events = [
        DemoColumn(age: "Last Seen") { event in
            [
                event.text("series", "lastObservedTime"), event.text("lastTimestamp"), event.text("eventTime"),
                event.text("metadata", "creationTimestamp"),
            ].first { !$0.isEmpty } ?? ""
        },
        DemoColumn("Type") { $0.text("type") },
        DemoColumn("Reason") { $0.text("reason") },
        DemoColumn("Object") {
            "\($0.text("involvedObject", "kind").lowercased())/\($0.text("involvedObject", "name"))"
        },
        DemoColumn("Subobject", wide: true) { $0.text("involvedObject", "fieldPath") },
        DemoColumn("Source", wide: true) { event in
            let isNew = event.text("source", "component").isEmpty
            return
                (isNew
                ? [event.text("reportingComponent"), event.text("reportingInstance")]
                : [event.text("source", "component"), event.text("source", "host")]).filter { !$0.isEmpty }
                .joined(separator: ", ")
        },
        DemoColumn("Message") { $0.text("message") },
        DemoColumn(age: "First Seen", wide: true) { event in
            event.text("firstTimestamp").isEmpty ? event.text("eventTime") : event.text("firstTimestamp")
        },
        DemoColumn("Count", wide: true) { String(max(1, $0.integer("count"), $0.integer("series", "count"))) },
        DemoColumn("Name", wide: true) { $0.text("metadata", "name") },
    ]

    // MARK: Cells

    static func orNone(_ text: String) -> String { text.isEmpty ? "<none>" : text }

    static func pairs(_ value: JSONValue?) -> String {
        let sorted = (value?.members ?? []).sorted { $0.key < $1.key }
        return orNone(sorted.map { "\($0.key)=\($0.value.text ?? "")" }.joined(separator: ","))
    }

    private static func ready(_ object: JSONValue, _ field: String) -> String {
        "\(object.integer("status", field))/\(object.integer("spec", "replicas"))"
    }

    static func containers(_ object: JSONValue, _ field: String) -> String {
        (object.at("spec", "template", "spec", "containers")?.elements ?? []).map { $0.text(field) }
            .joined(separator: ",")
    }

    /// Time since a moment as kubectl rounds it: `45s`, `12m`, `3h5m`, `2d4h`, `41d`.
    static func age(_ moment: String, _ now: Timestamp) -> String {
        guard let moment = Timestamp(moment) else { return "<unknown>" }
        let seconds = now.seconds(since: moment)
        let (minutes, hours, days) = (seconds / 60, seconds / 3600, seconds / 86400)
        func both(_ big: Int, _ bigUnit: String, _ small: Int, _ smallUnit: String) -> String {
            "\(big)\(bigUnit)" + (small > 0 ? "\(small)\(smallUnit)" : "")
        }
        return switch seconds {
        case ..<0: "<invalid>"
        case ..<120: "\(seconds)s"
        case ..<600: both(minutes, "m", seconds % 60, "s")
        case ..<10800: "\(minutes)m"
        case ..<28800: both(hours, "h", minutes % 60, "m")
        case ..<172_800: "\(hours)h"
        case ..<691_200: both(days, "d", hours % 24, "h")
        default: "\(days)d"
        }
    }
}
