import ClusterState
import Diagnosis
import KubernetesModel
import Screen

extension AppState {
    /// The logs on the screen; `nil` when something else is.
    package var shownLog: LogView? {
        if case .log(let view) = place { view } else { nil }
    }

    /// Reads other logs, or another part of them, in the view on the screen.
    mutating func change(_ view: LogView, to order: LogOrder, _ effects: inout [Effect]) {
        place = .log(view.showing(order, now: now))
    }

    /// Reads the logs on the screen once more from the beginning.
    mutating func readLogAgain() {
        guard let view = shownLog else { return }
        paneWork[focus] = nil
        place = .log(view.showing(view.order, now: now))
    }

    mutating func take(_ news: LogNews) {
        guard case .log(var view) = place, view.order == news.order else { return }
        // Nothing else holds its lines meanwhile.
        place = .contexts(ContextsView())
        view.take(news)
        place = .log(view)
        settleLog()
    }

    /// Shows the run before or the one now, all containers or one, or the next container.
    mutating func changeOrder(_ command: Command, _ effects: inout [Effect]) {
        guard let view = shownLog else { return }
        var order = view.order
        switch command {
        case .togglePrevious: order.previous.toggle()
        case .toggleAllContainers: order.containers = order.containers == .all ? .usual : .all
        case .nextContainer:
            let names = view.news.containers
            var current: String?
            if case .named(let name) = order.containers {
                current = name
            } else {
                current = view.news.origins.first?.container
            }
            let index = current.flatMap { names.firstIndex(of: $0) } ?? -1
            guard !names.isEmpty else { return }
            order.containers = .named(names[(index + 1) % names.count])
        default: return
        }
        change(view, to: order, &effects)
    }
}
