import KubernetesModel

extension Programs {
    /// Programs that draw on the whole terminal.
    static let screenPrograms: [String: Program] = [
        "clear": { process in
            try await process.output.print("\u{1b}[H\u{1b}[J")
            return 0
        },
        "reset": { process in
            try await process.output.print("\u{1b}c\u{1b}[!p\u{1b}[?3;4l\u{1b}[4l\u{1b}>")
            return 0
        },
        "tput": { process in
            let size = process.terminal?.size ?? (columns: 80, rows: 24)
            switch process.arguments.dropFirst().first {
            case "cols": try await process.output.print("\(size.columns)\n")
            case "lines": try await process.output.print("\(size.rows)\n")
            case "clear": try await process.output.print("\u{1b}[H\u{1b}[J")
            case "colors": try await process.output.print("256\n")
            default: return 1
            }
            return 0
        },
        "less": { process in try await page(process) },
        "more": { process in try await page(process) },
        "top": { process in try await top(process) },
        "vi": { process in try await edit(process) },
        "vim": { process in try await edit(process) },
    ]

    // MARK: Pages

    /// Shows text page by page on a terminal.
    private static func page(_ process: Process) async throws -> Int {
        let collector = ByteCollector()
        let names = options(process).operands
        let status = try await forEachInput(process, names) { _, input in
            while let bytes = try await input.read() { try await collector.output.write(bytes) }
        }
        guard status == 0 else { return status }
        guard let terminal = process.terminal, process.output.isTerminal else {
            try await process.output.write(collector.collected)
            return 0
        }
        let lines = String(decoding: collector.collected, as: UTF8.self)
            .split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        var pager = Pager(lines: lines.last == "" ? Array(lines.dropLast()) : lines, name: names.first ?? "")
        try await process.output.print("\u{1b}[?1049h\u{1b}[?1h\u{1b}=")
        terminal.setRaw(true)
        defer { terminal.setRaw(false) }
        var keyboard = Keyboard(terminal.input)
        defer { keyboard.end() }
        repeat {
            try await process.output.print(pager.drawn(columns: terminal.size.columns, rows: terminal.size.rows))
            guard let key = try await keyboard.next(), pager.take(key, rows: terminal.size.rows) else { break }
        } while true
        try await process.output.print("\r\u{1b}[K\u{1b}[?1l\u{1b}>\u{1b}[?1049l")
        return 0
    }

    // MARK: Processes

    /// Shows processes, anew every second, until q.
    private static func top(_ process: Process) async throws -> Int {
        guard let terminal = process.terminal, process.output.isTerminal, !process.arguments.contains("-b") else {
            try await process.output.print(processes(process, tick: 0, columns: 80, rows: 24, onTerminal: false))
            return 0
        }
        terminal.setRaw(true)
        defer { terminal.setRaw(false) }
        var keyboard = Keyboard(terminal.input)
        defer { keyboard.end() }
        let ticking = Task {
            while !Task.isCancelled {
                try await Task.sleep(for: .seconds(1))
                terminal.tick()
            }
        }
        defer { ticking.cancel() }
        var tick = 0
        try await process.output.print("\u{1b}[?25l\u{1b}[H\u{1b}[J")
        while true {
            let size = terminal.size
            try await process.output.print(
                processes(process, tick: tick, columns: size.columns, rows: size.rows, onTerminal: true))
            guard let key = try await keyboard.next() else { break }
            if key == .text("q") || key == .control(0x03) { break }
            if key == .ticked { tick += 1 }
        }
        try await process.output.print("\u{1b}[\(terminal.size.rows);1H\u{1b}[?25h\n")
        return 0
    }

