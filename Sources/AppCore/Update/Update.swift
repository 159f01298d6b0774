import Access
import ClusterState
import Diagnosis
import KubernetesModel
import Screen

/// The one way the state changes: pure, synchronous, never waits.
///
/// - Returns: what the outside world is asked to do, in order.
package func update(_ state: inout AppState, _ event: AppEvent) -> [Effect] {
    var effects: [Effect] = []
    let wasReached = state.snapshot.isReached
    switch event {
    case .input(let input): state.handle(input, &effects)
    case .resized(let size):
        state.screenSize = size
        state.layOut()
        state.inShownPanes { $0.settle() }
    case .tick(let now): state.tick(now)
    case .snapshot(let snapshot): state.take(snapshot, &effects)
    case .discovered(let resources, let others, let failures):
        state.discovered(resources, others: others, failures: failures, &effects)
    case .notDiscovered(let failure): state.notDiscovered(failure)
    case .connection(let event): state.connectionChanged(event, &effects)
    case .document(let event): state.documentChanged(event)
    case .forwards(let event): state.take(event)
    case .access(let news): state.take(news)
    case .contexts(let news): state.take(news)
    case .accessReply(let question, let identity, let reply): state.take(reply, to: question, of: identity)
    case .permissions(let news): state.permissions.take(news, at: state.now)
    case .diagnosed(let report): state.take(report)
    case .log(let pane, let news): state.inPane(pane) { $0.take(news) }
    case .shell(let pane, let news): state.take(news, from: pane)
    case .workOnLogs: state.workOnLogs()
    case .found(let id, let news): state.take(news, ofSearch: id)
    case .saved(let path, let outcome): state.take(outcome, ofSaving: path)
    case .probed(let pod, let tests, let isDone): state.take(tests, of: pod, isDone: isDone)
    case .action(let event): state.take(event)
    case .notice(let notice): state.show(notice)
    }
    state.followView()
    state.followPins()
    state.updateWork(&effects)
    state.updateShells(&effects)
    state.askForLogWork(&effects)
    state.updateDemand(&effects)
    state.updatePermissions(&effects, byHand: event.isInput || !wasReached && state.snapshot.isReached)
    state.noteView(&effects)
    return effects
}

extension AppState {
    /// How long a notice stays.
    private static let noticeDuration: Int64 = 8_000_000

    mutating func show(_ kind: Notice.Kind, _ text: String) { show(Notice(kind, text)) }

    mutating func show(_ notice: Notice) {
        self.notice = ShownNotice(
            notice: notice, until: Timestamp(microseconds: now.microseconds &+ Self.noticeDuration))
    }

    // MARK: - Time and news

    fileprivate mutating func tick(_ now: Timestamp) {
        self.now = now
        if let notice, notice.until <= now { self.notice = nil }
        refreshDialog()
        inShownPanes { state in
            state.refreshDescription()
            state.settleAccess()
            guard let view = state.shownTable else { return }
            if view.filter.dependsOnTime { state.filterTable() }
            let visibleRows = state.visibleRows
            state.changeTable { $0.measureTime(table: $1, now: now, visibleRows: visibleRows) }
        }
    }

    fileprivate mutating func take(_ snapshot: ClusterSnapshot, _ effects: inout [Effect]) {
        guard snapshot.epoch >= self.snapshot.epoch else { return }
        self.snapshot = snapshot
        inShownPanes { state in
            state.applySnapshot()
            state.applySnapshotToXray()
            state.refreshDescription(always: false)
            if state.shownFindings?.showsProbes == true { state.settleFindings() }
            state.fallBackIfForbidden()
        }
        if dialog?.facts.isIncomplete == true { refreshDialog() }
    }

    /// Changes the table on the screen.
    ///
    /// Nothing else holds its rows meanwhile, so they are not copied.
    private mutating func changeTable(_ change: (inout TableView, ResourceTable) -> Void) {
        guard case .table(var view) = place else { return }
        let table = view.table
        place = .contexts(ContextsView())
        change(&view, table)
        place = .table(view)
    }

