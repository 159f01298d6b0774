import KubernetesModel

extension JSONValue {
    /// A string of the document; `nil` when this is no string.
    var text: String? {
        guard case .string(let text) = self else { return nil }
        return text
    }

    /// A whole number of the document; `nil` when this is no number or has a fraction.
    var integer: Int? {
        guard case .number(let text) = self else { return nil }
        return Int(text)
    }

    /// Whether this is `true`.
    var isTrue: Bool { self == .bool(true) }

    /// The elements of an array; empty for anything else.
    var elements: [JSONValue] {
        guard case .array(let elements) = self else { return [] }
        return elements
    }

    /// The members of an object; empty for anything else.
    var members: [Member] {
        guard case .object(let members) = self else { return [] }
        return members
    }

    /// The value under a path of keys, such as `["spec", "nodeName"]`.
    func at(_ path: String...) -> JSONValue? { at(path) }

    /// The value under a path of keys.
    func at(_ path: [String]) -> JSONValue? {
        var value = self
        for key in path {
            guard let next = value[key] else { return nil }
            value = next
        }
        return value
    }

    /// The string under a path of keys; empty when there is none.
    func text(_ path: String...) -> String { at(path)?.text ?? "" }

    /// The number under a path of keys; 0 when there is none.
    func integer(_ path: String...) -> Int { at(path)?.integer ?? 0 }

    /// The string values of an object: labels, selectors.
    var textMembers: [String: String] {
        var result: [String: String] = [:]
        for member in members { result[member.key] = member.value.text }
        return result
    }

    /// Sets the value under a path of keys, making objects on the way; `nil` removes the key.
    mutating func set(_ path: String..., to value: JSONValue?) { set(path[...], to: value) }

    private mutating func set(_ path: ArraySlice<String>, to value: JSONValue?) {
        guard let key = path.first else { return }
        var members = self.members
        // Nobody else holds them, so that they are changed in place.
        self = .null
        let rest = path.dropFirst()
        let index = members.firstIndex { $0.key == key }
        if rest.isEmpty {
            if let index {
                if let value { members[index].value = value } else { members.remove(at: index) }
            } else if let value {
                members.append(Member(key, value))
            }
        } else {
            var child = index.map { members[$0].value } ?? .object([])
            if let index { members[index].value = .null }
            child.set(rest, to: value)
            if let index { members[index].value = child } else { members.append(Member(key, child)) }
        }
        self = .object(members)
    }

    /// Whether no value in it is deeper than so many levels.
    func isNested(atMost levels: Int) -> Bool {
        guard levels > 0 else { return false }
        return switch self {
        case .object(let members): members.allSatisfy { $0.value.isNested(atMost: levels - 1) }
        case .array(let elements): elements.allSatisfy { $0.isNested(atMost: levels - 1) }
        default: true
        }
    }

    /// Sets the value under a path of keys unless something is there.
    mutating func fill(_ path: String..., with value: JSONValue) {
        if at(path) == nil { set(path[...], to: value) }
    }

    /// The same document with sorted members and without those that are `null`: equal documents are then equal values.
    var canonical: JSONValue {
        switch self {
        case .object(let members):
            .object(
                members.filter { $0.value != .null }.map { Member($0.key, $0.value.canonical) }
                    .sorted { $0.key < $1.key })
        case .array(let elements): .array(elements.map(\.canonical))
        default: self
        }
    }

    /// The document as compact JSON text in UTF-8.
    var jsonBytes: [UInt8] {
        var bytes: [UInt8] = []
        writeJSON(into: &bytes)
        return bytes
    }

    /// A whole number.
    static func integer(_ value: Int) -> JSONValue { .number(String(value)) }

    /// A moment as RFC 3339 in whole seconds; `null` when there is none.
    static func time(_ moment: Timestamp?) -> JSONValue { moment.map { .string($0.wholeSeconds.rfc3339) } ?? .null }

    /// An object of string values, keys sorted.
    static func texts(_ values: [String: String]) -> JSONValue {
        .object(values.sorted { $0.key < $1.key }.map { Member($0.key, .string($0.value)) })
    }

    /// An object of the members that have a value, in the order given.
    static func members(_ pairs: KeyValuePairs<String, JSONValue?>) -> JSONValue {
        .object(pairs.compactMap { pair in pair.value.map { Member(pair.key, $0) } })
    }
}

extension [JSONValue.Member] {
    /// The members after many changes, in time that grows with their number.
    ///
    /// - Parameters:
    ///   - changes: by key; of several with one key each sees what the one before it made.
    ///   - value: makes the new value of the old and the change; `nil` takes the member away.
    /// - Returns: those that were there in their order, then new ones.
    func changed(by changes: Self, _ value: (JSONValue?, JSONValue) -> JSONValue?) -> Self {
        var places: [String: Int] = [:]
        for (index, member) in enumerated() where places[member.key] == nil { places[member.key] = index }
        var members: [JSONValue.Member?] = map { $0 }
        for change in changes {
            let place = places[change.key]
            let new = value(place.flatMap { members[$0]?.value }, change.value).map {
                JSONValue.Member(change.key, $0)
            }
            if let place {
                members[place] = new
            } else if let new {
                places[change.key] = members.count
                members.append(new)
            }
        }
        return members.compactMap(\.self)
    }
}
