import ModelTestSupport

@testable import KubernetesModel

extension FuzzedParser {
    /// What reads the bytes of API servers into typed objects.
    static let wireParsers = [
        protobufObject, jsonObject, bothEncodings, protobufList, jsonList, protobufWatch, jsonWatch, status,
        printedList, printedWatch,
    ]

    /// Every kind's decoder; the first byte says which.
    private static let protobufObject = FuzzedParser(
        name: "protobuf-object", tokens: ["k8s\0", "\n\0", "\u{12}\0", "Status", "v1"], sizeLimit: 1536,
        framing: .message, prefix: kindPrefix,
        furtherSeeds: { try completeDocuments(.protobuf) }
    ) { input in
        let (decoder, bytes) = kindAndBytes(input)
        let warm = StringInterner()
        let first = outcome(of: bytes, decoder, .protobuf, warm)
        try requireEqual(outcome(of: bytes, decoder, .protobuf, warm), first, "with strings that are known")
        try requireEqual(outcome(of: bytes, decoder, .protobuf, StringInterner()), first, "with strings that are new")
    }

    /// Every kind's decoder; the first byte says which.
    private static let jsonObject = FuzzedParser(
        name: "json-object", tokens: jsonTokens, sizeLimit: 1536, prefix: kindPrefix,
        furtherSeeds: { try completeDocuments(.json) }
    ) { input in
        let (decoder, bytes) = kindAndBytes(input)
        guard let value = outcome(of: bytes, decoder, .json, StringInterner()).value else { return }
        // The tree is stricter about what is skipped here.
        guard let tree = bytes.withBytes({ raw in try? JSONValue(parsing: raw) }) else { return }
        let rewritten = outcome(of: Array(tree.writeJSON().utf8), decoder, .json, StringInterner())
        try requireEqual(rewritten.value, value, "written anew")
    }

    /// One object, written in both encodings, is the same object; the bytes are the choices that make it.
    private static let bothEncodings = FuzzedParser(name: "both-encodings", sizeLimit: 32, hugeSize: 256) { input in
        var choices = Choices(input)
        let document = CompleteDocuments.all[choices.below(CompleteDocuments.all.count)]
        let complete = try completeTrees.get()[document.message]
        let tree = DocumentChanger.changed(complete ?? .null, by: &choices)
        guard let decoder = KindDecoder.all.first(where: { $0.kind.groupResource.resource == document.resource }) else {
            throw Finding("\(document.resource) has no decoder")
        }
        let json = outcome(of: Array(tree.writeJSON().utf8), decoder, .json, StringInterner())
        let protobuf = outcome(
            of: schema.envelope(tree, message: document.message), decoder, .protobuf, StringInterner())
        try requireEqual(json.failure, nil, "\(document.resource) in JSON")
        try requireEqual(protobuf, json, "\(document.resource) in protobuf \(tree.writeJSON())")
    }

    private static let schema = ProtobufSchema()

    /// The complete documents by message.
    private static let completeTrees = Result {
        let trees = try CompleteDocuments.all.map { document in
            let bytes = Array(document.json.utf8)
            return (document.message, try bytes.withBytes { (raw) throws(WireFailure) in try JSONValue(parsing: raw) })
        }
        return Dictionary(trees) { $1 }
    }

    private static let protobufList = FuzzedParser(
        name: "protobuf-list", tokens: ["k8s\0", "\n\0", "\u{12}\0", "Status", "NamespaceList"],
        framing: .message, prefix: kindPrefix
    ) { input in try checkList(input, .protobuf) }

