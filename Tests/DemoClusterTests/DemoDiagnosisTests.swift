import ClusterState
import Diagnosis
import KubernetesModel
import Testing

@testable import DemoCluster

/// What diagnosis makes of the demo cluster.
struct DemoDiagnosisTests {
    /// The rule that names the true cause of each object whose manifest says in `example.com/fault` what is wrong.
    private static let older = [
        "Deployment shop/cart": "pod/not-ready", "Deployment shop/checkout": "pod/crash-loop",
        "Deployment shop/recommendations": "pod/image-pull", "Deployment shop/search": "pod/out-of-memory",
        "Deployment shop/image-resizer": "pod/config-error", "Service shop/search-next": "service/selector",
        "Ingress shop/search": "ingress/backend", "Service shop/partner-api": "service/load-balancer-pending",
        "StatefulSet payments/ledger-db": "pod/scheduling", "Deployment payments/fraud-model": "pod/scheduling",
        "Deployment payments/ledger": "pod/crash-loop", "Deployment payments/webhooks": "pod/not-ready",
        "Pod payments/settlement-batch": "pod/terminating", "Job payments/reconcile-20261120": "pod/failed",
        "PersistentVolumeClaim payments/data-ledger-db-2": "pvc/not-bound",
        "Ingress payments/payments": "ingress/tls-secret", "Service delivery/dispatch": "service/selector",
        "Service delivery/dispatch-metrics": "service/target-port",
        "Ingress delivery/dispatch": "ingress/backend", "Ingress delivery/tracking": "ingress/backend",
        "Ingress delivery/fleet": "ingress/class", "Deployment delivery/route-planner": "pod/probe-kills",
        "Deployment delivery/geocoder": "pod/probe-inert", "Deployment delivery/weather": "pod/volume",
        "Deployment delivery/image-recognition": "pod/scheduling",
        "Deployment delivery/simulator": "replicaset/pods-refused",
        "Deployment delivery/battery-monitor": "replicaset/pods-refused",
        "HorizontalPodAutoscaler delivery/planner": "hpa/target",
        "PodDisruptionBudget delivery/tracker": "pdb/blocks-eviction",
        "NetworkPolicy delivery/tracker": "networkpolicy/selector", "CronJob delivery/log-drones": "cronjob/suspended",
    ]

