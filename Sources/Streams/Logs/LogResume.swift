import KubernetesModel

/// Remembers which lines of a log were taken, so that a log that is read again goes on after the last of them.
///
/// A server can be asked for the lines since a moment, but rounds it down to whole seconds; and many lines may have one
/// stamp. So the stamps of the last two seconds are kept, and of the lines that come again as many are left out.
package struct LogResume: Sendable {
    /// Whether only the end of the log is wanted: before the first line that was taken there may be others, also of its
    /// second.
    private let isEnd: Bool
    /// The stamp of the first line that was taken.
    private var oldest: Int64?
    /// Since then lines are asked for again, and remembered; seconds since 1970.
    private var floor: Int64?
    /// How many stamps of a second are remembered; of more, lines that come again may be doubled.
    private static let stampLimit = 1_000_000

    /// Stamps of the last but one and of the last second in which there was a line.
    private var before: [Int64] = []
    private var last: [Int64] = []
    /// Lines still to be left out, by stamp.
    private var repeated: [Int64: Int] = [:]
    private var isRepeating = false

    /// Nothing is taken yet.
    package init(isEnd: Bool = false) { self.isEnd = isEnd }

    /// From where to read again; `nil` when no line had a stamp.
    package var since: Timestamp? { floor.map { Timestamp(seconds: $0) } }

    /// Says that the log is read again from `since`.
    package mutating func readAgain() {
        repeated.removeAll()
        for stamp in before { repeated[stamp, default: 0] += 1 }
        for stamp in last { repeated[stamp, default: 0] += 1 }
        isRepeating = true
    }

    /// Leaves out what was taken before, and remembers the rest.
    package mutating func take(_ chunk: inout LogChunk) {
        if isRepeating { leaveOut(&chunk) }
        for line in chunk.lines where !line.continues && line.text > line.start { remember(line.stamp) }
    }

    private mutating func leaveOut(_ chunk: inout LogChunk) {
        let lowest = isEnd ? oldest ?? .min : .min
        let floor = (floor ?? .min).multipliedReportingOverflow(by: 1_000_000_000)
        var dropsRest = false
        chunk.lines.removeAll { line in
            if line.continues { return dropsRest }
            dropsRest = true
            // What has no stamp is a word of the kubelet, not of the container.
            guard line.text > line.start else { return true }
            if line.stamp < lowest || !floor.overflow && line.stamp < floor.partialValue { return true }
            if let count = repeated[line.stamp] {
                repeated[line.stamp] = count > 1 ? count - 1 : nil
                return true
            }
            dropsRest = false
            return false
        }
    }

    private mutating func remember(_ stamp: Int64) {
        if oldest == nil { oldest = stamp }
        let second = stamp >= 0 ? stamp / 1_000_000_000 : (stamp &- 999_999_999) / 1_000_000_000
        guard let floor else {
            self.floor = second &- 1
            last = [stamp]
            return
        }
        switch second {
        case floor &+ 1: if last.count < Self.stampLimit { last.append(stamp) }
        // Two streams of a container may be written a moment out of order.
        case floor: if before.count < Self.stampLimit { before.append(stamp) }
        case (floor &+ 2)...:
            if second == floor &+ 2 {
                swap(&before, &last)
                last.removeAll(keepingCapacity: true)
            } else {
                before.removeAll()
                last.removeAll(keepingCapacity: true)
            }
            self.floor = second &- 1
            last.append(stamp)
        default: break
        }
    }
}
