import Dispatch
import Foundation
import Synchronization

/// Ctrl-C, a polite kill or the end of the terminal: ends the work instead of the process, so that it can end cleanly.
///
/// A second one ends the process at once.
final class Interruption {
    private struct State {
        var action: (@Sendable () -> Void)?
        var hasCome = false
    }

    private let state: Shared
    private let sources: [any DispatchSourceSignal]

    /// The part that the signals hold.
    private final class Shared: Sendable {
        let state = Mutex(State())
    }

    init() {
        let shared = Shared()
        state = shared
        sources = [SIGINT, SIGTERM, SIGHUP].map { number in
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler {
                let (action, again) = shared.state.withLock { state in
                    defer { state.hasCome = true }
                    return (state.action, state.hasCome)
                }
                if again { exit(128 + number) }
                action?()
            }
            source.resume()
            return source
        }
    }

    deinit { for source in sources { source.cancel() } }

    /// Says what an interruption ends; at once when it has come already.
    func onInterrupt(_ action: @escaping @Sendable () -> Void) {
        let hasCome = state.state.withLock { state in
            state.action = action
            return state.hasCome
        }
        if hasCome { action() }
    }
}

/// Something that happens once.
final class Once: Sendable {
    private let value = Mutex(false)

    var isSet: Bool { value.withLock { $0 } }

    func set() { value.withLock { $0 = true } }
}

/// Writes a line at once; what cannot be written is of interest to nobody.
func writeLine(_ line: String, to descriptor: Int32) {
    var bytes = Array(line.utf8)[...]
    bytes.append(10)
    while !bytes.isEmpty {
        let count = bytes.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
        if count < 0, errno == EINTR { continue }
        guard count > 0 else { return }
        bytes = bytes.dropFirst(count)
    }
}