    /// Puts the table on the screen into the columns in which the server prints its kind by now.
    private mutating func takeColumns() {
        guard let view = shownTable, let printed = view.table.printed,
            let columns = snapshot.resolve(view.scope)?.printedColumns, columns !== printed
        else { return }
        let table = ResourceTable(resource(for: view.table.kind), printed: columns)
        let (now, visibleRows) = (now, visibleRows)
        changeTable { view, _ in view.take(table, now: now, visibleRows: visibleRows) }
    }

    /// Brings the table on the screen up to date with the snapshot.
    mutating func applySnapshot() {
        takeColumns()
        if let view = shownTable {
            updateUsage(for: view)
            makeContainers(for: view)
            makeRoleHolders(for: view)
        }
        let usage = usage
        let snapshot = madeHere.isEmpty ? snapshot : snapshot.adding(madeHere)
        let (now, visibleRows) = (now, visibleRows)
        let (revision, health) = (diagnosisRevision, diagnosed == nil ? nil : diagnosis?.health)
        changeTable { view, table in
            if view.faultsRevision != revision {
                view.setFaults(health?[table.kind.kind] ?? [:], revision: revision)
            }
            view.setUsage(usage, now: now, visibleRows: visibleRows)
            view.apply(snapshot, table: table, now: now, visibleRows: visibleRows)
        }
        applyColumnChoice()
        if let view = shownTable, let wanted = view.wanted, view.loadState == .ready {
            show(.info, "\(wanted.name) is not there any more.")
            changeTable { view, _ in view.wanted = nil }
        }
    }

    /// Marks the rows of the table on the screen that findings are about.
    mutating func markFaults() {
        let (revision, health) = (diagnosisRevision, diagnosed == nil ? nil : diagnosis?.health)
        changeTable { $0.setFaults(health?[$1.kind.kind] ?? [:], revision: revision) }
        if let view = shownTable, view.faultsOnly { filterTable() }
    }

    /// Shows the rows that the filter lets through.
    mutating func filterTable() {
        let (now, visibleRows) = (now, visibleRows)
        changeTable { $0.filterRows(table: $1, now: now, visibleRows: visibleRows) }
    }

    /// Puts the rows into a new order.
    mutating func sortTable(by sort: TableSort) {
        let (now, visibleRows) = (now, visibleRows)
        changeTable { view, table in
            view.sort = sort
            view.sortRows(table: table, now: now, visibleRows: visibleRows)
        }
    }

    /// Makes the rows anew after the visible columns changed.
    mutating func remakeTable() {
        let (now, visibleRows) = (now, visibleRows)
        changeTable { $0.remakeRows(table: $1, now: now, visibleRows: visibleRows) }
    }

    /// A user who may not look into all namespaces gets the context's own, and is told why.
    private mutating func fallBackIfForbidden() {
        guard let view = shownTable, view.namespace == nil, view.total == 0,
            case .forbidden(let reason) = view.loadState,
            view.table.kind.isNamespaced
        else { return }
        let table = view.table
        let own = session?.namespace ?? "default"
        fallback = reason
        namespace = own
        var next = TableView(table, namespace: own, restriction: view.restriction, openedAt: now)
        next.takeLook(of: view, table: table)
        shownTable = next
        remember(own)
        show(.warning, "Showing \(own) only: \(reason)")
        applySnapshot()
    }

    fileprivate mutating func connectionChanged(_ event: ConnectionEvent, _ effects: inout [Effect]) {
        switch event {
        case .contexts(let contexts, let warnings):
            take(contexts)
            if let warning = warnings.first { show(.warning, warning) }
            settle()
        case .connecting(let session): begin(session, &effects)
        case .connected(let version):
            serverVersion = version.isEmpty ? nil : version
            connection = .connected
            wasConnected = true
            forgetReason()
        case .failed(let failure, let retryAt):
            connection = .failed(failure, retryAt: retryAt)
            turnAway(failure)
        case .unusable(let context, let reason):
            if session == nil { connection = .none }
            openContexts(reason: context.isEmpty ? reason : "\(context): \(reason)", selecting: context)
        case .signIn(let event): signInChanged(event)
        }
    }

