import KubernetesModel

/// The pods that a Service's selector means, in no order.
struct ServicePods {
    /// Those that may have an endpoint.
    var live: [Pod] = []
    /// Those that ran to an end and have none.
    var ended: [Pod] = []
    /// How many of `live` take traffic.
    var readyCount = 0
    /// Those of `live` that are not being deleted, by their specs; ascending by name.
    var groups: [Group] = []

    /// Pods with the same spec.
    struct Group {
        /// The first by name.
        var first: Pod
        var count = 1
        /// When the newest was made.
        var newest: Timestamp?

        var ports: [ContainerPort] { first.spec.listeningPorts }
        var maker: ObjectID { first.maker ?? ObjectID(first) }

        /// The ports that its containers declare.
        var evidence: Evidence {
            let text = ports.isEmpty ? "none" : ports.map(\.text).joined(separator: ", ")
            return Evidence(ObjectID(first), "spec.containers[*].ports", text)
        }

        fileprivate mutating func add(_ pod: Pod) {
            count += 1
            if let created = pod.metadata.creationTimestamp, newest.map({ $0 < created }) ?? true { newest = created }
            if pod.metadata.name < first.metadata.name { first = pod }
        }
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
        var labels = LabelSelector()
        labels.matchLabels = selector
        reads.selectors.append(SelectorRead(kind: ObjectIdentifier(Pod.self), namespace: namespace, selector: labels))
        var reader = self
        return memo.value("pods of \(namespace)/\(service.metadata.name)") {
            var pods = ServicePods()
            var groups: [ObjectIdentifier: ServicePods.Group] = [:]
            for pod in reader.unordered(Pod.self, matching: selector, in: namespace) {
                if pod.hasEnded {
                    pods.ended.append(pod)
                } else {
                    pods.live.append(pod)
                    guard pod.metadata.deletionTimestamp == nil else { continue }
                    if pod.isReady { pods.readyCount += 1 }
                    if groups[pod.specIdentity]?.add(pod) == nil {
                        groups[pod.specIdentity] = ServicePods.Group(first: pod, newest: pod.metadata.creationTimestamp)
                    }
                }
            }
            pods.groups = groups.values.sorted { $0.first.metadata.name < $1.first.metadata.name }
            return pods
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
