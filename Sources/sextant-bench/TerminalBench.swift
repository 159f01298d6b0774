import ArgumentParser
import Foundation
import Screen
import TerminalEmulator

/// The terminal emulator: how long much output takes, beside tmux, and how soon a key is on the picture.
struct TerminalBench: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "terminal", abstract: "The emulator of shells: 10 MB of output beside tmux, echo of a key.")

    @Option(help: "Megabytes of output of each sort.")
    var megabytes = 10

    @Option(help: "How often each is measured.")
    var runs = 5

    @Flag(help: "Leave tmux out.")
    var alone = false

    private static let size = Size(columns: 120, rows: 40)

    func run() async throws {
        reportMachine()
        let outputs = TerminalOutput.all(bytes: megabytes << 20)
        for (name, bytes) in outputs {
            var (ours, pictures) = ([Double](), 0)
            for _ in 0..<runs {
                ours.append(seconds { pictures = draw(bytes) } * 1000)
            }
            let result = "\(rounded(median(ours), 0)) ms, \(pictures) pictures"
            guard !alone else {
                report("\(name), \(megabytes) MB", result, target: "")
                continue
            }
            let tmux = try tmuxMilliseconds(bytes)
            report(
                "\(name), \(megabytes) MB",
                "\(result); tmux \(rounded(tmux, 0)) ms, ratio \(rounded(median(ours) / tmux))",
                target: "ratio 2")
        }
        let echoes = echo()
        report(
            "key to picture, 99th percentile",
            "\(rounded(percentile(echoes, 99), 3)) ms (median \(rounded(median(echoes), 3)))",
            target: "1 ms")
    }

    /// Feeds output in pieces as they come from a server, with a picture every 16 ms.
    private func draw(_ bytes: [UInt8]) -> Int {
        let terminal = TerminalEmulator(size: Self.size)
        var (pictures, last) = (0, ContinuousClock.now)
        for start in stride(from: 0, to: bytes.count, by: 32_768) {
            terminal.feed(bytes[start..<min(start + 32_768, bytes.count)])
            guard ContinuousClock.now - last >= .milliseconds(16) else { continue }
            last = .now
            pictures += terminal.picture().rows.count > 0 ? 1 : 0
        }
        return pictures + (terminal.picture().rows.isEmpty ? 0 : 1)
    }

    /// How long `cat` of the output takes in a tmux of its own, without a client.
    private func tmuxMilliseconds(_ bytes: [UInt8]) throws -> Double {
        let folder = FileManager.default.temporaryDirectory.appending(
            path: "sextant-bench-\(ProcessInfo.processInfo.processIdentifier)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let (file, done) = (folder.appending(path: "output"), folder.appending(path: "time"))
        try Data(bytes).write(to: file)
        // The time is taken inside, from the start of `cat` to the answer to a question that comes after all of it.
        let script = folder.appending(path: "run")
        try Data(
            """
            stty raw -echo
            read_answer() { dd bs=1 count=4 2> /dev/null | od -c > /dev/null; }
            for i in $(seq \(runs)); do
                begin=$(date +%s%N)
                cat '\(file.path)'
                printf '\\033[0m\\033[r\\033[5n'
                read_answer
                end=$(date +%s%N)
                echo $(( (end - begin) / 1000 )) >> '\(done.path).part'
            done
            mv '\(done.path).part' '\(done.path)'
            """.utf8
        ).write(to: script)
        let socket = "sextant-bench-\(ProcessInfo.processInfo.processIdentifier)"
        try tmux(["-L", socket, "-f", "/dev/null", "new-session", "-d", "-x", "120", "-y", "40", "sh \(script.path)"])
        defer { try? tmux(["-L", socket, "kill-server"]) }
        let deadline = ContinuousClock.now + .seconds(120)
        while !FileManager.default.fileExists(atPath: done.path) {
            guard ContinuousClock.now < deadline else { throw ProgramFailure(description: "tmux did not finish") }
            Thread.sleep(forTimeInterval: 0.05)
        }
        let lines = try String(contentsOf: done, encoding: .utf8).split(separator: "\n")
        return median(lines.compactMap { Double($0) }) / 1000
    }

    private func tmux(_ arguments: [String]) throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["tmux"] + arguments
        process.standardError = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
    }

    /// Milliseconds from a key to a picture with its echo, on a full screen with much above it.
    private func echo() -> [Double] {
        let terminal = TerminalEmulator(size: Self.size)
        terminal.feed(TerminalOutput.colours(bytes: 2 << 20))
        _ = terminal.picture()
        return (0..<1000).map { number in
            seconds {
                let key = terminal.encode(.character(number % 80 == 79 ? "\r" : "x"))
                terminal.feed(key + (number % 80 == 79 ? [10] : []))
                _ = terminal.picture()
            } * 1000
        }
    }
}

