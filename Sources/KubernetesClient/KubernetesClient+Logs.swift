import KubernetesModel

/// What to ask of a container's log.
public struct LogOptions: Sendable, Hashable {
    /// The container's name; `nil` for the pod's only one.
    public var container: String?
    /// Whether the answer goes on until the container ends.
    public var follow: Bool
    /// Whether to read the log of the run before this one.
    public var previous: Bool
    /// Whether each line begins with its time and a space.
    public var timestamps: Bool
    /// Only so many lines from the end; `nil` for all.
    public var tailLines: Int?
    /// Only lines of the last so many seconds.
    public var sinceSeconds: Int?
    /// Only lines since this moment; servers round it down to whole seconds.
    public var sinceTime: Timestamp?
    /// Only so many bytes from the start; `nil` for all.
    public var limitBytes: Int?

    /// Options; what is not given is not asked for.
    public init(
        container: String? = nil, follow: Bool = false, previous: Bool = false, timestamps: Bool = false,
        tailLines: Int? = nil, sinceSeconds: Int? = nil, sinceTime: Timestamp? = nil, limitBytes: Int? = nil
    ) {
        self.container = container
        self.follow = follow
        self.previous = previous
        self.timestamps = timestamps
        self.tailLines = tailLines
        self.sinceSeconds = sinceSeconds
        self.sinceTime = sinceTime
        self.limitBytes = limitBytes
    }

    var query: [(name: String, value: String)] {
        let parameters: [(String, String?)] = [
            ("container", container), ("follow", follow ? "true" : nil), ("previous", previous ? "true" : nil),
            ("timestamps", timestamps ? "true" : nil), ("tailLines", tailLines.map(String.init)),
            ("sinceSeconds", sinceSeconds.map(String.init)), ("sinceTime", sinceTime?.rfc3339),
            ("limitBytes", limitBytes.map(String.init)),
        ]
        return parameters.compactMap { name, value in value.map { (name, $0) } }
    }
}

extension KubernetesClient {
    /// Reads a container's log: bytes as the server sends them, cut anywhere.
    ///
    /// A dead link ends it within half a minute, but silence does not: a container may say nothing for hours.
    ///
    /// - Parameters:
    ///   - namespace: The pod's namespace.
    ///   - pod: The pod's name.
    ///   - options: Which part of which container's log.
    ///   - receive: Gets each piece; the server waits while it does.
    /// - Throws: `APIFailure` (with `.server(400)` for a container that has not started, `.transport` when the log was
    ///   cut), `CancellationError`, and what `receive` throws.
    public func log(
        namespace: String, pod: String, options: LogOptions, receive: ([UInt8]) async throws -> Void
    ) async throws {
        var name = pod
        if let container = options.container { name += "/\(container)" }
        let request = APIRequest(
            attempt: "read the log of \(name) in \(namespace)",
            path: ["api", "v1", "namespaces", namespace, "pods", pod, "log"], query: options.query,
            accept: .anything, allowsCompression: false, isLog: true, isFollowed: options.follow)
        try await transport.log(request, receive: receive)
    }

    /// The longest end of a log that is read, in bytes.
    public static let maximumLogTailBytes = 64 << 10

    /// Reads the last lines of a container's log.
    ///
    /// - Parameters:
    ///   - namespace: The pod's namespace.
    ///   - pod: The pod's name.
    ///   - container: The container's name.
    ///   - previous: Whether to read the log of the run before this one.
    ///   - lines: How many lines, at least 1.
    /// - Returns: The lines, oldest first, as far as `maximumLogTailBytes` goes; invalid UTF-8 is repaired.
    /// - Throws: `APIFailure`, `CancellationError`.
    public func logTail(
        namespace: String, pod: String, container: String, previous: Bool, lines: Int
    ) async throws -> [String] {
        let limit = Self.maximumLogTailBytes
        let request = APIRequest(
            attempt: "read the log of \(pod)/\(container) in \(namespace)",
            path: ["api", "v1", "namespaces", namespace, "pods", pod, "log"],
            query: [
                ("container", container), ("previous", previous ? "true" : "false"), ("tailLines", "\(max(1, lines))"),
                ("limitBytes", "\(limit)"),
            ], accept: .anything)
        return Self.logLines(try await transport.plain(request, upTo: limit))
    }

    /// The lines of a log; one may end with `\r\n`, and the last without either.
    static func logLines(_ bytes: [UInt8]) -> [String] {
        let text = String(decoding: bytes, as: UTF8.self)
        var lines = text.split(omittingEmptySubsequences: false) { $0 == "\n" || $0 == "\r\n" }.map(String.init)
        if lines.last?.isEmpty == true { lines.removeLast() }
        return lines
    }
}
