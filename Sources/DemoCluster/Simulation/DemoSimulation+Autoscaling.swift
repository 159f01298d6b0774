import KubernetesModel

/// Autoscalers, disruption budgets and quotas, and ReplicaSets without a Deployment: what follows from pods.
extension DemoSimulation {
    /// How much work there is for the pods of an autoscaler together, in percent of what one asks for: `40-220`.
    static let loadKey = "demo.sextant/load"
    private static let settlingSeconds: Int64 = 90

    // MARK: Autoscalers

    mutating func runAutoscalers(in store: inout DemoObjectStore, at now: Timestamp) {
        for autoscaler in store.documents(of: Kinds.autoscalers) {
            let target = autoscaler.at("spec", "scaleTargetRef") ?? .null
            let namespace = autoscaler.text("metadata", "namespace")
            let index = workloads.firstIndex {
                $0.namespace == namespace && $0.name == target.text("name") && $0.resource.kind == target.text("kind")
            }
            guard let index else {
                sayNoTarget(autoscaler, target, in: &store, at: now)
                continue
            }
            scale(index, by: autoscaler, in: &store, at: now)
        }
    }

    private func subject(of autoscaler: JSONValue) -> EventRecorder.Subject {
        EventRecorder.Subject(
            apiVersion: "autoscaling/v2", kind: "HorizontalPodAutoscaler",
            namespace: autoscaler.text("metadata", "namespace"), name: autoscaler.text("metadata", "name"),
            uid: autoscaler.text("metadata", "uid"))
    }

    private struct Condition {
        var type: String
        var isTrue: Bool
        var reason: String
        var message: String
    }

    /// Conditions that keep their time while they say the same.
    private func conditions(_ conditions: [Condition], of object: JSONValue, at now: Timestamp) -> JSONValue {
        let old = object.at("status", "conditions")?.elements ?? []
        return .array(
            conditions.map { condition in
                let status = condition.isTrue ? "True" : "False"
                let same = old.first { $0.text("type") == condition.type && $0.text("status") == status }
                return .members([
                    "type": .string(condition.type), "status": .string(status),
                    "lastTransitionTime": same?["lastTransitionTime"]
                        ?? (hasBegun ? .time(now) : object.at("metadata", "creationTimestamp") ?? .time(now)),
                    "reason": .string(condition.reason), "message": .string(condition.message),
                ])
            })
    }

    private mutating func sayNoTarget(
        _ autoscaler: JSONValue, _ target: JSONValue, in store: inout DemoObjectStore, at now: Timestamp
    ) {
        let plural = target.text("kind").lowercased() + "s"
        let group = target.text("apiVersion").split(separator: "/").dropLast().first.map { ".\($0)" } ?? ""
        let message = "\(plural)\(group) \"\(target.text("name"))\" not found"
        var document = autoscaler
        document.fill("status", with: .members(["currentReplicas": .integer(0), "desiredReplicas": .integer(0)]))
        let failed = Condition(
            type: "AbleToScale", isTrue: false, reason: "FailedGetScale",
            message: "the HPA controller was unable to get the target's current scale: \(message)")
        document.set("status", "conditions", to: conditions([failed], of: autoscaler, at: now))
        store.apply(Kinds.autoscalers, document, at: now)
        recorder.record(
            subject(of: autoscaler), isWarning: true, "FailedGetScale", message, component: "horizontal-pod-autoscaler",
            at: now, in: &store)
    }

    /// What the work of an autoscaler's pods amounts to now, in percent of what one of them asks for.
    private func load(of autoscaler: JSONValue, target: Int, at now: Timestamp) -> Int {
        let text = autoscaler.text("metadata", "annotations", Self.loadKey)
        let bounds = text.split(separator: "-").compactMap { Int($0) }.filter { (0...1_000_000).contains($0) }
        let least = max(1, min(1000, autoscaler.at("spec", "minReplicas")?.integer ?? 1))
        let low = bounds.first ?? least * min(target, 1000) * 6 / 10
        let high = max(low, bounds.count > 1 ? bounds[1] : least * min(target, 1000) * 14 / 10)
        let period: Int64 = 960
        let offset = Int64(stableHash(autoscaler.text("metadata", "name")) % 700)
        let phase = (now.seconds &+ offset) % period
        let up = phase * 2 < period ? phase * 2 : (period - phase) * 2
        return low + (high - low) * Int(up) / Int(period)
    }

