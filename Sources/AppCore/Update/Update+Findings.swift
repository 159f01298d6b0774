import ClusterState
import Diagnosis
import KubernetesModel
import Screen

extension AppState {
    /// How many kinds are read at once for rules that nobody waits for.
    private static let backgroundReads = 3

    /// The findings on the screen; `nil` when something else is.
    var shownFindings: FindingsView? {
        if case .findings(let view) = place { view } else { nil }
    }

    /// What the rules said last in a view's scope; `nil` while they have not.
    package func report(for view: FindingsView) -> ScopedReport? {
        diagnosis?.scope == view.scope ? diagnosis : nil
    }

    /// The lines of findings, without the titles above them.
    package var findingsBody: Rect {
        guard shownFindings?.subject == nil else { return body }
        // The titles of the columns.
        return Rect(column: 0, row: body.row + 1, columns: body.columns, rows: max(0, body.rows - 1))
    }

    // MARK: - Where the rules look

    /// Where the rules are to look: where the findings on the screen do, or else where the table does.
    var wantedDiagnosis: DiagnosisScope? {
        // What somebody reads comes first, the pane with the focus before the others.
        for id in [focus] + shownPanes {
            if case .findings(let view)? = pane(id)?.place { return view.scope }
        }
        for place in (pane(navigable) ?? focusedPane).places.reversed() {
            switch place {
            case .findings(let view): return view.scope
            case .table(let view):
                guard options.diagnosesAlways else { return nil }
                // The rows come first.
                if case .loading = view.loadState { return diagnosed?.scope }
                let isNamespaced = view.table.kind.isNamespaced
                return DiagnosisScope(namespace: isNamespaced ? view.namespace : namespace)
            case .contexts, .document, .log, .forwards, .xray, .columns, .shell, .access: continue
            }
        }
        return nil
    }

    /// What is to be read for the rules: everything for somebody who waits, otherwise a few kinds after the other.
    func demand(of scope: DiagnosisScope) -> Set<KindScope> {
        var scopes = DiagnosisRule.scopes(namespace: scope.namespace)
        guard !isShown({ if case .findings = $0 { true } else { false } }) else { return scopes }
        scopes = scopes.filter { !DiagnosisRule.askedKinds.contains($0.kind) }
        let pending = scopes.filter { scope in
            switch snapshot.resolve(scope)?.state {
            case nil, .loading: true
            case .ready, .stale, .forbidden, .unavailable, .failed: false
            }
        }
        guard pending.count > Self.backgroundReads else { return scopes }
        // Events are the most, and only add to what is known.
        func order(_ scope: KindScope) -> (Int, String) {
            (scope.kind == Event.kind.groupResource ? 1 : 0, "\(scope.kind)")
        }
        return scopes.subtracting(pending.sorted { order($0) < order($1) }.dropFirst(Self.backgroundReads))
    }

    // MARK: - Opening

    /// `:triage`.
    mutating func openTriage(namespace: String?) {
        openFindings(FindingsView(scope: DiagnosisScope(namespace: namespace), openedAt: now))
    }

    /// `X`: what is wrong with the selected object.
    mutating func openWhy() {
        guard let object = selectedObject else { return }
        openFindings(FindingsView(subject: object, scope: scope(for: object), openedAt: now))
    }

    /// Where the rules look already, if the object is there, so that they need not begin anew.
    func scope(for object: ObjectID) -> DiagnosisScope {
        if let scope = wantedDiagnosis, scope.contains(object) { return scope }
        return DiagnosisScope(namespace: object.namespace.isEmpty ? nil : object.namespace)
    }

    mutating func openFindings(_ view: FindingsView) {
        if view.subject == nil {
            pushPlace(.findings(view))
        } else {
            openPane(.findings(view))
        }
        settleFindings()
    }

    // MARK: - Reports

    mutating func take(_ report: ScopedReport) {
        diagnosis = report
        diagnosisRevision &+= 1
        inShownPanes { state in
            state.settleFindings()
            state.markFaults()
        }
    }

