import ClusterState
import KubernetesModel

/// Decides how one kind and scope is kept current: list, watch, and what to do when either fails.
///
/// A kind that cannot be watched is listed again and again.
///
/// Pure: it answers what happened with what to do next, and `Reflector` does it. Of the actions of one answer the last
/// one takes time; its outcome is the next input.
package struct ReflectorMachine: Sendable {
    /// What happened.
    package enum Input: Sendable {
        case start
        /// A page was read; without a token it was the last.
        ///
        /// With `pollAfter` the kind cannot be watched, and is to be listed again after that time.
        case page(continueToken: String?, version: String, pollAfter: Duration? = nil)
        /// The newest version that the server has of the kind.
        case checked(version: String)
        /// The server accepted the watch.
        case opened
        /// The watch brought events or a bookmark, the newest of this version.
        case progressed(version: String)
        /// The server ended the watch.
        case ended
        /// The list or the watch failed.
        case failed(APIFailure)
        /// The wait is over.
        case timerFired
        /// The user does not want to wait.
        case retryNow
        /// The server, for which this wait is, has answered somebody else.
        case serverIsBack
    }

    /// What to do.
    package enum Action: Sendable, Equatable {
        /// What follows is a new list, which replaces what is there when it ends.
        ///
        /// With `isNewHistory` the same version does not mean the same object.
        case beginList(isNewHistory: Bool)
        /// The list is complete.
        case endList
        /// Show this state. The count of `.loading` is filled in by the store.
        case publish(LoadState)
        case list(ListPart)
        /// Ask which version is the newest.
        case check
        case watch(from: String, timeoutSeconds: Int)
        case wait(Duration)
    }

    private enum Phase: Equatable {
        case idle
        /// `page` counts from 0.
        case listing(page: Int)
        /// All at once, after a first page.
        case listingRest
        /// Whether the server's history still goes on from what we have.
        case checking
        case watching
        case waiting(Step)
    }

    private enum Step: Equatable { case list, watch }

    /// The first page of a list that shows its rows as they come: small, so that the first come at once.
    package static let firstPageLimit = 500
    package static let pageLimit = 5000
    /// The first wait after a failure; each further one is twice as long.
    ///
    /// Jitter makes any wait up to half longer.
    package static let shortestWait = Duration.milliseconds(500)
    /// No wait is longer, jitter included, unless the server asks for it.
    package static let longestWait = Duration.seconds(30)
    /// The wait after an answer that will hardly change, such as a refusal.
    package static let refusedWait = Duration.seconds(60)
    /// How long after a list a kind that cannot be watched is listed again.
    package static let pollInterval = Duration.seconds(30)
    /// The longest that a server may make us wait by `Retry-After`.
    package static let longestRetryAfter = Duration.seconds(300)
    /// The server is asked to end a watch after a time of this range, so that not all end at once.
    package static let watchTimeoutSeconds = 240...300
    /// A watch that lived this long was well, even if nothing happened.
    private static let healthyMicroseconds: Int64 = 30_000_000

    private var phase = Phase.idle
    private var random: SplitMix64
    private var shown = LoadState.loading(count: 0)
    private var wasListed = false
    /// The next complete list is of another history than what we have.
    private var startsOver = false
    private var version = ""
    /// The server cannot give a whole list at once.
    private var listsPagesOnly = false
    /// Failures since the last complete list.
    private var listFailures = 0
    /// Failures, and ends without an event, since a watch last was well.
    private var watchFailures = 0
    /// How often no watch could begin where a list had ended, since a watch last brought something.
    private var goneInARow = 0
    private var watchOpened: Timestamp?
    private var watchProgressed = false
    /// Since when rows may be out of date.
    private var staleSince: Timestamp?
    /// Whether the server knows no watch of the kind, whatever discovery says.
    private var refusesWatches = false
    /// The server's words when it lets us list, but not watch.
    private var watchRefusal: String?
    /// Whether the last attempt failed in a way that concerns every kind: the server, or the way to it.
    ///
    /// A wait meanwhile ends early when another kind has reached the server.
    package private(set) var isServerLost = false

    /// A machine whose jitter follows from `seed`.
    package init(seed: UInt64) {
        random = SplitMix64(seed: seed)
    }

    /// Takes what happened and says what to do; `[]` to go on with what is being done.
    package mutating func handle(_ input: Input, now: Timestamp) -> [Action] {
        noteServer(input)
        switch (phase, input) {
        case (.idle, .start): return list()
        case (.listing(let page), .page(let token, let version, let pollAfter)):
            if let token, !token.isEmpty { return nextPage(page + 1, token: token) }
            return listed(version, pollAfter: pollAfter, now: now)
        case (.listingRest, .page(_, let version, let pollAfter)):
            return listed(version, pollAfter: pollAfter, now: now)
        case (.listingRest, .failed(let failure)):
            guard case .server = failure.reason else { return listFailed(failure, page: 1, now: now) }
            listsPagesOnly = true
            return list()
        case (.listing(let page), .failed(let failure)): return listFailed(failure, page: page, now: now)
        case (.checking, .checked(let newest)):
            return isNewHistory(newest) ? list(isNewHistory: true) : watch()
        case (.checking, .failed(let failure)): return watchFailed(failure, now: now)
        case (.watching, .opened):
            watchOpened = now
            watchRefusal = nil
            return current()
        case (.watching, .progressed(let newest)):
            if !newest.isEmpty { version = newest }
            watchProgressed = true
            watchFailures = 0
            goneInARow = 0
            watchRefusal = nil
            return current()
        case (.watching, .ended): return watchEnded(now: now)
        case (.watching, .failed(let failure)): return watchFailed(failure, now: now)
        case (.waiting(let step), .timerFired), (.waiting(let step), .serverIsBack): return resume(step)
        case (.waiting(let step), .retryNow):
            listFailures = 0
            watchFailures = 0
            goneInARow = 0
            return resume(step)
        default: return []
        }
    }

    private mutating func noteServer(_ input: Input) {
        switch input {
        case .page, .checked, .opened, .progressed, .ended: isServerLost = false
        case .failed(let failure): isServerLost = Self.concernsEveryKind(failure)
        case .start, .timerFired, .retryNow, .serverIsBack: break
        }
    }

    /// Whether a failure lies in the server or the way to it, so that it ends for every kind at once.
    private static func concernsEveryKind(_ failure: APIFailure) -> Bool {
        switch failure.reason {
        case .transport, .timeout, .tls, .unauthorized, .malformedAnswer: true
        case .server(let status): (502...504).contains(status) && failure.retryAfterSeconds == nil
        case .forbidden, .notFound, .conflict, .gone, .tooManyRequests, .configuration, .readOnly: false
        }
    }

    // MARK: Listing

    private mutating func list(isNewHistory: Bool = false) -> [Action] {
        phase = .listing(page: 0)
        startsOver = startsOver || isNewHistory
        let limit = wasListed ? Self.pageLimit : Self.firstPageLimit
        return [.beginList(isNewHistory: startsOver), .list(.first(limit: limit))]
    }

    /// Reads on after a page.
    ///
    /// After the first page of all, whose rows are on the screen already, the whole list comes from the server's cache: it
    /// costs the server and us half of what pages cost. It is a list of its own, since what the first page named may be
    /// gone by then. A server that cannot give that is asked for pages, from the first.
    private mutating func nextPage(_ page: Int, token: String) -> [Action] {
        let progress = wasListed ? [] : show(.loading(count: 0))
        if page == 1, !wasListed, !listsPagesOnly {
            phase = .listingRest
            return progress + [.beginList(isNewHistory: startsOver), .list(.allCached)]
        }
        phase = .listing(page: page)
        return progress + [.list(.next(continueToken: token, limit: Self.pageLimit))]
    }

    private mutating func listed(_ version: String, pollAfter: Duration?, now: Timestamp) -> [Action] {
        let pollAfter = pollAfter ?? (refusesWatches ? Self.pollInterval : nil)
        // The list left out what it took for the same; it is read once more without that.
        if !startsOver, pollAfter == nil, isNewHistory(version) { return list(isNewHistory: true) }
        self.version = version
        listFailures = 0
        wasListed = true
        startsOver = false
        staleSince = nil
        if let pollAfter { return [.endList] + show(.ready) + wait(pollAfter, then: .list) }
        if let watchRefusal {
            staleSince = now
            return [.endList] + show(.stale(since: now, reason: watchRefusal, retryAt: nil)) + watch()
        }
        return [.endList] + show(.ready) + watch()
    }

    private mutating func listFailed(_ failure: APIFailure, page: Int, now: Timestamp) -> [Action] {
        switch failure.reason {
        case .forbidden:
            return show(.forbidden(reason: words(failure))) + wait(slowWait(), then: .list)
        case .notFound:
            return show(.unavailable(reason: words(failure))) + wait(slowWait(), then: .list)
        case .configuration, .readOnly:
            return pause(slowWait(), then: .list, failure, now: now)
        case .gone where page > 0 && listFailures == 0:
            listFailures = 1
            return list()
        default:
            listFailures += 1
            return pause(backoff(listFailures, failure), then: .list, failure, now: now)
        }
    }

    // MARK: Watching

    /// Asks for the newest version before it watches again.
    ///
    /// A server that lost its history (another etcd, a restored backup) may accept a watch from a version it does not have
    /// yet, and stays silent.
    private mutating func check() -> [Action] {
        phase = .checking
        watchOpened = nil
        watchProgressed = false
        return [.check]
    }

    /// Whether the server's newest version is before ours; versions that are no numbers cannot be compared.
    ///
    /// A server that has counted past our version again cannot be told from one that kept its history.
    private func isNewHistory(_ newest: String) -> Bool {
        guard let newest = UInt64(newest), let ours = UInt64(version) else { return false }
        return newest < ours
    }

    private mutating func watch() -> [Action] {
        phase = .watching
        watchOpened = nil
        watchProgressed = false
        let seconds = Int.random(in: Self.watchTimeoutSeconds, using: &random)
        return [.watch(from: version, timeoutSeconds: seconds)]
    }

    /// What is shown is current again.
    private mutating func current() -> [Action] {
        staleSince = nil
        return show(.ready)
    }

    private mutating func watchEnded(now: Timestamp) -> [Action] {
        forgiveHealthyWatch(now: now)
        if watchProgressed { return watch() }
        watchFailures += 1
        if watchFailures == 1 { return watch() }
        return pause(
            backoff(watchFailures - 1, nil), then: .watch, because: "the server keeps ending the watch", now: now)
    }

    private mutating func watchFailed(_ failure: APIFailure, now: Timestamp) -> [Action] {
        forgiveHealthyWatch(now: now)
        switch failure.reason {
        case .forbidden, .notFound:
            // The list says whether all of the kind is refused, or only the watch.
            let isFirst = watchRefusal == nil
            watchRefusal = words(failure)
            return isFirst ? list() : pause(slowWait(), then: .list, failure, now: now)
        case .server(405):
            refusesWatches = true
            return list()
        case .gone:
            goneInARow += 1
            return goneInARow == 1 ? list() : pause(backoff(goneInARow - 1, failure), then: .list, failure, now: now)
        case .malformedAnswer where watchFailures == 0:
            watchFailures = 1  // One bad event, or a proxy that came in between.
            return check()
        default:
            watchFailures += 1
            return pause(backoff(watchFailures, failure), then: .watch, failure, now: now)
        }
    }

    /// Forgets earlier failures when the watch that is over had lived for a while.
    private mutating func forgiveHealthyWatch(now: Timestamp) {
        guard let watchOpened, now.microseconds &- watchOpened.microseconds >= Self.healthyMicroseconds else { return }
        watchFailures = 0
        goneInARow = 0
        watchProgressed = true
    }

    // MARK: Waiting

    /// Shows a failure that may pass, and waits.
    private mutating func pause(_ delay: Duration, then step: Step, _ failure: APIFailure, now: Timestamp) -> [Action] {
        pause(delay, then: step, because: words(failure), now: now)
    }

    private mutating func pause(
        _ delay: Duration, then step: Step, because reason: String, now: Timestamp
    ) -> [Action] {
        let retryAt = now.advanced(by: delay)
        let state: LoadState
        if wasListed {
            let since = staleSince ?? now
            staleSince = since
            state = .stale(since: since, reason: reason, retryAt: retryAt)
        } else {
            state = .failed(reason: reason, retryAt: retryAt)
        }
        return show(state) + wait(delay, then: step)
    }

    private mutating func wait(_ delay: Duration, then step: Step) -> [Action] {
        phase = .waiting(step)
        return [.wait(delay)]
    }

    private mutating func resume(_ step: Step) -> [Action] {
        var actions: [Action] = []
        switch shown {
        case .stale(let since, let reason, _): actions = show(.stale(since: since, reason: reason, retryAt: nil))
        case .failed(let reason, _): actions = show(.failed(reason: reason, retryAt: nil))
        case .loading, .ready, .forbidden, .unavailable: break
        }
        return actions + (step == .list ? list() : check())
    }

    /// How long to wait after so many failures in a row, or as long as the server asks.
    private mutating func backoff(_ failures: Int, _ failure: APIFailure?) -> Duration {
        let doublings = min(max(failures - 1, 0), 10)
        let delay = jittered(min(Self.shortestWait * (1 << doublings), Self.longestWait / 1.5))
        guard let seconds = failure?.retryAfterSeconds else { return delay }
        return max(delay, min(.seconds(max(0, seconds)), Self.longestRetryAfter))
    }

    private mutating func slowWait() -> Duration { jittered(Self.refusedWait) }

    private mutating func jittered(_ delay: Duration) -> Duration {
        delay * Double.random(in: 1...1.5, using: &random)
    }

    // MARK: Showing

    private mutating func show(_ state: LoadState) -> [Action] {
        guard state != shown else { return [] }
        shown = state
        return [.publish(state)]
    }

    private func words(_ failure: APIFailure) -> String {
        failure.detail.isEmpty ? failure.description : failure.detail
    }
}

