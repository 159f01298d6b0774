import KubernetesModel
import Screen

extension AppState {
    /// The room of the log on the screen.
    package var logSpace: LogSpace {
        LogSpace(rows: body.rows, columns: body.columns, utcOffset: options.utcOffsetSeconds)
    }

    /// Makes the place in the log on the screen fit.
    mutating func settleLog() { changeLog { $0.settle($1) } }

    mutating func changeLog(_ change: (inout LogView, LogSpace) -> Void) {
        guard case .log(var view) = place else { return }
        let space = logSpace
        // Nothing else holds its lines meanwhile.
        place = .contexts(ContextsView())
        change(&view, space)
        place = .log(view)
    }

    /// Goes on filtering and searching where that was not done in one go.
    mutating func workOnLogs() {
        isWorkingOnLogs = false
        for pane in panes where pane.hasLogBehind {
            inPane(pane.id) { state in
                state.changeLog {
                    $0.work()
                    $0.goToAwaitedMatch($1)
                    $0.settle($1)
                }
            }
        }
    }

    /// Asks to be called again while logs are not filtered or searched to their end.
    mutating func askForLogWork(_ effects: inout [Effect]) {
        guard !isWorkingOnLogs, panes.contains(where: \.hasLogBehind) else { return }
        isWorkingOnLogs = true
        effects.append(.workOnLogs)
    }

    mutating func runInLog(_ command: Command, key: Key, _ effects: inout [Effect]) {
        guard let view = shownLog else { return }
        switch command {
        case .moveDown, .moveUp, .pageDown, .pageUp, .moveToTop, .moveToBottom: changeLog { $0.move(command, $1) }
        case .scrollRight: changeLog { view, _ in view.leftColumn += 8 }
        case .scrollLeft: changeLog { view, _ in view.leftColumn = max(0, view.leftColumn - 8) }
        case .searchNext, .searchPrevious: changeLog { $0.goToMatch(forward: command == .searchNext, $1) }
        case .toggleFollow: changeLog { $0.follows ? $0.pause($1) : $0.follow() }
        case .toggleWrap: changeLog { view, _ in view.wraps.toggle() }
        case .toggleTimes:
            changeLog { view, _ in view.times = view.times == .off ? .local : view.times == .local ? .utc : .off }
        case .expandLine:
            changeLog { view, space in
                view.pause(space)
                guard let cursor = view.cursor, view.expanded.remove(cursor) == nil else { return }
                view.expanded.insert(cursor)
                view.showExpanded(cursor, space)
            }
        case .logLevel:
            guard case .character(let character) = key, let number = character.wholeNumberValue,
                let level = LogLevel(rawValue: UInt8(clamping: number))
            else { return }
            var filter = view.filter
            filter.minimum = level == .trace ? .unknown : level
            changeLog { view, _ in view.set(filter) }
        case .includePrompt: prompt = Prompt(.log(.include), text: view.filter.included)
        case .excludePrompt: prompt = Prompt(.log(.exclude), text: view.filter.excluded)
        case .chooseFields:
            prompt = Prompt(.log(.fields), text: view.fields.joined(separator: ","))
            let candidates = logCandidates(.fields, "")
            prompt?.candidates = candidates
        case .logRange:
            prompt = Prompt(.log(.since))
            let candidates = logCandidates(.since, "")
            prompt?.candidates = candidates
        case .saveTable, .saveWholeLog: askForLogFile(isEverything: command == .saveWholeLog)
        case .togglePrevious, .toggleAllContainers, .nextContainer: changeOrder(command, &effects)
        case .copyDocument:
            effects.append(.copy(view.copiedText(logSpace), what: view.follows ? "the end of the log" : "the line"))
        default: break
        }
        settleLog()
    }
}

extension Pane {
    /// Whether it shows a log that was not filtered or searched to its end.
    fileprivate var hasLogBehind: Bool {
        if case .log(let view) = place { view.isBehind } else { false }
    }
}