/// Output such as programs write.
enum TerminalOutput {
    static func all(bytes: Int) -> [(name: String, bytes: [UInt8])] {
        [
            ("plain lines", plain(bytes: bytes)), ("coloured lines", colours(bytes: bytes)),
            ("whole screens (top)", screens(bytes: bytes)), ("an editor", editor(bytes: bytes)),
            ("wide and combined", wide(bytes: bytes)),
        ]
    }

    private static func filled(_ bytes: Int, _ piece: (Int) -> String) -> [UInt8] {
        var output: [UInt8] = []
        output.reserveCapacity(bytes + 65_536)
        var number = 0
        while output.count < bytes {
            output += piece(number).utf8
            number += 1
        }
        return output
    }

    private static func plain(bytes: Int) -> [UInt8] {
        filled(bytes) {
            "2026-11-21T12:03:44.\($0 % 1000)Z INFO request \($0) GET /api/v1/orders/\($0 &* 7919 % 10007) 200 in \($0 % 97) ms\r\n"
        }
    }

    static func colours(bytes: Int) -> [UInt8] {
        filled(bytes) {
            "\u{1B}[2m12:03:44.\($0 % 1000)\u{1B}[0m \u{1B}[1;3\($0 % 7 + 1)mINFO\u{1B}[0m \u{1B}[38;5;\($0 % 256)mrequest\u{1B}[0m id=\u{1B}[36m\($0)\u{1B}[39m \u{1B}[38;2;\($0 % 256);100;200m200\u{1B}[0m\r\n"
        }
    }

    private static func screens(bytes: Int) -> [UInt8] {
        filled(bytes) { number in
            var screen = "\u{1B}[H\u{1B}[7mtop - 12:03:\(number % 60)\u{1B}[0m\u{1B}[K\r\n\u{1B}[J"
            for row in 0..<38 {
                screen +=
                    "\u{1B}[m \(row * 113) root      20   0  \(number % 1000 * row)m  \(row)\u{1B}[1m S \u{1B}[m \(row % 10).\(number % 10)   0:0\(row % 10).12 process-\(row)\u{1B}[K"
                if row < 37 { screen += "\r\n" }
            }
            return screen
        }
    }

    private static func editor(bytes: Int) -> [UInt8] {
        filled(bytes) { number in
            let row = number * 7 % 38 + 1
            return
                "\u{1B}[?25l\u{1B}[\(row);1H\u{1B}[38;5;130m\(number % 999) \u{1B}[m\u{1B}[38;5;28mlet\u{1B}[m value = \u{1B}[38;5;161m\"text \(number)\"\u{1B}[m\u{1B}[K\u{1B}[1;38r\u{1B}[38;1H\n\u{1B}[r\u{1B}[40;1H\u{1B}[7m-- INSERT -- \(number)\u{1B}[m\u{1B}[\(row);9H\u{1B}[?25h"
        }
    }

    private static func wide(bytes: Int) -> [UInt8] {
        filled(bytes) { "\($0) 日本語の行 e\u{301}a\u{308} 🚀🎉 한국어 ┌─┤ ok ├─┐ текст \($0 % 77)\r\n" }
    }
}
