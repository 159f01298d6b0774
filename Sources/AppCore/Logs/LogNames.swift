/// Gives each log of an order a short name that no other has, and that it keeps.
package struct LogNames: Sendable {
    private struct Owner: Hashable {
        var namespace: String
        var pod: String
    }

    private let order: LogOrder
    private var owners: [String: Owner] = [:]
    private var names: [Owner: (name: String, colour: Int, uses: Int)] = [:]
    private var podCount = 0

    package init(_ order: LogOrder) {
        self.order = order
    }

    /// Names a log that joins.
    ///
    /// - Parameters:
    ///   - namespace: The pod's.
    ///   - pod: The pod's name.
    ///   - workload: What made the pod; empty when nothing did.
    ///   - container: The container's name.
    ///   - hasOthers: Whether other containers of the pod are read too.
    /// - Returns: its name, empty where there can be no other log; and the number of its pod.
    package mutating func add(
        namespace: String, pod: String, workload: String, container: String, hasOthers: Bool
    ) -> (label: String, colour: Int) {
        let owner = Owner(namespace: namespace, pod: pod)
        var known = names[owner] ?? (name(of: owner, workload), podCount, 0)
        if known.uses == 0 {
            podCount &+= 1
            owners[known.name] = owner
        }
        known.uses += 1
        names[owner] = known
        guard order.isOfMany else { return (hasOthers ? container : "", known.colour) }
        return (hasOthers ? "\(known.name)/\(container)" : known.name, known.colour)
    }

    /// Says that nothing of a log is shown any more.
    package mutating func remove(namespace: String, pod: String) {
        let owner = Owner(namespace: namespace, pod: pod)
        guard let known = names[owner] else { return }
        if known.uses > 1 {
            names[owner]?.uses -= 1
        } else {
            names[owner] = nil
            owners[known.name] = nil
        }
    }

    /// The shortest of its names that no other pod has.
    private func name(of owner: Owner, _ workload: String) -> String {
        let parts = owner.pod.split(separator: "-").map(String.init)
        var candidates: [String] = []
        if let end = parts.last, parts.count > 1 {
            // A number alone says little: `db-0`.
            let isNumber = end.allSatisfy(\.isWholeNumber)
            let ending = isNumber ? parts.suffix(2).joined(separator: "-") : end
            if order.targets.count == 1, case .workload(let resource, _)? = order.targets.first?.subject,
                resource != "services"
            {
                candidates.append(ending)
            } else if !workload.isEmpty {
                candidates.append(isNumber ? owner.pod : "\(workload)-\(end)")
            }
        }
        candidates += [owner.pod, "\(owner.namespace)/\(owner.pod)"]
        return candidates.first { owners[$0] == nil } ?? owner.pod
    }
}
