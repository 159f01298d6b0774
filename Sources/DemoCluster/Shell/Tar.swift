import KubernetesModel

/// `tar`, as copying to and from containers needs it: POSIX headers, long names, links.
enum Tar {
    private static let block = 512

    /// Runs `tar` with what it was asked.
    static func run(_ process: Process) async throws -> Int {
        var process = process
        // The first word may do without its dash.
        if process.arguments.count > 1, !process.arguments[1].hasPrefix("-") {
            process.arguments[1] = "-" + process.arguments[1]
        }
        process.arguments.removeAll { $0.hasPrefix("--") && $0.count > 2 }
        let (flags, values, names) = Programs.options(process, valued: ["f", "C"])
        if let directory = values["C"] { process.directory = process.path(directory) }
        guard (try? process.world.files.node(process.directory))?.kind == .directory else {
            try await process.complain("can't change directory to '\(values["C"] ?? "")': No such file or directory")
            return 1
        }
        let archive = values["f"] ?? "-"
        if flags.contains("c") {
            guard archive == "-" else {
                let collector = ByteCollector()
                let status = try await create(process, names, collector.output)
                try process.world.files.put(
                    process.path(archive),
                    .init(kind: .file, data: collector.collected, mode: 0o644, changed: process.world.now()))
                return status
            }
            return try await create(process, names, process.output)
        }
        guard flags.contains("x") || flags.contains("t") else {
            try await process.complain("must specify one of -c, -x, -t")
            return 1
        }
        let input = archive == "-" ? process.input : ByteInput(try process.world.files.read(process.path(archive)))
        return try await extract(process, input, lists: flags.contains("t"), isVerbose: flags.contains("v"))
    }

    // MARK: Writing

    private static func create(_ process: Process, _ names: [String], _ output: ByteOutput) async throws -> Int {
        var status = 0
        for name in names {
            let root = process.path(name)
            guard let paths = try? process.world.files.walk(root) else {
                try await process.complain("\(name): No such file or directory")
                status = 1
                continue
            }
            let shown = String(name.drop { $0 == "/" })
            if shown.count < name.count { try await process.complain("removing leading '/' from member names") }
            for path in paths {
                guard let node = try? process.world.files.node(path, followsLast: false) else { continue }
                let rest = path.dropFirst(root == "/" ? 1 : root.count)
                try await write(node, named: shown + rest, to: output)
            }
        }
        if status != 0 { try await process.complain("error exit delayed from previous errors") }
        try await output.write([UInt8](repeating: 0, count: block * 2))
        return status
    }

    private static func write(_ node: FileTree.Node, named name: String, to output: ByteOutput) async throws {
        let name = node.kind == .directory ? name + "/" : name
        if name.utf8.count > 100 {
            let bytes = Array(name.utf8) + [0]
            try await output.write(header("././@LongLink", "L", size: bytes.count, mode: 0, changed: 0, link: []))
            try await output.write(padded(bytes))
        }
        let types: [FileTree.Node.Kind: Character] = [.file: "0", .directory: "5", .link: "2"]
        let size = node.kind == .file ? node.data.count : 0
        try await output.write(
            header(
                name, types[node.kind] ?? "0", size: size, mode: node.mode, changed: node.changed.seconds,
                link: node.kind == .link ? node.data : []))
        var offset = 0
        while offset < size {
            let end = min(size, offset + 32 << 10)
            try await output.write(Array(node.data[offset..<end]))
            offset = end
        }
        let rest = size % block
        if rest > 0 { try await output.write([UInt8](repeating: 0, count: block - rest)) }
    }

    private static func padded(_ bytes: [UInt8]) -> [UInt8] {
        bytes + [UInt8](repeating: 0, count: (block - bytes.count % block) % block)
    }

    private static func header(
        _ name: String, _ type: Character, size: Int, mode: Int, changed: Int64, link: [UInt8]
    ) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: block)
        func put(_ text: some Collection<UInt8>, at offset: Int, _ width: Int) {
            for (position, byte) in text.prefix(width).enumerated() { bytes[offset + position] = byte }
        }
        func octal(_ value: Int64, at offset: Int, _ width: Int) {
            let digits = String(max(0, value), radix: 8)
            put((String(repeating: "0", count: max(0, width - 1 - digits.count)) + digits).utf8, at: offset, width - 1)
        }
        put(name.utf8, at: 0, 100)
        octal(Int64(mode), at: 100, 8)
        octal(0, at: 108, 8)
        octal(0, at: 116, 8)
        octal(Int64(size), at: 124, 12)
        octal(changed, at: 136, 12)
        put(String(type).utf8, at: 156, 1)
        put(link, at: 157, 100)
        put("ustar\u{0}00root".utf8, at: 257, 12)
        put("root".utf8, at: 297, 4)
        put("        ".utf8, at: 148, 8)
        let sum = bytes.reduce(0) { $0 + Int($1) }
        octal(Int64(sum), at: 148, 7)
        bytes[154] = 0
        bytes[155] = 32
        return bytes
    }

    // MARK: Reading

    private static func extract(
        _ process: Process, _ input: ByteInput, lists: Bool, isVerbose: Bool
    ) async throws -> Int {
        var longName: String?
        while true {
            let head = try await input.read(exactly: block)
            guard head.count == block else {
                if head.isEmpty { return 0 }
                try await process.complain("short read")
                return 1
            }
            if head.allSatisfy({ $0 == 0 }) {
                while try await input.read() != nil {}
                return 0
            }
            func text(_ range: Range<Int>) -> String {
                String(decoding: head[range].prefix { $0 != 0 }, as: UTF8.self)
            }
            func number(_ range: Range<Int>) -> Int {
                Int(text(range).filter { $0 != " " }, radix: 8) ?? 0
            }
            let size = number(124..<136)
            guard size >= 0, size <= FileTree.capacity else { throw FileFailure.full }
            let type = Character(UnicodeScalar(head[156]))
            let data = try await input.read(exactly: size)
            guard data.count == size else {
                try await process.complain("short read")
                return 1
            }
            if size % block > 0 { _ = try await input.read(exactly: block - size % block) }
            if type == "L" {
                longName = String(decoding: data.prefix { $0 != 0 }, as: UTF8.self)
                continue
            }
            if type == "x" || type == "g" { continue }
            let prefix = text(257..<262) == "ustar" ? text(345..<500) : ""
            let name = longName ?? (prefix.isEmpty ? text(0..<100) : prefix + "/" + text(0..<100))
            longName = nil
            if lists || isVerbose { try await process.output.print(name + "\n") }
            if lists { continue }
            let node = FileTree.Node(
                kind: type == "5" ? .directory : type == "2" ? .link : .file,
                data: type == "2" ? Array(text(157..<257).utf8) : data, mode: number(100..<108) & 0o7777,
                changed: Timestamp(seconds: Int64(number(136..<148))))
            let path = process.path(String(name.drop { $0 == "/" }))
            if path == process.directory { continue }
            try process.world.files.makeDirectories(FileTree.parent(of: path), at: process.world.now())
            if node.kind == .directory, (try? process.world.files.node(path))?.kind == .directory { continue }
            try process.world.files.put(path, node)
        }
    }
}
