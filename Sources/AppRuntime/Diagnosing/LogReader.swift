import Diagnosis
import KubernetesClient
import KubernetesModel

/// Reads the logs that a diagnosis wants, a few at a time.
struct LogReader: Sendable {
    /// How many logs are read at once, so that the server and the kubelets have other things to do.
    private static let concurrency = 8

    let client: KubernetesClient
    /// How many lines of a log are read.
    private let lineCount = 20

    /// The ends of the logs; a log that cannot be read says why.
    func tails(of requests: some Collection<LogRequest>) async -> [LogRequest: LogTail] {
        await withTaskGroup(of: (LogRequest, LogTail)?.self) { group in
            var pending = requests.makeIterator()
            func addNext() {
                guard let request = pending.next() else { return }
                group.addTask { await tail(of: request).map { (request, $0) } }
            }
            for _ in 0..<Self.concurrency { addNext() }
            var result: [LogRequest: LogTail] = [:]
            for await outcome in group {
                if let (request, tail) = outcome { result[request] = tail }
                addNext()
            }
            return result
        }
    }

    /// `nil` when cancelled.
    private func tail(of request: LogRequest) async -> LogTail? {
        do {
            return .lines(
                try await client.logTail(
                    namespace: request.namespace, pod: request.pod, container: request.container,
                    previous: request.previous, lines: lineCount))
        } catch let failure as APIFailure {
            return .unavailable(failure.detail.isEmpty ? failure.description : failure.detail)
        } catch {
            return nil
        }
    }
}
