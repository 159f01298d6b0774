import KubernetesModel
import Testing

@testable import Streams

struct LogResumeTests {
    /// A log of many lines a second, several of which have one stamp, and some of which are a moment out of order.
    private static let log: [String] = (0..<400).map { number in
        let nanoseconds = number / 7 * 50_000_000 - (number % 13 == 0 ? 30 : 0)
        return
            "\(stamp(1 + nanoseconds / 1_000_000_000, (nanoseconds + 1_000_000_000) % 1_000_000_000)) line \(number)\n"
    }

    /// What a server gives that rounds down to seconds.
    private func served(_ lines: some Sequence<String>, since: Timestamp?) -> String {
        lines.filter { line in
            guard let since else { return true }
            return (chunk(line).lines.first?.stamp ?? 0) >= since.seconds * 1_000_000_000
        }.joined()
    }

    @Test func nothingIsLostOrDoubledWhereverItIsCut() {
        for cut in stride(from: 0, to: Self.log.count, by: 7) {
            var resume = LogResume()
            var splitter = LogLineSplitter(isStamped: true)
            // Cut in the middle of a line.
            let first = Self.log[..<cut].joined() + Self.log[cut].prefix(33)
            var taken = splitter.append(bytes(first))
            resume.take(&taken)
            var texts = taken.texts
            // And once more shortly after.
            for end in [min(cut + 5, Self.log.count), Self.log.count] {
                resume.readAgain()
                splitter = LogLineSplitter(isStamped: true)
                taken = splitter.append(bytes(served(Self.log[..<end], since: resume.since)))
                resume.take(&taken)
                texts += taken.texts
            }
            #expect(texts == (0..<400).map { "line \($0)\n" }, "cut after \(cut)")
        }
    }

    @Test func asksForASecondMoreThanTheLast() {
        var resume = LogResume()
        #expect(resume.since == nil)
        var lines = chunk("\(stamp(5, 1)) a\n")
        resume.take(&lines)
        #expect(resume.since?.rfc3339 == "2026-11-21T13:00:04Z")
        lines = chunk("\(stamp(50, 1)) b\n")
        resume.take(&lines)
        #expect(resume.since?.rfc3339 == "2026-11-21T13:00:49Z")
    }

    @Test func linesOfARotatedLogAreNotMissed() {
        var resume = LogResume()
        var lines = chunk("\(stamp(1)) a\n\(stamp(1)) b\n\(stamp(1, 5)) c\n")
        resume.take(&lines)
        resume.readAgain()
        // The file begins in the middle of what was read.
        lines = chunk("\(stamp(1, 5)) c\n\(stamp(1, 5)) d\n\(stamp(1, 6)) e\n")
        resume.take(&lines)
        #expect(lines.texts == ["d\n", "e\n"])
    }

    @Test(arguments: ["", "\(stamp(1)) a\n"])
    func wordsOfTheKubeletAreNotRepeated(before: String) {
        var resume = LogResume()
        var lines = chunk(before)
        resume.take(&lines)
        resume.readAgain()
        lines = chunk("unable to retrieve container logs for containerd://0123456789")
        resume.take(&lines)
        #expect(lines.texts == [])
    }

    @Test func linesBeforeTheEndThatWasAskedForDoNotCome() {
        // The last two of many lines of one second; then the log is read again.
        var resume = LogResume(isEnd: true)
        var lines = chunk("\(stamp(1, 8)) c\n\(stamp(1, 9)) d\n")
        resume.take(&lines)
        resume.readAgain()
        lines = chunk("\(stamp(1, 6)) a\n\(stamp(1, 7)) b\n\(stamp(1, 8)) c\n\(stamp(1, 9)) d\n\(stamp(2)) e\n")
        resume.take(&lines)
        #expect(lines.texts == ["e\n"])
    }
}