    private mutating func scale(
        _ index: Int, by autoscaler: JSONValue, in store: inout DemoObjectStore, at now: Timestamp
    ) {
        let workload = workloads[index]
        let key = "\(workload.namespace)/\(autoscaler.text("metadata", "name"))"
        let current = workload.replicas
        let metrics = autoscaler.at("spec", "metrics")?.elements ?? []
        let resource = metrics.first { $0.text("type") == "Resource" }
        let target = max(1, min(1000, resource?.integer("resource", "target", "averageUtilization") ?? 80))
        var document = autoscaler
        let able = Condition(
            type: "AbleToScale", isTrue: true, reason: "ReadyForNewScale",
            message: "recommended size matches current size")
        let metricName = resource?.text("resource", "name") ?? "cpu"
        let containers = workload.manifest.at("spec", "template", "spec", "containers")?.elements ?? []
        if let lacking = containers.first(where: { $0.at("resources", "requests", metricName) == nil }),
            resource?.at("resource", "target", "averageUtilization") != nil
        {
            let pod = pods(of: workload.key).first { !$0.isDeleting && !$0.hasEnded }?.name ?? ""
            let words =
                "failed to get \(metricName) utilization: missing request for \(metricName) in container "
                + "\(lacking.text("name")) of Pod \(pod)"
            let failed = Condition(
                type: "ScalingActive", isTrue: false, reason: "FailedGetResourceMetric",
                message: "the HPA was unable to compute the replica count: \(words)")
            document.set(
                "status",
                to: .members([
                    "currentReplicas": .integer(current), "desiredReplicas": .integer(0),
                    "currentMetrics": .array([]),
                    "conditions": conditions(
                        [
                            Condition(
                                type: "AbleToScale", isTrue: true, reason: "SucceededGetScale",
                                message: "the HPA controller was able to get the target's current scale"), failed,
                        ], of: autoscaler, at: now),
                ]))
            store.apply(Kinds.autoscalers, document, at: now)
            recorder.record(
                subject(of: autoscaler), isWarning: true, "FailedGetResourceMetric", words,
                component: "horizontal-pod-autoscaler", at: now, in: &store)
            return
        }
        guard current > 0 else { return }
        let all = load(of: autoscaler, target: target, at: now)
        let used = max(1, all / current)
        let isWithin = abs(used - target) * 10 <= target
        let raw = isWithin ? current : max(1, (all + target - 1) / target)
        let least = max(1, autoscaler.at("spec", "minReplicas")?.integer ?? 1)
        let most = max(least, min(10_000, autoscaler.integer("spec", "maxReplicas")))
        let desired = min(max(raw, least), most, max(4, current &* 2))
        let rested = rescales[key].map { now.seconds(since: $0) >= Self.settlingSeconds } ?? true
        let limited: Condition =
            raw > most
            ? Condition(
                type: "ScalingLimited", isTrue: true, reason: "TooManyReplicas",
                message: "the desired replica count is more than the maximum replica count")
            : raw < least
                ? Condition(
                    type: "ScalingLimited", isTrue: true, reason: "TooFewReplicas",
                    message: "the desired replica count is less than the minimum replica count")
                : Condition(
                    type: "ScalingLimited", isTrue: false, reason: "DesiredWithinRange",
                    message: "the desired count is within the acceptable range")
        let active = Condition(
            type: "ScalingActive", isTrue: true, reason: "ValidMetricFound",
            message: "the HPA was able to successfully calculate a replica count from \(metricName) resource "
                + "utilization (percentage of request)")
        var replicas = current
        if desired != current, hasBegun, desired > current || rested {
            replicas = desired
            rescales[key] = now
            document.set("status", "lastScaleTime", to: .time(now))
            let direction = desired > current ? "above" : "below"
            recorder.record(
                subject(of: autoscaler), "SuccessfulRescale",
                desired > current
                    ? "New size: \(desired); reason: \(metricName) resource utilization (percentage of request) "
                        + "\(direction) target" : "New size: \(desired); reason: All metrics below target",
                component: "horizontal-pod-autoscaler", at: now, in: &store)
            workloads[index].manifest.set("spec", "replicas", to: .integer(desired))
            unsettled.insert(workload.key)
        }
        let status = JSONValue.members([
            "observedGeneration": autoscaler.at("metadata", "generation"),
            "lastScaleTime": document.at("status", "lastScaleTime"), "currentReplicas": .integer(current),
            "desiredReplicas": .integer(replicas),
            "currentMetrics": .array(metrics.compactMap { currentMetric($0, used: used, of: containers) }),
            "conditions": conditions([able, active, limited], of: autoscaler, at: now),
        ])
        document.set("status", to: status)
        store.apply(Kinds.autoscalers, document, at: now)
    }

