import KubernetesModel

/// The three questions that a kubelet asks a container.
package enum ProbeKind: String, Sendable, Hashable, CaseIterable {
    /// Whether it is up; the others wait for it.
    case startup = "Startup"
    /// Whether it is to be killed.
    case liveness = "Liveness"
    /// Whether it gets traffic.
    case readiness = "Readiness"

    /// Such as `livenessProbe`.
    package var field: String { "\(rawValue.lowercased())Probe" }
}

/// When a kubelet probes, and when it acts; all in seconds.
///
/// Source: `pkg/kubelet/prober`; fields that are not set have the defaults of core/v1 Probe.
package struct ProbeSchedule: Sendable, Hashable {
    package let kind: ProbeKind
    /// From the container's start to the first probe, which comes at most a period later.
    package let initialDelay: Int64
    package let period: Int64
    package let timeout: Int64
    package let failureThreshold: Int64
    package let successThreshold: Int64
    /// How long the container may take to end once it is told to.
    package let grace: Int64

    /// - Parameters:
    ///   - probe: as the container has it.
    ///   - kind: which of the three it is.
    ///   - podGrace: `spec.terminationGracePeriodSeconds` of the pod.
    package init(_ probe: Probe, _ kind: ProbeKind, podGrace: Int32?) {
        func value(_ number: Int32, or preset: Int64) -> Int64 { number > 0 ? Int64(number) : preset }
        self.kind = kind
        initialDelay = value(probe.initialDelaySeconds, or: 0)
        period = value(probe.periodSeconds, or: 10)
        timeout = value(probe.timeoutSeconds, or: 1)
        failureThreshold = value(probe.failureThreshold, or: 3)
        successThreshold = value(probe.successThreshold, or: 1)
        grace = max(0, Int64(probe.terminationGracePeriodSeconds ?? podGrace ?? 30))
    }

    /// How long a container that never answers lives, of a startup or liveness probe: from its start to the kill.
    package var budget: Int64 { initialDelay + failureThreshold * period }

    /// From the first failure to the kill, or to the end of traffic.
    package var patience: Int64 { failureThreshold * period }

    /// Such as `every 10 s, 1 s limit, 3 failures → killed after 30 s`.
    package var text: String {
        var parts: [String] = []
        if initialDelay > 0 { parts.append("first after \(initialDelay) s") }
        parts.append("every \(period) s")
        parts.append("\(timeout) s limit")
        let failures = failureThreshold == 1 ? "1 failure" : "\(failureThreshold) failures"
        let effect =
            switch kind {
            case .startup: "killed after \(budget) s"
            case .liveness: "killed after \(patience) s"
            case .readiness: "no traffic after \(patience) s"
            }
        parts.append("\(failures) → \(effect)")
        if successThreshold > 1 { parts.append("\(successThreshold) successes to be ready") }
        return parts.joined(separator: ", ")
    }
}

extension Container {
    /// The probe of a kind.
    package func probe(_ kind: ProbeKind) -> Probe? {
        switch kind {
        case .startup: startupProbe
        case .liveness: livenessProbe
        case .readiness: readinessProbe
        }
    }

    /// The port name that a probe asks for and the container does not declare; such a probe cannot be made.
    package func undeclaredPort(of probe: Probe) -> String? {
        let port: IntOrString? =
            switch probe.handler {
            case .httpGet(let action): action.port
            case .tcpSocket(let action): action.port
            case .none, .exec, .grpc: nil
            }
        guard case .string(let name)? = port, Int(name) == nil, !ports.contains(where: { $0.name == name }) else {
            return nil
        }
        return name
    }
}

extension ProbeHandler {
    /// What is asked, such as `GET http :8080/healthz`, `exec cat /tmp/ready`, `tcp :5432`.
    package var text: String {
        switch self {
        case .none: return "nothing"
        case .exec(let command): return "exec \(command.joined(separator: " "))"
        case .httpGet(let action):
            let scheme = action.scheme.isEmpty ? "http" : action.scheme.lowercased()
            let path = action.path.isEmpty ? "/" : action.path.hasPrefix("/") ? action.path : "/\(action.path)"
            return "GET \(scheme) \(action.host):\(action.port.text)\(path)"
        case .tcpSocket(let action): return "tcp \(action.host):\(action.port.text)"
        case .grpc(let port, let service): return "grpc :\(port)\(service.isEmpty ? "" : " \(service)")"
        }
    }
}

extension IntOrString {
    /// The number or the name.
    var text: String {
        switch self {
        case .int(let number): "\(number)"
        case .string(let name): name
        }
    }
}
