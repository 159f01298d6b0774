/// Decodes the body of a JSON watch as it arrives into whole documents, for views that show every field.
///
/// After a failure the stream is of no more use.
public struct JSONWatchStream {
    /// One change that a watch reports.
    public struct Event: Sendable, Equatable {
        /// `ADDED`, `MODIFIED`, `DELETED`, `BOOKMARK` or `ERROR`.
        public var type: String
        /// The object, or the Status of an `ERROR`.
        public var object: JSONValue
    }

    private let interner = StringInterner()
    private var frames = WatchFrames(format: .json)

    /// A stream at the start of a body.
    public init() {}

    /// Decodes the next bytes of the body.

    ///

    /// Returns the events that they complete.
    public mutating func append(_ chunk: UnsafeRawBufferPointer) throws(WireFailure) -> [Event] {
        var events: [Event] = []
        let interner = interner
        try frames.append(chunk.assumingMemoryBound(to: UInt8.self)) { (bytes, offset) throws(WireFailure) in
            do throws(WireFailure) {
                let parts = try WatchEventParts(bytes, format: .json, interner: interner)
                let object = UnsafeRawBufferPointer(rebasing: bytes[parts.object])
                events.append(Event(type: parts.type, object: try JSONValue(parsing: object)))
            } catch { throw error.shifted(by: offset) }
        }
        return events
    }

    /// Ends the body.

    ///

    /// Throws when it was cut in the middle of an event.
    public func finish() throws(WireFailure) { try frames.finish() }
}
