/// Decodes the body of a list in Table form as it arrives (meta/v1 Table); of a server that prints no tables, the list
/// itself.
///
/// Holds at most one row and one chunk. After a failure the stream is of no more use.
public struct PrintedListStream {
    private var items: PrintedItems
    private var parts = JSONListParts()

    /// The columns that came last; those that the stream was begun with until others come.
    public var columns: PrintedColumns { items.columns }

    /// A stream for a list.
    ///
    /// - Parameters:
    ///   - resource: the kind that is listed.
    ///   - columns: the columns that are known; rows share them when the list has the same.
    ///   - printedAt: when the server printed the cells.
    public init(_ resource: APIResource, columns: PrintedColumns, printedAt: Timestamp) {
        items = PrintedItems(resource, columns: columns, interner: StringInterner())
        items.printedAt = printedAt
    }

    /// Decodes the next bytes of the body.
    ///
    /// - Returns: The objects that they complete.
    /// - Throws: `WireFailure` when they are no list.
    public mutating func append(_ chunk: UnsafeRawBufferPointer) throws(WireFailure) -> [any StoredObject] {
        try parts.append(chunk.assumingMemoryBound(to: UInt8.self), &items)
        defer { items.objects = [] }
        return items.objects
    }

    /// Ends the body.
    ///
    /// - Returns: What the list says about itself.
    /// - Throws: `WireFailure` when it was cut, or was no list.
    public mutating func finish() throws(WireFailure) -> ListMeta {
        try parts.finish()
        return items.meta
    }
}

/// Decodes the body of a watch in Table form; of a server that prints no tables, a watch of plain objects.
///
/// Holds at most one event and one chunk. Columns come with the first event only. After a failure the stream is of no
/// more use.
public struct PrintedWatchStream {
    private var items: PrintedItems
    private var frames = WatchFrames(format: .json)

    /// The columns that came last; those that the stream was begun with until others come.
    public var columns: PrintedColumns { items.columns }

    /// A stream for a watch of a kind, whose columns are as the list before had them.
    public init(_ resource: APIResource, columns: PrintedColumns) {
        items = PrintedItems(resource, columns: columns, interner: StringInterner())
    }

    /// Decodes the next bytes of the body.
    ///
    /// - Parameters:
    ///   - chunk: the bytes.
    ///   - printedAt: when the server printed the cells in them.
    /// - Returns: The events that they complete; events of unknown types are left out.
    /// - Throws: `WireFailure` when they are no watch.
    public mutating func append(
        _ chunk: UnsafeRawBufferPointer, printedAt: Timestamp
    ) throws(WireFailure) -> [WatchEvent] {
        items.printedAt = printedAt
        var items = items
        var events: [WatchEvent] = []
        defer { self.items = items }
        try frames.append(chunk.assumingMemoryBound(to: UInt8.self)) { (bytes, offset) throws(WireFailure) in
            do throws(WireFailure) {
                let parts = try WatchEventParts(bytes, format: .json, interner: items.interner)
                let object = UnsafeRawBufferPointer(rebasing: bytes[parts.object])
                do throws(WireFailure) {
                    events += try Self.events(parts.type, object, &items)
                } catch { throw error.shifted(by: parts.object.lowerBound) }
            } catch { throw error.shifted(by: offset) }
        }
        return events
    }

    /// Ends the body.
    ///
    /// - Throws: `WireFailure` when it was cut in the middle of an event.
    public func finish() throws(WireFailure) { try frames.finish() }

    private static func events(
        _ type: String, _ object: UnsafeRawBufferPointer, _ items: inout PrintedItems
    ) throws(WireFailure) -> [WatchEvent] {
        switch type {
        case "ADDED": return try items.objects(of: object).map { .added($0) }
        case "MODIFIED": return try items.objects(of: object).map { .modified($0) }
        case "DELETED": return try items.objects(of: object).map { .deleted($0) }
        case "BOOKMARK":
            let object = try items.objects(of: object).first
            let version = items.meta.resourceVersion
            return [
                .bookmark(
                    resourceVersion: version.isEmpty ? object?.metadata.resourceVersion ?? "" : version,
                    endsInitialEvents: false)
            ]
        case "ERROR":
            guard let status = StatusObject.decode(object, format: .json) else {
                throw WireFailure(.unexpectedKind, at: 0)
            }
            return [.error(status)]
        default: return []
        }
    }
}

/// Decodes the parts of a Table, or of a plain list, and collects the objects.
struct PrintedItems: ListSink {
    let resource: APIResource
    let interner: StringInterner
    var columns: PrintedColumns
    var printedAt = Timestamp(microseconds: 0)
    var meta = ListMeta()
    var objects: [any StoredObject] = []
    /// Whether what is read are rows of a Table, and not plain objects.
    private var hasRows = false

    init(_ resource: APIResource, columns: PrintedColumns, interner: StringInterner) {
        self.resource = resource
        self.columns = columns
        self.interner = interner
    }

