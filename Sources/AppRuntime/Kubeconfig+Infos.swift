import AppCore
import KubernetesClient

extension Kubeconfig {
    /// The contexts as `:ctx` lists them.
    package var contextInfos: [ContextInfo] {
        contexts.map { context in
            let summary = summary(of: context)
            return ContextInfo(
                name: context.name, cluster: context.cluster, user: context.user, namespace: context.namespace ?? "",
                server: summary.server, problem: summary.problem)
        }
    }
}

extension SessionInfo {
    /// The context in use, as the header shows it.
    package init(_ access: ClusterAccess) {
        self.init(
            context: access.contextName, cluster: access.clusterName, user: access.userName,
            namespace: access.namespace ?? "default", hasOwnNamespace: access.namespace != nil,
            server: "\(access.server)", signInProgram: access.execPlugin?.name)
        identityFlags = access.identityFlags
    }
}

extension ClusterAccess {
    /// The flags of kubectl that say whom one acts as.
    var identityFlags: [String] {
        guard let user = impersonation else { return [] }
        return ["--as", user.user] + (user.uid.map { ["--as-uid", $0] } ?? [])
            + user.groups.flatMap { ["--as-group", $0] }
    }
}
