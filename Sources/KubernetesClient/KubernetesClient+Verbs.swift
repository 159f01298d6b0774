import AsyncHTTPClient
import KubernetesModel
import Logging
import NIOCore

extension KubernetesClient {
    /// The largest page of a list that is read, in bytes after decompression.
    static let maximumPageBytes = 4 << 30

    /// Asks the server for its version.
    ///
    /// - Throws: `APIFailure`, `CancellationError`.
    public func serverVersion() async throws -> ServerVersion {
        let request = APIRequest(attempt: "read the server's version", path: ["version"])
        guard let version = ServerVersion(try await json(request)) else {
            throw APIFailure(
                .malformedAnswer, attempt: request.attempt,
                detail: "\(access.server.hostAndPort) gave no version; is this a Kubernetes API server?")
        }
        return version
    }

    /// Reads one page of a list, decoded as it arrives.
    ///
    /// - Parameters:
    ///   - decoder: The kind to decode.
    ///   - resource: The resource to list.
    ///   - namespace: `nil` for all.
    ///   - options: Which page, which objects.
    ///   - receive: Gets the objects that each piece of the answer completes.
    /// - Returns: The list's own metadata, with the token of the next page.
    /// - Throws: `APIFailure` (with `.gone` when the token has expired), `CancellationError`.
    public func list(
        _ decoder: KindDecoder, _ resource: APIResource, namespace: String?, options: ListOptions,
        receive: ([any StoredObject]) async -> Void
    ) async throws -> ListMeta {
        try await list(
            decoder, resource, namespace: namespace, options: options, accept: .objects, receive: receive)
    }

    /// Reads one page of a list in the first form of `accept` that the server has.
    func list(
        _ decoder: KindDecoder, _ resource: APIResource, namespace: String?, options: ListOptions,
        accept: APIRequest.Accept, receive: ([any StoredObject]) async -> Void
    ) async throws -> ListMeta {
        let request = APIRequest(
            attempt: "list \(resource.groupResource.resource)\(resource.place(namespace))",
            path: resource.path(namespace: namespace), query: options.query, accept: accept)
        let answer = try await transport.open(request)
        var stream = ListStream(decoder, format: answer.format)
        var total = 0
        try await read(answer, request.attempt) { chunk in
            total += chunk.readableBytes
            guard total <= Self.maximumPageBytes else { throw WireFailure(.tooLarge, at: total) }
            let objects = try chunk.withUnsafeReadableBytes { try stream.append($0) }
            if !objects.isEmpty { await receive(objects) }
        }
        do {
            return try stream.finish()
        } catch {
            throw decodingFailure(error, request.attempt)
        }
    }

    /// Watches until the server ends the stream.
    ///
    /// - Parameters:
    ///   - decoder: The kind to decode.
    ///   - resource: The resource to watch.
    ///   - namespace: `nil` for all.
    ///   - options: From which version, which objects.
    ///   - receive: Gets an empty batch once the server has accepted, then the events that each piece of the answer
    ///     completes. An ERROR event is not among them: it is thrown.
    /// - Throws: `APIFailure` (with `.gone` when the version is too old, `.transport` when the stream was cut),
    ///   `CancellationError`, and what `receive` throws.
    public func watch(
        _ decoder: KindDecoder, _ resource: APIResource, namespace: String?, options: WatchOptions,
        receive: ([WatchEvent]) async throws -> Void
    ) async throws {
        let request = APIRequest(
            attempt: "watch \(resource.groupResource.resource)\(resource.place(namespace))",
            path: resource.path(namespace: namespace), query: options.query, accept: .objects,
            allowsCompression: false)
        let answer = try await transport.open(request)
        try await receive([])
        var stream = WatchStream(decoder, format: answer.format)
        try await read(answer, request.attempt) { chunk in
            let events = try chunk.withUnsafeReadableBytes { try stream.append($0) }
            let end = events.firstIndex { if case .error = $0 { true } else { false } }
            let good = events[..<(end ?? events.endIndex)]
            if !good.isEmpty { try await Received.pass { try await receive(Array(good)) } }
            if let end, case .error(let status) = events[end] { throw Self.failure(of: status, request.attempt) }
        }
        do {
            try stream.finish()
        } catch {
            throw decodingFailure(error, request.attempt)
        }
    }

