import ClusterState
import KubernetesModel

extension Describer {
    // MARK: - Autoscalers

    func autoscaler(_ page: inout Page) {
        head(&page)
        let target = spec["scaleTargetRef"]
        page.field("Reference", reference(target, namespace: namespace))
        if let wanted = spec["targetCPUUtilizationPercentage"].int {
            page.field("Target CPU utilization", Words("\(wanted)%"))
            let current = status["currentCPUUtilizationPercentage"].int
            page.field("Current CPU utilization", Words(current.map { "\($0)%" } ?? "<unknown>%"))
        }
        let current = status["currentMetrics"].items
        let metrics = spec["metrics"].items
        if !metrics.isEmpty || !spec["targetCPUUtilizationPercentage"].exists {
            page.section("Metrics", "( current / target )") { page in
                for (index, metric) in metrics.enumerated() {
                    let (label, value) = describe(metric, current.indices.contains(index) ? current[index] : nil)
                    page.field(label, value)
                }
            }
        }
        page.field("Min replicas", .text(spec["minReplicas"].string, or: .unset))
        page.field("Max replicas", Words(spec["maxReplicas"].string))
        let behavior = spec["behavior"]
        if behavior.exists {
            page.section("Behavior") { page in
                direction(&page, "Scale Up", behavior["scaleUp"])
                direction(&page, "Scale Down", behavior["scaleDown"])
            }
        }
        let (replicas, desired) = (status["currentReplicas"].int ?? 0, status["desiredReplicas"].int ?? 0)
        page.field(
            "\(target["kind"].string) pods",
            Words("\(replicas) current / \(desired) desired", replicas == desired ? .plain : .degraded))
        if status["lastScaleTime"].exists { page.field("Last Scale Time", time(status["lastScaleTime"])) }
        conditions(&page) { $0 == "ScalingLimited" ? "False" : "True" }
    }

    /// What a metric is called, and its value beside its target.
    private func describe(_ metric: JSONValue, _ current: JSONValue?) -> (String, Words) {
        let type = metric["type"].string
        let keys = [
            "Resource": "resource", "ContainerResource": "containerResource", "Pods": "pods", "Object": "object",
            "External": "external",
        ]
        guard let key = keys[type] else { return ("<unknown metric type \"\(type)\">", "") }
        let source = metric[key]
        let target = source["target"]
        let now = current[key]["current"]
        let name = "\"\(source["metric"]["name"].string)\""
        func values(_ value: String) -> Words {
            let measured = now[value].exists ? Words(now[value].string) : Words("<unknown>", .degraded)
            return measured + Words(" / \(target[value].string)")
        }
        switch type {
        case "Resource", "ContainerResource":
            var label = "resource \(source["name"].string) "
            if type == "ContainerResource" { label += "of container \"\(source["container"].string)\" " }
            label += "on pods"
            if target["averageValue"].exists { return (label, values("averageValue")) }
            let wanted = target["averageUtilization"].string
            let used = now["averageUtilization"].string
            let share =
                used.isEmpty
                ? Words("<unknown>", .degraded) : Words("\(used)% (\(now["averageValue"].string))")
            return (
                label + "  (as a percentage of request)",
                share + Words(" / \(wanted.isEmpty ? "<auto>" : wanted + "%")")
            )
        case "Pods": return ("\(name) on pods", values("averageValue"))
        case "Object":
            let object = source["describedObject"]
            let label = "\(name) on \(object["kind"].string)/\(object["name"].string)"
            return target["type"].string == "AverageValue"
                ? (label + " (target average value)", values("averageValue"))
                : (label + " (target value)", values("value"))
        default:
            return target["averageValue"].exists
                ? (name + " (target average value)", values("averageValue"))
                : (name + " (target value)", values("value"))
        }
    }

    private func direction(_ page: inout Page, _ title: String, _ rules: JSONValue?) {
        guard rules.exists else { return }
        page.section(title) { page in
            if rules["stabilizationWindowSeconds"].exists {
                page.field("Stabilization Window", Words("\(rules["stabilizationWindowSeconds"].string) seconds"))
            }
            page.field("Tolerance", ifAny: rules["tolerance"].string)
            let policies = rules["policies"].items
            guard !policies.isEmpty else { return }
            page.field("Select Policy", .text(rules["selectPolicy"].string, or: "Max"))
            page.section("Policies") { page in
                for policy in policies {
                    page.item { page in
                        page.field(
                            "Type",
                            Words(
                                "\(policy["type"].string)  Value: \(policy["value"].string)  "
                                    + "Period: \(policy["periodSeconds"].string) seconds"))
                    }
                }
            }
        }
    }

