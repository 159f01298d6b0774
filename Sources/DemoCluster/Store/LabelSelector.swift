/// A label selector of a request, such as `app=web,tier in (front,back),!canary`.
struct LabelSelector: Sendable, Equatable {
    /// One condition on a label.
    enum Requirement: Sendable, Equatable {
        case among(key: String, values: Set<String>)
        case notAmong(key: String, values: Set<String>)
        case exists(key: String)
        case absent(key: String)
    }

    var requirements: [Requirement] = []

    /// Selects everything.
    init() {}

    /// Parses the text of a request.
    /// - Throws: `DemoStatus` with code 400 when the text does not parse.
    init(parsing text: String) throws(DemoStatus) {
        for part in Self.split(text) {
            let words = part.split(separator: " ").map(String.init)
            guard let first = words.first else { continue }
            if let requirement = Self.equality(part) {
                requirements.append(requirement)
            } else if words.count == 1 {
                requirements.append(
                    first.hasPrefix("!") ? .absent(key: String(first.dropFirst())) : .exists(key: first))
            } else {
                requirements.append(try Self.set(part, key: first, words: words))
            }
        }
    }

    /// Whether labels meet every requirement.
    func matches(_ labels: [String: String]) -> Bool {
        requirements.allSatisfy { requirement in
            switch requirement {
            case .among(let key, let values): labels[key].map { values.contains($0) } ?? false
            case .notAmong(let key, let values): labels[key].map { !values.contains($0) } ?? true
            case .exists(let key): labels[key] != nil
            case .absent(let key): labels[key] == nil
            }
        }
    }

    /// Splits at commas outside parentheses.
    private static func split(_ text: String) -> [String] {
        var parts = [""]
        var isInside = false
        for character in text {
            if character == "(" { isInside = true }
            if character == ")" { isInside = false }
            if character == ",", !isInside {
                parts.append("")
            } else {
                parts[parts.count - 1].append(character)
            }
        }
        return parts.map { $0.trimmingSpaces }
    }

    private static func equality(_ part: String) -> Requirement? {
        guard let sign = part.firstIndex(of: "="), !part.contains("(") else { return nil }
        var key = part[..<sign]
        let isNegated = key.hasSuffix("!")
        if isNegated { key = key.dropLast() }
        var value = part[part.index(after: sign)...]
        if value.hasPrefix("=") { value = value.dropFirst() }
        let name = String(key).trimmingSpaces
        let values: Set = [String(value).trimmingSpaces]
        return isNegated ? .notAmong(key: name, values: values) : .among(key: name, values: values)
    }

    private static func set(_ part: String, key: String, words: [String]) throws(DemoStatus) -> Requirement {
        let operation = words[1].prefix { $0 != "(" }
        guard operation == "in" || operation == "notin", let open = part.firstIndex(of: "("), part.hasSuffix(")") else {
            throw .badRequest(
                "unable to parse requirement: found '\(words[1])', expected: in, notin, =, ==, !=, gt, lt")
        }
        let inside = part[part.index(after: open)...].dropLast()
        let values = Set(inside.split(separator: ",").map { String($0).trimmingSpaces })
        return operation == "in" ? .among(key: key, values: values) : .notAmong(key: key, values: values)
    }
}

extension String {
    /// The text without spaces at its ends.
    var trimmingSpaces: String {
        var slice = self[...]
        while slice.first == " " { slice.removeFirst() }
        while slice.last == " " { slice.removeLast() }
        return String(slice)
    }
}
