import KubernetesModel

/// Claims and volumes: classes that work make volumes, and what keeps a claim from having one is said in events.
extension DemoSimulation {
    /// Makers of volumes that run; those of other classes are waited for in vain.
    private static let provisioners: Set = ["ebs.csi.aws.com", "efs.csi.aws.com", "disk.csi.example.com"]
    private static let protection = "kubernetes.io/pvc-protection"

    mutating func runVolumes(in store: inout DemoObjectStore, at now: Timestamp) {
        let classes = store.documents(of: Kinds.storageClasses)
        for claim in store.documents(of: Kinds.claims) {
            let namespace = claim.text("metadata", "namespace")
            let name = claim.text("metadata", "name")
            let users = pods.filter { pod in
                pod.namespace == namespace && !pod.hasEnded
                    && (pod.spec["volumes"]?.elements ?? []).contains {
                        $0.text("persistentVolumeClaim", "claimName") == name
                    }
            }
            if claim.at("metadata", "deletionTimestamp") != nil {
                guard users.isEmpty else { continue }
                // It goes when nothing uses it any more.
                let finalizers = (claim.at("metadata", "finalizers")?.elements ?? [])
                    .filter { $0 != .string(Self.protection) }
                if finalizers.isEmpty {
                    store.delete(Kinds.claims, namespace: namespace, name: name)
                } else {
                    var document = claim
                    document.set("metadata", "finalizers", to: .array(finalizers))
                    store.apply(Kinds.claims, document, at: now)
                }
                continue
            }
            guard claim.text("status", "phase") != "Bound", claim.text("status", "phase") != "Lost" else { continue }
            bind(claim, users: users, classes, in: &store, at: now)
        }
        noteClaims(in: store)
    }

    /// Tells the scheduler of the claims there are.
    mutating func noteClaims(in store: DemoObjectStore) {
        let classes = store.documents(of: Kinds.storageClasses)
        scheduler.claims = [:]
        for claim in store.documents(of: Kinds.claims) {
            let key = "\(claim.text("metadata", "namespace"))/\(claim.text("metadata", "name"))"
            let chosen = Self.storageClass(of: claim, classes)
            let volumeName = claim.text("spec", "volumeName")
            let volume = volumeName.isEmpty ? nil : store.document(of: Kinds.volumes, name: volumeName)
            let terms =
                volume?.at("spec", "nodeAffinity", "required", "nodeSelectorTerms")?.elements.first?
                .at("matchExpressions")?.elements ?? []
            let zones = terms.filter { $0.text("key") == Scheduler.zoneKey }
                .flatMap { $0["values"]?.elements ?? [] }.compactMap(\.text)
            scheduler.claims[key] = Scheduler.Claim(
                isBound: claim.text("status", "phase") == "Bound",
                waitsForConsumer: chosen?.text("volumeBindingMode") == "WaitForFirstConsumer",
                isDeleting: claim.at("metadata", "deletionTimestamp") != nil,
                hasVolume: claim.text("status", "phase") != "Lost"
                    && (volumeName.isEmpty || volume != nil || claim.text("status", "phase") != "Bound"), zones: zones,
                isExclusive: claim.at("spec", "accessModes")?.elements.contains(.string("ReadWriteOncePod")) ?? false,
                driver: volume?.text("spec", "csi", "driver") ?? "",
                obstacle: claim.text("status", "phase") == "Bound"
                    ? "" : Self.obstacle(claim, chosen ?? .null, store.documents(of: Kinds.capacities)))
        }
    }

    /// Why a volume for a claim cannot be made on any node: by whom, or of what.
    private static func obstacle(_ claim: JSONValue, _ chosen: JSONValue, _ capacities: [JSONValue]) -> String {
        if chosen.text("provisioner") == "kubernetes.io/no-provisioner" {
            return "node(s) didn't find available persistent volumes to bind"
        }
        let wanted = Quantity(claim.text("spec", "resources", "requests", "storage"))?.milliValue ?? 0
        let offered = capacities.filter { $0["storageClassName"] == chosen.at("metadata", "name") }
            .map { Quantity($0.text("capacity"))?.milliValue ?? 0 }
        return !offered.isEmpty && offered.allSatisfy { $0 < wanted } ? "node(s) did not have enough free storage" : ""
    }

