/// One change that a watch reports (meta/v1 WatchEvent).
public enum WatchEvent: Sendable {
    /// An object is there: new, or one of the initial state.
    case added(any StoredObject)
    /// An object changed.
    case modified(any StoredObject)
    /// An object is gone, or no longer matches; holds its last state.
    case deleted(any StoredObject)
    /// The watch has come this far. `endsInitialEvents`: the initial state of a streaming list is complete.
    case bookmark(resourceVersion: String, endsInitialEvents: Bool)
    /// The watch ends with an error, such as 410 for a version that is too old.
    case error(StatusObject)
}

/// Decodes the body of a watch as it arrives: holds at most one event and one chunk.
///
/// After a failure the stream is of no more use.
public struct WatchStream {
    private let decoder: WatchEventDecoder
    private var frames: WatchFrames

    /// A stream for the watch of a kind in an encoding.
    public init(_ decoder: KindDecoder, format: WireFormat) {
        self.decoder = WatchEventDecoder(decoder: decoder, format: format)
        frames = WatchFrames(format: format)
    }

    /// Decodes the next bytes of the body.

    ///

    /// Returns the events that they complete; events of unknown types are left out.
    public mutating func append(_ chunk: UnsafeRawBufferPointer) throws(WireFailure) -> [WatchEvent] {
        var events: [WatchEvent] = []
        let decoder = decoder
        try frames.append(chunk.assumingMemoryBound(to: UInt8.self)) { (bytes, offset) throws(WireFailure) in
            do throws(WireFailure) {
                if let event = try decoder.event(bytes) { events.append(event) }
            } catch { throw error.shifted(by: offset) }
        }
        return events
    }

    /// Ends the body.

    ///

    /// Throws when it was cut in the middle of an event.
    public func finish() throws(WireFailure) { try frames.finish() }
}

/// Decodes whole events.
private struct WatchEventDecoder {
    let decoder: KindDecoder
    let format: WireFormat
    let interner = StringInterner()

    /// The event that these bytes are; `nil` for a type that is not known.
    func event(_ bytes: UnsafeRawBufferPointer) throws(WireFailure) -> WatchEvent? {
        let parts = try WatchEventParts(bytes, format: format, interner: interner)
        let object = UnsafeRawBufferPointer(rebasing: bytes[parts.object])
        do throws(WireFailure) {
            switch parts.type {
            case "ADDED": return .added(try decoder.decode(object, format: format, interner: interner))
            case "MODIFIED": return .modified(try decoder.decode(object, format: format, interner: interner))
            case "DELETED": return .deleted(try decoder.decode(object, format: format, interner: interner))
            case "BOOKMARK":
                let bookmark = try Bookmark(object, format: format, interner: interner)
                return .bookmark(
                    resourceVersion: bookmark.resourceVersion, endsInitialEvents: bookmark.endsInitialEvents)
            case "ERROR":
                guard let status = StatusObject.decode(object, format: format) else {
                    throw WireFailure(.unexpectedKind, at: 0)
                }
                return .error(status)
            default: return nil
            }
        } catch { throw error.shifted(by: parts.object.lowerBound) }
    }
}

/// The two halves of a watch event.
struct WatchEventParts: FieldReadable {
    /// Such as `ADDED`.
    var type = ""
    /// Where the object is in the event's bytes.
    var object = 0..<0

    init() {}

    init(_ bytes: UnsafeRawBufferPointer, format: WireFormat, interner: StringInterner) throws(WireFailure) {
        var reader = FieldReader(bytes, format: format, interner: interner)
        guard reader.atObject() else { throw reader.failure ?? WireFailure(.malformed, at: 0) }
        reader.message(&self)
        if let failure = reader.failure { throw failure }
    }

    static let fields = FieldTable<WatchEventParts>(
        "WatchEvent",
        [
            Field("type", 1) { $0.type = $1.interned() },
            Field("object", 2) { parts, reader in
                if reader.format == .json {
                    parts.object = reader.extent()
                } else {
                    reader.message(&parts, rawExtension)
                }
            },
        ])

    private static let rawExtension = FieldTable<WatchEventParts>(
        "RawExtension", [Field("raw", 1) { $0.object = $1.extent() }])
}

/// The object of a BOOKMARK event: only its version and one annotation count.
private struct Bookmark: FieldReadable {
    var resourceVersion = ""
    var annotations = Labels()

    var endsInitialEvents: Bool { annotations["k8s.io/initial-events-end"] == "true" }

    init() {}

    init(_ bytes: UnsafeRawBufferPointer, format: WireFormat, interner: StringInterner) throws(WireFailure) {
        var raw = bytes
        if format == .protobuf, let envelope = try ProtobufEnvelope(bytes, interner: interner) {
            raw = UnsafeRawBufferPointer(rebasing: bytes[envelope.raw])
        }
        var reader = FieldReader(raw, format: format, interner: interner)
        guard reader.atObject() else { throw reader.failure ?? WireFailure(.malformed, at: 0) }
        reader.message(&self)
        if let failure = reader.failure { throw failure }
    }

    static let fields = FieldTable<Bookmark>("Bookmark", [Field("metadata", 1) { $1.message(&$0, metadata) }])

    private static let metadata = FieldTable<Bookmark>(
        "Bookmark.metadata",
        [
            Field("resourceVersion", 6) { $0.resourceVersion = $1.string() },
            Field("annotations", 12) { $1.map(&$0.annotations) },
        ])
}
