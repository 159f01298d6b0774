import KubernetesModel
import Screen

extension TableDefinition where Row == EndpointSlice {
    /// Endpoint slices, as `kubectl get endpointslices` shows them, and how many endpoints are ready.
    package static var endpointSlices: TableDefinition {
        TableDefinition(
            title: "EndpointSlices", aliases: ["eps", "endpointslice"],
            columns: [
                .name(help: "Name of the slice."),
                .text("ADDRESSTYPE", width: .fit(max: 11), importance: 0, help: "IPv4, IPv6 or FQDN.") {
                    $0.addressType
                },
                .text("PORTS", width: .fill(min: 8), help: "Ports of the endpoints.", text: \.portsText),
                .text("ENDPOINTS", width: .fill(min: 16), help: "Addresses of the endpoints.", text: \.endpointsText),
                .share(
                    "READY", help: "Endpoints that take traffic, of all.",
                    of: { ($0.readyCount, $0.endpoints.count) },
                    role: { slice, _ in slice.health.role }),
                .age,
            ],
            health: { $0.health })
    }
}

extension EndpointSlice {
    /// Broken when none of its endpoints is ready, degraded when one is not; those that go away do not count.
    fileprivate var health: Health {
        let staying = endpoints.filter { $0.terminating != true }
        let ready = staying.count { $0.ready ?? true }
        if ready == staying.count { return .fine }
        return ready == 0 ? .broken : .degraded
    }
}
