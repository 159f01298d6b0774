import ClusterCache
import Synchronization

/// The waits between attempts of one session, which the user or a server that answers again cuts short.
final class Waits: Sendable {
    private let alarms = Mutex<[ObjectIdentifier: Alarm]>([:])

    /// Lets a task wait for as long as it runs.
    nonisolated(nonsending) func with(_ body: (Alarm) async -> Void) async {
        let alarm = Alarm()
        alarms.withLock { $0[ObjectIdentifier(alarm)] = alarm }
        await body(alarm)
        alarms.withLock { $0[ObjectIdentifier(alarm)] = nil }
    }

    /// Ends every wait.
    func ring(_ bell: Alarm.Bell) {
        for alarm in alarms.withLock({ Array($0.values) }) { alarm.ring(bell) }
    }
}
