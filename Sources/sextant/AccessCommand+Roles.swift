import Access
import AppRuntime
import ArgumentParser
import ClusterState
import Describe
import KubernetesClient
import KubernetesModel

extension AccessTools {
    /// `sextant access who-can VERB KIND`: who may, and what grants it.
    struct WhoMay: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "who-can", abstract: "Who may do something, and through which binding.",
            discussion: """
                With -A, those too who may in some namespaces only.

                Exit status: 0 when all roles and bindings that count could be read, 2 otherwise (with the reason on
                stderr, after what is known).
                """)

        @OptionGroup var asked: AccessWordOptions
        @OptionGroup var cluster: ClusterOptions
        @OptionGroup var namespace: NamespaceOptions

        @Option(name: .shortAndLong, help: "Format: text or json.")
        var output = Output.text

        func run() async throws {
            try await withReasonOnFailure {
                try await cluster.withClient(namespace.namespace) { client, name, logger in
                    // Whether the kind has namespaces shows in whether the question keeps this one.
                    var question = try await client.question(asked, namespace: name)
                    let isAnywhere =
                        namespace.allNamespaces && !question.namespace.isEmpty
                        && question.resource != Namespace.kind.groupResource
                    if isAnywhere { question.namespace = "" }
                    let reading = ClusterReading(
                        client: client, timeout: .seconds(30), logger: logger, localNow: { localNow() })
                    let page = try await reading.page(
                        isAnywhere ? AccessTopic.whoCanAnywhere : AccessTopic.whoCan, name: question.words,
                        namespace: question.namespace)
                    switch output {
                    case .text: print(printable(page.text))
                    case .json:
                        let grants = page.graph.whoCan(question, inAnyNamespace: isAnywhere)
                        print(
                            JSONValue.object([
                                .init("grants", .array(grants.map(\.json))),
                                .init(
                                    "unknown",
                                    .array(
                                        page.graph.unknownBindings(for: question, inAnyNamespace: isAnywhere).map {
                                            .object([.init("binding", $0.json), .init("role", $0.roleJSON)])
                                        })),
                                .init("notEvaluated", .array(page.missing.map { .string($0) })),
                            ]).writeJSON())
                    }
                    try page.requireAll()
                }
            }
        }
    }

    /// `sextant access subject NAME`: what somebody may do, and through which binding.
    struct Subject: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "subject", abstract: "What somebody may do by roles, and through which binding.",
            discussion: """
                Exit status: 0 when all roles and bindings could be read, 2 otherwise (with the reason on stderr, after
                what is known).
                """)

        @Argument(
            help: ArgumentHelp(
                "user/NAME, group/NAME or sa/NAMESPACE/NAME.", valueName: "subject"))
        var subject: String

        @OptionGroup var cluster: ClusterOptions

        @Option(name: .shortAndLong, help: "Format: text or json.")
        var output = Output.text

        func run() async throws {
            try await withReasonOnFailure {
                let holder = try holder()
                try await cluster.withClient(nil) { client, _, logger in
                    let reading = ClusterReading(
                        client: client, timeout: .seconds(30), logger: logger, localNow: { localNow() })
                    let page = try await reading.page(
                        holder.kind == .group ? AccessTopic.groups : AccessTopic.users,
                        name: holder.username ?? holder.name, namespace: "")
                    let exists = try await client.exists(holder)
                    switch output {
                    case .text:
                        print(printable(page.text))
                        if exists == false {
                            print(printable("\nThere is no ServiceAccount \(holder.namespace)/\(holder.name)."))
                        }
                    case .json: print(json(of: holder, exists: exists, page).writeJSON())
                    }
                    try page.requireAll()
                }
            }
        }

        private func holder() throws -> RoleHolder {
            let parts = subject.split(separator: "/", maxSplits: 1).map(String.init)
            guard parts.count == 2 else { return RoleHolder(.user, subject) }
            switch parts[0].lowercased() {
            case "user": return RoleHolder(.user, parts[1])
            case "group": return RoleHolder(.group, parts[1])
            case "sa", "serviceaccount":
                let names = parts[1].split(separator: "/", maxSplits: 1).map(String.init)
                guard names.count == 2 else {
                    throw CannotLook(description: "write sa/NAMESPACE/NAME, such as sa/shop/web")
                }
                return RoleHolder(.serviceAccount, names[1], namespace: names[0])
            default: return RoleHolder(.user, subject)
            }
        }

        private func json(of holder: RoleHolder, exists: Bool?, _ page: RolePage) -> JSONValue {
            let holdings = page.graph.holdings(of: holder)
            var budget = 100 * Permission.budget
            var isAll = true
            let items = holdings.map { holding -> JSONValue in
                let permissions = Permission.gathered(from: holding.rules.list, budget: &budget)
                isAll = isAll && permissions.isAll
                return .object([
                    .init("binding", holding.binding.json), .init("role", holding.binding.roleJSON),
                    .init("group", holding.group.isEmpty ? .null : .string(holding.group)),
                    .init("roleExists", holding.rules == .unknown ? .null : .bool(holding.rules != .missing)),
                    .init(
                        "permissions",
                        .array(
                            permissions.list.map { permission in
                                .object([
                                    .init("resource", .string(permission.resource)),
                                    .init("names", .array(permission.names.map { .string($0) })),
                                    .init("verbs", .array(permission.verbs.map { .string($0) })),
                                ])
                            })),
                ])
            }
            let dangers = RoleGraph.dangers(of: holdings).map { danger -> JSONValue in
                .object([
                    .init("id", .string(danger.grant.id)), .init("title", .string(danger.grant.title)),
                    .init("score", .string(danger.score.rawValue)), .init("namespace", .string(danger.namespace)),
                    .init("onlyNames", .array(danger.names.map { .string($0) })),
                ])
            }
            let missing = page.missing + (isAll ? [] : ["not all permissions are listed: there are too many"])
            return .object([
                .init("subject", holder.json), .init("exists", exists.map { .bool($0) } ?? .null),
                .init("dangers", .array(dangers)), .init("holdings", .array(items)),
                .init("notEvaluated", .array(missing.map { .string($0) })),
            ])
        }
    }
}