    private static func storageClass(of claim: JSONValue, _ classes: [JSONValue]) -> JSONValue? {
        guard let name = claim.at("spec", "storageClassName")?.text else {
            return classes.first {
                $0.at("metadata", "annotations", "storageclass.kubernetes.io/is-default-class") == .string("true")
            }
        }
        return classes.first { $0.text("metadata", "name") == name }
    }

    private mutating func bind(
        _ claim: JSONValue, users: [SimulatedPod], _ classes: [JSONValue], in store: inout DemoObjectStore,
        at now: Timestamp
    ) {
        let namespace = claim.text("metadata", "namespace")
        let name = claim.text("metadata", "name")
        let subject = EventRecorder.Subject(
            apiVersion: "v1", kind: "PersistentVolumeClaim", namespace: namespace, name: name,
            uid: claim.text("metadata", "uid"))
        let created = Timestamp(claim.text("metadata", "creationTimestamp")) ?? now
        let age = Int(max(0, min(now.seconds(since: created), 1 << 30)))
        func say(_ reason: String, _ message: String, isWarning: Bool = false) {
            recorder.record(
                subject, isWarning: isWarning, reason, message, component: "persistentvolume-controller",
                count: max(1, age / 15), first: created, at: now, in: &store)
        }
        let wanted = claim.at("spec", "storageClassName")?.text
        guard let chosen = Self.storageClass(of: claim, classes) else {
            if let wanted, !wanted.isEmpty {
                say("ProvisioningFailed", "storageclass.storage.k8s.io \"\(wanted)\" not found", isWarning: true)
            } else {
                say(
                    "FailedBinding", "no persistent volumes available for this claim and no storage class is set",
                    isWarning: false)
            }
            return
        }
        let provisioner = chosen.text("provisioner")
        if chosen.text("volumeBindingMode") == "WaitForFirstConsumer", !users.contains(where: { !$0.node.isEmpty }) {
            if let pod = users.first {
                say(
                    "WaitForPodScheduled", "waiting for pod \(pod.name) to be scheduled")
            } else {
                say("WaitForFirstConsumer", "waiting for first consumer to be created before binding")
            }
            return
        }
        guard Self.provisioners.contains(provisioner) else {
            say(
                "ExternalProvisioning",
                "Waiting for a volume to be created either by the external provisioner '\(provisioner)' or manually by "
                    + "the system administrator. If volume creation is delayed, please verify that the provisioner is "
                    + "running and correctly registered.")
            return
        }
        let volume = "pvc-\(claim.text("metadata", "uid"))"
        makeVolume(volume, for: claim, of: chosen, zone: zone(of: users.first), in: &store, at: now)
        var document = claim
        document.set("spec", "volumeName", to: .string(volume))
        document.fill("spec", "storageClassName", with: .string(chosen.text("metadata", "name")))
        document.set(
            "status",
            to: .members([
                "phase": .string("Bound"), "accessModes": claim.at("spec", "accessModes"),
                "capacity": claim.at("spec", "resources", "requests"),
            ]))
        store.apply(Kinds.claims, document, at: now)
        guard hasBegun else { return }
        let driver = "\(provisioner)_ebs-csi-controller-0"
        for (reason, message) in [
            ("Provisioning", "External provisioner is provisioning volume for claim \"\(namespace)/\(name)\""),
            ("ProvisioningSucceeded", "Successfully provisioned volume \(volume)"),
        ] { recorder.record(subject, reason, message, component: driver, at: now, in: &store) }
    }

    private func zone(of pod: SimulatedPod?) -> String {
        let node = scheduler.nodes.first { $0.text("metadata", "name") == pod?.node } ?? scheduler.nodes.first
        return node?.at("metadata", "labels")?.textMembers[Scheduler.zoneKey] ?? ""
    }