    /// Makes the lines of the findings on the screen anew, the selected one stays.
    mutating func settleFindings() {
        guard case .findings(var view) = place else { return }
        let rect = findingsBody
        let lines: [FindingsView.Line]
        if view.showsProbes {
            lines = probeLines(view, columns: rect.columns)
        } else if let report = report(for: view) {
            lines =
                view.subject == nil
                ? view.triageLines(report) : view.whyLines(report, columns: rect.columns) { manager(of: $0) }
        } else {
            lines = []
        }
        view.show(lines, visibleRows: rect.rows)
        place = .findings(view)
    }

    /// Who will undo a change that is made by hand.
    private func manager(of object: ObjectID) -> String? {
        guard let kind = KindDecoder.all.first(where: { $0.kind.kind == object.kind })?.kind else { return nil }
        let scope = KindScope(kind.groupResource, namespace: kind.isNamespaced ? object.namespace : nil)
        let key = ObjectKey(namespace: object.namespace, name: object.name)
        guard let metadata = snapshot.resolve(scope)?[key]?.metadata else { return nil }
        if let release = metadata.annotations["meta.helm.sh/release-name"] {
            return "managed by Helm release \(release): the next upgrade brings the old value back"
        }
        if let application = metadata.annotations["argocd.argoproj.io/tracking-id"] {
            let name = application.prefix { $0 != ":" }
            return "managed by Argo CD application \(name): it may bring the old value back"
        }
        for label in ["kustomize.toolkit.fluxcd.io/name", "helm.toolkit.fluxcd.io/name"] {
            if let name = metadata.labels[label] { return "managed by Flux (\(name)): it brings the old value back" }
        }
        return nil
    }

    // MARK: - What is selected

    /// The finding that is selected, or that the selected line belongs to.
    var selectedFinding: Finding? {
        guard let view = shownFindings, let report = report(for: view)?.report else { return nil }
        let id = view.selectedLine?.finding ?? ""
        let known = report.findings + report.silenced.map(\.finding)
        if let finding = known.first(where: { $0.id == id }) { return finding }
        return view.lines.first { !$0.finding.isEmpty }.flatMap { line in known.first { $0.id == line.finding } }
    }

    /// The object that is selected in a table or in findings.
    var selectedObject: ObjectID? {
        if let view = shownTable {
            guard let metadata = view.selection?.metadata else {
                return nil
            }
            if let found = view.selection as? Stored<FoundObject> { return found.value.id }
            if view.selection is Stored<RoleHolderRow> { return nil }
            if let container = selectedContainer {
                return ObjectID(Pod.self, namespace: container.metadata.namespace, name: container.pod)
            }
            let table = view.table
            return ObjectID(
                group: table.kind.groupResource.group, kind: table.kind.kind, namespace: metadata.namespace,
                name: metadata.name)
        }
        if let view = shownXray { return view.selectedNode?.object }
        guard let view = shownFindings else { return nil }
        if view.showsProbes { return view.subject }
        if case .object(let object) = view.selectedLine?.target { return object }
        return selectedFinding?.subject ?? view.subject
    }

    /// The log that shows more of the selected finding.
    var selectedLog: LogRequest? {
        if let view = shownFindings, case .log(let log) = view.selectedLine?.target { return log }
        guard let finding = selectedFinding else { return nil }
        if let log = finding.evidence.lazy.compactMap(\.log).first { return log }
        guard let pod = ([finding.subject] + finding.members).first(where: { $0.kind == "Pod" }),
            let container = finding.evidence.lazy.filter({ $0.object == pod }).compactMap(\.container).first
        else { return nil }
        return LogRequest(
            namespace: pod.namespace, pod: pod.name, podUID: "", container: container, previous: false, restartCount: 0)
    }

    // MARK: - Commands

