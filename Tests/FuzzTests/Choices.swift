import KubernetesModel

/// Bytes read as choices, so that what is made of them changes as they are mutated; when they end, every choice is 0.
struct Choices {
    private let bytes: [UInt8]
    private var position = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// Whether choices are left.
    var isEmpty: Bool { position >= bytes.count }

    /// A number from 0 to one below `limit`.
    mutating func below(_ limit: Int) -> Int {
        guard position < bytes.count, limit > 1 else { return 0 }
        defer { position += limit > 256 ? 2 : 1 }
        let low = Int(bytes[position])
        return (limit > 256 && position + 1 < bytes.count ? low << 8 | Int(bytes[position + 1]) : low) % limit
    }

    mutating func element<Element>(of elements: [Element]) -> Element { elements[below(elements.count)] }
}

/// Changes some of the values of a document that both encodings can carry.
enum DocumentChanger {
    private static let texts = [
        "", "x", "a b", "\"", "\\", "\n\t\u{1}", "é", "e\u{301}", "日本", "👩‍👩‍👧", "\u{FFFD}", "\u{0}", "null", "0", "Status",
        "0001-01-01T00:00:00Z", "1970-01-01T00:00:00Z", "2026-02-28T23:59:60.5+01:00", "9999-12-31T23:59:59.999999Z",
        "no time", "10m", "1Ei", "a text of more than fifteen bytes", String(repeating: "long ", count: 60),
    ]
    private static let numbers = [
        "0", "-0", "1", "-1", "127", "128", "65536", "2147483647", "2147483648", "-2147483648", "-2147483649",
        "9223372036854775807", "-9223372036854775808",
    ]

    /// The document after as many changes as there are choices for, most often without its metadata.
    static func changed(_ document: JSONValue, by choices: inout Choices) -> JSONValue {
        var document = document
        if case .object(let members) = document, choices.below(4) > 0 {
            document = .object(members.filter { $0.key != "metadata" })
        }
        while !choices.isEmpty { change(&document, &choices, depth: 0) }
        return document
    }

    private static func change(_ value: inout JSONValue, _ choices: inout Choices, depth: Int) {
        switch value {
        case .object(var members) where !members.isEmpty:
            let index = choices.below(members.count)
            switch choices.below(8) {
            case 0 where depth > 0: members.remove(at: index)
            case 1 where !members.contains { $0.key == "unknown" }:
                members.insert(.init("unknown", scalar(&choices)), at: index)
            case 2: members.swapAt(index, choices.below(members.count))
            // What is not base64 cannot be bytes.
            case _ where members[index].key == "data" || members[index].key == "binaryData": break
            default: change(&members[index].value, &choices, depth: depth + 1)
            }
            value = .object(members)
        case .array(var elements) where !elements.isEmpty:
            let index = choices.below(elements.count)
            switch choices.below(8) {
            case 0: elements.remove(at: index)
            case 1: elements.insert(elements[index], at: choices.below(elements.count + 1))
            case 2: elements += Array(repeating: elements[index], count: elements.count < 300 ? choices.below(6) : 0)
            default: change(&elements[index], &choices, depth: depth + 1)
            }
            value = .array(elements)
        case .string: value = .string(choices.element(of: texts))
        case .number: value = .number(choices.element(of: numbers))
        case .bool: value = .bool(choices.below(2) == 1)
        default: break
        }
    }

    private static func scalar(_ choices: inout Choices) -> JSONValue {
        choices.below(2) == 0 ? .string(choices.element(of: texts)) : .number(choices.element(of: numbers))
    }
}
