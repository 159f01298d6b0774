extension ColourDepth {
    /// The depth to use in a terminal that shows so many colours; any value of `NO_COLOR` but the empty one means none.
    package static func detect(environment: [String: String], terminalColours: Int) -> ColourDepth {
        if let value = environment["NO_COLOR"], !value.isEmpty { return .none }
        if terminalColours >= 256 { return .twoHundredFiftySix }
        return terminalColours >= 8 ? .sixteen : .none
    }
}

/// How a style looks on a terminal.
package struct Appearance: Sendable, Hashable {
    /// Colour numbers of the terminal's palette; `nil` for its own foreground or background.
    package var foreground: Int?
    package var background: Int?
    package var isBold = false
    package var isDim = false
    package var isItalic = false
    package var isUnderlined = false
    package var isReversed = false

    package init(
        _ foreground: Int? = nil, on background: Int? = nil, bold isBold: Bool = false, dim isDim: Bool = false,
        underlined isUnderlined: Bool = false, reversed isReversed: Bool = false
    ) {
        self.foreground = foreground
        self.background = background
        self.isBold = isBold
        self.isDim = isDim
        self.isUnderlined = isUnderlined
        self.isReversed = isReversed
    }
}

/// Decides how roles look, for a number of colours.
///
/// Nothing assumes a dark or a light background: text has a colour of middle lightness on the terminal's own background, or both
/// colours are given.
package struct Theme: Sendable, Hashable {
    package let depth: ColourDepth
    private let plainTable: [Appearance]
    private let selectedTable: [Appearance]

    package init(depth: ColourDepth) {
        self.depth = depth
        plainTable = StyleRole.allCases.map { Theme.attributes(of: $0, depth: depth) }
        selectedTable = StyleRole.allCases.map { Theme.selectedAttributes(of: $0, depth: depth) }
    }

    /// The look of a style.
    package func appearance(of style: Style) -> Appearance {
        // The roles are numbered from 0 in the order of `allCases`.
        let index = Int(style.role.rawValue)
        var look = style.isSelected ? selectedTable[index] : plainTable[index]
        if let paint = style.paint { apply(paint, to: &look, isSelected: style.isSelected) }
        if style.isStale { fade(&look, role: style.role, isSelected: style.isSelected) }
        if style.isMatch { mark(&look) }
        return look
    }

    /// A paint takes the place of the role's look; on the selected row only its attributes are kept.
    private func apply(_ paint: Paint, to look: inout Appearance, isSelected: Bool) {
        if isSelected {
            look.isBold = paint.isBold
            look.isUnderlined = paint.isUnderlined
            look.isItalic = paint.isItalic
            return
        }
        look = Appearance(
            bold: paint.isBold, dim: paint.isDim, underlined: paint.isUnderlined, reversed: paint.isReversed)
        look.isItalic = paint.isItalic
        switch depth {
        case .none: break
        case .twoHundredFiftySix:
            look.foreground = paint.foreground.map { Int($0) }
            look.background = paint.background.map { Int($0) }
        case .sixteen: applyBasic(paint, to: &look)
        }
    }

    /// Of sixteen colours, the bright ones are bold; of backgrounds there are eight.
    private func applyBasic(_ paint: Paint, to look: inout Appearance) {
        look.background = paint.background.map { Palette.basic($0).colour }
        guard let foreground = paint.foreground.map({ Palette.basic($0) }) else { return }
        if foreground == (0, true), look.background == nil {
            // The grey that many palettes show as black.
            look.isDim = true
            return
        }
        look.foreground = foreground.colour
        if foreground.isBright { look.isBold = true }
        // Two colours that have become one.
        if look.foreground == look.background, paint.foreground != paint.background {
            look.foreground = [0, 1, 4, 5].contains(foreground.colour) ? 7 : 0
        }
    }

    private func fade(_ look: inout Appearance, role: StyleRole, isSelected: Bool) {
        look.isBold = false
        guard depth == .twoHundredFiftySix else {
            look.isDim = true
            return
        }
        // A grey is the same on every terminal, dim is not; health keeps its colour.
        if isSelected {
            look.foreground = Theme.paleGrey
        } else if role.isHealth {
            look.isDim = true
        } else if look.background == nil {
            look.foreground = Theme.grey
        }
    }

    private func mark(_ look: inout Appearance) {
        switch depth {
        case .twoHundredFiftySix:
            look.foreground = 16
            look.background = 178
            look.isReversed = false
            look.isDim = false
        case .sixteen:
            look.foreground = 0
            look.background = 3
            look.isReversed = false
            look.isDim = false
        case .none:
            look.isBold = true
            look.isUnderlined = true
        }
    }

    private static let grey: Int = 244
    private static let paleGrey: Int = 250

    /// The look of a role, not selected.
    private static func attributes(of role: StyleRole, depth: ColourDepth) -> Appearance {
        switch depth {
        case .twoHundredFiftySix: rich(role)
        case .sixteen: basic(role)
        case .none: colourless(role)
        }
    }

    private static func rich(_ role: StyleRole) -> Appearance {
        switch role {
        case .plain, .header, .prompt: Appearance()
        case .dim, .finished, .unknown, .footerText, .suggestion, .yamlPunctuation, .border:
            Appearance(grey)
        case .footerUnavailable: Appearance(grey, dim: true)
        case .headerAccent, .footerKey: Appearance(31, bold: true)
        case .title, .columnHeader: Appearance(bold: true)
        case .titleCount, .yamlKey: Appearance(31)
        case .columnHeaderSorted: Appearance(31, bold: true, underlined: true)
        case .broken, .error: Appearance(196, bold: true)
        case .degraded: Appearance(136, bold: true)
        case .hygiene: Appearance(33)
        case .fine, .notice, .yamlString: Appearance(28)
        case .match: Appearance(16, on: 178)
        case .yamlNumber: Appearance(133)
        case .link: Appearance(33, underlined: true)
        case .yamlConstant: Appearance(136)
        }
    }

    /// Of the eight named colours each terminal's palette decides how they look; blue is left out, being unreadable on black in many.
    private static func basic(_ role: StyleRole) -> Appearance {
        switch role {
        case .plain, .header, .prompt, .footerText: Appearance()
        case .dim, .finished, .unknown, .footerUnavailable, .suggestion, .yamlPunctuation, .border:
            Appearance(dim: true)
        case .headerAccent, .footerKey: Appearance(6, bold: true)
        case .title, .columnHeader: Appearance(bold: true)
        case .titleCount, .yamlKey, .hygiene: Appearance(6)
        case .columnHeaderSorted: Appearance(6, bold: true, underlined: true)
        case .broken, .error: Appearance(1, bold: true)
        case .degraded, .yamlConstant: Appearance(3)
        case .fine, .notice, .yamlString: Appearance(2)
        case .match: Appearance(0, on: 3)
        case .yamlNumber: Appearance(5)
        case .link: Appearance(6, underlined: true)
        }
    }

    private static func colourless(_ role: StyleRole) -> Appearance {
        switch role {
        case .plain, .header, .prompt, .titleCount, .fine, .hygiene, .footerText, .notice: Appearance()
        case .yamlString, .yamlNumber, .yamlConstant: Appearance()
        case .dim, .finished, .unknown, .footerUnavailable, .suggestion, .yamlPunctuation, .border:
            Appearance(dim: true)
        case .headerAccent, .footerKey, .title, .columnHeader, .broken, .error, .yamlKey: Appearance(bold: true)
        case .degraded, .link: Appearance(underlined: true)
        case .columnHeaderSorted, .match: Appearance(bold: true, underlined: true)
        }
    }

    /// The look of a role on the selected row: one bar over the whole row, whatever the cells' roles.
    private static func selectedAttributes(of role: StyleRole, depth: ColourDepth) -> Appearance {
        guard depth == .twoHundredFiftySix else {
            let look = attributes(of: role, depth: depth)
            return Appearance(bold: look.isBold, underlined: look.isUnderlined, reversed: true)
        }
        let look = rich(role)
        let foreground: Int =
            switch role {
            case .broken, .error: 217
            case .degraded, .yamlConstant: 222
            case .hygiene: 153
            case .fine, .notice, .yamlString: 157
            case .dim, .finished, .unknown, .suggestion, .footerUnavailable, .yamlPunctuation, .border: 252
            default: 231
            }
        return Appearance(
            foreground, on: 24, bold: look.isBold, underlined: look.isUnderlined)
    }
}

extension StyleRole {
    /// Whether it tells how something is doing.
    fileprivate var isHealth: Bool {
        switch self {
        case .broken, .degraded, .hygiene, .fine, .unknown, .error: true
        default: false
        }
    }
}
