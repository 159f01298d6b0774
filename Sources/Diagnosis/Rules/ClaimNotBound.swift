import KubernetesModel

extension DiagnosisRule {
    static let claimNotBound = DiagnosisRule(
        id: "pvc/not-bound", title: "A claim has no volume", severity: .broken,
        remedy: "Correct the claim's storage class, or look at what should make its volume.",
        source: "https://kubernetes.io/docs/concepts/storage/persistent-volumes/#lifecycle-of-a-volume-and-claim",
        subject: PersistentVolumeClaim.self, uses: [StorageClass.self, PersistentVolume.self, Event.self]
    ) { claim, context in
        guard claim.metadata.deletionTimestamp == nil else { return }
        if claim.phase == "Lost" {
            reportLost(claim, &context)
            return
        }
        guard claim.phase == "Pending", context.hasPassed(seconds: 30, since: claim.metadata.creationTimestamp) else {
            return
        }
        let failed = context.events(about: claim.metadata).first { $0.reason == "ProvisioningFailed" }
        guard context.canRead(StorageClass.self) else {
            if let failed { reportFailure(claim, failed, &context) }
            return
        }
        let classes = context.all(StorageClass.self)
        guard let name = claim.storageClassName ?? classes.first(where: \.isDefault)?.metadata.name else {
            reportNoClass(claim, classes, &context)
            return
        }
        guard !name.isEmpty else {
            reportNoVolume(claim, className: "", &context)
            return
        }
        guard let storageClass = classes.first(where: { $0.metadata.name == name }) else {
            reportNoSuchClass(claim, name, classes, failed, &context)
            return
        }
        if let failed {
            reportFailure(claim, failed, &context)
        } else if storageClass.volumeBindingMode == "WaitForFirstConsumer" {
            // In order until a pod uses it, and that pod's scheduling says what is wrong then.
            return
        } else if storageClass.provisioner == "kubernetes.io/no-provisioner" {
            reportNoVolume(claim, className: name, &context)
        } else if context.hasPassed(seconds: 300, since: claim.metadata.creationTimestamp) {
            reportSilence(claim, storageClass, &context)
        }
    }

    private static func report(
        _ claim: PersistentVolumeClaim, key: String, title: String, cause: String, nextStep: String, command: String,
        evidence: [Evidence], related: [ObjectID] = [], _ context: inout RuleContext
    ) {
        let status = Evidence(ObjectID(claim), "status.phase", claim.phase)
        context.report(
            FindingDraft(
                key: key, title: title, cause: cause, nextStep: nextStep, command: command,
                evidence: evidence + [status], related: related, since: claim.metadata.creationTimestamp))
    }

    private static func reportLost(_ claim: PersistentVolumeClaim, _ context: inout RuleContext) {
        let volume = ObjectID(PersistentVolume.self, name: claim.volumeName)
        report(
            claim, key: "lost", title: "Its volume \(claim.volumeName) is gone",
            cause: "The claim was bound to a volume that does not exist any more; what was on it may be lost.",
            nextStep: "Restore the volume under that name, or restore the data into a new claim.",
            command: "kubectl get pv", evidence: [Evidence(ObjectID(claim), "spec.volumeName", claim.volumeName)],
            related: [volume], &context)
    }

    private static func reportNoClass(
        _ claim: PersistentVolumeClaim, _ classes: [StorageClass], _ context: inout RuleContext
    ) {
        let names = classes.map(\.metadata.name)
        report(
            claim, key: "no class", title: "It names no storage class, and the cluster has no default",
            cause: names.isEmpty
                ? "There is no storage class at all, so nothing makes volumes."
                : "None of the classes (\(names.joined(separator: ", "))) is the default.",
            nextStep: names.isEmpty
                ? "Install a storage driver with a class, or make a volume by hand."
                : "Name a class in a new claim, or make one the default.",
            command: "kubectl get storageclasses",
            evidence: [Evidence(ObjectID(claim), "spec.storageClassName", "not set")], &context)
    }

