/// How a style looks on a terminal.
package struct Appearance: Sendable, Hashable {
    /// Colour numbers of the terminal's palette; `nil` for its own foreground or background.
    package var foreground: Int?
    package var background: Int?
    package var isBold = false
    package var isDim = false
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

/// Gives every role its look.
///
/// Reads well on dark and on light backgrounds: the terminal's own background is kept, and
/// colours are of middle brightness.
package struct Theme: Sendable, Hashable {
    package var depth: ColourDepth

    package init(depth: ColourDepth) {
        self.depth = depth
    }

    /// The look of a style.
    package func appearance(of style: Style) -> Appearance {
        var look = base(style.role)
        if style.isMatch {
            look.isUnderlined = true
            look.isBold = true
        }
        if style.isStale {
            look.isDim = true
            look.isBold = false
        }
        if style.isSelected { look.isReversed = true }
        if depth == .none {
            look.foreground = nil
            look.background = nil
        }
        return look
    }

    private func base(_ role: StyleRole) -> Appearance {
        switch role {
        case .plain, .footerText, .yamlString, .prompt: Appearance()
        case .dim, .finished, .footerUnavailable, .suggestion, .border, .yamlPunctuation: Appearance(dim: true)
        case .unknown: Appearance(grey, dim: depth == .none)
        case .header: Appearance(reversed: true)
        case .headerAccent: Appearance(bold: true, reversed: true)
        case .title: Appearance(bold: true)
        case .titleCount: Appearance(blue)
        case .columnHeader: Appearance(bold: true)
        case .columnHeaderSorted: Appearance(bold: true, underlined: true)
        case .broken, .error: Appearance(red, bold: true)
        case .degraded: Appearance(yellow)
        case .hygiene, .yamlKey: Appearance(blue)
        case .fine: Appearance(green)
        case .footerKey: Appearance(blue, bold: true)
        case .notice: Appearance(magenta)
        case .match: Appearance(magenta, bold: true)
        case .yamlNumber: Appearance(green)
        case .yamlConstant: Appearance(yellow)
        }
    }

    private func colour(_ many: Int, _ few: Int) -> Int { depth == .twoHundredFiftySix ? many : few }
    private var red: Int { colour(160, 1) }
    private var green: Int { colour(71, 2) }
    private var yellow: Int { colour(172, 3) }
    private var blue: Int { colour(32, 4) }
    private var magenta: Int { colour(133, 5) }
    private var grey: Int { colour(244, 7) }
}

extension ColourDepth {
    /// What to use on a terminal that says it has so many colours.
    ///
    /// `NO_COLOR` (any value but the empty one) turns them off.
    package static func detect(environment: [String: String], terminalColours: Int) -> ColourDepth {
        if let value = environment["NO_COLOR"], !value.isEmpty { return .none }
        switch terminalColours {
        case ..<8: return .none
        case ..<256: return .sixteen
        default: return .twoHundredFiftySix
        }
    }
}
