/// What a member of a JSON list is for.
enum ListMember { case kind, metadata, items, columns, other }

/// Takes the parts of a JSON list.
protocol ListSink {
    /// What a member is for; those for nothing are skipped.
    mutating func member(named key: String) -> ListMember
    /// Whether a list that names this kind is one that was asked for.
    func expects(listKind: String) -> Bool
    /// Decodes one whole item, which begins `offset` bytes into the body.
    mutating func item(_ bytes: UnsafeBufferPointer<UInt8>, at offset: Int) throws(WireFailure)
    /// Decodes the list's own metadata.
    mutating func metadata(_ bytes: UnsafeBufferPointer<UInt8>, at offset: Int) throws(WireFailure)
    /// Decodes the columns of a Table.
    mutating func columns(_ bytes: UnsafeBufferPointer<UInt8>, at offset: Int) throws(WireFailure)
    /// Reads a string.
    func string(_ bytes: UnsafeBufferPointer<UInt8>) -> String
}

/// Cuts a JSON list into its items, wherever they, `metadata` and `kind` stand in it.
struct JSONListParts: ListParts {
    private enum State {
        /// Before the list's opening brace.
        case start
        /// After the opening brace: a key or the end.
        case firstKey
        /// After a comma: a key.
        case key
        case inKey
        case colon
        /// Before the value of the key at hand.
        case value
        /// In a value: of the list, or an item.
        case inValue
        /// After a value of the list: a comma or the end.
        case afterValue
        /// After the opening bracket of `items`: an item or the end.
        case firstItem
        case item
        case inItem
        case afterItem
        /// After the list's closing brace.
        case done
    }

    private var state = State.start
    private var member = ListMember.other
    private var scanner = JSONScanner()
    /// Bytes of the body consumed so far, before the chunk.
    private var offset = 0
    /// The key or value in progress.
    private var partial: [UInt8] = []
    private var sawItems = false

    mutating func append(_ chunk: UnsafeBufferPointer<UInt8>, _ items: inout ListItems) throws(WireFailure) {
        try take(chunk, &items)
    }

    mutating func append(_ chunk: UnsafeBufferPointer<UInt8>, _ items: inout PrintedItems) throws(WireFailure) {
        try take(chunk, &items)
    }

    private mutating func take(
        _ chunk: UnsafeBufferPointer<UInt8>, _ items: inout some ListSink
    ) throws(WireFailure) {
        guard let base = chunk.baseAddress else { return }
        let end = base + chunk.count
        var at = base
        while at < end {
            switch state {
            case .inKey, .inValue, .inItem: try value(&at, base, end, &items)
            default:
                if isJSONWhitespace(at.pointee) { at += 1 } else { try token(&at, base) }
            }
        }
        offset += chunk.count
    }

    func finish() throws(WireFailure) {
        guard case .done = state else { throw WireFailure(.truncated, at: offset) }
        guard sawItems else { throw WireFailure(.unexpectedKind, at: 0) }
    }

    /// Takes one byte between keys and values, or begins one.
    private mutating func token(
        _ at: inout UnsafePointer<UInt8>, _ base: UnsafePointer<UInt8>
    ) throws(WireFailure) {
        let byte = at.pointee
        switch (state, byte) {
        case (.start, UInt8(ascii: "{")): state = .firstKey
        case (.firstKey, UInt8(ascii: "}")), (.afterValue, UInt8(ascii: "}")): state = .done
        case (.firstKey, UInt8(ascii: "\"")), (.key, UInt8(ascii: "\"")): return begin(.inKey)
        case (.colon, UInt8(ascii: ":")): state = .value
        case (.value, UInt8(ascii: "[")) where member == .items: state = .firstItem
        case (.value, _) where isJSONValueStart(byte): return begin(.inValue)
        case (.afterValue, UInt8(ascii: ",")): state = .key
        case (.firstItem, UInt8(ascii: "]")), (.afterItem, UInt8(ascii: "]")): state = .afterValue
        case (.firstItem, _) where isJSONValueStart(byte), (.item, _) where isJSONValueStart(byte):
            return begin(.inItem)
        case (.afterItem, UInt8(ascii: ",")): state = .item
        default: throw WireFailure(.malformed, at: offset + (at - base))
        }
        at += 1
    }

    private mutating func begin(_ next: State) {
        scanner = JSONScanner()
        state = next
    }

    /// Goes on with the key or value in progress, and hands it over when it is complete.
    private mutating func value(
        _ at: inout UnsafePointer<UInt8>, _ base: UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>,
        _ items: inout some ListSink
    ) throws(WireFailure) {
        let start = at
        let isKept = state != .inValue || member != .other
        switch scanner.scan(at, end) {
        case .tooDeep: throw WireFailure(.tooDeep, at: offset + (at - base))
        case .needsMore:
            at = end
            guard isKept else { return }
            guard partial.count + (end - start) <= WireLimits.objectBytes else {
                throw WireFailure(.tooLarge, at: offset)
            }
            partial.append(contentsOf: UnsafeBufferPointer(start: start, count: end - start))
        case .ends(let next):
            at = next
            let tail = UnsafeBufferPointer(start: start, count: next - start)
            let valueOffset = offset + (start - base) - partial.count
            if !isKept || partial.isEmpty {
                try complete(tail, at: valueOffset, &items)
            } else {
                partial.append(contentsOf: tail)
                let whole = partial
                partial.removeAll(keepingCapacity: whole.count < 1 << 20)
                try whole.withUnsafeBufferPointer { (bytes) throws(WireFailure) in
                    try complete(bytes, at: valueOffset, &items)
                }
            }
        }
    }

    /// A key or value is complete.
    private mutating func complete(
        _ bytes: UnsafeBufferPointer<UInt8>, at place: Int, _ items: inout some ListSink
    ) throws(WireFailure) {
        if state == .inItem {
            state = .afterItem
            return try items.item(bytes, at: place)
        }
        if state == .inKey {
            state = .colon
            member = items.member(named: items.string(bytes))
            if member == .items { sawItems = true }
            return
        }
        state = .afterValue
        switch member {
        case .metadata: try items.metadata(bytes, at: place)
        case .columns: try items.columns(bytes, at: place)
        case .kind where !items.expects(listKind: items.string(bytes)): throw WireFailure(.unexpectedKind, at: place)
        case .items where bytes.first != UInt8(ascii: "n"): throw WireFailure(.malformed, at: place)
        default: break
        }
    }
}
