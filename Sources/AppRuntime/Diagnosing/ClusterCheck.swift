import ClusterCache
import ClusterState
import Diagnosis
import KubernetesClient
import KubernetesModel
import Logging

/// Looks at a cluster once, without a screen.
package struct ClusterCheck: Sendable {
    /// What to look at.
    package struct Options: Sendable {
        /// `nil` for all namespaces.
        package var namespace: String?
        package var rules: [DiagnosisRule]
        /// Whether logs may be read for evidence.
        package var readsLogs: Bool
        /// How long to wait for what the rules read.
        package var timeout: Duration
        /// What somebody does not want to see.
        package var silences: [Silence]

        package init(
            namespace: String?, rules: [DiagnosisRule] = DiagnosisRule.all, readsLogs: Bool = true,
            timeout: Duration = .seconds(30), silences: [Silence] = []
        ) {
            self.namespace = namespace
            self.silences = silences
            self.rules = rules
            self.readsLogs = readsLogs
            self.timeout = timeout
        }
    }

    /// How many logs are read at most.
    private static let logLimit = 50
    /// A log may lead to another one, but not for ever.
    private static let logRounds = 2

    private let client: KubernetesClient
    private let options: Options
    private let logger: Logger
    private let localNow: @Sendable () -> Timestamp

    /// Prepares to look through a client, which stays the caller's.
    ///
    /// - Parameters:
    ///   - client: reaches the cluster.
    ///   - options: what to look at.
    ///   - logger: gets failures.
    ///   - localNow: the time by this machine's clock.
    package init(
        _ client: KubernetesClient, _ options: Options, logger: Logger, localNow: @escaping @Sendable () -> Timestamp
    ) {
        self.client = client
        self.options = options
        self.logger = logger
        self.localNow = localNow
    }

    /// Reads what the rules need and runs them.
    ///
    /// - Throws: `SnapshotFailure` when nothing could be read at all, with the reason.
    package func run() async throws(SnapshotFailure) -> Report {
        var diagnosis = Diagnosis(rules: options.rules, namespace: options.namespace, silences: options.silences)
        let snapshot = await ClusterReading(
            client: client, timeout: options.timeout, logger: logger, localNow: localNow
        )
        .load(diagnosis.scopes)
        if let reason = Self.reasonForNothing(snapshot, diagnosis.scopes) {
            throw SnapshotFailure(description: reason)
        }
        var logs: [LogRequest: LogTail] = [:]
        var report = diagnosis.update(snapshot, now: now)
        for _ in 0..<Self.logRounds where options.readsLogs {
            let wanted = report.wants.prefix(Self.logLimit - logs.count)
            guard !wanted.isEmpty else { break }
            logs.merge(await LogReader(client: client).tails(of: wanted)) { _, new in new }
            report = diagnosis.update(snapshot, now: now, logs: logs)
        }
        return report
    }

    /// Whether there is an object, where the rules look; also when it may not be read.
    ///
    /// - Throws: `SnapshotFailure` when the server could not be asked, or does not have the kind.
    package func hasObject(_ kind: ResourceKind, named name: String) async throws(SnapshotFailure) -> Bool {
        do {
            let offered = try await client.discover()
            guard let resource = offered.resource(for: kind) else {
                throw APIFailure(
                    .configuration, attempt: "read \(kind.groupResource)", detail: "the server does not offer it")
            }
            let namespace = kind.isNamespaced ? options.namespace ?? "" : ""
            _ = try await client.get(resource, namespace: namespace, name: name)
            return true
        } catch let failure as APIFailure {
            switch failure.reason {
            case .notFound: return false
            case .forbidden: return true
            default: throw SnapshotFailure(description: failure.description)
            }
        } catch {
            throw SnapshotFailure(description: "\(error)")
        }
    }

    /// Now by the server's clock.
    private var now: Timestamp {
        Timestamp(
            microseconds: localNow().microseconds &+ client.serverClockOffset.microseconds)
    }

    /// Why no kind at all could be read; `nil` when at least one could.
    private static func reasonForNothing(_ snapshot: ClusterSnapshot, _ scopes: Set<KindScope>) -> String? {
        var reason: String?
        for scope in scopes {
            switch snapshot.resolve(scope)?.state {
            case .ready, .stale: return nil
            case .failed(let words, _): reason = words
            case .forbidden(let words), .unavailable(let words): reason = reason ?? words
            case nil, .loading: break
            }
        }
        return reason ?? "the server did not answer in time"
    }
}
