import KubernetesModel

extension Describer {
    func pod(_ page: inout Page) {
        page.field("Name", Words(name))
        page.field("Namespace", Words(namespace, link: DescribedLink(kind: "Namespace", name: namespace)))
        if spec["priority"].exists { page.field("Priority", Words(spec["priority"].string)) }
        if !spec["priorityClassName"].string.isEmpty {
            page.field("Priority Class Name", priorityClassName(spec))
        }
        page.field("Runtime Class Name", ifAny: spec["runtimeClassName"].string)
        if !spec["serviceAccountName"].string.isEmpty {
            page.field("Service Account", named(ServiceAccount.self, spec["serviceAccountName"].string))
        }
        let node = spec["nodeName"].string
        if node.isEmpty {
            page.field("Node", .none)
        } else {
            let address = status["hostIP"].string
            page.field(
                "Node", named(Node.self, node) + Words(address.isEmpty ? "/" : "/\(address)", .dim))
        }
        page.field("CreationTimestamp", time(metadata["creationTimestamp"]))
        if status["startTime"].exists { page.field("Start Time", time(status["startTime"])) }
        maps(&page)
        podStatus(&page)
        for (key, label) in [("reason", "Reason"), ("message", "Message")] {
            page.field(label, ifAny: status[key].string)
        }
        seccomp(&page, spec["securityContext"])
        page.field("IP", .text(status["podIP"].string, or: ""))
        let addresses = status["podIPs"].items.map { $0["ip"].string }
        page.field("IPs", addresses.map { Words($0) })
        owner(&page)
        if !status["nominatedNodeName"].string.isEmpty {
            page.field("NominatedNodeName", named(Node.self, status["nominatedNodeName"].string))
        }
        page.field("Restart Policy", ifAny: spec["restartPolicy"].string)
        for (key, label) in [
            ("hostNetwork", "Host Network"), ("hostPID", "Host PID"), ("hostIPC", "Host IPC"),
            ("shareProcessNamespace", "Share Process Namespace"),
        ] where spec[key].bool == true {
            page.field(label, "true")
        }
        securityContext(&page, spec["securityContext"])
        if spec["resources"].exists { page.section("Resources") { page in resources(&page, spec["resources"]) } }
        for kind in ContainerKind.allCases {
            let items = spec[kind.rawValue].items
            guard !items.isEmpty || kind == .main else { continue }
            containers(&page, kind, items, statuses: status[kind.statuses].items, pod: document)
        }
        let gates = spec["readinessGates"].items.map { $0["conditionType"].string }
        if !gates.isEmpty {
            let states = Dictionary(
                status["conditions"].items.map { ($0["type"].string, $0["status"].string) }
            ) { $1 }
            page.section("Readiness Gates") { page in
                page.table(["Type", "Status"], gates.map { [Words($0), states[$0].map { Words($0) } ?? .none] })
            }
        }
        if !spec["schedulingGates"].isEmpty {
            page.field("Scheduling Gates", spec["schedulingGates"].items.map { Words($0["name"].string) })
        }
        conditions(&page)
        volumes(&page, spec["volumes"].items)
        page.field("QoS Class", .text(status["qosClass"].string, or: Words(qualityOfService)))
        scheduling(&page, spec)
    }

    private func owner(_ page: inout Page) {
        for owner in metadata["ownerReferences"].items {
            let label = owner["controller"].bool == true ? "Controlled By" : "Owned By"
            page.field(label, reference(Optional(owner), namespace: namespace))
        }
        let finalizers = metadata["finalizers"].strings
        if !finalizers.isEmpty { page.field("Finalizers", finalizers.map { Words($0) }) }
    }

    private func podStatus(_ page: inout Page) {
        let phase = status["phase"].string
        let isOver = phase == "Succeeded" || phase == "Failed"
        if let deleted = metadata["deletionTimestamp"].time, !isOver {
            page.field("Status", Words("Terminating (lasts \(age(from: deleted, to: now)))", .degraded))
            page.field(
                "Termination Grace Period", Words(metadata["deletionGracePeriodSeconds"].string + "s"))
            return
        }
        let role: DescribedRole =
            switch phase {
            case "Running": .fine
            case "Succeeded": .dim
            case "Failed", "Unknown": .broken
            default: .degraded
            }
        page.field("Status", Words(phase, role))
    }

    /// What the server would say, for a pod that it has not looked at.
    private var qualityOfService: String {
        let containers = spec["containers"].items + spec["initContainers"].items
        func amounts(_ key: String) -> [Labels] { containers.map { $0["resources"][key].labels } }
        func names(_ map: Labels) -> Set<String> {
            Set(map.pairs.map(\.key).filter { $0 == "cpu" || $0 == "memory" })
        }
        let (limits, requests) = (amounts("limits"), amounts("requests"))
        if (limits + requests).allSatisfy({ names($0).isEmpty }) { return "BestEffort" }
        let isGuaranteed = zip(limits, requests).allSatisfy { limit, request in
            names(limit).count == 2
                && names(request).allSatisfy { Quantity(request[$0] ?? "") == Quantity(limit[$0] ?? "") }
        }
        return isGuaranteed ? "Guaranteed" : "Burstable"
    }

