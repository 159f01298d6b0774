import ClusterState
import KubernetesModel

@testable import Diagnosis

/// A cluster that tests change, with stores that keep their history.
struct Cluster {
    private var stores: [GroupResource: KindStore] = [:]
    private var objectVersion = 0
    private var version: UInt64 = 0
    /// Of kinds that are not ready.
    var states: [GroupResource: LoadState] = [:]

    init() {
        for (index, decoder) in KindDecoder.all.enumerated() {
            var store = KindStore(storeID: UInt64(index))
            store.setState(.ready)
            stores[decoder.kind.groupResource] = store
        }
    }

    mutating func put<Object: KubernetesObject>(_ object: Object) {
        objectVersion += 1
        var object = object
        object.metadata.resourceVersion = "\(objectVersion)"
        stores[Object.kind.groupResource]?.upsert(Stored(object))
    }

    mutating func remove<Object: KubernetesObject>(_ object: Object) {
        stores[Object.kind.groupResource]?.remove(Stored(object))
    }

    mutating func snapshot() -> ClusterSnapshot {
        version += 1
        var kinds: [KindScope: KindSnapshot] = [:]
        for resource in stores.keys {
            stores[resource]?.setState(states[resource] ?? .ready)
            kinds[KindScope(resource, namespace: nil)] = stores[resource]?.snapshot()
        }
        return ClusterSnapshot(epoch: 1, version: version, kinds: kinds)
    }

    mutating func report() -> Report {
        Diagnosis.evaluate(snapshot(), now: Timestamp(seconds: 0), rules: DiagnosisTests.rules)
    }
}

func pod(
    _ name: String, in namespace: String = "shop", labels: Labels = [:], maker: String = "", node: String = "",
    phase: String
) -> Pod {
    var pod = Pod()
    pod.metadata.name = name
    pod.metadata.namespace = namespace
    pod.metadata.uid = "pod-\(namespace)-\(name)"
    pod.metadata.labels = labels
    if !maker.isEmpty {
        var owner = OwnerReference()
        owner.apiVersion = "apps/v1"
        owner.kind = "ReplicaSet"
        owner.name = maker
        owner.uid = "rs-\(maker)"
        owner.controller = true
        pod.metadata.ownerReferences = [owner]
    }
    pod.nodeName = node
    pod.status.phase = phase
    return pod
}

func service(_ name: String, in namespace: String = "shop", selector: Labels) -> Service {
    var service = Service()
    service.metadata.name = name
    service.metadata.namespace = namespace
    service.metadata.uid = "service-\(namespace)-\(name)"
    service.spec.selector = selector
    return service
}

func rule<Subject: KubernetesObject>(
    _ id: String, _ subject: Subject.Type, needs: [any KubernetesObject.Type],
    evaluate: @escaping @Sendable (Subject, inout RuleContext) -> Void
) -> DiagnosisRule {
    DiagnosisRule(
        id: id, title: "t", severity: .broken, remedy: "r.", source: "https://example.com", subject: subject,
        needs: needs, evaluate: evaluate)
}

func draft(
    _ title: String, severity: Severity? = nil, owner: ObjectID? = nil, explainedBy: [ObjectID] = []
) -> FindingDraft {
    FindingDraft(
        severity: severity, title: title, cause: "c", nextStep: "n", evidence: [], owner: owner,
        explainedBy: explainedBy)
}