    /// The rule that names the cause of each object of the namespaces in which there is one for every failure.
    private static let catalogue: [(rule: String, kind: String, namespace: String, names: String)] = [
        (
            "pod/image-pull", "Pod", "lab-pods",
            "pull-no-tag pull-no-manifest pull-no-host pull-denied pull-forbidden pull-rate-limit "
                + "pull-certificate pull-timeout pull-platform pull-registry-down pull-signature image-name-invalid "
                + "image-never-pull image-inspect"
        ),
        (
            "pod/config-error", "Pod", "lab-pods",
            "config-no-configmap config-no-secret config-no-key config-run-as-root config-user-name"
        ),
        (
            "pod/create-error", "Pod", "lab-pods",
            "create-no-program create-no-permission create-name-taken hook-pre-create hook-pre-start hook-post-start"
        ),
        (
            "pod/crash-loop", "Pod", "lab-pods",
            "exit-0 exit-1 exit-2 exit-126 exit-127 exit-134 exit-136 exit-139 exit-143 lost-container "
                + "init-fails"
        ),
        ("pod/out-of-memory", "Pod", "lab-pods", "oom-killed oom-child"),
        ("pod/failed", "Pod", "lab-pods", "deadline"),
        (
            "pod/evicted", "Pod", "lab-pods",
            "evicted-memory evicted-disk evicted-own-disk evicted-volume evicted-total rejected-cpu "
                + "rejected-memory rejected-pods rejected-affinity rejected-device rejected-sysctl node-shutdown "
                + "node-shutting-down rejected-disk rejected-apparmor rejected-volumes"
        ),
        (
            "pod/volume", "Pod", "lab-pods",
            "mount-no-configmap mount-no-secret mount-no-key mount-permission mount-timeout attach-multi "
                + "attach-failed mount-not-registered"
        ),
        ("pod/waiting", "Pod", "lab-pods", "pull-slow silent-kubelet device-claim"),
        ("pod/sandbox", "Pod", "lab-pods", "sandbox-no-address sandbox-cni sandbox-runtime-class network-not-ready"),
        ("pod/sandbox", "Pod", "lab-pods", "sandbox-name-taken"), ("pod/sandbox", "Pod", "lab-scheduling", "resident"),
        ("pod/readiness-gate", "Pod", "lab-pods", "readiness-gate"),
        ("pod/terminating", "Pod", "lab-pods", "stuck-finalizer"),
        (
            "pod/scheduling", "Pod", "lab-scheduling",
            "too-much-cpu too-much-memory too-much-disk no-device no-node-label no-node-affinity host-port-b "
                + "no-affinity loner-b shunned no-spread-label meek no-claim unbound-claim claim-being-deleted "
                + "lost-claim wrong-zone exclusive-b one-disk-b no-free-volume no-storage-left no-ephemeral-claim "
                + "no-toleration too-many-pods no-scale-up"
        ),
        ("pod/scheduling-gate", "Pod", "lab-scheduling", "held-back"),
        ("pvc/not-bound", "PersistentVolumeClaim", "lab-scheduling", "no-class no-provisioner static lost"),
        ("pvc/terminating", "PersistentVolumeClaim", "lab-scheduling", "going"),
        ("pod/node-lost", "Deployment", "lab-scheduling", "survey"),
        ("pod/node-lost", "StatefulSet", "lab-scheduling", "archive"),
        ("node/not-ready", "Node", "", "node-4 node-5"), ("node/pressure", "Node", "", "node-2"),
        ("replicaset/pods-refused", "Deployment", "lab-restricted", "too-free too-large too-small"),
        ("replicaset/pods-refused", "Deployment", "lab-webhook", "judged"),
        ("replicaset/pods-refused", "Deployment", "lab-policy", "denied"),
        ("service/selector", "Service", "lab-services", "no-pods wrong-case old-version only-ended"),
        ("service/not-ready", "Service", "lab-services", "no-address none-ready loopback all-leaving"),
        ("service/external-name", "Service", "lab-services", "external-address"),
        ("service/no-endpoints", "Service", "lab-services", "by-hand"),
        ("service/scaled-to-zero", "Service", "lab-services", "scaled-to-zero"),
        ("service/target-port", "Service", "lab-services", "no-port-name wrong-protocol"),
        ("service/ip-family", "Service", "lab-services", "ipv6-only"),
        ("service/several-owners", "Service", "lab-services", "too-broad"),
        ("pod/not-ready", "Deployment", "lab-services", "unready loopback"),
        ("pod/image-pull", "Pod", "lab-services", "waiting"),
        ("pod/terminating", "Pod", "lab-services", "leaving"),
        ("ingress/backend", "Ingress", "lab-services", "no-service no-port"),
        ("hpa/metrics", "HorizontalPodAutoscaler", "lab-services", "no-requests"),
        ("hpa/at-maximum", "HorizontalPodAutoscaler", "lab-services", "at-maximum"),
        ("pdb/selector", "PodDisruptionBudget", "lab-services", "no-pods"),
        (
            "pod/not-ready", "Pod", "lab-probes",
            "wrong-port loopback path-404 path-401 path-403 https-to-http http-to-https redirect-to-https "
                + "timeout exec-slow exec-fails grpc-not-serving grpc-no-health grpc-tls other-host tcp-refused "
                + "tcp-timeout ipv6-bind rate-limited host-header mesh-mtls grpc-unknown-service"
        ),
        ("pod/crash-loop", "Pod", "lab-probes", "host-network"),
        (
            "pod/probe-inert", "Pod", "lab-probes",
            "named-port named-port-startup named-port-liveness exec-missing redirect-elsewhere"
        ),
        ("pod/probe-kills", "Pod", "lab-probes", "slow-start startup-too-short restart-storm identical"),
        ("pod/readiness-gate", "Pod", "lab-probes", "gate"),
    ]

    private static var causes: [String: String] {
        catalogue.reduce(into: older) { causes, row in
            let place = row.namespace.isEmpty ? row.kind : "\(row.kind) \(row.namespace)/"
            for name in row.names.split(separator: " ") {
                causes[row.namespace.isEmpty ? "\(place) \(name)" : "\(place)\(name)"] = row.rule
            }
        }
    }

