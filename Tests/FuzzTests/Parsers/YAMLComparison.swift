import KubernetesModel
import Yams

@testable import AppCore

/// Writes a document as the screen shows it, and reads it back with a YAML parser.
func checkYAML(of document: JSONValue) throws(Finding) {
    let text = documentLines(document, foldsManagedFields: false, masksSecrets: false).map { $0.text + "\n" }
        .joined()
    // Foundation drops byte order marks when Yams makes strings.
    guard !text.utf8.contains("\\uFEFF".utf8) else { return }
    let node: Yams.Node?
    do {
        node = try compose(yaml: text)
    } catch { throw Finding("\(text.debugDescription) of \(document.writeJSON()) is no YAML: \(error)") }
    guard let node else { throw Finding("\(text.debugDescription) of \(document.writeJSON()) is nothing") }
    if !isEqual(node, document) {
        throw Finding("\(text.debugDescription) of \(document.writeJSON()) is read as something else")
    }
}

private func isEqual(_ node: Yams.Node, _ value: JSONValue) -> Bool {
    switch (value, node) {
    case (.object(let members), .mapping(let mapping)):
        // Of a key that comes twice the last counts.
        let unique = Dictionary(members.map { ($0.key, $0.value) }) { $1 }
        return mapping.count == unique.count
            && mapping.allSatisfy { key, node in
                guard case .scalar(let name) = key, key.tag == Tag(.str) || key.tag == Tag(.nonSpecific) else {
                    return false
                }
                return unique[name.string].map { isEqual(node, $0) } ?? false
            }
    case (.array(let elements), .sequence(let sequence)):
        return elements.count == sequence.count && zip(sequence, elements).allSatisfy { isEqual($0, $1) }
    case (.string(let text), .scalar(let scalar)):
        return scalar.string.unicodeScalars.elementsEqual(text.unicodeScalars) && node.tag == Tag(.str)
    case (.number(let text), .scalar(let scalar)):
        return scalar.string == text && (node.tag == Tag(.int) || node.tag == Tag(.float))
    case (.bool(let flag), .scalar(let scalar)):
        return scalar.string == (flag ? "true" : "false") && node.tag == Tag(.bool)
    case (.null, .scalar): return node.tag == Tag(.null)
    default: return false
    }
}
