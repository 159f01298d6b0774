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
    /// What somebody does not want to see.
    private let silences: [Silence]
    private var order: DiagnosisOrder?
    /// What was told last in this scope.
    private var told: Report?
    private var diagnosis: Diagnosis?
    private var newest: ClusterSnapshot?
    private var logs: [LogRequest: LogTail] = [:]
    private var recheckAt: Timestamp?
    private let (signals, signal) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))

    /// - Parameters:
    ///   - reader: reads logs.
    ///   - now: the time by the server's clock.
    ///   - silences: what somebody does not want to see.
    ///   - send: takes the reports.
    init(
        _ reader: LogReader, now: @escaping @Sendable () -> Timestamp, silences: [Silence],
        send: @escaping Session.Send
    ) {
        self.reader = reader
        self.silences = silences
        self.now = now
        self.send = send
    }

    /// Looks there from now on; `nil` nowhere.
    func look(_ order: DiagnosisOrder?) {
        guard order != self.order else { return }
        if order?.scope != self.order?.scope {
            diagnosis = order.map { Diagnosis(namespace: $0.scope.namespace, silences: silences) }
            logs = [:]
            recheckAt = nil
            told = nil
        }
        self.order = order
        signal.yield()
    }

    /// Takes the newest snapshot.
    func take(_ snapshot: ClusterSnapshot) {
        newest = snapshot
        if order != nil { signal.yield() }
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
        guard let order, let snapshot = newest, var diagnosis = self.diagnosis,
            Self.isWorthTelling(snapshot, diagnosis.scopes, order)
        else { return }
        // The value is not held twice, so that it changes in place.
        self.diagnosis = nil
        let report = diagnosis.update(snapshot, now: now(), logs: logs)
        self.diagnosis = diagnosis
        recheckAt = report.recheckAt
        if told.map({ Self.looksTheSame($0, report) }) != true {
            told = report
            await send(.diagnosed(ScopedReport(scope: order.scope, report: report)))
        }
        guard order.isAsked, order == self.order else { return }
        let wanted = report.wants.prefix(max(0, Self.logLimit - logs.count))
        guard !wanted.isEmpty else { return }
        let tails = await reader.tails(of: wanted)
        guard order.scope == self.order?.scope else { return }
        logs.merge(tails) { _, new in new }
        signal.yield()
    }

    private static func looksTheSame(_ left: Report, _ right: Report) -> Bool {
        left.findings == right.findings && left.silenced == right.silenced && left.notEvaluated == right.notEvaluated
    }

    /// Whether enough is read to say something: a half-loaded cluster would show symptoms as causes.
    private static func isWorthTelling(
        _ snapshot: ClusterSnapshot, _ scopes: Set<KindScope>, _ order: DiagnosisOrder
    ) -> Bool {
        scopes.allSatisfy { scope in
            if !order.isAsked, DiagnosisRule.askedKinds.contains(scope.kind) { return true }
            switch snapshot.resolve(scope)?.state {
            case nil, .loading: return false
            case .ready, .stale, .forbidden, .unavailable, .failed: return true
            }
        }
    }
}
