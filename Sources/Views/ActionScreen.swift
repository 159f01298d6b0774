import AppCore
import KubernetesModel
import Screen

/// The dialog of an action, from the bottom up: the rows above it stay in sight.
func drawDialog(_ dialog: ActionDialog, _ state: AppState, _ frame: inout Frame) {
    let content = DialogContent(dialog, state, width: max(16, state.size.columns - 6))
    let lines = content.lines(fitting: state.size.rows - 3)
    let top = state.size.rows - 2 - lines.count
    guard top >= 1 else { return }
    let rule = String(repeating: "─", count: max(0, state.size.columns - 4 - textWidth(dialog.title)))
    frame.grid.clear(row: top)
    frame.grid.write(
        [Piece(" ─ ", .dim), Piece(dialog.title, dialog.isGrave ? .broken : .title), Piece(" " + rule, .dim)],
        column: 0, row: top)
    for (offset, line) in lines.enumerated() {
        let row = top + 1 + offset
        frame.grid.clear(row: row)
        let end = frame.grid.write(line, column: 3, row: row)
        if offset == lines.count - 1, let distance = content.cursorDistance {
            frame.cursor = Position(column: max(0, min(state.size.columns - 1, end - distance)), row: row)
        }
    }
}

/// The keys of the dialog, for the footer.
func dialogHints(_ dialog: ActionDialog) -> [(key: String, text: String)] {
    var hints: [(String, String)] = []
    switch dialog.stage {
    case .number: return [("enter", "scale"), ("up/down", "one more, one less"), ("esc", "cancel")]
    case .image: return [("enter", "add the container"), ("ctrl-y", "copy"), ("esc", "cancel")]
    case .asking:
        let word = dialog.action.word.lowercased()
        switch dialog.confirmation {
        case .key: hints = [("y", word), ("esc", "cancel"), ("tab", "choose")]
        case .word: hints = [("enter", word), ("esc", "cancel")]
        }
        hints.append(("ctrl-y", "copy"))
        if dialog.kind == Pod.kind {
            hints.append(("ctrl-e", dialog.action == .evict ? "delete" : "evict"))
        }
        if case .delete(let deletion) = dialog.action {
            hints.append(
                dialog.kind == Pod.kind
                    ? ("ctrl-x", deletion.isForced ? "no force" : "force") : ("ctrl-o", deletion.propagation.rawValue))
        }
        return hints
    case .running: return [("esc", dialog.isStopping ? "close this view" : "stop: send no more")]
    case .ended: return [("esc", "close"), ("up/down", "scroll")]
    }
}

extension ActionDialog {
    fileprivate var isGrave: Bool { facts.lines.contains { $0.weight == .harm } || stage == .ended }
}

/// What the dialog says below its title, by how soon it gives way where there is little room.
private struct DialogContent {
    /// What it is about, and what is to be known: the gravest first.
    private var facts: [[Piece]] = []
    /// The commands that do the same, which give way first.
    private var commands: [[Piece]] = []
    /// What is asked for, which never does.
    private var question: [[Piece]] = []
    /// How many cells the cursor stands before the end of the last line; `nil` where nothing is typed.
    private(set) var cursorDistance: Int?
    private let width: Int

    init(_ dialog: ActionDialog, _ state: AppState, width: Int) {
        self.width = width
        switch dialog.stage {
        case .running(let since):
            let left = dialog.isStopping ? "; nothing more is sent" : ""
            let time = elapsed(since: since, now: state.now)
            addFact("\(dialog.endedCount) of \(dialog.targets.count) … \(time)\(left)", .notice)
            addTroubles(of: dialog, limit: 4)
        case .ended:
            addFact(dialog.tally + ".", .notice)
            addTroubles(of: dialog, limit: max(2, state.size.rows / 2))
        case .number, .image, .asking:
            describe(dialog)
            ask(dialog)
        }
    }

    /// The lines, or as many of them as there is room for.
    func lines(fitting room: Int) -> [[Piece]] {
        let all = facts + commands + question
        guard all.count > room else { return all }
        let left = room - question.count
        guard facts.count > left else { return facts + question }
        let kept = max(0, left - 1)
        let rest: [[Piece]] = left > 0 ? [[Piece("… \(facts.count - kept) more lines", .dim)]] : []
        return facts.prefix(kept) + rest + question
    }