    /// Takes the list of contexts over; the selection stays on its name.
    private mutating func take(_ contexts: [ContextInfo]) {
        let before = self.contexts
        self.contexts = contexts
        guard let view = shownContexts else { return }
        let shown = before.filter { view.shows($0, now: now) }
        guard shown.indices.contains(view.selectedIndex) else { return settleContexts() }
        let selected = shown[view.selectedIndex]
        selectContext(rows(of: view).firstIndex { $0.id == selected.id } ?? view.selectedIndex)
    }

    /// Opens `:ctx` when the credential is of no use from the start: waiting will not help, another context may.
    private mutating func turnAway(_ failure: APIFailure) {
        guard !wasConnected, !wasTurnedAway, let session, places.count == 1, table?.total == 0 else { return }
        switch failure.reason {
        case .unauthorized, .configuration: break
        default: return
        }
        wasTurnedAway = true
        openContexts(
            reason: "\(session.context): \(failure)",
            hint: session.signInProgram.map { ":login runs \($0) again, where you can answer it." },
            selecting: session.context)
    }

    /// Takes back why the list of contexts opened, which is no longer so.
    private mutating func forgetReason() {
        guard wasTurnedAway, case .contexts(var view) = place, view.reason != nil else { return }
        view.reason = nil
        view.hint = nil
        place = .contexts(view)
        settle()
    }

    private mutating func signInChanged(_ event: SignInEvent) {
        switch event {
        case .started(let program): signIn = SignIn(program: program, since: now)
        case .said(let line): signIn?.add(line: line)
        case .ended(let failure):
            signIn = nil
            if let failure { show(.error, failure) }
        }
    }

    /// Ends whatever is waited for; the way out is `:ctx`.
    ///
    /// - Returns: false when nothing is waited for.
    mutating func stopWaiting(_ effects: inout [Effect]) -> Bool {
        guard let session, let view = table else { return false }
        let isConnected = connection == .connected
        if shownSignIn == nil {
            guard focusedPane.isNavigable, places.count == 1, !isConnected, connection != .stopped else { return false }
            // Rows of the past are in nobody's way: it goes on trying behind the list.
            if view.total > 0 {
                openContexts(reason: "\(session.context): \(whyNotConnected)", selecting: session.context)
                return true
            }
        }
        let what = signIn.map { "\($0.program) to sign in" } ?? session.server
        let since = signIn?.since ?? view.openedAt
        let seconds = max(0, (now.microseconds &- since.microseconds) / 1_000_000)
        var reason = "\(session.context): stopped waiting for \(what) after \(seconds) s"
        if case .failed(let failure, _) = connection { reason += "; the last attempt: \(failure)" }
        effects.append(.disconnect)
        leaveForwards()
        leavePanes()
        connection = .stopped
        signIn = nil
        openContexts(reason: reason, selecting: session.context)
        return true
    }

    private var whyNotConnected: String {
        if case .failed(let failure, _) = connection { return "\(failure)" }
        return "not connected yet"
    }

