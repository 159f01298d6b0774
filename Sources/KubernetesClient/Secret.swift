/// Bytes that must not be shown: a token, a password, a private key.
///
/// Every description of it, also of values that contain it, reads `(hidden)`.
public struct Secret: Sendable, Hashable {
    /// The bytes themselves.
    public let bytes: [UInt8]

    /// Hides bytes.
    public init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// Hides the UTF-8 of a text.
    public init(_ text: String) { bytes = Array(text.utf8) }

    /// The secret as text; invalid UTF-8 is repaired.
    var text: String { String(decoding: bytes, as: UTF8.self) }
}

extension Secret: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// Always `(hidden)`.
    public var description: String { "(hidden)" }
    /// Always `(hidden)`.
    public var debugDescription: String { "(hidden)" }
    /// A mirror without children, so that `dump` shows nothing.
    public var customMirror: Mirror { Mirror(self, children: EmptyCollection<Mirror.Child>()) }
}
