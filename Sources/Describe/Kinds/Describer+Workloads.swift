import ClusterState
import KubernetesModel

extension Describer {
    /// How many pods of an owner are listed.
    static let listLimit = 200

    // MARK: - Kinds

    func deployment(_ page: inout Page) {
        head(&page)
        page.field("Selector", .text(selector(spec["selector"])))
        let counts: [(String, String)] = [
            ("updatedReplicas", "updated"), ("replicas", "total"), ("availableReplicas", "available"),
            ("unavailableReplicas", "unavailable"),
        ]
        let desired = spec["replicas"].int ?? 1
        var words = Words("\(desired) desired")
        for (key, title) in counts {
            let count = status[key].int ?? 0
            let isBad = key == "unavailableReplicas" ? count > 0 : key != "replicas" && count < desired
            words += Words(" | ") + Words("\(count) \(title)", isBad ? .degraded : .plain)
        }
        page.field("Replicas", words)
        page.field("StrategyType", Words(spec["strategy"]["type"].string))
        page.field("MinReadySeconds", .text(spec["minReadySeconds"].string, or: "0"))
        if let update = spec["strategy"]["rollingUpdate"], Optional(update).exists {
            page.field(
                "RollingUpdateStrategy",
                Words("\(update["maxUnavailable"].string) max unavailable, \(update["maxSurge"].string) max surge"))
        }
        page.field("Paused", ifAny: spec["paused"].bool == true ? "true" : "")
        page.field("Revision History", ifAny: spec["revisionHistoryLimit"].string)
        page.field(
            "Progress Deadline",
            ifAny: spec["progressDeadlineSeconds"].exists ? spec["progressDeadlineSeconds"].string + "s" : "")
        conditions(&page) { $0 == "ReplicaFailure" ? "False" : "True" }
        replicaSets(&page)
        podTemplate(&page, spec["template"])
    }

    private func replicaSets(_ page: inout Page) {
        let found = related.owned(ReplicaSet.self, in: namespace, by: uid)
        guard case .known(let sets) = found else {
            if case .unknown(let reason) = found {
                page.field("OldReplicaSets", reason)
                page.field("NewReplicaSet", reason)
            }
            return
        }
        func revision(_ set: ReplicaSet) -> Int {
            set.metadata.annotations["deployment.kubernetes.io/revision"].flatMap { Int($0) } ?? 0
        }
        let sorted = sets.sorted { (revision($0), $0.metadata.name) < (revision($1), $1.metadata.name) }
        let current = metadata["annotations"]["deployment.kubernetes.io/revision"].string
        // The newest revision is the one that the Deployment says it has.
        let newest = sorted.last { "\(revision($0))" == current } ?? sorted.last
        func words(_ set: ReplicaSet) -> Words {
            let desired = set.replicas ?? 1
            let text = "  (\(set.statusReplicas)/\(desired) replicas created, \(set.readyReplicas) ready"
            return Words(
                set.metadata.name,
                link: DescribedLink(
                    group: "apps", kind: "ReplicaSet", namespace: namespace, name: set.metadata.name))
                + Words(text + ", revision \(revision(set)))", set.readyReplicas < desired ? .degraded : .plain)
        }
        let old = sorted.filter { $0.metadata.uid != newest?.metadata.uid }
        page.field("OldReplicaSets", old.map(words))
        page.field("NewReplicaSet", newest.map(words) ?? .none)
        guard
            case .known(let pods) = related.find(
                Pod.self, in: namespace, pick: { kind in sets.flatMap { kind.objects(ownedBy: $0.metadata.uid) } })
        else { return }
        podTable(&page, "Pods", pods)
    }

    func replicaSet(_ page: inout Page) {
        head(&page)
        let isController = resource.resource == "replicationcontrollers"
        page.field("Selector", .text(isController ? spec["selector"].labels.line : selector(spec["selector"])))
        let desired = spec["replicas"].int ?? 1
        let current = status["replicas"].int ?? 0
        let ready = status["readyReplicas"].int ?? 0
        page.field(
            "Replicas",
            Words("\(current) current / \(desired) desired", current == desired ? .plain : .degraded)
                + Words(" / \(ready) ready", ready < desired ? .degraded : .plain))
        ownedPods(&page)
        conditions(&page) { $0 == "ReplicaFailure" ? "False" : "True" }
        podTemplate(&page, spec["template"])
    }