    /// Starts over with another context: nothing of the one before stays.
    private mutating func begin(_ session: SessionInfo, _ effects: inout [Effect]) {
        let isFirst = !hasLaunched
        self.session = session
        serverVersion = nil
        connection = .connecting(since: now)
        signIn = nil
        permissions = Permissions()
        permissions.allowsEverything = session.isSuperUser ? true : nil
        refusedCommand = nil
        wasConnected = false
        wasTurnedAway = false
        resources = []
        otherVersions = []
        hasDiscovered = false
        saidFailures = []
        pendingCommand = nil
        discoveryFailures = []
        madeHere = [:]
        fallback = nil
        snapshot = ClusterSnapshot(epoch: snapshot.epoch &+ 1)
        previousScope = nil
        helpTop = nil
        dialog = nil
        closeLinePrompt()
        leaveForwards()
        demand = []
        diagnosis = nil
        diagnosisRevision &+= 1
        diagnosed = nil
        favourites = []
        search = nil
        madeHere = [:]
        let last = lastView(of: session)
        let shown = isFirst ? nil : table.flatMap { ResourceTable.named($0.kind) }
        let table =
            last.flatMap { last in ResourceTable.all.first { "\($0.kind.groupResource)" == last.kind } }
            ?? shown ?? .pods
        namespace = last.map(\.namespace) ?? session.namespace
        if isFirst, options.allNamespaces { namespace = nil }
        if isFirst, let asked = options.namespace { namespace = asked }
        hasLaunched = true
        remember(session.namespace)
        if let namespace { remember(namespace) }
        beginPanes(with: .table(TableView(table, namespace: namespace, openedAt: now)))
        if isFirst, let command = options.command {
            run(commandLine: command, &effects)
            pendingCommand?.isFirst = true
        } else if let last, table.kind.groupResource.description != last.kind {
            // Once the server has said that it has this kind.
            pendingCommand = PendingCommand(line: last.kind, isFirst: true, isQuiet: true)
        }
        if places.count > 1 { places.removeFirst(places.count - 1) }
    }

    /// Closes a prompt that is about the place that is left.
    mutating func closeLinePrompt() {
        if let prompt, prompt.kind != .command { self.prompt = nil }
    }

    /// Puts a namespace on one of the keys 1-9.
    mutating func remember(_ namespace: String) {
        guard !favourites.contains(namespace) else { return }
        if favourites.count == 9 { favourites.remove(at: 1) }
        favourites.append(namespace)
    }

    fileprivate mutating func documentChanged(_ event: DocumentEvent) {
        let address: ObjectAddress
        switch event {
        case .loaded(let of, _), .deleted(let of), .failed(let of, _, _): address = of
        }
        for id in panes.map(\.id) {
            inPane(id) { state in
                guard case .document(var view) = state.place, view.address == address else { return }
                switch event {
                case .loaded(_, let document): view.load(document)
                case .deleted: view.isDeleted = true
                case .failed(_, let failure, let retryAt):
                    view.retryAt = retryAt
                    if case .loaded = view.content { view.failure = failure } else { view.content = .failed(failure) }
                }
                view.scroll(to: view.top, visibleRows: state.body.rows, columns: state.size.columns)
                state.place = .document(view)
                state.refreshDescription()
            }
        }
    }

    // MARK: - What is watched

    /// Asks for what the places on the stack's top need.
    fileprivate mutating func updateDemand(_ effects: inout [Effect]) {
        guard session != nil else { return }
        var wanted: Set<KindScope> = [KindScope(Namespace.kind.groupResource, namespace: nil)]
        let hasFindings = isShown { if case .findings = $0 { true } else { false } }
        // A table that a tab covers stays current.
        for id in Set(shownPanes + [navigable]) {
            let state = focused(on: id)
            if let view = state.table, !view.table.isMadeHere { wanted.insert(view.scope) }
            if let view = state.shownTable, !view.table.isMadeHere { wanted.insert(view.scope) }
            wanted.formUnion(state.demandOfXray)
            wanted.formUnion(state.demandOfUsage)
            wanted.formUnion(state.demandOfRoleHolders)
            if let document = state.shownDocument { wanted.formUnion(document.describedScopes(in: snapshot)) }
        }
        let diagnosed = wantedDiagnosis.map { DiagnosisOrder($0, isAsked: hasFindings) }
        if let diagnosed { wanted.formUnion(demand(of: diagnosed.scope)) }
        wanted.formUnion(demand(ofDialogBeside: wanted))
        if wanted != demand {
            demand = wanted
            effects.append(.watch(wanted))
        }
        endProbing(&effects)
        if diagnosed != self.diagnosed {
            self.diagnosed = diagnosed
            effects.append(.diagnose(diagnosed))
            // What nobody looks at any more gets old.
            if diagnosed == nil {
                diagnosisRevision &+= 1
                inShownPanes { $0.markFaults() }
            }
        }
    }

