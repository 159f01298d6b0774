import KubernetesModel

/// Something that changes the cluster.
package enum Action: Sendable, Hashable {
    case delete(Deletion)
    /// Of pods, which PodDisruptionBudgets may refuse.
    case evict
    case scale(to: Int)
    case restart
    /// Of pods, which get a container to look into them.
    case debug(Debugging)

    /// The container that a pod gets.
    package struct Debugging: Sendable, Hashable {
        package var image: String
        /// Its name: of no container of the pod.
        package var name: String
        /// The container whose processes it sees; `nil` for none.
        package var target: String?

        package init(image: String, name: String, target: String?) {
            self.image = image
            self.name = name
            self.target = target
        }
    }

    /// How to delete.
    package struct Deletion: Sendable, Hashable {
        /// What becomes of what the object owns.
        package enum Propagation: String, Sendable, CaseIterable {
            case background, foreground, orphan
        }

        package var propagation: Propagation
        /// Whether it is removed at once, without its time to end.
        package var isForced: Bool

        package init(propagation: Propagation = .background, isForced: Bool = false) {
            self.propagation = propagation
            self.isForced = isForced
        }
    }

    /// For sentences, such as `Delete`.
    package var word: String {
        switch self {
        case .delete: "Delete"
        case .evict: "Evict"
        case .scale: "Scale"
        case .restart: "Restart"
        case .debug: "Debug"
        }
    }

    /// What was done, such as `deleted`.
    package var doneWord: String {
        switch self {
        case .delete: "deleted"
        case .evict: "evicted"
        case .scale: "scaled"
        case .restart: "restarted"
        case .debug: "given a container"
        }
    }

    /// The verb and subresource that RBAC must allow.
    package var access: (verb: String, subresource: String) {
        switch self {
        case .delete: ("delete", "")
        case .evict: ("create", "eviction")
        case .scale: ("patch", "scale")
        case .restart: ("patch", "")
        case .debug: ("patch", "ephemeralcontainers")
        }
    }
}

/// An object that an action is about, as it was when the action was asked for.
package struct ActionTarget: Sendable, Hashable {
    package var resource: APIResource
    /// Empty for cluster-scoped objects.
    package var namespace: String
    package var name: String
    package var uid: String
    /// How many replicas it is meant to have; `nil` for what has none.
    package var replicas: Int?

    package init(resource: APIResource, namespace: String, name: String, uid: String, replicas: Int? = nil) {
        self.resource = resource
        self.namespace = namespace
        self.name = name
        self.uid = uid
        self.replicas = replicas
    }
}

/// An action on these objects, which the user confirmed.
package struct ActionOrder: Sendable, Hashable {
    /// Tells orders of one run of the program apart.
    package var id: UInt64
    package var action: Action
    package var targets: [ActionTarget]

    package init(id: UInt64, action: Action, targets: [ActionTarget]) {
        self.id = id
        self.action = action
        self.targets = targets
    }
}

/// What became of an action on one object.
package enum ActionOutcome: Sendable, Hashable {
    /// Done, or begun; with what is to be known about it, which may be nothing.
    case done(String)
    /// Not done, for this reason.
    case failed(String)
    /// Sent, but nobody knows whether it was done.
    case unknown(String)
    /// Not sent, because the user ended it before.
    case notSent
}

/// Whether one may do something in a namespace.
package struct AccessCheck: Sendable, Hashable {
    package var verb: String
    package var resource: GroupResource
    package var subresource: String
    /// Empty for cluster-scoped objects.
    package var namespace: String
    /// Empty for several objects.
    package var name: String

    package init(verb: String, resource: GroupResource, subresource: String, namespace: String, name: String = "") {
        self.verb = verb
        self.resource = resource
        self.subresource = subresource
        self.namespace = namespace
        self.name = name
    }
}
