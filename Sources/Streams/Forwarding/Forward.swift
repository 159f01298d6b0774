import KubernetesClient
import KubernetesModel

/// What a forward tells.
package enum ForwardNews: Sendable, Equatable {
    /// A port is open at an address; `remote` is the port of the pod.
    case listening(address: String, port: Int, remote: Int)
    /// An address that is only nice to have could not be taken.
    case notListening(address: String, words: String)
    case handling(port: Int)
    /// A connection failed; the forward goes on.
    case connectionFailed(port: Int, words: String)
    /// New connections go to another pod than before.
    case moved(from: String, to: String)
    /// No pod can be used; connections wait.
    case waiting(String)
    /// What was last known stays in use.
    case cannotRead(String)
}

/// One forward: ports here that lead to a target in the cluster, for as long as `run` runs.
///
/// It follows its target and the pods of it, and every new connection goes to a pod that is ready.
package actor Forward {
    /// What to forward.
    package struct Order: Sendable, Hashable {
        package var namespace: String
        package var target: ForwardTarget
        package var ports: [ForwardPort]
        /// Where to listen; `localhost` is 127.0.0.1 and, where there is one, ::1.
        package var addresses: [String]

        package init(
            namespace: String, target: ForwardTarget, ports: [ForwardPort], addresses: [String] = ["localhost"]
        ) {
            self.namespace = namespace
            self.target = target
            self.ports = ports
            self.addresses = addresses
        }
    }

    /// How long things may take.
    package struct Patience: Sendable {
        /// Until the first pod can be used.
        package var start: Duration
        /// How long a connection waits for a pod.
        package var connection: Duration
        /// How long one that was refused waits for another pod: what refuses it may be about to be replaced.
        package var refused: Duration

        package init(
            start: Duration = .seconds(60), connection: Duration = .seconds(30), refused: Duration = .seconds(2)
        ) {
            self.start = start
            self.connection = connection
            self.refused = refused
        }
    }

    /// An open port.
    package struct Opened: Sendable {
        package var address: String
        package var port: Int
        package var statistics: ForwardStatistics
    }

    private enum Input: Sendable {
        case target(Result<[any StoredObject], APIFailure>)
        case pods(ForwardSource, Result<[any StoredObject], APIFailure>)
        case failed(Int, PodPort)
        case outOfPatience
    }

    private struct Waiter {
        var port: Int
        /// The pod that refused it.
        var refusedBy: String?
        var continuation: CheckedContinuation<PodPort, any Error>
    }

    package nonisolated let order: Order
    private let cluster: any ForwardCluster
    private let patience: Patience
    private let tell: @Sendable (ForwardNews) -> Void

    private var machines: [ForwardMachine]
    private var source: Result<ForwardSource, ForwardProblem>?
    private var pods: [Pod]?
    private var podsSource: ForwardSource?
    private var podsTask: Task<Void, Never>?
    private var listeners: [(address: String, listener: any ForwardListener)] = []
    private var isListening = false
    private var wasWaiting: String?
    private var waiters: [UInt64: Waiter] = [:]
    private var nextWaiter: UInt64 = 0
    private let inputs: AsyncStream<Input>
    private let input: AsyncStream<Input>.Continuation

    /// Prepares a forward; nothing happens before `run`.
    ///
    /// - Parameters:
    ///   - order: what to forward.
    ///   - cluster: where.
    ///   - patience: how long things may take.
    ///   - tell: gets the news.
    package init(
        _ order: Order, cluster: any ForwardCluster, patience: Patience = Patience(),
        tell: @escaping @Sendable (ForwardNews) -> Void
    ) {
        self.order = order
        self.cluster = cluster
        self.patience = patience
        self.tell = tell
        machines = order.ports.map { ForwardMachine(target: order.target, remote: $0.remote) }
        (inputs, input) = AsyncStream.makeStream(of: Input.self)
    }

    /// Forwards until cancelled.
    ///
    /// - Throws: `ForwardProblem` when it cannot begin, or when its only pod is gone; `CancellationError` is not thrown.
    package func run() async throws {
        // Otherwise only the first connection would tell.
        if let words = await cluster.refusal(in: order.namespace) { throw ForwardProblem(words) }
        let following = Task { [input, cluster, order] in
            guard order.target.kind != .pod else { return }
            let followed = Followed(
                order.target.kind.builtIn, namespace: order.namespace, .name(order.target.name))
            await cluster.follow(followed) { input.yield(.target($0)) }
        }
        let timer = Task { [input, patience] in
            try? await Task.sleep(for: patience.start)
            if !Task.isCancelled { input.yield(.outOfPatience) }
        }
        if order.target.kind == .pod { take(.success(ForwardSource(pods: .named(order.target.name)))) }
        let result: Result<Void, any Error>
        do {
            for await input in inputs { try await handle(input) }
            result = .success(())
        } catch {
            result = .failure(error)
        }
        timer.cancel()
        following.cancel()
        podsTask?.cancel()
        await end()
        await following.value
        await podsTask?.value
        try result.get()
    }

    /// The ports that are open, with what went through them.
    package var opened: [Opened] {
        listeners.map { Opened(address: $0.address, port: $0.listener.port, statistics: $0.listener.statistics) }
    }

    /// How its ports stand, in the order in which they were asked for.
    package var standings: [ForwardMachine.Standing] { machines.map(\.standing) }

    // MARK: - What happens

    private func handle(_ input: Input) async throws {
        switch input {
        case .target(.success(let objects)):
            if let object = objects.first {
                take(Result { () throws(ForwardProblem) in try ForwardSource(of: object) })
            } else {
                take(nil)
            }
        case .pods(let source, .success(let objects)):
            // What a selector of before selects is of no interest.
            guard source == podsSource else { return }
            pods = objects.compactMap { ($0 as? Stored<Pod>)?.value }
        case .target(.failure(let failure)), .pods(_, .failure(let failure)):
            guard isListening else { throw failure }
            tell(.cannotRead("\(failure)"))
            return
        case .failed(let index, let podPort):
            guard order.target.kind != .pod, machines.indices.contains(index) else { return }
            machines[index].suspect(podPort.pod, pods: pods ?? [])
        case .outOfPatience:
            guard !isListening else { return }
            throw ForwardProblem(waitingWords ?? "the cluster does not say which pods \(order.target.text) has")
        }
        try await decide()
    }

    /// Takes what the target says, and follows other pods when it means others.
    private func take(_ source: Result<ForwardSource, ForwardProblem>?) {
        self.source = source
        guard case .success(let meant)? = source, meant.pods != podsSource?.pods else { return }
        podsTask?.cancel()
        podsSource = meant
        pods = nil
        let selection: Followed.Selection =
            switch meant.pods {
            case .named(let name): .name(name)
            case .selected(let selector): .labels(selector)
            }
        let followed = Followed(Pod.kind, namespace: order.namespace, selection)
        podsTask = Task { [input, cluster] in
            await cluster.follow(followed) { input.yield(.pods(meant, $0)) }
        }
    }

    /// Lets the machines see what is known by now, and does what follows from it.
    private func decide() async throws {
        for index in machines.indices {
            update(index)
            switch machines[index].standing {
            case .ready(let choice): resume(index, podPort(choice))
            case .ended(let words): throw ForwardProblem(words)
            case .impossible(let words) where !isListening: throw ForwardProblem(words)
            case .looking, .waiting, .impossible: break
            }
        }
        let words = waitingWords
        // Once is enough while it forwards; before that it says how it comes along.
        if let words, words != wasWaiting, wasWaiting == nil || !isListening { tell(.waiting(words)) }
        wasWaiting = words
        let choices = machines.compactMap { machine in
            if case .ready(let choice) = machine.standing { choice } else { nil }
        }
        if !isListening, choices.count == machines.count { try await listen(choices) }
    }

    /// Lets a machine see what is known by now.
    private func update(_ index: Int) {
        let before = machines[index].choice
        machines[index].update(source: source, pods: pods)
        if let before, case .ready(let choice) = machines[index].standing, before.uid != choice.uid {
            tell(.moved(from: before.pod, to: choice.pod))
        }
    }

    /// Why at least one port has no pod; `nil` when all have.
    private var waitingWords: String? {
        for machine in machines {
            switch machine.standing {
            case .waiting(let words), .impossible(let words): return words
            case .looking, .ready, .ended: break
            }
        }
        return nil
    }

    private func podPort(_ choice: ForwardMachine.Choice) -> PodPort {
        PodPort(namespace: order.namespace, pod: choice.pod, port: choice.port)
    }

    // MARK: - Ports

    private func listen(_ choices: [ForwardMachine.Choice]) async throws {
        isListening = true
        for (index, choice) in choices.enumerated() {
            let wanted = order.ports[index]
            var local = wanted.local ?? Self.sameNumber(wanted, choice, source)
            for address in Self.addresses(order.addresses) {
                do {
                    let listener = try await open(address.host, local, index)
                    listeners.append((address.host, listener))
                    local = listener.port
                    tell(.listening(address: address.host, port: listener.port, remote: choice.port))
                } catch  where address.isOptional {
                    tell(.notListening(address: address.host, words: "\(error)"))
                }
            }
        }
    }

    private func open(_ host: String, _ port: Int, _ index: Int) async throws -> any ForwardListener {
        // The number is only known once it listens.
        let number = LocalNumber(port)
        let listener = try await cluster.listen(
            host: host, port: port,
            target: { [weak self] refused in
                guard let self else { throw CancellationError() }
                return try await self.destination(index, refused: refused)
            },
            events: { [tell, input] event in
                switch event {
                case .connected: tell(.handling(port: number.value))
                case .failed(let podPort, let words):
                    tell(.connectionFailed(port: number.value, words: words))
                    if let podPort { input.yield(.failed(index, podPort)) }
                case .ended: break
                }
            })
        number.value = listener.port
        return listener
    }

    /// The number that is not given is that of the port as the target calls it.
    private static func sameNumber(
        _ port: ForwardPort, _ choice: ForwardMachine.Choice, _ source: Result<ForwardSource, ForwardProblem>?
    ) -> Int {
        if case .number(let number) = port.remote { return number }
        if let source = try? source?.get(), let servicePort = try? source.servicePort(port.remote) {
            return Int(servicePort.port)
        }
        return choice.port
    }

    /// `localhost` is two addresses, of which a machine may have only the first.
    private static func addresses(_ given: [String]) -> [(host: String, isOptional: Bool)] {
        given.flatMap { $0 == "localhost" ? [("127.0.0.1", false), ("::1", true)] : [($0, false)] }
    }

    // MARK: - Connections

    /// Where a connection goes; waits while no pod can be used, or none but the one that refused it.
    private func destination(_ index: Int, refused: PodPort?) async throws -> PodPort {
        if let refused {
            guard order.target.kind != .pod else { throw ForwardProblem("\(order.target.text) refused it") }
            machines[index].suspect(refused.pod, pods: pods ?? [])
            update(index)
        }
        if case .ready(let choice) = machines[index].standing, choice.pod != refused?.pod { return podPort(choice) }
        nextWaiter += 1
        let id = nextWaiter
        let timer = Task { [patience] in
            try? await Task.sleep(for: refused == nil ? patience.connection : patience.refused)
            giveUp(id, Task.isCancelled ? nil : waitingWords)
        }
        defer { timer.cancel() }
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                if Task.isCancelled {
                    continuation.resume(throwing: CancellationError())
                } else {
                    waiters[id] = Waiter(port: index, refusedBy: refused?.pod, continuation: continuation)
                }
            }
        } onCancel: {
            timer.cancel()
        }
    }

    private func resume(_ index: Int, _ place: PodPort) {
        for (id, waiter) in waiters where waiter.port == index && waiter.refusedBy != place.pod {
            waiters[id] = nil
            waiter.continuation.resume(returning: place)
        }
    }

    private func giveUp(_ id: UInt64, _ words: String?) {
        guard let waiter = waiters.removeValue(forKey: id) else { return }
        waiter.continuation.resume(throwing: words.map { ForwardProblem($0) } ?? CancellationError() as any Error)
    }

    private func end() async {
        for waiter in waiters.values { waiter.continuation.resume(throwing: CancellationError()) }
        waiters = [:]
        for item in listeners { await item.listener.close() }
        listeners = []
    }
}