    // MARK: - Places

    /// Makes selection and scroll offsets fit the screen.
    mutating func settle() {
        if let helpTop { scrollHelp(to: helpTop) }
        switch place {
        case .table(var view):
            view.settle(visibleRows: visibleRows)
            place = .table(view)
        case .contexts: settleContexts()
        case .document(var view):
            view.scroll(to: view.top, visibleRows: body.rows, columns: size.columns)
            place = .document(view)
        case .findings: settleFindings()
        case .forwards(var view):
            view.select(view.selectedIndex, count: forwardRows.count, visibleRows: visibleRows)
            place = .forwards(view)
        case .access: settleAccess()
        case .log: settleLog()
        case .shell: settleShell()
        case .columns(var view):
            view.select(view.selectedIndex, visibleRows: body.rows)
            place = .columns(view)
        case .xray(var view):
            view.select(view.selectedIndex, visibleRows: xrayRows, byHand: false)
            place = .xray(view)
        }
    }

    /// Keeps what is shown for `-`.
    mutating func noteScope() {
        if let view = shownTable, view.restriction == nil { previousScope = view.scope }
    }

    /// Opens a table on top of what is there; the one that is there already begins anew, with its marks.
    mutating func push(_ view: TableView) {
        focusNavigable()
        if let shown = shownTable, shown.scope == view.scope, shown.restriction == view.restriction {
            var view = view
            view.marks = shown.marks
            if view.wanted == nil, let selected = shown.selection?.metadata {
                view.wanted = ObjectKey(namespace: selected.namespace, name: selected.name)
            }
            place = .table(view)
        } else {
            noteScope()
            pushPlace(.table(view))
        }
        applySnapshot()
        fallBackIfForbidden()
    }

    /// Goes to a kind's table in the current namespace.
    mutating func goTo(_ kind: ResourceKind, restriction: Restriction? = nil, namespace: String?) {
        goTo(kind.groupResource, restriction: restriction, namespace: namespace)
    }

    /// Goes to the table of any kind that we or the server know.
    mutating func goTo(_ kind: GroupResource, restriction: Restriction? = nil, namespace: String?) {
        guard let table = resourceTable(of: kind) else { return }
        var view = TableView(table, namespace: namespace, restriction: restriction, openedAt: now)
        view.isWide = self.table?.isWide ?? false
        push(view)
    }