// MARK: - For the log

extension ReflectorMachine {
    /// What is being done, in words for the log.
    package var phaseName: String {
        switch phase {
        case .idle: "idle"
        case .listing(page: 0): "listing"
        case .listing: "listing further pages"
        case .listingRest: "listing the rest"
        case .checking: "checking"
        case .watching: "watching"
        case .waiting(.list): "waiting to list"
        case .waiting(.watch): "waiting to watch"
        }
    }
}

extension ReflectorMachine.Input {
    /// What happened, in words for the log; of a failure its reason.
    package var name: String {
        switch self {
        case .start: "start"
        case .page(let token, _, _): token?.isEmpty == false ? "page" : "last page"
        case .checked: "checked"
        case .opened: "opened"
        case .progressed: "progressed"
        case .ended: "ended"
        case .failed(let failure): "failed: \(failure.reason)"
        case .timerFired: "timer fired"
        case .retryNow: "retry now"
        case .serverIsBack: "server is back"
        }
    }
}

extension Timestamp {
    /// The moment this much later; clamped.
    func advanced(by duration: Duration) -> Timestamp {
        let (seconds, attoseconds) = duration.components
        let whole = Timestamp(seconds: seconds).microseconds
        let (sum, overflow) = microseconds.addingReportingOverflow(whole &+ attoseconds / 1_000_000_000_000)
        return Timestamp(microseconds: overflow ? .max : sum)
    }
}
