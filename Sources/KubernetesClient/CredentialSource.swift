import KubernetesModel

/// What a request shows to the server.
struct Credential: Sendable {
    /// The bearer token.
    var token: Secret?
    /// A client certificate and its key from a credential program, in PEM.
    var certificate: (chain: Secret, key: Secret)?
    /// When it ends, as far as its program says.
    var expiration: Timestamp?
    /// Which one of its source this is.
    var generation = 0
}

/// Gives the credential of an access, and renews what can be renewed.
///
/// A hundred requests at once cause one run of a credential program; it is ended when nobody waits for it any more.
actor CredentialSource {
    private let access: ClusterAccess
    private var file: TokenFile?
    private let runner: PluginRunner?
    private let now: @Sendable () -> Timestamp
    private var machine = CredentialMachine()
    private var running: Task<Void, Never>?
    private var waiters: [Int: CheckedContinuation<Void, any Error>] = [:]
    private var nextWaiter = 0
    /// Whether the next run is asked for by the user, who is there to answer.
    private var wantsTerminal = false
    /// Whether the run under way has the terminal.
    private var hasTerminal = false

    init(_ access: ClusterAccess, host: PluginHost, now: @escaping @Sendable () -> Timestamp = { .now }) {
        self.access = access
        self.now = now
        if case .file(let path)? = access.bearerToken { file = TokenFile(path: path, access: access) }
        runner = access.execPlugin.map { PluginRunner(plugin: $0, access: access, host: host) }
    }

    /// The credential to send now.
    ///
    /// - Throws: `APIFailure` when there is none to be had, `CancellationError`.
    func credential() async throws -> Credential {
        if file != nil { return Credential(token: try file?.token()) }
        guard runner != nil else {
            if case .value(let token)? = access.bearerToken { return Credential(token: token) }
            return Credential()
        }
        while true {
            switch machine.request(now: now()) {
            case .use(let credential, let generation): return Credential(credential, generation)
            case .useAndRun(let credential, let generation):
                start()
                return Credential(credential, generation)
            case .run:
                start()
                try await wait()
            case .wait: try await wait()
            case .fail(let failure): throw failure
            }
        }
    }

    /// What the program gave last.
    var held: Credential? { machine.last.map { Credential($0, 0) } }

    /// Notes that the server refused a credential.
    ///
    /// - Returns: whether another can be had, so that the request is worth a second attempt.
    func refused(_ credential: Credential) -> Bool {
        if file != nil { return file?.refused(credential.token) ?? false }
        return runner != nil && machine.refused(generation: credential.generation, now: now())
    }

    /// Lets a program that failed a moment ago run again with the next request.
    func forgetPauses() {
        machine.forgetPauses()
    }

    /// Runs the program now, with the terminal if there is one.
    func renew() async throws {
        guard let runner else {
            let user = access.userName.isEmpty ? "no user" : "user \"\(access.userName)\""
            throw APIFailure(.configuration, attempt: "sign in", detail: "\(user) gets no credential from a program")
        }
        if let running, !hasTerminal, runner.lendsTerminal(true) {
            // One that cannot ask is of no help to who wants to answer; whoever starts the next one gives it the terminal.
            wantsTerminal = true
            running.cancel()
            await running.value
        }
        if machine.demand() {
            wantsTerminal = true
            start()
        }
        try await wait()
        if let failure = machine.lastFailure { throw failure }
    }

    /// Ends a run under way.
    func shutdown() async {
        running?.cancel()
        await running?.value
    }

    // MARK: - Runs

    private func start() {
        guard let runner else { return }
        let wantsTerminal = wantsTerminal
        self.wantsTerminal = false
        hasTerminal = runner.lendsTerminal(wantsTerminal)
        running = Task {
            do {
                let credential = try await runner.credential(wantsTerminal: wantsTerminal)
                machine.obtained(credential, now: now())
            } catch let failure as APIFailure {
                machine.failed(failure, now: now())
            } catch {
                machine.cancelled()
            }
            running = nil
            // They look for themselves what came of it.
            let waiting = waiters
            waiters = [:]
            for waiter in waiting.values { waiter.resume() }
        }
    }

    private func wait() async throws {
        let id = nextWaiter
        nextWaiter += 1
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
                // Cancelled before it began to wait, or the run is over already.
                guard !Task.isCancelled else { return continuation.resume(throwing: CancellationError()) }
                guard running != nil else { return continuation.resume() }
                waiters[id] = continuation
            }
        } onCancel: {
            Task { await self.stopWaiting(id) }
        }
    }

    private func stopWaiting(_ id: Int) {
        guard let waiter = waiters.removeValue(forKey: id) else { return }
        waiter.resume(throwing: CancellationError())
        if waiters.isEmpty { running?.cancel() }
    }
}

extension Credential {
    fileprivate init(_ credential: ExecCredential, _ generation: Int) {
        token = credential.token
        expiration = credential.expiration
        if let chain = credential.certificate, let key = credential.key { certificate = (chain, key) }
        self.generation = generation
    }
}