    mutating func runInFindings(_ command: Command, _ effects: inout [Effect]) {
        guard case .findings(var view) = place else { return }
        switch command {
        case .why:
            if view.selectedLine?.target == .unfold { return unfold(nil) }
            if case .finding(let id) = view.selectedLine?.target { openWhy(ofFinding: id) }
        case .scrollRight: unfold(true)
        case .scrollLeft: unfold(false)
        case .toggleSilenced:
            view.showsSilenced.toggle()
            place = .findings(view)
            settleFindings()
        case .describe: selectedObject.map { openDescription(of: $0, &effects) }
        case .goToObject: selectedObject.map { go(to: $0, &effects) }
        case .showEvents: selectedFinding.map { goToEvents(about: [$0.subject] + $0.members) }
        case .showProbes: selectedPod.map { openProbes(of: $0) }
        case .showLog: openSelectedLog(previous: false)
        case .testProbes:
            guard let pod = pod(of: view), let subject = view.subject else { return }
            probing = Probing(pod: subject)
            effects.append(.testProbes(pod))
        case .copyCommand:
            guard let command = selectedFinding?.command else { return }
            effects.append(.copy(command, what: "the command"))
        case .copyDocument: copyFindings(view, &effects)
        default:
            view.move(by: command, visibleRows: findingsBody.rows)
            place = .findings(view)
        }
    }

    private mutating func copyFindings(_ view: FindingsView, _ effects: inout [Effect]) {
        if view.showsProbes {
            let lines = view.lines.map { String(repeating: " ", count: $0.indent) + $0.label + $0.text + "\n" }
            return effects.append(.copy(lines.joined(), what: "the probes"))
        }
        guard let report = report(for: view)?.report else { return }
        let wanted = Set(view.lines.map(\.finding))
        let findings = report.findings.filter { view.subject == nil || wanted.contains($0.id) }
        guard !findings.isEmpty else { return show(.info, "There is nothing to copy.") }
        let text = findings.map(\.text).joined(separator: "\n\n") + "\n"
        effects.append(
            .copy(text, what: findings.count == 1 ? "the finding" : "\(findings.count) findings"))
    }

    /// Shows or hides what is below the selected line; `nil` does the other of both.
    private mutating func unfold(_ shows: Bool?) {
        guard case .findings(var view) = place, let line = view.selectedLine else { return }
        if shows ?? !view.expanded.contains(line.key) {
            view.expanded.insert(line.key)
        } else {
            view.expanded.remove(line.key)
        }
        place = .findings(view)
        settleFindings()
    }

    /// Enter on a line: goes where it leads.
    mutating func openFinding(_ view: FindingsView, _ effects: inout [Effect]) {
        switch view.selectedLine?.target {
        case .object(let object): go(to: object, &effects)
        case .events(let object): goToEvents(about: [object])
        case .log: openSelectedLog(previous: false)
        case .finding(let id): openWhy(ofFinding: id)
        case .unfold: unfold(nil)
        case nil: break
        }
    }

    private mutating func openWhy(ofFinding id: String) {
        guard let view = shownFindings, let report = report(for: view)?.report else { return }
        let known = report.findings + report.silenced.map(\.finding)
        guard let finding = known.first(where: { $0.id == id }) else { return }
        openFindings(FindingsView(subject: finding.subject, finding: id, scope: view.scope, openedAt: now))
    }

    mutating func go(to target: ObjectID, _ effects: inout [Effect]) {
        guard let resource = resource(ofKind: target.kind, group: target.group),
            let table = resourceTable(of: resource.groupResource)
        else { return openDescription(of: target, &effects) }
        let namespace = resource.isNamespaced ? target.namespace : ""
        var next = TableView(table, namespace: resource.isNamespaced ? namespace : nil, openedAt: now)
        next.wanted = ObjectKey(namespace: namespace, name: target.name)
        push(next)
    }

    private mutating func goToEvents(about objects: [ObjectID]) {
        guard !objects.isEmpty else { return }
        var view = eventsView(about: objects)
        view.isWide = table?.isWide ?? false
        push(view)
    }
}
