import AsyncHTTPClient
import FoundationEssentials
import KubernetesModel
import Logging
import NIOCore
import NIOHTTP1
import NIOHTTPCompression
import NIOPosix
import NIOSSL
import Synchronization

/// Sends requests to one API server and makes failures of what is no answer of an API server.
final class Transport: Sendable {
    /// An answer whose head was accepted.
    struct Answer {
        var format: WireFormat
        var body: HTTPClientResponse.Body
    }

    /// The largest body that is read as a whole, in bytes.
    static let maximumBodyBytes = 256 << 20
    /// How long to wait for connections to close.
    private static let closingTime = TimeAmount.milliseconds(300)
    /// How much of the body of a failure is read, in bytes.
    static let maximumFailureBytes = 1 << 20
    /// A server that asks for more seconds than a day has is not believed.
    private static let longestRetryAfter = 86_400

    let access: ClusterAccess
    /// Found while reading certificates, in words for the user.
    let warnings: [String]

    let credentials: CredentialSource

    let client: HTTPClient
    /// For logs, which may be silent for hours: over HTTP/1.1, a connection for each, so that they are not in the way of
    /// what lists, watches and acts.
    private let logClient: HTTPClient
    let tls: TLSConfigurations
    let contexts = TLSContexts()
    let bridge: ProxyBridge?
    let timeouts: ClientTimeouts
    private let userAgent: String
    let requests = Mutex(0)
    private let clockOffset = Mutex(Duration.zero)

    init(
        _ access: ClusterAccess, timeouts: ClientTimeouts, userAgent: String, pluginHost: PluginHost
    ) throws(KubeconfigFailure) {
        tls = try TLSConfigurations(access)
        self.access = access
        self.timeouts = timeouts
        self.userAgent = userAgent
        warnings = tls.warnings
        credentials = CredentialSource(access, host: pluginHost)

        var configuration = HTTPClient.Configuration(
            tlsConfiguration: tls.current, redirectConfiguration: .disallow,
            timeout: .init(connect: TimeAmount(timeouts.connect), read: TimeAmount(timeouts.silence)),
            decompression: .enabled(limit: .none))
        configuration.httpVersion = .automatic
        configuration.connectionPool.retryConnectionEstablishment = false
        // Over HTTP/1.1 each watch holds a connection, and many kinds may be watched in several namespaces.
        configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = 256
        let prepare = { @Sendable (channel: any Channel) in
            channel.eventLoop.makeCompletedFuture {
                try Self.findDeadLinks(channel)
                guard access.server.usesTLS, !access.insecureSkipTLSVerify else { return }
                try ServerIdentity.check(channel, isFor: access.certifiedName)
            }
        }
        // Before the first request is sent.
        configuration.http1_1ConnectionDebugInitializer = prepare
        configuration.http2ConnectionDebugInitializer = prepare
        if let name = access.tlsServerName { configuration.dnsOverride = [name: access.server.host] }
        bridge = try Self.bridge(access, tls.current, timeouts)
        if let bridge {
            configuration.proxy = .server(
                host: "127.0.0.1", port: bridge.port,
                authorization: .basic(username: ProxyBridge.user, password: bridge.password))
        }
        client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
        configuration.httpVersion = .http1Only
        configuration.timeout.read = nil
        configuration.decompression = .disabled
        configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = 1024
        logClient = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    }

    /// The way to a server that is behind a proxy.
    private static func bridge(
        _ access: ClusterAccess, _ tls: TLSConfiguration, _ timeouts: ClientTimeouts
    ) throws(KubeconfigFailure) -> ProxyBridge? {
        guard let proxy = access.proxy else { return nil }
        var configuration = TLSConfiguration.makeClientConfiguration()
        if access.insecureSkipTLSVerify { configuration.certificateVerification = .none }
        // As with kubectl, what the cluster trusts counts for the proxy too; the system's authorities as well.
        if case .certificates(let authorities)? = tls.trustRoots {
            configuration.additionalTrustRoots = [.certificates(authorities)]
        }
        do {
            return try ProxyBridge(proxy, tls: configuration, timeout: timeouts.connect)
        } catch {
            throw KubeconfigFailure(
                file: access.file, problem: "the proxy \(proxy) cannot be used: \(error)",
                remedy: "check that loopback is up")
        }
    }

