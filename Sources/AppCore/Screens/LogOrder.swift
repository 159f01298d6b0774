import KubernetesModel

/// Which logs a log view shows.
package struct LogOrder: Sendable, Hashable {
    package enum Subject: Sendable, Hashable {
        case pod(String)
        /// All pods of a workload or Service, by its resource, such as `deployments`.
        case workload(resource: String, name: String)
    }

    /// Which containers of each pod.
    package enum Containers: Sendable, Hashable {
        /// The one that the pod's annotation names, or its first.
        case usual
        case named(String)
        case all
    }

    /// From when on.
    package enum Range: Sendable, Hashable {
        /// The last so many lines of each log.
        case tail(Int)
        case start
        case minutes(Int)
    }

    package var namespace: String
    package var subject: Subject
    package var containers = Containers.usual
    package var previous = false
    package var range = Range.tail(1000)

    package init(namespace: String, subject: Subject) {
        self.namespace = namespace
        self.subject = subject
    }

    /// Such as `deploy/web` or `web-0`.
    package var title: String {
        switch subject {
        case .pod(let name): name
        case .workload(let resource, let name):
            (Self.shortNames[resource] ?? resource) + "/" + name
        }
    }

    private static let shortNames = [
        "deployments": "deploy", "statefulsets": "sts", "daemonsets": "ds", "replicasets": "rs", "services": "svc",
        "jobs": "job", "cronjobs": "cj",
    ]
}

/// One container whose log is shown.
package struct LogOrigin: Sendable, Equatable {
    package enum Phase: Sendable, Equatable {
        case reading
        /// Not running; why.
        case waiting(String)
        case ended
    }

    package var pod: String
    package var container: String
    package var phase: Phase

    package init(pod: String, container: String, phase: Phase) {
        self.pod = pod
        self.container = container
        self.phase = phase
    }
}

/// The logs of an order as they are now.
package struct LogNews: Sendable, Equatable {
    package enum State: Sendable, Equatable {
        case reading
        case ended
        /// Cannot be read; goes on by itself when `retries`.
        case failed(String, retries: Bool)
    }

    package var order: LogOrder
    package var text = LogText()
    /// By number, as lines name them.
    package var origins: [LogOrigin] = []
    /// The names of the containers that there are to choose from.
    package var containers: [String] = []
    package var state = State.reading

    package init(_ order: LogOrder) {
        self.order = order
    }
}
