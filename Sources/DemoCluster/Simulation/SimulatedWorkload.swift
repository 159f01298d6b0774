import KubernetesModel

/// A Deployment, StatefulSet or DaemonSet of the simulated cluster.
struct SimulatedWorkload: Sendable {
    /// One revision of a Deployment.
    struct Revision: Sendable {
        var number: Int
        var name: String
        var uid: String
        var hash: String
        var template: JSONValue
        /// The template without the label of the revision.
        var plain: JSONValue
        var created: Timestamp
        /// How many pods the Deployment wants of it.
        var desired = 0
        /// What befalls every pod of it.
        var trouble: PodTrouble?
        /// Whether its pods have the troubles that the scenario gives the workload.
        var hasTroubles = true
        /// Why it was made, in the words of who made it.
        var cause: String?
    }

    /// Why the API server does not take the pods of the current revision.
    struct Refusal: Sendable {
        var message: String
        var since: Timestamp
        /// When the controller tries again.
        var next: Timestamp
    }

    let resource: DemoResource
    var manifest: JSONValue { didSet { templateHash = Self.hash(of: manifest) } }
    /// A hash of the pod template.
    private(set) var templateHash: UInt64
    /// That of the template that all pods had before.
    var settledTemplate: UInt64
    /// The templates that a StatefulSet or DaemonSet has had, oldest first.
    var history: [TemplateRevision] = []
    /// What is wrong with its pods, as the scenario says.
    var troubles: [PodTrouble] = []
    /// Of a Deployment, oldest first; the last is the current.
    var revisions: [Revision] = []
    /// What a container in trouble says before it ends.
    var lastWords: [String] = []
    /// The image tags it rolls between.
    var tags: [String] = []
    var nextRollout: Timestamp?
    /// Whether the current revision has come up.
    var hasProgressed = true
    /// Whether the current revision will never come up.
    var isStuck = false
    var refusal: Refusal?
    var progressChanged: Timestamp
    /// What the condition `Progressing` says, and since when.
    private var progress = "True"
    private var progressSince: Timestamp
    var availableChanged: Timestamp
    var isAvailable = true

    init(_ manifest: JSONValue, _ resource: DemoResource, created: Timestamp) {
        self.manifest = manifest
        self.resource = resource
        templateHash = Self.hash(of: manifest)
        settledTemplate = templateHash
        progressChanged = created.adding(seconds: 30)
        progressSince = created
        availableChanged = created.adding(seconds: 30)
    }

    var namespace: String { manifest.text("metadata", "namespace") }
    var name: String { manifest.text("metadata", "name") }
    var key: String { "\(resource.plural)/\(namespace)/\(name)" }
    var replicas: Int { manifest.integer("spec", "replicas") }
    /// Of the controller, as events name it.
    var controller: String {
        switch resource {
        case .jobs: "job-controller"
        case .statefulSets: "statefulset-controller"
        case .daemonSets: "daemonset-controller"
        default: "replicaset-controller"
        }
    }
    /// How many pods more than wanted may run while it rolls, and how many fewer may be ready.
    var roll: (surge: Int, unavailable: Int) {
        let strategy = manifest.at("spec", "strategy", "rollingUpdate") ?? .null
        func count(_ key: String, roundedUp: Bool) -> Int {
            guard let value = strategy[key] else { return replicas / 4 }
            if let number = value.integer { return max(0, number) }
            let percent = Int((value.text ?? "25%").dropLast()) ?? 25
            let share = replicas.multipliedReportingOverflow(by: min(max(0, percent), 100)).partialValue
            return (share + (roundedUp ? 99 : 0)) / 100
        }
        let unavailable = count("maxUnavailable", roundedUp: false)
        let surge = count("maxSurge", roundedUp: true)
        return (surge == 0 && unavailable == 0 ? 1 : surge, unavailable)
    }
    /// Whether all old pods go before the first new one comes.
    var recreates: Bool { manifest.at("spec", "strategy")?.text("type") == "Recreate" }
    var deadlineSeconds: Int {
        manifest.at("spec", "progressDeadlineSeconds")?.integer ?? 600
    }
    var isPaused: Bool { manifest.at("spec", "paused")?.isTrue ?? false }