    /// Closes every connection; requests under way fail.
    ///
    /// Nobody waits for the rest of a connection that is being made to a server that does not answer: nothing comes of it.
    func shutdown() async {
        await credentials.shutdown()
        let (client, logClient, bridge) = (client, logClient, bridge)
        let closed = client.eventLoopGroup.any().makePromise(of: Void.self)
        let limit = closed.futureResult.eventLoop.scheduleTask(in: Self.closingTime) { closed.succeed() }
        Task {
            // Fails only when it was shut down before, which is as good.
            async let logsClosed: Void? = try? await logClient.shutdown()
            try? await client.shutdown()
            _ = await logsClosed
            await bridge?.shutdown()
            limit.cancel()
            closed.succeed()
        }
        try? await closed.futureResult.get()
    }

    /// Requests started so far.
    var requestCount: Int { requests.withLock { $0 } }

    /// The server's clock minus ours; zero before the first answer.
    var serverClockOffset: Duration { clockOffset.withLock { $0 } }

    /// Sends a request and waits for the head of its answer.
    ///
    /// - Throws: `APIFailure` when the answer is a failure or no answer of an API server, `CancellationError`.
    func open(_ request: APIRequest) async throws -> Answer {
        let response = try await accepted(request)
        let contentType = response.headers.first(name: "Content-Type") ?? ""
        guard let format = WireFormat(contentType: contentType) else {
            let start = await beginning(of: response.body, upTo: 16 << 10)
            throw APIFailure.noKubernetesAPI(
                attempt: request.attempt, server: access.server, status: 200, contentType: contentType, body: start)
        }
        return Answer(format: format, body: response.body)
    }

    /// Refuses what may change the cluster, where only reading is allowed.
    ///
    /// Every way to the server passes here, because it needs the credential.
    func permit(_ request: APIRequest) throws(APIFailure) {
        guard let reason = access.readOnlyReason, request.changesCluster else { return }
        throw APIFailure(.readOnly, attempt: request.attempt, detail: "refused, because this is read-only (\(reason))")
    }

    /// Sends a request that changes something, and reads what the server says about it.
    ///
    /// - Returns: `nil` when the change was accepted but its answer could not be read.
    func change(_ request: APIRequest) async throws -> JSONValue? {
        let response = try await accepted(request)
        // The head says that it was done; the rest can only tell more.
        guard let body = try? await response.body.collect(upTo: Self.maximumBodyBytes) else { return nil }
        return try? body.withUnsafeReadableBytes { try JSONValue(parsing: $0) }
    }

    /// Sends a request and waits for the head of an answer that says it was done, or begun.
    private func accepted(_ request: APIRequest) async throws -> HTTPClientResponse {
        let (response, credential) = try await response(to: request)
        // A pod that no node has yet has a log without content.
        guard (200...202).contains(response.status.code) || request.isLog && response.status == .noContent else {
            let body = await beginning(of: response.body, upTo: Self.maximumFailureBytes)
            let code = Int(response.status.code)
            let error = refusal(code, response.headers, body, request.attempt, credential)
            guard request.changesCluster, [502, 504].contains(code), var failure = error as? APIFailure else {
                throw error
            }
            // Whoever stands in between gave up, or the server did; either may be too late.
            failure.mayHaveHappened = true
            throw failure
        }
        return response
    }

    /// Sends a request and waits for the head of its answer, whatever that says.
    ///
    /// - Returns: The answer, and the credential that got it.
    private func response(to request: APIRequest) async throws -> (HTTPClientResponse, Credential) {
        var credential = try await credential(for: request)
        let generation = tls.generation
        var response: HTTPClientResponse
        do {
            response = try await send(request, credential)
        } catch let failure as APIFailure where failure.reason == .tls && tls.hasOther(than: generation) {
            response = try await send(request, credential)
        }
        // Once more with a new credential, where one can be had.
        if response.status == .unauthorized, await hasOther(than: credential, generation) {
            _ = await beginning(of: response.body, upTo: Self.maximumFailureBytes)
            credential = try await self.credential(for: request)
            response = try await send(request, credential)
        }
        return (response, credential)
    }

    /// An answer of somebody behind the server, or of the server itself.
    struct AnyAnswer {
        var status: Int
        /// What the server itself says is wrong; `nil` for the answer of somebody behind it.
        var failure: APIFailure?
    }

