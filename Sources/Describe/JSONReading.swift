import KubernetesModel

/// Reads what a document may or may not have: what is absent, null or of another type reads as nothing.
extension Optional where Wrapped == JSONValue {
    subscript(key: String) -> JSONValue? { self.flatMap { $0[key] } }

    /// The elements of an array.
    var items: [JSONValue] { if case .array(let elements)? = self { elements } else { [] } }

    /// The members of an object by key, each key once.
    var members: [JSONValue.Member] {
        guard case .object(let members)? = self else { return [] }
        let unique = Dictionary(members.map { ($0.key, $0.value) }) { $1 }
        return unique.sorted { $0.key < $1.key }.map { JSONValue.Member($0.key, $0.value) }
    }

    /// Whether there is something.
    var exists: Bool {
        switch self {
        case nil, .null?: false
        default: true
        }
    }

    /// The text of a string, number or boolean; empty for everything else.
    var string: String {
        switch self {
        case .string(let text)?, .number(let text)?: text
        case .bool(let flag)?: flag ? "true" : "false"
        default: ""
        }
    }

    /// A whole number.
    var int: Int? { if case .number(let text)? = self { Int(text) } else { nil } }

    var bool: Bool? { if case .bool(let flag)? = self { flag } else { nil } }

    /// The elements of an array, as texts.
    var strings: [String] { items.map { Optional($0).string } }

    /// The members of an object, as texts.
    var labels: Labels { Labels(members.map { Labels.Pair($0.key, Optional($0.value).string) }) }

    var time: Timestamp? { if case .string(let text)? = self { Timestamp(text) } else { nil } }

    /// Whether an object or array has nothing in it; also true for everything else.
    var isEmpty: Bool {
        switch self {
        case .object(let members)?: members.isEmpty
        case .array(let elements)?: elements.isEmpty
        default: true
        }
    }
}

extension Labels {
    /// As kubectl writes a map in one line: `a=b,c=d`.
    var line: String { pairs.map { "\($0.key)=\($0.value)" }.joined(separator: ",") }
}
