import Screen

/// A grid as text with SGR sequences, for terminals and pagers.
package func ansiText(_ grid: CellGrid, theme: Theme) -> String {
    var text = ""
    for row in 0..<grid.size.rows {
        var current = Appearance()
        for cell in grid.row(row) where cell.width > 0 {
            let look = theme.appearance(of: cell.style)
            if look != current {
                text += sequence(for: look)
                current = look
            }
            text.append(cell.character)
        }
        text += current == Appearance() ? "\n" : "\u{1B}[0m\n"
    }
    return text
}

private func sequence(for look: Appearance) -> String {
    var codes = ["0"]
    if look.isBold { codes.append("1") }
    if look.isDim { codes.append("2") }
    if look.isItalic { codes.append("3") }
    if look.isUnderlined { codes.append("4") }
    if look.isReversed { codes.append("7") }
    if let colour = look.foreground { codes.append(colour < 8 ? "\(30 + colour)" : "38;5;\(colour)") }
    if let colour = look.background { codes.append(colour < 8 ? "\(40 + colour)" : "48;5;\(colour)") }
    return "\u{1B}[" + codes.joined(separator: ";") + "m"
}
