import KubernetesModel

/// Which logs to read, and how much of them.
package struct LogQuery: Sendable, Equatable {
    /// Which containers of a pod.
    package enum Containers: Sendable, Equatable {
        /// The one that the pod's annotation names, or its first.
        case usual
        case named(String)
        case all
    }

    package var namespace: String
    package var target: LogTarget
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
    /// Whether lines are shown with their stamps, so that those that old kubelets put inside of long lines stay.
    package var showsTimestamps = false

    /// Whether only the end of each log is wanted.
    var isOfEnd: Bool { tailLines != nil || sinceSeconds != nil || sinceTime != nil }

    package init(namespace: String, target: LogTarget) {
        self.namespace = namespace
        self.target = target
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
    package var pod: String
    package var container: String
}
