import KubernetesModel

/// The pods that a Service's selector means, in no order.
struct ServicePods {
    /// Those that may have an endpoint.
    var live: [Pod] = []
    /// Those that ran to an end and have none.
    var ended: [Pod] = []
    /// How many of `live` take traffic.
    var readyCount = 0
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
            for pod in reader.unordered(Pod.self, matching: selector, in: namespace) {
                if pod.hasEnded {
                    pods.ended.append(pod)
                } else {
                    pods.live.append(pod)
                    if pod.isReady, pod.metadata.deletionTimestamp == nil { pods.readyCount += 1 }
                }
            }
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
