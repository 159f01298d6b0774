import Testing

@testable import Streams

struct LogMergeTests {
    private func taken(_ merge: inout LogMerge, at now: Duration) -> [String] {
        var texts: [String] = []
        while true {
            let runs = merge.take(now: now)
            if runs.isEmpty { return texts }
            for run in runs {
                for line in run.chunk.lines[run.lines] {
                    texts.append("\(run.source)" + String(decoding: run.chunk.text(of: line).dropLast(), as: UTF8.self))
                }
            }
        }
    }

    @Test func linesComeInTheOrderOfTheirTimes() {
        var merge = LogMerge(isLive: false)
        for id in 0..<3 { merge.begin(id, now: .zero) }
        _ = merge.add(chunk("\(stamp(1)) a\n\(stamp(4)) b\n"), of: 0, now: .zero)
        _ = merge.add(chunk("\(stamp(2)) c\n\(stamp(3)) d\n\(stamp(9)) e\n"), of: 1, now: .zero)
        // The third may still have an earlier one.
        #expect(taken(&merge, at: .seconds(100)) == [])
        _ = merge.add(chunk("\(stamp(3)) f\n"), of: 2, now: .zero)
        #expect(taken(&merge, at: .seconds(100)) == ["0a", "1c", "1d", "2f"])
        merge.pause(2)
        #expect(taken(&merge, at: .seconds(100)) == ["0b"])
        merge.pause(0)
        #expect(taken(&merge, at: .seconds(100)) == ["1e"])
        #expect(merge.isEmpty)
    }

    @Test func whileLogsGrowALineWaitsALittleForEarlierOnes() {
        var merge = LogMerge(isLive: true)
        for id in 0..<2 {
            merge.begin(id, now: .zero)
            _ = merge.add(chunk("\(stamp(1)) start\n"), of: id, now: .zero)
        }
        #expect(taken(&merge, at: .zero) == ["0start", "1start"])
        _ = merge.add(chunk("\(stamp(3)) late\n"), of: 0, now: .seconds(5))
        #expect(taken(&merge, at: .milliseconds(5100)) == [])
        #expect(merge.nextTime() == .milliseconds(5250))
        _ = merge.add(chunk("\(stamp(2)) early\n"), of: 1, now: .milliseconds(5100))
        #expect(taken(&merge, at: .milliseconds(5249)) == ["1early"])
        #expect(taken(&merge, at: .milliseconds(5250)) == ["0late"])
        #expect(merge.nextTime() == nil)
    }

    @Test func logsThatHaveNotBegunAreWaitedForOnce() {
        var merge = LogMerge(isLive: true)
        merge.begin(0, now: .zero)
        merge.begin(1, now: .zero)
        _ = merge.add(chunk("\(stamp(3)) a\n"), of: 0, now: .milliseconds(10))
        #expect(taken(&merge, at: .milliseconds(900)) == [])
        #expect(merge.nextTime() == .seconds(1))
        #expect(taken(&merge, at: .seconds(1)) == ["0a"])
        // What is not read cannot hold the others up.
        merge.begin(2, now: .seconds(2))
        merge.pause(2)
        _ = merge.add(chunk("\(stamp(4)) b\n"), of: 0, now: .seconds(2))
        #expect(taken(&merge, at: .milliseconds(2250)) == ["0b"])
    }

    @Test func whatIsOlderThanEverythingNeedNotWait() {
        var merge = LogMerge(isLive: true)
        merge.begin(0, now: .zero)
        merge.begin(1, now: .zero)
        _ = merge.add(chunk("\(stamp(50)) new\n"), of: 1, now: .zero)
        _ = merge.add(chunk("\(stamp(1)) a\n\(stamp(2)) b\n"), of: 0, now: .zero)
        #expect(taken(&merge, at: .zero) == ["0a", "0b"])
        _ = merge.add(chunk("\(stamp(3)) c\n"), of: 0, now: .zero)
        #expect(taken(&merge, at: .zero) == ["0c"])
    }

    @Test func aSourceThatIsFarAheadHasToWait() {
        var merge = LogMerge(isLive: false)
        merge.begin(0, now: .zero)
        merge.begin(1, now: .zero)
        let big = chunk((0..<2000).map { "\(stamp(1)) \($0) \(String(repeating: "x", count: 300))\n" }.joined())
        let hasRoom = merge.add(big, of: 0, now: .zero)
        #expect(!hasRoom)
        #expect(!merge.hasRoom(for: 0))
        merge.pause(1)
        #expect(taken(&merge, at: .zero).count == 2000)
        #expect(merge.hasRoom(for: 0))
    }
}

struct LogPrinterTests {
    private let source = LogSource(id: 0, namespace: "shop", pod: "web", container: "app")
    private let other = LogSource(id: 1, namespace: "shop", pod: "db", container: "pg")
    private let lines = "\(stamp(1)) a\n\(stamp(2)) \n\(stamp(3)) c\n"

    private func printed(_ hasPrefix: Bool, _ hasTimestamps: Bool, _ runs: [LogRun]) -> String {
        var printer = LogPrinter(hasPrefix: hasPrefix, hasTimestamps: hasTimestamps)
        printer.add(source)
        printer.add(other)
        var output: [UInt8] = []
        for run in runs { printer.write(run, to: &output) }
        return String(decoding: output, as: UTF8.self)
    }

    @Test func printsAsKubectlDoes() {
        let run = [LogRun(source: 0, chunk: chunk(lines), lines: 0..<3)]
        #expect(printed(false, false, run) == "a\n\nc\n")
        #expect(printed(false, true, run) == lines)
        #expect(printed(true, false, run) == "[pod/web/app] a\n[pod/web/app] \n[pod/web/app] c\n")
        #expect(
            printed(true, true, [LogRun(source: 0, chunk: chunk(lines), lines: 1..<2)])
                == "[pod/web/app] \(stamp(2)) \n")
    }

    @Test func aLineWithoutAnEndDoesNotRunIntoTheNext() {
        let part = LogRun(source: 0, chunk: chunk("\(stamp(1)) panic"), lines: 0..<1)
        let next = LogRun(source: 1, chunk: chunk("\(stamp(2)) b\n"), lines: 0..<1)
        #expect(printed(false, false, [part]) == "panic")
        #expect(printed(false, false, [part, next]) == "panic\nb\n")
        #expect(printed(false, false, [part, part]) == "panic\npanic")
    }
}
