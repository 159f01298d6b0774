import KubernetesModel

/// What an object consists of: kept whole, or made from something smaller when it is asked for.
protocol DemoContent: AnyObject, Sendable {
    /// The object without `kind` and `apiVersion`, with a resource version.
    func document(version: UInt64) -> JSONValue
    /// Its labels.
    var labels: Labels { get }
    /// The UIDs of the objects that it belongs to.
    var ownerUIDs: [String] { get }
    /// At least the fields that a field selector may name, under their paths.
    var outline: JSONValue { get }
    /// About how many bytes it takes.
    var weight: Int { get }
}

/// An object that is kept whole, with its resource version in it.
final class WholeContent: DemoContent {
    private let document: JSONValue
    let labels: Labels
    let ownerUIDs: [String]
    let weight: Int

    init(_ document: JSONValue) {
        self.document = document
        labels = Labels(
            (document.at("metadata", "labels")?.members ?? []).map { Labels.Pair($0.key, $0.value.text ?? "") })
        ownerUIDs = (document.at("metadata", "ownerReferences")?.elements ?? []).map { $0.text("uid") }
        weight = document.weight
    }

    func document(version: UInt64) -> JSONValue { document }

    var outline: JSONValue { document }
}

extension JSONValue {
    /// About how many bytes it takes in memory.
    fileprivate var weight: Int {
        let box = 48
        return switch self {
        case .null, .bool: box
        case .number(let text), .string(let text): box + text.utf8.count
        case .array(let elements): elements.reduce(box) { $0 + $1.weight }
        case .object(let members): members.reduce(box) { $0 + 32 + $1.value.weight }
        }
    }
}