    /// Faults that no rule speaks of, as their annotations say: they are a matter of taste, or of what is meant.
    private static let unknown: Set = [
        "Service lab-services/published-anyway", "Service lab-services/headless-ports",
        "Service lab-services/local-only", "NetworkPolicy lab-services/deny-all", "Service lab-services/stale",
        "Service lab-services/sticky", "Service lab-services/own-node", "Ingress lab-services/wrong-scheme",
        "Pod lab-pods/restarts-together", "Pod lab-pods/sandbox-changes", "Pod lab-probes/sidecar-only",
        "Pod lab-probes/patient",
    ]

    @Test(arguments: [0, 40, 400])
    func theCauseOfEveryFaultIsNamedAndNothingElseIsAccused(steps: Int) throws {
        var (simulation, store) = DemoSimulation.begin(try .standard(), at: beginning)
        var now = beginning
        for _ in 0..<steps {
            now = now.adding(seconds: 3)
            simulation.step(at: now, in: &store)
        }
        let labelled = Self.labelled(in: store)
        let expected = Set(Self.causes.keys).union(Self.unknown)
        // The others are incidents that are going on.
        #expect(labelled.isSuperset(of: expected), "\(expected.subtracting(labelled))")
        #expect(labelled.subtracting(expected).allSatisfy { $0.contains(" drones/") || $0 == "Node node-3" })
        var report = Diagnosis.evaluate(try Self.snapshot(of: store), now: now)
        // What flaps is well for a while.
        for _ in 0..<60 where !report.findings.contains(where: { Self.isAbout($0, "Deployment shop/cart") }) {
            now = now.adding(seconds: 3)
            simulation.step(at: now, in: &store)
            report = Diagnosis.evaluate(try Self.snapshot(of: store), now: now)
        }
        for (object, rule) in Self.causes.sorted(by: { $0.key < $1.key }) {
            let found = report.findings.contains { $0.rule == rule && Self.isAbout($0, object) }
            #expect(found, "\(object) has no finding of \(rule)")
        }
        // An event that no rule knows is named all the same.
        #expect(report.findings.contains { $0.title == "Does not start: FailedPrepareDynamicResources" })
        for object in Self.unknown.filter({ $0.hasPrefix("Pod ") }) {
            let found = report.findings.filter { Self.isAbout($0, object) && $0.severity != .hygiene }
            #expect(found.map(\.id) == [], "\(object)")
        }
        // What is found of others follows from these.
        let strangers = report.findings.filter { finding in
            // What incidents leave behind is seen for a while.
            finding.subject.namespace != "drones" && finding.severity != .hygiene
                && !Self.isExplained(finding, by: labelled, in: report)
        }
        #expect(strangers.map(\.id) == [])
    }

    private static func labelled(in store: DemoObjectStore) -> Set<String> {
        var objects: Set<String> = []
        for resource in DemoResource.all {
            for document in store.documents(of: resource)
            where document.at("metadata", "annotations", "example.com/fault") != nil {
                let namespace = document.text("metadata", "namespace")
                let name = document.text("metadata", "name")
                objects.insert("\(resource.kind) \(namespace.isEmpty ? name : "\(namespace)/\(name)")")
            }
        }
        return objects
    }

    private static func isAbout(_ finding: Finding, _ object: String) -> Bool {
        finding.subject.description == object || finding.members.contains { $0.description == object }
    }

    private static func isExplained(_ finding: Finding, by labelled: Set<String>, in report: Report) -> Bool {
        var current: Finding? = finding
        while let here = current {
            if labelled.contains(where: { isAbout(here, $0) }) { return true }
            current = here.causedBy.flatMap { id in report.findings.first { $0.id == id } }
        }
        return false
    }

    static func snapshot(of store: DemoObjectStore) throws -> ClusterSnapshot {
        let interner = StringInterner()
        var kinds: [KindScope: KindSnapshot] = [:]
        for (index, decoder) in KindDecoder.all.enumerated() {
            let resource = decoder.kind.groupResource
            let documents =
                DemoResource.all.first { $0.groupResource == resource }.map { store.documents(of: $0) } ?? []
            let objects = try documents.map { document in
                try document.jsonBytes.withUnsafeBytes { try decoder.decode($0, format: .json, interner: interner) }
            }
            kinds[KindScope(resource, namespace: nil)] = KindSnapshot(
                storeID: UInt64(index), version: 1, state: .ready, objects: objects)
        }
        return ClusterSnapshot(epoch: 1, version: 1, kinds: kinds)
    }
}