    /// The rows of a whole Table, or the one plain object that these bytes are.
    ///
    /// A Table's own metadata is in `meta` afterwards.
    mutating func objects(of bytes: UnsafeRawBufferPointer) throws(WireFailure) -> [any StoredObject] {
        meta = ListMeta()
        defer { objects = [] }
        var type = JSONKind()
        var reader = FieldReader(bytes, format: .json, interner: interner)
        guard reader.atObject() else { throw reader.failure ?? WireFailure(.malformed, at: 0) }
        reader.message(&type)
        if let failure = reader.failure { throw failure }
        let bytes = bytes.assumingMemoryBound(to: UInt8.self)
        if type.kind == "Table" {
            var parts = JSONListParts()
            try parts.append(bytes, &self)
            try parts.finish()
        } else {
            guard type.kind.isEmpty || type.kind == resource.kind else { throw WireFailure(.unexpectedKind, at: 0) }
            hasRows = false
            try item(bytes, at: 0)
        }
        return objects
    }

    // MARK: - ListSink

    mutating func member(named key: String) -> ListMember {
        switch key {
        case "kind": return .kind
        case "metadata": return .metadata
        case "columnDefinitions": return .columns
        case "rows", "items":
            hasRows = key == "rows"
            return .items
        default: return .other
        }
    }

    func expects(listKind: String) -> Bool {
        listKind.isEmpty || listKind == "Table" || listKind.hasSuffix("List") && listKind != "APIResourceList"
    }

    mutating func item(_ bytes: UnsafeBufferPointer<UInt8>, at offset: Int) throws(WireFailure) {
        var reader = FieldReader(UnsafeRawBufferPointer(bytes), format: .json, interner: interner)
        guard reader.atObject() else { throw (reader.failure ?? WireFailure(.malformed, at: 0)).shifted(by: offset) }
        var row = PrintedRow()
        reader.message(&row, hasRows ? PrintedRow.fields : PrintedRow.objectFields)
        if let failure = reader.failure { throw failure.shifted(by: offset) }
        if row.metadata.name.isEmpty, let index = columns.columns.firstIndex(where: { $0.format == "name" }),
            index < row.cells.count
        {
            row.metadata.name = row.cells[index].text
        }
        row.metadata.shareStorage(interner)
        objects.append(
            PrintedObject(
                row.metadata, columns: hasRows ? columns : .none, cells: row.cells, printedAt: printedAt))
    }

    mutating func metadata(_ bytes: UnsafeBufferPointer<UInt8>, at offset: Int) throws(WireFailure) {
        var reader = FieldReader(UnsafeRawBufferPointer(bytes), format: .json, interner: interner)
        reader.message(&meta)
        if let failure = reader.failure { throw failure.shifted(by: offset) }
    }

    mutating func columns(_ bytes: UnsafeBufferPointer<UInt8>, at offset: Int) throws(WireFailure) {
        var reader = FieldReader(UnsafeRawBufferPointer(bytes), format: .json, interner: interner)
        var found: [PrintedColumns.Column] = []
        reader.append(&found)
        if let failure = reader.failure { throw failure.shifted(by: offset) }
        // A watch names them once, and a page after the first may leave them out.
        if found.isEmpty || found == columns.columns { return }
        columns = PrintedColumns(found)
    }

    func string(_ bytes: UnsafeBufferPointer<UInt8>) -> String {
        var reader = FieldReader(UnsafeRawBufferPointer(bytes), format: .json, interner: interner)
        return reader.string()
    }
}

extension PrintedColumns.Column: FieldReadable {
    static let fields = FieldTable<PrintedColumns.Column>(
        "TableColumnDefinition",
        [
            Field(inJSON: "name") { $0.name = $1.string() },
            Field(inJSON: "type") { $0.type = $1.interned() },
            Field(inJSON: "format") { $0.format = $1.interned() },
            Field(inJSON: "description") { $0.description = $1.string() },
            Field(inJSON: "priority") { $0.priority = $1.int32() },
        ])
}

/// A row of a Table (meta/v1 TableRow).
private struct PrintedRow: FieldReadable {
    var metadata = ObjectMeta()
    var cells: [PrintedCell] = []

    static let fields = FieldTable<PrintedRow>(
        "TableRow",
        [
            Field(inJSON: "cells") { $1.append(&$0.cells) },
            Field(inJSON: "object") { $1.message(&$0, objectFields) },
        ])

    /// Of the object itself only its metadata is kept.
    static let objectFields = FieldTable<PrintedRow>(
        "PartialObjectMetadata", [Field(inJSON: "metadata") { $1.message(&$0.metadata) }])
}

extension FieldReader {
    /// The most cells of a row, and bytes of a cell, that are kept.
    private static var mostCells: Int { 256 }
    private static var longestCell: Int { 64 << 10 }

    /// Reads the cells of a row, of any type.
    fileprivate mutating func append(_ cells: inout [PrintedCell]) {
        elements { reader in
            let cell = reader.cell()
            if cells.count < Self.mostCells { cells.append(cell) }
        }
    }

    private mutating func cell() -> PrintedCell {
        let first = json.peek()
        if first == UInt8(ascii: "\"") {
            let slice = json.string()
            if slice.count > Self.longestCell {
                return .text(String(slice.text.unicodeScalars.prefix(Self.longestCell)))
            }
            return .text(slice.hasEscapes ? slice.text : interner.string(slice.start, slice.count))
        }
        let start = json.position
        json.skipValue()
        guard failure == nil, first != UInt8(ascii: "n") else { return .none }
        let bytes = UnsafeBufferPointer(start: start, count: min(json.position - start, Self.longestCell))
        let text = String(decoding: bytes, as: UTF8.self)
        let isNumber = first == UInt8(ascii: "-") || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(first)
        return isNumber ? .number(text) : .text(text)
    }
}
