import KubernetesModel

/// What a server answered when it was asked whether it is there.
public struct ContextProbe: Sendable, Hashable {
    /// What became of it.
    public enum Outcome: Sendable, Hashable {
        /// It answered.
        case reached(Acceptance)
        /// It did not, or not as an API server does: why, in words.
        case unreachable(String)
        /// Its certificate is not accepted: why, in words.
        case untrusted(String, isForOtherName: Bool)
        /// Nothing could be sent: why, in words.
        case unusable(String)
    }

    /// What it thought of the credential.
    public enum Acceptance: Sendable, Hashable {
        /// It answered as it does to somebody it knows.
        case accepted
        /// It answered as it also would to nobody in particular.
        case notRefused
        /// It does not take the credential.
        case refused
        /// None was shown, for this reason.
        case notShown(String)
    }

    /// What became of it.
    public var outcome: Outcome
    /// Such as `v1.36.2`; empty where it may not be read.
    public var version = ""
    /// From the first byte to the end of the answer, with the connection, in milliseconds.
    public var milliseconds = 0
    /// The server's clock minus ours, in seconds, exact to about one; `nil` where it did not tell.
    public var clockOffset: Int?

    /// An outcome.
    public init(_ outcome: Outcome) { self.outcome = outcome }

    /// Whether a server answered.
    public var isReached: Bool { if case .reached = outcome { true } else { false } }

    /// How many seconds of difference are worth telling; tokens and certificates have limits that are checked to the second.
    public static let greatestClockOffset = 60

    /// What is to be said of the clock; `nil` where it agrees.
    public var clockWords: String? {
        guard let clockOffset, clockOffset.magnitude > Self.greatestClockOffset else { return nil }
        let amount = Self.words(seconds: clockOffset.magnitude)
        return clockOffset > 0
            ? "this machine's clock is \(amount) behind the server's"
            : "this machine's clock is \(amount) ahead of the server's"
    }

    /// What is to be said of the version; `nil` where there is nothing.
    public func versionWords(now: Timestamp) -> String? {
        endOfLife(ofVersion: version, now: now).map {
            "the Kubernetes project ended its support of this version in \($0); a vendor may go on with it"
        }
    }

    private static func words(seconds: UInt) -> String {
        switch seconds {
        case ..<120: "\(seconds) s"
        case ..<7200: "\(seconds / 60) min"
        case ..<172_800: "\(seconds / 3600) h"
        default: "\(seconds / 86400) days"
        }
    }
}

/// When the Kubernetes project made the last patch of a version, such as `2022-02`; `nil` where that is not known, or yet
/// to come.
///
/// Source: kubernetes.io/releases/patch-releases.
public func endOfLife(ofVersion version: String, now: Timestamp) -> String? {
    let ends = [
        19: "2021-10", 20: "2022-02", 21: "2022-06", 22: "2022-10", 23: "2023-02", 24: "2023-07", 25: "2023-10",
        26: "2024-02", 27: "2024-06", 28: "2024-10", 29: "2025-02", 30: "2025-06", 31: "2025-10", 32: "2026-02",
        33: "2026-06-28", 34: "2026-10-27", 35: "2027-02-28", 36: "2027-06-28",
    ]
    let parts = version.drop { $0 == "v" }.split(separator: ".")
    guard parts.count >= 2, parts[0] == "1", let minor = Int(parts[1].prefix { $0.isASCII && $0.isNumber }) else {
        return nil
    }
    if minor < 19 { return "2021 or before" }
    guard let end = ends[minor], end < now.rfc3339.prefix(10) else { return nil }
    return String(end.prefix(7))
}
