import KubernetesModel

/// The shell wants to end.
struct ShellExit: Error {
    var status: Int
}

/// What a program runs with.
struct Process: Sendable {
    var arguments: [String]
    var environment: [String: String]
    var directory: String
    var input: ByteInput
    var output: ByteOutput
    var errors: ByteOutput
    var world: ContainerWorld
    /// The terminal it runs on, when it does.
    var terminal: PseudoTerminal?
    /// How many shells it runs in.
    var level = 0

    var name: String { arguments.first ?? "" }

    /// A path of its own as one from the root.
    func path(_ text: String) -> String { FileTree.absolute(text, in: directory) }

    /// Says what went wrong, as programs do.
    func complain(_ words: String) async throws { try await errors.print("\(name): \(words)\n") }
}

/// A small shell: what people type to look into a container.
struct Shell: Sendable {
    private static let deepest = 40

    var process: Process
    private var status = 0
    private var depth = 0
    var history: [String] = []
    private var variables: [String: String] { process.environment }

    init(_ process: Process) { self.process = process }

    // MARK: Running

    /// Runs a text of commands.
    /// - Returns: the status of the last.
    /// - Throws: `CancellationError`, `BrokenPipe`.
    mutating func run(_ text: String) async throws -> Int {
        do {
            status = try await run(try ShellParser.parse(text))
        } catch let exit as ShellExit {
            return exit.status
        } catch let failure as ShellSyntaxFailure {
            try await process.errors.print("sh: \(failure.words)\n")
            return 2
        }
        return status
    }

    /// Reads commands and runs them until the input ends: with a prompt on a terminal.
    mutating func interact() async throws -> Int {
        var pending = ""
        while true {
            if let terminal = process.terminal {
                let prompt = pending.isEmpty ? "\(shownDirectory) # " : "> "
                switch try await typedLine(prompt, terminal) {
                case .line(let line): pending += line
                case .dropped:
                    pending = ""
                    status = 130
                    continue
                default:
                    try await process.output.print("\n")
                    return status
                }
            } else {
                guard let line = try await process.input.readLine() else { return status }
                pending += String(decoding: line, as: UTF8.self)
            }
            let node: ShellNode
            do throws(ShellSyntaxFailure) {
                node = try ShellParser.parse(pending)
            } catch {
                if error.isIncomplete {
                    pending += "\n"
                } else {
                    try await process.errors.print("sh: \(error.words)\n")
                    pending = ""
                    status = 2
                }
                continue
            }
            pending = ""
            do {
                try await foreground(node)
            } catch let exit as ShellExit {
                return exit.status
            }
        }
    }

    private var shownDirectory: String {
        process.directory == variables["HOME"] ? "~" : process.directory
    }

    /// Runs a command that ^C ends; without a terminal, simply runs it.
    private mutating func foreground(_ node: ShellNode) async throws {
        guard let terminal = process.terminal else {
            status = try await run(node)
            return
        }
        let task = Task { [self] in
            var shell = self
            let status = try await shell.run(node)
            shell.status = status
            return shell
        }
        terminal.onInterrupt { task.cancel() }
        defer { terminal.onInterrupt(nil) }
        do {
            self = try await withTaskCancellationHandler {
                try await task.value
            } onCancel: {
                task.cancel()
            }
        } catch is CancellationError {
            try Task.checkCancellation()
            try await process.output.print("\n")
            status = 130
        }
    }