    private mutating func addFact(_ text: String, _ role: StyleRole = .plain, sign: Piece? = nil) {
        for (index, line) in wrapped(text, width: width - (sign == nil ? 0 : 2)).enumerated() {
            var pieces = [Piece(line, role)]
            if let sign { pieces.insert(index == 0 ? Piece(sign.text + " ", sign.role) : Piece("  "), at: 0) }
            facts.append(pieces)
        }
    }

    private mutating func addTroubles(of dialog: ActionDialog, limit: Int) {
        let troubles = dialog.troubles
        for trouble in troubles.dropFirst(dialog.top).prefix(limit) {
            switch trouble.outcome {
            case .failed(let words): addFact("\(trouble.name): \(words)", sign: Piece("●", .broken))
            case .unknown(let words): addFact("\(trouble.name): \(words)", sign: Piece("?", .degraded))
            case .done, .notSent: break
            }
        }
        let more = troubles.count - dialog.top - limit
        if more > 0 { addFact("… \(more) more", .dim) }
    }

    private mutating func describe(_ dialog: ActionDialog) {
        if let denial = dialog.denial { addFact(denial, .broken, sign: Piece("●", .broken)) }
        if dialog.targets.count > 1 || dialog.hiddenMarks > 0 { addFact(dialog.names) }
        if dialog.hiddenMarks > 0 {
            let rows = dialog.hiddenMarks == 1 ? "row is" : "rows are"
            addFact(
                "\(dialog.hiddenMarks) more marked \(rows) hidden by the filter and left alone.",
                sign: Piece("▲", .degraded))
        }
        let weights: [ActionFacts.Weight] = dialog.stage == .asking ? [.harm, .warning, .plain, .unknown] : [.warning]
        for weight in weights {
            for line in dialog.facts.lines where line.weight == weight { addFact(line.text, sign: sign(of: weight)) }
        }
        guard dialog.stage == .asking else { return }
        let all = dialog.commands.flatMap { wrapped($0, width: width) }
        commands = [[]] + all.prefix(4).map { [Piece($0, .dim)] }
        if all.count > 4 { commands.append([Piece("… ctrl-y copies all of it", .dim)]) }
    }

    private mutating func ask(_ dialog: ActionDialog) {
        question = [[]]
        let problem = dialog.problem.map { [Piece("   " + $0, .error)] } ?? []
        let label: String
        switch (dialog.stage, dialog.confirmation) {
        case (.asking, .key):
            func button(_ text: String, isChosen: Bool) -> Piece {
                Piece(isChosen ? "▸ \(text) " : "  \(text) ", isChosen ? .notice : .plain)
            }
            question.append(
                [
                    button("Cancel", isChosen: !dialog.isGoChosen), Piece("   "),
                    button(dialog.action.word, isChosen: dialog.isGoChosen),
                ] + problem)
            return
        case (.asking, .word(let word, let what)):
            label = "Type \(word)\(what.isEmpty ? "" : " (\(what))") to go on: "
        case (.image, _): label = "Image of the container: "
        default:
            let now = dialog.targets.count == 1 ? dialog.targets[0].replicas.map { " (now \($0))" } ?? "" : ""
            label = "Replicas\(now): "
        }
        var field = [Piece(label), Piece(dialog.editor.text, .prompt)]
        var after = problem
        // What is typed has to be seen: below what asks for it, and what is wrong with it above, if need be.
        if Views.width(of: field) + Views.width(of: problem) + 8 > width {
            if let problem = dialog.problem { question += wrapped(problem, width: width).map { [Piece($0, .error)] } }
            question += wrapped(label, width: width).map { [Piece($0)] }
            field.removeFirst()
            after = []
        }
        question.append(field + after)
        let rest = String(dialog.editor.characters[dialog.editor.cursor...])
        cursorDistance = textWidth(rest) + Views.width(of: after)
    }
}

private func sign(of weight: ActionFacts.Weight) -> Piece {
    switch weight {
    case .harm: Piece("●", .broken)
    case .warning: Piece("▲", .degraded)
    case .plain: Piece(" ", .plain)
    case .unknown: Piece("?", .dim)
    }
}
