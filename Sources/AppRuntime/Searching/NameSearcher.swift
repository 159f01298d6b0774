import AppCore
import KubernetesClient
import KubernetesModel

/// Looks for objects by their name in every kind that can be listed, a few kinds at a time.
struct NameSearcher: Sendable {
    /// Kinds that are listed at once.
    private static let parallelKinds = 6
    private static let pageSize = 500

    let client: KubernetesClient
    /// What the server offers.
    let offered: @Sendable () async throws -> Discovery
    let send: Session.Send

    /// Looks, and tells what it finds as it finds it, until it has seen everything or is cancelled.
    func run(_ order: SearchOrder) async {
        var kinds = order.resources
        if kinds.isEmpty {
            do {
                kinds = SearchOrder.kinds(of: try await offered().resources)
            } catch {
                if !Task.isCancelled { await send(.found(order.id, .failed("What there is, is not known: \(error)"))) }
                return
            }
        }
        // What people look for most is looked through first.
        let first = ["", "apps", "batch", "networking.k8s.io"]
        func rank(_ resource: APIResource) -> Int { first.firstIndex(of: resource.groupResource.group) ?? first.count }
        kinds = kinds.enumerated().sorted { (rank($0.element), $0.offset) < (rank($1.element), $1.offset) }
            .map(\.element)
        await send(.found(order.id, .begun(kinds: kinds.count)))
        await withTaskGroup(of: Void.self) { group in
            for (index, kind) in kinds.enumerated() {
                if index >= Self.parallelKinds { await group.next() }
                if Task.isCancelled { break }
                group.addTask { await look(through: kind, order) }
            }
        }
        if !Task.isCancelled { await send(.found(order.id, .ended)) }
    }

    private func look(through kind: APIResource, _ order: SearchOrder) async {
        var problem: SearchProblem?
        do {
            try await list(kind, order, in: order.namespace)
        } catch let failure as APIFailure {
            switch failure.reason {
            case .forbidden:
                problem = .forbidden
                // Who may not look everywhere may look at home; that not all was seen is said all the same.
                if kind.isNamespaced, order.namespace == nil, !order.ownNamespace.isEmpty {
                    do {
                        try await list(kind, order, in: order.ownNamespace)
                    } catch let failure as APIFailure where failure.reason != .forbidden {
                        problem = .failed("\(failure)")
                    } catch {}
                }
            // What cannot be listed after all has nothing to be found.
            case .notFound, .server(405): break
            default: problem = .failed("\(failure)")
            }
        } catch {
            problem = .failed("\(error)")
        }
        if !Task.isCancelled { await send(.found(order.id, .done(kind.groupResource, problem: problem))) }
    }

    private func list(_ kind: APIResource, _ order: SearchOrder, in namespace: String?) async throws {
        var token = ""
        var restarts = 0
        while true {
            let options = ListOptions(limit: Self.pageSize, continueToken: token)
            do {
                let meta = try await client.listMetadata(
                    kind, namespace: kind.isNamespaced ? namespace : nil, options: options
                ) { objects in
                    let found = objects.filter { order.matches($0.name) }.map { FoundObject(kind, $0) }
                    if !found.isEmpty { await send(.found(order.id, .found(found))) }
                }
                token = meta.continueToken
                if token.isEmpty { return }
            } catch let failure as APIFailure where failure.reason == .gone && restarts == 0 {
                // The list took too long for the server; what was found is found again.
                token = ""
                restarts += 1
            }
        }
    }
}
