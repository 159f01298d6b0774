import ClusterCache
import ClusterState
import KubernetesModel
import Synchronization

/// An API server whose answers a test gives, one call at a time.
final class ScriptedSource: ClusterSource {
    /// What was asked.
    enum Request: Equatable {
        case list(KindScope, ListPart)
        case watch(KindScope, from: String)
    }

    /// One request in progress, which the test answers.
    final class Call: Sendable {
        enum Answer: Sendable {
            case objects([any StoredObject])
            case messages([WatchMessage])
            case page(ListedPage)
            case ended
            case failed(APIFailure)
            /// A cancellation that is not of the task that asked.
            case cancelledElsewhere
        }

        let request: Request
        fileprivate let answers: AsyncStream<(Answer, @Sendable () -> Void)>
        private let sink: AsyncStream<(Answer, @Sendable () -> Void)>.Continuation

        fileprivate init(_ request: Request) {
            self.request = request
            (answers, sink) = AsyncStream.makeStream()
        }

        /// Gives an answer; returns once it was taken.
        func answer(_ answer: Answer) async {
            let (taken, isTaken) = AsyncStream<Void>.makeStream()
            sink.yield((answer, { isTaken.finish() }))
            for await _ in taken {}
        }

        func answer(pods: [any StoredObject]) async { await answer(.objects(pods)) }
        func answer(lastPage version: String) async {
            await answer(.page(ListedPage(continueToken: nil, version: version)))
        }
        func answer(_ reason: APIFailure.Reason, _ words: String = "words") async {
            await answer(.failed(APIFailure(reason, attempt: "read pods", detail: words)))
        }
    }

    private let calls: AsyncStream<Call>
    private let sink: AsyncStream<Call>.Continuation
    /// Requests whose task was cancelled.
    var cancelled: [Request] { cancellations.withLock { $0 } }
    private let cancellations = Mutex<[Request]>([])

    init() {
        (calls, sink) = AsyncStream.makeStream()
    }

    /// The next request; several arrive in any order.
    func next() async throws -> Call {
        for await call in calls { return call }
        throw CancellationError()
    }

    func list(
        _ scope: KindScope, _ part: ListPart, receive: ([any StoredObject]) async -> Void
    ) async throws -> ListedPage {
        let call = Call(.list(scope, part))
        sink.yield(call)
        for await (answer, taken) in call.answers {
            defer { taken() }
            switch answer {
            case .objects(let objects): await receive(objects)
            case .page(let page): return page
            case .failed(let failure): throw failure
            case .cancelledElsewhere: throw CancellationError()
            case .messages, .ended: break
            }
        }
        cancellations.withLock { $0.append(call.request) }
        throw CancellationError()
    }

    /// What is said of every kind when a watch is to be resumed; empty means that it goes on.
    let newest = Mutex("")

    func newestVersion(of scope: KindScope) async throws -> String { newest.withLock { $0 } }

    func watch(
        _ scope: KindScope, from version: String, timeoutSeconds: Int, receive: ([WatchMessage]) async -> Void
    ) async throws {
        let call = Call(.watch(scope, from: version))
        sink.yield(call)
        for await (answer, taken) in call.answers {
            defer { taken() }
            switch answer {
            case .messages(let messages): await receive(messages)
            case .ended: return
            case .failed(let failure): throw failure
            case .cancelledElsewhere: throw CancellationError()
            case .objects, .page: break
            }
        }
        cancellations.withLock { $0.append(call.request) }
        throw CancellationError()
    }
}