    // MARK: - Budgets, quotas, limits

    func disruptionBudget(_ page: inout Page) {
        head(&page)
        if spec["minAvailable"].exists {
            page.field("Min available", Words(spec["minAvailable"].string))
        } else if spec["maxUnavailable"].exists {
            page.field("Max unavailable", Words(spec["maxUnavailable"].string))
        }
        page.field("Selector", spec["selector"].exists ? .text(selector(spec["selector"])) : .unset)
        page.field("Unhealthy Pods", ifAny: spec["unhealthyPodEvictionPolicy"].string)
        let allowed = status["disruptionsAllowed"].int ?? 0
        let (current, desired) = (status["currentHealthy"].int ?? 0, status["desiredHealthy"].int ?? 0)
        page.section("Status") { page in
            page.field("Allowed disruptions", Words("\(allowed)", allowed == 0 ? .degraded : .fine))
            page.field("Current", Words("\(current)", current < desired ? .degraded : .plain))
            page.field("Desired", Words("\(desired)"))
            page.field("Total", Words("\(status["expectedPods"].int ?? 0)"))
        }
        conditions(&page)
        guard spec["selector"].exists else { return }
        let pods = related.find(Pod.self, in: namespace) { kind in
            kind.objects(matching: labelSelector(spec["selector"]), inNamespace: namespace)
        }
        if case .known(let pods) = pods { podTable(&page, "Pods", pods) }
    }

    func resourceQuota(_ page: inout Page) {
        head(&page)
        quotaScopes(&page, spec["scopes"].strings)
        let selectors = spec["scopeSelector"]["matchExpressions"].items
        if !selectors.isEmpty {
            page.field(
                "Scope Selector",
                selectors.map { item in
                    let values = item["values"].strings.joined(separator: ", ")
                    return Words("\(item["scopeName"].string) \(item["operator"].string) \(values)")
                })
        }
        let hard = status["hard"].isEmpty ? spec["hard"] : status["hard"]
        page.table(
            ["Resource", "Used", "Hard", ""],
            hard.members.map { member in
                quotaRow(member.key, used: status["used"][member.key].string, hard: Optional(member.value).string)
            })
    }

    private func quotaRow(_ name: String, used: String, hard: String) -> [Words] {
        guard let limit = Quantity(hard) else { return [Words(name), Words(used), Words(hard), ""] }
        let amount = Quantity(used) ?? Quantity(0)
        let percent =
            limit.milliValue > 0 ? Int64(min(Double(amount.milliValue) / Double(limit.milliValue) * 100, 999_999)) : 0
        let role: DescribedRole = percent >= 100 ? .broken : percent >= 80 ? .degraded : .plain
        return [
            Words(name), Words(amount.description, role), Words(limit.description),
            Words(limit.milliValue > 0 ? "\(percent)%" : "", role == .plain ? .dim : role),
        ]
    }

    private func quotaScopes(_ page: inout Page, _ scopes: [String]) {
        guard !scopes.isEmpty else { return }
        page.field("Scopes", Words(scopes.sorted().joined(separator: ", ")))
        for scope in scopes.sorted() {
            let help: String? =
                switch scope {
                case "Terminating":
                    "Matches all pods that have an active deadline. These pods have a limited lifespan on a node before being actively terminated by the system."
                case "NotTerminating":
                    "Matches all pods that do not have an active deadline. These pods usually include long running pods whose container command is not expected to terminate."
                case "BestEffort":
                    "Matches all pods that do not have resource requirements set. These pods have a best effort quality of service."
                case "NotBestEffort":
                    "Matches all pods that have at least one resource requirement set. These pods have a burstable or guaranteed quality of service."
                default: nil
                }
            if let help { page.line(Words(" * \(help)", .dim)) }
        }
    }

    private static let limitTitles = [
        "Type", "Resource", "Min", "Max", "Default Request", "Default Limit", "Max Limit/Request Ratio",
    ]

