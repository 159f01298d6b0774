import KubernetesModel
import Yams

/// Reads bodies in YAML.
enum YAMLBody {
    /// More values than this make no document: aliases could stand for any number.
    private static let mostValues = 200_000
    private static let deepest = 100

    /// The first document of a YAML text; `nil` when it is none.
    static func document(_ bytes: [UInt8]) -> JSONValue? {
        // kubectl sends JSON as YAML; and comparing keys that hold aliases would take for ever.
        if bytes.first(where: { ![0x20, 0x09, 0x0A, 0x0D].contains($0) }) == UInt8(ascii: "{"),
            let value = bytes.withUnsafeBytes({ try? JSONValue(parsing: $0) })
        {
            return value
        }
        guard !mayHoldAliases(bytes), let parser = try? Parser(yaml: String(decoding: bytes, as: UTF8.self)),
            let root = try? parser.nextRoot()
        else { return nil }
        var left = mostValues
        return value(of: root, depth: 0, &left)
    }

    /// Whether there seem to be an anchor and an alias; quoted texts may seem so too.
    private static func mayHoldAliases(_ bytes: [UInt8]) -> Bool {
        func isThere(_ sign: UInt8) -> Bool {
            var startsToken = true
            for (index, byte) in bytes.enumerated() {
                if byte == sign, startsToken, index + 1 < bytes.count, !isBlank(bytes[index + 1]) { return true }
                startsToken = isBlank(byte) || "[]{},:?-".utf8.contains(byte)
            }
            return false
        }
        return isThere(UInt8(ascii: "&")) && isThere(UInt8(ascii: "*"))
    }

    private static func isBlank(_ byte: UInt8) -> Bool { [0x20, 0x09, 0x0A, 0x0D].contains(byte) }

    private static func value(of node: Yams.Node, depth: Int, _ left: inout Int) -> JSONValue? {
        left -= 1
        guard left > 0, depth < deepest else { return nil }
        switch node {
        case .mapping(let mapping):
            var members: [JSONValue.Member] = []
            for (key, child) in mapping {
                guard let key = key.scalar?.string, let value = value(of: child, depth: depth + 1, &left) else {
                    return nil
                }
                members.append(JSONValue.Member(key, value))
            }
            return .object(members)
        case .sequence(let sequence):
            var elements: [JSONValue] = []
            for child in sequence {
                guard let value = value(of: child, depth: depth + 1, &left) else { return nil }
                elements.append(value)
            }
            return .array(elements)
        case .scalar(let scalar): return Self.scalar(scalar)
        case .alias: return nil
        }
    }

    private static func scalar(_ scalar: Yams.Node.Scalar) -> JSONValue {
        guard scalar.style == .plain || scalar.style == .any else { return .string(scalar.string) }
        switch scalar.string {
        case "", "~", "null", "Null", "NULL": return .null
        case "true", "True", "TRUE": return .bool(true)
        case "false", "False", "FALSE": return .bool(false)
        default: break
        }
        guard let first = scalar.string.utf8.first, (48...57).contains(first) || first == UInt8(ascii: "-"),
            case .number(let text)? = Array(scalar.string.utf8).withUnsafeBytes({ try? JSONValue(parsing: $0) })
        else { return .string(scalar.string) }
        return .number(text)
    }
}
