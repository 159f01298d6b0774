import AppCore
import ArgumentParser
import Foundation
import KubernetesModel
import Screen
import Views

/// What a log pane costs, without a cluster: its ring, its search and filters, and its frames while lines come.
struct LogsBench: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "logs", abstract: "Fill a log pane with lines, search it, filter it, draw it.")

    @Option(help: "Lines of the ring.")
    var lines = 200_000

    @Option(help: "Seconds of 100,000 lines a second.")
    var seconds = 10

    func run() throws {
        reportMachine()
        let made = (0..<4096).map { Self.line($0) }
        let bytes = made.reduce(0) { $0 + $1.count } / made.count
        let before = residentBytes()
        var ring = LogRing()
        let filling = sextant_bench.seconds {
            for number in 0..<lines {
                ring.append(source: number % 8, stamp: Int64(number) * 1_000_000, made[number % made.count][...])
            }
        }
        report("lines of \(bytes) bytes into the ring, a second", "\(Int(Double(lines) / filling))", target: "100,000")
        // As many again, so that as many are dropped.
        for number in lines..<2 * lines {
            ring.append(source: number % 8, stamp: Int64(number) * 1_000_000, made[number % made.count][...])
        }
        let text = ring.snapshot()
        let resident = Double(residentBytes() - before) / 1_048_576
        report("memory of \(text.end - text.first) lines", "\(rounded(resident, 1)) MiB", target: "80 MiB")
        for words in ["needle", "e", "timeout", "order=999", "nothing like it", "^.*ERROR.*cart$"] {
            var state = try opened()
            show(text, in: &state)
            let times = (0..<7).map { _ in self.time(ofSearching: words, in: &state) }
            let slices = times.flatMap(\.slices)
            report(
                "search for `\(words)`: all of it, longest step between keys",
                "\(milliseconds(median(times.map(\.total)))), \(milliseconds(slices.max() ?? 0))",
                target: words.contains("^") ? "16 ms a step" : "50 ms")
        }
        for (name, keys) in [
            ("include timeout", "ftimeout\n"), ("error and above", "5"), ("a regular expression", "f^.*cart$\n"),
        ] {
            var state = try opened()
            show(text, in: &state)
            let steps = type(keys, into: &state)
            report(
                "filter, \(name): all of it, longest step",
                "\(milliseconds(steps.reduce(0, +))), \(milliseconds(steps.max() ?? 0))", target: "16 ms a step")
        }
        try frames(&ring, made, title: "frame (update and draw) while 100,000 lines a second come", keys: "")
        try frames(&ring, made, title: "... with filter, wrap and search", keys: "fcart\n/timeout\n wF")
        try frames(&ring, made, title: "... with fields as columns and warnings only", keys: "|level,msg\n4")
    }

    // MARK: - Lines

    /// Lines as services write them: plain, logfmt, JSON, colours, stack traces; about 200 bytes each.
    private static func line(_ number: Int) -> [UInt8] {
        let level = ["INFO", "DEBUG", "WARN", "ERROR"][number % 7 == 0 ? 3 : number % 3]
        let stamp = "2026-11-21T12:03:\(10 + number % 50).\(100 + number % 900)Z"
        var text =
            switch number % 5 {
            case 0: "\(stamp) \(level) [http-\(number % 16)] com.shop.Cart - order=\(number) retry \(number % 9) "
            case 1:
                "time=\(stamp) level=\(level.lowercased()) msg=\"request done\" path=/cart order=\(number) took=\(number % 400)ms "
            case 2:
                "{\"level\":\"\(level.lowercased())\",\"ts\":\"\(stamp)\",\"msg\":\"request done\",\"order\":{\"id\":\(number),\"state\":\"paid\"},\"note\":\""
            case 3: "\u{1B}[32m\(stamp)\u{1B}[0m \(level) request timeout upstream=cart-\(number % 40) order=\(number) "
            default: "    at com.shop.checkout.CartService.pay(CartService.java:\(number % 900)) "
            }
        let tail = number % 5 == 2 ? "\"}" : " cart"
        let room = 198 - tail.utf8.count - text.utf8.count
        text += String(repeating: "abcdefghij klmnopqrs ", count: 10).prefix(max(0, room))
        return Array((text + tail + "\n").utf8)
    }

    // MARK: - The pane

    private func opened() throws -> AppState {
        var state = AppState(size: Size(columns: 160, rows: 48), now: Timestamp(seconds: 1_795_262_624))
        let session = SessionInfo(
            context: "bench", cluster: "bench", user: "bench", namespace: "shop", hasOwnNamespace: true,
            server: "https://bench")
        _ = update(&state, .connection(.connecting(session)))
        _ = type(":logs web-0\n", into: &state)
        return state
    }

    private func news(_ text: LogText) -> LogNews {
        var news = LogNews(LogOrder(namespace: "shop", subject: .pod("web-0")))
        news.origins = (0..<8).map {
            LogOrigin(pod: "web-\($0)", container: "app", phase: .reading, label: "web-\($0)", colour: $0)
        }
        news.text = text
        return news
    }

    private func show(_ text: LogText, in state: inout AppState) {
        _ = update(&state, .log(state.focus, news(text)))
    }

    /// Types keys, lets the pane work on what they cause, and draws.
    ///
    /// - Returns: the seconds of each step, between which other keys would have their turn.
    private func type(_ keys: String, into state: inout AppState) -> [Double] {
        var steps: [Double] = []
        for character in keys {
            var effects: [Effect] = []
            let key: Key = character == "\n" ? .enter : .character(character)
            steps.append(
                sextant_bench.seconds {
                    effects = update(&state, .input(.key(key)))
                    _ = render(state)
                })
            while effects.contains(.workOnLogs) {
                steps.append(sextant_bench.seconds { effects = update(&state, .workOnLogs) })
            }
        }
        return steps
    }

    private func time(ofSearching words: String, in state: inout AppState) -> (total: Double, slices: [Double]) {
        _ = type("/", into: &state)
        for _ in 0..<60 { _ = update(&state, .input(.key(.control("u")))) }
        // All but the last letter are typed before: what is measured is a keystroke.
        _ = update(&state, .input(.paste(String(words.dropLast()))))
        while !update(&state, .workOnLogs).isEmpty {}
        let steps = type(String(words.suffix(1)), into: &state)
        _ = type("\n", into: &state)
        return (steps.reduce(0, +), steps)
    }

    private func frames(_ ring: inout LogRing, _ made: [[UInt8]], title: String, keys: String) throws {
        var state = try opened()
        show(ring.snapshot(), in: &state)
        _ = type(keys, into: &state)
        var times: [Double] = []
        var number = 0
        for _ in 0..<seconds * 30 {
            for _ in 0..<3334 {
                ring.append(source: number % 8, stamp: Int64(number) * 10_000, made[number % made.count][...])
                number += 1
            }
            let text = ring.snapshot()
            times.append(
                sextant_bench.seconds {
                    show(text, in: &state)
                    _ = render(state)
                })
        }
        let (middle, late) = (percentile(times, 50), percentile(times, 99))
        report(
            "\(title): p50, p99, longest", [middle, late, times.max() ?? 0].map(milliseconds).joined(separator: ", "),
            target: "16 ms")
    }

    private func milliseconds(_ seconds: Double) -> String { "\(rounded(seconds * 1000, 1)) ms" }

    private func residentBytes() -> Int {
        let pages = (try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8))?.split(separator: " ")
            .dropFirst().first
        return (pages.flatMap { Int($0) } ?? 0) * 4096
    }
}
