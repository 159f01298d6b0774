import ClusterState
import Diagnosis
import KubernetesModel
import Screen

extension AppState {
    /// The findings on the screen; `nil` when something else is.
    var shownFindings: FindingsView? {
        if case .findings(let view) = place { view } else { nil }
    }

    /// What the rules said last in a view's scope; `nil` while they have not.
    package func report(for view: FindingsView) -> Report? {
        diagnosis?.scope == view.scope ? diagnosis?.report : nil
    }

    /// The lines of the findings on the screen.
    package func lines(of view: FindingsView) -> [FindingsView.Line] {
        view.lines(report(for: view), now: now, columns: size.columns)
    }

    /// Where the rules are to look: where the newest view of findings does.
    var wantedDiagnosis: DiagnosisScope? {
        for place in places.reversed() {
            if case .findings(let view) = place { return view.scope }
        }
        return nil
    }

    /// `:triage`.
    mutating func openTriage(namespace: String?) {
        forwardPlaces = []
        places.append(.findings(FindingsView(scope: DiagnosisScope(namespace: namespace), openedAt: now)))
    }

    /// `X`: what is wrong with the selected object.
    mutating func openWhy() {
        guard let view = shownTable, let object = view.selection, let table = ResourceTable.named(view.kind) else {
            return
        }
        let metadata = object.metadata
        let id = ObjectID(
            group: table.kind.groupResource.group, kind: table.kind.kind, namespace: metadata.namespace,
            name: metadata.name)
        let namespace = metadata.namespace.isEmpty ? nil : metadata.namespace
        // Where the rules look at everything already, they need not begin anew.
        let scope =
            diagnosis?.scope.namespace == nil && wantedDiagnosis != nil
            ? DiagnosisScope(namespace: nil) : DiagnosisScope(namespace: namespace)
        forwardPlaces = []
        places.append(.findings(FindingsView(subject: id, scope: scope, openedAt: now)))
    }

    mutating func take(_ report: Report, in scope: DiagnosisScope) {
        diagnosis = ScopedReport(scope: scope, report: report)
        settleFindings()
    }

    /// Keeps the selected line selected.
    mutating func settleFindings() {
        guard case .findings(var view) = place else { return }
        view.follow(lines(of: view), visibleRows: body.rows)
        place = .findings(view)
    }

    mutating func runInFindings(_ command: Command, _ effects: inout [Effect]) {
        guard case .findings(var view) = place else { return }
        let lines = lines(of: view)
        switch command {
        case .why, .scrollRight, .scrollLeft:
            guard lines.indices.contains(view.selectedIndex) else { return }
            let id = lines[view.selectedIndex].finding
            if command == .scrollRight {
                view.expanded.insert(id)
            } else if command == .scrollLeft || view.expanded.contains(id) {
                view.expanded.remove(id)
                view.selectedKey = id
            } else {
                view.expanded.insert(id)
            }
            place = .findings(view)
            settleFindings()
        case .copyDocument:
            guard let report = report(for: view), lines.indices.contains(view.selectedIndex),
                let finding = report.findings.first(where: { $0.id == lines[view.selectedIndex].finding })
            else { return }
            effects.append(.copy(finding.text, what: "the finding"))
        default:
            view.select(
                moved(view.selectedIndex, by: command, page: body.rows, count: lines.count), lines,
                visibleRows: body.rows)
            place = .findings(view)
        }
    }

    /// Enter on a finding, or on its evidence: goes to the object.
    mutating func openFinding(_ view: FindingsView, _ effects: inout [Effect]) {
        let lines = lines(of: view)
        guard lines.indices.contains(view.selectedIndex) else { return }
        let target = lines[view.selectedIndex].target
        guard let kind = KindDecoder.all.first(where: { $0.kind.kind == target.kind })?.kind else {
            show(.info, "\(target) cannot be shown: its kind is not known here.")
            return
        }
        if let table = ResourceTable.named(kind.groupResource) {
            let namespace = kind.isNamespaced ? target.namespace : nil
            var next = TableView(table, namespace: namespace, openedAt: now)
            next.wanted = ObjectKey(namespace: target.namespace, name: target.name)
            push(next)
        } else {
            let address = ObjectAddress(resource: resource(for: kind), namespace: target.namespace, name: target.name)
            forwardPlaces = []
            places.append(.document(DocumentView(address, now: now)))
            effects.append(.openDocument(address))
        }
    }
}

/// What the rules said, and where they looked.
package struct ScopedReport: Sendable, Equatable {
    package var scope: DiagnosisScope
    package var report: Report
}