    /// Sends a request to somebody behind the server.
    func answer(_ request: APIRequest) async throws -> AnyAnswer {
        let (response, credential) = try await response(to: request)
        let body = await beginning(of: response.body, upTo: 64 << 10)
        try Task.checkCancellation()
        let status = Int(response.status.code)
        let format = WireFormat(contentType: response.headers.first(name: "Content-Type") ?? "")
        let isServers =
            format.flatMap { format in body.withUnsafeBytes { StatusObject.decode($0, format: format) } } != nil
        guard status >= 400, isServers else { return AnyAnswer(status: status) }
        let failure = refusal(status, response.headers, body, request.attempt, credential)
        return AnyAnswer(status: status, failure: failure as? APIFailure)
    }

    /// Sends a request and reads an answer that is plain bytes, such as a log, up to a limit.
    func plain(_ request: APIRequest, upTo limit: Int) async throws -> [UInt8] {
        let response = try await accepted(request)
        let bytes = await beginning(of: response.body, upTo: limit)
        try Task.checkCancellation()
        return bytes
    }

    /// Sends a request for a log and reads it as it grows.
    ///
    /// - Throws: `APIFailure`, `CancellationError`, and what `receive` throws.
    func log(_ request: APIRequest, receive: ([UInt8]) async throws -> Void) async throws {
        let response = try await accepted(request)
        var bytes = response.body.makeAsyncIterator()
        while true {
            let chunk: ByteBuffer?
            do {
                chunk = try await bytes.next()
            } catch {
                throw await failure(of: error, request.attempt)
            }
            guard let chunk else { break }
            try await receive(Array(chunk.readableBytesView))
        }
        try Task.checkCancellation()
    }

    /// Sends a request and reads the whole body of its answer.
    func bytes(_ request: APIRequest) async throws -> (format: WireFormat, body: ByteBuffer) {
        let answer = try await open(request)
        do {
            return (answer.format, try await answer.body.collect(upTo: Self.maximumBodyBytes))
        } catch is NIOTooManyBytesError {
            throw APIFailure(
                .malformedAnswer, attempt: request.attempt,
                detail: "the answer is larger than \(Self.maximumBodyBytes >> 20) MiB")
        } catch {
            throw await failure(of: error, request.attempt)
        }
    }

    /// Makes an `APIFailure` of an error of the layers below; cancellation stays what it is.
    func failure(of error: any Error, _ attempt: String) async -> any Error {
        if Task.isCancelled || error is CancellationError { return CancellationError() }
        if let proxy = access.proxy, let refusal = bridge?.failure {
            let words = TransportProblem(proxy, refusal, access: access, timeouts: timeouts)
            return APIFailure(words.reason, attempt: attempt, detail: words.detail)
        }
        let words = TransportProblem(error, access: access, timeouts: timeouts)
        if words.isUnverifiedCertificate {
            let certificate =
                access.proxy == nil
                ? await TLSProbe.certificate(
                    of: access.server, serverName: access.tlsServerName, group: client.eventLoopGroup) : nil
            return APIFailure(
                .tls, attempt: attempt,
                detail: "\(access.server.hostAndPort): "
                    + TLSProbe.explanation(certificate, now: .now, access: access))
        }
        return APIFailure(words.reason, attempt: attempt, detail: words.detail)
    }

    /// The same of a request whose answer did not come, which says whether it may have been carried out.
    private func failure(of error: any Error, sending request: APIRequest) async -> any Error {
        let wasRefusedOnTheWay = bridge?.failure != nil
        let words = await failure(of: error, request.attempt)
        guard request.changesCluster, !wasRefusedOnTheWay, var failure = words as? APIFailure else { return words }
        failure.mayHaveHappened = TransportProblem.mayHaveBeenSent(before: error)
        return failure
    }

    /// Whether there is another credential than the one that was refused.
    func hasOther(than credential: Credential, _ certificates: Int) async -> Bool {
        if await credentials.refused(credential) { return true }
        return access.clientCertificate != nil && tls.hasOther(than: certificates)
    }

    func credential(for request: APIRequest) async throws -> Credential {
        try permit(request)
        do {
            return try await credentials.credential()
        } catch var failure as APIFailure {
            failure.attempt = request.attempt
            throw failure
        }
    }

