import AppCore
import AppRuntime
import ArgumentParser
import Foundation
import Streams
import Synchronization

/// `sextant port-forward`: ports here that lead to pods.
struct PortForward: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "port-forward",
        abstract: "Forward local ports to a pod, or to the pods of a Service or workload.",
        discussion: """
            A forward to a Service or workload survives its pod: new connections go to another pod that is ready, and wait \
            while there is none. Ports of a Service are its own, by number or name, and lead to where it sends them.

              sextant port-forward svc/web 8080:http
              sextant port-forward deploy/web 8080 9090:metrics
              sextant port-forward web-0 :5432

            Exit status: 0 when interrupted, 1 when the pod is gone for good, 2 when it could not begin.
            """)

    @Argument(help: ArgumentHelp("POD, or KIND/NAME: pod, svc, deploy, rs, sts, ds, job.", valueName: "target"))
    var target: String

    @Argument(
        help: ArgumentHelp(
            "[LOCAL:]REMOTE, a number or the name of a port; LOCAL 0 or : alone picks one that is free.",
            valueName: "port"))
    var ports: [String]

    @OptionGroup var cluster: ClusterOptions

    @Option(
        name: .shortAndLong,
        help: ArgumentHelp("Namespace; otherwise the context's own, or default.", valueName: "name"))
    var namespace: String?

    @Option(
        help: ArgumentHelp(
            "Addresses to listen on, separated by commas; others than localhost let others in.", valueName: "list"))
    var address = "localhost"

    @Option(
        help: ArgumentHelp(
            "How long to wait for a pod that is ready: seconds, or such as 5s or 1m30s.", valueName: "time"))
    var podRunningTimeout: RequestTime?

    func validate() throws {
        _ = try parsed()
        guard !addresses.isEmpty else { throw ValidationError("--address names no address.") }
    }

    private var addresses: [String] {
        address.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }.filter { !$0.isEmpty }
    }

    private func parsed() throws -> (target: ForwardTarget, ports: [ForwardPort]) {
        do {
            return (try ForwardTarget(parsing: target), try ports.map(ForwardPort.init(parsing:)))
        } catch {
            throw ValidationError("\(error).")
        }
    }

    func run() async throws {
        let (target, ports) = try parsed()
        let interruption = Interruption()
        try await withReasonOnFailure {
            warnOfOpenAddresses()
            try await cluster.withClient(namespace) { client, namespace, _ in
                let order = Forward.Order(
                    namespace: namespace, target: target, ports: ports, addresses: addresses)
                let printer = ForwardPrinter(order)
                let forward = Forward(
                    order, cluster: ClientForwardCluster(client),
                    patience: Forward.Patience(start: podRunningTimeout?.duration ?? .seconds(60))
                ) { printer.tell($0) }
                let running = Task { try await forward.run() }
                interruption.onInterrupt { running.cancel() }
                let result = await running.result
                do {
                    try result.get()
                } catch  where printer.hasListened {
                    // What began and then ended is told apart from what never began.
                    printer.complain("\(error)")
                    throw ExitCode(1)
                }
            }
        }
    }

    private func warnOfOpenAddresses() {
        for address in addresses where !ForwardRequest.isLoopback(address) {
            let who =
                ["0.0.0.0", "::"].contains(address)
                ? "everybody who reaches this machine" : "everybody who reaches \(address)"
            writeLine("sextant: warning: \(who) can use the forward, as you and without a password", to: STDERR_FILENO)
        }
    }
}

/// Says on stdout and stderr what a forward does.
private final class ForwardPrinter: Sendable {
    private let order: Forward.Order
    private let listened = Once()
    /// What could not be read, so that it is told once.
    private let unread = Mutex<Set<String>>([])

    init(_ order: Forward.Order) { self.order = order }

    /// Whether a port was open at any time.
    var hasListened: Bool { listened.isSet }

    func tell(_ news: ForwardNews) {
        let target = order.target.text
        switch news {
        case .listening(let address, let port, let remote):
            listened.set()
            let host = address.contains(":") ? "[\(address)]" : address
            writeLine("Forwarding from \(host):\(port) -> \(remote)", to: STDOUT_FILENO)
        case .handling(let port): writeLine("Handling connection for \(port)", to: STDOUT_FILENO)
        case .notListening(let address, let words):
            // A machine without IPv6 is nothing to tell.
            if words.contains("in use") { complain("not on \(address) as well: \(words)") }
        case .connectionFailed(let port, let words): complain("a connection for \(port) failed: \(words)")
        case .moved(let from, let to):
            unread.withLock { $0 = [] }
            complain("\(target): \(from) is out, new connections go to \(to)")
        case .waiting(let words):
            complain(words + (hasListened ? "; new connections wait for one" : "; waiting for one"))
        case .cannotRead(let words):
            guard unread.withLock({ $0.insert(words).inserted }) else { return }
            complain(words + "; what was last known stays in use")
        }
    }

    func complain(_ words: String) {
        let line = words.split(whereSeparator: \.isNewline).joined(separator: " ")
        writeLine("sextant: " + printable(line), to: STDERR_FILENO)
    }
}