    func statefulSet(_ page: inout Page) {
        head(&page)
        page.field("Selector", .text(selector(spec["selector"])))
        let service = spec["serviceName"].string
        page.field("Service Name", service.isEmpty ? "" : named(Service.self, service))
        page.field("Pod Management Policy", ifAny: spec["podManagementPolicy"].string)
        let desired = spec["replicas"].int ?? 1
        let ready = status["readyReplicas"].int ?? 0
        page.field(
            "Replicas",
            Words("\(desired) desired | \(status["replicas"].int ?? 0) total")
                + Words(" | \(ready) ready", ready < desired ? .degraded : .plain))
        let update = spec["updateStrategy"]
        page.field("Update Strategy", Words(update["type"].string))
        if let rolling = update["rollingUpdate"], Optional(rolling).exists {
            page.field("  Partition", ifAny: rolling["partition"].string)
            page.field("  MaxUnavailable", ifAny: rolling["maxUnavailable"].string)
        }
        let revisions = (status["currentRevision"].string, status["updateRevision"].string)
        page.field("Revision", ifAny: revisions.0)
        if !revisions.1.isEmpty, revisions.1 != revisions.0 {
            page.field("Update Revision", Words(revisions.1, .degraded))
        }
        let retention = spec["persistentVolumeClaimRetentionPolicy"]
        if retention.exists {
            page.section("Persistent Volume Claim Retention Policy") { page in
                page.field("WhenDeleted", Words(retention["whenDeleted"].string))
                page.field("WhenScaled", Words(retention["whenScaled"].string))
            }
        }
        ownedPods(&page)
        conditions(&page)
        podTemplate(&page, spec["template"])
        let claims = spec["volumeClaimTemplates"].items
        guard !claims.isEmpty else { return page.field("Volume Claims", .none) }
        page.section("Volume Claims") { page in
            for claim in claims { page.item { claimTemplate(&$0, claim, isNamed: true) } }
        }
    }

    func daemonSet(_ page: inout Page) {
        head(&page)
        page.field("Selector", .text(selector(spec["selector"])))
        page.field("Node-Selector", .text(spec["template"]["spec"]["nodeSelector"].labels.line))
        let desired = status["desiredNumberScheduled"].int ?? 0
        for (key, label) in [
            ("desiredNumberScheduled", "Desired Number of Nodes Scheduled"),
            ("currentNumberScheduled", "Current Number of Nodes Scheduled"),
            ("updatedNumberScheduled", "Number of Nodes Scheduled with Up-to-date Pods"),
            ("numberAvailable", "Number of Nodes Scheduled with Available Pods"),
            ("numberMisscheduled", "Number of Nodes Misscheduled"),
        ] {
            let count = status[key].int ?? 0
            let isBad = key == "numberMisscheduled" ? count > 0 : count < desired
            page.field(label, Words("\(count)", isBad ? .degraded : .plain))
        }
        let update = spec["updateStrategy"]
        page.field("Update Strategy", ifAny: update["type"].string)
        page.field("  MaxUnavailable", ifAny: update["rollingUpdate"]["maxUnavailable"].string)
        page.field("  MaxSurge", ifAny: update["rollingUpdate"]["maxSurge"].string)
        ownedPods(&page)
        conditions(&page)
        podTemplate(&page, spec["template"])
    }

