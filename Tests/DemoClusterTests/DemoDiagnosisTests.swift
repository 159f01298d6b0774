import ClusterState
import Diagnosis
import KubernetesModel
import Testing

@testable import DemoCluster

/// What diagnosis makes of the demo cluster.
struct DemoDiagnosisTests {
    /// The rule that names the true cause of each object whose manifest says in `example.com/fault` what is wrong.
    private static let causes = [
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

    @Test(arguments: [0, 40, 400])
    func theCauseOfEveryFaultIsNamedAndNothingElseIsAccused(steps: Int) throws {
        var (simulation, store) = DemoSimulation.begin(try .standard(), at: beginning)
        var now = beginning
        for _ in 0..<steps {
            now = now.adding(seconds: 3)
            simulation.step(at: now, in: &store)
        }
        let labelled = Self.labelled(in: store)
        #expect(labelled == Set(Self.causes.keys))
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
        // What is found of others follows from these, or is a matter of the nodes.
        let strangers = report.findings.filter { finding in
            finding.severity != .hygiene && !Self.isExplained(finding, by: labelled, in: report)
        }
        #expect(strangers.map(\.id) == ["node/pressure:node//node-2#MemoryPressure"])
    }

    private static func labelled(in store: DemoObjectStore) -> Set<String> {
        var objects: Set<String> = []
        for resource in DemoResource.all {
            for document in store.documents(of: resource)
            where document.at("metadata", "annotations", "example.com/fault") != nil {
                let namespace = document.text("metadata", "namespace")
                objects.insert("\(resource.kind) \(namespace)/\(document.text("metadata", "name"))")
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

    private static func snapshot(of store: DemoObjectStore) throws -> ClusterSnapshot {
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
