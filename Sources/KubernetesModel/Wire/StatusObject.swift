/// The server's answer when something failed, or was done without an object to show (meta/v1 Status).
public struct StatusObject: Sendable, Hashable {
    /// One of the reasons behind a failure (meta/v1 StatusCause).
    public struct Cause: Sendable, Hashable {
        /// A word for programs (`reason`).
        public var reason = ""
        /// A sentence for people (`message`).
        public var message = ""
        /// The field it is about, such as `spec.containers[0].image` (`field`).
        public var field = ""

        /// A cause with nothing set.
        public init() {}
    }

    /// `Success` or `Failure` (`status`).
    public var status = ""
    /// A sentence for people (`message`).
    public var message = ""
    /// A word for programs, such as `NotFound` (`reason`).
    public var reason = ""
    /// The HTTP status; 0 when not given (`code`).
    public var code: Int32 = 0
    /// The object's name (`details.name`).
    public var name = ""
    /// The object's group (`details.group`).
    public var group = ""
    /// The object's kind or resource (`details.kind`).
    public var kind = ""
    /// Source: `details.causes`.
    public var causes: [Cause] = []
    /// How long to wait, in seconds (`details.retryAfterSeconds`).
    public var retryAfterSeconds: Int32?

    /// A status with nothing set.
    public init() {}

    /// The Status that these bytes are; `nil` when they are something else or broken.
    ///
    /// - Parameters:
    ///   - bytes: One object.
    ///   - format: How it is written.
    ///   - isKnown: It is a Status though JSON does not say so, as at the end of an exec.
    /// - Returns: The Status.
    public static func decode(
        _ bytes: UnsafeRawBufferPointer, format: WireFormat, isKnown: Bool = false
    ) -> StatusObject? {
        let interner = StringInterner()
        var status = StatusObject()
        switch format {
        case .protobuf:
            guard let envelope = try? ProtobufEnvelope(bytes, interner: interner), envelope.kind == "Status" else {
                return nil
            }
            let raw = UnsafeRawBufferPointer(rebasing: bytes[envelope.raw])
            var reader = FieldReader(raw, format: format, interner: interner)
            reader.message(&status)
            return reader.failure == nil ? status : nil
        case .json:
            var kind = JSONKind()
            var kindReader = FieldReader(bytes, format: format, interner: interner)
            guard kindReader.atObject(), kindReader.message(&kind),
                kind.kind == "Status" || (isKnown && kind.kind.isEmpty)
            else { return nil }
            var reader = FieldReader(bytes, format: format, interner: interner)
            guard reader.atObject(), reader.message(&status), reader.failure == nil else { return nil }
            return status
        }
    }
}

/// The kind that a JSON object says it is.
struct JSONKind: FieldReadable {
    var kind = ""

    static let fields = FieldTable<JSONKind>("TypeMeta", [Field("kind", 1) { $0.kind = $1.string() }])
}

extension StatusObject: FieldReadable {
    static let fields = FieldTable<StatusObject>(
        "Status",
        [
            Field("status", 2) { $0.status = $1.string() },
            Field("message", 3) { $0.message = $1.string() },
            Field("reason", 4) { $0.reason = $1.string() },
            Field("details", 5) { $1.message(&$0, details) },
            Field("code", 6) { $0.code = $1.int32() },
        ])

    private static let details = FieldTable<StatusObject>(
        "StatusDetails",
        [
            Field("name", 1) { $0.name = $1.string() },
            Field("group", 2) { $0.group = $1.string() },
            Field("kind", 3) { $0.kind = $1.string() },
            Field("causes", 4) { $1.append(&$0.causes) },
            Field("retryAfterSeconds", 5) { status, reader in
                // The server writes 0 in protobuf for "not given".
                status.retryAfterSeconds = reader.optionalInt32().flatMap { $0 > 0 ? $0 : nil }
            },
        ])
}

extension StatusObject.Cause: FieldReadable {
    static let fields = FieldTable<StatusObject.Cause>(
        "StatusCause",
        [
            Field("reason", 1) { $0.reason = $1.string() },
            Field("message", 2) { $0.message = $1.string() },
            Field("field", 3) { $0.field = $1.string() },
        ])
}
