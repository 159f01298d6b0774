import AppCore
import CMalloc

/// Gives memory back to the system once a large list has come in: what its pages and objects passed through is free by
/// then, but glibc keeps it.
struct MemoryTrim {
    /// Fewer new rows than this are not worth it.
    private static let leastRows = 2000
    private var rowCount = 0
    /// Ticks until it is done; 0 when nothing is to be done.
    private var countdown = 0

    /// Takes the table on the screen after a tick.
    mutating func tick(_ view: TableView?) {
        if countdown > 0 {
            countdown -= 1
            if countdown == 0 { cmalloc_trim() }
        }
        let count = view?.rows.count ?? 0
        if count >= rowCount + Self.leastRows { countdown = 2 }
        rowCount = count
    }
}

/// Makes settings of the process; to be called before anything else.
///
/// Several malloc arenas fragment more than their threads gain.
package func prepareProcess() { cmalloc_limit_arenas(2) }