    /// Sends a request once.
    private func send(_ request: APIRequest, _ credential: Credential) async throws -> HTTPClientResponse {
        let prepared = try prepare(request, credential)
        requests.withLock { $0 &+= 1 }
        let response: HTTPClientResponse
        do {
            // Some servers send no head before the first line of a log that is followed.
            let waits = timeouts.answer == .zero || request.isFollowed
            response = try await (request.isLog ? logClient : client).execute(
                prepared, deadline: waits ? .distantFuture : .now() + TimeAmount(timeouts.answer))
        } catch {
            throw await failure(of: error, sending: request)
        }
        if let date = response.headers.first(name: "Date").flatMap(HTTPDate.parse) { noteServerTime(date) }
        return response
    }

    private func prepare(_ request: APIRequest, _ credential: Credential) throws -> HTTPClientRequest {
        let server = access.server
        let host = access.tlsServerName.map { "\($0):\(server.port)" } ?? server.hostAndPort
        var prepared = HTTPClientRequest(
            url: "\(server.usesTLS ? "https" : "http")://\(host)\(server.pathPrefix)\(request.target)")
        prepared.method = HTTPMethod(rawValue: request.method.rawValue)
        prepared.headers = headers(for: request, credential)
        if let body = request.body {
            prepared.headers.add(name: "Content-Type", value: body.contentType.rawValue)
            prepared.body = .bytes(ByteBuffer(bytes: body.bytes))
        }
        prepared.tlsConfiguration = try tlsConfiguration(for: request, credential)
        return prepared
    }

    /// How to connect with a credential.
    ///
    /// - Throws: `APIFailure` when its certificate cannot be used.
    func tlsConfiguration(for request: APIRequest, _ credential: Credential) throws -> TLSConfiguration {
        do throws(KubeconfigFailure) {
            return try tls.configuration(for: credential)
        } catch {
            throw APIFailure(.configuration, attempt: request.attempt, detail: error.description)
        }
    }

    /// The headers of a request; they hold the credential.
    func headers(for request: APIRequest, _ credential: Credential) -> HTTPHeaders {
        var headers = HTTPHeaders()
        if access.tlsServerName != nil { headers.add(name: "Host", value: access.server.hostAndPort) }
        headers.add(name: "Accept", value: request.accept.rawValue)
        headers.add(name: "User-Agent", value: userAgent)
        for (name, value) in request.headers { headers.add(name: name, value: value) }
        let mayCompress = request.allowsCompression && !access.disableCompression
        headers.add(name: "Accept-Encoding", value: mayCompress ? "gzip" : "identity")
        if let token = credential.token {
            headers.add(name: "Authorization", value: "Bearer \(token.text)")
        } else if let basic = access.basicCredential {
            let pair = Data("\(basic.username):\(basic.password.text)".utf8).base64EncodedString()
            headers.add(name: "Authorization", value: "Basic \(pair)")
        }
        if let user = request.impersonation ?? access.impersonation {
            headers.add(name: "Impersonate-User", value: user.user)
            if let uid = user.uid { headers.add(name: "Impersonate-Uid", value: uid) }
            for group in user.groups { headers.add(name: "Impersonate-Group", value: group) }
            for (key, values) in user.extra {
                for value in values { headers.add(name: "Impersonate-Extra-\(APIRequest.encoded(key))", value: value) }
            }
        }
        return headers
    }

    /// Makes a failure of an answer whose status is not the one that was meant.
    func refusal(
        _ code: Int, _ headers: HTTPHeaders, _ body: [UInt8], _ attempt: String, _ credential: Credential
    ) -> any Error {
        if Task.isCancelled { return CancellationError() }
        let status = WireFormat(contentType: headers.first(name: "Content-Type") ?? "").flatMap { format in
            body.withUnsafeBytes { StatusObject.decode($0, format: format) }
        }
        if status == nil {
            if String(decoding: body.prefix(200), as: UTF8.self).contains("HTTP request to an HTTPS server") {
                return APIFailure(
                    .tls, attempt: attempt,
                    detail: "\(access.server.hostAndPort) expects TLS; write the cluster's server as https://")
            }
            if (300..<400).contains(code) {
                return APIFailure.noKubernetesAPI(
                    attempt: attempt, server: access.server, status: code, contentType: "", body: body)
            }
        }
        let retryAfter = headers.first(name: "Retry-After").flatMap {
            Int($0.trimmed) ?? Self.secondsUntil($0, from: headers.first(name: "Date"))
        }
        var failure = APIFailure(
            status: status, httpStatus: code, attempt: attempt, body: body,
            retryAfterSeconds: retryAfter.map { min(max($0, 0), Self.longestRetryAfter) })
        if failure.reason == .unauthorized {
            failure.detail += " (\(words(forRefused: credential)))"
        }
        return failure
    }

