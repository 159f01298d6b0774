import KubernetesClient
import KubernetesModel
import Synchronization
import Testing

@testable import ClusterCache

struct DiscoveryCacheTests {
    /// A server whose offer grows with every question, and a clock that is set.
    private final class Server: Sendable {
        private struct State {
            var count = 0
            var now = ContinuousClock.now
            var failure: APIFailure?
        }

        private let state = Mutex(State())

        var count: Int { state.withLock { $0.count } }

        func pass(_ duration: Duration) { state.withLock { $0.now += duration } }
        func fail(_ failure: APIFailure?) { state.withLock { $0.failure = failure } }

        func cache() -> DiscoveryCache {
            DiscoveryCache(now: { self.state.withLock { $0.now } }) { try self.discover() }
        }

        private func discover() throws -> Discovery {
            try state.withLock { state in
                state.count += 1
                if let failure = state.failure { throw failure }
                return Discovery([
                    APIResource(
                        groupResource: GroupResource(group: "", resource: "kind\(state.count)"), version: "v1",
                        kind: "Kind")
                ])
            }
        }
    }

    @Test func isAskedOnceUntilSomebodyDoubtsAndThenNotSoonerThanInTenSeconds() async throws {
        let server = Server()
        let cache = server.cache()
        let first = try await cache.value()
        #expect(try await cache.value() == first)
        await cache.doubt()
        #expect(try await cache.value() == first)
        server.pass(.seconds(9))
        #expect(try await cache.value() == first)
        server.pass(.seconds(1))
        let second = try await cache.value()
        #expect(second != first)
        server.pass(.seconds(60))
        #expect(try await cache.value() == second, "nobody doubted it")
        #expect(server.count == 2)
    }

    @Test func aLaterQuestionThatFailsLeavesTheAnswer() async throws {
        let server = Server()
        let cache = server.cache()
        let first = try await cache.value()
        server.fail(APIFailure(.transport, attempt: "discover", detail: "refused"))
        await cache.doubt()
        server.pass(.seconds(10))
        #expect(try await cache.value() == first)
        server.fail(nil)
        await cache.doubt()
        server.pass(.seconds(10))
        #expect(try await cache.value() != first)
    }

    @Test func aFirstQuestionThatFailsIsAskedAgain() async throws {
        let server = Server()
        let cache = server.cache()
        server.fail(APIFailure(.forbidden, attempt: "discover", detail: "no"))
        await #expect(throws: APIFailure.self) { try await cache.value() }
        server.fail(nil)
        _ = try await cache.value()
        #expect(server.count == 2)
    }
}
