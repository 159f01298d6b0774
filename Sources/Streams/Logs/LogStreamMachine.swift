import KubernetesModel

/// What a pod says about one of its containers, as far as its log is concerned.
package struct LogContainerState: Sendable, Equatable {
    /// How far its run is.
    package enum Phase: Sendable, Equatable {
        /// Never started.
        case waiting
        case running
        /// Ended, and perhaps waiting for its next run.
        case ended
        /// The pod is no longer there.
        case gone
    }

    package var phase: Phase
    /// How many runs there were before this one.
    package var restarts: Int
    /// Whether it will run, or run again.
    package var willRun: Bool
    /// Why it does not run, such as `ContainerCreating`; empty when not known.
    package var reason: String
    /// Of the run that ended, or of the one before the run that goes on; `nil` when not known.
    package var exitCode: Int?
    /// When that run ended; `nil` when not known.
    package var finishedAt: Timestamp?
    /// The run before this one, as the server keeps its log; `nil` when there was none.
    package var previous: TerminatedState?

    package init(
        _ phase: Phase, restarts: Int = 0, willRun: Bool = false, reason: String = "", exitCode: Int? = nil,
        finishedAt: Timestamp? = nil
    ) {
        self.phase = phase
        self.restarts = restarts
        self.willRun = willRun
        self.reason = reason
        self.exitCode = exitCode
        self.finishedAt = finishedAt
    }
}

/// Decides how the log of one container is read: again after it was cut, and on with the next run after a restart.
///
/// Pure: it answers what happened with what to do next. What was read before is left out by `LogResume`.
package struct LogStreamMachine: Sendable {
    /// One reading of the log.
    package enum Read: Sendable, Equatable {
        /// What was asked for.
        case first
        /// From where the last one ended, and on as the log grows.
        case follow
        /// From where the last one ended, as far as it is.
        case rest
        /// From where the last one ended, of the run before this one.
        case previous
    }

    /// How a reading ended.
    package enum Outcome: Sendable, Equatable {
        /// The server ended it; whether any bytes came.
        case ended(hadBytes: Bool)
        case failed(APIFailure, hadBytes: Bool)
    }

    package enum Action: Sendable, Equatable {
        case read(Read)
        /// Until the container's state changes, or so long.
        case wait(atMost: Duration?)
        /// Nothing more will come; the failure if that is why.
        case finish(APIFailure?)
    }

    static let shortestWait = Duration.milliseconds(500)
    static let longestWait = Duration.seconds(10)
    /// How often a log that is not followed is tried again.
    static let attempts = 4
    /// A container that a server calls not started, and the pod does not, is asked again after so long.
    static let refusedWait = Duration.seconds(2)

    private let follows: Bool
    /// Whether lines have stamps, so that reading again is possible.
    private let canResume: Bool
    private var read = Read.first
    /// Whether what was asked for has been read, as far as it was there.
    private var hasBegun = false
    /// The run that is read, by the restarts before it; `nil` before the first.
    private var run: Int?
    /// Whether the run ended and was read once more after that.
    private var wasSwept = false
    /// Readings in a row that failed, or brought nothing.
    private var idle = 0
    /// Whether the last reading was cut off, so that lines may have been written since that nobody read.
    package private(set) var wasCutOff = false

    package init(follows: Bool, canResume: Bool = true) {
        self.follows = follows
        self.canResume = canResume
    }

    /// What to do first.
    package mutating func start(_ state: LogContainerState) -> Action { next(state) }

    /// What to do after a wait.
    package mutating func woke(_ state: LogContainerState) -> Action { next(state) }

    /// What to do after a reading.
    package mutating func handle(_ outcome: Outcome, _ state: LogContainerState) -> Action {
        switch outcome {
        case .ended(let hadBytes): ended(hadBytes: hadBytes, state)
        case .failed(let failure, let hadBytes): failed(failure, hadBytes: hadBytes, state)
        }
    }

    private mutating func ended(hadBytes: Bool, _ state: LogContainerState) -> Action {
        guard follows, canResume else { return .finish(nil) }
        hasBegun = true
        wasCutOff = false
        idle = hadBytes ? 0 : idle + 1
        switch read {
        case .first, .follow:
            // The pod says that its container ended only a moment after the log did.
            if state.phase == .running && state.restarts == run { return .wait(atMost: pause) }
        case .rest: wasSwept = true
        case .previous: run = state.restarts
        }
        return next(state)
    }

    private mutating func failed(_ failure: APIFailure, hadBytes: Bool, _ state: LogContainerState) -> Action {
        switch failure.reason {
        case .notFound:
            // A pod that went while its log was followed is an end like any other.
            return .finish(follows && hasBegun ? nil : failure)
        case .unauthorized, .forbidden, .configuration, .tls: return .finish(failure)
        case .server(400):
            guard follows, canResume else { return .finish(failure) }
            // There is no run before this one, or it is no longer kept.
            if read == .previous { return ended(hadBytes: hadBytes, state) }
            return state.phase == .gone ? .finish(nil) : .wait(atMost: Self.refusedWait)
        default: break
        }
        if hadBytes { hasBegun = true }
        wasCutOff = true
        idle = hadBytes ? 1 : idle + 1
        guard canResume, follows || idle < Self.attempts, state.phase != .gone else { return .finish(failure) }
        return .wait(atMost: failure.retryAfterSeconds.map { max(.seconds($0), pause) } ?? pause)
    }

    /// What to do now, by what the pod says.
    private mutating func next(_ state: LogContainerState) -> Action {
        // The server's own words say best why there is no log.
        guard follows else { return begin(hasBegun ? .rest : .first) }
        switch state.phase {
        case .gone: return .finish(nil)
        case .waiting: return state.willRun ? .wait(atMost: nil) : .finish(nil)
        case .running, .ended: break
        }
        guard hasBegun, let run else {
            run = state.restarts
            return begin(.first)
        }
        if state.restarts > run { return begin(.previous) }
        guard state.phase == .ended else { return begin(.follow) }
        guard wasSwept else { return begin(.rest) }
        return state.willRun ? .wait(atMost: nil) : .finish(nil)
    }

    private mutating func begin(_ read: Read) -> Action {
        self.read = read
        if read != .rest { wasSwept = false }
        return .read(read)
    }

    /// The wait before the next reading.
    private var pause: Duration {
        min(Self.shortestWait * (1 << min(max(idle - 1, 0), 10)), Self.longestWait)
    }
}
