import KubernetesModel

/// The pods that a Service's selector means, in no order.
///
/// There may be thousands, and the rules about Services look at them with every change of one: nothing is copied.
struct ServicePods {
    /// Those that may have an endpoint.
    var live: [Stored<Pod>] = []
    /// Those that ran to an end and have none.
    var ended: [Stored<Pod>] = []
    /// How many of `live` take traffic.
    var readyCount = 0
    /// Those of `live` that are not being deleted, by their ports; ascending by name.
    var groups: [Group] = []
    /// Of which IP families the addresses of `live` are.
    var families: Set<String> = []

    /// Pods of one maker that declare the same ports.
    struct Group {
        fileprivate var box: Stored<Pod>
        /// The ports that its containers declare, and its sidecars.
        var ports: [ContainerPort]
        var count = 0
        /// When the newest was made.
        var newest: Timestamp?

        /// The first by name.
        var first: Pod { box.value }
        var maker: ObjectID { first.maker ?? ObjectID(first) }

        /// The declared ports.
        var evidence: Evidence {
            let text = ports.isEmpty ? "none" : ports.map(\.text).joined(separator: ", ")
            return Evidence(ObjectID(first), "spec.containers[*].ports", text)
        }

        fileprivate init(_ box: Stored<Pod>, ports: [ContainerPort]) {
            self.box = box
            self.ports = ports
        }

        fileprivate mutating func add(_ other: Stored<Pod>) {
            count += 1
            if let created = other.value.metadata.creationTimestamp, newest.map({ $0 < created }) ?? true {
                newest = created
            }
            if other.value.metadata.name < box.value.metadata.name { box = other }
        }

        fileprivate func isLike(_ other: Stored<Pod>, ports: [ContainerPort]) -> Bool {
            self.ports == ports
                && box.value.metadata.ownerReferences.first?.uid == other.value.metadata.ownerReferences.first?.uid
        }
    }

    init() {}

    init(_ pods: [Stored<Pod>]) {
        var indexes: [ObjectIdentifier: Int] = [:]
        var hasFour = false
        var hasSix = false
        for pod in pods {
            if pod.value.isPhaseTerminal {
                ended.append(pod)
                continue
            }
            live.append(pod)
            if !hasFour || !hasSix {
                for address in pod.value.status.podAddresses {
                    if address.utf8.contains(UInt8(ascii: ":")) { hasSix = true } else { hasFour = true }
                }
            }
            guard pod.value.metadata.deletionTimestamp == nil else { continue }
            if pod.value.isReady { readyCount += 1 }
            // Most pods of one template share their spec in memory.
            let index: Int
            if let known = indexes[pod.value.specIdentity] {
                index = known
            } else {
                let ports = pod.value.spec.listeningPorts
                index = groups.firstIndex { $0.isLike(pod, ports: ports) } ?? groups.count
                if index == groups.count { groups.append(Group(pod, ports: ports)) }
                indexes[pod.value.specIdentity] = index
            }
            groups[index].add(pod)
        }
        groups.sort { $0.box.value.metadata.name < $1.box.value.metadata.name }
        families = Set((hasFour ? ["IPv4"] : []) + (hasSix ? ["IPv6"] : []))
    }
}

extension Service {
    /// Whether its endpoints come from its selector, and are missed when there are none.
    var isSelecting: Bool {
        spec.type != "ExternalName" && !spec.selector.isEmpty && metadata.deletionTimestamp == nil
            && metadata.annotations["control-plane.alpha.kubernetes.io/leader"] == nil
    }

    /// Whether it is only a name for the addresses of its pods.
    var isHeadless: Bool { spec.clusterIP == "None" }
}

extension RuleContext {
    /// The pods that a Service's selector means; none without a selector.
    mutating func pods(of service: Service) -> ServicePods {
        let selector = service.spec.selector
        let namespace = service.metadata.namespace
        guard !selector.isEmpty else { return ServicePods() }
        let read = SelectorRead(
            kind: ObjectIdentifier(Pod.self), namespace: namespace, selector: LabelSelector(selector))
        reads.selectors.append(read)
        var reader = self
        return memo.value("pods of \(namespace)/\(service.metadata.name)") {
            ServicePods(reader.boxes(Pod.self, matching: selector, in: namespace))
        }
    }

    /// The endpoints that a Service has, whoever made them; none when they cannot be read.
    mutating func endpoints(of service: Service) -> [Endpoint] {
        list(
            EndpointSlice.self, matching: ["kubernetes.io/service-name": service.metadata.name],
            in: service.metadata.namespace
        ).flatMap(\.endpoints)
    }
}
