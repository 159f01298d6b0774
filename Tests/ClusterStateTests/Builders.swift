import ClusterState
import KubernetesModel

/// A pod with what the indexes read.
func pod(
    _ name: String, in namespace: String = "demo", uid: String? = nil, version: Int = 1, labels: Labels = [:],
    owners: [String] = [], node: String = ""
) -> Stored<Pod> {
    var pod = Pod()
    pod.metadata.name = name
    pod.metadata.namespace = namespace
    pod.metadata.uid = uid ?? "uid-\(namespace)-\(name)"
    pod.metadata.resourceVersion = version == 0 ? "" : "\(version)"
    pod.metadata.labels = labels
    pod.metadata.ownerReferences = owners.map { uid in
        var owner = OwnerReference()
        owner.uid = uid
        return owner
    }
    pod.nodeName = node
    return Stored(pod)
}

/// A store whose first list had these objects.
func listedStore(_ objects: [any StoredObject] = [], logLimit: Int = 1024) -> KindStore {
    var store = KindStore(storeID: 1, logLimit: logLimit)
    store.beginList()
    store.receive(objects)
    store.endList()
    store.setState(.ready)
    return store
}

/// `namespace/name@resourceVersion`, ascending.
func summary(_ objects: some Sequence<any StoredObject>) -> [String] {
    objects.map { "\($0.metadata.namespace)/\($0.metadata.name)@\($0.metadata.resourceVersion)" }.sorted()
}

func summary(_ pods: some Sequence<Stored<Pod>>) -> [String] { summary(pods.map { $0 as any StoredObject }) }
