import AppCore
import ClusterState
import Diagnosis
import KubernetesClient
import KubernetesModel

/// Runs the rules over the newest snapshot, beside the loop that draws, and reads the logs that they want.
actor DiagnosisRunner {
    /// At most one evaluation in this time.
    private static let interval = Duration.milliseconds(250)
    /// How often it is looked whether time alone changes the report.
    private static let recheckInterval = Duration.seconds(5)
    /// How many logs are read for one scope.
    private static let logLimit = 100

    private let reader: LogReader
    private let now: @Sendable () -> Timestamp
    private let send: Session.Send
    private var scope: DiagnosisScope?
    private var diagnosis: Diagnosis?
    private var newest: ClusterSnapshot?
    private var logs: [LogRequest: LogTail] = [:]
    private var recheckAt: Timestamp?
    private let (signals, signal) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))

    /// - Parameters:
    ///   - reader: reads logs.
    ///   - now: the time by the server's clock.
    ///   - send: takes the reports.
    init(_ reader: LogReader, now: @escaping @Sendable () -> Timestamp, send: @escaping Session.Send) {
        self.reader = reader
        self.now = now
        self.send = send
    }

    /// Looks there from now on; `nil` nowhere.
    func look(_ scope: DiagnosisScope?) {
        guard scope != self.scope else { return }
        self.scope = scope
        diagnosis = scope.map { Diagnosis(namespace: $0.namespace) }
        logs = [:]
        recheckAt = nil
        signal.yield()
    }

    /// Takes the newest snapshot.
    func take(_ snapshot: ClusterSnapshot) {
        newest = snapshot
        if scope != nil { signal.yield() }
    }

    /// Evaluates until cancelled.
    func run() async {
        await withDiscardingTaskGroup { group in
            group.addTask { await self.recheck() }
            for await _ in signals {
                if Task.isCancelled { break }
                await evaluate()
                try? await Task.sleep(for: Self.interval)
            }
            group.cancelAll()
        }
    }

    private func recheck() async {
        while !Task.isCancelled {
            try? await Task.sleep(for: Self.recheckInterval)
            if let recheckAt, recheckAt <= now() { signal.yield() }
        }
    }

    private func evaluate() async {
        guard let scope, let snapshot = newest, var diagnosis = self.diagnosis else { return }
        // The value is not held twice, so that it changes in place.
        self.diagnosis = nil
        let report = diagnosis.update(snapshot, now: now(), logs: logs)
        self.diagnosis = diagnosis
        recheckAt = report.recheckAt
        guard Self.isWorthTelling(snapshot, diagnosis.scopes) else { return }
        await send(.diagnosed(scope, report))
        let wanted = report.wants.prefix(max(0, Self.logLimit - logs.count))
        guard !wanted.isEmpty else { return }
        let tails = await reader.tails(of: wanted)
        guard scope == self.scope else { return }
        logs.merge(tails) { _, new in new }
        signal.yield()
    }

    /// Whether enough is read to say something: a half-loaded cluster would show symptoms as causes.
    private static func isWorthTelling(_ snapshot: ClusterSnapshot, _ scopes: Set<KindScope>) -> Bool {
        scopes.allSatisfy { scope in
            switch snapshot.resolve(scope)?.state {
            case nil, .loading: false
            case .ready, .stale, .forbidden, .unavailable, .failed: true
            }
        }
    }
}