    private func currentMetric(_ metric: JSONValue, used: Int, of containers: [JSONValue]) -> JSONValue? {
        switch metric.text("type") {
        case "Resource":
            let name = metric.text("resource", "name")
            let asked = containers.reduce(Int64(0)) { sum, container in
                sum
                    &+ max(
                        0,
                        min(Quantity(container.at("resources", "requests")?.text(name) ?? "")?.milliValue ?? 0, 1 << 50)
                    )
            }
            let value = asked / 100 * Int64(used)
            let text = name == "cpu" ? "\(value)m" : String(value / 1000)
            return .members([
                "type": .string("Resource"),
                "resource": .members([
                    "name": .string(name),
                    "current": .members(["averageUtilization": .integer(used), "averageValue": .string(text)]),
                ]),
            ])
        case "Pods":
            let name = metric.text("pods", "metric", "name")
            return .members([
                "type": .string("Pods"),
                "pods": .members([
                    "metric": .texts(["name": name]),
                    "current": .members(["averageValue": .string("\(used * 2350)m")]),
                ]),
            ])
        default: return nil
        }
    }

    // MARK: Budgets

    mutating func runBudgets(in store: inout DemoObjectStore, at now: Timestamp) {
        for budget in store.documents(of: Kinds.budgets) {
            let namespace = budget.text("metadata", "namespace")
            let selector = budget.at("spec", "selector") ?? .null
            let term = JSONValue.members(["labelSelector": selector])
            let chosen = pods.filter {
                $0.namespace == namespace && !$0.hasEnded && !$0.isDeleting && Scheduler.selects(term, $0.labels)
            }
            let expected = chosen.count
            let healthy = chosen.count(where: \.isReady)
            func count(_ value: JSONValue, roundedUp: Bool) -> Int {
                if let number = value.integer { return max(0, number) }
                let percent = Int((value.text ?? "0%").dropLast()) ?? 0
                return (expected * max(0, min(percent, 100)) + (roundedUp ? 99 : 0)) / 100
            }
            let least: Int =
                if let value = budget.at("spec", "minAvailable") {
                    count(value, roundedUp: true)
                } else if let value = budget.at("spec", "maxUnavailable") {
                    max(0, expected - count(value, roundedUp: true))
                } else {
                    0
                }
            let allowed = expected == 0 ? 0 : max(0, healthy - least)
            let condition = Condition(
                type: "DisruptionAllowed", isTrue: allowed > 0,
                reason: allowed > 0 ? "SufficientPods" : "InsufficientPods", message: "")
            var state = conditions([condition], of: budget, at: now).elements
            for position in state.indices {
                state[position].set("observedGeneration", to: budget.at("metadata", "generation"))
            }
            var document = budget
            document.set(
                "status",
                to: .members([
                    "observedGeneration": budget.at("metadata", "generation") ?? .integer(1),
                    "currentHealthy": .integer(healthy), "desiredHealthy": .integer(least),
                    "disruptionsAllowed": .integer(allowed), "expectedPods": .integer(expected),
                    "conditions": .array(state),
                ]))
            store.apply(Kinds.budgets, document, at: now)
        }
    }

