/// Decodes the objects of one built-in kind.
public struct KindDecoder: Sendable {
    /// The kind.
    public let kind: ResourceKind
    /// The type that it is decoded to.
    public let type: any KubernetesObject.Type
    /// Reads the message or JSON object at hand.
    private let read: @Sendable (inout FieldReader) -> any StoredObject

    init<Object: KubernetesObject & FieldReadable>(_ type: Object.Type) {
        kind = type.kind
        self.type = type
        read = { reader in
            var object = Object()
            reader.message(&object, Object.fields)
            object.metadata.shareStorage(reader.interner)
            object.shareStorage(reader.interner)
            return Stored(object)
        }
    }

    /// A decoder for every kind with a type of its own, but for metrics.
    public static let all: [KindDecoder] = [
        KindDecoder(Pod.self), KindDecoder(Service.self), KindDecoder(Ingress.self), KindDecoder(Event.self),
        KindDecoder(Namespace.self), KindDecoder(Node.self), KindDecoder(Deployment.self),
        KindDecoder(EndpointSlice.self), KindDecoder(ReplicaSet.self), KindDecoder(StatefulSet.self),
        KindDecoder(DaemonSet.self), KindDecoder(Job.self), KindDecoder(CronJob.self),
        KindDecoder(HorizontalPodAutoscaler.self), KindDecoder(PodDisruptionBudget.self),
        KindDecoder(NetworkPolicy.self), KindDecoder(IngressClass.self), KindDecoder(PersistentVolumeClaim.self),
        KindDecoder(PersistentVolume.self), KindDecoder(StorageClass.self), KindDecoder(ConfigMap.self),
        KindDecoder(SecretObject.self), KindDecoder(ServiceAccount.self), KindDecoder(ResourceQuota.self),
        KindDecoder(LimitRange.self), KindDecoder(Role.self), KindDecoder(ClusterRole.self),
        KindDecoder(RoleBinding.self), KindDecoder(ClusterRoleBinding.self), KindDecoder(Endpoints.self),
        KindDecoder(Lease.self), KindDecoder(PriorityClass.self), KindDecoder(CustomResourceDefinition.self),
    ]

    /// Decoders of what is measured of pods and nodes, which goes beside their own kinds.
    public static let metrics: [KindDecoder] = [KindDecoder(PodMetrics.self), KindDecoder(NodeMetrics.self)]

    /// The decoder of a kind; `nil` for a kind without a type of its own.
    public static func named(_ resource: GroupResource) -> KindDecoder? {
        all.first { $0.kind.groupResource == resource } ?? metrics.first { $0.kind.groupResource == resource }
    }

    /// Decodes one whole object; protobuf with or without its envelope.
    public func decode(
        _ bytes: UnsafeRawBufferPointer, format: WireFormat, interner: StringInterner
    ) throws(WireFailure) -> any StoredObject {
        try decode(bytes, format: format, interner: interner, observer: nil)
    }

    /// The same, telling `observer` what was read.
    func decode(
        _ bytes: UnsafeRawBufferPointer, format: WireFormat, interner: StringInterner, observer: FieldObserver?
    ) throws(WireFailure) -> any StoredObject {
        switch format {
        case .json:
            var type = JSONKind()
            var reader = FieldReader(bytes, format: format, interner: interner)
            guard reader.atObject() else { throw reader.failure ?? WireFailure(.malformed, at: 0) }
            reader.message(&type)
            try expect(type.kind)
            return try object(bytes, format: format, interner: interner, observer: observer)
        case .protobuf:
            guard let envelope = try ProtobufEnvelope(bytes, interner: interner) else {
                return try object(bytes, format: format, interner: interner, observer: observer)
            }
            try expect(envelope.kind)
            let raw = UnsafeRawBufferPointer(rebasing: bytes[envelope.raw])
            do throws(WireFailure) {
                return try object(raw, format: format, interner: interner, observer: observer)
            } catch { throw error.shifted(by: envelope.raw.lowerBound) }
        }
    }

    /// Takes no object of another kind for one of ours; one that does not say its kind is believed.
    private func expect(_ kind: String) throws(WireFailure) {
        guard kind.isEmpty || self.kind.kind.isEmpty || kind == self.kind.kind else {
            throw WireFailure(.unexpectedKind, at: 0)
        }
    }

    /// Decodes one object without an envelope.
    func object(
        _ bytes: UnsafeRawBufferPointer, format: WireFormat, interner: StringInterner, observer: FieldObserver? = nil
    ) throws(WireFailure) -> any StoredObject {
        var reader = FieldReader(bytes, format: format, interner: interner)
        reader.observer = observer
        guard reader.atObject() else { throw reader.failure ?? WireFailure(.malformed, at: 0) }
        let object = read(&reader)
        if let failure = reader.failure { throw failure }
        return object
    }
}

extension FieldReader {
    /// Whether a message or JSON object is at hand, after any whitespace.
    mutating func atObject() -> Bool {
        guard format == .json else { return true }
        json.skipWhitespace()
        return json.peek() == UInt8(ascii: "{")
    }
}