    func limitRange(_ page: inout Page) {
        head(&page)
        let rows = spec["limits"].items.flatMap { item in
            let maps = ["min", "max", "defaultRequest", "default", "maxLimitRequestRatio"]
            let names = Set(maps.flatMap { item[$0].members.map(\.key) }).sorted()
            return names.map { name in
                [Words(item["type"].string), Words(name)]
                    + maps.map { item[$0][name].exists ? quantity(item[$0][name]) : Words("-", .dim) }
            }
        }
        page.table(Self.limitTitles, rows)
    }

    // MARK: - Namespaces

    func namespaceObject(_ page: inout Page) {
        head(&page)
        let phase = status["phase"].string
        page.field("Status", Words(phase, phase == "Active" ? .fine : .degraded))
        conditions(&page) { _ in "False" }
        namespaceQuotas(&page)
        namespaceLimits(&page)
    }

    private func namespaceQuotas(_ page: inout Page) {
        switch related.all(ResourceQuota.self, in: name) {
        case .unknown(let reason): page.field("Resource Quotas", reason)
        case .known(let quotas):
            guard !quotas.isEmpty else { return page.line(Words("No resource quota.", .dim)) }
            page.section("Resource Quotas") { page in
                for quota in quotas.sorted(by: { $0.metadata.name < $1.metadata.name }) {
                    page.item { page in
                        let own = quota.metadata.name
                        page.field(
                            "Name",
                            Words(own, link: DescribedLink(kind: "ResourceQuota", namespace: name, name: own)))
                        quotaScopes(&page, quota.scopes)
                        let hard = quota.enforced.isEmpty ? quota.hard : quota.enforced
                        page.table(
                            ["Resource", "Used", "Hard", ""],
                            hard.pairs.map { quotaRow($0.key, used: quota.used[$0.key] ?? "", hard: $0.value) })
                    }
                }
            }
        }
    }

    private func namespaceLimits(_ page: inout Page) {
        switch related.all(LimitRange.self, in: name) {
        case .unknown(let reason): page.field("Resource Limits", reason)
        case .known(let ranges):
            guard !ranges.isEmpty else { return page.line(Words("No LimitRange resource.", .dim)) }
            page.section("Resource Limits") { page in
                page.table(
                    Array(Self.limitTitles.dropLast()),
                    ranges.sorted { $0.metadata.name < $1.metadata.name }.flatMap { range in
                        range.limits.flatMap { item in
                            let maps = [item.min, item.max, item.defaultRequest, item.defaultLimit]
                            let names = Set(maps.flatMap { $0.pairs.map(\.key) }).sorted()
                            return names.map { name in
                                [Words(item.type), Words(name)]
                                    + maps.map { map in
                                        map[name].map { Words(Quantity($0)?.description ?? $0) } ?? Words("-", .dim)
                                    }
                            }
                        }
                    })
            }
        }
    }

    // MARK: - Priorities and roles

    func priorityClass(_ page: inout Page) {
        head(&page)
        page.field("Value", .text(document["value"].string, or: "0"))
        page.field("GlobalDefault", Words(document["globalDefault"].bool == true ? "true" : "false"))
        page.field("PreemptionPolicy", Words(document["preemptionPolicy"].string))
        page.field("Description", Words(document["description"].string))
    }

    /// The rules of a role, one row a resource, as kubectl breaks them down.
    func role(_ page: inout Page) {
        head(&page)
        let selectors = document["aggregationRule"]["clusterRoleSelectors"].items
        if !selectors.isEmpty { page.field("Aggregates", selectors.map { Words(selector(Optional($0))) }) }
        bindings(&page)
        struct Row: Hashable {
            var resource = ""
            var url = ""
            var names = ""
        }
        var verbs: [Row: [String]] = [:]
        for rule in document["rules"].items {
            let names = rule["resourceNames"].strings.joined(separator: " ")
            var rows = rule["nonResourceURLs"].strings.map { Row(url: $0) }
            for group in rule["apiGroups"].strings {
                for resource in rule["resources"].strings.prefix(1000) {
                    let parts = resource.split(separator: "/", maxSplits: 1).map(String.init)
                    var name = parts.first ?? resource
                    if !group.isEmpty { name += ".\(group)" }
                    if parts.count == 2 { name += "/\(parts[1])" }
                    rows.append(Row(resource: name, names: names))
                }
            }
            for row in rows {
                for verb in rule["verbs"].strings where verbs[row]?.contains(verb) != true {
                    verbs[row, default: []].append(verb)
                }
            }
        }
        let sorted = verbs.sorted {
            ($0.key.resource, $0.key.url, $0.key.names) < ($1.key.resource, $1.key.url, $1.key.names)
        }
        page.section("PolicyRule", sorted.isEmpty ? .none : "") { page in
            guard !sorted.isEmpty else { return }
            page.table(
                ["Resources", "Non-Resource URLs", "Resource Names", "Verbs"],
                sorted.map { row, verbs in
                    [
                        Words(row.resource), Words("[\(row.url)]", row.url.isEmpty ? .dim : .plain),
                        Words("[\(row.names)]", row.names.isEmpty ? .dim : .plain),
                        Words("[\(verbs.joined(separator: " "))]", verbs.contains("*") ? .degraded : .plain),
                    ]
                })
        }
    }

