import Diagnosis
import KubernetesModel

/// A node of a tree: an object, something in one, or what should be there and is not.
package final class XrayNode: Sendable {
    package enum Content: Sendable {
        case object(any StoredObject, ResourceKind)
        /// One container of a pod.
        case container(Stored<Pod>, name: String, ContainerRole)
        /// What is named and cannot be shown.
        case absent(ObjectID, Absence)
        /// What the nodes below have in common.
        case heading(String)
        /// What could not be looked at, in a sentence.
        case note(String)
    }

    package enum ContainerRole: Sendable, Equatable { case initial, sidecar, main }

    /// Why what is named is not shown.
    package enum Absence: Sendable, Equatable {
        /// It does not exist.
        case missing
        /// It does not exist, and is not needed.
        case optional
        /// Its kind cannot be read, or not yet.
        case unknown
    }

    /// How many objects there are below a node, and how they are.
    package struct Tally: Sendable, Equatable {
        package var objects = 0
        package var pods = 0
        package var broken = 0
        package var degraded = 0

        mutating func add(_ node: XrayNode) {
            objects += node.below.objects
            pods += node.below.pods
            broken += node.below.broken
            degraded += node.below.degraded
            switch node.content {
            case .object(_, let kind):
                objects += 1
                if kind == Pod.kind { pods += 1 }
            case .absent: objects += 1
            case .container, .heading, .note: return
            }
            if node.health == .broken { broken += 1 }
            if node.health == .degraded { degraded += 1 }
        }
    }

    /// The same for the same object at the same place, for as long as the program runs.
    package let id: Int
    package let content: Content
    /// What it is to the node above, such as `volume data`.
    package let how: String
    /// What is wrong beside its own status, such as `needs secret/db`; empty for nothing.
    package let remark: String
    package let health: Health
    /// Known at once; a pod's own parts are made when it is unfolded.
    let children: [XrayNode]
    package let below: Tally
    /// Whether it is unfolded until somebody folds it.
    let isOpenAtFirst: Bool

    init(
        id: Int, _ content: Content, how: String = "", remark: String = "", health: Health = .fine,
        children: [XrayNode] = [],
        isOpenAtFirst: Bool = true
    ) {
        self.id = id
        self.content = content
        self.how = how
        self.remark = remark
        self.health = health
        self.children = children
        self.isOpenAtFirst = isOpenAtFirst
        var below = Tally()
        for child in children { below.add(child) }
        self.below = below
    }

    /// The pod whose parts can be shown below it.
    var pod: Stored<Pod>? {
        if case .object(let object, _) = content { object as? Stored<Pod> } else { nil }
    }

    /// Whether there is something to unfold.
    package var isFoldable: Bool { !children.isEmpty || pod != nil }

    /// The object that it stands for: of a container its pod.
    package var object: ObjectID? {
        switch content {
        case .object(let object, let kind):
            let metadata = object.metadata
            return ObjectID(
                group: kind.groupResource.group, kind: kind.kind, namespace: metadata.namespace, name: metadata.name)
        case .container(let pod, _, _): return ObjectID(pod.value)
        case .absent(let id, _): return id
        case .heading, .note: return nil
        }
    }
}
