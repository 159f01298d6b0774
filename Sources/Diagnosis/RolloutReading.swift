import KubernetesModel

/// A number of things, such as `1 pod` or `3 pods`.
func counted(_ count: some BinaryInteger, _ noun: String) -> String { count == 1 ? "1 \(noun)" : "\(count) \(noun)s" }

extension ReplicaSet {
    /// Which rollout of its Deployment made it; empty when nobody noted it.
    var revision: String { metadata.annotations["deployment.kubernetes.io/revision"] ?? "" }
}

extension Deployment {
    /// Whether its controller gave up on the rollout.
    var isPastDeadline: Bool {
        guard let progressing = conditions[type: "Progressing"] else { return false }
        return progressing.status == "False" && progressing.reason == "ProgressDeadlineExceeded"
    }

    /// Whether it is what its spec asks for.
    var isComplete: Bool {
        updatedReplicas >= desiredReplicas && availableReplicas >= desiredReplicas && statusReplicas == updatedReplicas
    }

    /// Whether its controller has read its present spec.
    var isObserved: Bool { observedGeneration >= metadata.generation }

    /// Whether no controller has read it at all.
    var isIgnored: Bool {
        metadata.generation > 0 && observedGeneration == 0 && statusReplicas == 0 && conditions.isEmpty
    }
}

extension ObjectMeta {
    /// What applies the object, and would undo what is changed by hand; `nil` as far as nothing shows it.
    var deliveredBy: String? {
        if annotations["argocd.argoproj.io/tracking-id"] != nil { return "Argo CD" }
        return annotations["meta.helm.sh/release-name"].map { "Helm release \($0)" }
    }
}

extension Condition {
    /// As evidence of an object.
    func evidence(on object: ObjectID) -> Evidence {
        let words = [status, reason].filter { !$0.isEmpty }.joined(separator: " ")
        return Evidence(
            object, "status.conditions[\(type)]", message.isEmpty ? words : "\(words): \(message.firstLines)")
    }
}

extension Pod {
    var isReady: Bool { status.conditions[type: "Ready"]?.status == "True" }

    /// Since when it is not ready, or not even placed.
    var unreadySince: Timestamp? { notReadySince ?? metadata.creationTimestamp }
}

extension Job {
    /// Whether it came to an end, good or bad.
    var isFinished: Bool { hasFailed || conditions[type: "Complete"]?.status == "True" }

    var hasFailed: Bool { conditions[type: "Failed"]?.status == "True" }
}

extension RuleContext {
    /// Whether a later run of the same CronJob came to an end, so that nobody waits for this one any more.
    mutating func isSuperseded(_ job: Job) -> Bool {
        guard let controller = job.metadata.controller, controller.kind == "CronJob",
            let created = job.metadata.creationTimestamp
        else { return false }
        return list(Job.self, ownedBy: controller.uid).contains { other in
            guard other.isFinished, let later = other.metadata.creationTimestamp else { return false }
            return later > created
        }
    }
}