    /// The bindings that give the role, and to whom.
    private func bindings(_ page: inout Page) {
        let isClusterRole = resource.resource == "clusterroles"
        let kind = isClusterRole ? "ClusterRole" : "Role"
        func link(_ kind: String, _ metadata: ObjectMeta, _ subjects: [RoleSubject]) -> Words {
            let place = metadata.namespace.isEmpty ? "" : "\(metadata.namespace)/"
            let names = subjects.prefix(5).map { "\($0.kind) \($0.name)" }.joined(separator: ", ")
            let more = subjects.count > 5 ? " and \(subjects.count - 5) more" : ""
            return Words(
                "\(kind)/\(place)\(metadata.name)",
                link: DescribedLink(
                    group: "rbac.authorization.k8s.io", kind: kind, namespace: metadata.namespace, name: metadata.name))
                + Words(names.isEmpty ? "  to nobody" : "  to \(names)\(more)", .dim)
        }
        let local = related.find(RoleBinding.self, in: isClusterRole ? nil : namespace) { Array($0.objects) }
            .map { all in
                all.filter { binding in
                    binding.role.kind == kind && binding.role.name == name
                        && (isClusterRole || binding.metadata.namespace == namespace)
                }
                .sorted { ($0.metadata.namespace, $0.metadata.name) < ($1.metadata.namespace, $1.metadata.name) }
                .map { link("RoleBinding", $0.metadata, $0.subjects) }
            }
        var lines: [Words] = []
        if isClusterRole {
            let global = related.find(ClusterRoleBinding.self, in: nil) { Array($0.objects) }.map { all in
                all.filter { $0.role.name == name }.sorted { $0.metadata.name < $1.metadata.name }
                    .map { link("ClusterRoleBinding", $0.metadata, $0.subjects) }
            }
            switch global {
            case .known(let words): lines += words
            case .unknown(let reason): lines.append(Words("ClusterRoleBindings: ") + reason)
            }
        }
        switch local {
        case .known(let words): lines += words
        case .unknown(let reason): lines.append(Words("RoleBindings: ") + reason)
        }
        let more = lines.count - 50
        if more > 0 { lines = Array(lines.prefix(50)) + [Words("… and \(more) more", .dim)] }
        page.field("Given By", lines)
    }

    func roleBinding(_ page: inout Page) {
        head(&page)
        let role = document["roleRef"]
        page.section("Role") { page in
            page.field("Kind", Words(role["kind"].string))
            let name = role["name"].string
            page.field(
                "Name",
                Words(
                    name,
                    link: DescribedLink(
                        group: "rbac.authorization.k8s.io", kind: role["kind"].string,
                        namespace: role["kind"].string == "Role" ? namespace : "", name: name)))
        }
        let subjects = document["subjects"].items
        page.section("Subjects", subjects.isEmpty ? .none : "") { page in
            guard !subjects.isEmpty else { return }
            page.table(
                ["Kind", "Name", "Namespace"],
                subjects.map { subject in
                    let kind = subject["kind"].string
                    let name = subject["name"].string
                    let own = subject["namespace"].string
                    let isAccount = kind == "ServiceAccount"
                    return [
                        Words(kind),
                        Words(name, link: isAccount ? DescribedLink(kind: kind, namespace: own, name: name) : nil),
                        Words(own),
                    ]
                })
        }
    }
}
