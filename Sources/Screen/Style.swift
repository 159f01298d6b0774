/// What a piece of text means; a theme decides how that looks.
///
/// Views never name a colour.
package enum StyleRole: UInt8, Sendable, Hashable, CaseIterable {
    case plain, dim
    case header, headerAccent
    case title, titleCount, columnHeader, columnHeaderSorted
    /// Severities and health.
    case broken, degraded, hygiene, fine, unknown
    /// A finished or otherwise quiet row.
    case finished
    case footerKey, footerText, footerUnavailable
    case prompt, suggestion, error, notice
    case match
    case yamlKey, yamlString, yamlNumber, yamlConstant, yamlPunctuation
    case border
    /// A name that leads to its object.
    case link
}

/// How a cell is drawn: a role or a paint, and what lies over it.
package struct Style: Sendable, Hashable {
    package var role: StyleRole
    private var flags: Flags = []
    private var ownPaint: Paint

    private struct Flags: OptionSet, Hashable {
        let rawValue: UInt8
        static let selected = Flags(rawValue: 1)
        static let stale = Flags(rawValue: 2)
        static let match = Flags(rawValue: 4)
    }

    package init(
        _ role: StyleRole = .plain, paint: Paint? = nil, isSelected: Bool = false, isStale: Bool = false,
        isMatch: Bool = false
    ) {
        self.role = role
        ownPaint = paint ?? .plain
        self.isSelected = isSelected
        self.isStale = isStale
        self.isMatch = isMatch
    }

    package static let plain = Style(.plain)

    /// What the text brings along, which takes the place of the role's look; `nil` for nothing, as is a plain paint.
    package var paint: Paint? {
        get { ownPaint == .plain ? nil : ownPaint }
        set { ownPaint = newValue ?? .plain }
    }

    /// On the selected row.
    package var isSelected: Bool {
        get { self[.selected] }
        set { self[.selected] = newValue }
    }

    /// Of old data: the connection is lost.
    package var isStale: Bool {
        get { self[.stale] }
        set { self[.stale] = newValue }
    }

    /// Matched by a search or filter.
    package var isMatch: Bool {
        get { self[.match] }
        set { self[.match] = newValue }
    }

    private subscript(flag: Flags) -> Bool {
        get { flags.contains(flag) }
        set { if newValue { flags.insert(flag) } else { flags.remove(flag) } }
    }
}

/// How many colours the terminal has.
package enum ColourDepth: Sendable, Hashable {
    /// `NO_COLOR`, or a terminal without colours: bold, dim, underline and reverse only.
    case none
    case sixteen
    case twoHundredFiftySix
}