    /// Carries out what was typed after `:`.
    mutating func run(commandLine line: String, _ effects: inout [Effect]) {
        pendingCommand = nil
        switch CommandLine.parse(line, resources: resources) {
        case .failure(let failure):
            if failure.isUnknownName, session != nil {
                pendingCommand = PendingCommand(line: line, isFirst: false)
                effects.append(.discover)
                if !hasDiscovered { return show(.info, "Waiting for the server to say which kinds it has.") }
            }
            show(.error, failure.reason)
        case .success(.kinds(let filter)): openKinds(filter: filter, &effects)
        case .success(.quit):
            if mayEndShells("the same once more leaves all the same.") { effects.append(.quit) }
        case .success(.suspend): effects.append(.suspend)
        case .success(.help): helpTop = 0
        case .success(.forwards): openForwards()
        case .success(.contexts(let name?)): switchContext(name, &effects)
        case .success(.signIn):
            if let program = session?.signInProgram {
                effects.append(.signIn)
                // Who signs in wants this context, not the list that opened in its stead.
                if case .contexts(let view) = place, view.reason != nil, places.count > 1 { places.removeLast() }
                show(.info, "Signing in with \(program).")
            } else {
                show(
                    .error,
                    "This context's credential does not come from a program: there is nothing to sign in with.")
            }
        case .success(.probes(let name)):
            let namespace = table?.namespace ?? self.namespace
            if let name, let namespace {
                openProbes(of: ObjectID(Pod.self, namespace: namespace, name: name))
            } else if name == nil, let pod = selectedPod {
                openProbes(of: pod)
            } else {
                show(.error, name == nil ? "Select a pod first, or name one." : "Go to the pod's namespace first.")
            }
        case .success(.columns): openColumns()
        case .success(.logs(let request)): openLogs(request)
        case .success(.find(let text, let namespace)): find(text, namespace: namespace, &effects)
        case .success(.xray(let kind, let name, let namespace)): openXray(kind, name: name, namespace: namespace)
        case .success(.shell(let what, let pod, let container)): openShell(what, pod: pod, container: container)
        case .success(.debug(let image)): askDebug(image: image, &effects)
        case .success(.scale(let replicas)):
            // Who types it in full insists.
            if let missing = missingPermission(for: .scaleWorkload) { show(.warning, "You may not \(missing).") }
            askScale(to: replicas, &effects)
        case .success(.whoCan(let line)): openWhoCan(line)
        case .success(.subject(let line)): openSubject(line, &effects)
        case .success(.roleHolders(let filter)): openRoleHolders(filter: filter)
        case .success(.triage(let named)): openTriage(namespace: named ?? namespace)
        case .success(.access(let line)): openAccess(line)
        case .success(.canI(let words)): askWhether(words, &effects)
        case .success(.contexts(nil)):
            openContexts(reason: nil, selecting: session?.context ?? "")
            effects.append(.readContexts)
        case .success(.namespace(let name)): switchNamespace(name)
        case .success(.table(let kind, let named, let filter)):
            if let named, kind.isNamespaced {
                namespace = named
                if let named { remember(named) }
            }
            goTo(kind, namespace: kind.isNamespaced ? namespace : nil)
            if let filter { setFilter(filter) }
        }
    }

    mutating func switchContext(_ name: String, _ effects: inout [Effect]) {
        guard contexts.contains(where: { $0.name == name && $0.hiddenBy == nil }) else {
            let hint = nearestName(to: name, among: contexts.map(\.name)).map { " Did you mean \($0)?" } ?? ""
            show(.error, "There is no context \(name) in the kubeconfig.\(hint)")
            return
        }
        if mayEndShells("the same once more ends what runs there.") { effects.append(.switchContext(name)) }
    }

    /// Shows the table's kind in another namespace; `nil` for all.
    mutating func switchNamespace(_ name: String?) {
        namespace = name
        fallback = nil
        if let name { remember(name) }
        guard let view = table else { return }
        let table = view.table
        if table.kind.isNamespaced {
            var next = TableView(table, namespace: name, openedAt: now)
            next.takeLook(of: view, table: table)
            push(next)
        } else {
            goTo(Pod.kind, namespace: name)
        }
    }

    /// Filters the table on the screen.
    ///
    /// A text that is no filter leaves the rows as they were before it was begun: as `original` filters them.
    mutating func setFilter(_ text: String, original: String = "") {
        if shownContexts != nil { return filterContexts(text) }
        guard var view = shownTable else { return }
        let table = view.table
        view.filterText = text
        do {
            let filter = try Filter(parsing: text, table: table)
            view.filterError = nil
            let isSame = filter == view.filter
            view.filter = filter
            shownTable = view
            if !isSame { filterTable() }
        } catch {
            let before = (try? Filter(parsing: original, table: table)) ?? .none
            let isSame = before == view.filter
            view.filterError = error.description
            view.filter = before
            shownTable = view
            if !isSame { filterTable() }
        }
    }
}
