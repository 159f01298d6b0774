import Access
import AppCore
import KubernetesClient
import KubernetesModel

extension Kubeconfig {
    /// The contexts as `:ctx` lists them.
    package func contextInfos(now: Timestamp) -> [ContextInfo] {
        listedContexts(now: now).map { listed in
            let (context, summary) = (listed.context, listed.summary)
            var info = ContextInfo(
                name: context.name, cluster: context.cluster, user: context.user, namespace: context.namespace ?? "",
                server: summary.server, problem: summary.problem)
            info.file = summary.file
            info.place = summary.place
            info.clusterPlace = summary.clusterPlace
            info.userPlace = summary.userPlace
            info.kind = summary.kind
            info.credential = summary.credential
            info.expiry = summary.expiry
            info.facts = summary.facts.map { ContextInfo.Fact($0.label, $0.text) }
            info.flags = summary.flags
            info.unused = summary.unused
            info.hiddenBy = listed.hiddenBy
            info.isCurrent = listed.hiddenBy == nil && context.name == currentContext
            if info.isCurrent { info.nextCurrentFile = fileOfNextCurrentContext }
            return info
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
        actsAs = access.impersonation?.user
        readOnlyReason = access.readOnlyReason
        isRuleLifted = access.liftedRule != nil
        confirmsByName = access.confirmsByName
        looksLikeProduction = [access.contextName, access.clusterName].contains(where: isForProduction)
        // Whom one acts as has rights of their own.
        isSuperUser = access.impersonation == nil && access.credential.identity?.isSuperUser == true
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

/// The same as `looksLikeProduction`, where that is the name of a property.
private func isForProduction(_ name: String) -> Bool { looksLikeProduction(name) }
