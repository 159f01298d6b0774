import ClusterState
import KubernetesModel

/// A part of the snapshot that an evaluation read.
enum ReadKey: Hashable, Sendable {
    case object(ObjectIdentifier, ObjectKey)
    case namespace(ObjectIdentifier, String)
    case owner(ObjectIdentifier, String)
    case all(ObjectIdentifier)
    /// Events about a UID.
    case about(String)
}

/// The objects of a namespace that a selector means.
struct SelectorRead: Hashable, Sendable {
    var kind: ObjectIdentifier
    var namespace: String
    var selector: LabelSelector
}

/// Everything that one evaluation read besides its subject.
struct ReadSet: Sendable {
    var keys: Set<ReadKey> = []
    var selectors: [SelectorRead] = []
    var logs: Set<LogRequest> = []
    /// When time alone may change what was found.
    var recheckAt: Timestamp?

    var isEmpty: Bool { keys.isEmpty && selectors.isEmpty && logs.isEmpty && recheckAt == nil }
}

/// A subject that rules are run on.
struct SubjectID: Hashable, Sendable {
    var kind: ObjectIdentifier
    var key: ObjectKey
}

/// Which evaluations read what.
struct Dependencies: Sendable {
    private struct Scope: Hashable {
        var kind: ObjectIdentifier
        var namespace: String
    }

    private var byLog: [LogRequest: Set<SubjectID>] = [:]
    private var byKey: [ReadKey: Set<SubjectID>] = [:]
    private var bySelector: [Scope: [LabelSelector: Set<SubjectID>]] = [:]

    mutating func insert(_ reads: ReadSet, of subject: SubjectID) {
        for key in reads.keys { byKey[key, default: []].insert(subject) }
        for log in reads.logs { byLog[log, default: []].insert(subject) }
        for read in reads.selectors {
            bySelector[Scope(kind: read.kind, namespace: read.namespace), default: [:]][read.selector, default: []]
                .insert(subject)
        }
    }

    mutating func remove(_ reads: ReadSet, of subject: SubjectID) {
        for key in reads.keys {
            byKey[key]?.remove(subject)
            if byKey[key]?.isEmpty == true { byKey[key] = nil }
        }
        for log in reads.logs {
            byLog[log]?.remove(subject)
            if byLog[log]?.isEmpty == true { byLog[log] = nil }
        }
        for read in reads.selectors {
            let scope = Scope(kind: read.kind, namespace: read.namespace)
            bySelector[scope]?[read.selector]?.remove(subject)
            if bySelector[scope]?[read.selector]?.isEmpty == true { bySelector[scope]?[read.selector] = nil }
        }
    }

    /// The subjects whose evaluation wanted a log.
    func subjects(reading log: LogRequest) -> Set<SubjectID> { byLog[log] ?? [] }

    /// The subjects whose evaluation read something that this change touches.
    func subjects(touchedBy change: ObjectChange, of type: any KubernetesObject.Type) -> Set<SubjectID> {
        let kind = ObjectIdentifier(type)
        var found = byKey[.all(kind)] ?? []
        func add(_ key: ReadKey) {
            if let subjects = byKey[key] { found.formUnion(subjects) }
        }
        for object in [change.old, change.new] {
            guard let object else { continue }
            let metadata = object.metadata
            add(.object(kind, ObjectKey(metadata)))
            add(.namespace(kind, metadata.namespace))
            for owner in metadata.ownerReferences { add(.owner(kind, owner.uid)) }
            if let event = object as? Stored<Event> { add(.about(event.value.involvedObject.uid)) }
            for (selector, subjects) in bySelector[Scope(kind: kind, namespace: metadata.namespace)] ?? [:]
            where selector.matches(metadata.labels) {
                found.formUnion(subjects)
            }
        }
        return found
    }
}
