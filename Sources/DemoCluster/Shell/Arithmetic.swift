/// Patterns of file names: `*` and `?`.
enum Glob {
    static func matches(_ pattern: String, _ text: String) -> Bool {
        let pattern = Array(pattern)
        let text = Array(text)
        var (p, t, star, mark) = (0, 0, -1, 0)
        while t < text.count {
            if p < pattern.count, pattern[p] == "?" || (pattern[p] == text[t] && pattern[p] != "*") {
                p += 1
                t += 1
            } else if p < pattern.count, pattern[p] == "*" {
                star = p
                mark = t
                p += 1
            } else if star >= 0 {
                p = star + 1
                mark += 1
                t = mark
            } else {
                return false
            }
        }
        return pattern[p...].allSatisfy { $0 == "*" }
    }
}

/// Whole numbers with `+ - * / %`, comparison and brackets, as `$((...))` has them.
enum Arithmetic {
    static func value(of text: String, _ variables: [String: String]) -> Int {
        var parser = Parser(text: Array(text.filter { !$0.isWhitespace }), variables: variables)
        return parser.comparison()
    }

    private struct Parser {
        let text: [Character]
        let variables: [String: String]
        var position = 0
        var depth = 0

        mutating func take(_ symbol: String) -> Bool {
            guard text[position...].prefix(symbol.count).elementsEqual(symbol) else { return false }
            position += symbol.count
            return true
        }

        mutating func comparison() -> Int {
            depth += 1
            defer { depth -= 1 }
            guard depth < 50 else { return 0 }
            let left = sum()
            if take("<=") { return left <= sum() ? 1 : 0 }
            if take(">=") { return left >= sum() ? 1 : 0 }
            if take("==") { return left == sum() ? 1 : 0 }
            if take("!=") { return left != sum() ? 1 : 0 }
            if take("<") { return left < sum() ? 1 : 0 }
            if take(">") { return left > sum() ? 1 : 0 }
            return left
        }

        mutating func sum() -> Int {
            var value = product()
            while true {
                if take("+") {
                    value = value &+ product()
                } else if take("-") {
                    value = value &- product()
                } else {
                    return value
                }
            }
        }

        mutating func product() -> Int {
            var value = factor()
            while true {
                if take("*") {
                    value = value &* factor()
                } else if take("/") {
                    value = value.dividedReportingOverflow(by: factor()).partialValue
                } else if take("%") {
                    value = value.remainderReportingOverflow(dividingBy: factor()).partialValue
                } else {
                    return value
                }
            }
        }

        mutating func factor() -> Int {
            if take("(") {
                let value = comparison()
                _ = take(")")
                return value
            }
            var sign = 1
            while take("-") { sign = -sign }
            _ = take("$")
            var word = ""
            while position < text.count, text[position].isLetter || text[position].isNumber || text[position] == "_" {
                word.append(text[position])
                position += 1
            }
            return sign &* (Int(word) ?? variables[word].flatMap { Int($0) } ?? 0)
        }
    }
}
