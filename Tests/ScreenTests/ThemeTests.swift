import Testing

@testable import Screen

@Suite struct ThemeTests {
    private static let depths: [ColourDepth] = [.none, .sixteen, .twoHundredFiftySix]
    /// Roles that are meant to look like plain text where there are colours.
    private static let plainRoles: Set<StyleRole> = [.plain, .header, .prompt]

    @Test func coloursAreAsManyAsTheTerminalHas() {
        #expect(ColourDepth.detect(environment: [:], terminalColours: 1 << 24) == .twoHundredFiftySix)
        #expect(ColourDepth.detect(environment: [:], terminalColours: 256) == .twoHundredFiftySix)
        #expect(ColourDepth.detect(environment: [:], terminalColours: 88) == .sixteen)
        #expect(ColourDepth.detect(environment: [:], terminalColours: 8) == .sixteen)
        #expect(ColourDepth.detect(environment: [:], terminalColours: 0) == .none)
    }

    @Test func anyValueOfNoColorTurnsColoursOff() {
        #expect(ColourDepth.detect(environment: ["NO_COLOR": "0"], terminalColours: 256) == .none)
        #expect(ColourDepth.detect(environment: ["NO_COLOR": ""], terminalColours: 256) == .twoHundredFiftySix)
    }

    @Test(arguments: StyleRole.allCases)
    func rolesDifferFromPlainTextWhereThereAreColours(_ role: StyleRole) {
        let theme = Theme(depth: .twoHundredFiftySix)
        let isPlain = theme.appearance(of: Style(role)) == Appearance()
        #expect(isPlain == Self.plainRoles.contains(role))
    }

    @Test(arguments: StyleRole.allCases)
    func nothingHasAColourWithoutColours(_ role: StyleRole) {
        let theme = Theme(depth: .none)
        for style in Self.styles(of: role) {
            let look = theme.appearance(of: style)
            #expect(look.foreground == nil)
            #expect(look.background == nil)
        }
    }

    @Test(arguments: StyleRole.allCases)
    func sixteenColoursUseTheEightOfEveryTerminal(_ role: StyleRole) {
        let theme = Theme(depth: .sixteen)
        for style in Self.styles(of: role) {
            let look = theme.appearance(of: style)
            for colour in [look.foreground, look.background].compactMap({ $0 }) {
                #expect((0..<8).contains(colour))
            }
        }
    }

    @Test(arguments: depths, StyleRole.allCases)
    func theSelectedRowAndMatchesStandOut(_ depth: ColourDepth, _ role: StyleRole) {
        let theme = Theme(depth: depth)
        let look = theme.appearance(of: Style(role))
        let selected = theme.appearance(of: Style(role, isSelected: true))
        #expect(selected.isReversed || selected.background != nil)
        #expect(selected != look)
        let matched = theme.appearance(of: Style(role, isMatch: true))
        // These two are as loud already, where there are no colours.
        guard role != .match, role != .columnHeaderSorted else { return }
        #expect(matched != look)
        #expect(theme.appearance(of: Style(role, isSelected: true, isMatch: true)) != selected)
    }

    @Test(arguments: depths)
    func staleTextIsFaded(_ depth: ColourDepth) {
        let look = Theme(depth: depth).appearance(of: Style(.plain, isStale: true))
        #expect(look == (depth == .twoHundredFiftySix ? Appearance(244) : Appearance(dim: true)))
    }

    @Test func healthKeepsItsColourWhenStale() {
        let look = Theme(depth: .twoHundredFiftySix).appearance(of: Style(.broken, isStale: true))
        #expect(look == Appearance(196, dim: true))
    }

    @Test(arguments: StyleRole.allCases)
    func coloursReadOnDarkAndOnLightBackgrounds(_ role: StyleRole) throws {
        let theme = Theme(depth: .twoHundredFiftySix)
        for style in Self.styles(of: role) {
            let look = theme.appearance(of: style)
            guard let foreground = look.foreground else { continue }
            let text = try luminance(of: foreground)
            if let background = look.background {
                #expect(contrast(text, try luminance(of: background)) >= 3.5)
            } else {
                #expect(contrast(text, 0) >= 3)
                #expect(contrast(text, 1) >= 3)
            }
        }
    }

