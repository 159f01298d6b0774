import ClusterState
import KubernetesModel
import Logging

/// What a reflector does to its store.
///
/// Commands that are given together are seen together.
enum StoreCommand: Sendable {
    case beginList(isNewHistory: Bool)
    case listed([any StoredObject])
    case endList
    case watched([WatchMessage])
    case show(LoadState)
}

/// Keeps one kind and scope current: performs what its `ReflectorMachine` decides, until its task is cancelled.
struct Reflector: Sendable {
    let scope: KindScope
    let source: any ClusterSource
    let alarm: Alarm
    let now: @Sendable () -> Timestamp
    let sleep: @Sendable (Duration) async throws -> Void
    let seed: UInt64
    let logger: Logger
    /// Takes commands to the store; returns when they are done, so that a fast server waits for us.
    let perform: @Sendable ([StoreCommand]) async -> Void
    /// Is told when the server answers again after an attempt that did not reach it.
    let serverIsBack: @Sendable () async -> Void

    func run() async {
        var machine = ReflectorMachine(seed: seed)
        var input = ReflectorMachine.Input.start
        while !Task.isCancelled {
            let actions = await step(input, &machine)
            await changeStore(actions)
            guard let last = actions.last, let outcome = await act(last, &machine) else { return }
            if case .failed(let failure) = outcome {
                logger.info("could not read a kind", metadata: metadata(failure))
            }
            input = outcome
        }
    }

    /// Tells the machine what happened, and the others when the server is back.
    private func step(_ input: ReflectorMachine.Input, _ machine: inout ReflectorMachine) async
        -> [ReflectorMachine.Action]
    {
        logger.trace(
            "step",
            metadata: ["kind": "\(scope.kind.resource)", "phase": "\(machine.phaseName)", "input": "\(input.name)"])
        let wasLost = machine.isServerLost
        let actions = machine.handle(input, now: now())
        if wasLost && !machine.isServerLost { await serverIsBack() }
        return actions
    }

    /// Does what takes time.
    ///
    /// - Returns: the outcome; `nil` when cancelled.
    private func act(
        _ action: ReflectorMachine.Action, _ machine: inout ReflectorMachine
    ) async -> ReflectorMachine.Input? {
        do {
            switch action {
            case .list(let part):
                alarm.attemptBegins()
                let page = try await source.list(scope, part) { objects in
                    await perform([.listed(objects)])
                }
                return .page(
                    continueToken: page.continueToken, version: page.version, pollAfter: page.pollAfter)
            case .check:
                alarm.attemptBegins()
                return .checked(version: try await source.newestVersion(of: scope))
            case .watch(let version, let timeoutSeconds):
                alarm.attemptBegins()
                try await source.watch(scope, from: version, timeoutSeconds: timeoutSeconds) { messages in
                    await take(messages, &machine)
                }
                return .ended
            case .wait(let duration):
                switch await alarm.wait(duration, waitsForServer: machine.isServerLost, sleep: sleep) {
                case .slept: return .timerFired
                case .rang(.now): return Task.isCancelled ? nil : .retryNow
                case .rang(.serverIsBack): return Task.isCancelled ? nil : .serverIsBack
                case .cancelled: return nil
                }
            case .beginList, .endList, .publish: return nil
            }
        } catch let failure as APIFailure {
            return Task.isCancelled ? nil : .failed(failure)
        } catch {
            return Task.isCancelled
                ? nil : .failed(APIFailure(.transport, attempt: "read \(scope.kind.resource)", detail: "\(error)"))
        }
    }

    /// Applies what came in one piece, and the state that follows from it, in one step.
    private func take(_ messages: [WatchMessage], _ machine: inout ReflectorMachine) async {
        var commands: [StoreCommand] = [.watched(messages)]
        for message in messages {
            if case .opened = message { commands += storeCommands(await step(.opened, &machine)) }
        }
        if let version = messages.last(where: { $0.version?.isEmpty == false })?.version {
            commands += storeCommands(await step(.progressed(version: version), &machine))
        }
        await perform(commands)
    }

    private func changeStore(_ actions: [ReflectorMachine.Action]) async {
        let commands = storeCommands(actions)
        if !commands.isEmpty { await perform(commands) }
    }

    private func storeCommands(_ actions: [ReflectorMachine.Action]) -> [StoreCommand] {
        actions.compactMap { action in
            switch action {
            case .beginList(let isNewHistory): .beginList(isNewHistory: isNewHistory)
            case .endList: .endList
            case .publish(let state): .show(state)
            case .list, .check, .watch, .wait: nil
            }
        }
    }

    private func metadata(_ failure: APIFailure) -> Logger.Metadata {
        [
            "kind": "\(scope.kind.resource)", "namespace": "\(scope.namespace ?? "*")", "attempt": "\(failure.attempt)",
            "reason": "\(failure.reason)", "detail": "\(failure.detail)",
        ]
    }
}