    func job(_ page: inout Page) {
        head(&page)
        page.field("Selector", .text(selector(spec["selector"])))
        page.field("Parallelism", ifAny: spec["parallelism"].string)
        page.field("Completions", .text(spec["completions"].string, or: .unset))
        page.field("Completion Mode", ifAny: spec["completionMode"].string)
        page.field("Suspend", ifAny: spec["suspend"].string)
        page.field("Backoff Limit", ifAny: spec["backoffLimit"].string)
        page.field("Backoff Limit Per Index", ifAny: spec["backoffLimitPerIndex"].string)
        page.field("TTL Seconds After Finished", ifAny: spec["ttlSecondsAfterFinished"].string)
        if status["startTime"].exists { page.field("Start Time", time(status["startTime"])) }
        if status["completionTime"].exists { page.field("Completed At", time(status["completionTime"])) }
        if let start = status["startTime"].time, let end = status["completionTime"].time {
            page.field("Duration", Words(age(from: start, to: end)))
        }
        if spec["activeDeadlineSeconds"].exists {
            page.field("Active Deadline Seconds", Words(spec["activeDeadlineSeconds"].string + "s"))
        }
        let ready = status["ready"].exists ? " (\(status["ready"].string) Ready)" : ""
        let failed = status["failed"].int ?? 0
        page.field(
            "Pods Statuses",
            Words("\(status["active"].int ?? 0) Active\(ready) / \(status["succeeded"].int ?? 0) Succeeded / ")
                + Words("\(failed) Failed", failed > 0 ? .degraded : .plain))
        if spec["completionMode"].string == "Indexed" {
            page.field("Completed Indexes", .text(status["completedIndexes"].string))
            page.field("Failed Indexes", ifAny: status["failedIndexes"].string)
        }
        conditions(&page) { $0.hasPrefix("Fail") ? "False" : "True" }
        if case .known(let pods) = related.owned(Pod.self, in: namespace, by: uid) { podTable(&page, "Pods", pods) }
        podTemplate(&page, spec["template"])
    }

    func cronJob(_ page: inout Page) {
        head(&page)
        page.field("Schedule", Words(spec["schedule"].string))
        page.field("Concurrency Policy", Words(spec["concurrencyPolicy"].string))
        let isSuspended = spec["suspend"].bool
        page.field(
            "Suspend",
            isSuspended.map { Words($0 ? "True" : "False", $0 ? .degraded : .plain) } ?? .unset)
        page.field("Time Zone", .text(spec["timeZone"].string, or: .unset))
        page.field("Successful Job History Limit", .text(spec["successfulJobsHistoryLimit"].string, or: .unset))
        page.field("Failed Job History Limit", .text(spec["failedJobsHistoryLimit"].string, or: .unset))
        let deadline = spec["startingDeadlineSeconds"].string
        page.field("Starting Deadline Seconds", .text(deadline.isEmpty ? "" : deadline + "s", or: .unset))
        let template = spec["jobTemplate"]["spec"]
        page.field("Selector", .text(selector(template["selector"]), or: .unset))
        page.field("Parallelism", .text(template["parallelism"].string, or: .unset))
        page.field("Completions", .text(template["completions"].string, or: .unset))
        if template["activeDeadlineSeconds"].exists {
            page.field("Active Deadline Seconds", Words(template["activeDeadlineSeconds"].string + "s"))
        }
        let last = status["lastScheduleTime"]
        page.field("Last Schedule Time", last.exists ? time(last) : .unset)
        if status["lastSuccessfulTime"].exists {
            page.field("Last Successful Time", time(status["lastSuccessfulTime"]))
        }
        page.field("Active Jobs", activeJobs())
        jobTable(&page)
        podTemplate(&page, template["template"])
    }

    private func activeJobs() -> Words {
        let jobs = status["active"].items.map { item in
            let name = item["name"].string
            return Words(name, link: DescribedLink(group: "batch", kind: "Job", namespace: namespace, name: name))
        }
        return jobs.isEmpty ? .none : .list(jobs)
    }

    private func jobTable(_ page: inout Page) {
        guard case .known(let jobs) = related.owned(Job.self, in: namespace, by: uid), !jobs.isEmpty else { return }
        let sorted = jobs.sorted {
            ($0.metadata.creationTimestamp ?? Timestamp(seconds: 0), $0.metadata.name)
                > ($1.metadata.creationTimestamp ?? Timestamp(seconds: 0), $1.metadata.name)
        }
        page.section("Jobs") { page in
            page.table(
                ["Name", "Status", "Duration", "Age"],
                sorted.prefix(Self.listLimit).map { job in
                    let name = job.metadata.name
                    let ended = job.conditions.first {
                        $0.status == "True" && ($0.type == "Complete" || $0.type == "Failed")
                    }
                    let role: DescribedRole = ended?.type == "Failed" ? .broken : ended == nil ? .plain : .fine
                    let duration = job.startTime.map { age(from: $0, to: job.completionTime ?? now) } ?? ""
                    return [
                        Words(name, link: DescribedLink(group: "batch", kind: "Job", namespace: namespace, name: name)),
                        Words(ended?.type ?? (job.spec.suspend ? "Suspended" : "Running"), role), Words(duration),
                        Words(age(from: job.metadata.creationTimestamp, to: now)),
                    ]
                })
        }
    }

