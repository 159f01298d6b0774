import KubernetesModel

extension KubernetesClient {
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
