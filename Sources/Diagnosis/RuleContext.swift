import ClusterState
import KubernetesModel

/// What a rule reads the cluster through, and drafts findings with.
///
/// Notes everything that was read, so that the rule runs again when that changes, and only then.
package struct RuleContext {
    let world: World
    let now: Timestamp
    let logs: [LogRequest: LogTail]
    /// What was computed for another subject of the same evaluation.
    let memo: Memo

    /// What the evaluation of one subject read.
    var reads = ReadSet()
    var drafts: [FindingDraft] = []
    /// Logs that were asked for since the last draft, and are not read yet.
    private var wants: [LogRequest] = []

    init(world: World, now: Timestamp, logs: [LogRequest: LogTail], memo: Memo) {
        self.world = world
        self.now = now
        self.logs = logs
        self.memo = memo
    }

    /// Says that something is wrong with the subject.
    package mutating func report(_ draft: FindingDraft) {
        var draft = draft
        draft.wants = wants
        wants = []
        drafts.append(draft)
    }

    /// Whether a kind of `uses` can be read.
    package func canRead(_ type: any KubernetesObject.Type) -> Bool { world[type].map { $0.obstacle == nil } ?? false }

    // MARK: Reading objects

    /// The object of a name; `nil` when there is none.
    ///
    /// A cluster-scoped object has no namespace.
    package mutating func get<Object: KubernetesObject>(
        _ type: Object.Type, namespace: String = "", name: String
    ) -> Object? {
        let key = ObjectKey(namespace: namespace, name: name)
        reads.keys.insert(.object(ObjectIdentifier(type), key))
        return (snapshot(type)?[key] as? Stored<Object>)?.value
    }

    /// Every object of a kind, by name.
    package mutating func all<Object: KubernetesObject>(_ type: Object.Type) -> [Object] {
        reads.keys.insert(.all(ObjectIdentifier(type)))
        return memo.value("all \(type.kind.groupResource)") { typed(world.objects(of: type)) }
    }

    /// The objects of a namespace, by name.
    package mutating func list<Object: KubernetesObject>(_ type: Object.Type, in namespace: String) -> [Object] {
        reads.keys.insert(.namespace(ObjectIdentifier(type), namespace))
        return typed(snapshot(type)?.objects(inNamespace: namespace) ?? [])
    }

    /// The objects that name this UID as an owner, by name.
    package mutating func list<Object: KubernetesObject>(_ type: Object.Type, ownedBy uid: String) -> [Object] {
        guard !uid.isEmpty else { return [] }
        reads.keys.insert(.owner(ObjectIdentifier(type), uid))
        return typed(snapshot(type)?.objects(ownedBy: uid) ?? [])
    }

    /// The objects of a namespace that a selector means, by name; an empty one means all of them.
    package mutating func list<Object: KubernetesObject>(
        _ type: Object.Type, matching selector: LabelSelector, in namespace: String
    ) -> [Object] {
        reads.selectors.append(SelectorRead(kind: ObjectIdentifier(type), namespace: namespace, selector: selector))
        return typed(snapshot(type)?.objects(matching: selector, inNamespace: namespace) ?? [])
    }

    /// The objects of a namespace that carry all these labels, by name; no labels mean all of them.
    package mutating func list<Object: KubernetesObject>(
        _ type: Object.Type, matching labels: Labels, in namespace: String
    ) -> [Object] {
        var selector = LabelSelector()
        selector.matchLabels = labels
        return list(type, matching: selector, in: namespace)
    }

    /// The objects of a namespace that carry all these labels, in no order and without copies: for many of them.
    mutating func boxes<Object: KubernetesObject>(
        _ type: Object.Type, matching labels: Labels, in namespace: String
    ) -> [Stored<Object>] {
        var selector = LabelSelector()
        selector.matchLabels = labels
        reads.selectors.append(SelectorRead(kind: ObjectIdentifier(type), namespace: namespace, selector: selector))
        let objects = snapshot(type)?.objects(matching: selector, inNamespace: namespace) ?? []
        return objects.compactMap { $0 as? Stored<Object> }
    }

    /// Objects with these labels in any other namespace, as far as those are read; not followed when they change.
    package func elsewhere<Object: KubernetesObject>(
        _ type: Object.Type, matching labels: Labels, than namespace: String
    ) -> [Object] {
        guard !labels.isEmpty, let kind = world[type], kind.hasAllNamespaces, let snapshot = kind.snapshot else {
            return []
        }
        return typed(snapshot.objects(matching: labels)).filter { $0.metadata.namespace != namespace }
    }

    /// The events about an object, newest first.
    package mutating func events(about metadata: ObjectMeta) -> [Event] {
        guard !metadata.uid.isEmpty else { return [] }
        reads.keys.insert(.about(metadata.uid))
        let events = (snapshot(Event.self)?.objects(about: metadata.uid) ?? []).compactMap {
            ($0 as? Stored<Event>)?.value
        }
        return events.sorted { left, right in
            if left.lastSeen != right.lastSeen {
                return (left.lastSeen?.microseconds ?? .min) > (right.lastSeen?.microseconds ?? .min)
            }
            return left.metadata.name < right.metadata.name
        }
    }

    // MARK: Time and logs

    /// Whether a moment is at least so long ago; the rule runs again when it becomes so.
    package mutating func hasPassed(seconds: Int64, since moment: Timestamp?) -> Bool {
        guard let moment else { return true }
        let (span, isTooLong) = seconds.multipliedReportingOverflow(by: 1_000_000)
        let (deadline, overflow) = moment.microseconds.addingReportingOverflow(span)
        guard !isTooLong, !overflow else { return false }
        if now.microseconds >= deadline { return true }
        let recheck = Timestamp(microseconds: deadline)
        reads.recheckAt = reads.recheckAt.map { min($0, recheck) } ?? recheck
        return false
    }

    /// The last lines of a container's log; `nil` until somebody has read them, which this asks for.
    package mutating func log(_ pod: Pod, container: ContainerStatus, previous: Bool) -> LogTail? {
        let request = LogRequest(
            namespace: pod.metadata.namespace, pod: pod.metadata.name, podUID: pod.metadata.uid,
            container: container.name, previous: previous, restartCount: container.restartCount)
        reads.logs.insert(request)
        let tail = logs[request]
        if tail == nil { wants.append(request) }
        return tail
    }

    // MARK: Details

    func snapshot(_ type: any KubernetesObject.Type) -> KindSnapshot? {
        guard let kind = world[type], kind.obstacle == nil else { return nil }
        return kind.snapshot
    }

    private func typed<Object: KubernetesObject>(_ objects: [any StoredObject]) -> [Object] {
        objects.compactMap { ($0 as? Stored<Object>)?.value }.sorted {
            ($0.metadata.namespace, $0.metadata.name) < ($1.metadata.namespace, $1.metadata.name)
        }
    }
}

/// Values that several subjects of one evaluation need.
final class Memo {
    private var values: [String: Any] = [:]

    /// The value of a key, computed the first time.
    func value<Value>(_ key: String, _ compute: () -> Value) -> Value {
        if let known = values[key] as? Value { return known }
        let value = compute()
        values[key] = value
        return value
    }
}