    // MARK: - Pods of an owner

    /// The pods that the object controls: how many do what, and each with its health.
    private func ownedPods(_ page: inout Page) {
        switch related.owned(Pod.self, in: namespace, by: uid) {
        case .unknown(let reason): page.field("Pods Status", reason)
        case .known(let all):
            let pods = all.filter { $0.metadata.controller?.uid == uid }
            func count(_ phase: String) -> Int { pods.count { $0.status.phase == phase } }
            let failed = count("Failed")
            page.field(
                "Pods Status",
                Words("\(count("Running")) Running / \(count("Pending")) Waiting / \(count("Succeeded")) Succeeded / ")
                    + Words("\(failed) Failed", failed > 0 ? .degraded : .plain))
            podTable(&page, "Pods", pods)
        }
    }

    /// Pods with their health; the sick ones first.
    func podTable(_ page: inout Page, _ title: String, _ pods: [Pod]) {
        guard !pods.isEmpty else { return }
        let rows = pods.map { (pod: $0, summary: $0.summary) }
            .map { ($0.pod, $0.summary, Self.role(of: $0.pod, $0.summary)) }
            .sorted { ($0.2.order, $0.0.metadata.name) < ($1.2.order, $1.0.metadata.name) }
        page.section(title, Words("(\(pods.count))", .dim)) { page in
            page.table(
                ["Name", "Ready", "Status", "Restarts", "Node", "Age"],
                rows.prefix(Self.listLimit).map { pod, summary, role in
                    [
                        podLink(pod), Words(summary.readyText), Words(summary.status, role),
                        Words(summary.restartsText(now: now)), nodeLink(pod.nodeName),
                        Words(age(from: pod.metadata.creationTimestamp, to: now)),
                    ]
                })
            if rows.count > Self.listLimit { page.line(Words("… and \(rows.count - Self.listLimit) more", .dim)) }
        }
    }

    func podLink(_ pod: Pod) -> Words {
        Words(
            pod.metadata.name,
            link: DescribedLink(kind: "Pod", namespace: pod.metadata.namespace, name: pod.metadata.name))
    }

    func nodeLink(_ name: String) -> Words {
        name.isEmpty ? .none : Words(name, link: DescribedLink(kind: "Node", name: name))
    }

    /// How well a pod is, by what `kubectl get pods` says of it.
    static func role(of pod: Pod, _ summary: PodSummary) -> DescribedRole {
        if pod.status.phase == "Succeeded" { return .dim }
        if summary.status == "Running" { return summary.ready == summary.total ? .fine : .degraded }
        let isBroken =
            pod.status.phase == "Failed"
            || ["BackOff", "Error", "Err", "Failed", "OOMKilled", "Invalid"].contains { summary.status.contains($0) }
        return isBroken ? .broken : .degraded
    }

    // MARK: - Templates

    func podTemplate(_ page: inout Page, _ template: JSONValue?) {
        guard let template, Optional(template).exists else {
            return page.section("Pod Template", .unset) { _ in }
        }
        let spec = template["spec"]
        page.section("Pod Template") { page in
            page.field("Labels", labels(template["metadata"]["labels"]))
            let annotations = annotations(template["metadata"]["annotations"])
            if !annotations.isEmpty { page.field("Annotations", annotations) }
            if !spec["serviceAccountName"].string.isEmpty {
                page.field("Service Account", named(ServiceAccount.self, spec["serviceAccountName"].string))
            }
            if !spec["initContainers"].isEmpty {
                containers(&page, .initial, spec["initContainers"].items, statuses: [], pod: template)
            }
            containers(&page, .main, spec["containers"].items, statuses: [], pod: template)
            volumes(&page, spec["volumes"].items)
            if !spec["priorityClassName"].string.isEmpty {
                page.field("Priority Class Name", priorityClassName(spec))
            }
            seccomp(&page, spec["securityContext"])
            securityContext(&page, spec["securityContext"])
            scheduling(&page, spec)
        }
    }
}

extension DescribedRole {
    /// The worst first.
    fileprivate var order: Int {
        switch self {
        case .broken: 0
        case .degraded: 1
        case .dim: 3
        default: 2
        }
    }
}
