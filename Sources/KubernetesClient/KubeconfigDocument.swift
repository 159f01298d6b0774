import Yams

/// The YAML of one kubeconfig file.
///
/// Accepts what kubectl accepts: JSON, a byte order mark, several documents of which the first counts, keys that are there
/// twice of which the last counts, `<<` merges. However hostile the text, time and memory are bounded by its size.
struct KubeconfigDocument {
    /// The largest kubeconfig, in bytes: some thousand contexts with their certificates.
    static let maximumBytes = 8 << 20

    /// The first document; `nil` when it is empty.
    private(set) var root: Node?
    /// What was passed over, and what counts instead.
    private(set) var passedOver: [KubeconfigFailure] = []
    /// The same in words.
    var warnings: [String] { passedOver.map(\.description) }

    /// Reads the text of a file.
    ///
    /// - Throws: When it is no YAML. The words never quote the text, which may hold secrets.
    init(file: String, bytes: [UInt8]) throws(KubeconfigFailure) {
        let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
        let content = bytes.starts(with: mark) ? bytes.dropFirst(mark.count) : bytes[...]
        guard var text = String(validating: content, as: UTF8.self) else {
            throw KubeconfigFailure(
                file: file, problem: "is not a text file", remedy: "check that this is the right file")
        }
        let aliases = AliasScan(content)
        if aliases.mayHideInKey {
            // Comparing such keys would expand their aliases.
            throw KubeconfigFailure(
                file: file, problem: "uses an alias or a list as a key", remedy: "write such keys as plain text")
        }
        var duplicates = 0
        while true {
            do {
                let parser = try Parser(yaml: text, encoding: .utf8)
                root = try parser.nextRoot()
                if (try? parser.nextRoot() != nil) != false {
                    passedOver.append(
                        KubeconfigFailure(file: file, problem: "only the first of its documents counts"))
                }
                break
            } catch {
                guard case .duplicatedKeysInMapping(let keys, let context)? = error as? YamlError, duplicates < 32,
                    let renamed = Self.rename(keyAt: context.mark, of: text, number: duplicates)
                else { throw Self.failure(of: error, file: file, lines: content.count { $0 == 0x0A } + 1) }
                passedOver.append(
                    KubeconfigFailure(
                        file: file, line: context.mark.line, problem: "the key `\(keys.first ?? "")` is there twice",
                        remedy: "the last one counts"))
                duplicates += 1
                text = renamed
            }
        }
        guard let tree = root, duplicates > 0 || aliases.found || text.contains("<<") else { return }
        var simplifier = Simplifier(budget: max(100_000, bytes.count))
        root = simplifier.simplified(tree)
        if simplifier.budget < 0 {
            throw KubeconfigFailure(
                file: file, problem: "its aliases stand for far more than is written in it",
                remedy: "write the values out")
        }
    }

    // MARK: - Keys that are there twice

    /// Marks keys that do not count.
    private static let duplicateMark = "\u{E000}duplicate"

    /// The text with another name for the key at a place, counted from 1 in lines and characters.
    private static func rename(keyAt mark: Mark, of text: String, number: Int) -> String? {
        let scalars = text.unicodeScalars
        var index = scalars.startIndex
        var line = 1
        while line < mark.line {
            guard index < scalars.endIndex else { return nil }
            let scalar = scalars[index]
            index = scalars.index(after: index)
            switch scalar {
            case "\r":
                if index < scalars.endIndex, scalars[index] == "\n" { index = scalars.index(after: index) }
                line += 1
            case "\n", "\u{85}", "\u{2028}", "\u{2029}": line += 1
            default: break
            }
        }
        guard var place = scalars.index(index, offsetBy: mark.column - 1, limitedBy: scalars.endIndex),
            place < scalars.endIndex
        else { return nil }
        if scalars[place] == "\"" || scalars[place] == "'" { place = scalars.index(after: place) }
        var result = String(text[..<place])
        result += "\(duplicateMark)\(number)-"
        result += text[place...]
        return result
    }

    // MARK: - Aliases and merges

    /// Looks for aliases without parsing it.
    ///
    /// May find some in quoted text, and never misses one.
    private struct AliasScan {
        /// Whether there may be an alias.
        private(set) var found = false
        /// Whether there may be one inside of a key.
        private(set) var mayHideInKey = false