    private func makeVolume(
        _ name: String, for claim: JSONValue, of chosen: JSONValue, zone: String, in store: inout DemoObjectStore,
        at now: Timestamp
    ) {
        let isZonal = chosen.text("provisioner") == "ebs.csi.aws.com" && !zone.isEmpty
        let expression = JSONValue.members([
            "key": .string(Scheduler.zoneKey), "operator": .string("In"), "values": .array([.string(zone)]),
        ])
        let terms = JSONValue.array([.members(["matchExpressions": .array([expression])])])
        let document = JSONValue.members([
            "metadata": .members([
                "name": .string(name), "creationTimestamp": hasBegun ? nil : claim.at("metadata", "creationTimestamp"),
                "annotations": .texts(["pv.kubernetes.io/provisioned-by": chosen.text("provisioner")]),
                "finalizers": .array([.string("kubernetes.io/pv-protection")]),
            ]),
            "spec": .members([
                "capacity": claim.at("spec", "resources", "requests"), "accessModes": claim.at("spec", "accessModes"),
                "persistentVolumeReclaimPolicy": chosen["reclaimPolicy"] ?? .string("Delete"),
                "storageClassName": chosen.at("metadata", "name"), "volumeMode": .string("Filesystem"),
                "csi": .texts(["driver": chosen.text("provisioner"), "volumeHandle": "vol-\(stableHash(name))"]),
                "claimRef": .members([
                    "kind": .string("PersistentVolumeClaim"), "namespace": claim.at("metadata", "namespace"),
                    "name": claim.at("metadata", "name"), "uid": claim.at("metadata", "uid"),
                    "apiVersion": .string("v1"),
                ]),
                "nodeAffinity": isZonal
                    ? .members(["required": .members(["nodeSelectorTerms": terms])]) : nil,
            ]),
            "status": .members(["phase": .string("Bound")]),
        ])
        store.apply(Kinds.volumes, document, at: now)
    }

    /// Lets StatefulSets look again at what their pods wait for: a claim that was deleted may be gone by now.
    mutating func runClaims(in store: inout DemoObjectStore, at now: Timestamp) {
        for workload in workloads where workload.resource == .statefulSets {
            guard workload.manifest.at("spec", "volumeClaimTemplates") != nil else { continue }
            let own = pods(of: workload.key)
            if own.count < workload.replicas { unsettled.insert(workload.key) }
            for pod in own where pod.stage == .unscheduled && !pod.isDeleting {
                claim(for: pod.name, of: workload, created: now, in: &store, at: now)
            }
        }
    }

    /// Whether a claim of a pod of a StatefulSet is being deleted: there is no new pod until it is gone.
    func isLosingClaim(_ pod: String, of workload: SimulatedWorkload, in store: DemoObjectStore) -> Bool {
        (workload.manifest.at("spec", "volumeClaimTemplates")?.elements ?? []).contains { template in
            let name = "\(template.text("metadata", "name"))-\(pod)"
            let claim = store.document(of: Kinds.claims, namespace: workload.namespace, name: name)
            return claim?.at("metadata", "deletionTimestamp") != nil
        }
    }

    /// Makes the claims of a pod of a StatefulSet that are not there.
    mutating func claim(
        for pod: String, of workload: SimulatedWorkload, created: Timestamp, in store: inout DemoObjectStore,
        at now: Timestamp
    ) {
        let templates = workload.manifest.at("spec", "volumeClaimTemplates")?.elements ?? []
        guard !templates.isEmpty else { return }
        var hasMade = false
        for template in templates {
            let name = "\(template.text("metadata", "name"))-\(pod)"
            guard store.document(of: Kinds.claims, namespace: workload.namespace, name: name) == nil else { continue }
            var spec = template["spec"] ?? .object([])
            spec.fill("volumeMode", with: .string("Filesystem"))
            let document = JSONValue.members([
                "metadata": .members([
                    "name": .string(name), "namespace": .string(workload.namespace),
                    "creationTimestamp": .time(created),
                    "labels": workload.manifest.at("spec", "selector", "matchLabels"),
                    "finalizers": .array([.string(Self.protection)]),
                ]),
                "spec": spec, "status": .members(["phase": .string("Pending")]),
            ])
            store.apply(Kinds.claims, document, at: now)
            hasMade = true
        }
        if hasMade { runVolumes(in: &store, at: now) }
    }
}