    private static func reportNoSuchClass(
        _ claim: PersistentVolumeClaim, _ name: String, _ classes: [StorageClass], _ failed: Event?,
        _ context: inout RuleContext
    ) {
        // A name that only volumes made by hand have needs no class.
        let volumes = context.canRead(PersistentVolume.self) ? context.all(PersistentVolume.self) : []
        if volumes.contains(where: { $0.storageClassName == name }), failed == nil {
            reportNoVolume(claim, className: name, &context)
            return
        }
        let near = nearestName(to: name, among: classes.map(\.metadata.name))
        let id = ObjectID(claim)
        report(
            claim, key: name,
            title: "Storage class \(name) does not exist" + (near.map { "; there is \($0)" } ?? ""),
            cause: "Nothing makes a volume for the claim, and pods that mount it do not start.",
            nextStep: "The class of a claim cannot be changed: "
                + (near.map { "delete it and create it anew with \($0), or create a class of this name." }
                    ?? "delete it and create it anew with a class that exists, or create that class."),
            command: "kubectl get storageclasses",
            evidence: [Evidence(id, "spec.storageClassName", name)] + (failed.map { [$0.evidence] } ?? []),
            related: [ObjectID(StorageClass.self, name: name)], &context)
    }

    private static func reportFailure(
        _ claim: PersistentVolumeClaim, _ failed: Event, _ context: inout RuleContext
    ) {
        let id = ObjectID(claim)
        report(
            claim, key: "failed", title: "Its volume cannot be made: \(failed.message.firstLines)",
            cause: "The provisioner tried and failed; it goes on trying.",
            nextStep: "Read the message; look at the storage driver and its quota.",
            command: "kubectl \(id.namespaceFlag)describe pvc \(id.name)",
            evidence: [
                failed.evidence,
                Evidence(id, "spec.storageClassName", claim.storageClassName ?? "not set: the default"),
            ], &context)
    }

    private static func reportSilence(
        _ claim: PersistentVolumeClaim, _ storageClass: StorageClass, _ context: inout RuleContext
    ) {
        let id = ObjectID(claim)
        let event = context.events(about: claim.metadata).first
        report(
            claim, key: storageClass.provisioner,
            title: "Provisioner \(storageClass.provisioner) has not made its volume in five minutes",
            cause: "It reports no failure either: its pods may not run, or not watch this cluster.",
            nextStep: "Look at the pods of the storage driver.", command: "kubectl get pods -A",
            evidence: [
                Evidence(id, "spec.storageClassName", storageClass.metadata.name),
                Evidence(ObjectID(storageClass), "provisioner", storageClass.provisioner),
            ] + (event.map { [$0.evidence] } ?? []),
            related: [ObjectID(storageClass)], &context)
    }

    private static func reportNoVolume(
        _ claim: PersistentVolumeClaim, className: String, _ context: inout RuleContext
    ) {
        guard context.canRead(PersistentVolume.self),
            context.hasPassed(seconds: 120, since: claim.metadata.creationTimestamp)
        else { return }
        let id = ObjectID(claim)
        let volumes = context.all(PersistentVolume.self).filter { $0.storageClassName == className }
        let free = volumes.filter { $0.phase == "Available" }
        let wanted = claim.requests["storage"] ?? "no size"
        var cause =
            "Volumes of \(className.isEmpty ? "no class" : "class \(className)") are made by hand, and there is none."
        if let nearest = free.max(by: { amount($0) < amount($1) }) {
            cause =
                "The largest free volume is \(nearest.metadata.name) with \(nearest.capacity["storage"] ?? "no size"), "
                + "\(nearest.accessModes.joined(separator: ", "))."
        } else if !volumes.isEmpty {
            cause =
                "All \(volumes.count) volumes of that class are taken"
                + (volumes.contains { $0.phase == "Released" }
                    ? "; one that was released must be freed by hand (spec.claimRef)." : ".")
        }
        report(
            claim, key: "no volume",
            title: "No volume fits: asks for \(wanted), \(claim.accessModes.joined(separator: ", "))", cause: cause,
            nextStep: "Make a volume that fits, or name a storage class that makes them.", command: "kubectl get pv",
            evidence: [
                Evidence(id, "spec.resources.requests[storage]", wanted),
                Evidence(id, "spec.storageClassName", className.isEmpty ? "\"\"" : className),
            ] + volumes.prefix(3).map { Evidence(ObjectID($0), "status.phase", $0.phase) },
            related: volumes.prefix(3).map { ObjectID($0) }, &context)
    }

    private static func amount(_ volume: PersistentVolume) -> Int64 {
        volume.capacity["storage"].flatMap { Quantity($0) }?.value ?? 0
    }
}
