import KubernetesModel

extension Programs {
    /// Programs that look at files and change them.
    static let filePrograms: [String: Program] = [
        "pwd": { process in
            try await process.output.print(process.directory + "\n")
            return 0
        },
        "ls": { process in try await list(process) },
        "mkdir": { process in
            let (flags, _, names) = options(process, valued: ["m"])
            return try await each(names, process, "can't create directory") { name throws(FileFailure) in
                let path = process.path(name)
                if flags.contains("p") {
                    try process.world.files.makeDirectories(path, at: process.world.now())
                } else {
                    guard (try? process.world.files.node(path)) == nil else { throw .exists }
                    try process.world.files.put(
                        path, .init(kind: .directory, mode: 0o755, changed: process.world.now()))
                }
            }
        },
        "rm": { process in
            let (flags, _, names) = options(process)
            return try await each(names, process, "can't remove") { name throws(FileFailure) in
                let path = process.path(name)
                let node: FileTree.Node
                do throws(FileFailure) {
                    node = try process.world.files.node(path, followsLast: false)
                } catch {
                    if flags.contains("f") { return }
                    throw error
                }
                guard node.kind != .directory || flags.contains("r") || flags.contains("R") else { throw .isDirectory }
                try process.world.files.remove(path)
            }
        },
        "touch": { process in
            try await each(options(process).operands, process, "can't touch") { name throws(FileFailure) in
                if (try? process.world.files.node(process.path(name))) != nil { return }
                try process.world.files.put(
                    process.path(name), .init(kind: .file, mode: 0o644, changed: process.world.now()))
            }
        },
        "cp": { process in try await copy(process, moves: false) },
        "mv": { process in try await copy(process, moves: true) },
        "ln": { process in
            let names = options(process).operands
            guard names.count == 2 else { return 1 }
            return try await each([names[1]], process, "can't create") { name throws(FileFailure) in
                try process.world.files.put(
                    process.path(name),
                    .init(kind: .link, data: Array(names[0].utf8), mode: 0o777, changed: process.world.now()))
            }
        },
        "readlink": { process in
            try await each(options(process).operands, process, "can't read") { name throws(FileFailure) in
                _ = try process.world.files.node(process.path(name))
            }
        },
        "chmod": { process in
            let names = options(process).operands
            guard let mode = names.first.flatMap({ Int($0, radix: 8) }) else { return 0 }
            return try await each(Array(names.dropFirst()), process, "can't change") { name throws(FileFailure) in
                var node = try process.world.files.node(process.path(name))
                node.mode = mode & 0o7777
                try process.world.files.put(process.path(name), node)
            }
        },
        "basename": { process in
            try await process.output.print(
                "\(process.arguments.dropFirst().first?.split(separator: "/").last ?? "/")\n")
            return 0
        },
        "dirname": { process in
            let path = process.arguments.dropFirst().first ?? "."
            let parts = path.split(separator: "/").dropLast()
            try await process.output.print(
                (path.hasPrefix("/") ? "/" : "")
                    + (parts.isEmpty && !path.hasPrefix("/") ? "." : parts.joined(separator: "/"))
                    + "\n")
            return 0
        },
        "stat": { process in
            try await each(options(process, valued: ["c"]).operands, process, "can't stat") {
                name throws(FileFailure) in
                _ = try process.world.files.node(process.path(name))
            }
        },
        "find": { process in
            let words = Array(process.arguments.dropFirst())
            let start = words.first.flatMap { $0.hasPrefix("-") ? nil : $0 } ?? "."
            let pattern = words.firstIndex(of: "-name").flatMap { words.indices.contains($0 + 1) ? words[$0 + 1] : nil }
            let type = words.firstIndex(of: "-type").flatMap { words.indices.contains($0 + 1) ? words[$0 + 1] : nil }
            let root = process.path(start)
            for path in try process.world.files.walk(root) {
                let name = String(path.split(separator: "/").last ?? "/")
                guard let node = try? process.world.files.node(path, followsLast: false) else { continue }
                let letter = node.kind == .directory ? "d" : node.kind == .link ? "l" : "f"
                guard pattern.map({ Glob.matches($0, name) }) ?? true, type.map({ $0 == letter }) ?? true else {
                    continue
                }
                let rest = path.dropFirst(root == "/" ? 0 : root.count)
                try await process.output.print((start == "/" ? String(path) : start + rest) + "\n")
            }
            return 0
        },
        "du": { process in
            let path = options(process).operands.first ?? "."
            var total = 0
            for file in try process.world.files.walk(process.path(path)) {
                total += (try? process.world.files.node(file, followsLast: false))?.data.count ?? 0
            }
            try await process.output.print("\((total + 1023) / 1024)\t\(path)\n")
            return 0
        },
        "dd": { process in
            var values: [String: String] = [:]
            for word in process.arguments.dropFirst() {
                let sides = word.split(separator: "=", maxSplits: 1).map(String.init)
                if sides.count == 2 { values[sides[0]] = sides[1] }
            }
            let units: [Character: Int] = ["k": 1 << 10, "K": 1 << 10, "M": 1 << 20, "G": 1 << 30]
            let size = values["bs"] ?? "512"
            let unit = size.last.flatMap { units[$0] }
            let block = (Int(unit == nil ? size : String(size.dropLast())) ?? 512).multipliedReportingOverflow(
                by: unit ?? 1
            ).partialValue
            var left = values["count"].flatMap { Int($0) }?.multipliedReportingOverflow(by: block).partialValue ?? .max
            let isFile = values["of"] != nil
            if let name = values["of"] {
                try process.world.files.put(
                    process.path(name), .init(kind: .file, mode: 0o644, changed: process.world.now()))
            }
            return try await forEachInput(process, values["if"].map { [$0] } ?? []) { _, input in
                while left > 0, let bytes = try await input.read() {
                    let part = Array(bytes.prefix(left))
                    left -= part.count
                    if isFile, let name = values["of"] {
                        try process.world.files.append(process.path(name), part, at: process.world.now())
                    } else {
                        try await process.output.write(part)
                    }
                }
            }
        },
        "tar": { process in try await Tar.run(process) },
    ]

