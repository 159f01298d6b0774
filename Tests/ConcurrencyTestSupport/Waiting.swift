import Foundation

/// Does what blocks on a thread of its own: there are no more threads for tasks than processors, and the servers of other
/// tests need them to answer.
package func onOwnThread<Value: Sendable>(
    _ body: @escaping @Sendable () throws -> Value
) async throws -> Value {
    try await withCheckedThrowingContinuation { continuation in
        Thread.detachNewThread { continuation.resume(with: Result(catching: body)) }
    }
}

/// Waits for what nobody tells; leaves the threads to the others meanwhile, and ends with the test's time.
///
/// - Throws: `CancellationError`.
package func until(
    isolation: isolated (any Actor)? = #isolation, _ isMeant: () throws -> Bool
) async throws {
    while try !isMeant() { try await Task.sleep(for: .milliseconds(5)) }
}
