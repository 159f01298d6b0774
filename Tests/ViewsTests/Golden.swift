import AppCore
import Foundation
import Screen
import Testing
import Views

/// Compares a screen with the recorded one: `Screens/NAME.txt` holds its text, `Screens/NAME.style` a letter for each cell's
/// style.
///
/// `RECORD_SCREENS=1` writes both anew and still fails, so that a person looks first.
func expectScreen(
    _ name: String, _ state: AppState, sourceLocation: SourceLocation = #_sourceLocation
) throws {
    let grid = render(state).grid
    let actual = (text: grid.text, style: styleLetters(grid))
    if ProcessInfo.processInfo.environment["RECORD_SCREENS"] == "1" {
        let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appending(path: "Screens")
        try actual.text.write(to: folder.appending(path: "\(name).txt"), atomically: true, encoding: .utf8)
        try actual.style.write(to: folder.appending(path: "\(name).style"), atomically: true, encoding: .utf8)
        Issue.record(
            "Recorded \(name): look at it, then run again without RECORD_SCREENS.", sourceLocation: sourceLocation)
        return
    }
    for (suffix, actual) in [("txt", actual.text), ("style", actual.style)] {
        let file = Bundle.module.url(forResource: "Screens/\(name)", withExtension: suffix)
        let recorded = try file.map { try String(contentsOf: $0, encoding: .utf8) } ?? "(not recorded)"
        #expect(
            actual == recorded, "\(name).\(suffix) differs; the screen is now:\n\(actual)",
            sourceLocation: sourceLocation)
    }
}

/// One letter a cell: its role's, in upper case when selected; `~` when stale, `=` when matched.
private func styleLetters(_ grid: CellGrid) -> String {
    let letters = Dictionary(
        uniqueKeysWithValues: zip(StyleRole.allCases, ".-hHtTcCbgyfu_kKxps!nm1234567".map(String.init)))
    return (0..<grid.size.rows).map { row in
        var line = grid.row(row).map { cell in
            if cell.style.isMatch { return "=" }
            if cell.style.isStale { return "~" }
            let letter = letters[cell.style.role] ?? "?"
            return cell.style.isSelected ? (letter == "." ? "S" : letter.uppercased()) : letter
        }.joined()
        while line.last == "." { line.removeLast() }
        return line + "\n"
    }.joined()
}
