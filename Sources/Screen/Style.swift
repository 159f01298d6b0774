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

/// How a cell is drawn: a role, and what lies over it.
package struct Style: Sendable, Hashable {
    package var role: StyleRole
    /// On the selected row.
    package var isSelected: Bool
    /// Of old data: the connection is lost.
    package var isStale: Bool
    /// Matched by a search or filter.
    package var isMatch: Bool

    package init(_ role: StyleRole = .plain, isSelected: Bool = false, isStale: Bool = false, isMatch: Bool = false) {
        self.role = role
        self.isSelected = isSelected
        self.isStale = isStale
        self.isMatch = isMatch
    }

    package static let plain = Style(.plain)
}

/// How many colours the terminal has.
package enum ColourDepth: Sendable, Hashable {
    /// `NO_COLOR`, or a terminal without colours: bold, dim, underline and reverse only.
    case none
    case sixteen
    case twoHundredFiftySix
}
