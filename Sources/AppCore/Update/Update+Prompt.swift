import Screen

extension AppState {
    mutating func handlePromptKey(_ key: Key, _ effects: inout [Effect]) {
        guard var line = prompt else { return }
        switch key {
        case .escape: cancelPrompt()
        case .enter: acceptPrompt(&effects)
        case .tab, .backTab:
            guard !line.candidates.isEmpty else { return }
            let count = line.candidates.count
            let next = line.candidateIndex.map { $0 + (key == .tab ? 1 : count - 1) } ?? (key == .tab ? 0 : count - 1)
            line.candidateIndex = next % count
            line.editor = LineEditor(line.candidates[next % count])
            prompt = line
            if line.kind != .command { promptTextChanged() }
        case .right where !line.suggestion.isEmpty, .end where !line.suggestion.isEmpty,
            .control("e") where !line.suggestion.isEmpty, .control("f") where !line.suggestion.isEmpty:
            line.editor = LineEditor(line.editor.text + line.suggestion)
            prompt = line
            promptEdited()
        case .up, .down: recall(older: key == .up)
        case .backspace where line.editor.characters.isEmpty: cancelPrompt()
        default:
            if line.editor.handle(key) {
                prompt = line
                promptEdited()
            }
        }
    }

    /// The user changed the line.
    mutating func promptEdited() {
        guard var line = prompt else { return }
        line.typed = line.editor.text
        line.historyIndex = nil
        line.candidateIndex = nil
        line.error = nil
        switch line.kind {
        case .command: line.candidates = commandCandidates(for: line.editor.text)
        case .log(let kind): line.candidates = logCandidates(kind, line.editor.text)
        case .context(let what): line.candidates = contextCandidates(what, line.editor.text)
        case .access(let kind): line.candidates = accessCandidates(kind, line.editor.text)
        case .filter, .search, .save: line.candidates = []
        }
        prompt = line
        promptTextChanged()
    }

    /// Filters and searches work while they are typed.
    private mutating func promptTextChanged() {
        guard let line = prompt else { return }
        switch line.kind {
        case .command, .save, .context, .access: break
        case .log(let kind): logPromptChanged(kind, line.editor.text)
        case .filter:
            if shownXray != nil {
                filterXray(line.editor.text)
            } else {
                setFilter(line.editor.text, original: line.original)
            }
            let error = shownTable?.filterError ?? shownXray?.filterError
            prompt?.error = error
        case .search:
            if case .log = place {
                let text = line.editor.text
                changeLog {
                    $0.find(text)
                    $0.goToMatch(forward: true, $1)
                    $0.settle($1)
                }
                let reason = shownLog?.whyNothingIsFound
                prompt?.error = reason
            }
            if case .shell = place {
                let isFound = searchInCopyMode(line.editor.text)
                prompt?.error = isFound ? nil : "Nothing matches."
            }
            if case .document(var view) = place {
                view.matchIndex = nil
                view.find(line.editor.text)
                view.goToMatch(forward: true, visibleRows: max(1, body.rows), columns: size.columns)
                place = .document(view)
                prompt?.error = view.matches.isEmpty && !view.search.isEmpty ? "Nothing matches." : nil
            }
        }
    }

    private mutating func cancelPrompt() {
        guard let line = prompt else { return }
        prompt = nil
        switch line.kind {
        case .command, .save, .context, .access: break
        case .log(let kind): cancelLogPrompt(kind, line)
        case .filter: shownXray == nil ? setFilter("") : filterXray("")
        case .search:
            _ = searchInCopyMode(line.original)
            changeLog { view, _ in view.find(line.original) }
            if case .document(var view) = place {
                view.find(line.original)
                place = .document(view)
            }
        }
    }

    private mutating func acceptPrompt(_ effects: inout [Effect]) {
        guard let line = prompt else { return }
        let text = line.editor.text
        switch line.kind {
        case .filter:
            if shownTable?.filterError != nil || shownXray?.filterError != nil { return }
            prompt = nil
        case .search: prompt = nil
        case .save: saveTable(as: line, &effects)
        case .log(let kind): acceptLogPrompt(kind, line, &effects)
        case .context(let what): acceptContextPrompt(what, text, &effects)
        case .access(let kind): acceptAccessPrompt(kind, text, &effects)
        case .command:
            prompt = nil
            guard !text.allSatisfy({ $0 == " " }) else { return }
            if history.last != text {
                history.append(text)
                if history.count > 500 { history.removeFirst(history.count - 500) }
                effects.append(.saveHistory(history))
            }
            run(commandLine: text, &effects)
        }
    }

    /// Puts an older or newer line of the history into the prompt.
    private mutating func recall(older: Bool) {
        guard var line = prompt, line.kind == .command, !history.isEmpty else { return }
        let newest = history.count
        let index = (line.historyIndex ?? newest) + (older ? -1 : 1)
        guard index >= 0 else { return }
        line.historyIndex = index < newest ? index : nil
        line.editor = LineEditor(index < newest ? history[index] : line.typed)
        line.candidates = []
        prompt = line
    }
}
