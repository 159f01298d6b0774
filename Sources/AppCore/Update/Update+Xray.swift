import ClusterState
import Diagnosis
import KubernetesModel
import Screen

extension AppState {
    /// The trees on the screen; `nil` when something else is.
    package var shownXray: XrayView? {
        if case .xray(let view) = place { view } else { nil }
    }

    /// How many lines of the trees are shown.
    package var xrayRows: Int { max(1, body.rows) }

    // MARK: - Opening

    /// `:xray`; without a kind that of the table, where it has trees, or else the workloads.
    mutating func openXray(_ kind: ResourceKind?, name: String?, namespace named: String??) {
        let inUse = table?.table.kind.isNamespaced == true ? table?.namespace : self.namespace
        let namespace = named ?? inUse
        if let named, let name = named { remember(name) }
        guard let kind else {
            return openXray(XrayOrder(.workloads, namespace: namespace))
        }
        guard let name else {
            let isOfCluster = !kind.isNamespaced && kind != Namespace.kind
            return openXray(XrayOrder(.kind(kind), namespace: isOfCluster ? nil : namespace))
        }
        guard !kind.isNamespaced || namespace != nil else {
            return show(
                .error, "Name the namespace of \(name) too: xray \(kind.groupResource.resource)/\(name) NAMESPACE")
        }
        openXray(of: kind, ObjectKey(namespace: kind.isNamespaced ? namespace ?? "" : "", name: name))
    }

    /// `U`: what owns the selected object, what it owns and needs, and what uses it.
    mutating func openXrayOfSelection() {
        guard let object = selectedObject else { return }
        let kind: ResourceKind
        if let found = shownTable?.selection as? Stored<FoundObject> {
            kind = found.value.resource.resourceKind
        } else if let view = shownTable {
            kind = selectedContainer == nil ? view.table.kind : Pod.kind
        } else if let known = XrayBuilder.kind(of: object) {
            kind = known
        } else {
            return show(.info, "\(object) cannot be shown: its kind is not known here.")
        }
        openXray(of: kind, ObjectKey(namespace: object.namespace, name: object.name))
    }

    private mutating func openXray(of kind: ResourceKind, _ key: ObjectKey) {
        openXray(XrayOrder(.object(kind, key), namespace: key.namespace.isEmpty ? nil : key.namespace))
    }

    private mutating func openXray(_ order: XrayOrder) {
        pushPlace(.xray(XrayView(order, openedAt: now)))
        applySnapshotToXray()
    }

    // MARK: - Following the cluster

    /// Brings the trees on the screen up to date with the snapshot.
    mutating func applySnapshotToXray() {
        let (snapshot, rows) = (snapshot, xrayRows)
        changeXray { $0.apply(snapshot, visibleRows: rows) }
    }

    /// What is to be read for the trees on the screen, or right below what covers them.
    var demandOfXray: Set<KindScope> {
        for place in places.reversed() {
            switch place {
            case .xray(let view): return view.order.needs
            case .document, .log, .findings, .columns, .shell: continue
            case .table, .contexts, .forwards, .access: return []
            }
        }
        return []
    }

    /// Changes the trees on the screen; nothing else holds them meanwhile.
    private mutating func changeXray(_ change: (inout XrayView) -> Void) {
        guard case .xray(var view) = place else { return }
        place = .contexts(ContextsView())
        change(&view)
        place = .xray(view)
    }

    mutating func filterXray(_ text: String) {
        let (snapshot, rows) = (snapshot, xrayRows)
        changeXray { $0.setFilter(text, snapshot, visibleRows: rows) }
    }

    /// Takes the filter away, or else the restriction to faults.
    mutating func clearXray() {
        let (snapshot, rows) = (snapshot, xrayRows)
        changeXray { view in
            if view.filterText.isEmpty {
                view.toggleFaults(snapshot, visibleRows: rows)
            } else {
                view.setFilter("", snapshot, visibleRows: rows)
            }
        }
    }

    // MARK: - Commands

    mutating func runInXray(_ command: Command, _ effects: inout [Effect]) {
        let (snapshot, rows) = (snapshot, xrayRows)
        switch command {
        case .moveDown, .moveUp, .pageDown, .pageUp, .moveToTop, .moveToBottom:
            guard let view = shownXray else { return }
            let index = moved(view.selectedIndex, by: command, page: rows, count: view.lines.count)
            changeXray { $0.select(index, visibleRows: rows) }
        case .scrollRight: changeXray { $0.fold(true, snapshot, visibleRows: rows) }
        case .scrollLeft: changeXray { $0.fold(false, snapshot, visibleRows: rows) }
        case .toggleFold: changeXray { $0.fold(nil, snapshot, visibleRows: rows) }
        case .foldAll: changeXray { $0.foldAll(snapshot, visibleRows: rows) }
        case .toggleFaults: changeXray { $0.toggleFaults(snapshot, visibleRows: rows) }
        case .why: openWhy()
        case .showProbes: selectedPod.map { openProbes(of: $0) }
        case .showLog, .showPreviousLog: openSelectedLog(previous: command == .showPreviousLog)
        case .describe: selectedObject.map { openDescription(of: $0, &effects) }
        case .viewYAML: selectedObject.map { openDocument(of: $0, &effects) }
        case .copyName:
            guard let object = selectedObject else { return }
            effects.append(.copy(object.name, what: object.name))
        default: break
        }
    }

    /// Enter: goes to the object, in the table of its kind.
    mutating func openXrayNode(_ effects: inout [Effect]) {
        guard let object = selectedObject else { return }
        go(to: object, &effects)
    }

    /// Shows an object as YAML.
    mutating func openDocument(of object: ObjectID, _ effects: inout [Effect]) {
        let offered = resources.first { $0.kind == object.kind && $0.groupResource.group == object.group }
        guard let resource = offered ?? XrayBuilder.kind(of: object).map({ resource(for: $0) }) else {
            return show(.info, "\(object) cannot be shown: its kind is not known here.")
        }
        let address = ObjectAddress(resource: resource, namespace: object.namespace, name: object.name)
        openPane(.document(DocumentView(address, now: now)))
    }

    /// The logs of a node's pods.
    func logOrder(of node: XrayNode?) -> Result<LogOrder, LogRefusal> {
        guard let node, let object = node.object else { return .failure(LogRefusal(words: "Nothing is selected.")) }
        switch node.content {
        case .container(_, let name, _):
            var order = LogOrder(namespace: object.namespace, subject: .pod(object.name))
            order.containers = .named(name)
            return .success(order)
        case .object(_, Pod.kind): return .success(LogOrder(namespace: object.namespace, subject: .pod(object.name)))
        case .object(let stored, let kind):
            let followed = XrayOrder.workloadKinds + [Service.kind]
            guard followed.contains(kind), kind != Service.kind || podSelector(of: stored) != nil else { break }
            let subject = LogOrder.Subject.workload(resource: kind.groupResource.resource, name: object.name)
            return .success(LogOrder(namespace: object.namespace, subject: subject))
        case .absent, .heading, .note: break
        }
        return .failure(LogRefusal(words: "Only containers, pods, workloads and Services have logs."))
    }
}
