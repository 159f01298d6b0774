import KubernetesModel

extension DemoColumn {
    /// The printer columns of a custom kind: those of its definition, or its name and age.
    static func customColumns(of resource: DemoResource) -> [DemoColumn] {
        let columns = resource.printerColumns.map { column -> DemoColumn in
            let path = FieldPath(parsing: column.path)
            guard column.type == "date" else {
                return DemoColumn(printed: column.name, column.type, wide: column.isWide) { object in
                    cell(path.values(in: object), column.type)
                }
            }
            var dated = DemoColumn(date: column.name) { path.values(in: $0).first?.text ?? "" }
            dated.priority = column.isWide ? 1 : 0
            return dated
        }
        guard columns.isEmpty else { return [name] + columns }
        return [name, DemoColumn(date: "Age") { $0.text("metadata", "creationTimestamp") }]
    }

    /// A value as a column of a type shows it: `nil` for nothing, and for a value of another type.
    private static func cell(_ values: [JSONValue], _ type: String) -> JSONValue? {
        guard let first = values.first, first != .null else { return nil }
        switch (type, first) {
        case ("string", .string(let text)): return .string(text)
        case ("string", .array), ("string", .object):
            return .string(String(decoding: first.jsonBytes, as: UTF8.self))
        case ("string", .number(let text)): return .string(text)
        case ("string", .bool(let value)): return .string(value ? "true" : "false")
        case ("integer", .number), ("number", .number), ("boolean", .bool): return first
        default: return nil
        }
    }
}

/// A path of a printer column, in the part of JSONPath that definitions use: `.spec.names[0]`,
/// `.status.conditions[?(@.type=="Ready")].status`, `.metadata.labels['a.b/c']`, `[*]`.
struct FieldPath: Sendable {
    private enum Step: Sendable {
        case member(String)
        case index(Int)
        case all
        case filter(key: [String], value: String)
    }

    private var steps: [Step] = []

    /// A path that leads nowhere when the text is none.
    init(parsing text: String) {
        var rest = text[...]
        while let first = rest.first {
            rest = rest.dropFirst()
            if first == "." {
                let name = Self.name(&rest)
                if !name.isEmpty { steps.append(.member(name)) }
            } else if first == "[", let step = Self.bracket(&rest) {
                steps.append(step)
            } else {
                steps = [.member("")]
                return
            }
        }
    }

    /// A name up to the next unescaped point or bracket.
    private static func name(_ rest: inout Substring) -> String {
        var name = ""
        while let letter = rest.first, letter != ".", letter != "[" {
            rest = rest.dropFirst()
            if letter == "\\", let escaped = rest.first {
                name.append(escaped)
                rest = rest.dropFirst()
            } else {
                name.append(letter)
            }
        }
        return name
    }

    private static func bracket(_ rest: inout Substring) -> Step? {
        guard let end = rest.firstIndex(of: "]") else { return nil }
        let inner = rest[..<end]
        rest = rest[rest.index(after: end)...]
        if inner == "*" { return .all }
        if let index = Int(inner) { return .index(index) }
        if let quote = inner.first, quote == "'" || quote == "\"", inner.count > 1, inner.last == quote {
            return .member(String(inner.dropFirst().dropLast()))
        }
        guard inner.hasPrefix("?(@."), inner.hasSuffix(")") else { return nil }
        let sides = inner.dropFirst(4).dropLast().split(separator: "=", omittingEmptySubsequences: true)
        guard sides.count == 2 else { return nil }
        func isPadding(_ letter: Character) -> Bool { letter == " " || letter == "\"" || letter == "'" }
        return .filter(
            key: sides[0].filter { !isPadding($0) }.split(separator: ".").map(String.init),
            value: String(sides[1].drop(while: isPadding).reversed().drop(while: isPadding).reversed()))
    }

    /// What the path leads to.
    func values(in object: JSONValue) -> [JSONValue] {
        var found = [object]
        for step in steps {
            found = found.flatMap { value -> [JSONValue] in
                switch step {
                case .member(let key): value[key].map { [$0] } ?? []
                case .index(let index):
                    value.elements.indices.contains(index) ? [value.elements[index]] : []
                case .all: value.elements + value.members.map(\.value)
                case .filter(let key, let wanted): value.elements.filter { $0.at(key)?.text == wanted }
                }
            }
        }
        return found
    }
}
