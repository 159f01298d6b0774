import KubernetesModel

extension Programs {
    /// Programs that read, write and change text.
    static let textPrograms: [String: Program] = [
        "echo": { process in
            var words = process.arguments.dropFirst()
            var ends = true
            var escapes = false
            while let option = words.first, ["-n", "-e", "-ne", "-en"].contains(option) {
                if option.contains("n") { ends = false }
                if option.contains("e") { escapes = true }
                words.removeFirst()
            }
            let text = words.joined(separator: " ")
            try await process.output.print((escapes ? unescaped(text) : text) + (ends ? "\n" : ""))
            return 0
        },
        "printf": { process in
            try await process.output.print(formatted(Array(process.arguments.dropFirst())))
            return 0
        },
        "cat": { process in
            try await forEachInput(process, options(process).operands) { _, input in
                while let bytes = try await input.read() { try await process.output.write(bytes) }
            }
        },
        "tee": { process in
            let (flags, _, names) = options(process)
            let files = process.world.files
            for name in names where !flags.contains("a") || (try? files.node(process.path(name))) == nil {
                try files.put(process.path(name), .init(kind: .file, mode: 0o644, changed: process.world.now()))
            }
            while let bytes = try await process.input.read() {
                for name in names { try files.append(process.path(name), bytes, at: process.world.now()) }
                try await process.output.write(bytes)
            }
            return 0
        },
        "head": { process in
            let (_, values, names) = options(numbered(process), valued: ["n", "c"])
            return try await forEachInput(process, names) { _, input in
                if let count = values["c"].flatMap({ Int($0) }) {
                    var left = max(0, count)
                    while left > 0 {
                        let bytes = try await input.read(exactly: min(left, 32 << 10))
                        if bytes.isEmpty { break }
                        left -= bytes.count
                        try await process.output.write(bytes)
                    }
                    return
                }
                var left = values["n"].flatMap { Int($0) } ?? 10
                while left > 0, let line = try await input.readLine() {
                    left -= 1
                    try await process.output.write(line + [10])
                }
            }
        },
        "tail": { process in
            let (flags, values, names) = options(numbered(process), valued: ["n", "c"])
            let status = try await forEachInput(process, names) { _, input in
                let bytes = try await input.readAll()
                if let count = values["c"].flatMap({ Int($0) }) {
                    try await process.output.write(Array(bytes.suffix(max(0, count))))
                    return
                }
                let text = values["n"] ?? "10"
                var lines = bytes.split(separator: 10, omittingEmptySubsequences: false)
                if lines.last?.isEmpty ?? false { lines.removeLast() }
                let count = Int(text.drop { $0 == "+" || $0 == "-" }) ?? 10
                let chosen = text.hasPrefix("+") ? lines.dropFirst(max(0, count - 1)) : lines.suffix(count)
                for line in chosen { try await process.output.write(line + [10]) }
            }
            if flags.contains("f") || flags.contains("F") { try await sleep(seconds: 1e9) }
            return status
        },
        "wc": { process in
            let (flags, _, names) = options(process)
            let shown = flags.isEmpty ? ["l", "w", "c"] : flags
            return try await forEachInput(process, names) { name, input in
                var lines = 0
                var words = 0
                var count = 0
                var isInWord = false
                while let bytes = try await input.read() {
                    count += bytes.count
                    for byte in bytes {
                        if byte == 10 { lines += 1 }
                        let isSpace = byte == 32 || (9...13).contains(byte)
                        if !isSpace, !isInWord { words += 1 }
                        isInWord = !isSpace
                    }
                }
                let numbers = [("l", lines), ("w", words), ("c", count)]
                    .filter { shown.contains(Character($0.0)) }.map { String($0.1) }
                try await process.output.print(
                    (numbers + (name == "-" ? [] : [name])).joined(separator: " ") + "\n")
            }
        },
        "grep": { process in try await grep(process) },
        "egrep": { process in try await grep(process) },
        "sort": { process in
            let (flags, _, names) = options(process, valued: ["k", "t"])
            var lines: [String] = []
            let status = try await forEachInput(process, names) { _, input in
                while let line = try await input.readLine() { lines.append(String(decoding: line, as: UTF8.self)) }
            }
            func number(_ text: String) -> Int {
                Int(text.drop { $0 == " " }.prefix { $0.isNumber || $0 == "-" }) ?? 0
            }
            lines.sort { flags.contains("n") ? (number($0), $0) < (number($1), $1) : $0 < $1 }
            if flags.contains("r") { lines.reverse() }
            var last: String?
            for line in lines where !flags.contains("u") || line != last {
                try await process.output.print(line + "\n")
                last = line
            }
            return status
        },
        "uniq": { process in
            let (flags, _, names) = options(process)
            return try await forEachInput(process, names) { _, input in
                var last: [UInt8]?
                var count = 0
                func flush() async throws {
                    guard let last, !flags.contains("d") || count > 1 else { return }
                    let digits = String(count)
                    let padding = String(repeating: " ", count: max(0, 7 - digits.count))
                    let prefix = flags.contains("c") ? Array("\(padding)\(digits) ".utf8) : []
                    try await process.output.write(prefix + last + [10])
                }
                while let line = try await input.readLine() {
                    if line == last {
                        count += 1
                    } else {
                        try await flush()
                        last = line
                        count = 1
                    }
                }
                try await flush()
            }
        },
        "cut": { process in
            let (_, values, names) = options(process, valued: ["d", "f", "c"])
            let wanted = (values["f"] ?? values["c"] ?? "1").split(separator: ",").compactMap { Int($0) }
            let separator = values["c"] == nil ? values["d"]?.first ?? "\t" : nil
            return try await forEachInput(process, names) { _, input in
                while let line = try await input.readLine() {
                    let text = String(decoding: line, as: UTF8.self)
                    let parts =
                        separator.map { mark in
                            text.split(separator: mark, omittingEmptySubsequences: false).map(String.init)
                        } ?? text.map { String($0) }
                    let chosen = wanted.compactMap { parts.indices.contains($0 &- 1) ? parts[$0 &- 1] : nil }
                    try await process.output.print(chosen.joined(separator: separator.map { String($0) } ?? "") + "\n")
                }
            }
        },
        "tr": { process in
            let (flags, _, sets) = options(process)
            let from = Array(expanded(sets.first ?? "").utf8)
            let to = Array(expanded(sets.count > 1 ? sets[1] : "").utf8)
            while let bytes = try await process.input.read() {
                try await process.output.write(
                    bytes.compactMap { byte in
                        guard let index = from.firstIndex(of: byte) else { return byte }
                        if flags.contains("d") { return nil }
                        return to.isEmpty ? byte : to[min(index, to.count - 1)]
                    })
            }
            return 0
        },
        "seq": { process in
            let numbers = process.arguments.dropFirst().compactMap { Int($0) }
            guard let last = numbers.last else { return 1 }
            let step = numbers.count > 2 ? numbers[1] : 1
            guard step != 0 else { return 1 }
            var number = numbers.count > 1 ? numbers[0] : 1
            var text = ""
            while step > 0 ? number <= last : number >= last {
                text += "\(number)\n"
                if text.utf8.count > 16 << 10 {
                    try await process.output.print(text)
                    text = ""
                }
                let (next, isTooFar) = number.addingReportingOverflow(step)
                if isTooFar { break }
                number = next
            }
            try await process.output.print(text)
            return 0
        },
        "yes": { process in
            let word = process.arguments.count > 1 ? process.arguments.dropFirst().joined(separator: " ") : "y"
            let text = Array(String(repeating: word + "\n", count: max(1, 4096 / (word.utf8.count + 1))).utf8)
            while true {
                try Task.checkCancellation()
                try await process.output.write(text)
            }
        },
    ]

