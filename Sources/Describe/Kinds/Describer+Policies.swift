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

    // MARK: - Priorities

    func priorityClass(_ page: inout Page) {
        head(&page)
        page.field("Value", .text(document["value"].string, or: "0"))
        page.field("GlobalDefault", Words(document["globalDefault"].bool == true ? "true" : "false"))
        page.field("PreemptionPolicy", Words(document["preemptionPolicy"].string))
        page.field("Description", Words(document["description"].string))
    }
}
