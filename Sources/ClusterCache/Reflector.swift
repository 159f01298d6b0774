import ClusterState
import KubernetesModel
import Logging

/// What a reflector does to its store.
///
/// Commands that are given together are seen together.
enum StoreCommand: Sendable {
    case beginList
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

    func run() async {
        var machine = ReflectorMachine(seed: seed)
        var input = ReflectorMachine.Input.start
        while !Task.isCancelled {
            let actions = machine.handle(input, now: now())
            await changeStore(actions)
            guard let last = actions.last, let outcome = await act(last, &machine) else { return }
            if case .failed(let failure) = outcome {
                logger.info("could not read a kind", metadata: metadata(failure))
            }
            input = outcome
        }
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
                let page = try await source.list(scope, part) { objects in
                    await perform([.listed(objects)])
                }
                return .page(continueToken: page.continueToken, version: page.version)
            case .watch(let version, let timeoutSeconds):
                try await source.watch(scope, from: version, timeoutSeconds: timeoutSeconds) { messages in
                    await take(messages, &machine)
                }
                return .ended
            case .wait(let duration):
                if await alarm.wait(duration, sleep: sleep) { return .timerFired }
                return Task.isCancelled ? nil : .retryNow
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
            if case .opened = message { commands += storeCommands(machine.handle(.opened, now: now())) }
        }
        if let version = messages.last(where: { $0.version?.isEmpty == false })?.version {
            commands += storeCommands(machine.handle(.progressed(version: version), now: now()))
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
            case .beginList: .beginList
            case .endList: .endList
            case .publish(let state): .show(state)
            case .list, .watch, .wait: nil
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
