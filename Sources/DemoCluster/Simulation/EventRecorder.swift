import KubernetesModel

/// Writes the events of the simulated cluster: the same thing happening again counts up, and old events expire.
struct EventRecorder: Sendable {
    /// What an event is about.
    struct Subject: Sendable, Hashable {
        var apiVersion: String
        var kind: String
        var namespace: String
        var name: String
        var uid: String
    }

    /// What makes two events the same.
    private struct Identity: Hashable {
        var subject: Subject
        var reason: String
        var message: String
    }

    private struct Recorded {
        var name: String
        var namespace: String
        var count: Int
        var first: Timestamp
        var last: Timestamp
        /// Of the object, when it happened first.
        var version: String?
    }

    /// Events are forgotten this long after they last happened, as on a real server.
    private static let lifetimeSeconds = 3600
    /// However much happens, no more events than this are kept.
    private static let limit = 1500

    private var recorded: [Identity: Recorded] = [:]
    private var random: DemoRandom

    init(seed: UInt64) { random = DemoRandom(seed: seed ^ 0xeae7) }

    /// Records that something happened: `count` times by now when it began before the simulation, otherwise once more.
    mutating func record(
        _ subject: Subject, isWarning: Bool = false, _ reason: String, _ message: String, component: String,
        host: String = "", fieldPath: String = "", count: Int? = nil, first: Timestamp? = nil, at now: Timestamp,
        in store: inout DemoObjectStore
    ) {
        let identity = Identity(subject: subject, reason: reason, message: message)
        let namespace = subject.namespace.isEmpty ? "default" : subject.namespace
        var event =
            recorded[identity]
            ?? Recorded(
                name: "\(subject.name).\(String(random.next() | 1 << 60, radix: 16))", namespace: namespace, count: 0,
                first: first ?? now, last: now, version: Self.version(of: subject, in: store))
        event.count = count ?? (event.count + 1)
        event.last = now
        recorded[identity] = event
        let involved = JSONValue.members([
            "kind": .string(subject.kind), "namespace": subject.namespace.isEmpty ? nil : .string(subject.namespace),
            "name": .string(subject.name), "uid": .string(subject.uid), "apiVersion": .string(subject.apiVersion),
            "resourceVersion": event.version.map { .string($0) },
            "fieldPath": fieldPath.isEmpty ? nil : .string(fieldPath),
        ])
        if component == "default-scheduler" {
            store.apply(.events, inSeries(event, involved, isWarning, reason, message), at: now)
            return
        }
        let document = JSONValue.members([
            "metadata": .members([
                "name": .string(event.name), "namespace": .string(namespace), "creationTimestamp": .time(event.first),
            ]),
            "involvedObject": involved, "reason": .string(reason), "message": .string(message),
            "source": .members(["component": .string(component), "host": host.isEmpty ? nil : .string(host)]),
            "firstTimestamp": .time(event.first), "lastTimestamp": .time(event.last),
            "count": .integer(event.count), "type": .string(isWarning ? "Warning" : "Normal"), "eventTime": .null,
            "reportingComponent": .string(component), "reportingInstance": .string(host),
        ])
        store.apply(.events, document, at: now)
    }

    private static func version(of subject: Subject, in store: DemoObjectStore) -> String? {
        guard subject.kind != "Node" else { return nil }
        let key = DemoObjectStore.Key(namespace: subject.namespace, name: subject.name)
        return DemoResource.of(apiVersion: subject.apiVersion, kind: subject.kind)
            .map { String(store.entry(of: $0, key)?.version ?? store.version) }
    }

    /// An event of the scheduler, which counts what happens again in a series and has no count of its own.
    private func inSeries(
        _ event: Recorded, _ involved: JSONValue, _ isWarning: Bool, _ reason: String, _ message: String
    ) -> JSONValue {
        .members([
            "metadata": .members([
                "name": .string(event.name), "namespace": .string(event.namespace),
                "creationTimestamp": .time(event.first),
            ]),
            "involvedObject": involved, "reason": .string(reason), "message": .string(message),
            "source": .object([]), "firstTimestamp": .null, "lastTimestamp": .null,
            "type": .string(isWarning ? "Warning" : "Normal"), "eventTime": .string(event.first.microText),
            "series": event.count > 1
                ? .members(["count": .integer(event.count), "lastObservedTime": .string(event.last.microText)]) : nil,
            "action": .string(reason == "Scheduled" ? "Binding" : "Scheduling"),
            "reportingComponent": .string("default-scheduler"),
            "reportingInstance": .string("default-scheduler-node-1"),
        ])
    }

    /// Removes the events whose time is over.
    mutating func expire(at now: Timestamp, in store: inout DemoObjectStore) {
        var gone = recorded.filter { now.seconds(since: $0.value.last) > Self.lifetimeSeconds }.map(\.key)
        let excess = recorded.count - gone.count - Self.limit
        if excess > 0 {
            let isGone = Set(gone)
            let oldest = recorded.filter { !isGone.contains($0.key) }
                .sorted { ($0.value.last, $0.value.name) < ($1.value.last, $1.value.name) }
            gone += oldest.prefix(excess).map(\.key)
        }
        for identity in gone {
            guard let event = recorded.removeValue(forKey: identity) else { continue }
            store.delete(.events, namespace: event.namespace, name: event.name)
        }
    }
}
