/// An encoding in which an API server answers.
public enum WireFormat: Sendable, Hashable {
    /// `application/vnd.kubernetes.protobuf`.
    case protobuf
    /// `application/json`.
    case json

    /// The encoding that a `Content-Type` names, whatever its parameters and case; `nil` for any other, such as HTML.
    public init?(contentType: String) {
        let end = contentType.firstIndex(of: ";") ?? contentType.endIndex
        let name = contentType[..<end].lowercased().filter { $0 != " " && $0 != "\t" }
        switch name {
        case "application/vnd.kubernetes.protobuf": self = .protobuf
        case "application/json": self = .json
        default: return nil
        }
    }
}

/// Bytes that are no complete answer in the encoding they should have; never holds any of them.
public struct WireFailure: Error, Sendable, Hashable, CustomStringConvertible {
    /// What is wrong with the bytes.
    public enum Problem: Sendable, Hashable {
        /// They end in the middle of a value.
        case truncated
        /// They break the rules of the encoding.
        case malformed
        /// Values are nested deeper than any API object is.
        case tooDeep
        /// One object is larger than any API server stores.
        case tooLarge
        /// They are well formed, but not what was asked for: a `Status`, or an object of another sort.
        case unexpectedKind
    }

    /// What is wrong.
    public var problem: Problem
    /// Bytes from the start of the answer to where it was seen.
    public var offset: Int

    /// A problem seen at an offset.
    public init(_ problem: Problem, at offset: Int) {
        self.problem = problem
        self.offset = offset
    }

    /// Such as `the answer ends in the middle of a value, at byte 4096`.
    public var description: String {
        switch problem {
        case .truncated: "the answer ends in the middle of a value, at byte \(offset)"
        case .malformed: "the answer cannot be decoded at byte \(offset)"
        case .tooDeep: "the answer is nested too deeply at byte \(offset)"
        case .tooLarge: "an object in the answer is too large, at byte \(offset)"
        case .unexpectedKind: "the answer is not of the kind that was asked for, at byte \(offset)"
        }
    }

    /// The same, seen in bytes that begin `base` bytes into the answer.
    func shifted(by base: Int) -> WireFailure { WireFailure(problem, at: offset &+ base) }
}

/// Limits that keep hostile or broken answers from using up memory.
enum WireLimits {
    /// The largest object of a list or watch event, in bytes; etcd stores 1.5 MiB by default.
    static let objectBytes = 64 << 20
    /// The deepest nesting of JSON arrays and objects.
    static let depth = 512
}
