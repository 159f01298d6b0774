import KubernetesClient
import KubernetesModel

/// What a server offers, asked by whoever needs it first; the others wait for the same answer.
///
/// A question goes on when the one who asked is cancelled, since others wait; closing the client ends it.
actor DiscoveryCache {
    /// The server is not asked again sooner than this after an answer.
    static let leastAge = Duration.seconds(10)

    /// Every new answer; the newest is enough for a slow reader.
    nonisolated let answers: AsyncStream<Discovery>
    private let publish: AsyncStream<Discovery>.Continuation
    private let discover: @Sendable () async throws -> Discovery
    private let now: @Sendable () -> ContinuousClock.Instant
    private var asked: Task<Discovery, any Error>?
    private var askedAt: ContinuousClock.Instant?
    /// What the server said last, for when it does not answer.
    private var known: Discovery?
    private var isDoubted = false

    init(
        now: @escaping @Sendable () -> ContinuousClock.Instant,
        _ discover: @escaping @Sendable () async throws -> Discovery
    ) {
        self.now = now
        self.discover = discover
        (answers, publish) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    /// What the server offers.
    ///
    /// - Throws: what the first question threw; a later one that fails leaves the answer before it.
    func value() async throws -> Discovery {
        if let asked, !isDoubted || !isOld { return try await asked.value }
        isDoubted = false
        askedAt = now()
        let known = known
        let task = Task { [discover] in
            do {
                return try await discover()
            } catch {
                guard let known else { throw error }
                return known
            }
        }
        asked = task
        do {
            let answer = try await task.value
            if answer != self.known {
                self.known = answer
                publish.yield(answer)
            }
            return answer
        } catch {
            if asked == task { asked = nil }
            throw error
        }
    }

    /// Somebody saw that the answer may be wrong by now: whoever needs it next asks again, unless it is fresh.
    func doubt() {
        isDoubted = true
    }

    private var isOld: Bool {
        guard let askedAt else { return true }
        return now() - askedAt >= Self.leastAge
    }
}