    private mutating func run(_ node: ShellNode) async throws -> Int {
        try Task.checkCancellation()
        depth += 1
        defer { depth -= 1 }
        guard depth < Self.deepest * 3 else { throw ShellExit(status: 2) }
        switch node {
        case .list(let nodes):
            for node in nodes { status = try await run(node) }
            return nodes.isEmpty ? 0 : status
        case .and(let left, let right):
            status = try await run(left)
            return status == 0 ? try await run(right) : status
        case .or(let left, let right):
            status = try await run(left)
            return status == 0 ? 0 : try await run(right)
        case .pipeline(let nodes, let isNegated):
            let status = try await pipeline(nodes)
            return isNegated ? (status == 0 ? 1 : 0) : status
        case .subshell(let node, let redirects):
            var shell = self
            guard try await shell.redirect(redirects) else { return 1 }
            do {
                return try await shell.run(node)
            } catch let exit as ShellExit {
                return exit.status
            }
        case .group(let node, let redirects):
            let saved = process
            guard try await redirect(redirects) else { return 1 }
            defer {
                process.input = saved.input
                process.output = saved.output
                process.errors = saved.errors
            }
            return try await run(node)
        case .condition(let branches, let otherwise):
            for branch in branches where try await run(branch.condition) == 0 { return try await run(branch.body) }
            guard let otherwise else { return 0 }
            return try await run(otherwise)
        case .loop(let condition, let isUntil, let body):
            var last = 0
            while (try await run(condition) == 0) != isUntil {
                try Task.checkCancellation()
                await Task.yield()
                last = try await run(body)
            }
            return last
        case .each(let name, let words, let body):
            var last = 0
            for value in try await fields(words) {
                process.environment[name] = value
                last = try await run(body)
            }
            return last
        case .simple(let assignments, let words, let redirects):
            return try await simple(assignments, words, redirects)
        }
    }

    private func pipeline(_ nodes: [ShellNode]) async throws -> Int {
        if nodes.count == 1 {
            var shell = self
            return try await shell.run(nodes[0])
        }
        return try await withThrowingTaskGroup(of: (Int, Int).self) { group in
            var input = process.input
            var incoming: BytePipe?
            for (position, node) in nodes.enumerated() {
                let outgoing = position < nodes.count - 1 ? BytePipe() : nil
                var shell = self
                shell.process.input = input
                if let outgoing { shell.process.output = ByteOutput { try await outgoing.write($0) } }
                let source = incoming
                group.addTask { [shell] in
                    var shell = shell
                    defer {
                        outgoing?.end()
                        source?.abandon()
                    }
                    do {
                        return (position, try await shell.run(node))
                    } catch let exit as ShellExit {
                        return (position, exit.status)
                    } catch is BrokenPipe {
                        return (position, 141)
                    }
                }
                if let outgoing { input = ByteInput { try await outgoing.read() } }
                incoming = outgoing
            }
            var last = 0
            for try await (position, status) in group where position == nodes.count - 1 { last = status }
            return last
        }
    }

    private mutating func simple(
        _ assignments: [ShellAssignment], _ words: [ShellWord], _ redirects: [ShellRedirect]
    ) async throws -> Int {
        let arguments = try await fields(words)
        var values: [String: String] = [:]
        for assignment in assignments { values[assignment.name] = try await text(assignment.value) }
        let saved = process
        guard try await redirect(redirects) else { return 1 }
        defer {
            process.input = saved.input
            process.output = saved.output
            process.errors = saved.errors
        }
        guard let name = arguments.first else {
            process.environment.merge(values) { $1 }
            return assignments.isEmpty ? 0 : status
        }
        var program = process
        program.arguments = arguments
        program.environment.merge(values) { $1 }
        if let status = try await builtin(name, program) { return status }
        if let status = try await Self.launch(program) { return status }
        return try await missing(name)
    }

    private func missing(_ name: String) async throws -> Int {
        let isPath = name.contains("/")
        try await process.errors.print("sh: \(name): not found\n")
        return isPath && (try? process.world.files.node(process.path(name))) != nil ? 126 : 127
    }

    /// Runs a program.
    /// - Returns: its status; `nil` when there is no such program.
    /// - Throws: `CancellationError`, `BrokenPipe`.
    static func launch(_ process: Process) async throws -> Int? {
        guard process.world.hasPrograms else { return nil }
        var process = process
        var name = process.name
        if name.hasPrefix("/") {
            let isProgram = ["/bin/", "/usr/bin/", "/usr/local/bin/", "/sbin/"].contains { name.hasPrefix($0) }
            guard isProgram, let last = name.split(separator: "/").last else { return nil }
            name = String(last)
            process.arguments[0] = name
        }
        if name == "busybox", process.arguments.count > 1 {
            process.arguments.removeFirst()
            return try await launch(process)
        }
        if ["sh", "bash", "ash"].contains(name) { return try await shell(process) }
        guard let program = Programs.all[name] else { return nil }
        do {
            return try await program(process)
        } catch let failure as FileFailure {
            try await process.complain(failure.words)
            return 1
        }
    }

