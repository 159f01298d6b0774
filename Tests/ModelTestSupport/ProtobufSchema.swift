import CKubernetesSchema
import Foundation
import KubernetesModel

/// The field numbers of the API as its own definition lists them, to encode JSON documents as protobuf.
package struct ProtobufSchema: Sendable {
    private struct Field {
        var number: Int
        var label: String
        /// Of a map's values when it is one.
        var type: String
        /// With its package, when it is a message.
        var message: String

        init(number: Int, type: Substring, package: Substring) {
            self.number = number
            label = type.hasPrefix("*") ? "repeated" : type.hasPrefix("%") ? "map" : "optional"
            self.type = String(label == "optional" ? type : type.dropFirst())
            message = self.type.contains(".") ? self.type : "\(package).\(self.type)"
        }
    }

    /// Fields by package and message, then by name.
    private var messages: [String: [String: Field]] = [:]

    /// The schema of the API.
    package init() {
        var count = 0
        let text = String(decoding: UnsafeBufferPointer(start: kubernetes_schema(&count), count: count), as: UTF8.self)
        var message: (package: Substring, name: Substring) = ("", "")
        for line in text.split(separator: "\n") where !line.hasPrefix("#") {
            let words = line.split(separator: " ")
            let parts = line.split(separator: "\t")
            if words.count == 2 { message = (words[0], words[1]) }
            guard parts.count == 3, let number = Int(parts[0]) else { continue }
            messages["\(message.package).\(message.name)", default: [:]][String(parts[1])] = Field(
                number: number, type: parts[2], package: message.package)
        }
    }

    /// A document as a message, such as `core.v1.Pod`, in the envelope that servers send.
    package func envelope(_ document: JSONValue, message: String) -> [UInt8] {
        let kind = message.split(separator: ".").last.map(String.init) ?? ""
        let typeMeta = Self.field(1, Array("v1".utf8)) + Self.field(2, Array(kind.utf8))
        return [0x6B, 0x38, 0x73, 0x00] + Self.field(1, typeMeta) + Self.field(2, encode(document, message: message))
    }

    /// A document as a message.
    package func encode(_ document: JSONValue, message: String) -> [UInt8] {
        guard case .object(let members) = document, let fields = messages[message] else { return [] }
        var bytes: [UInt8] = []
        for member in members {
            // The rule's value is inlined in JSON.
            if member.key == "http", message.hasSuffix(".IngressRule") {
                bytes += Self.field(2, encode(.object([member]), message: message + "Value"))
                continue
            }
            guard let field = fields[member.key] else {
                bytes += inlined(member, message: message, fields: fields)
                continue
            }
            switch (field.label, member.value) {
            case ("repeated", .array(let elements)):
                for element in elements { bytes += value(element, field) }
            case ("map", .object(let entries)):
                var second = field
                second.number = 2
                for entry in entries {
                    let value = value(entry.value, second)
                    bytes += Self.field(field.number, Self.field(1, Array(entry.key.utf8)) + value)
                }
            default: bytes += value(member.value, field)
            }
        }
        return bytes
    }

    /// A member that protobuf has one message deeper, or under another name.
    private func inlined(_ member: JSONValue.Member, message: String, fields: [String: Field]) -> [UInt8] {
        if member.key == "topology", message.hasSuffix(".Endpoint") {
            return encode(.object([JSONValue.Member("deprecatedTopology", member.value)]), message: message)
        }
        if let field = fields["aPIGroup"], member.key == "apiGroup" { return value(member.value, field) }
        for name in ["volumeSource", "handler", "localObjectReference", "ephemeralContainerCommon"] {
            guard let field = fields[name], messages[field.message]?[member.key] != nil else { continue }
            return Self.field(field.number, encode(.object([member]), message: field.message))
        }
        return []
    }

    private func value(_ value: JSONValue, _ field: Field) -> [UInt8] {
        switch (field.type, value) {
        case ("string", .string(let text)): return Self.field(field.number, Array(text.utf8))
        case ("bytes", .string(let text)): return Self.field(field.number, [UInt8](Data(base64Encoded: text) ?? Data()))
        case ("int32", .number(let text)), ("int64", .number(let text)):
            return Self.number(field.number, UInt64(bitPattern: Int64(text) ?? 0))
        case ("bool", .bool(let value)): return Self.number(field.number, value ? 1 : 0)
        case (_, .string(let text))
        where field.message == "apis.meta.v1.Time" || field.message == "apis.meta.v1.MicroTime":
            guard let moment = Timestamp(text) else { return [] }
            let nanos = (moment.microseconds - moment.seconds * 1_000_000) * 1000
            let parts = Self.number(1, UInt64(bitPattern: moment.seconds)) + Self.number(2, UInt64(nanos))
            return Self.field(field.number, parts)
        case ("api.resource.Quantity", .string(let text)):
            return Self.field(field.number, Self.field(1, Array(text.utf8)))
        case ("util.intstr.IntOrString", .string(let text)):
            return Self.field(field.number, Self.number(1, 1) + Self.number(2, 0) + Self.field(3, Array(text.utf8)))
        case ("util.intstr.IntOrString", .number(let text)):
            let number = UInt64(bitPattern: Int64(text) ?? 0)
            return Self.field(field.number, Self.number(1, 0) + Self.number(2, number) + Self.field(3, []))
        case (_, .object): return Self.field(field.number, encode(value, message: field.message))
        default: return []
        }
    }

    /// A length-delimited field.
    package static func field(_ number: Int, _ bytes: [UInt8]) -> [UInt8] {
        varint(UInt64(number) << 3 | 2) + varint(UInt64(bytes.count)) + bytes
    }

    /// A field of a number.
    package static func number(_ number: Int, _ value: UInt64) -> [UInt8] {
        varint(UInt64(number) << 3) + varint(value)
    }

    package static func varint(_ value: UInt64) -> [UInt8] {
        var rest = value
        var bytes: [UInt8] = []
        while rest >= 0x80 {
            bytes.append(UInt8(rest & 0x7F) | 0x80)
            rest >>= 7
        }
        return bytes + [UInt8(rest)]
    }
}
