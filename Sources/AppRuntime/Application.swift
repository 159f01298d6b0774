import Access
import AppCore
import ClusterState
import Diagnosis
import KubernetesClient
import KubernetesModel
import Logging
import Screen
import Views

/// The loop: events change the state, effects go to the outside world, and what changed is drawn.
@MainActor
package final class Application {
    /// What the program needs from the machine it runs on.
    package struct Surroundings: Sendable {
        package var kubeconfig: Kubeconfig
        /// Reads the kubeconfig again: another program may have changed it.
        package var rereadKubeconfig: @Sendable () throws(KubeconfigFailure) -> Kubeconfig
        /// Whether the kubeconfig's files are the user's, to be changed where that is asked for.
        package var mayChangeKubeconfig = false
        /// The process environment, for what looks through the kubeconfig.
        package var environment: [String: String] = [:]
        /// The context to begin with; `nil` for the kubeconfig's current one.
        package var context: String?
        /// What takes the place of what the kubeconfig says; its cluster and user only in the context to begin with.
        package var overrides = AccessOverrides()
        /// Reads the rules that say which contexts are read-only again; `nil` where they stay as they were.
        package var rereadRules: (@Sendable () -> ContextRules)?
        /// How long a context's server may take to answer when it is asked whether it is there.
        package var probePatience = Duration.seconds(5)
        /// How long who leaves a cluster waits for the ends of shells there.
        package var hangUpPatience = Duration.seconds(2)
        package var userAgent: String
        package var logger: Logger
        /// The time by this machine's clock.
        package var localNow: @Sendable () -> Timestamp
        /// Keeps what was typed at the prompt.
        package var saveHistory: @Sendable ([String]) -> Void
        /// Keeps what a context shows.
        package var saveView: @Sendable (LastView) -> Void
        /// What a context has saved of forwards.
        package var savedForwards: @Sendable (SessionInfo) -> [ForwardRequest] = { _ in [] }
        /// Keeps the forwards of a context.
        package var saveForwards: @Sendable (SessionInfo, [ForwardRequest]) -> Void = { _, _ in }
        /// Gives what is kept for a context to its new name.
        package var renameSaved: @Sendable (_ context: String, _ new: String) -> Void = { _, _ in }
        /// Keeps the columns that are wanted, by kind.
        package var saveColumns: @Sendable ([String: ColumnChoice]) -> Void = { _ in }
        /// Writes a file for the user.
        package var saveFile: @Sendable (_ path: String, _ content: String, _ overwrites: Bool) -> SaveOutcome = {
            _, _, _ in .failed("Files cannot be written here.")
        }
        /// Writes lines of logs to a file for the user.
        package var saveLog: @Sendable (_ path: String, _ log: LogExport, _ overwrites: Bool) async -> SaveOutcome = {
            _, _, _ in .failed("Files cannot be written here.")
        }
        /// Told what a credential program does, besides the screen.
        package var pluginReport: @Sendable (PluginEvent) -> Void
        /// Lends the terminal to a credential program; `nil` where there is none.
        package var lendTerminal: (@Sendable (_ body: @Sendable () async -> Void) async -> Void)?
        /// What the rules do not tell.
        package var silences: [Silence] = []
        /// Where what is changed is written down; without it nothing is.
        package var audit: AuditLog?
        /// Whether there is no screen on that terminal.
        package var isTerminalFree = false

        package init(
            kubeconfig: Kubeconfig, context: String?, userAgent: String, logger: Logger,
            localNow: @escaping @Sendable () -> Timestamp,
            saveHistory: @escaping @Sendable ([String]) -> Void = { _ in }
        ) {
            self.kubeconfig = kubeconfig
            rereadKubeconfig = { () throws(KubeconfigFailure) in kubeconfig }
            saveView = { _ in }
            pluginReport = { _ in }
            self.context = context
            self.userAgent = userAgent
            self.logger = logger
            self.localNow = localNow
            self.saveHistory = saveHistory
        }
    }

    package private(set) var state: AppState
    private let terminal: any Terminal
    private let surroundings: Surroundings
    private var kubeconfig: Kubeconfig
    /// Gives the terminal to the shell and takes it back.
    private let suspend: () -> Void
    /// Told after every change of the state, before it is drawn.
    package var didChange: (() -> Void)?

    private let knownAccess = KnownAccess()
    private var frameClock = FrameClock()
    private var memoryTrim = MemoryTrim()
    private var frameTask: Task<Void, Never>?
    private var connection: Connection?
    /// What goes on for each pane.
    private var paneTasks: [PaneID: Task<Void, Never>] = [:]
    /// The programs in shells; each runs in the task of its pane.
    private var shells: [PaneID: ShellRunner] = [:]
    /// Ends of shells that are under way.
    private var hangUps: [Int: Task<Void, Never>] = [:]
    private var hangUpCount = 0
    /// How long a pane waits with something else to do, so that who scrolls past asks for nothing.
    private static let paneDelay = Duration.milliseconds(100)
    private var probeTask: Task<Void, Never>?
    private var workTask: Task<Void, Never>?
    private var saveTasks: [Task<Void, Never>] = []
    /// The change of kubeconfig files that was asked for last.
    private var changeTask: Task<Void, Never>?
    private var searchTask: Task<Void, Never>?
    private var discoverTask: Task<Void, Never>?
    private var permissionTask: Task<Void, Never>?
    /// Questions about access; those that are answered too.
    private var questionTasks: [Task<Void, Never>] = []
    private var endedConnections: [Task<Void, Never>] = []
    /// Actions under way, by the id of their order.
    private var actions: [UInt64: (runner: ActionRunner, task: Task<Void, Never>)] = [:]
    /// How long what was sent may take to be answered when the program ends.
    private static let answerTime = Duration.seconds(3)
    private var epoch: UInt64 = 0
    private let (ending, end) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))

    /// A session and its task.
    private struct Connection {
        var session: Session
        var task: Task<Void, Never>
        var demand: AsyncStream<Set<KindScope>>.Continuation
        var diagnose: AsyncStream<DiagnosisOrder?>.Continuation
    }

    package init(
        terminal: any Terminal, options: LaunchOptions, surroundings: Surroundings,
        suspend: @escaping () -> Void = {}
    ) {
        self.terminal = terminal
        self.surroundings = surroundings
        kubeconfig = surroundings.kubeconfig
        self.suspend = suspend
        state = AppState(size: terminal.size, now: surroundings.localNow(), options: options)
    }

    /// Runs until the user quits or `stop()` is called, then ends every task and connection.
    package func run() async {
        draw()
        start()
        let ticking = Task { await tick() }
        for await _ in ending { break }
        ticking.cancel()
        frameTask?.cancel()
        searchTask?.cancel()
        workTask?.cancel()
        endPanes()
        for task in saveTasks { await task.value }
        await changeTask?.value
        await endActions()
        disconnect()
        for task in endedConnections { await task.value }
    }

    /// Ends `run()`.
    package func stop() { end.yield() }

    /// Takes an event: changes the state, carries out the effects, draws.
    package func send(_ event: AppEvent) {
        let effects = update(&state, event)
        for effect in effects { perform(effect) }
        didChange?()
        var isKey = false
        switch event {
        case .input:
            isKey = true
            // There is nothing to show before the program has answered.
            if !effects.isEmpty, effects.allSatisfy(\.isTyping) { return }
        // What a program writes is mostly the echo of a key.
        case .shell: isKey = true
        default: break
        }
        switch frameClock.changed(byKey: isKey, at: .now) {
        case .draw: draw()
        case .none: break
        case .drawAfter(let delay):
            frameTask = Task {
                try? await Task.sleep(for: delay)
                guard !Task.isCancelled else { return }
                frameClock.scheduledFrame(at: .now)
                draw()
            }
        }
    }

    private func draw() {
        let frame = render(state)
        terminal.paint(frame.grid, cursor: frame.cursor)
    }

    /// Once a second, at the second: the clock, the ages, what runs out.
    private func tick() async {
        while !Task.isCancelled {
            let micros = surroundings.localNow().microseconds
            try? await Task.sleep(for: .microseconds(1_000_000 - (micros % 1_000_000)))
            if Task.isCancelled { return }
            send(.tick(now: serverNow()))
            memoryTrim.tick(state.table)
        }
    }

    /// Now by the server's clock, as far as it is known.
    private func serverNow() -> Timestamp {
        let offset = connection?.session.client.serverClockOffset ?? .zero
        return Timestamp(microseconds: surroundings.localNow().microseconds &+ offset.microseconds)
    }

    // MARK: - Contexts

    private func start() {
        tellContexts()
        connect(to: surroundings.context)
    }

    private func tellContexts() {
        let problems = kubeconfig.problems.map(\.description)
        let infos = kubeconfig.contextInfos(now: surroundings.localNow())
        send(.connection(.contexts(infos, warnings: problems + kubeconfig.warnings)))
    }

    /// Reads the kubeconfig again; one that cannot be read leaves the last in use.
    private func readContexts() { tell(Result { try surroundings.rereadKubeconfig() }) }

    private func tell(_ after: Result<Kubeconfig, any Error>) {
        switch after {
        case .success(let kubeconfig):
            self.kubeconfig = kubeconfig
            tellContexts()
        case .failure(let error):
            send(.notice(Notice(.warning, "The kubeconfig as it is now cannot be used: \(error)")))
        }
    }

    /// Changes files away from the screen, one change after the other.
    private func changeContext(_ change: ContextChange) {
        guard surroundings.mayChangeKubeconfig else {
            return send(.notice(Notice(.error, "This kubeconfig is there for this session only: nothing was changed.")))
        }
        let before = changeTask
        changeTask = Task {
            await before?.value
            // What is kept is of the context that counts, not of one of its name that another file hides.
            let isOfSaved = kubeconfig.listedContexts(now: surroundings.localNow()).contains {
                $0.hiddenBy == nil && $0.context.name == change.context.name && $0.summary.file == change.context.file
            }
            switch await ContextsReading.change(change, surroundings) {
            case .success(let changed):
                if case .rename(let id, let new) = change, isOfSaved { surroundings.renameSaved(id.name, new) }
                // What is looked at next is what is in the files now; the list is told last, which knows the old name.
                let after = Result { try surroundings.rereadKubeconfig() }
                if case .success(let kubeconfig) = after { self.kubeconfig = kubeconfig }
                send(.contexts(.changed(change, backups: changed.backups)))
                tell(after)
            case .failure(let failure):
                readContexts()
                send(.contexts(.notChanged(failure.description)))
            }
        }
    }

    private func connect(to context: String?) {
        let session: Session
        let (demands, demand) = AsyncStream.makeStream(
            of: Set<KindScope>.self, bufferingPolicy: .bufferingNewest(1))
        let overrides = self.overrides(in: context)
        defer { if let warning = overrides.rules.firstWarning { send(.notice(Notice(.warning, warning))) } }
        let (orders, diagnose) = AsyncStream.makeStream(of: DiagnosisOrder?.self, bufferingPolicy: .bufferingNewest(1))
        do {
            let access = try kubeconfig.resolve(context: context, overrides: overrides)
            let epoch = epoch + 1
            let send: Session.Send = { [weak self, epoch] event in
                // What a session of before still has to say is of no interest.
                if let self, self.epoch == epoch { self.send(event) }
            }
            session = try Session(
                access: access, epoch: epoch, userAgent: surroundings.userAgent, logger: surroundings.logger,
                now: surroundings.localNow,
                timeouts: ClientTimeouts(requestTimeout: surroundings.overrides.requestTimeout),
                pluginHost: pluginHost(send), silences: surroundings.silences, send: send)
            disconnect()
            self.epoch = epoch
            connection = Connection(
                session: session, task: Task { await session.run(demands: demands, orders: orders) }, demand: demand,
                diagnose: diagnose)
            let info = SessionInfo(access)
            send(.connection(.connecting(info)))
            send(.forwards(.saved(surroundings.savedForwards(info))))
        } catch {
            let name = context ?? kubeconfig.currentContext ?? ""
            send(.connection(.unusable(context: name, reason: "\(error)")))
        }
    }

    /// Another context than the first is used with its own cluster and user.
    private func overrides(in context: String?) -> AccessOverrides {
        var overrides = surroundings.overrides
        if let rules = surroundings.rereadRules?() { overrides.rules = rules }
        if let context, context != surroundings.context ?? surroundings.kubeconfig.currentContext ?? "" {
            overrides.cluster = nil
            overrides.user = nil
        }
        return overrides
    }

    /// Shows what a credential program does.
    private func pluginHost(_ send: @escaping Session.Send) -> PluginHost {
        let alsoTell = surroundings.pluginReport
        return PluginHost(
            report: { event in
                alsoTell(event)
                await send(.connection(.signIn(SignInEvent(event))))
            }, withTerminal: surroundings.lendTerminal, isTerminalFree: surroundings.isTerminalFree)
    }

    /// Ends the session; what it still has to say is not heard.
    private func disconnect() {
        epoch += 1
        for action in actions.values { action.runner.stop() }
        guard let connection else { return }
        self.connection = nil
        endPanes()
        // Shells end by the connection that they were started by.
        let closing = hangUps.values
        hangUps = [:]
        if closing.isEmpty { connection.task.cancel() }
        endedConnections.append(
            Task {
                let limit = Task {
                    try? await Task.sleep(for: surroundings.hangUpPatience)
                    for task in closing { task.cancel() }
                }
                for task in closing { await task.value }
                limit.cancel()
                connection.task.cancel()
                await connection.task.value
            })
        probeTask?.cancel()
        searchTask?.cancel()
        discoverTask?.cancel()
        permissionTask?.cancel()
        for task in questionTasks { task.cancel() }
        endedConnections += questionTasks
        questionTasks = []
    }

    // MARK: - Effects

    private func perform(_ effect: Effect) {
        switch effect {
        case .watch(let scopes): connection?.demand.yield(scopes)
        case .run(let pane, let work): run(work, for: pane)
        case .end(let pane):
            paneTasks.removeValue(forKey: pane)?.cancel()
            hangUp(pane)
        case .type(let panes, let input): for pane in panes { shells[pane]?.type(input) }
        case .resizeShell(let pane, let size): shells[pane]?.resize(to: size)
        case .workOnLogs: workTask = Task { send(.workOnLogs) }
        case .saveLog(let path, let export, let overwrites):
            saveTasks.append(
                Task { send(.saved(path: path, await surroundings.saveLog(path, export, overwrites))) })
        case .testProbes(let pod):
            probeTask?.cancel()
            probeTask = nil
            if let pod, let session = connection?.session { probeTask = Task { await session.testProbes(of: pod) } }
        case .search(let order):
            searchTask?.cancel()
            if let session = connection?.session { searchTask = Task { await session.search(order) } }
        case .endSearch: searchTask?.cancel()
        case .saveColumns(let choices): surroundings.saveColumns(choices)
        case .save(let path, let content, let overwrites):
            send(.saved(path: path, surroundings.saveFile(path, content, overwrites)))
        case .diagnose(let order): connection?.diagnose.yield(order)
        case .reviewAccess(let id, let checks): reviewAccess(id, checks)
        case .askAccess(let question, let identities): ask(question, of: identities)
        case .forgetAccess: knownAccess.forget()
        case .askForPower:
            if let session = connection?.session { endedConnections.append(Task { await session.askForPower() }) }
        case .askPermissions(let order):
            let before = permissionTask
            before?.cancel()
            permissionTask = connection.map { connection in
                Task {
                    // Who runs through rows asks for those where they stay.
                    if before != nil { try? await Task.sleep(for: Self.paneDelay) }
                    if !Task.isCancelled { await connection.session.askPermissions(order) }
                }
            }
        case .act(let order): act(order)
        case .stopAction(let id): actions[id]?.runner.stop()
        case .startForward(let request, let orAnyPort):
            connection?.session.forwards.start(request, orAnyPort: orAnyPort)
        case .stopForward(let request): connection?.session.forwards.stop(request)
        case .saveForwards(let requests):
            if let session = state.session { surroundings.saveForwards(session, requests) }
        case .switchContext(let name):
            readContexts()
            connect(to: name)
        case .readContexts: readContexts()
        case .changeContext(let change): changeContext(change)
        case .disconnect: disconnect()
        case .signIn:
            if let session = connection?.session { endedConnections.append(Task { await session.signIn() }) }
        case .saveView(let view): surroundings.saveView(view)
        case .discover:
            discoverTask?.cancel()
            discoverTask = connection.map { connection in Task { await connection.session.discover() } }
        case .retryNow:
            if let session = connection?.session { endedConnections.append(Task { await session.retryNow() }) }
        case .copy(let text, let what):
            terminal.copy(text)
            send(.notice(Notice(.info, "Copied \(what).")))
        case .repaint:
            terminal.repaint()
            draw()
        case .suspend:
            suspend()
            terminal.repaint()
        case .saveHistory(let lines): surroundings.saveHistory(lines)
        case .quit: stop()
        }
    }

    // MARK: - Actions

    /// The client of the session that is in use.
    var client: KubernetesClient? { connection?.session.client }

    /// Passes on news of the session that is in use now, for as long as it is.
    private func sendWhileInUse() -> Session.Send {
        { [weak self, epoch] event in
            if let self, self.epoch == epoch { self.send(event) }
        }
    }

    private func reviewAccess(_ id: UInt64, _ checks: [AccessCheck]) {
        guard let client else { return }
        let send = sendWhileInUse()
        endedConnections.append(
            Task {
                for check in checks { await send(.action(.access(id, check, await client.access(to: check)))) }
            })
    }

    /// Asks for pages about access, of this context and of others.
    private func accessDesk(_ session: Session) -> AccessDesk {
        AccessDesk(
            client: session.client, kubeconfig: kubeconfig, known: knownAccess, now: surroundings.localNow,
            connect: { [surroundings] access throws(KubeconfigFailure) in
                try surroundings.clientWithoutTerminal(access)
            })
    }

    /// Asks one question for a page about access, of everybody whom it is about.
    private func ask(_ question: AccessQuestion, of identities: [AccessIdentity]) {
        guard let session = connection?.session else { return }
        let send = sendWhileInUse()
        let desk = accessDesk(session)
        questionTasks.append(
            Task {
                for identity in identities {
                    let reply: AccessReply
                    do {
                        reply = .answer(try await desk.answer(question, of: identity))
                    } catch is CancellationError {
                        return
                    } catch {
                        reply = .failed("\(error)")
                    }
                    send(.accessReply(question, identity, reply))
                }
            })
    }

    private func act(_ order: ActionOrder) {
        guard let session = connection?.session else {
            let outcomes = order.targets.map { _ in ActionOutcome?.some(.failed("Not connected; nothing was sent.")) }
            return send(.action(.ended(order, outcomes)))
        }
        let runner = ActionRunner(
            order, client: session.client, audit: surroundings.audit, logger: surroundings.logger,
            now: surroundings.localNow)
        let send = sendWhileInUse()
        let task = Task { [weak self] in
            let outcomes = await runner.perform { index, outcome in
                await send(.action(.outcome(order, index, outcome)))
            }
            self?.actions[order.id] = nil
            send(.action(.ended(order, outcomes)))
        }
        actions[order.id] = (runner, task)
    }

    /// Sends nothing more, and waits a moment for the answers to what was sent.
    private func endActions() async {
        let running = Array(actions.values)
        for action in running { action.runner.stop() }
        let limit = Task {
            try? await Task.sleep(for: Self.answerTime)
            if !Task.isCancelled { running.forEach { $0.task.cancel() } }
        }
        for action in running { await action.task.value }
        limit.cancel()
    }

    // MARK: - Panes

    /// Does something for a pane, in place of what was done for it.
    private func run(_ work: PaneWork, for pane: PaneID) {
        let before = paneTasks.removeValue(forKey: pane)
        before?.cancel()
        if case .contexts = work {
            let reading = ContextsReading(kubeconfig, surroundings)
            let send: Session.Send = { [weak self] event in self?.send(event) }
            paneTasks[pane] = Task { await reading.run { await send(.contexts($0)) } }
            return
        }
        guard let session = connection?.session else { return }
        hangUp(pane)
        var shell: ShellRunner?
        if case .shell(let order) = work {
            shell = session.shell(order, size: state.focused(on: pane).shellSize, for: pane)
        }
        shells[pane] = shell
        let desk = accessDesk(session)
        paneTasks[pane] = Task { [shell] in
            if before != nil { try? await Task.sleep(for: Self.paneDelay) }
            guard !Task.isCancelled else { return }
            switch work {
            case .document(let address): await session.follow(address)
            case .log(let order): await session.follow(order, for: pane)
            case .shell: await shell?.run()
            case .access(let order): await session.ask(order, desk)
            case .contexts: break
            }
        }
    }

    private func endPanes() {
        for task in paneTasks.values { task.cancel() }
        paneTasks = [:]
        for pane in shells.keys { hangUp(pane) }
    }

    /// Has the shell of a pane end in its container too.
    private func hangUp(_ pane: PaneID) {
        guard let shell = shells.removeValue(forKey: pane) else { return }
        hangUpCount += 1
        let number = hangUpCount
        hangUps[number] = Task {
            await shell.hangUp()
            hangUps[number] = nil
        }
    }
}

extension Effect {
    fileprivate var isTyping: Bool { if case .type = self { true } else { false } }
}

extension SignInEvent {
    fileprivate init(_ event: PluginEvent) {
        self =
            switch event {
            case .started(let command): .started(program: command)
            case .said(let line): .said(line)
            case .ended(let failure): .ended(failure: failure)
            }
    }
}

extension Duration {
    /// The whole microseconds of a duration.
    var microseconds: Int64 {
        components.seconds * 1_000_000 + components.attoseconds / 1_000_000_000_000
    }
}