    /// The seconds from the server's own time to a date; by our clock when the server does not say its time.
    private static func secondsUntil(_ date: String, from now: String?) -> Int? {
        HTTPDate.parse(date).map { Int($0.seconds - (now.flatMap(HTTPDate.parse) ?? .now).seconds) }
    }

    /// What was shown to the server that it did not accept, and what to do.
    private func words(forRefused credential: Credential) -> String {
        let user = access.userName.isEmpty ? "no user" : "user \"\(access.userName)\""
        let what: String
        let remedy: String
        var expiry: Timestamp?
        if let plugin = access.execPlugin {
            what = "what \(plugin.name) gave for \(user)"
            remedy = "; sign in again"
            expiry = credential.expiration
        } else if access.bearerToken != nil {
            what = "the token of \(user)"
            remedy = "; get a new one"
        } else if access.basicCredential != nil {
            what = "the password of \(user)"
            remedy = ""
        } else if let certificate = access.clientCertificate {
            var file = ""
            if case .file(let path) = certificate { file = " \(path)" }
            what = "the client certificate\(file) of \(user)"
            remedy = "; get a new one"
        } else {
            return access.server.usesTLS ? "\(user) has no credential" : "credentials are sent over https only"
        }
        if let token = credential.token {
            expiry = expiry ?? JSONWebToken(token)?.expiry
        } else {
            expiry = expiry ?? tls.certificateExpiry(with: credential)
        }
        if let expiry, expiry < .now { return "\(what) expired on \(expiry.rfc3339)\(remedy)" }
        return "the server does not accept \(what)\(remedy)"
    }

    /// The first bytes of a body; what came before it broke.
    private func beginning(of body: HTTPClientResponse.Body, upTo limit: Int) async -> [UInt8] {
        var bytes: [UInt8] = []
        do {
            for try await chunk in body {
                bytes += chunk.readableBytesView.prefix(limit - bytes.count)
                if bytes.count >= limit { break }
            }
        } catch {
            // The status of the answer says enough.
        }
        return bytes
    }

    /// The header has whole seconds: half of one is added, and what may be rounding leaves the offset as it is.
    private func noteServerTime(_ date: Timestamp) {
        let offset = Duration.microseconds(date.microseconds &- Timestamp.now.microseconds) + .milliseconds(500)
        clockOffset.withLock { known in
            if abs((known - offset) / .seconds(1)) >= 1 { known = offset }
        }
    }

    /// Lets the kernel find a dead link within 20 to 30 seconds: probes after 10 silent seconds, and data that is not
    /// acknowledged for 20 seconds ends the connection.
    static func findDeadLinks(_ channel: any Channel) throws {
        guard let options = channel.syncOptions else { return }
        try options.setOption(.socketOption(.so_keepalive), value: 1)
        try options.setOption(.tcpOption(.init(rawValue: TCPOption.keepIdle)), value: 10)
        try options.setOption(.tcpOption(.init(rawValue: TCPOption.keepInterval)), value: 5)
        try options.setOption(.tcpOption(.init(rawValue: TCPOption.keepCount)), value: 3)
        try options.setOption(.tcpOption(.init(rawValue: TCPOption.userTimeout)), value: 20_000)
    }

    /// Linux's numbers of TCP options.
    ///
    /// Source: linux/tcp.h.
    private enum TCPOption {
        static let keepIdle: CInt = 4
        static let keepInterval: CInt = 5
        static let keepCount: CInt = 6
        /// In milliseconds.
        static let userTimeout: CInt = 18
    }
}

extension Timestamp {
    /// The moment by this machine's clock.
    static var now: Timestamp {
        Timestamp(microseconds: Int64(Date().timeIntervalSince1970 * 1_000_000))
    }
}

extension APIFailure {
    /// Somebody answered, but not as an API server does.
    static func noKubernetesAPI(
        attempt: String, server: ServerAddress, status: Int, contentType: String, body: [UInt8]
    ) -> APIFailure {
        let words = APIFailure(status: nil, httpStatus: status, attempt: attempt, body: body).detail
        let type = contentType.isEmpty ? "" : " of type \(KubeconfigFailure.oneLine(String(contentType.prefix(60))))"
        return APIFailure(
            .malformedAnswer, attempt: attempt,
            detail: "\(server.hostAndPort) gave an answer\(type) (\(words)); is this a Kubernetes API server?")
    }
}
