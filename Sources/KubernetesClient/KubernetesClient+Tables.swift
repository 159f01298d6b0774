import KubernetesModel
import NIOCore

extension KubernetesClient {
    /// The metadata of each object is enough: the rest is in the cells.
    private static let includeObject = (name: "includeObject", value: "Metadata")

    /// Reads one page of a list of any kind, as the server prints it, decoded as it arrives.
    ///
    /// A server that prints no tables gives the objects, of which only the metadata is kept.
    ///
    /// - Parameters:
    ///   - resource: The resource to list.
    ///   - namespace: `nil` for all.
    ///   - options: Which page, which objects.
    ///   - columns: The columns that are known of the kind; rows share them when they are still the same.
    ///   - printedAt: The time by the server's clock.
    ///   - receive: Gets the objects that each piece of the answer completes.
    /// - Returns: The list's own metadata, with the token of the next page, and its columns.
    /// - Throws: `APIFailure` (with `.gone` when the token has expired), `CancellationError`.
    public func listPrinted(
        _ resource: APIResource, namespace: String?, options: ListOptions, columns: PrintedColumns,
        printedAt: Timestamp, receive: ([any StoredObject]) async -> Void
    ) async throws -> (meta: ListMeta, columns: PrintedColumns) {
        let request = APIRequest(
            attempt: "list \(resource.groupResource.resource)\(resource.place(namespace))",
            path: resource.path(namespace: namespace), query: options.query + [Self.includeObject], accept: .tables)
        let answer = try await transport.open(request)
        try expectJSON(answer, request.attempt)
        var stream = PrintedListStream(resource, columns: columns, printedAt: printedAt)
        var total = 0
        try await read(answer, request.attempt) { chunk in
            total += chunk.readableBytes
            guard total <= Self.maximumPageBytes else { throw WireFailure(.tooLarge, at: total) }
            let objects = try chunk.withUnsafeReadableBytes { try stream.append($0) }
            if !objects.isEmpty { await receive(objects) }
        }
        do {
            return (try stream.finish(), stream.columns)
        } catch {
            throw decodingFailure(error, request.attempt)
        }
    }

    /// Watches any kind, as the server prints it, until the server ends the stream.
    ///
    /// - Parameters:
    ///   - resource: The resource to watch.
    ///   - namespace: `nil` for all.
    ///   - options: From which version, which objects.
    ///   - columns: The columns of the list before.
    ///   - printedAt: Gives the time by the server's clock.
    ///   - receive: Gets an empty batch once the server has accepted, then the events that each piece of the answer
    ///     completes, and the columns as they are by then. An ERROR event is not among them: it is thrown.
    /// - Throws: `APIFailure` (with `.gone` when the version is too old, `.transport` when the stream was cut),
    ///   `CancellationError`, and what `receive` throws.
    public func watchPrinted(
        _ resource: APIResource, namespace: String?, options: WatchOptions, columns: PrintedColumns,
        printedAt: () -> Timestamp, receive: ([WatchEvent], PrintedColumns) async throws -> Void
    ) async throws {
        let request = APIRequest(
            attempt: "watch \(resource.groupResource.resource)\(resource.place(namespace))",
            path: resource.path(namespace: namespace), query: options.query + [Self.includeObject], accept: .tables,
            allowsCompression: false)
        let answer = try await transport.open(request)
        try expectJSON(answer, request.attempt)
        try await receive([], columns)
        var stream = PrintedWatchStream(resource, columns: columns)
        try await read(answer, request.attempt) { chunk in
            let now = printedAt()
            let events = try chunk.withUnsafeReadableBytes { try stream.append($0, printedAt: now) }
            let end = events.firstIndex { if case .error = $0 { true } else { false } }
            let good = events[..<(end ?? events.endIndex)]
            if !good.isEmpty { try await Received.pass { try await receive(Array(good), stream.columns) } }
            if let end, case .error(let status) = events[end] { throw Self.failure(of: status, request.attempt) }
        }
        do {
            try stream.finish()
        } catch {
            throw decodingFailure(error, request.attempt)
        }
    }

    private func expectJSON(_ answer: Transport.Answer, _ attempt: String) throws {
        guard answer.format == .json else {
            throw APIFailure(.malformedAnswer, attempt: attempt, detail: "the server answered protobuf, not JSON")
        }
    }
}
