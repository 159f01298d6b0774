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
    }
}
