/// What a piece of a description means.
package enum DescribedRole: Sendable, Equatable {
    case plain, label, heading, dim
    /// How well something is.
    case fine, degraded, broken
}

/// Another object that a description names.
package struct DescribedLink: Sendable, Hashable {
    /// Empty for the core group.
    package var group: String
    /// Such as `Pod`.
    package var kind: String
    /// Empty for cluster-scoped objects.
    package var namespace: String
    package var name: String

    package init(group: String = "", kind: String, namespace: String = "", name: String) {
        self.group = group
        self.kind = kind
        self.namespace = namespace
        self.name = name
    }
}

/// A piece of text, what it means and where it leads.
package struct DescribedSpan: Sendable, Equatable {
    package var text: String
    package var role: DescribedRole
    package var link: DescribedLink?
}

/// A text in pieces; may have line breaks.
struct Words: Sendable, Equatable, ExpressibleByStringInterpolation {
    var spans: [DescribedSpan]

    init(_ text: String, _ role: DescribedRole = .plain, link: DescribedLink? = nil) {
        spans = text.isEmpty ? [] : [DescribedSpan(text: text, role: role, link: link)]
    }

    init(stringLiteral value: String) { self.init(value) }

    /// What stands where there is nothing.
    static let none = Words("<none>", .dim)
    static let unset = Words("<unset>", .dim)

    var isEmpty: Bool { spans.isEmpty }

    /// In characters.
    var width: Int { spans.reduce(0) { $0 + $1.text.count } }

    static func + (left: Words, right: Words) -> Words {
        var result = left
        result.spans += right.spans
        return result
    }

    static func += (left: inout Words, right: Words) { left.spans += right.spans }

    /// The text, or `other` where it is empty.
    static func text(_ text: String, or other: Words = .none) -> Words { text.isEmpty ? other : Words(text) }

    /// Several texts with something between them.
    static func list(_ elements: [Words], separator: String = ", ") -> Words {
        var result = Words("")
        for (index, element) in elements.enumerated() {
            if index > 0 { result += Words(separator) }
            result += element
        }
        return result
    }

    /// Its lines; a very long text is cut, and says so.
    func lines(limit: Int) -> [Words] {
        var result = [Words("")]
        for span in spans {
            let isLong = span.text.utf8.count > limit
            let text = isLong ? String(decoding: span.text.utf8.prefix(limit), as: UTF8.self) : span.text
            for (index, part) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
                if index > 0 { result.append(Words("")) }
                result[result.count - 1] += Words(String(part), span.role, link: span.link)
            }
            if isLong {
                result[result.count - 1] += Words(" … (\(span.text.utf8.count - limit) more bytes)", .dim)
            }
        }
        return result
    }
}