    private static func processes(
        _ process: Process, tick: Int, columns: Int, rows: Int, onTerminal: Bool
    ) -> String {
        var random = DemoRandom(seed: stableHash(process.world.container.identity) &+ UInt64(tick))
        let busy = random.number(1...40)
        let free = 2_345_678 - tick * 12
        var lines = [
            "Mem: \(32_873_912 - free)K used, \(free)K free, 123456K shrd, 18182556K buff, 20123456K cached",
            "CPU:  \(busy)% usr   2% sys   0% nic  \(98 - busy)% idle   0% io   0% irq   0% sirq",
            "Load average: 0.\(10 + busy) 0.21 0.18 2/412 \(31 + tick)",
        ]
        let header = "  PID  PPID USER     STAT   VSZ %VSZ CPU %CPU COMMAND"
        let padded = header + String(repeating: " ", count: max(0, columns - header.count))
        lines.append(onTerminal ? "\u{1b}[7m\(padded.prefix(columns))\u{1b}[m" : header)
        lines += [
            "    1     0 root     S     712m   2%   3  \(busy > 9 ? "" : " ")\(busy)% \(process.world.mainCommand)",
            "   27     0 root     S     1716   0%   1   0% sh",
            "   31    27 root     R     1724   0%   5   0% \(process.arguments.joined(separator: " "))",
        ]
        guard onTerminal else { return lines.joined(separator: "\n") + "\n" }
        let shown = lines.prefix(max(1, rows)).map { $0.hasPrefix("\u{1b}") ? $0 : String($0.prefix(columns)) }
        return "\u{1b}[H" + shown.joined(separator: "\u{1b}[K\n") + "\u{1b}[K\u{1b}[J"
    }

    // MARK: Editing

    /// A small vi.
    private static func edit(_ process: Process) async throws -> Int {
        guard let terminal = process.terminal, process.output.isTerminal else {
            try await process.complain("standard output is not a terminal")
            return 1
        }
        let name = options(process).operands.first
        var editor = Editor(name: name)
        if let name {
            if let bytes = try? process.world.files.read(process.path(name)) {
                editor.open(String(decoding: bytes, as: UTF8.self))
            } else if let node = try? process.world.files.node(process.path(name)), node.kind == .directory {
                throw FileFailure.isDirectory
            }
        }
        try await process.output.print("\u{1b}[?1049h\u{1b}[?1h\u{1b}=\u{1b}[?2004h\u{1b}[?1000h\u{1b}[?1006h")
        terminal.setRaw(true)
        defer { terminal.setRaw(false) }
        var keyboard = Keyboard(terminal.input)
        defer { keyboard.end() }
        while !editor.isDone {
            if !keyboard.hasMore {
                let size = terminal.size
                try await process.output.print(editor.drawn(columns: size.columns, rows: size.rows))
            }
            guard let key = try await keyboard.next() else { break }
            editor.take(key, rows: terminal.size.rows)
            guard let target = editor.takeSaving() else { continue }
            do throws(FileFailure) {
                try process.world.files.put(
                    process.path(target),
                    .init(kind: .file, data: Array(editor.text.utf8), mode: 0o644, changed: process.world.now()))
                editor.saved(as: target)
            } catch {
                editor.failed("\"\(target)\" \(error.words)")
            }
        }
        try await process.output.print(
            "\u{1b}[\(terminal.size.rows);1H\u{1b}[K\u{1b}[?1006l\u{1b}[?1000l\u{1b}[?2004l\u{1b}[?1l\u{1b}>\u{1b}[?1049l"
        )
        return 0
    }
}

/// A text that is shown page by page.
private struct Pager {
    let lines: [String]
    let name: String
    var top = 0

    /// Takes a key.
    /// - Returns: whether to go on.
    mutating func take(_ key: TypedKey, rows: Int) -> Bool {
        let page = max(1, rows - 1)
        switch key {
        case .text("q"), .text("Q"): return false
        case .text("j"), .down, .control(0x0d): top += 1
        case .text("k"), .up: top -= 1
        case .text(" "), .text("f"), .pageDown, .control(0x06): top += page
        case .text("b"), .pageUp, .control(0x02): top -= page
        case .text("g"), .home: top = 0
        case .text("G"), .end: top = lines.count
        default: break
        }
        top = max(0, min(top, lines.count - page))
        return true
    }

    func drawn(columns: Int, rows: Int) -> String {
        let page = max(1, rows - 1)
        var shown = lines.dropFirst(top).prefix(page).map { String($0.prefix(columns)) }
        while shown.count < page { shown.append("~") }
        let isAtEnd = top + page >= lines.count
        let state = isAtEnd ? "\u{1b}[7m(END)\u{1b}[m" : top == 0 && !name.isEmpty ? "\u{1b}[7m\(name)\u{1b}[m" : ":"
        return "\u{1b}[H" + shown.joined(separator: "\u{1b}[K\n") + "\u{1b}[K\n" + state + "\u{1b}[K"
    }
}
