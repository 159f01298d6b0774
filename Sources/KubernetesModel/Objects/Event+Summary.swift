extension Event {
    /// When it was first seen; the new recorder sets `eventTime` only.
    public var firstSeen: Timestamp? { firstTimestamp ?? eventTime ?? metadata.creationTimestamp }

    /// When it was last seen (`printEvent` in Kubernetes' printers).
    public var lastSeen: Timestamp? { seriesLastObservedTime ?? lastTimestamp ?? firstSeen }

    /// How often it was seen, at least once.
    public var occurrences: Int { max(1, Int(seriesCount ?? count)) }

    /// Whether it tells of trouble.
    public var isWarning: Bool { type == "Warning" }

    /// The object it is about, such as `pod/web-0`.
    public var objectText: String {
        let kind = involvedObject.kind.lowercased()
        return involvedObject.name.isEmpty ? kind : "\(kind)/\(involvedObject.name)"
    }

    /// Who saw it, such as `kubelet, node1`; either recorder's words.
    public var sourceText: String {
        let component = sourceComponent.isEmpty ? reportingComponent : sourceComponent
        let instance = sourceHost.isEmpty ? reportingInstance : sourceHost
        return instance.isEmpty ? component : "\(component), \(instance)"
    }
}
