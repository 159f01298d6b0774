import KubernetesModel

/// Whose logs, and where.
package struct LogScope: Sendable, Equatable {
    /// Empty for all namespaces, which only a selector can be about.
    package var namespace: String
    package var target: LogTarget
    /// The container that is meant where the query says `usual`.
    package var container: String?

    package init(namespace: String, target: LogTarget, container: String? = nil) {
        self.namespace = namespace
        self.target = target
        self.container = container
    }
}

/// Which logs to read, and how much of them.
package struct LogQuery: Sendable, Equatable {
    /// Which containers of a pod.
    package enum Containers: Sendable, Equatable {
        /// The one that the scope or the pod's annotation names, or its first.
        case usual
        case named(String)
        case all
    }

    /// At least one.
    package var scopes: [LogScope]
    package var containers = Containers.usual
    package var follow = false
    package var previous = false
    /// Only so many lines from the end of each; `nil` for all.
    package var tailLines: Int?
    package var sinceSeconds: Int?
    package var sinceTime: Timestamp?
    package var limitBytes: Int?
    /// How many logs are read at once, at most.
    package var maximumStreams = 50
    /// Whether they are for a screen: some are left out when there are too many, rather than all refused, and which
    /// container was chosen is not told.
    package var isOnScreen = false
    /// Whether lines are shown with their stamps, so that those that old kubelets put inside of long lines stay.
    package var showsTimestamps = false

    /// Whether only the end of each log is wanted.
    var isOfEnd: Bool { tailLines != nil || sinceSeconds != nil || sinceTime != nil }

    package init(namespace: String, target: LogTarget) {
        scopes = [LogScope(namespace: namespace, target: target)]
    }

    /// A query about several targets at once.
    package init(_ scopes: [LogScope]) {
        self.scopes = scopes
    }
}

/// Whose pods' logs to read.
package enum LogTarget: Sendable, Equatable {
    case pod(String)
    /// A workload or Service, by its kind and name.
    case workload(LogWorkload, String)
    /// A label selector as `kubectl -l` takes it.
    case selector(String)

    /// A target written as for `kubectl logs`: `web-0`, `pod/web-0`, `deploy/web`.
    ///
    /// - Throws: in words, when the kind has no logs.
    package init(parsing text: String) throws(LogFailure) {
        guard let slash = text.firstIndex(of: "/") else {
            self = .pod(text)
            return
        }
        let kind = text[..<slash].lowercased()
        let name = String(text[text.index(after: slash)...])
        guard !name.isEmpty, !name.contains("/") else {
            throw LogFailure("\(text) names no object: write POD or KIND/NAME, such as deploy/web")
        }
        let plain = kind.split(separator: ".").first.map(String.init) ?? kind
        if ["po", "pod", "pods"].contains(plain) {
            self = .pod(name)
        } else if let workload = LogWorkload.allCases.first(where: { $0.names.contains(plain) }) {
            self = .workload(workload, name)
        } else {
            let known = LogWorkload.allCases.compactMap(\.names.last).joined(separator: ", ")
            throw LogFailure("\(kind) has no logs: write a pod, or one of \(known) and its name")
        }
    }
}

/// A kind of object that has pods.
package enum LogWorkload: Sendable, Equatable, CaseIterable {
    case deployment, replicaSet, statefulSet, daemonSet, job, cronJob, service, replicationController

    /// How it is written, the plural last.
    var names: [String] {
        switch self {
        case .deployment: ["deploy", "deployment", "deployments"]
        case .replicaSet: ["rs", "replicaset", "replicasets"]
        case .statefulSet: ["sts", "statefulset", "statefulsets"]
        case .daemonSet: ["ds", "daemonset", "daemonsets"]
        case .job: ["job", "jobs"]
        case .cronJob: ["cj", "cronjob", "cronjobs"]
        case .service: ["svc", "service", "services"]
        case .replicationController: ["rc", "replicationcontroller", "replicationcontrollers"]
        }
    }

    /// Where servers offer it, the usual version first.
    var resources: [APIResource] {
        let group =
            switch self {
            case .deployment, .replicaSet, .statefulSet, .daemonSet: "apps"
            case .job, .cronJob: "batch"
            case .service, .replicationController: ""
            }
        // CronJobs are v1 since Kubernetes 1.21.
        return (self == .cronJob ? ["v1", "v1beta1"] : ["v1"]).map { version in
            APIResource(
                groupResource: GroupResource(group: group, resource: names.last ?? ""), version: version,
                kind: "\(self)".prefix(1).uppercased() + "\(self)".dropFirst())
        }
    }
}

/// Why logs cannot be read, in words for people.
package struct LogFailure: Error, Sendable, Equatable, CustomStringConvertible {
    package var description: String

    package init(_ description: String) { self.description = description }
}

/// One container whose log is read.
package struct LogSource: Sendable, Hashable {
    /// Counts up from 0 within a feed.
    package var id: Int
    package var namespace: String
    package var pod: String
    /// What made the pod, such as the name of its Deployment; empty when nothing did.
    package var workload = ""
    package var container: String
    /// Whether other containers of the pod are read too.
    package var hasOthers = false
    /// Whether its pod was there when the feed began.
    package var wasThere = true

    package init(
        id: Int = 0, namespace: String, pod: String, workload: String = "", container: String, hasOthers: Bool = false,
        wasThere: Bool = true
    ) {
        self.id = id
        self.namespace = namespace
        self.pod = pod
        self.workload = workload
        self.container = container
        self.hasOthers = hasOthers
        self.wasThere = wasThere
    }
}

/// Why something cannot be read now, and when it is tried again.
package struct LogOutage: Sendable, Equatable {
    package var failure: APIFailure
    /// By the clock of this machine.
    package var retryAt: Timestamp

    package init(failure: APIFailure, retryAt: Timestamp) {
        self.failure = failure
        self.retryAt = retryAt
    }
}
