/// The frame around every protobuf answer: `k8s\0` and a runtime.Unknown.
struct ProtobufEnvelope {
    /// `k8s\0`.
    static let magic: [UInt8] = [0x6B, 0x38, 0x73, 0x00]

    /// A runtime.TypeMeta.
    struct TypeMeta: FieldReadable {
        /// Such as `Pod`, `PodList` or `Status`.
        var kind = ""

        static let fields = FieldTable<TypeMeta>("TypeMeta", [Field("kind", 2) { $0.kind = $1.interned() }])
    }

    private struct Unknown: FieldReadable {
        var typeMeta = TypeMeta()
        var raw: Range<Int>?

        static let fields = FieldTable<Unknown>(
            "Unknown", [Field("typeMeta", 1) { $1.message(&$0.typeMeta) }, Field("raw", 2) { $0.raw = $1.extent() }])
    }

    /// Such as `Pod`, `PodList` or `Status`.
    let kind: String
    /// Where the object's own message is in the bytes.
    let raw: Range<Int>

    /// The envelope that these bytes are; `nil` when they do not begin with the magic bytes.
    init?(_ bytes: UnsafeRawBufferPointer, interner: StringInterner) throws(WireFailure) {
        let prefix = Self.magic.count
        guard bytes.count >= prefix, bytes.prefix(prefix).elementsEqual(Self.magic) else { return nil }
        let message = UnsafeRawBufferPointer(rebasing: bytes.dropFirst(prefix))
        var reader = FieldReader(message, format: .protobuf, interner: interner)
        var unknown = Unknown()
        reader.message(&unknown)
        if let failure = reader.failure { throw failure.shifted(by: prefix) }
        guard let raw = unknown.raw else { throw WireFailure(.truncated, at: bytes.count) }
        kind = unknown.typeMeta.kind
        self.raw = raw.lowerBound + prefix..<raw.upperBound + prefix
    }
}
