import KubernetesModel
import Screen

/// `Shift-F`: asks which port of an object is forwarded, and where to.
package struct ForwardDialog: Sendable, Equatable {
    package enum Field: Int, Sendable, CaseIterable {
        case remote, local, address
    }

    /// A port that the object declares.
    package struct Offer: Sendable, Equatable {
        package var number: Int
        /// Empty for a port without a name.
        package var name: String

        package var text: String { name.isEmpty ? "\(number)" : "\(number) (\(name))" }
    }

    package let kind: String
    package let namespace: String
    package let name: String
    package let offers: [Offer]
    package internal(set) var field = Field.local
    package internal(set) var remote: LineEditor
    package internal(set) var local: LineEditor
    package internal(set) var address = LineEditor("localhost")
    package internal(set) var error: String?
    /// Whether the local port is our guess: another one is as good when it is taken.
    package internal(set) var isLocalGuessed = true
    /// Local ports of other forwards.
    private let taken: Set<Int>

    init(kind: String, namespace: String, name: String, offers: [Offer], taken: Set<Int>) {
        self.kind = kind
        self.namespace = namespace
        self.name = name
        self.offers = offers
        self.taken = taken
        remote = LineEditor(offers.first.map { "\($0.number)" } ?? "")
        local = LineEditor()
        if offers.isEmpty { field = .remote }
        guessLocal()
    }

    /// The object, such as `svc/web`.
    package var title: String {
        let target = ForwardRequest(kind: kind, namespace: namespace, name: name, remote: "", local: 0).target
        return "Forward \(target.dropLast()) in \(namespace)"
    }

    /// Whether others could use the forward as it is filled in.
    package var isOpenToOthers: Bool { !ForwardRequest.isLoopback(address.text) }

    /// Puts the number that people expect into the local port: the same, or 8080 for 80, as only root may take those below 1024.
    private mutating func guessLocal() {
        guard isLocalGuessed else { return }
        let number = Int(remote.text) ?? offers.first { $0.name == remote.text }?.number ?? 0
        var guess = number == 0 || number > 1023 ? number : number + 8000
        if taken.contains(guess) || guess > 65535 { guess = 0 }
        local = LineEditor("\(guess)")
    }

    mutating func move(_ offset: Int) {
        let count = Field.allCases.count
        field = Field(rawValue: (field.rawValue + offset + count) % count) ?? .remote
    }

    /// Goes to another of the ports on offer.
    mutating func choose(_ offset: Int) {
        guard !offers.isEmpty else { return }
        let current = offers.firstIndex { "\($0.number)" == remote.text || $0.name == remote.text } ?? -1
        let next = current < 0 ? 0 : (current + offset + offers.count) % offers.count
        remote = LineEditor("\(offers[next].number)")
        error = nil
        guessLocal()
    }

    mutating func edit(_ change: (inout LineEditor) -> Bool) {
        error = nil
        switch field {
        case .remote: if change(&remote) { guessLocal() }
        case .local: if change(&local) { isLocalGuessed = false }
        case .address: _ = change(&address)
        }
    }

    /// What was filled in; `nil` when something of it cannot be, which is then said in the dialog.
    mutating func request() -> ForwardRequest? {
        func fail(_ field: Field, _ words: String) -> ForwardRequest? {
            self.field = field
            error = words
            return nil
        }
        let remote = remote.text.filter { $0 != " " }
        let isNumber = remote.utf8.allSatisfy { (48...57).contains($0) }
        let isName = remote.utf8.allSatisfy { (97...122).contains($0) || (48...57).contains($0) || $0 == 45 }
        guard !remote.isEmpty else { return fail(.remote, "Which port of it?") }
        if isNumber {
            guard let number = Int(remote), (1...65535).contains(number) else {
                return fail(.remote, "Ports are 1 to 65535.")
            }
        } else if !isName || remote.utf8.count > 15 {
            return fail(.remote, "A port is a number, or a name such as http.")
        }
        let typed = local.text.filter { $0 != " " }
        guard let local = typed.isEmpty ? 0 : Int(typed), (0...65535).contains(local) else {
            return fail(.local, "A local port is 1 to 65535, or 0 for any that is free.")
        }
        let address = address.text.filter { $0 != " " }
        let isAddress =
            address.utf8.contains { $0 == 46 || $0 == 58 }
            && address.utf8.allSatisfy { byte in
                (48...58).contains(byte) || byte == 46 || (97...102).contains(byte) || (65...70).contains(byte)
            }
        guard address == "localhost" || isAddress else {
            return fail(.address, "An address is localhost, or one of this machine such as 127.0.0.1.")
        }
        return ForwardRequest(
            kind: kind, namespace: namespace, name: name, remote: remote, local: local, address: address)
    }

    /// The ports that an object declares, over TCP.
    static func offers(of object: any StoredObject) -> [Offer]? {
        switch object {
        case let pod as Stored<Pod>: offers(of: pod.value.spec)
        case let deployment as Stored<Deployment>: offers(of: deployment.value.template.spec)
        case let set as Stored<StatefulSet>: offers(of: set.value.template.spec)
        case let set as Stored<DaemonSet>: offers(of: set.value.template.spec)
        case let set as Stored<ReplicaSet>: offers(of: set.value.template.spec)
        case let job as Stored<Job>: offers(of: job.value.spec.template.spec)
        case let container as Stored<ContainerRow>: offers(of: [container.value.container])
        case let service as Stored<Service>:
            service.value.spec.ports.filter { isTCP($0.protocol) }.map { Offer(number: Int($0.port), name: $0.name) }
        default: nil
        }
    }

    private static func offers(of spec: PodSpec) -> [Offer] {
        offers(of: spec.containers + spec.initContainers.filter(\.isSidecar))
    }

    private static func offers(of containers: [Container]) -> [Offer] {
        containers.flatMap(\.ports).filter { isTCP($0.protocol) }
            .map { Offer(number: Int($0.containerPort), name: $0.name) }
    }

    private static func isTCP(_ name: String) -> Bool { name.isEmpty || name == "TCP" }
}
