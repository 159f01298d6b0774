import AppCore
import Screen

/// The last line: the prompt, a notice, or the keys that work here and now.
func drawFooter(_ state: AppState, _ frame: inout Frame) {
    let row = state.size.rows - 1
    frame.grid.clear(row: row)
    if state.forwardDialog != nil, state.notice == nil {
        let hints = forwardDialogHints.flatMap {
            [Piece("<\($0.key)>", .footerKey), Piece(" \($0.text)  ", .footerText)]
        }
        frame.grid.write(hints, column: 1, row: row)
    } else if let dialog = state.dialog, state.notice == nil {
        var column = 1
        for hint in dialogHints(dialog) {
            let pieces = [Piece("<\(hint.key)>", .footerKey), Piece(" \(hint.text)  ", .footerText)]
            guard column + width(of: pieces) - 2 < state.size.columns else { break }
            column = frame.grid.write(pieces, column: column, row: row)
        }
    } else if let prompt = state.prompt {
        drawPrompt(prompt, state, &frame)
    } else if let notice = state.notice?.notice {
        let role: StyleRole =
            switch notice.kind {
            case .info: .notice
            case .warning: .degraded
            case .error: .error
            }
        frame.grid.write(" " + notice.text, column: 0, row: row, style: Style(role))
    } else {
        drawKeys(state, &frame.grid)
    }
}

private func drawPrompt(_ prompt: Prompt, _ state: AppState, _ frame: inout Frame) {
    let row = state.size.rows - 1
    let sign =
        switch prompt.kind {
        case .command: ":"
        case .filter, .search: "/"
        case .save: "Save as: "
        case .context(.name): "New name: "
        case .context(.namespace): "Namespace: "
        case .access(.namespace): "Namespace: "
        case .access(.compare): "Compare with: "
        case .access(.canI): "Can I: "
        case .access(.whoCan): "Who can: "
        case .log(.include): "Include: "
        case .log(.exclude): "Exclude: "
        case .log(.fields): "Fields: "
        case .log(.since): "Since: "
        case .log(.save(let isEverything)): isEverything ? "Save everything as: " : "Save what is shown as: "
        }
    let start = 1 + sign.count
    frame.grid.write(" " + sign, column: 0, row: row, style: Style(.prompt))
    // A long line is shown from where its end fits.
    let room = max(1, state.size.columns - start - 2)
    let before = String(prompt.editor.characters.prefix(prompt.editor.cursor))
    var shown = prompt.editor.characters[...]
    var cursor = textWidth(before)
    while cursor > room, let first = shown.first {
        cursor -= textWidth(String(first))
        shown = shown.dropFirst()
    }
    let end = frame.grid.write(String(shown), column: start, row: row, style: Style(.prompt))
    let afterSuggestion = frame.grid.write(prompt.suggestion, column: end, row: row, style: Style(.suggestion))
    frame.cursor = Position(column: min(state.size.columns - 1, start + cursor), row: row)
    if let error = prompt.error {
        frame.grid.write("   " + error, column: afterSuggestion, row: row, style: Style(.error))
    } else {
        let hints = hints(for: prompt)
        if afterSuggestion + 3 + width(of: hints) < state.size.columns {
            frame.grid.write(hints, endingAt: state.size.columns - 1, row: row)
        }
    }
    drawCandidates(prompt, state, &frame.grid)
}

/// What ends the prompt, and what helps to fill it.
private func hints(for prompt: Prompt) -> [Piece] {
    let keys =
        switch prompt.kind {
        case .command, .access(.namespace): [("tab", "complete"), ("enter", "go"), ("esc", "close")]
        case .access: [("tab", "complete"), ("enter", "ask"), ("esc", "close")]
        case .filter: [("enter", "keep"), ("esc", "undo")]
        case .search: [("enter", "find"), ("esc", "close")]
        case .save: [("enter", "write .txt, .csv or .json"), ("esc", "close")]
        case .context(.name): [("enter", "rename"), ("esc", "close")]
        case .context(.namespace): [("tab", "next"), ("enter", "set"), ("esc", "close")]
        case .log(.include), .log(.exclude): [("enter", "keep"), ("esc", "undo")]
        case .log(.fields): [("tab", "next"), ("enter", "keep"), ("esc", "undo")]
        case .log(.since): [("tab", "next"), ("enter", "read"), ("esc", "close")]
        case .log(.save): [("enter", "write"), ("esc", "close")]
        }
    return keys.flatMap { [Piece("  <\($0)>", .footerKey), Piece(" \($1)", .footerText)] }
}

/// What Tab goes through, on the line above the prompt.
private func drawCandidates(_ prompt: Prompt, _ state: AppState, _ grid: inout CellGrid) {
    let row = state.size.rows - 2
    guard !prompt.candidates.isEmpty, row > 2 else { return }
    grid.clear(row: row)
    var column = 2
    // From the candidate in the line on, so that it is always visible.
    let first = max(0, (prompt.candidateIndex ?? 0) - 3)
    for (index, candidate) in prompt.candidates.enumerated().dropFirst(first) {
        guard column + textWidth(candidate) < state.size.columns else { return }
        let isCurrent = index == prompt.candidateIndex
        column = grid.write(
            candidate, column: column, row: row, style: Style(isCurrent ? .match : .suggestion, isSelected: isCurrent))
        column += 2
    }
}

/// Commands that everybody finds by themselves.
private let unlisted: Set<Command> = [
    .moveDown, .moveUp, .pageDown, .pageUp, .moveToTop, .moveToBottom, .scrollLeft, .scrollRight, .repaint, .lastView,
    .historyBack, .historyForward, .searchPrevious, .previousLink, .previousPane, .focusLeft, .focusRight, .focusUp,
    .focusDown, .cancelPaneCommand,
]

/// Commands that need more than one pane.
private let aboutPanes: Set<Command> = [.nextPane, .zoomPane]

private func drawKeys(_ state: AppState, _ grid: inout CellGrid) {
    let row = state.size.rows - 1
    var items: [[Piece]] = []
    // In the help moving is all there is to do.
    let isHelp = state.keyContext == .help
    let isAlone = state.layout.tree.panes.count == 1
    for binding in KeyMap.bindings(in: state.keyContext) where isHelp || !unlisted.contains(binding.command) {
        if isAlone, aboutPanes.contains(binding.command) { continue }
        guard let info = CommandInfo.of(binding.command), let key = binding.keys.first else { continue }
        let isAvailable = info.unavailable(state) == nil && state.missingPermission(for: binding.command) == nil
        let label = KeyMap.label(of: binding.keys) ?? key.label
        items.append([
            Piece("<\(label)>", isAvailable ? .footerKey : .footerUnavailable),
            Piece(" " + info.title(in: state) + "  ", isAvailable ? .footerText : .footerUnavailable),
        ])
    }
    // Help is always there; of the others as many as fit, the most useful first.
    let help = items.first { $0[1].text == " help  " } ?? []
    var column = 1
    let limit = state.size.columns - 1 - width(of: help)
    for item in items where item[1].text != " help  " {
        guard column + width(of: item) <= limit else { break }
        column = grid.write(item, column: column, row: row)
    }
    grid.write(help, column: column, row: row)
}