    private static func hash(of manifest: JSONValue) -> UInt64 {
        stableHash(String(decoding: (manifest.at("spec", "template") ?? .null).canonical.jsonBytes, as: UTF8.self))
    }

    /// Of what belongs to it.
    var reference: JSONValue { owner(manifest, apiVersion: resource.apiVersion, kind: resource.kind) }

    var subject: EventRecorder.Subject {
        EventRecorder.Subject(
            apiVersion: resource.apiVersion, kind: resource.kind, namespace: namespace, name: name,
            uid: manifest.text("metadata", "uid"))
    }

    /// Puts another image into the template.
    mutating func setImage(_ image: String) {
        var containers = manifest.at("spec", "template", "spec", "containers")?.elements ?? []
        if !containers.isEmpty { containers[0].set("image", to: .string(image)) }
        manifest.set("spec", "template", "spec", "containers", to: .array(containers))
    }

    /// Begins another revision with an image.
    mutating func revise(image: String, uid: String, at now: Timestamp) {
        setImage(image)
        addRevision(uid: uid, at: now)
        hasProgressed = false
        progressChanged = now
    }

    /// Makes the present template the current revision: one that there was before gets a new number.
    mutating func addRevision(uid: String, at now: Timestamp) {
        let number = (revisions.last?.number ?? 0) + 1
        let plain = manifest.at("spec", "template") ?? .object([])
        let cause = manifest.at("metadata", "annotations", Self.causeKey)?.text
        if let index = revisions.firstIndex(where: { $0.plain.canonical == plain.canonical }) {
            var revision = revisions.remove(at: index)
            revision.number = number
            revision.cause = cause
            revisions.append(revision)
            return
        }
        var random = DemoRandom(seed: stableHash("\(key)/\(number)"))
        let hash = random.hashText()
        var template = plain
        template.set("metadata", "labels", "pod-template-hash", to: .string(hash))
        let hasSameSpec = revisions.last.map {
            $0.hasTroubles && $0.plain["spec"]?.canonical == plain["spec"]?.canonical
        }
        revisions.append(
            Revision(
                number: number, name: "\(name)-\(hash)", uid: uid, hash: hash, template: template, plain: plain,
                created: now, hasTroubles: hasSameSpec ?? true, cause: cause))
    }

    /// Says how many pods of the current revision are wanted, and what befalls them.
    mutating func setDesired(_ count: Int, trouble: PodTrouble? = nil) {
        guard let last = revisions.indices.last else { return }
        revisions[last].desired = count
        revisions[last].trouble = trouble
    }

    /// What befalls a new pod: the first of the scenario's troubles that no pod beside it has.
    func trouble(in revision: Revision?, beside others: [SimulatedPod]) -> PodTrouble {
        if let trouble = revision?.trouble { return trouble }
        guard revision?.hasTroubles ?? true else { return .healthy }
        var left = troubles.filter { ![.healthy, .terminating, .unschedulable, .rejected].contains($0.kind) }
        for other in others {
            if let index = left.firstIndex(of: other.trouble) { left.remove(at: index) }
        }
        return left.first ?? .healthy
    }

    // MARK: Documents

