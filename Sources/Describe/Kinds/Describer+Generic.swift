import KubernetesModel

extension Describer {
    /// Any kind: every field in words, as kubectl words them.
    func generic(_ page: inout Page) {
        page.field("Name", Words(name))
        page.field(
            "Namespace",
            namespace.isEmpty
                ? .none : Words(namespace, link: DescribedLink(kind: "Namespace", name: namespace)))
        page.field("Labels", labels(metadata["labels"]))
        page.field("Annotations", annotations(metadata["annotations"]))
        var budget = Self.mostFields
        fields(&page, Optional(document), path: "", depth: 0, &budget)
    }

    /// More fields than a description has lines.
    private static let mostFields = 6000

    private static let left: Set = [
        "metadata.managedFields", "metadata.name", "metadata.namespace", "metadata.labels", "metadata.annotations",
    ]

    private func fields(_ page: inout Page, _ value: JSONValue?, path: String, depth: Int, _ budget: inout Int) {
        guard depth < 40 else { return page.line(Words("…", .dim)) }
        for member in value.members {
            budget -= 1
            guard budget > 0 else { return page.line(Words("…", .dim)) }
            let path = path.isEmpty ? member.key : "\(path).\(member.key)"
            guard !Self.left.contains(path) else { continue }
            let label = Self.label(of: member.key)
            switch member.value {
            case .object:
                if isReference(member.value), member.key.hasSuffix("Ref") || member.key == "involvedObject" {
                    page.section(label, reference(Optional(member.value), namespace: namespace)) { page in
                        fields(&page, Optional(member.value), path: path, depth: depth + 1, &budget)
                    }
                    continue
                }
                page.section(label) { page in
                    fields(&page, Optional(member.value), path: path, depth: depth + 1, &budget)
                }
            case .array(let elements):
                page.section(label, elements.isEmpty ? .none : "") { page in
                    for element in elements {
                        budget -= 1
                        guard budget > 0 else { break }
                        if case .object = element {
                            page.item { fields(&$0, Optional(element), path: path, depth: depth + 1, &budget) }
                        } else {
                            page.line(Words(Self.text(element)))
                        }
                    }
                }
            case .null: page.field(label, Words("<nil>", .dim))
            default: page.field(label, scalar(member.value, key: member.key))
            }
        }
    }

    /// Whether an object names another one.
    private func isReference(_ value: JSONValue) -> Bool {
        !value["kind"].string.isEmpty && !value["name"].string.isEmpty
    }

    /// A value; of a moment also how long ago it was.
    private func scalar(_ value: JSONValue, key: String) -> Words {
        let text = Optional(value).string
        guard case .string = value, key.hasSuffix("Time") || key.hasSuffix("Timestamp"), let moment = Timestamp(text),
            moment.seconds > 0
        else { return Words(text) }
        let distance = moment <= now ? age(from: moment, to: now) + " ago" : "in " + age(from: now, to: moment)
        return Words(text) + Words("  (\(distance))", .dim)
    }

    private static func text(_ value: JSONValue) -> String {
        switch value {
        case .array, .object: value.writeJSON()
        case .null: "<nil>"
        default: Optional(value).string
        }
    }

    // MARK: - Labels

    /// A field's name in words: `lastTransitionTime` is `Last Transition Time`.
    ///
    /// Source: `smartLabelFor` of k8s.io/kubectl/pkg/describe.
    static func label(of field: String) -> String {
        guard field.unicodeScalars.allSatisfy({ $0.properties.isAlphabetic || $0 == "-" }) else { return field }
        let acronyms: Set = ["API", "URL", "UID", "OSB", "GUID"]
        return words(of: field).map { word in
            let upper = word.uppercased()
            return acronyms.contains(upper) ? upper : word.prefix(1).uppercased() + word.dropFirst()
        }.joined(separator: " ")
    }

    /// Where small letters meet large ones: `PDFLoader` is `PDF`, `Loader`.
    private static func words(of field: String) -> [String] {
        enum Class { case lower, upper, other }
        func kind(_ character: Character) -> Class {
            character.isLowercase ? .lower : character.isUppercase ? .upper : .other
        }
        var runs: [(kind: Class, text: String)] = []
        for character in field {
            if let last = runs.last, last.kind == kind(character) {
                runs[runs.count - 1].text.append(character)
            } else {
                runs.append((kind(character), String(character)))
            }
        }
        for index in runs.indices.dropLast() where runs[index].kind == .upper && runs[index + 1].kind == .lower {
            guard let initial = runs[index].text.popLast() else { continue }
            runs[index + 1].text.insert(initial, at: runs[index + 1].text.startIndex)
        }
        return runs.map(\.text).filter { !$0.isEmpty }
    }
}