        init(_ bytes: ArraySlice<UInt8>) {
            var hasAnchor = false
            var hasAlias = false
            var hasCollectionKey = false
            var hasAliasKey = false
            var index = bytes.startIndex
            func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }
            /// Whether blanks and then a colon follow.
            func isKey(endingAt end: Int) -> Bool {
                var end = end
                while end < bytes.endIndex, isBlank(bytes[end]) { end += 1 }
                return end < bytes.endIndex && bytes[end] == UInt8(ascii: ":")
            }
            /// Whether the name of an anchor follows.
            func isNamed(at index: Int) -> Bool { index + 1 < bytes.endIndex && Self.isName(bytes[index + 1]) }
            var startsToken = true
            while index < bytes.endIndex {
                let byte = bytes[index]
                switch byte {
                case UInt8(ascii: "&") where startsToken && isNamed(at: index): hasAnchor = true
                case UInt8(ascii: "*") where startsToken && isNamed(at: index):
                    hasAlias = true
                    var end = index + 1
                    while end < bytes.endIndex, Self.isName(bytes[end]) { end += 1 }
                    if isKey(endingAt: end) { hasAliasKey = true }
                case UInt8(ascii: "?") where startsToken, UInt8(ascii: "]"), UInt8(ascii: "}"):
                    if byte == UInt8(ascii: "?") || isKey(endingAt: index + 1) { hasCollectionKey = true }
                default: break
                }
                startsToken = !Self.isName(byte)
                index += 1
            }
            found = hasAnchor && hasAlias
            mayHideInKey = found && (hasAliasKey || hasCollectionKey)
        }

        private static func isName(_ byte: UInt8) -> Bool {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"):
                true
            default: false
            }
        }
    }

    /// Writes out aliases and merges and leaves out the keys that do not count.
    private struct Simplifier {
        /// How many values may still come; negative when there were too many.
        private(set) var budget: Int

        init(budget: Int) { self.budget = budget }

        mutating func simplified(_ node: Node) -> Node {
            budget -= 1
            guard budget >= 0 else { return node }
            switch node {
            case .scalar, .alias: return node
            case .sequence(let sequence):
                return .sequence(
                    Node.Sequence(sequence.map { simplified($0) }, sequence.tag, sequence.style, sequence.mark))
            case .mapping(let mapping):
                var pairs: [(Node, Node)] = []
                var merged: [Node.Mapping] = []
                for (key, value) in mapping {
                    if key.scalar?.string.hasPrefix(KubeconfigDocument.duplicateMark) == true { continue }
                    let value = simplified(value)
                    guard let scalar = key.scalar, scalar.string == "<<", scalar.style == .plain else {
                        pairs.append((key, value))
                        continue
                    }
                    merged += value.mapping.map { [$0] } ?? value.sequence?.compactMap(\.mapping) ?? []
                }
                if !merged.isEmpty {
                    var known = Set(pairs.compactMap { $0.0.scalar?.string })
                    for (key, value) in merged.joined() {
                        budget -= 1
                        guard budget >= 0 else { break }
                        if let name = key.scalar?.string, known.insert(name).inserted { pairs.append((key, value)) }
                    }
                }
                return .mapping(Node.Mapping(pairs, mapping.tag, mapping.style, mapping.mark))
            }
        }
    }

    // MARK: - Words

    private static func failure(of error: any Error, file: String, lines: Int) -> KubeconfigFailure {
        let remedy = "correct it, or point --kubeconfig to another file"
        func at(_ mark: Mark, _ problem: String) -> KubeconfigFailure {
            // What is missing at the end seems to be in the line after the last.
            let line = min(mark.line, lines)
            return KubeconfigFailure(file: file, line: line, problem: "is not valid YAML: \(problem)", remedy: remedy)
        }
        switch error as? YamlError {
        case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
            .composer(_, let problem, let mark, _):
            return at(mark, problem)
        case .duplicatedKeysInMapping(let keys, let context):
            let names = keys.map { "`\($0)`" }.sorted().joined(separator: ", ")
            return at(context.mark, "the key \(names) is there twice")
        case .reader(let problem, _, _, _):
            return KubeconfigFailure(file: file, problem: "is not a text file: \(problem)", remedy: remedy)
        default:
            return KubeconfigFailure(file: file, problem: "is not valid YAML", remedy: remedy)
        }
    }
}
