import ClusterState
import KubernetesModel

extension AppState {
    /// The search whose results are on the screen.
    package var shownSearch: NameSearch? {
        guard let view = shownTable, view.kind == FoundObject.kind.groupResource else { return nil }
        return search
    }

    /// `:find`: begins a search and shows what it finds.
    mutating func find(_ text: String, namespace named: String??, _ effects: inout [Effect]) {
        guard let session, connection != .stopped else { return show(.error, "Not connected.") }
        searchCount &+= 1
        let order = SearchOrder(
            id: searchCount, text: text, namespace: named ?? namespace, resources: SearchOrder.kinds(of: resources),
            ownNamespace: session.namespace)
        search = NameSearch(order)
        showFound()
        focusNavigable()
        // One list of results is enough.
        places.removeAll { place in
            if case .table(let view) = place { view.kind == FoundObject.kind.groupResource } else { false }
        }
        let place = order.namespace.map { " in \($0)" } ?? ""
        push(TableView(ResourceTable(.found(title: "Find \(text)\(place)")), namespace: nil, openedAt: now))
        effects.append(.search(order))
    }

    /// Ends a search that goes on; what it found stays.
    ///
    /// - Returns: false when none goes on here.
    mutating func endSearch(_ effects: inout [Effect]) -> Bool {
        guard let search = shownSearch, !search.isDone else { return false }
        self.search?.isDone = true
        self.search?.wasStopped = true
        effects.append(.endSearch)
        showFound()
        applySnapshot()
        return true
    }

    mutating func take(_ news: SearchNews, ofSearch id: UInt64) {
        guard var search, search.order.id == id, !search.isDone else { return }
        self.search = nil
        switch news {
        case .begun(let kinds): search.kindCount = kinds
        case .found(let objects): for object in objects { search.store.upsert(Stored(object)) }
        case .done(let kind, let problem):
            search.doneCount += 1
            switch problem {
            case nil: break
            case .forbidden: search.forbidden.append(kind)
            case .failed(let reason): search.failures.append(reason)
            }
        case .ended:
            search.isDone = true
            if let gaps = search.gaps { show(.warning, gaps) }
        case .failed(let reason):
            search.isDone = true
            search.failures.append(reason)
        }
        self.search = search
        showFound()
        applySnapshot()
    }

    /// Makes what was found so far the rows of its table.
    private mutating func showFound() {
        guard var search else { return }
        var state = LoadState.loading(count: 0)
        if search.isDone {
            state = .ready
            if search.store.count == 0, search.kindCount == nil, let reason = search.failures.first {
                state = .failed(reason: reason, retryAt: nil)
            }
        }
        self.search = nil
        search.store.setState(state)
        madeHere[KindScope(FoundObject.kind.groupResource, namespace: nil)] = search.store.snapshot()
        self.search = search
    }

    /// Enter on a result: goes to the object in the table of its kind.
    mutating func open(_ found: FoundObject, _ effects: inout [Effect]) {
        let resource = found.resource
        guard let table = resourceTable(of: resource.groupResource) else {
            return openDocument(of: found.id, &effects)
        }
        var view = TableView(
            table, namespace: resource.isNamespaced ? found.metadata.namespace : nil, openedAt: now)
        view.wanted = ObjectKey(namespace: found.metadata.namespace, name: found.name)
        push(view)
    }
}
