import KubernetesModel

/// When to try a request again that changes nothing: how often, and after how long.
public struct RetryPolicy: Sendable, Hashable {
    /// How many times to try in all.
    public var maximumAttempts: Int
    /// The wait after the first attempt; doubled after each further one.
    public var firstDelay: Duration
    /// The longest wait of our own choice.
    public var maximumDelay: Duration
    /// The longest wait that the server may ask for; a longer one ends the attempts.
    public var maximumServerDelay: Duration

    /// A policy; what is not given fits a person who waits.
    public init(
        maximumAttempts: Int = 3, firstDelay: Duration = .milliseconds(250), maximumDelay: Duration = .seconds(5),
        maximumServerDelay: Duration = .seconds(10)
    ) {
        self.maximumAttempts = maximumAttempts
        self.firstDelay = firstDelay
        self.maximumDelay = maximumDelay
        self.maximumServerDelay = maximumServerDelay
    }

    /// Decides whether to try again.
    ///
    /// - Parameters:
    ///   - failure: How the last attempt failed.
    ///   - attempts: How many were made, at least 1.
    ///   - random: From 0 to 1: shortens our own wait by up to half, so that clients do not come back all at once.
    /// - Returns: How long to wait before the next attempt; `nil` to give up.
    public func delay(after failure: APIFailure, attempts: Int, random: Double) -> Duration? {
        guard attempts < maximumAttempts, Self.canHelp(failure.reason) else { return nil }
        if let seconds = failure.retryAfterSeconds {
            let asked = Duration.seconds(max(seconds, 0))
            return asked <= maximumServerDelay ? asked : nil
        }
        let doublings = min(max(attempts - 1, 0), 16)
        let full = min(firstDelay * (1 << doublings), maximumDelay)
        return full * (1 - min(max(random, 0), 1) / 2)
    }

    /// Whether the same request may succeed when it is sent again.
    static func canHelp(_ reason: APIFailure.Reason) -> Bool {
        switch reason {
        case .transport, .timeout, .tooManyRequests: true
        case .server(let status): status >= 500 && status != 501
        case .unauthorized, .forbidden, .notFound, .conflict, .gone, .malformedAnswer, .tls, .configuration,
            .readOnly:
            false
        }
    }
}