    func priorityClassName(_ spec: JSONValue?) -> Words {
        let name = spec["priorityClassName"].string
        return Words(name, link: DescribedLink(group: "scheduling.k8s.io", kind: "PriorityClass", name: name))
    }

    func seccomp(_ page: inout Page, _ context: JSONValue?) {
        guard context["seccompProfile"].exists else { return }
        page.field("SeccompProfile", Words(context["seccompProfile"]["type"].string))
        page.field("LocalhostProfile", ifAny: context["seccompProfile"]["localhostProfile"].string)
    }

    /// What a security context sets, in one line.
    func securityContext(_ page: inout Page, _ context: JSONValue?) {
        var terms: [String] = []
        for member in context.members where member.key != "seccompProfile" {
            let value = Optional(member.value)
            switch member.value {
            case .object where member.key == "capabilities":
                terms += value["add"].strings.map { "+\($0)" } + value["drop"].strings.map { "-\($0)" }
            case .array: terms.append("\(member.key)=\(value.strings.joined(separator: "+"))")
            case .object:
                terms += value.members.map { "\(member.key).\($0.key)=\(Optional($0.value).string)" }
            default: terms.append("\(member.key)=\(value.string)")
            }
        }
        if !terms.isEmpty { page.field("Security", Words(terms.joined(separator: ", "))) }
    }

    // MARK: - What decides where a pod runs

    func scheduling(_ page: inout Page, _ spec: JSONValue?) {
        page.field("Node-Selectors", labels(spec["nodeSelector"]))
        page.field(
            "Tolerations", spec["tolerations"].items.sorted { $0["key"].string < $1["key"].string }.map(toleration))
        let constraints = spec["topologySpreadConstraints"].items
        if !constraints.isEmpty {
            page.field(
                "Topology Spread Constraints",
                constraints.sorted { $0["topologyKey"].string < $1["topologyKey"].string }.map { item in
                    let selector = selector(item["labelSelector"])
                    let skew =
                        "\(item["topologyKey"].string):\(item["whenUnsatisfiable"].string) when max skew "
                        + "\(item["maxSkew"].string) is exceeded"
                    return Words(selector.isEmpty ? skew : "\(skew) for selector \(selector)")
                })
        }
        affinity(&page, spec["affinity"])
        let scheduler = spec["schedulerName"].string
        if !scheduler.isEmpty, scheduler != "default-scheduler" { page.field("Scheduler", Words(scheduler)) }
    }

    private func toleration(_ item: JSONValue) -> Words {
        let key = item["key"].string
        let value = item["value"].string
        let effect = item["effect"].string
        var text = key
        if !value.isEmpty { text += "=\(value)" }
        if !effect.isEmpty { text += ":\(effect)" }
        if item["operator"].string == "Exists", value.isEmpty { text += text.isEmpty ? "op=Exists" : " op=Exists" }
        if item["tolerationSeconds"].exists { text += " for \(item["tolerationSeconds"].string)s" }
        return Words(text)
    }

    private func affinity(_ page: inout Page, _ affinity: JSONValue?) {
        let required = "requiredDuringSchedulingIgnoredDuringExecution"
        let preferred = "preferredDuringSchedulingIgnoredDuringExecution"
        var lines: [Words] = []
        let node = affinity["nodeAffinity"]
        for term in node[required]["nodeSelectorTerms"].items {
            lines.append(Words("node must have \(nodeTerm(Optional(term)))"))
        }
        for term in node[preferred].items {
            lines.append(Words("node should have \(nodeTerm(term["preference"])) (weight \(term["weight"].string))"))
        }
        for (key, verb) in [("podAffinity", "with"), ("podAntiAffinity", "apart from")] {
            for term in affinity[key][required].items {
                lines.append(Words("must be \(verb) \(podTerm(Optional(term)))"))
            }
            for term in affinity[key][preferred].items {
                lines.append(
                    Words("should be \(verb) \(podTerm(term["podAffinityTerm"])) (weight \(term["weight"].string))"))
            }
        }
        if !lines.isEmpty { page.field("Affinity", lines) }
    }

    func nodeTerm(_ term: JSONValue?) -> String {
        (term["matchExpressions"].items + term["matchFields"].items).map(requirement).joined(separator: ",")
    }

    private func podTerm(_ term: JSONValue?) -> String {
        let selector = selector(term["labelSelector"])
        return "pods \(selector.isEmpty ? "of any labels" : selector) per \(term["topologyKey"].string)"
    }
}
