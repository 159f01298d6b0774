/// Colours and attributes that a text brings along, such as output with SGR sequences; it takes the place of its role's look.
///
/// Three bytes, since every cell has one.
package struct Paint: Sendable, Hashable {
    private var foregroundNumber: UInt8 = 0
    private var backgroundNumber: UInt8 = 0
    private var flags: Flags = []

    private struct Flags: OptionSet, Hashable {
        let rawValue: UInt8
        static let foreground = Flags(rawValue: 1)
        static let background = Flags(rawValue: 2)
        static let bold = Flags(rawValue: 4)
        static let dim = Flags(rawValue: 8)
        static let italic = Flags(rawValue: 16)
        static let underlined = Flags(rawValue: 32)
        static let reversed = Flags(rawValue: 64)
    }

    /// Colours are numbers of the 256-colour palette; `nil` for the terminal's own.
    package init(
        foreground: UInt8? = nil, background: UInt8? = nil, bold isBold: Bool = false, dim isDim: Bool = false,
        italic isItalic: Bool = false, underlined isUnderlined: Bool = false, reversed isReversed: Bool = false
    ) {
        self.foreground = foreground
        self.background = background
        self.isBold = isBold
        self.isDim = isDim
        self.isItalic = isItalic
        self.isUnderlined = isUnderlined
        self.isReversed = isReversed
    }

    /// Brings nothing along.
    package static let plain = Paint()

    /// A number of the 256-colour palette; `nil` for the terminal's own.
    package var foreground: UInt8? {
        get { flags.contains(.foreground) ? foregroundNumber : nil }
        set {
            foregroundNumber = newValue ?? 0
            self[.foreground] = newValue != nil
        }
    }

    /// A number of the 256-colour palette; `nil` for the terminal's own.
    package var background: UInt8? {
        get { flags.contains(.background) ? backgroundNumber : nil }
        set {
            backgroundNumber = newValue ?? 0
            self[.background] = newValue != nil
        }
    }

    package var isBold: Bool {
        get { self[.bold] }
        set { self[.bold] = newValue }
    }

    package var isDim: Bool {
        get { self[.dim] }
        set { self[.dim] = newValue }
    }

    package var isItalic: Bool {
        get { self[.italic] }
        set { self[.italic] = newValue }
    }

    package var isUnderlined: Bool {
        get { self[.underlined] }
        set { self[.underlined] = newValue }
    }

    package var isReversed: Bool {
        get { self[.reversed] }
        set { self[.reversed] = newValue }
    }

    private subscript(flag: Flags) -> Bool {
        get { flags.contains(flag) }
        set { if newValue { flags.insert(flag) } else { flags.remove(flag) } }
    }

    /// Carries out the parameters of one SGR sequence (`ESC [ … m`), in order; none at all means `0`.
    ///
    /// Source: ECMA-48 8.3.117, and `38;5;N`, `38;2;R;G;B` (also with colons, given as if with semicolons) as xterm has them.
    package mutating func apply(codes: [Int]) {
        if codes.isEmpty { self = .plain }
        var rest = codes[...]
        while let code = rest.popFirst() {
            switch code {
            case 0: self = .plain
            case 1: isBold = true
            case 2: isDim = true
            case 3: isItalic = true
            case 4, 21: isUnderlined = true
            case 7: isReversed = true
            case 22:
                isBold = false
                isDim = false
            case 23: isItalic = false
            case 24: isUnderlined = false
            case 27: isReversed = false
            case 30...37: foreground = UInt8(code - 30)
            case 38:
                if let colour = Paint.extendedColour(&rest) { foreground = colour }
            case 39: foreground = nil
            case 40...47: background = UInt8(code - 40)
            case 48:
                if let colour = Paint.extendedColour(&rest) { background = colour }
            case 49: background = nil
            case 90...97: foreground = UInt8(code - 90 + 8)
            case 100...107: background = UInt8(code - 100 + 8)
            default: break
            }
        }
    }

    private static func extendedColour(_ rest: inout ArraySlice<Int>) -> UInt8? {
        switch rest.popFirst() {
        case 5: return rest.popFirst().map { UInt8(clamping: $0) }
        case 2:
            guard let red = rest.popFirst(), let green = rest.popFirst(), let blue = rest.popFirst() else { return nil }
            return Palette.nearest(
                red: UInt8(clamping: red), green: UInt8(clamping: green), blue: UInt8(clamping: blue))
        default: return nil
        }
    }
}

/// The 256-colour palette: 16 named colours, a cube of 6 × 6 × 6, and 24 greys.
package enum Palette {
    private static let levels: [Int] = [0, 95, 135, 175, 215, 255]

    /// The number from 16 on whose colour is nearest.
    package static func nearest(red: UInt8, green: UInt8, blue: UInt8) -> UInt8 {
        let (red, green, blue) = (Int(red), Int(green), Int(blue))
        let cube = (nearestLevel(red), nearestLevel(green), nearestLevel(blue))
        let grey = min(23, max(0, ((red + green + blue) / 3 - 3) / 10))
        func distance(_ other: (Int, Int, Int)) -> Int {
            let (dr, dg, db) = (red - other.0, green - other.1, blue - other.2)
            return dr * dr + dg * dg + db * db
        }
        let ofCube = distance((levels[cube.0], levels[cube.1], levels[cube.2]))
        let level = 8 + 10 * grey
        return UInt8(
            distance((level, level, level)) < ofCube ? 232 + grey : 16 + 36 * cube.0 + 6 * cube.1 + cube.2)
    }

    private static func nearestLevel(_ value: Int) -> Int { value < 48 ? 0 : value < 115 ? 1 : (value - 35) / 40 }

    /// Red, green and blue of a number, 0 to 255; of the first 16 what xterm shows unless told otherwise.
    package static func components(of number: UInt8) -> (red: Int, green: Int, blue: Int) {
        let number = Int(number)
        switch number {
        case 7: return (229, 229, 229)
        case 8: return (127, 127, 127)
        case 0..<16:
            let level = number < 8 ? 205 : 255
            return (number & 1 != 0 ? level : 0, number & 2 != 0 ? level : 0, number & 4 != 0 ? level : 0)
        case 16..<232:
            let index = number - 16
            return (levels[index / 36], levels[index / 6 % 6], levels[index % 6])
        default:
            let level = 8 + 10 * (number - 232)
            return (level, level, level)
        }
    }

    /// The nearest of the eight colours that every terminal with colours has, and whether it is meant bright.
    package static func basic(_ number: UInt8) -> (colour: Int, isBright: Bool) {
        if number < 16 { return (Int(number & 7), number >= 8) }
        let (red, green, blue) = components(of: number)
        let strongest = max(red, green, blue)
        guard strongest >= 60 else { return (0, false) }
        // A part counts where it is more than half as strong as the strongest: greys stay grey, pale colours become white.
        func bit(_ part: Int, _ value: Int) -> Int { part * 100 > strongest * 60 ? value : 0 }
        let colour = bit(red, 1) | bit(green, 2) | bit(blue, 4)
        if colour == 7 { return strongest < 140 ? (0, true) : (7, strongest >= 240) }
        return (colour, strongest >= 240)
    }
}
