import KubernetesModel

/// Decides which containers' logs are read, as pods come and go.
package struct LogDirector: Sendable {
    /// A log to be read from now on.
    package struct Start: Sendable, Equatable {
        package var uid: String
        package var source: LogSource
        package var state: LogContainerState
    }

    package struct Change: Sendable {
        package var starts: [Start] = []
        package var states: [(Int, LogContainerState)] = []
        package var notices: [String] = []
    }

    private struct Key: Hashable {
        var uid: String
        var container: String
    }

    /// A pod and those of its containers that are meant.
    private struct Wanted {
        var pod: Pod
        var containers: [String]
        /// Whether the containers were chosen here.
        var isDefaulted: Bool
    }

    private let query: LogQuery
    /// The pods of each scope.
    private var pods: [[Pod]]
    private var known: [Key: Int] = [:]
    /// Pods that came, and how many containers were added to them since they began.
    private var seen: [String: Int] = [:]
    private var saidLimit = false
    /// The scopes with a pod of a StatefulSet, whose name the next one has too.
    private var returning: Set<Int> = []
    /// The names of the containers of all pods, as they came.
    package private(set) var containers: [String] = []

    package init(query: LogQuery) {
        self.query = query
        pods = Array(repeating: [], count: query.scopes.count)
    }

    /// The logs of the pods that are there at first.
    ///
    /// - Parameter pods: those of each scope.
    /// - Returns: which logs to read, and what to tell.
    /// - Throws: when there is no such container, or there are too many.
    package mutating func begin(_ pods: [[Pod]]) throws(LogFailure) -> Change {
        for (scope, pods) in zip(self.pods.indices, pods) { set(pods, of: scope) }
        var change = Change()
        let wanted = wanted()
        let count = wanted.reduce(0) { $0 + $1.containers.count }
        if query.follow && count > query.maximumStreams && !query.isOnScreen {
            throw LogFailure(
                "there are \(count) logs to follow, and at most \(query.maximumStreams) are followed at once; "
                    + "use --max-log-requests to raise the limit")
        }
        if count > query.maximumStreams && query.isOnScreen {
            saidLimit = true
            change.notices.append(
                "\(count - query.maximumStreams) of \(count) logs are left out: \(query.maximumStreams) are read at once"
            )
        }
        for item in wanted { add(item, wasThere: true, &change) }
        if change.starts.isEmpty, let pod = wanted.first?.pod, let name = absentContainer {
            throw LogFailure(
                "container \(name) is not valid for pod \(pod.metadata.name); it has: "
                    + pod.allContainers.joined(separator: ", "))
        }
        return change
    }

    /// The container that is asked for by name.
    private var absentContainer: String? {
        switch query.containers {
        case .named(let name): name
        case .usual: query.scopes.lazy.compactMap(\.container).first
        case .all: nil
        }
    }

    /// Says which number a log got.
    package mutating func note(_ source: LogSource, _ start: Start) {
        known[Key(uid: start.uid, container: start.source.container)] = source.id
    }

    /// What has changed with the pods of a scope.
    package mutating func update(_ pods: [Pod], of scope: Int = 0) -> Change {
        set(pods, of: scope)
        var change = Change()
        var present: Set<Key> = []
        let wanted = wanted()
        for item in wanted {
            add(item, wasThere: false, &change)
            for name in item.containers {
                let key = Key(uid: item.pod.metadata.uid, container: name)
                present.insert(key)
                if let id = known[key] { change.states.append((id, item.pod.logState(of: name))) }
            }
        }
        for (key, id) in known where !present.contains(key) {
            change.states.append((id, LogContainerState(.gone)))
            known[key] = nil
        }
        let uids = Set(wanted.map(\.pod.metadata.uid))
        seen = seen.filter { uids.contains($0.key) }
        return change
    }

    private mutating func set(_ pods: [Pod], of scope: Int) {
        self.pods[scope] = pods
        if pods.contains(where: { $0.metadata.controller?.kind == "StatefulSet" }) { returning.insert(scope) }
    }

    /// How many pods there are of which nothing is read, because there are too many.
    package var podsLeftOut: Int {
        wanted().count { item in
            !item.containers.isEmpty
                && item.containers.allSatisfy { known[Key(uid: item.pod.metadata.uid, container: $0)] == nil }
        }
    }

    /// The pods of all scopes, each once, by scope.
    private func wanted() -> [Wanted] {
        var wanted: [Wanted] = []
        var indexes: [String: Int] = [:]
        for (scope, pods) in zip(query.scopes, pods) {
            for pod in pods {
                let names = query.containers.names(in: pod, usual: scope.container)
                let isDefaulted = query.containers == .usual && scope.container == nil
                if let index = indexes[pod.metadata.uid] {
                    wanted[index].containers += names.filter { !wanted[index].containers.contains($0) }
                } else {
                    indexes[pod.metadata.uid] = wanted.count
                    wanted.append(Wanted(pod: pod, containers: names, isDefaulted: isDefaulted))
                }
            }
        }
        return wanted
    }

    private mutating func add(_ item: Wanted, wasThere: Bool, _ change: inout Change) {
        let pod = item.pod
        let before = seen.updateValue(pod.spec.ephemeralContainers.count, forKey: pod.metadata.uid)
        guard before != pod.spec.ephemeralContainers.count else { return }
        for name in pod.allContainers where !containers.contains(name) { containers.append(name) }
        // A pod that had room for some of its containers only comes here again.
        for name in item.containers where known[Key(uid: pod.metadata.uid, container: name)] == nil {
            if (!wasThere || query.isOnScreen) && known.count + change.starts.count >= query.maximumStreams {
                if !saidLimit {
                    change.notices.append(
                        "\(pod.metadata.name) is left out: \(query.maximumStreams) logs are followed already")
                }
                saidLimit = true
                seen[pod.metadata.uid] = nil
                return
            }
            let source = LogSource(
                namespace: pod.metadata.namespace, pod: pod.metadata.name, workload: pod.workloadName, container: name,
                hasOthers: item.containers.count > 1, wasThere: wasThere)
            change.starts.append(
                Start(uid: pod.metadata.uid, source: source, state: pod.logState(of: name)))
        }
        if item.isDefaulted, before == nil, !query.isOnScreen, let notice = pod.defaultedNotice {
            change.notices.append(notice)
        }
    }

    /// Whether no further logs are to come.
    package var isClosed: Bool {
        guard query.follow else { return true }
        return zip(query.scopes, pods).enumerated().allSatisfy { index, item in
            let (scope, pods) = item
            return switch scope.target {
            // On a screen it is waited for the next pod of that name, where there will be one.
            case .pod: !(query.isOnScreen && returning.contains(index))
            // Its pods have run; a failed one may be followed by another.
            case .workload(.job, _): !pods.isEmpty && pods.allSatisfy { $0.status.phase == "Succeeded" }
            case .workload, .selector: false
            }
        }
    }
}
