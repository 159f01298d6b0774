import ModelTestSupport

@testable import KubernetesModel

extension FuzzedParser {
    /// What reads the values in objects, and whole documents.
    static let modelParsers = [jsonValue, timestamp, quantity, labelSelector]

    private static let jsonValue = FuzzedParser(
        name: "json-value",
        tokens: [
            "{", "}", "[", "]", ",", ":", "\"", "\\", "\\u", "\\ud83d", "\\ude00", "\\udc00\\ud800", "\\u000", "\\/",
            "null",
            "true", "fals", "{}", "[[[[", "{\"\":", "-", "1e5", "0.", "e", "+", " ", "\n", "\u{FEFF}", "\u{0}",
        ]
    ) { bytes in
        guard let tree = parse(bytes) else { return }
        var nodes = 0
        count(tree, into: &nodes)
        try require(nodes <= bytes.count, "\(nodes) values of \(bytes.count) bytes")
        let text = Array(tree.writeJSON().utf8)
        // A control character of one byte takes six.
        try require(text.count <= 6 * bytes.count, "\(text.count) bytes written of \(bytes.count)")
        let again = parse(text)
        try requireEqual(again, tree, "read again")
        try requireEqual(again.map { Array($0.writeJSON().utf8) }, text, "written again")
    }

    private static func parse(_ bytes: [UInt8]) -> JSONValue? {
        bytes.withBytes { raw in try? JSONValue(parsing: raw) }
    }

    private static func count(_ value: JSONValue, into nodes: inout Int) {
        nodes += 1
        switch value {
        case .array(let elements): for element in elements { count(element, into: &nodes) }
        case .object(let members): for member in members { count(member.value, into: &nodes) }
        default: break
        }
    }

    /// Dates of objects, and ages made of them.
    private static let timestamp = FuzzedParser(
        name: "timestamp",
        tokens: ["-", ":", ".", "T", "Z", "z", "+00:00", "-23:59", "24", "60", "0000", "02-29", "999999"],
        sizeLimit: 64, hugeSize: 4096, seedsAreLines: true
    ) { bytes in
        // Any number is a moment, too.
        let number = bytes.prefix(8).reduce(Int64(0)) { $0 << 8 | Int64($1) }
        for moment in [Timestamp(microseconds: number), Timestamp(seconds: number)] {
            try checkMoment(moment)
            _ = Timestamp(seconds: number, nanoseconds: Int32(truncatingIfNeeded: number))
        }
        if let moment = Timestamp(String(decoding: bytes, as: UTF8.self)) { try checkMoment(moment) }
    }

    private static func checkMoment(_ moment: Timestamp) throws {
        let text = moment.rfc3339
        try require(text.utf8.count <= 30, "written as \(text)")
        // The format has years of four digits.
        if moment.microseconds >= -62_167_219_200_000_000, moment.microseconds < 253_402_300_800_000_000 {
            try requireEqual(Timestamp(text), moment, "\(text) read again")
        }
        for now in [Timestamp(microseconds: .min), Timestamp(seconds: 0), Timestamp(microseconds: .max)] {
            let age = age(from: moment, to: now)
            try require(age.utf8.count <= 10, "an age of \(age)")
        }
    }

    private static let quantity = FuzzedParser(
        name: "quantity",
        tokens: [
            "n", "u", "m", "k", "M", "G", "T", "P", "E", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei", "e", "E", ".", "-", "+",
            "00",
        ],
        sizeLimit: 80, hugeSize: 4096, seedsAreLines: true
    ) { bytes in
        guard let quantity = Quantity(String(decoding: bytes, as: UTF8.self)) else { return }
        let text = quantity.description
        try require(text.utf8.count <= 40, "written as \(text)")
        try requireEqual(Quantity(text), quantity, "\(text) read again")
        try requireEqual(Quantity(text)?.milliValue, quantity.milliValue, "thousandths of \(text)")
        let zero = Quantity(0)
        try requireEqual(quantity.value > 0, quantity > zero, "more than 0")
        try requireEqual(quantity.value < 0, quantity < zero, "less than 0")
        try require(abs(quantity.milliValue / 1000) <= quantity.value.magnitude, "\(text) in thousandths")
    }

    private static let labelSelector = FuzzedParser(
        name: "label-selector",
        tokens: [
            "=", "==", "!=", "!", ",", "(", ")", "<", ">", "in", "notin", " in (", " notin (a,b)", "app", "web", " ",
            "\t",
            "\n", "\u{301}", "\u{200D}", "\r\n", "9223372036854775808", "-1", "é",
        ], sizeLimit: 200, seedsAreLines: true
    ) { bytes in
        guard let selector = try? LabelSelector(parsing: String(decoding: bytes, as: UTF8.self)) else { return }
        try require(selector.matchExpressions.count <= bytes.count, "more requirements than bytes")
        let text = selector.text
        let again: LabelSelector
        do {
            again = try LabelSelector(parsing: text)
        } catch { throw Finding("\(text.debugDescription) is refused when read again: \(error)") }
        try requireEqual(again, selector, "\(text.debugDescription) read again")
        for labels in [Labels(), ["app": "web"], ["a": "b", "i": "2", "é": ""]] {
            try requireEqual(again.matches(labels), selector.matches(labels), "what \(text.debugDescription) matches")
        }
    }
}