    // MARK: Quotas

    mutating func runQuotas(in store: inout DemoObjectStore, at now: Timestamp) {
        for quota in store.documents(of: Kinds.quotas) {
            let namespace = quota.text("metadata", "namespace")
            let hard = quota.at("spec", "hard") ?? .object([])
            let use = QuotaUse.sum(pods.filter { $0.namespace == namespace && !$0.hasEnded }.map(\.spec))
            var used: [String: String] = [:]
            for (key, bound) in hard.textMembers {
                if let value = use[key] {
                    used[key] = QuotaUse.text(value, key)
                } else if let resource = Self.counted(key) {
                    used[key] = String(store.count(of: resource, namespace: namespace))
                } else {
                    used[key] = Quantity(bound) == nil ? bound : "0"
                }
            }
            var document = quota
            document.set("status", to: .members(["hard": hard, "used": .texts(used)]))
            store.apply(Kinds.quotas, document, at: now)
        }
    }

    /// The kind that a key of a quota counts, such as `configmaps` or `count/deployments.apps`.
    private static func counted(_ key: String) -> DemoResource? {
        let name = key.hasPrefix("count/") ? String(key.dropFirst(6)) : key
        return DemoResource.all.first { $0.qualifiedName == name }
    }

    // MARK: ReplicaSets without a Deployment

    mutating func runReplicaSets(in store: inout DemoObjectStore, at now: Timestamp) {
        let alone = store.items(of: .replicaSets).filter { $0.entry.content.ownerUIDs.isEmpty }
        for item in alone {
            let set = item.entry.document
            let workload = "replicasets/\(item.key.namespace)/\(item.key.name)"
            var living = pods(of: workload).filter { !$0.isDeleting && !$0.hasEnded }
            let wanted = max(0, min(set.integer("spec", "replicas"), Self.mostPods))
            for pod in living.dropFirst(wanted) { remove(pod, in: &store, at: now) }
            while living.count < wanted {
                let name = "\(item.key.name)-\(random.suffix(5))"
                let template = set.at("spec", "template") ?? .object([])
                guard
                    refusal(of: template["spec"] ?? .null, named: name, namespace: item.key.namespace, in: store)
                        == nil
                else { break }
                var pod = SimulatedPod(
                    name: name, namespace: item.key.namespace, uid: random.uid(),
                    spec: template["spec"] ?? .object([]), created: now, trouble: .healthy)
                pod.generateName = "\(item.key.name)-"
                pod.labels = template.at("metadata", "labels")?.textMembers ?? [:]
                pod.annotations = template.at("metadata", "annotations")?.textMembers ?? [:]
                pod.workload = workload
                pod.ownerReference = owner(set, apiVersion: "apps/v1", kind: "ReplicaSet")
                pod.due = now
                pod.trouble = inferredTrouble(of: pod, in: store) ?? .healthy
                place(&pod)
                let subject = EventRecorder.Subject(
                    apiVersion: "apps/v1", kind: "ReplicaSet", namespace: item.key.namespace, name: item.key.name,
                    uid: set.text("metadata", "uid"))
                recorder.record(
                    subject, "SuccessfulCreate", "Created pod: \(name)", component: "replicaset-controller", at: now,
                    in: &store)
                pods.append(pod)
                living.append(pod)
                publish(pod, in: &store, at: now)
            }
            let ready = living.count(where: \.isReady)
            var document = set
            document.set(
                "status",
                to: .members([
                    "replicas": .integer(min(living.count, wanted)),
                    "fullyLabeledReplicas": living.isEmpty ? nil : .integer(min(living.count, wanted)),
                    "readyReplicas": ready > 0 ? .integer(ready) : nil,
                    "availableReplicas": ready > 0 ? .integer(ready) : nil,
                    "observedGeneration": set.at("metadata", "generation"),
                ]))
            store.apply(.replicaSets, document, at: now)
        }
    }
}
