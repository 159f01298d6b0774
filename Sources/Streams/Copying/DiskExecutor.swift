import Dispatch

/// Runs what waits for the disk on a queue of its own.
final class DiskExecutor: SerialExecutor {
    private let queue = DispatchQueue(label: "sextant.copy")

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        queue.async { job.runSynchronously(on: self.asUnownedSerialExecutor()) }
    }
}