    @Test func paintTakesThePlaceOfTheRolesLook() {
        let style = Style(.broken, paint: Paint(foreground: 208, background: 17, italic: true))
        var rich = Appearance(208, on: 17)
        rich.isItalic = true
        #expect(Theme(depth: .twoHundredFiftySix).appearance(of: style) == rich)
        var basic = Appearance(1, on: 4, bold: true)
        basic.isItalic = true
        #expect(Theme(depth: .sixteen).appearance(of: style) == basic)
        var none = Appearance()
        none.isItalic = true
        #expect(Theme(depth: .none).appearance(of: style) == none)
    }

    @Test(arguments: depths)
    func selectionAndMatchesLieOverPaint(_ depth: ColourDepth) {
        let theme = Theme(depth: depth)
        for number in UInt8.min...UInt8.max {
            let paint = Paint(foreground: number, background: 255 - number, bold: true, reversed: true)
            let selected = theme.appearance(of: Style(paint: paint, isSelected: true))
            #expect(selected == theme.appearance(of: Style(paint: Paint(bold: true), isSelected: true)))
            let matched = theme.appearance(of: Style(paint: paint, isMatch: true))
            #expect(matched != theme.appearance(of: Style(paint: paint)))
            let plain = theme.appearance(of: Style(paint: paint))
            #expect(plain.foreground == nil || plain.foreground != plain.background)
        }
    }

    @Test func graphicRenditionsMakePaints() {
        func paint(_ codes: [Int]...) -> Paint {
            var paint = Paint.plain
            for some in codes { paint.apply(codes: some) }
            return paint
        }
        #expect(paint([1, 31]) == Paint(foreground: 1, bold: true))
        #expect(paint([97, 104]) == Paint(foreground: 15, background: 12))
        #expect(paint([38, 5, 208, 4]) == Paint(foreground: 208, underlined: true))
        #expect(paint([38, 2, 255, 0, 0], [48, 2, 1, 2]) == Paint(foreground: 196))
        #expect(paint([1, 2, 3, 4, 7], [22, 23, 24, 27]) == .plain)
        #expect(paint([31, 42], [39, 49]) == .plain)
        #expect(paint([31], []) == .plain)
        #expect(paint([38, 5, 999], [-7, 38]) == Paint(foreground: 255))
    }

    @Test func coloursOfThePaletteAreTheirOwnNearest() {
        for number in UInt8(16)...255 {
            let (red, green, blue) = Palette.components(of: number)
            let nearest = Palette.nearest(red: UInt8(red), green: UInt8(green), blue: UInt8(blue))
            #expect(Palette.components(of: nearest) == (red, green, blue))
        }
    }

    @Test func cellsStaySmall() {
        #expect(MemoryLayout<Cell>.stride == 24)
    }

    private static func styles(of role: StyleRole) -> [Style] {
        [false, true].flatMap { selected in
            [false, true].flatMap { stale in
                [false, true].map { Style(role, isSelected: selected, isStale: stale, isMatch: $0) }
            }
        }
    }
}

/// Relative luminance of a colour of the fixed part of the 256-colour palette, 0 to 1 (WCAG 2).
private func luminance(of colour: Int) throws -> Double {
    try #require((16..<256).contains(colour), "the first sixteen are the user's")
    let levels = [0, 95, 135, 175, 215, 255]
    let parts: [Int]
    if colour >= 232 {
        parts = Array(repeating: 8 + 10 * (colour - 232), count: 3)
    } else {
        parts = [levels[(colour - 16) / 36], levels[(colour - 16) / 6 % 6], levels[(colour - 16) % 6]]
    }
    // sRGB's curve, near enough as a power of 2.2 = 11/5 without a maths library: x^2 * x^(1/5) by Newton's method.
    func linear(_ part: Int) -> Double {
        let value = Double(part) / 255
        guard value > 0 else { return 0 }
        var root = 1.0
        for _ in 0..<60 { root -= (root * root * root * root * root - value) / (5 * root * root * root * root) }
        return value * value * root
    }
    return 0.2126 * linear(parts[0]) + 0.7152 * linear(parts[1]) + 0.0722 * linear(parts[2])
}

private func contrast(_ one: Double, _ other: Double) -> Double {
    (max(one, other) + 0.05) / (min(one, other) + 0.05)
}
