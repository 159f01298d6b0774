/// One field of an API object: its names on the wire, and how to read it, in either encoding.
struct Field<Root>: Sendable {
    /// Reads the value at hand into the object.
    typealias Read = @Sendable (inout Root, inout FieldReader) -> Void

    /// The member's name in JSON.
    let key: StaticString
    /// The field number in protobuf; 0 for a member that only JSON has in this place.
    let number: Int
    /// Reads the value at hand with exactly one read of the reader.
    let read: Read

    init(_ key: StaticString, _ number: Int, _ read: @escaping Read) {
        self.key = key
        self.number = number
        self.read = read
    }

    /// A member of a message that JSON shows as members of the message around it.
    init(inJSON key: StaticString, _ read: @escaping Read) {
        self.init(key, 0, read)
    }

    /// The same field where JSON shows it: in the message around its own.
    init(inJSON field: Field<Root>) {
        self.init(field.key, 0, field.read)
    }
}

/// The fields kept of one type, in the order in which JSON has them; any other field is skipped.
final class FieldTable<Root: Equatable>: Sendable {
    /// The message's name, for messages to developers.
    let name: String
    let fields: [Field<Root>]
    /// Index into `fields` by field number, `UInt8.max` for a field that is not kept.
    private let indexByNumber: [UInt8]

    init(_ name: String, _ fields: [Field<Root>]) {
        self.name = name
        self.fields = fields
        var indexes = [UInt8](repeating: .max, count: (fields.map(\.number).max() ?? 0) + 1)
        for (index, field) in fields.enumerated() where field.number > 0 { indexes[field.number] = UInt8(index) }
        indexByNumber = indexes
    }

    /// The index of a protobuf field number, `nil` when the field is not kept.
    @inline(__always)
    func index(ofNumber number: UInt64) -> Int? {
        guard number < UInt64(indexByNumber.count) else { return nil }
        let index = indexByNumber[Int(number)]
        return index == .max ? nil : Int(index)
    }

    /// The index of a JSON key, `nil` when the field is not kept; `hint` is where it is if keys come in order.
    @inline(__always)
    func index(ofKey key: UnsafePointer<UInt8>, _ length: Int, hint: Int) -> Int? {
        if hint < fields.count, Self.matches(fields[hint].key, key, length) { return hint }
        for index in fields.indices where Self.matches(fields[index].key, key, length) { return index }
        return nil
    }

    @inline(__always)
    private static func matches(_ key: StaticString, _ bytes: UnsafePointer<UInt8>, _ length: Int) -> Bool {
        key.utf8CodeUnitCount == length && bytesAreEqual(key.utf8Start, bytes, length)
    }

    /// Reads the value at hand into the field at an index.
    @inline(__always)
    func read(_ index: Int, _ root: inout Root, _ reader: inout FieldReader) {
        guard let observer = reader.observer else { return fields[index].read(&root, &reader) }
        let before = root
        fields[index].read(&root, &reader)
        let keys = fields.map { "\($0.key)" }
        observer.saw(table: name, keys: keys, key: keys[index], changed: before != root)
    }
}

/// A type that is read by one field table.
protocol FieldReadable: Equatable {
    init()
    /// The fields kept of it.
    static var fields: FieldTable<Self> { get }
    /// Lets parts that other objects have too share their storage.
    mutating func shareStorage(_ interner: StringInterner)
}

extension FieldReadable {
    mutating func shareStorage(_ interner: StringInterner) {}
}

/// Notes which entries of the field tables changed anything, to find those that no recorded answer reaches.
final class FieldObserver {
    /// Every entry of every table that was used, as `Table.key`.
    private(set) var known: Set<String> = []
    /// The entries that changed an object.
    private(set) var changed: Set<String> = []

    init() {}

    func saw(table: String, keys: [String], key: String, changed didChange: Bool) {
        for key in keys { known.insert("\(table).\(key)") }
        if didChange { changed.insert("\(table).\(key)") }
    }
}
