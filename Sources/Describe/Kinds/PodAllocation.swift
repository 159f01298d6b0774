import KubernetesModel

/// Amounts of resources by name.
struct Amounts: Sendable, Equatable {
    private(set) var byName: [String: Quantity] = [:]

    init(_ labels: Labels = Labels()) {
        for pair in labels.pairs { byName[pair.key] = Quantity(pair.value) }
    }

    subscript(name: String) -> Quantity { byName[name] ?? Quantity(0) }

    mutating func add(_ other: Amounts) {
        for (name, amount) in other.byName { byName[name] = byName[name].map { $0 + amount } ?? amount }
    }

    /// Takes the larger amount of each resource.
    mutating func raise(to other: Amounts) {
        for (name, amount) in other.byName { byName[name] = byName[name].map { max($0, amount) } ?? amount }
    }
}

/// What a pod asks of its node: its containers and sidecars together, or an init container if that needs more.
///
/// Source: `PodRequestsAndLimits` of k8s.io/kubectl/pkg/util/resource.
struct PodAllocation: Sendable, Equatable {
    var requests: Amounts
    var limits: Amounts

    init(_ pod: Pod) {
        requests = Self.sum(pod.spec, \.requests)
        limits = Self.sum(pod.spec, \.limits)
        let overhead = Amounts(pod.spec.overhead)
        requests.add(overhead)
        // Overhead counts only where there is a limit.
        for (name, amount) in overhead.byName where limits.byName[name] != nil {
            limits.add(Amounts([Labels.Pair(name, amount.description)]))
        }
    }

    private static func sum(_ spec: PodSpec, _ resources: KeyPath<Container, Labels>) -> Amounts {
        var total = Amounts()
        for container in spec.containers { total.add(Amounts(container[keyPath: resources])) }
        var sidecars = Amounts()
        var peak = Amounts()
        for container in spec.initContainers {
            var own = Amounts(container[keyPath: resources])
            if container.isSidecar {
                total.add(own)
                sidecars.add(own)
                own = sidecars
            } else {
                own.add(sidecars)
            }
            peak.raise(to: own)
        }
        total.raise(to: peak)
        return total
    }
}

extension Amounts {
    fileprivate init(_ pairs: [Labels.Pair]) { self.init(Labels(pairs)) }
}