    private static let jsonList = FuzzedParser(
        name: "json-list", tokens: jsonTokens + [#""items":["#, #""items":null"#, #""metadata":{"#],
        prefix: kindPrefix
    ) { input in try checkList(input, .json) }

    private static let protobufWatch = FuzzedParser(
        name: "protobuf-watch",
        tokens: ["\0\0\0\0", "\0\0\0\u{1}", "\u{7F}\0\0\0", "k8s\0", "ADDED", "DELETED", "BOOKMARK", "ERROR"],
        framing: .frames, prefix: kindPrefix
    ) { input in try checkWatch(input, .protobuf) }

    private static let jsonWatch = FuzzedParser(
        name: "json-watch",
        tokens: jsonTokens + [#"{"type":"ADDED","object":"#, #""type":"BOOKMARK""#, #""ERROR""#, "}\n"],
        prefix: kindPrefix
    ) { input in
        try checkWatch(input, .json)
        let bytes = Array(input.dropFirst())
        let whole = documentOutcome(of: bytes, chunk: bytes.count)
        try requireEqual(documentOutcome(of: bytes, chunk: oddSize(input)), whole, "documents in pieces")
    }

    /// Bodies of failures.
    private static let status = FuzzedParser(
        name: "status", tokens: jsonTokens + ["<", ">", "<script>", "</script>", "&lt;", "k8s\0", "Status"]
    ) { bytes in
        for format in [WireFormat.json, .protobuf] {
            let status = bytes.withBytes { StatusObject.decode($0, format: format) }
            try requireEqual(bytes.withBytes { StatusObject.decode($0, format: format) }, status, "again")
            let failure = APIFailure(status: status, httpStatus: 500, attempt: "list", body: bytes)
            try require(status != nil || failure.detail.count <= 220, "a detail of \(failure.detail.count)")
            try require(
                status != nil || failure.detail.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control },
                "control characters in \(failure.detail.debugDescription)")
            try require(failure.detail.utf8.count <= 3 * bytes.count + 16, "more words than were sent")
        }
    }
}

private let jsonTokens = [
    "{", "}", "[", "]", ",", ":", "\"", "\\", "\\\"", "\\u", "\\ud83d", "\\ude00", "\\u0000", "null", "true", "false",
    "{}", "[]", "\"\"", "{\"\":", "[[", "-", "1e5", #""metadata":{"#, #""name":"#, #""labels":{"a":"b"}"#, #""kind":"#,
    #""spec":{"#, #""status":{"#, #""conditions":[{"type":"Ready"}]"#, #""2026-11-21T12:00:00Z""#, " ", "\n",
    "\u{FEFF}",
]

/// The kind that a seed file is named after, as the first byte of the input.
@Sendable private func kindPrefix(_ file: String) -> [UInt8] {
    let resource = file.prefix { $0 != "." && $0 != "-" }
    let index = KindDecoder.all.firstIndex { $0.kind.groupResource.resource == resource }
    return [UInt8(truncatingIfNeeded: index ?? 0)]
}

/// A document of every kind in which every field that is kept has a value.
private func completeDocuments(_ format: WireFormat) throws -> [[UInt8]] {
    let schema = ProtobufSchema()
    return try CompleteDocuments.all.map { document in
        let json = Array(document.json.utf8)
        guard format == .protobuf else { return kindPrefix(document.resource) + json }
        let tree = try json.withBytes { (raw) throws(WireFailure) in try JSONValue(parsing: raw) }
        return kindPrefix(document.resource) + schema.envelope(tree, message: document.message)
    }
}

private func kindAndBytes(_ input: [UInt8]) -> (KindDecoder, [UInt8]) {
    (KindDecoder.all[Int(input.first ?? 0) % KindDecoder.all.count], Array(input.dropFirst()))
}

/// A size of pieces that follows from the input: most are small, so that every token is cut somewhere.
private func oddSize(_ input: [UInt8]) -> Int {
    let sum = input.prefix(64).reduce(input.count) { ($0 &* 31 &+ Int($1)) & 0xFFFF }
    return sum % 4 == 0 ? 1 : 1 + sum % 61
}

/// A value, or why there is none.
private struct Outcome<Value: Equatable>: Equatable {
    var value: Value?
    var failure: WireFailure.Problem?
}

private func outcome(
    of bytes: [UInt8], _ decoder: KindDecoder, _ format: WireFormat, _ interner: StringInterner
) -> Outcome<ObjectValue> {
    do throws(WireFailure) {
        let object = try bytes.withBytes { (raw) throws(WireFailure) in
            try decoder.decode(raw, format: format, interner: interner)
        }
        return Outcome(value: ObjectValue(object))
    } catch { return Outcome(failure: error.problem) }
}

private struct List: Equatable {
    var objects: [ObjectValue] = []
    var meta = ListMeta()
}

extension FuzzedParser {
    private static let tableTokens =
        jsonTokens + [
            #""rows":["#, #""cells":["#, #""columnDefinitions":["#, #""kind":"Table""#, #""object":{"metadata":{"#,
            #"{"type":"ADDED","object":"#,
        ]
    private static let rocket = APIResource(
        groupResource: GroupResource(group: "space.example.com", resource: "rockets"), version: "v1", kind: "Rocket")

    /// Lists in Table form, and plain ones.
    static let printedList = FuzzedParser(name: "printed-list", tokens: tableTokens) { input in
        func outcome(chunk: Int) -> Outcome<[Printed]> {
            var stream = PrintedListStream(rocket, columns: .none, printedAt: Timestamp(seconds: 0))
            var objects: [Printed] = []
            do throws(WireFailure) {
                for piece in pieces(input, chunk) {
                    objects += try piece.withBytes { (raw) throws(WireFailure) in
                        try stream.append(raw).compactMap(Printed.init)
                    }
                }
                _ = try stream.finish()
                return Outcome(value: objects)
            } catch { return Outcome(failure: error.problem) }
        }
        let whole = outcome(chunk: input.count)
        try require((whole.value?.count ?? 0) <= input.count / 2, "more objects than bytes")
        try requireEqual(outcome(chunk: oddSize(input)), whole, "in pieces of \(oddSize(input))")
    }