    /// Such as `head -5` with the number where an option has it.
    private static func numbered(_ process: Process) -> Process {
        var process = process
        process.arguments = process.arguments.map { word in
            word.hasPrefix("-") && Int(word.dropFirst()) != nil ? "-n\(word.dropFirst())" : word
        }
        return process
    }

    private static func grep(_ process: Process) async throws -> Int {
        var (flags, values, operands) = options(process, valued: ["e", "A", "B", "C", "m"])
        guard let text = values["e"] ?? operands.first else {
            try await process.complain("no pattern")
            return 2
        }
        if values["e"] == nil { operands.removeFirst() }
        let isInsensitive = flags.contains("i")
        let literal = isInsensitive ? text.lowercased() : text
        let isLiteral =
            flags.contains("F") || text.allSatisfy { $0.isLetter || $0.isNumber || " _-/:=\",".contains($0) }
        let pattern = isLiteral ? nil : try? Regex(isInsensitive ? "(?i)\(text)" : text)
        guard isLiteral || pattern != nil else {
            try await process.complain("bad regex '\(text)'")
            return 2
        }
        var count = 0
        let limit = values["m"].flatMap { Int($0) } ?? .max
        let names = operands
        let status = try await forEachInput(process, names) { name, input in
            while count < limit, let line = try await input.readLine() {
                let text = String(decoding: line, as: UTF8.self)
                let isMatch: Bool
                if let pattern {
                    isMatch = text.firstMatch(of: pattern) != nil
                } else {
                    isMatch = literal.isEmpty || (isInsensitive ? text.lowercased() : text).contains(literal)
                }
                guard isMatch != flags.contains("v") else { continue }
                count += 1
                if flags.contains("c") || flags.contains("q") { continue }
                try await process.output.write((names.count > 1 ? Array("\(name):".utf8) : []) + line + [10])
            }
        }
        if flags.contains("c") { try await process.output.print("\(count)\n") }
        return status != 0 ? 2 : count > 0 ? 0 : 1
    }

