import Access
import AppCore
import Foundation
import KubernetesClient
import KubernetesModel
import Logging
import Synchronization

/// Carries out one order: a few objects at a time, each written to the audit log before and after.
final class ActionRunner: Sendable {
    /// How many objects are worked on at once.
    private static let concurrency = 8

    private let order: ActionOrder
    private let client: KubernetesClient
    /// `nil` where there is no place for it: then nothing is done.
    private let audit: AuditLog?
    private let now: @Sendable () -> Timestamp
    private let logger: Logger
    private let isStopped = Mutex(false)
    /// Begins the ids of this order's lines in the audit log.
    private let run = UUID().uuidString

    init(
        _ order: ActionOrder, client: KubernetesClient, audit: AuditLog?, logger: Logger,
        now: @escaping @Sendable () -> Timestamp
    ) {
        self.order = order
        self.client = client
        self.audit = audit
        self.logger = logger
        self.now = now
    }

    /// Sends nothing more; what was sent goes on.
    func stop() { isStopped.withLock { $0 = true } }

    /// Works through the objects in their order.
    ///
    /// - Parameter report: gets the index of each object and what became of it, in the order in which they end.
    /// - Returns: what became of every object.
    func perform(_ report: @escaping @Sendable (Int, ActionOutcome) async -> Void) async -> [ActionOutcome?] {
        await withTaskGroup(of: (Int, ActionOutcome).self) { group in
            var next = 0
            var outcomes: [ActionOutcome?] = Array(repeating: nil, count: order.targets.count)
            func add() {
                guard next < order.targets.count else { return }
                let index = next
                next += 1
                group.addTask { (index, await self.act(on: index)) }
            }
            for _ in 0..<Self.concurrency { add() }
            for await (index, outcome) in group {
                outcomes[index] = outcome
                await report(index, outcome)
                add()
            }
            return outcomes
        }
    }

    private func act(on index: Int) async -> ActionOutcome {
        if isStopped.withLock({ $0 }) || Task.isCancelled { return .notSent }
        let target = order.targets[index]
        guard let audit else {
            return .failed("There is no place for the audit log (set HOME or XDG_STATE_HOME), so nothing was done.")
        }
        var entry = entry(for: target, index)
        do {
            try audit.append(entry)
        } catch {
            return .failed("Nothing was done: \(error).")
        }
        let outcome = await outcome(of: target)
        entry.time = now()
        entry.outcome = AuditEntry.Outcome(outcome)
        do {
            try audit.append(entry)
        } catch {
            logger.error("the outcome of an action was not logged", metadata: ["failure": "\(error)"])
            stop()
            return .unknown("\(outcome.words)\(outcome.words.isEmpty ? "It" : "; it") is not in the log: \(error).")
        }
        return outcome
    }

    private func outcome(of target: ActionTarget) async -> ActionOutcome {
        do {
            return .done(try await send(target))
        } catch let failure as APIFailure {
            if case .delete = order.action, failure.reason == .notFound { return .done("it was gone already") }
            guard failure.mayHaveHappened else { return .failed(failure.detail) }
            return .unknown("\(failure.detail); not known whether it was done")
        } catch {
            return .unknown("Sextant ended before the answer came")
        }
    }

    /// - Returns: what is to be known about it.
    private func send(_ target: ActionTarget) async throws -> String {
        switch order.action {
        case .delete(let deletion):
            let propagation: DeletePropagation =
                switch deletion.propagation {
                case .background: .background
                case .foreground: .foreground
                case .orphan: .orphan
                }
            let outcome = try await client.delete(
                target.resource, namespace: target.namespace, name: target.name,
                options: DeleteOptions(
                    propagation: propagation, gracePeriodSeconds: deletion.isForced ? 0 : nil, uid: target.uid))
            guard case .terminating(let seconds, let finalizers) = outcome else { return "" }
            if !finalizers.isEmpty { return "waits for \(finalizers.joined(separator: ", "))" }
            return seconds > 0 ? "ends within \(seconds) s" : ""
        case .evict:
            try await client.evict(namespace: target.namespace, pod: target.name, uid: target.uid)
            return ""
        case .scale(let replicas):
            let before = try await client.setScale(
                of: target.resource, namespace: target.namespace, name: target.name, to: replicas,
                from: target.replicas, uid: target.uid)
            return "from \(before.replicas) to \(replicas)"
        case .restart:
            try await client.restart(
                target.resource, namespace: target.namespace, name: target.name, uid: target.uid, now: now())
            return ""
        case .debug(let debugging):
            try await client.addDebugContainer(
                DebugContainer(name: debugging.name, image: debugging.image, target: debugging.target),
                namespace: target.namespace, pod: target.name, uid: target.uid)
            return debugging.name
        }
    }

    private func entry(for target: ActionTarget, _ index: Int) -> AuditEntry {
        let access = client.access
        var parameters: [(String, String)] = []
        let verb: String
        switch order.action {
        case .delete(let deletion):
            verb = "delete"
            parameters.append(("propagationPolicy", deletion.propagation.rawValue))
            if deletion.isForced { parameters.append(("gracePeriodSeconds", "0")) }
        case .evict: verb = "evict"
        case .scale(let replicas):
            verb = "scale"
            if let before = target.replicas { parameters.append(("from", "\(before)")) }
            parameters.append(("to", "\(replicas)"))
        case .restart: verb = "restart"
        case .debug(let debugging):
            verb = "debug"
            parameters = [("container", debugging.name), ("image", debugging.image)]
            if let target = debugging.target { parameters.append(("target", target)) }
        }
        return AuditEntry(
            time: now(), id: "\(run)/\(index)", context: access.contextName, cluster: access.clusterName,
            server: "\(access.server)", user: access.userName, asUser: access.impersonation?.user,
            asGroups: access.impersonation?.groups ?? [], verb: verb, resource: target.resource,
            namespace: target.namespace, name: target.name, uid: target.uid, parameters: parameters,
            command: order.action.kubectl(
                [target], context: access.contextName, identity: access.identityFlags
            ).joined(separator: "; "))
    }
}

extension ActionOutcome {
    /// What is said about it; may be empty.
    fileprivate var words: String {
        switch self {
        case .done(let words), .failed(let words), .unknown(let words): words
        case .notSent: ""
        }
    }
}

extension AuditEntry.Outcome {
    fileprivate init(_ outcome: ActionOutcome) {
        switch outcome {
        case .done(let words): self.init(word: "done", detail: words)
        case .failed(let words): self.init(word: "failed", detail: words)
        case .unknown(let words): self.init(word: "unknown", detail: words)
        case .notSent: self.init(word: "notSent", detail: "")
        }
    }
}

extension KubernetesClient {
    /// Whether the server lets this user do it.
    func access(to check: AccessCheck) async -> ActionDialog.Access {
        let question = AccessQuestion(
            verb: check.verb, resource: check.resource, subresource: check.subresource, namespace: check.namespace,
            name: check.name)
        do {
            let answer = try await review(question)
            return answer.isAllowed ? .allowed : .denied(answer.reason)
        } catch {
            // The action itself will tell.
            return .unknown
        }
    }
}
