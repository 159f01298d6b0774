import Diagnosis
import KubernetesModel

/// Which objects of a kind a table shows, when it was reached from another object: a Deployment's pods, a node's pods.
package struct Restriction: Sendable, Equatable {
    package enum Members: Sendable, Equatable {
        /// Matched by a label selector.
        case selector(LabelSelector)
        /// Carrying all these labels; none selects nothing, as in a Service.
        case labels(Labels)
        /// Pods bound to a node.
        case node(String)
        /// With one of these names.
        case names(Set<String>)
        /// Events about one of these objects.
        case about(Set<ObjectID>)
    }

    package var members: Members
    /// What it was reached from, such as `deployments/web`.
    package var title: String

    package init(_ members: Members, title: String) {
        self.members = members
        self.title = title
    }

    func contains(_ object: any StoredObject) -> Bool {
        switch members {
        case .selector(let selector): selector.matches(object.metadata.labels)
        case .labels(let labels):
            !labels.isEmpty && labels.pairs.allSatisfy { object.metadata.labels[$0.key] == $0.value }
        case .node(let name): (object as? Stored<Pod>)?.value.nodeName == name
        case .names(let names): names.contains(object.metadata.name)
        case .about(let objects):
            (object as? Stored<Event>).map { event in
                let reference = event.value.involvedObject
                return objects.contains {
                    $0.name == reference.name && $0.kind == reference.kind && $0.namespace == reference.namespace
                }
            } ?? false
        }
    }
}
