import KubernetesModel

/// Decides when a credential program runs: a value without clock or process.
struct CredentialMachine: Sendable {
    /// What to do for a request.
    enum Decision: Sendable, Equatable {
        /// Send this one.
        case use(ExecCredential, generation: Int)
        /// Send this one, which ends soon, and run the program meanwhile.
        case useAndRun(ExecCredential, generation: Int)
        /// Run the program and wait for it.
        case run
        /// Wait for the run under way.
        case wait
        /// The program failed a moment ago.
        case fail(APIFailure)
    }

    /// How long before its end a credential is renewed, or a tenth of its life when that is less; in microseconds.
    static let leeway: Int64 = 60_000_000
    /// The pause after a failure or a refusal, doubled after each further one; in microseconds.
    static let shortestPause: Int64 = 2_000_000
    static let longestPause: Int64 = 60_000_000

    fileprivate struct Held {
        var credential: ExecCredential
        var obtained: Timestamp
    }

    private var held: Held?
    /// What the program gave last, as long as the server took it.
    var last: ExecCredential? { held?.credential }
    /// Counts credentials, so that a refusal says which one it means.
    private var generation = 0
    private var isRunning = false
    /// Why the last run gave nothing.
    private(set) var lastFailure: APIFailure?
    private var failures = Pause()
    private var refusals = Pause()

    /// A request needs a credential.
    mutating func request(now: Timestamp) -> Decision {
        if let held, !held.isOver(at: now) {
            guard held.isEnding(at: now), !isRunning, failures.isOver(at: now) else {
                return .use(held.credential, generation: generation)
            }
            isRunning = true
            return .useAndRun(held.credential, generation: generation)
        }
        if isRunning { return .wait }
        if !failures.isOver(at: now) {
            // What ended by our clock, which may be wrong, is for the server to judge.
            if let held { return .use(held.credential, generation: generation) }
            if let lastFailure { return .fail(lastFailure) }
        }
        isRunning = true
        return .run
    }

    /// The user wants a new credential now.
    ///
    /// - Returns: whether the program is to be run; otherwise it runs already.
    mutating func demand() -> Bool {
        forgetPauses()
        guard !isRunning else { return false }
        lastFailure = nil
        isRunning = true
        return true
    }

    /// The user wants to try again now, instead of after the pause.
    mutating func forgetPauses() {
        failures = Pause()
        refusals = Pause()
    }

    /// The server refused a credential.
    ///
    /// - Returns: whether another one can be had, for a second attempt.
    mutating func refused(generation refused: Int, now: Timestamp) -> Bool {
        guard refused == generation, held != nil else { return true }
        guard refusals.isOver(at: now) else { return false }
        refusals.begin(at: now)
        held = nil
        return true
    }

    /// The program gave a credential.
    mutating func obtained(_ credential: ExecCredential, now: Timestamp) {
        isRunning = false
        generation += 1
        let new = Held(credential: credential, obtained: now)
        held = new
        lastFailure = nil
        // One that is over when it comes must not be asked for again with each request.
        if new.isOver(at: now) { failures.begin(at: now) } else { failures = Pause() }
    }

    /// The program failed.
    mutating func failed(_ failure: APIFailure, now: Timestamp) {
        isRunning = false
        lastFailure = failure
        failures.begin(at: now)
    }

    /// The run was ended because nobody waits for it any more.
    mutating func cancelled() {
        isRunning = false
    }

    /// A time in which something is not done again, longer with each time in a row.
    private struct Pause: Sendable {
        private var count = 0
        private var end: Timestamp?

        func isOver(at now: Timestamp) -> Bool { end.map { $0 <= now } ?? true }

        mutating func begin(at now: Timestamp) {
            // What went well for long after the last pause is forgiven.
            if let end, now.microseconds &- end.microseconds > longestPause { count = 0 }
            let length = min(shortestPause << Int64(min(count, 10)), longestPause)
            end = Timestamp(microseconds: now.microseconds &+ length)
            count += 1
        }
    }
}

extension CredentialMachine.Held {
    fileprivate func isOver(at now: Timestamp) -> Bool { credential.expiration.map { $0 <= now } ?? false }

    fileprivate func isEnding(at now: Timestamp) -> Bool {
        guard let end = credential.expiration else { return false }
        let life = max(0, end.microseconds &- obtained.microseconds)
        return end.microseconds &- now.microseconds <= min(CredentialMachine.leeway, life / 10)
    }
}
