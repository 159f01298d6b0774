import KubernetesModel

/// The log of a container that writes so many lines a second, each a function of its number.
///
/// An annotation of the pod says how many, and after how many it falls silent.
struct DemoLogFlood: Sendable {
    /// Annotations of the pod.
    static let rateKey = "demo.sextant/log-lines-per-second"
    static let totalKey = "demo.sextant/log-lines"
    /// How many lines are sent at once.
    static let portion = 20_000
    /// Digits of a line's number.
    private static let digits = 10

    private let rate: Int64
    private let total: Int64
    /// When the first line was written, in nanoseconds since 1970.
    private let start: Int64
    /// A line without its stamp; its number is the first thing in it.
    private let text: [UInt8]

    /// The log of a running container; `nil` when its pod is none that floods.
    init?(_ container: DemoContainer) {
        let annotations = container.pod.at("metadata", "annotations") ?? .null
        guard let rate = Int64(annotations.text(Self.rateKey)), rate > 0, rate <= 100_000_000,
            let started = Timestamp(container.status.at("state", "running")?.text("startedAt") ?? "")
        else { return nil }
        self.rate = rate
        total = Int64(annotations.text(Self.totalKey)) ?? .max
        start = started.microseconds &* 1000
        let line =
            "level=info msg=\"request served\" method=GET path=/api/catalog/items status=200 duration=12ms "
            + "client=10.244.1.17 trace=4bf92f3577b34da6a3ce929d0e0e4736 pod=\(container.podName)\n"
        text = Array(String(repeating: "0", count: Self.digits).utf8) + [UInt8(ascii: " ")] + Array(line.utf8)
    }

    /// How many lines are written by a moment.
    func count(at now: Timestamp) -> Int64 {
        let elapsed = now.microseconds &* 1000 &- start
        guard elapsed >= 0 else { return 0 }
        let (seconds, rest) = elapsed.quotientAndRemainder(dividingBy: 1_000_000_000)
        let count = seconds.multipliedReportingOverflow(by: rate)
        return count.overflow ? total : min(total, count.partialValue &+ rest &* rate / 1_000_000_000 &+ 1)
    }

    /// The number of the first line that is not before a moment.
    func first(since moment: Timestamp) -> Int64 { max(0, count(at: moment) &- 1) }

    /// The bytes of some lines.
    func bytes(_ lines: Range<Int64>, timestamps: Bool) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(lines.count * (text.count + 32))
        var second = Int64.min
        var stamp: [UInt8] = []
        for number in lines {
            if timestamps {
                let (seconds, rest) = number.quotientAndRemainder(dividingBy: rate)
                let moment = start &+ seconds &* 1_000_000_000 &+ rest &* 1_000_000_000 / rate
                if moment / 1_000_000_000 != second {
                    second = moment / 1_000_000_000
                    stamp = Array("\(Timestamp(seconds: second).rfc3339.dropLast()).000000000Z ".utf8)
                }
                Self.write(moment % 1_000_000_000, digits: 9, endingAt: stamp.count - 2, &stamp)
                bytes += stamp
            }
            let begin = bytes.count
            bytes += text
            Self.write(number, digits: Self.digits, endingAt: begin + Self.digits, &bytes)
        }
        return bytes
    }

    private static func write(_ number: Int64, digits: Int, endingAt end: Int, _ bytes: inout [UInt8]) {
        var rest = number
        for index in (end - digits..<end).reversed() {
            bytes[index] = UInt8(ascii: "0") &+ UInt8(truncatingIfNeeded: rest % 10)
            rest /= 10
        }
    }
}
