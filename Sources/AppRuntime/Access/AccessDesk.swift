import Access
import AppCore
import KubernetesClient
import KubernetesModel
import Synchronization

/// What was asked lately about access.
package final class KnownAccess: Sendable {
    /// For how long an answer counts, in microseconds: five minutes.
    private static let age: Int64 = 300_000_000

    private struct Key: Hashable {
        var access: ClusterAccess
        var namespace: String
    }

    private let reports = Mutex<[Key: (report: AccessReport, at: Timestamp)]>([:])

    package init() {}

    /// What was asked of somebody in a namespace; `nil` when that is too long ago.
    func report(of access: ClusterAccess, _ namespace: String, at now: Timestamp) -> AccessReport? {
        reports.withLock { reports in
            guard let known = reports[Key(access: access, namespace: namespace)],
                now.microseconds &- known.at.microseconds < Self.age
            else { return nil }
            return known.report
        }
    }

    func keep(_ report: AccessReport, of access: ClusterAccess, at now: Timestamp) {
        reports.withLock { reports in
            // What is too old is of no use to anybody.
            reports = reports.filter { now.microseconds &- $0.value.at.microseconds < Self.age }
            reports[Key(access: access, namespace: report.namespace)] = (report, now)
        }
    }

    /// Forgets everything, so that it is asked again.
    package func forget() { reports.withLock { $0 = [:] } }
}

/// Asks for pages about access, as whoever they are about.
package struct AccessDesk: Sendable {
    private let own: ClusterAccess
    private let client: KubernetesClient
    private let kubeconfig: Kubeconfig
    private let known: KnownAccess
    private let now: @Sendable () -> Timestamp
    private let connect: @Sendable (ClusterAccess) throws(KubeconfigFailure) -> KubernetesClient

    /// Prepares to ask.
    ///
    /// - Parameters:
    ///   - client: Of the session; it stays the caller's.
    ///   - kubeconfig: Has the other contexts.
    ///   - known: What was asked before.
    ///   - now: The time by this machine's clock.
    ///   - connect: Makes a client for another context.
    package init(
        client: KubernetesClient, kubeconfig: Kubeconfig, known: KnownAccess,
        now: @escaping @Sendable () -> Timestamp,
        connect: @escaping @Sendable (ClusterAccess) throws(KubeconfigFailure) -> KubernetesClient
    ) {
        own = client.access
        self.client = client
        self.kubeconfig = kubeconfig
        self.known = known
        self.now = now
        self.connect = connect
    }

    /// Asks what somebody may do in a namespace, or in the whole cluster when it is empty; what was asked lately is known.
    ///
    /// - Throws: `APIFailure` when the server takes no question, `KubeconfigFailure`, `CancellationError`.
    package func side(_ identity: AccessIdentity, namespace: String) async throws -> AccessSide {
        let access = try access(of: identity)
        return try await with(access) { client in
            var report = known.report(of: access, namespace, at: now())
            if report == nil {
                let asked = try await AccessReading(client, access: access).report(namespace: namespace)
                known.keep(asked, of: access, at: now())
                report = asked
            }
            return AccessSide(await subject(of: access, client), report: report)
        }
    }

    /// What can be said of somebody without asking the server.
    package func subject(of identity: AccessIdentity) async -> AccessSubject {
        guard let access = try? access(of: identity) else {
            return AccessSubject(context: identity.context ?? own.contextName, server: "", credential: "unknown")
        }
        return await subject(of: access, access.isSameCredential(as: own) ? client : nil)
    }

    /// The namespace in which somebody begins; `nil` for a context that is unusable.
    package func namespace(of identity: AccessIdentity) -> String? {
        (try? access(of: identity)).map { $0.namespace ?? "default" }
    }

    /// The same as `side`, or why not.
    package func sideOrFailure(_ identity: AccessIdentity, namespace: String) async throws -> AccessSide {
        do {
            return try await side(identity, namespace: namespace)
        } catch let error as CancellationError {
            throw error
        } catch {
            return AccessSide(await subject(of: identity), failure: "\(error)")
        }
    }

    /// Asks one question.
    ///
    /// - Throws: `APIFailure`, `KubeconfigFailure`, `CancellationError`.
    package func answer(_ question: AccessQuestion, of identity: AccessIdentity) async throws -> AccessAnswer {
        let access = try access(of: identity)
        return try await with(access) { try await $0.review(question, as: access.impersonation) }
    }

    private func access(of identity: AccessIdentity) throws(KubeconfigFailure) -> ClusterAccess {
        var access = own
        // The name of the context in use may be another's by now.
        if let context = identity.context { access = try kubeconfig.resolve(context: context) }
        if let user = identity.user {
            access.impersonation = ClusterAccess.Impersonation(user: user, groups: identity.groups)
        }
        return access
    }

    private func subject(of access: ClusterAccess, _ client: KubernetesClient?) async -> AccessSubject {
        var subject = access.subject(given: await client?.programCredential())
        subject.alternatives = kubeconfig.alternatives(to: access, now: now())
        return subject
    }

    private func with<Value>(
        _ access: ClusterAccess, _ body: (KubernetesClient) async throws -> Value
    ) async throws -> Value {
        if access.isSameCredential(as: own) { return try await body(client) }
        let other = try connect(access)
        let result: Result<Value, any Error>
        do {
            result = .success(try await body(other))
        } catch {
            result = .failure(error)
        }
        await other.shutdown()
        return try result.get()
    }
}

extension ClusterAccess {
    /// Whether the client of one serves the other, whomever they act as and whatever their contexts are called.
    fileprivate func isSameCredential(as other: ClusterAccess) -> Bool {
        func connection(_ access: ClusterAccess) -> ClusterAccess {
            var access = access
            (access.contextName, access.namespace, access.impersonation) = ("", nil, nil)
            (access.readOnlyReason, access.confirmsByName) = (nil, false)
            return access
        }
        return connection(self) == connection(other)
    }
}

extension Session {
    /// Asks what a page about access is about.
    package func ask(_ order: AccessOrder, _ desk: AccessDesk) async {
        switch order {
        case .mine(.own, let namespace):
            await untilItWorks { failure, _ in
                await send(.access(AccessNews(order, .failed(failure.description, await desk.subject(of: .own)))))
            } attempt: {
                let side = try await desk.side(.own, namespace: namespace)
                if let report = side.report { await send(.access(AccessNews(order, .mine(report, side.subject)))) }
                return true
            }
        case .mine(let identity, let namespace):
            guard let side = try? await desk.sideOrFailure(identity, namespace: namespace) else { return }
            if let report = side.report {
                await send(.access(AccessNews(order, .mine(report, side.subject))))
            } else {
                await send(.access(AccessNews(order, .failed(side.failure ?? "", side.subject))))
            }
        case .compared(let one, let other, let namespace):
            async let left = desk.sideOrFailure(one, namespace: namespace)
            async let right = desk.sideOrFailure(other, namespace: namespace)
            guard let left = try? await left, let right = try? await right else { return }
            await send(.access(AccessNews(order, .compared(left, right))))
        }
    }
}
