/// What a list says about itself (meta/v1 ListMeta).
public struct ListMeta: Sendable, Equatable {
    /// The version to watch from.
    public var resourceVersion = ""
    /// The token of the next page; empty on the last one (`metadata.continue`).
    public var continueToken = ""
    /// How many objects follow on later pages, where the server knows.
    public var remainingItemCount: Int64?

    /// Metadata with nothing set.
    public init() {}
}

extension ListMeta: FieldReadable {
    static let fields = FieldTable<ListMeta>(
        "ListMeta",
        [
            Field("resourceVersion", 2) { $0.resourceVersion = $1.string() },
            Field("continue", 3) { $0.continueToken = $1.string() },
            Field("remainingItemCount", 4) { $0.remainingItemCount = $1.optionalInt64() },
        ])
}

/// Decodes the body of a list as it arrives: holds at most one object and one chunk.
///
/// After a failure the stream is of no more use.
public struct ListStream {
    /// What was decoded.
    var items: ListItems
    private var parts: any ListParts

    /// A stream for the list of a kind in an encoding.
    public init(_ decoder: KindDecoder, format: WireFormat) {
        items = ListItems(decoder: decoder, format: format)
        parts = format == .protobuf ? ProtobufListParts() : JSONListParts()
    }

    /// Decodes the next bytes of the body.

    ///

    /// Returns the objects that they complete.
    public mutating func append(_ chunk: UnsafeRawBufferPointer) throws(WireFailure) -> [any StoredObject] {
        try parts.append(chunk.assumingMemoryBound(to: UInt8.self), &items)
        defer { items.objects = [] }
        return items.objects
    }

    /// Ends the body.

    ///

    /// Throws when it was cut, or was no list.
    public mutating func finish() throws(WireFailure) -> ListMeta {
        try parts.finish()
        return items.meta
    }
}

/// Cuts the body of a list into its parts.
protocol ListParts {
    mutating func append(_ chunk: UnsafeBufferPointer<UInt8>, _ items: inout ListItems) throws(WireFailure)
    func finish() throws(WireFailure)
}

/// Decodes the parts of a list and collects the objects.
struct ListItems: ListSink {
    let decoder: KindDecoder
    let format: WireFormat
    let interner = StringInterner()
    var meta = ListMeta()
    var objects: [any StoredObject] = []
    /// Set by tests only.
    var observer: FieldObserver?

    init(decoder: KindDecoder, format: WireFormat) {
        self.decoder = decoder
        self.format = format
    }

    /// Decodes one whole object, which begins `offset` bytes into the body.
    mutating func item(_ bytes: UnsafeBufferPointer<UInt8>, at offset: Int) throws(WireFailure) {
        do throws(WireFailure) {
            objects.append(
                try decoder.object(
                    UnsafeRawBufferPointer(bytes), format: format, interner: interner, observer: observer))
        } catch { throw error.shifted(by: offset) }
    }

    /// Decodes the list's own metadata.
    mutating func metadata(_ bytes: UnsafeBufferPointer<UInt8>, at offset: Int) throws(WireFailure) {
        var reader = FieldReader(UnsafeRawBufferPointer(bytes), format: format, interner: interner)
        reader.message(&meta)
        if let failure = reader.failure { throw failure.shifted(by: offset) }
    }

    /// Whether a list of this kind is one of our kind; one that does not say its kind is believed.
    func expects(listKind: String) -> Bool {
        // Metadata is read of any kind.
        listKind.isEmpty || decoder.kind.kind.isEmpty || listKind == decoder.kind.kind + "List"
    }

    /// The members of a list that are kept.
    func member(named key: String) -> ListMember {
        switch key {
        case "kind": .kind
        case "metadata": .metadata
        case "items": .items
        default: .other
        }
    }

    /// Lists have no columns.
    func columns(_ bytes: UnsafeBufferPointer<UInt8>, at offset: Int) {}

    /// Reads a string, such as the list's kind.
    func string(_ bytes: UnsafeBufferPointer<UInt8>) -> String {
        var reader = FieldReader(UnsafeRawBufferPointer(bytes), format: format, interner: interner)
        return reader.string()
    }

    /// Reads the kind of a runtime.TypeMeta.
    func kind(ofTypeMeta bytes: UnsafeBufferPointer<UInt8>) -> String {
        var reader = FieldReader(UnsafeRawBufferPointer(bytes), format: format, interner: interner)
        var type = ProtobufEnvelope.TypeMeta()
        reader.message(&type)
        return type.kind
    }
}