    /// The workload with a status that fits its pods.
    ///
    /// - Parameters:
    ///   - pods: its own.
    ///   - nodes: the indexes of the nodes that a DaemonSet wants a pod on.
    ///   - now: the moment.
    /// - Returns: the object.
    mutating func document(pods: [SimulatedPod], nodes: [Int] = [], at now: Timestamp) -> JSONValue {
        let living = pods.filter { !$0.isDeleting && !$0.hasEnded }
        var document = manifest
        document.set("status", to: nil)
        switch resource.kind {
        case "Deployment":
            let terminating = pods.count { $0.isDeleting && !$0.hasEnded }
            document.set("status", to: deploymentStatus(living, terminating: terminating, at: now))
        case "StatefulSet": document.set("status", to: statefulSetStatus(living))
        case "DaemonSet":
            let ready = living.filter(\.isReady).count
            let wanted = max(nodes.count, living.count)
            document.set(
                "status",
                to: .members([
                    "observedGeneration": .integer(1), "desiredNumberScheduled": .integer(wanted),
                    "currentNumberScheduled": .integer(living.count), "numberReady": .integer(ready),
                    "numberAvailable": ready > 0 ? .integer(ready) : nil,
                    "numberUnavailable": wanted > ready ? .integer(wanted - ready) : nil,
                    "updatedNumberScheduled": .integer(living.count { $0.template == templateHash }),
                    "numberMisscheduled": .integer(0),
                ]))
        default: break
        }
        if let revision = revisions.last {
            document.set(
                "metadata", "annotations", "deployment.kubernetes.io/revision", to: .string(String(revision.number)))
        }
        return document
    }

    private func statefulSetStatus(_ living: [SimulatedPod]) -> JSONValue {
        let ready = living.filter(\.isReady).count
        let updated = living.count { $0.template == templateHash }
        let isSettled = templateHash == settledTemplate
        let old = isSettled ? updated : living.count { $0.template == settledTemplate }
        return .members([
            "observedGeneration": .integer(1), "replicas": .integer(living.count),
            "readyReplicas": ready > 0 ? .integer(ready) : nil, "availableReplicas": .integer(ready),
            "currentReplicas": old > 0 ? .integer(old) : nil, "updatedReplicas": updated > 0 ? .integer(updated) : nil,
            "currentRevision": .string(revisionName(settledTemplate)),
            "updateRevision": .string(revisionName(templateHash)), "collisionCount": .integer(0),
        ])
    }

    func revisionName(_ template: UInt64) -> String { "\(name)-\(Self.revisionHash(template))" }

    static func revisionHash(_ template: UInt64) -> String {
        var random = DemoRandom(seed: template)
        return random.hashText()
    }

    private mutating func deploymentStatus(
        _ pods: [SimulatedPod], terminating: Int, at now: Timestamp
    ) -> JSONValue {
        let ready = pods.filter(\.isReady).count
        let hash = revisions.last?.hash ?? ""
        // While it is paused a new template has no ReplicaSet yet.
        let isHeldBack = isPaused && manifest.at("spec", "template")?.canonical != revisions.last?.plain.canonical
        let updated = isHeldBack ? 0 : pods.filter { $0.labels["pod-template-hash"] == hash }.count
        if (ready >= replicas - roll.unavailable) != isAvailable {
            isAvailable.toggle()
            availableChanged = now
        }
        let set = revisions.last?.name ?? ""
        let progress: (status: String, reason: String, message: String) =
            if isStuck {
                ("False", "ProgressDeadlineExceeded", "ReplicaSet \"\(set)\" has timed out progressing.")
            } else if isPaused {
                ("Unknown", "DeploymentPaused", "Deployment is paused")
            } else if hasProgressed {
                ("True", "NewReplicaSetAvailable", "ReplicaSet \"\(set)\" has successfully progressed.")
            } else {
                ("True", "ReplicaSetUpdated", "ReplicaSet \"\(set)\" is progressing.")
            }
        if progress.status != self.progress {
            self.progress = progress.status
            progressSince = progressChanged
        }
        return .members([
            "observedGeneration": .integer(1), "replicas": .integer(pods.count),
            "updatedReplicas": updated > 0 ? .integer(updated) : nil,
            "readyReplicas": ready > 0 ? .integer(ready) : nil,
            "availableReplicas": ready > 0 ? .integer(ready) : nil,
            "unavailableReplicas": pods.count > ready ? .integer(pods.count - ready) : nil,
            "terminatingReplicas": .integer(terminating),
            "conditions": .array(
                [
                    condition(
                        "Available", isAvailable ? "True" : "False", at: availableChanged,
                        "MinimumReplicas\(isAvailable ? "Available" : "Unavailable")",
                        "Deployment \(isAvailable ? "has" : "does not have") minimum availability."),
                    condition(
                        "Progressing", progress.status, at: progressChanged, since: progressSince, progress.reason,
                        progress.message),
                ] + replicaFailure),
        ])
    }

