import Access
import KubernetesModel

/// What one should know of a context before using it, from the files alone.
struct ContextFlags {
    /// The flags, in no order.
    private(set) var all: [ContextFlag] = []

    init(
        context: Kubeconfig.Context, access: ClusterAccess, credential: CredentialFacts,
        keyFailure: KubeconfigFailure?, problem: String?, now: Timestamp, searchPath: String?
    ) {
        let isLocal = access.server.host == "localhost" || IPAddress(access.server.host)?.isLoopback == true
        if let keyFailure { add("broken", .grave, keyFailure.problem, keyFailure.remedy) }
        addExpiry(credential, problem, now)
        if let searchPath, let plugin = access.execPlugin, !plugin.canRun(searchPath: searchPath) {
            add("broken", .grave, plugin.whyNotRun, plugin.installation)
        }
        addPower(access, credential, isLocal)
        addConnection(access, isLocal)
        if let user = access.impersonation?.user {
            add(
                "acts as", .note, "everything is done as \(user)", "nothing, if that is meant; `as` of the user says so"
            )
        }
        if [context.name, context.cluster].contains(where: looksLikeProduction) {
            add("production", .note, "its name says that it is for production", "")
        }
    }

    private mutating func add(_ label: String, _ weight: ContextFlag.Weight, _ why: String, _ next: String) {
        all.append(
            ContextFlag(label, weight, why: KubeconfigFailure.oneLine(why), next: KubeconfigFailure.oneLine(next)))
    }

    // MARK: - Until when

    private mutating func addExpiry(_ credential: CredentialFacts, _ problem: String?, _ now: Timestamp) {
        var what = "token"
        if case .certificate(let facts) = credential.kind {
            what = "client certificate"
            if facts == nil { add("broken", .grave, "its client certificate cannot be read", "get a new one") }
        }
        if let beginning = credential.beginning(after: now) {
            add(
                "not yet valid", .grave, "its \(what) is valid only from \(beginning.rfc3339)",
                "check the clock of this machine")
        }
        if let expiry = credential.expiry {
            let soon: Int64 = what == "token" ? 3600 : 30 * 86_400
            if expiry < now {
                let other = credential.beside.isEmpty ? "" : "; only the token beside it may still count"
                add("expired", .grave, "its \(what) expired on \(expiry.rfc3339)\(other)", "get a new one")
            } else if expiry.seconds &- now.seconds < soon {
                add("expires soon", .warning, "its \(what) expires on \(expiry.rfc3339)", "get a new one before")
            }
        }
        switch credential.kind {
        case .token(let token?) where token.expiry == nil:
            add(
                "no end", .warning, "its token does not expire: whoever copies it has it for good",
                "use a token that ends, such as from kubectl create token, or a program that gets one")
        case .password:
            add(
                "password", .warning, "a password stands in the file in plain text",
                "use a program or a token that ends; servers from 1.19 on take no passwords")
        default: break
        }
        if let problem, !all.contains(where: { $0.weight == .grave }) {
            add("broken", .grave, problem, "")
        }
    }

    // MARK: - What one could do

    private mutating func addPower(_ access: ClusterAccess, _ credential: CredentialFacts, _ isLocal: Bool) {
        let groups = credential.identity?.groups ?? []
        let lesser = "use a credential with fewer rights for every day, and this one only when nothing else helps"
        if access.userName.hasPrefix("clusterAdmin_") {
            add(
                "admin", .grave,
                "it is what az aks get-credentials --admin writes: a cluster-admin that bypasses Microsoft Entra ID, "
                    + "names nobody in the audit log, and lives for years",
                "run az aks get-credentials without --admin and kubelogin convert-kubeconfig, then delete this one")
        } else if groups.contains("system:masters") {
            let why =
                "its certificate is of the group system:masters: every check is passed, no rule limits it, "
                + "and it cannot be taken back before it expires"
            add(
                "admin", isLocal ? .warning : .grave,
                isLocal ? why + " (a cluster on this machine, or a tunnel to another)" : why, lesser)
        } else if groups.contains("kubeadm:cluster-admins") {
            add(
                "admin", .warning,
                "its certificate is of the group kubeadm:cluster-admins, which may do everything as long as its "
                    + "ClusterRoleBinding is there", lesser)
        } else if access.userName == "kube:admin" || access.userName.hasPrefix("kube:admin/") {
            add(
                "admin", .grave, "it is the kubeadmin of OpenShift: it may do everything, and is nobody in particular",
                "set up an identity provider, give its users what they need, and remove kubeadmin")
        }
    }

    // MARK: - On the way

    private mutating func addConnection(_ access: ClusterAccess, _ isLocal: Bool) {
        if access.server.usesTLS, access.insecureSkipTLSVerify {
            add(
                "insecure TLS", .warning,
                "the server's certificate is not verified: whoever is on the way can take the credential",
                "set certificate-authority-data, and tls-server-name where the server's name differs")
        }
        if !access.server.usesTLS {
            add(
                "no TLS", isLocal ? .note : .warning,
                isLocal
                    ? "the server is reached without TLS, on this machine; no credential is sent"
                    : "the server is reached without TLS: everybody on the way reads and changes what is sent; "
                        + "no credential is sent", isLocal ? "" : "use the server's https address")
        }
    }
}