    /// Does something with each name, and says which failed.
    private static func each(
        _ names: [String], _ process: Process, _ words: String, _ body: (String) throws(FileFailure) -> Void
    ) async throws -> Int {
        var status = 0
        for name in names {
            do throws(FileFailure) {
                try body(name)
            } catch {
                try await process.complain("\(words) '\(name)': \(error.words)")
                status = 1
            }
        }
        return status
    }

    private static func list(_ process: Process) async throws -> Int {
        let (flags, _, operands) = options(process)
        let files = process.world.files
        var status = 0
        let isSeen = process.output.isTerminal
        func coloured(_ name: String, _ path: String) -> String {
            guard isSeen, let node = try? files.node(path, followsLast: false) else { return name }
            switch node.kind {
            case .directory: return "\u{1b}[1;34m\(name)\u{1b}[m"
            case .link: return "\u{1b}[1;36m\(name)\u{1b}[m"
            case .file: return node.mode & 0o111 != 0 ? "\u{1b}[1;32m\(name)\u{1b}[m" : name
            }
        }
        func line(_ name: String, _ path: String) -> String {
            let name = coloured(name, path)
            guard flags.contains("l"), let node = try? files.node(path, followsLast: false) else { return name + "\n" }
            let letter = node.kind == .directory ? "d" : node.kind == .link ? "l" : "-"
            let bits = [6, 3, 0].map { shift -> String in
                let value = node.mode >> shift
                return (value & 4 != 0 ? "r" : "-") + (value & 2 != 0 ? "w" : "-") + (value & 1 != 0 ? "x" : "-")
            }
            let size = String(node.data.count)
            let padding = String(repeating: " ", count: max(0, 9 - size.count))
            let day = date(node.changed).split(separator: " ")
            let time = day.count == 6 ? "\(day[1]) \(day[2]) \(day[3].prefix(5))" : ""
            let target = node.kind == .link ? " -> \(String(decoding: node.data, as: UTF8.self))" : ""
            return "\(letter)\(bits.joined())    1 root     root     \(padding)\(size) \(time) \(name)\(target)\n"
        }
        let names = operands.isEmpty ? ["."] : operands
        for name in names {
            let path = process.path(name)
            do throws(FileFailure) {
                let node = try files.node(path)
                guard node.kind == .directory, !flags.contains("d") else {
                    try await show(line(name, path), process)
                    continue
                }
                var text = names.count > 1 ? "\(name):\n" : ""
                let entries = try files.names(in: path).filter { flags.contains("a") || !$0.hasPrefix(".") }
                if isSeen, !flags.contains("l"), !flags.contains("1") {
                    text += columns(entries, process.terminal?.size.columns ?? 80) {
                        coloured($0, FileTree.absolute($0, in: path))
                    }
                } else {
                    for entry in entries { text += line(entry, FileTree.absolute(entry, in: path)) }
                }
                try await show(text, process)
            } catch {
                try await process.errors.print("ls: \(name): \(error.words)\n")
                status = 1
            }
        }
        return status
    }

    /// Names side by side, as many as fit.
    private static func columns(_ names: [String], _ width: Int, _ shown: (String) -> String) -> String {
        let cell = (names.map(\.count).max() ?? 0) + 2
        let perRow = max(1, width / max(1, cell))
        let rows = (names.count + perRow - 1) / perRow
        return (0..<rows).map { row in
            let inRow = stride(from: row, to: names.count, by: rows).map { names[$0] }
            let padded = inRow.enumerated().map { index, name in
                shown(name) + (index < inRow.count - 1 ? String(repeating: " ", count: cell - name.count) : "")
            }
            return padded.joined() + "\n"
        }.joined()
    }

    private static func show(_ text: String, _ process: Process) async throws(FileFailure) {
        do {
            try await process.output.print(text)
        } catch {
            throw FileFailure(words: "Broken pipe")
        }
    }

    private static func copy(_ process: Process, moves: Bool) async throws -> Int {
        let names = options(process).operands
        guard names.count >= 2, let last = names.last else {
            try await process.complain("missing file operand")
            return 1
        }
        let files = process.world.files
        let isDirectory = (try? files.node(process.path(last)))?.kind == .directory
        return try await each(Array(names.dropLast()), process, "can't \(moves ? "rename" : "stat")") {
            name throws(FileFailure) in
            let source = process.path(name)
            let base = String(source.split(separator: "/").last ?? "")
            let target = isDirectory ? FileTree.absolute(base, in: process.path(last)) : process.path(last)
            guard target != source, !target.hasPrefix(source + "/") else { throw .exists }
            for path in try files.walk(source) {
                try files.put(target + path.dropFirst(source.count), try files.node(path, followsLast: false))
            }
            if moves { try files.remove(source) }
        }
    }
}