    private static func expanded(_ set: String) -> String {
        let letters = Array(unescaped(set))
        var result = ""
        var position = 0
        while position < letters.count {
            if position + 2 < letters.count, letters[position + 1] == "-", let first = letters[position].asciiValue,
                let last = letters[position + 2].asciiValue, first <= last
            {
                for value in first...last { result.append(Character(UnicodeScalar(value))) }
                position += 3
            } else {
                result.append(letters[position])
                position += 1
            }
        }
        return result
    }

    private static func unescaped(_ text: String) -> String {
        var result = ""
        var isEscape = false
        /// Of a byte that is written as a number.
        var octal: String?
        func byte(_ digits: String) -> Character { Character(Unicode.Scalar(UInt8(digits, radix: 8) ?? 0)) }
        for character in text {
            if let digits = octal {
                if digits.count < 3, ("0"..."7").contains(character) {
                    octal = digits + String(character)
                    continue
                }
                result.append(byte(digits))
                octal = nil
            }
            guard isEscape else {
                if character == "\\" { isEscape = true } else { result.append(character) }
                continue
            }
            isEscape = false
            switch character {
            case "n": result.append("\n")
            case "t": result.append("\t")
            case "r": result.append("\r")
            case "\\": result.append("\\")
            case "e": result.append("\u{1b}")
            case "0"..."7": octal = String(character)
            default: result += "\\\(character)"
            }
        }
        if let octal { result.append(byte(octal)) }
        return isEscape ? result + "\\" : result
    }

    /// What `printf` prints: the format again and again until the words are used.
    private static func formatted(_ words: [String]) -> String {
        guard let format = words.first else { return "" }
        let letters = Array(unescaped(format))
        var values = words.dropFirst()
        var result = ""
        repeat {
            let before = values.count
            var position = 0
            while position < letters.count {
                guard letters[position] == "%", position + 1 < letters.count else {
                    result.append(letters[position])
                    position += 1
                    continue
                }
                position += 1
                var width = ""
                while position < letters.count, letters[position].isNumber || letters[position] == "-" {
                    width.append(letters[position])
                    position += 1
                }
                guard position < letters.count else { break }
                let kind = letters[position]
                position += 1
                if kind == "%" {
                    result.append("%")
                    continue
                }
                let value = values.popFirst() ?? (kind == "s" ? "" : "0")
                let padding = String(
                    repeating: width.hasPrefix("0") ? "0" : " ",
                    count: max(0, Int(min(200, (Int(width) ?? 0).magnitude)) - value.count))
                result += width.hasPrefix("-") ? value + padding : padding + value
            }
            if values.count == before { break }
        } while !values.isEmpty
        return result
    }
}
