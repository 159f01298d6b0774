import Access
import Diagnosis
import Screen

extension AppState {
    /// The page about access that is shown; `nil` when something else is.
    package var shownAccess: AccessView? {
        if case .access(let view) = place { view } else { nil }
    }

    mutating func openAccess(_ order: AccessOrder) {
        if shownAccess?.order == order { return }
        noteScope()
        pushPlace(.access(AccessView(order, now: now)))
        settleAccess()
    }

    mutating func take(_ news: AccessNews) {
        if case .mine(.own, _) = news.order, case .mine(let report, _) = news.content {
            permissions.note(report.dangers)
        }
        for id in panes.map(\.id) {
            inPane(id) { state in
                state.changeAccess { view in
                    if view.order == news.order { view.content = news.content }
                }
            }
        }
    }

    /// Makes the lines of the page anew: the time or the width may have changed.
    mutating func settleAccess() { changeAccess { _ in } }

    /// Changes the page about access that is shown, and makes it fit.
    mutating func changeAccess(_ change: (inout AccessView) -> Void) {
        guard case .access(var view) = place else { return }
        change(&view)
        view.layOut(now: now, columns: size.columns)
        view.scroll(to: view.top, visibleRows: body.rows)
        place = .access(view)
    }

    mutating func runInAccess(_ command: Command, _ effects: inout [Effect]) {
        guard case .access(var view) = place else { return }
        switch command {
        case .copyDocument:
            effects.append(.copy(view.lines.map { $0.text + "\n" }.joined(), what: "what is said about access"))
        case .moveDown: view.scroll(to: view.top + 1, visibleRows: body.rows)
        case .moveUp: view.scroll(to: view.top - 1, visibleRows: body.rows)
        case .moveToBottom: view.scroll(to: view.lines.count, visibleRows: body.rows)
        case .askAccessAgain:
            effects.append(.forgetAccess)
            paneWork[focus] = nil
            view.content = .loading(since: now)
        case .accessNamespace: prompt = accessPrompt(.namespace)
        case .compareAccess: prompt = accessPrompt(.compare)
        case .canI: prompt = accessPrompt(.canI)
        case .whoCan: prompt = accessPrompt(.whoCan)
        case .toggleDifferences: view.onlyDifferences.toggle()
        case .explainDangers:
            if case .danger? = view.target {
                view.toggleExplanation()
            } else {
                view.explainsAll.toggle()
            }
        case .nextLink, .previousLink:
            if !view.selectNext(forward: command == .nextLink, visibleRows: body.rows) {
                show(.info, "Nothing here leads anywhere else.")
            }
        default:
            let line = moved(view.top, by: command, page: body.rows, count: view.lines.count)
            view.scroll(to: line, visibleRows: body.rows)
        }
        changeAccess { $0 = view }
    }

    private func accessPrompt(_ kind: AccessPrompt) -> Prompt {
        var line = Prompt(.access(kind))
        line.candidates = accessCandidates(kind, "")
        return line
    }

    /// Enter: goes where the selected line leads, or selects the first one that leads anywhere.
    mutating func openAccessTarget(_ effects: inout [Effect]) {
        guard let view = shownAccess else { return }
        guard let target = view.target else { return runInAccess(.nextLink, &effects) }
        switch target {
        case .object(let group, let kind, let namespace, let name):
            go(to: ObjectID(group: group, kind: kind, namespace: namespace, name: name), &effects)
        case .page(let order): openAccess(order)
        case .danger: changeAccess { $0.toggleExplanation() }
        }
    }
}