    /// Reads one object, whole.
    ///
    /// - Parameters:
    ///   - resource: The object's resource.
    ///   - namespace: The object's namespace; empty for resources without.
    ///   - name: The object's name.
    /// - Returns: The object as the server sent it.
    /// - Throws: `APIFailure`, `CancellationError`.
    public func get(_ resource: APIResource, namespace: String, name: String) async throws -> JSONValue {
        try await json(
            APIRequest(
                attempt:
                    "get \(resource.groupResource.resource)/\(name)\(resource.isNamespaced ? " in \(namespace)" : "")",
                path: resource.path(namespace: namespace, name: name)))
    }

    /// Watches one object, whole, until the server ends the stream.
    ///
    /// - Parameters:
    ///   - resource: The object's resource.
    ///   - namespace: The object's namespace; empty for resources without.
    ///   - name: The object's name.
    ///   - resourceVersion: The version to watch from.
    ///   - receive: Gets each event but ERROR, which is thrown; also bookmarks.
    /// - Throws: `APIFailure` (with `.gone` when the version is too old), `CancellationError`, and what `receive` throws.
    public func watchDocument(
        _ resource: APIResource, namespace: String, name: String, resourceVersion: String,
        receive: (JSONWatchStream.Event) async throws -> Void
    ) async throws {
        let options = WatchOptions(resourceVersion: resourceVersion, fieldSelector: "metadata.name=\(name)")
        let request = APIRequest(
            attempt:
                "watch \(resource.groupResource.resource)/\(name)\(resource.isNamespaced ? " in \(namespace)" : "")",
            path: resource.path(namespace: namespace), query: options.query, allowsCompression: false)
        let answer = try await transport.open(request)
        var stream = JSONWatchStream()
        try await read(answer, request.attempt) { chunk in
            for event in try chunk.withUnsafeReadableBytes({ try stream.append($0) }) {
                if event.type == "ERROR" { throw Self.failure(of: event.object.status, request.attempt) }
                try await Received.pass { try await receive(event) }
            }
        }
        do {
            try stream.finish()
        } catch {
            throw decodingFailure(error, request.attempt)
        }
    }

    /// Sends a request that changes nothing and parses the answer; tries again as the policy says.
    func json(_ request: APIRequest) async throws -> JSONValue {
        var attempts = 1
        while true {
            do {
                let answer = try await transport.bytes(request)
                guard answer.format == .json else {
                    throw APIFailure(
                        .malformedAnswer, attempt: request.attempt, detail: "the server answered protobuf, not JSON")
                }
                do {
                    return try answer.body.withUnsafeReadableBytes { try JSONValue(parsing: $0) }
                } catch {
                    throw decodingFailure(error, request.attempt)
                }
            } catch let failure as APIFailure {
                let wait = retryPolicy.delay(after: failure, attempts: attempts, random: .random(in: 0...1))
                guard let wait else { throw failure }
                logger.debug(
                    "trying again",
                    metadata: ["attempt": "\(request.attempt)", "count": "\(attempts)", "wait": "\(wait)"])
                try await Task.sleep(for: wait)
                attempts += 1
            }
        }
    }

    /// Reads a body piece by piece.
    func read(
        _ answer: Transport.Answer, _ attempt: String, _ receive: (ByteBuffer) async throws -> Void
    ) async throws {
        do {
            for try await chunk in answer.body { try await receive(chunk) }
        } catch let received as Received {
            throw received.error
        } catch let failure as APIFailure {
            throw failure
        } catch let failure as WireFailure {
            throw decodingFailure(failure, attempt)
        } catch {
            throw await transport.failure(of: error, attempt)
        }
        try Task.checkCancellation()
    }

    /// A cut answer is a broken connection; anything else is no answer of an API server.
    func decodingFailure(_ error: any Error, _ attempt: String) -> APIFailure {
        let words = (error as? WireFailure)?.description ?? "the answer cannot be decoded"
        guard (error as? WireFailure)?.problem == .truncated else {
            return APIFailure(.malformedAnswer, attempt: attempt, detail: words)
        }
        return APIFailure(.transport, attempt: attempt, detail: "\(access.server.hostAndPort): \(words)")
    }

    static func failure(of status: StatusObject?, _ attempt: String) -> APIFailure {
        APIFailure(status: status, httpStatus: Int(status?.code ?? 500), attempt: attempt, body: [])
    }
}

/// An error that a caller's closure threw, on its way through ours.
struct Received: Error {
    var error: any Error

    static func pass(_ body: () async throws -> Void) async throws {
        do {
            try await body()
        } catch {
            throw Received(error: error)
        }
    }
}

extension JSONValue {
    /// The Status that a JSON object is.
    fileprivate var status: StatusObject? {
        var bytes: [UInt8] = []
        writeJSON(into: &bytes)
        return bytes.withUnsafeBytes { StatusObject.decode($0, format: .json) }
    }
}