    private static func shell(_ process: Process) async throws -> Int {
        var process = process
        process.level += 1
        guard process.level < deepest else {
            try await process.complain("can't fork: Resource temporarily unavailable")
            return 2
        }
        var shell = Shell(process)
        var arguments = process.arguments.dropFirst()
        while let option = arguments.first, option.hasPrefix("-"), option != "-c" {
            arguments.removeFirst()
            if option.hasSuffix("c"), let text = arguments.first { return try await shell.run(text) }
        }
        if arguments.first == "-c" {
            guard let text = arguments.dropFirst().first else {
                try await process.complain("-c requires an argument")
                return 2
            }
            for (position, argument) in arguments.dropFirst(2).enumerated() {
                shell.process.environment["\(position)"] = argument
            }
            return try await shell.run(text)
        }
        if let script = arguments.first {
            guard let bytes = try? process.world.files.read(process.path(script)) else {
                try await process.complain("can't open '\(script)': No such file or directory")
                return 2
            }
            return try await shell.run(String(decoding: bytes, as: UTF8.self))
        }
        return try await shell.interact()
    }

    // MARK: What only the shell can do

    /// - Returns: `nil` for what is no builtin.
    private mutating func builtin(_ name: String, _ program: Process) async throws -> Int? {
        let arguments = Array(program.arguments.dropFirst())
        switch name {
        case ":": return 0
        case "exit": throw ShellExit(status: arguments.first.flatMap { Int($0) }.map { $0 & 255 } ?? status)
        case "cd":
            let target = program.path(arguments.first ?? variables["HOME"] ?? "/")
            guard let node = try? process.world.files.node(target), node.kind == .directory else {
                try await program.errors.print(
                    "sh: cd: can't cd to \(arguments.first ?? ""): No such file or directory\n")
                return 1
            }
            process.directory = target
            process.environment["PWD"] = target
            return 0
        case "export", "local", "readonly":
            for argument in arguments {
                let sides = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
                if sides.count == 2 { process.environment[String(sides[0])] = String(sides[1]) }
            }
            return 0
        case "unset":
            for argument in arguments { process.environment[argument] = nil }
            return 0
        case "set", "trap", "umask", "wait", "jobs": return 0
        case "eval": return try await run(arguments.joined(separator: " "))
        case "exec":
            guard !arguments.isEmpty else { return 0 }
            var program = program
            program.arguments = arguments
            guard let status = try await Self.launch(program) else {
                throw ShellExit(status: try await missing(arguments[0]))
            }
            throw ShellExit(status: status)
        case "read":
            guard let line = try await program.input.readLine() else { return 1 }
            let names = arguments.filter { !$0.hasPrefix("-") }
            let words = String(decoding: line, as: UTF8.self)
                .split(separator: " ", maxSplits: max(0, names.count - 1)).map(String.init)
            for (position, name) in names.enumerated() {
                process.environment[name] = position < words.count ? words[position] : ""
            }
            return 0
        case "command", "type":
            guard let target = arguments.last else { return 0 }
            let isKnown = Programs.all[target] != nil || ["sh", "cd", "exit"].contains(target)
            if isKnown {
                try await program.output.print(name == "type" ? "\(target) is /bin/\(target)\n" : "/bin/\(target)\n")
            }
            return isKnown ? 0 : 127
        default: return nil
        }
    }

    // MARK: Redirection