/// A page about roles, and what it was made from.
private struct RolePage {
    var text: String
    var graph: RoleGraph
    /// What could not be read.
    var missing: [String]

    /// Throws what could not be read, for the exit status.
    func requireAll() throws {
        guard !missing.isEmpty else { return }
        throw CannotLook(description: "the answer is not complete: \(missing.joined(separator: "; "))")
    }
}

extension KubernetesClient {
    /// Whether a service account is there; `nil` for others, which no server knows, and where it may not be read.
    fileprivate func exists(_ holder: RoleHolder) async throws -> Bool? {
        guard holder.kind == .serviceAccount else { return nil }
        let kind = APIResource(
            groupResource: ServiceAccount.kind.groupResource, version: "v1", kind: ServiceAccount.kind.kind)
        do {
            _ = try await get(kind, namespace: holder.namespace, name: holder.name)
            return true
        } catch let failure as APIFailure {
            return failure.reason == .notFound ? false : nil
        }
    }
}

extension ClusterReading {
    /// Reads roles and bindings, and says what they say.
    ///
    /// - Throws: `CannotLook` when none of them can be read.
    fileprivate func page(_ topic: GroupResource, name: String, namespace: String) async throws -> RolePage {
        let scopes = describedScopes(of: topic, namespace: namespace, name: name)
        let snapshot = await load(scopes)
        var missing: [String] = []
        func read<Object: KubernetesObject>(_ type: Object.Type) -> [Object]? {
            guard let scope = scopes.first(where: { $0.kind == Object.kind.groupResource }) else { return nil }
            guard let read = snapshot[scope], read.state == .ready else {
                let reason = snapshot[scope]?.state.reason ?? "it did not come in time"
                missing.append("\(scope.kind) cannot be read: \(reason)")
                return nil
            }
            return read.objects.compactMap { ($0 as? Stored<Object>)?.value }
        }
        let graph = RoleGraph(
            roles: read(Role.self), clusterRoles: read(ClusterRole.self), roleBindings: read(RoleBinding.self) ?? [],
            clusterRoleBindings: read(ClusterRoleBinding.self) ?? [])
        guard missing.count < scopes.count else {
            throw CannotLook(description: missing.first ?? "no roles can be read")
        }
        let lines = describedLines(
            of: AccessTopic.document(name: name, namespace: namespace), resource: topic, snapshot: snapshot,
            now: localNow())
        return RolePage(text: lines.map(\.text).joined(separator: "\n"), graph: graph, missing: missing)
    }
}

extension LoadState {
    /// Why a kind is not there, in words; `nil` when it is, or may still come.
    fileprivate var reason: String? {
        switch self {
        case .loading, .ready: nil
        case .stale(_, let reason, _), .forbidden(let reason), .unavailable(let reason), .failed(let reason, _): reason
        }
    }
}

extension RoleHolder {
    fileprivate var json: JSONValue {
        .object([
            .init("kind", .string(kind.rawValue)), .init("name", .string(name)), .init("namespace", .string(namespace)),
        ])
    }
}

extension RoleGraph.Binding {
    fileprivate var json: JSONValue {
        .object([
            .init("kind", .string(kind)), .init("name", .string(name)), .init("namespace", .string(namespace)),
        ])
    }

    fileprivate var roleJSON: JSONValue {
        .object([.init("kind", .string(role.kind)), .init("name", .string(role.name))])
    }
}

extension RoleGraph.Grant {
    fileprivate var json: JSONValue {
        .object([
            .init("subject", holder.json), .init("binding", binding.json), .init("role", binding.roleJSON),
            .init("onlyNames", .array(names.map { .string($0) })),
        ])
    }
}