    private var replicaFailure: [JSONValue] {
        guard let refusal else { return [] }
        return [condition("ReplicaFailure", "True", at: refusal.since, "FailedCreate", refusal.message)]
    }

    private func condition(
        _ type: String, _ status: String, at moment: Timestamp, since: Timestamp? = nil, _ reason: String,
        _ message: String
    ) -> JSONValue {
        .members([
            "type": .string(type), "status": .string(status), "lastUpdateTime": .time(moment),
            "lastTransitionTime": .time(since ?? moment), "reason": .string(reason), "message": .string(message),
        ])
    }

    /// The ReplicaSet of a revision.
    func replicaSet(_ revision: Revision, pods: [SimulatedPod]) -> JSONValue {
        let living = pods.filter { !$0.isDeleting && $0.labels["pod-template-hash"] == revision.hash }
        let ready = living.filter(\.isReady).count
        var labels = manifest.at("spec", "template", "metadata", "labels")?.textMembers ?? [:]
        labels["pod-template-hash"] = revision.hash
        return .members([
            "metadata": .members([
                "name": .string(revision.name), "namespace": .string(namespace), "uid": .string(revision.uid),
                "creationTimestamp": .time(revision.created), "labels": .texts(labels),
                "annotations": .texts(annotations(of: revision)),
                "ownerReferences": .array([owner(manifest, apiVersion: "apps/v1", kind: "Deployment")]),
            ]),
            "spec": .members([
                "replicas": .integer(revision.desired),
                "selector": .members(["matchLabels": .texts(labels)]), "template": revision.template,
            ]),
            "status": .members([
                "replicas": .integer(living.count),
                "fullyLabeledReplicas": living.isEmpty ? nil : .integer(living.count),
                "readyReplicas": ready > 0 ? .integer(ready) : nil,
                "availableReplicas": ready > 0 ? .integer(ready) : nil,
                "terminatingReplicas": .integer(
                    pods.count {
                        $0.isDeleting && !$0.hasEnded && $0.labels["pod-template-hash"] == revision.hash
                    }), "observedGeneration": .integer(1),
                "conditions": refusal == nil ? nil : .array(replicaFailure.map(\.withoutUpdateTime)),
            ]),
        ])
    }

    private static let causeKey = "kubernetes.io/change-cause"

    private func annotations(of revision: Revision) -> [String: String] {
        var annotations = [
            "deployment.kubernetes.io/desired-replicas": String(replicas),
            "deployment.kubernetes.io/max-replicas": String(replicas &+ roll.surge),
            "deployment.kubernetes.io/revision": String(revision.number),
        ]
        annotations[Self.causeKey] = revision.cause
        return annotations
    }

    func subject(of revision: Revision) -> EventRecorder.Subject {
        EventRecorder.Subject(
            apiVersion: "apps/v1", kind: "ReplicaSet", namespace: namespace, name: revision.name, uid: revision.uid)
    }
}

extension JSONValue {
    /// A condition as a ReplicaSet has it: only Deployments tell when they were updated.
    fileprivate var withoutUpdateTime: JSONValue {
        var condition = self
        condition.set("lastUpdateTime", to: nil)
        return condition
    }
}
