import ClusterState
import Diagnosis
import KubernetesModel
import Screen

extension AppState {
    /// The logs on the screen; `nil` when something else is.
    package var shownLog: LogView? {
        if case .log(let view) = place { view } else { nil }
    }

    /// The lines of a log, without the title above them.
    package var logBody: Rect { panes?.detail ?? body }

    /// The logs of what is selected, or why there are none.
    var selectedLogOrder: Result<LogOrder, LogRefusal> {
        if shownFindings != nil {
            guard let log = selectedLog else {
                return .failure(LogRefusal(words: "The finding is not about a container with a log."))
            }
            var order = LogOrder(namespace: log.namespace, subject: .pod(log.pod))
            order.containers = .named(log.container)
            order.previous = log.previous
            return .success(order)
        }
        if let view = shownXray { return logOrder(of: view.selectedNode) }
        guard let view = shownTable, let object = view.selection else {
            return .failure(LogRefusal(words: "Nothing is selected."))
        }
        let metadata = object.metadata
        if let container = (object as? Stored<ContainerRow>)?.value {
            var order = LogOrder(namespace: metadata.namespace, subject: .pod(container.pod))
            order.containers = .named(metadata.name)
            return .success(order)
        }
        let subject: LogOrder.Subject
        switch object {
        case is Stored<Pod>: subject = .pod(metadata.name)
        case let service as Stored<Service> where service.value.spec.selector.isEmpty:
            return .failure(LogRefusal(words: "Service \(metadata.name) has no selector, and so no pods."))
        case is Stored<Deployment>, is Stored<StatefulSet>, is Stored<DaemonSet>, is Stored<ReplicaSet>,
            is Stored<Job>, is Stored<CronJob>, is Stored<Service>:
            subject = .workload(resource: view.kind.resource, name: metadata.name)
        default: return .failure(LogRefusal(words: "Only pods, workloads and Services have logs."))
        }
        return .success(LogOrder(namespace: metadata.namespace, subject: subject))
    }

    /// Opens the logs of what is selected.
    mutating func openSelectedLog(previous: Bool, _ effects: inout [Effect]) {
        guard case .success(var order) = selectedLogOrder else { return }
        if previous { order.previous = true }
        openLog(order, &effects)
    }

    mutating func openLog(_ order: LogOrder, _ effects: inout [Effect]) {
        forwardPlaces = []
        places.append(.log(LogView(order, now: now)))
        if places.count > 50 { places.remove(at: 0) }
        effects.append(.openLog(order))
    }

    /// Reads other logs, or another part of them, in the view on the screen.
    private mutating func change(_ view: LogView, to order: LogOrder, _ effects: inout [Effect]) {
        var next = LogView(order, now: now)
        (next.wraps, next.showsTimes, next.isFull) = (view.wraps, view.showsTimes, view.isFull)
        next.find(view.search)
        place = .log(next)
        effects.append(.openLog(order))
    }

    mutating func take(_ news: LogNews) {
        guard
            let index = places.lastIndex(where: {
                if case .log(let view) = $0 { view.order == news.order } else { false }
            }),
            case .log(var view) = places[index]
        else { return }
        // Nothing else holds its lines meanwhile.
        places[index] = .contexts(ContextsView())
        view.take(news)
        places[index] = .log(view)
        if index == places.count - 1 { settleLog() }
    }

    /// Makes the place in the log on the screen fit.
    mutating func settleLog() {
        let rect = logBody
        changeLog { $0.settle(rows: rect.rows, columns: rect.columns, utcOffset: $1) }
    }

    mutating func changeLog(_ change: (inout LogView, Int) -> Void) {
        guard case .log(var view) = place else { return }
        change(&view, options.utcOffsetSeconds)
        place = .log(view)
    }

    mutating func runInLog(_ command: Command, key: Key, _ effects: inout [Effect]) {
        guard let view = shownLog else { return }
        let rect = logBody
        let (rows, columns) = (max(1, rect.rows), rect.columns)
        switch command {
        case .moveDown, .moveUp, .pageDown, .pageUp, .moveToTop, .moveToBottom:
            let offset = options.utcOffsetSeconds
            let last = view.lastLine(rows: rows, columns: columns, utcOffset: offset)
            let page = view.wraps ? max(1, last - view.top) : rows
            let target = moved(view.top, by: command, page: page, count: view.text.end)
            changeLog { view, offset in
                view.scroll(to: target, rows: rows, columns: columns, utcOffset: offset)
                // Who goes to the end wants to see what comes.
                view.follows =
                    command != .moveUp && command != .pageUp
                    && view.isAtEnd(rows: rows, columns: columns, utcOffset: offset)
            }
        case .scrollRight: changeLog { view, _ in view.leftColumn += 8 }
        case .scrollLeft: changeLog { view, _ in view.leftColumn = max(0, view.leftColumn - 8) }
        case .searchNext, .searchPrevious:
            changeLog {
                $0.goToMatch(forward: command == .searchNext, rows: rows, columns: columns, utcOffset: $1)
            }
        case .toggleFollow:
            changeLog { view, _ in view.follows.toggle() }
            settleLog()
        case .toggleWrap:
            changeLog { view, _ in
                view.wraps.toggle()
                view.leftColumn = 0
            }
            settleLog()
        case .toggleTimes:
            changeLog { view, _ in view.showsTimes.toggle() }
            settleLog()
        case .toggleFull:
            changeLog { view, _ in view.isFull.toggle() }
            applySnapshot()
            settleLog()
        case .togglePrevious:
            var order = view.order
            order.previous.toggle()
            change(view, to: order, &effects)
        case .toggleAllContainers:
            var order = view.order
            order.containers = order.containers == .all ? .usual : .all
            change(view, to: order, &effects)
        case .nextContainer:
            let names = view.news.containers
            var order = view.order
            var current: String?
            if case .named(let name) = order.containers {
                current = name
            } else {
                current = view.news.origins.first?.container
            }
            let index = current.flatMap { names.firstIndex(of: $0) } ?? -1
            guard !names.isEmpty else { return }
            order.containers = .named(names[(index + 1) % names.count])
            change(view, to: order, &effects)
        case .logRange:
            guard case .character(let character) = key, let number = character.wholeNumberValue,
                Self.ranges.indices.contains(number)
            else { return }
            var order = view.order
            order.range = Self.ranges[number]
            change(view, to: order, &effects)
        case .copyDocument:
            effects.append(.copy(view.copiedText(utcOffset: options.utcOffsetSeconds), what: "the log"))
        default: break
        }
    }

    /// What the keys 0 to 6 show.
    private static let ranges: [LogOrder.Range] = [
        .tail(1000), .start, .minutes(1), .minutes(5), .minutes(15), .minutes(30), .minutes(60),
    ]
}

/// Why there is no log to open, in words for the user.
struct LogRefusal: Error {
    var words: String
}