    /// Points input and output elsewhere.
    /// - Returns: whether that could be done.
    private mutating func redirect(_ redirects: [ShellRedirect]) async throws -> Bool {
        for redirect in redirects {
            let target = try await text(redirect.target)
            let path = process.path(target)
            let files = process.world.files
            do throws(FileFailure) {
                switch redirect.kind {
                case .input: process.input = target == "/dev/null" ? ByteInput() : ByteInput(try files.read(path))
                case .duplicate:
                    if target == "1", redirect.descriptor == 2 { process.errors = process.output }
                    if target == "2", redirect.descriptor == 1 { process.output = process.errors }
                case .output, .append:
                    let output = target == "/dev/null" ? .nothing : try file(path, appends: redirect.kind == .append)
                    if redirect.descriptor == 2 { process.errors = output } else { process.output = output }
                }
            } catch {
                try await process.errors.print(
                    "sh: can't \(redirect.kind == .input ? "open" : "create") \(target): \(error.words)\n")
                return false
            }
        }
        return true
    }

    private func file(_ path: String, appends: Bool) throws(FileFailure) -> ByteOutput {
        let files = process.world.files
        let now = process.world.now
        if !appends || (try? files.node(path)) == nil {
            try files.put(path, .init(kind: .file, mode: 0o644, changed: now()))
        } else if try files.node(path).kind == .directory {
            throw .isDirectory
        }
        return ByteOutput { try files.append(path, $0, at: now()) }
    }

    // MARK: Expansion

    /// The arguments that words become.
    private mutating func fields(_ words: [ShellWord]) async throws -> [String] {
        var fields: [String] = []
        for word in words {
            var current = ""
            var isField = false
            var isPattern = false
            for part in word.parts {
                let (text, isQuoted) = try await expand(part)
                if isQuoted {
                    current += text
                    isField = true
                    continue
                }
                if case .literal = part {
                    current += text
                    isField = isField || !text.isEmpty
                    isPattern = isPattern || text.contains("*") || text.contains("?")
                    continue
                }
                let isBroken = text.first.map { $0.isWhitespace } ?? false
                let pieces = text.split { $0.isWhitespace }
                for (position, piece) in pieces.enumerated() {
                    if position > 0 || isBroken, isField {
                        fields.append(current)
                        current = ""
                    }
                    current += piece
                    isField = true
                }
                if let last = text.last, last.isWhitespace, isField {
                    fields.append(current)
                    current = ""
                    isField = false
                }
            }
            guard isField else { continue }
            fields += isPattern ? matches(of: current) : [current]
        }
        return fields
    }

    private mutating func text(_ word: ShellWord) async throws -> String {
        var text = ""
        for part in word.parts { text += try await expand(part).text }
        return text
    }

    private mutating func expand(_ part: ShellWord.Part) async throws -> (text: String, isQuoted: Bool) {
        switch part {
        case .literal(let text, let isQuoted): return (text, isQuoted)
        case .variable(let name, let otherwise, let isQuoted):
            let value: String? =
                switch name {
                case "?": String(status)
                case "$": "27"
                case "#": "0"
                case "@", "*": (1...9).compactMap { variables["\($0)"] }.joined(separator: " ")
                default: variables[name]
                }
            return (value.flatMap { $0.isEmpty ? nil : $0 } ?? otherwise ?? "", isQuoted)
        case .arithmetic(let text, let isQuoted): return (String(Arithmetic.value(of: text, variables)), isQuoted)
        case .command(let text, let isQuoted):
            let collector = ByteCollector()
            var shell = self
            shell.depth += 5
            guard shell.depth < Self.deepest * 3 else { throw ShellExit(status: 2) }
            shell.process.output = collector.output
            status = try await shell.run(text)
            var result = String(decoding: collector.collected, as: UTF8.self)
            while result.hasSuffix("\n") { result.removeLast() }
            return (result, isQuoted)
        }
    }

    /// The paths that a pattern matches; the pattern itself when there are none.
    private func matches(of pattern: String) -> [String] {
        let slash = pattern.lastIndex(of: "/")
        let prefix = slash.map { String(pattern[...$0]) } ?? ""
        let last = String(slash.map { pattern[pattern.index(after: $0)...] } ?? pattern[...])
        let names = (try? process.world.files.names(in: process.path(prefix.isEmpty ? "." : prefix))) ?? []
        let found = names.filter { !$0.hasPrefix(".") && Glob.matches(last, $0) }
        return found.isEmpty ? [pattern] : found.map { prefix + $0 }
    }
}