    /// Watches in Table form, and of plain objects.
    static let printedWatch = FuzzedParser(name: "printed-watch", tokens: tableTokens) { input in
        func outcome(chunk: Int) -> Outcome<[Printed]> {
            var stream = PrintedWatchStream(rocket, columns: .none)
            var objects: [Printed] = []
            do throws(WireFailure) {
                for piece in pieces(input, chunk) {
                    let events = try piece.withBytes { (raw) throws(WireFailure) in
                        try stream.append(raw, printedAt: Timestamp(seconds: 0))
                    }
                    for case .added(let object) in events { objects += [Printed(object)].compactMap(\.self) }
                }
                try stream.finish()
                return Outcome(value: objects)
            } catch { return Outcome(failure: error.problem) }
        }
        try requireEqual(outcome(chunk: oddSize(input)), outcome(chunk: input.count), "in pieces")
    }
}

/// A printed object that can be compared.
private struct Printed: Equatable {
    var metadata: ObjectMeta
    var cells: [PrintedCell]
    var columns: PrintedColumns

    init?(_ object: any StoredObject) {
        guard let object = object as? PrintedObject else { return nil }
        (metadata, cells, columns) = (object.metadata, object.cells, object.columns)
    }
}

private func checkList(_ input: [UInt8], _ format: WireFormat) throws {
    let (decoder, bytes) = kindAndBytes(input)
    let whole = listOutcome(of: bytes, decoder, format, chunk: bytes.count)
    try require((whole.value?.objects.count ?? 0) <= bytes.count / 2, "more objects than bytes")
    try requireEqual(
        listOutcome(of: bytes, decoder, format, chunk: oddSize(input)), whole, "in pieces of \(oddSize(input))")
}

private func listOutcome(
    of bytes: [UInt8], _ decoder: KindDecoder, _ format: WireFormat, chunk: Int
) -> Outcome<List> {
    var stream = ListStream(decoder, format: format)
    var list = List()
    do throws(WireFailure) {
        for piece in pieces(bytes, chunk) {
            list.objects += try piece.withBytes { (raw) throws(WireFailure) in
                try stream.append(raw).map { ObjectValue($0) }
            }
        }
        list.meta = try stream.finish()
        return Outcome(value: list)
    } catch { return Outcome(failure: error.problem) }
}

private func checkWatch(_ input: [UInt8], _ format: WireFormat) throws {
    let (decoder, bytes) = kindAndBytes(input)
    let whole = watchOutcome(of: bytes, decoder, format, chunk: bytes.count)
    try require((whole.value?.count ?? 0) <= bytes.count, "more events than bytes")
    try requireEqual(
        watchOutcome(of: bytes, decoder, format, chunk: oddSize(input)), whole, "in pieces of \(oddSize(input))")
}

private func watchOutcome(
    of bytes: [UInt8], _ decoder: KindDecoder, _ format: WireFormat, chunk: Int
) -> Outcome<[Change]> {
    var stream = WatchStream(decoder, format: format)
    var changes: [Change] = []
    do throws(WireFailure) {
        for piece in pieces(bytes, chunk) {
            changes += try piece.withBytes { (raw) throws(WireFailure) in try stream.append(raw).map(Change.init) }
        }
        try stream.finish()
        return Outcome(value: changes)
    } catch { return Outcome(failure: error.problem) }
}

private func documentOutcome(of bytes: [UInt8], chunk: Int) -> Outcome<[JSONWatchStream.Event]> {
    var stream = JSONWatchStream()
    var events: [JSONWatchStream.Event] = []
    do throws(WireFailure) {
        for piece in pieces(bytes, chunk) {
            events += try piece.withBytes { (raw) throws(WireFailure) in try stream.append(raw) }
        }
        try stream.finish()
        return Outcome(value: events)
    } catch { return Outcome(failure: error.problem) }
}

/// A watch event that can be compared.
private enum Change: Equatable {
    case added(ObjectValue), modified(ObjectValue), deleted(ObjectValue)
    case bookmark(String, Bool)
    case error(StatusObject)

    init(_ event: WatchEvent) {
        self =
            switch event {
            case .added(let object): .added(ObjectValue(object))
            case .modified(let object): .modified(ObjectValue(object))
            case .deleted(let object): .deleted(ObjectValue(object))
            case .bookmark(let version, let ends): .bookmark(version, ends)
            case .error(let status): .error(status)
            }
    }
}

/// The bytes in pieces of at most `size`; none of nothing.
private func pieces(_ bytes: [UInt8], _ size: Int) -> [[UInt8]] {
    guard size < bytes.count else { return bytes.isEmpty ? [] : [bytes] }
    return stride(from: 0, to: bytes.count, by: size).map { Array(bytes[$0..<min($0 + size, bytes.count)]) }
}
