import KubernetesModel

/// Which logs a log view shows.
package struct LogOrder: Sendable, Hashable {
    package enum Subject: Sendable, Hashable {
        case pod(String)
        /// All pods of a workload or Service, by its resource, such as `deployments`.
        case workload(resource: String, name: String)
        /// All pods with these labels, as `kubectl -l` takes them.
        case selector(String)
    }

    /// One of what the logs are of.
    package struct Target: Sendable, Hashable {
        /// Empty for all namespaces, which only a selector can be about.
        package var namespace: String
        package var subject: Subject
        /// The container that is meant where the order does not name others.
        package var container: String?

        package init(namespace: String, subject: Subject, container: String? = nil) {
            self.namespace = namespace
            self.subject = subject
            self.container = container
        }

        /// Such as `deploy/web` or `web-0`.
        var title: String {
            let name =
                switch subject {
                case .pod(let name): name
                case .workload(let resource, let name): (LogOrder.shortNames[resource] ?? resource) + "/" + name
                case .selector(let text): "-l \(text)" + (namespace.isEmpty ? " -A" : "")
                }
            return container.map { "\(name)/\($0)" } ?? name
        }
    }

    /// Which containers of each pod.
    package enum Containers: Sendable, Hashable {
        /// The one that the target or the pod's annotation names, or its first.
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

    /// At least one.
    package var targets: [Target]
    package var containers = Containers.usual
    package var previous = false
    package var range = Range.tail(1000)

    package init(namespace: String, subject: Subject) {
        targets = [Target(namespace: namespace, subject: subject)]
    }

    /// Logs of several targets in one.
    package init(_ targets: [Target]) {
        self.targets = targets
    }

    /// Whether there may be several pods.
    package var isOfMany: Bool {
        guard let first = targets.first, case .pod = first.subject else { return true }
        return targets.contains { $0.namespace != first.namespace || $0.subject != first.subject }
    }

    /// Such as `deploy/web`, `web-0` or `web-0, web-1, …`.
    package var title: String {
        let titles = targets.map(\.title)
        guard titles.count > 3 else { return titles.joined(separator: ", ") }
        return titles.prefix(2).joined(separator: ", ") + " and \(titles.count - 2) more"
    }

    fileprivate static let shortNames = [
        "deployments": "deploy", "statefulsets": "sts", "daemonsets": "ds", "replicasets": "rs", "services": "svc",
        "jobs": "job", "cronjobs": "cj", "replicationcontrollers": "rc",
    ]
}

/// A run of a container that is over.
package struct EndedRun: Sendable, Equatable {
    package var exitCode: Int
    package var finishedAt: Timestamp?

    package init(exitCode: Int, finishedAt: Timestamp?) {
        self.exitCode = exitCode
        self.finishedAt = finishedAt
    }
}

/// One container whose log is shown.
package struct LogOrigin: Sendable, Equatable {
    package enum Phase: Sendable, Equatable {
        case reading
        /// Not running; why.
        case waiting(String)
        /// Cannot be read now, and is tried again; why.
        case retrying(String)
        case ended
    }

    package var pod: String
    package var container: String
    package var phase: Phase
    /// Whether it ended because it could not be read.
    package var hasFailed = false
    /// The run that is shown where it is the one before the last restart, as far as it is known.
    package var previousRun: EndedRun?
    /// How it is called on its lines; empty where there is only one.
    package var label: String
    /// Counts pods: those with the same number look alike.
    package var colour: Int

    package init(pod: String, container: String, phase: Phase, label: String = "", colour: Int = 0) {
        self.pod = pod
        self.container = container
        self.phase = phase
        self.label = label
        self.colour = colour
    }
}

/// The logs of an order as they are now.
package struct LogNews: Sendable, Equatable {
    package enum State: Sendable, Equatable {
        case reading
        case ended
        /// The server does not answer; it is asked again at this moment by its clock.
        case retrying(at: Timestamp, String)
        /// Cannot be read.
        case failed(String)
    }

    package var order: LogOrder
    package var text = LogText()
    /// By number, as lines name them; the number of one that is forgotten may be another's later.
    package var origins: [LogOrigin] = []
    /// The names of the containers that there are to choose from.
    package var containers: [String] = []
    package var state = State.reading
    /// Pods of which nothing is read, because there are too many.
    package var podsLeftOut = 0

    package init(_ order: LogOrder) {
        self.order = order
    }
}
