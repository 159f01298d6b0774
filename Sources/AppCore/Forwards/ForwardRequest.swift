import KubernetesModel

/// A forward that somebody wants: one local port that leads to one port of a target.
package struct ForwardRequest: Sendable, Hashable, Codable {
    /// In lower case: `pod`, `service`, `deployment`, `replicaset`, `statefulset`, `daemonset` or `job`.
    package var kind: String
    package var namespace: String
    package var name: String
    /// The number or name of the target's port.
    package var remote: String
    /// 0 for any that is free.
    package var local: Int
    /// `localhost`, or an address of this machine.
    package var address: String

    package init(
        kind: String, namespace: String, name: String, remote: String, local: Int, address: String = "localhost"
    ) {
        self.kind = kind
        self.namespace = namespace
        self.name = name
        self.remote = remote
        self.local = local
        self.address = address
    }

    /// Such as `svc/web:http`.
    package var target: String {
        let short = [
            "service": "svc", "deployment": "deploy", "replicaset": "rs", "statefulset": "sts", "daemonset": "ds",
        ]
        return "\(short[kind] ?? kind)/\(name):\(remote)"
    }

    /// Whether others than this machine's users may use it.
    package var isOpenToOthers: Bool { !Self.isLoopback(address) }

    /// Whether only this machine reaches an address.
    package static func isLoopback(_ address: String) -> Bool {
        address == "localhost" || address == "::1" || address.hasPrefix("127.")
    }
}

/// A forward as it stands.
package struct ForwardInfo: Sendable, Equatable {
    package enum State: Sendable, Equatable {
        /// Looking for a pod.
        case starting
        case serving
        /// No pod can be used now; connections wait.
        case waiting(String)
        case failed(String)
        /// Saved, but not in use.
        case stopped
    }

    package var request: ForwardRequest
    package var state: State
    /// The port that is open here; `nil` before it is.
    package var localPort: Int?
    /// The pod that new connections go to; empty while there is none.
    package var pod = ""
    package var openConnections = 0
    package var allConnections = 0
    package var failedConnections = 0
    /// From the pod.
    package var bytesIn: UInt64 = 0
    /// To the pod.
    package var bytesOut: UInt64 = 0
    /// What was wrong with the last connection that failed.
    package var lastProblem: String?
    package var since: Timestamp?

    package init(_ request: ForwardRequest, _ state: State) {
        self.request = request
        self.state = state
    }

    /// Whether it holds a port, or is about to.
    package var isRunning: Bool {
        switch state {
        case .starting, .serving, .waiting: true
        case .failed, .stopped: false
        }
    }

    /// Where it is reached, such as `127.0.0.1:8080`.
    package var address: String {
        let host = request.address == "localhost" ? "127.0.0.1" : request.address
        let port = localPort ?? request.local
        return (host.contains(":") ? "[\(host)]" : host) + ":" + (port == 0 ? "any" : "\(port)")
    }

    /// What a browser is given; `nil` before the port is open.
    package var url: String? {
        guard let localPort else { return nil }
        let everywhere = ["0.0.0.0", "::", "localhost"].contains(request.address)
        let host = everywhere ? "localhost" : request.address.contains(":") ? "[\(request.address)]" : request.address
        let isTLS = ["443", "8443", "6443"].contains(request.remote) || request.remote.hasPrefix("https")
        return "\(isTLS ? "https" : "http")://\(host):\(localPort)"
    }
}

/// News of forwards.
package enum ForwardsEvent: Sendable, Equatable {
    /// What this context has saved; told once after it was chosen.
    case saved([ForwardRequest])
    /// All that run or failed, in the order in which they were begun.
    case running([ForwardInfo])
}
