import KubernetesModel

/// A permission that is worth more than it seems (kubernetes.io, RBAC good practices).
public struct DangerousGrant: Sendable, Hashable {
    /// How much harm it allows.
    public enum Score: String, Sendable, Hashable, CaseIterable, Comparable {
        case medium, high, critical

        /// The order of the cases.
        public static func < (left: Score, right: Score) -> Bool { left.rank < right.rank }

        private var rank: Int { Self.allCases.firstIndex(of: self) ?? 0 }
    }

    /// Such as `secrets-read`.
    public var id: String
    /// What it is, such as `read every Secret`.
    public var title: String
    /// Who may do any of these has it; their namespace is left empty.
    public var questions: [AccessQuestion]
    /// How bad it is in the whole cluster.
    public var score: Score
    /// Whether it may be had in one namespace only, which is then of medium score.
    public var isNamespaced: Bool
    /// Why it matters.
    public var why: String
    /// What to have instead.
    public var safer: String
    /// What somebody who means harm would do with it.
    public var how: String
    /// Where to read more.
    public var source: String

    /// The questions for one namespace; for the whole cluster with the empty one.
    public func questions(in namespace: String) -> [AccessQuestion] {
        questions.map { question in
            var question = question
            question.namespace = namespace
            return question
        }
    }

    private init(
        _ id: String, _ score: Score, _ title: String, _ questions: [AccessQuestion], isNamespaced: Bool = false,
        why: String, safer: String, how: String, source: String = goodPractices
    ) {
        self.id = id
        self.title = title
        self.questions = questions
        self.score = score
        self.isNamespaced = isNamespaced
        self.why = why
        self.safer = safer
        self.how = how
        self.source = source
    }

    private static let goodPractices = "https://kubernetes.io/docs/concepts/security/rbac-good-practices/"

    /// A question for each verb and resource.
    private static func ask(
        _ verbs: [String], _ resources: [String], _ subresource: String = "", group: String = ""
    ) -> [AccessQuestion] {
        verbs.flatMap { verb in
            resources.map { resource in
                AccessQuestion(
                    verb: verb, resource: GroupResource(group: group, resource: resource), subresource: subresource)
            }
        }
    }

    /// Everything, on everything.
    public static let everything = DangerousGrant(
        "everything", .critical, "do everything", ask(["*"], ["*"], group: "*"),
        why: "cluster-admin: every object can be read, changed and deleted, Secrets too",
        safer: "a role of the namespaces and verbs that are needed; cluster-admin for emergencies only",
        how:
            "read all Secrets, start a pod with the node's disk mounted, leave a ServiceAccount with cluster-admin for later"
    )

    private static let rbac = "rbac.authorization.k8s.io"
    private static let apps = ["deployments", "statefulsets", "daemonsets", "replicasets"]

    /// All that are looked for, the worst first.
    public static let all: [DangerousGrant] = [
        everything,
        DangerousGrant(
            "escalate", .critical, "give any right to any role", ask(["escalate"], ["clusterroles"], group: rbac),
            why: "escalate writes rights into roles that one does not have oneself, which is as good as having them",
            safer: "let an administrator change roles",
            how: "add the verb * on everything to a role that is bound to oneself, and be cluster-admin"),
        DangerousGrant(
            "bind", .critical, "bind any role to anybody", ask(["bind"], ["clusterroles"], group: rbac),
            isNamespaced: true, why: "bind gives roles to oneself whose rights one does not have, cluster-admin too",
            safer: "bind with resourceNames of the roles that may be given, cluster-admin not among them",
            how: "create a ClusterRoleBinding of cluster-admin to oneself; in one namespace, a RoleBinding of it"),
        DangerousGrant(
            "impersonate", .critical, "act as any user", ask(["impersonate"], ["users"]),
            why: "whoever may impersonate has every right of everybody, and the audit log shows another name first",
            safer:
                "impersonate with resourceNames of the users that are meant, and system:masters not among the groups",
            how:
                "send requests with the header Impersonate-User and an administrator's name; who may impersonate groups too adds Impersonate-Group: system:masters, which passes every check"
        ),
        DangerousGrant(
            "nodes-proxy", .critical, "reach every kubelet", ask(["get", "create"], ["nodes"], "proxy"),
            why:
                "the kubelet's API reads logs and runs commands in every pod of the node, past admission and the audit log",
            safer: "nodes/metrics, nodes/stats and nodes/log for monitoring",
            how:
                "read /pods and every log of a node from its kubelet; open /exec/NAMESPACE/POD/CONTAINER at its port as a WebSocket, which is a get: a shell in any pod, those of kube-system too; with create also post to /run",
            source: "https://github.com/kubernetes/kubernetes/issues/119640"),
        DangerousGrant(
            "secrets-read", .high, "read Secrets", ask(["list", "get", "watch"], ["secrets"]), isNamespaced: true,
            why: "Secrets hold tokens and passwords; a list or a watch shows their contents, not only their names",
            safer: "get with resourceNames of the Secrets that are needed",
            how:
                "list Secrets, take the token of a ServiceAccount or a registry's password from them, and go on as that"
        ),
        DangerousGrant(
            "workloads-create", .high, "start pods",
            ask(["create"], ["pods"]) + ask(["create"], apps, group: "apps")
                + ask(["create"], ["jobs", "cronjobs"], group: "batch") + ask(["create"], ["replicationcontrollers"])
                + ask(["patch", "update"], apps, group: "apps")
                + ask(["patch", "update"], ["cronjobs"], group: "batch")
                + ask(["patch", "update"], ["pods", "replicationcontrollers"]),
            isNamespaced: true,
            why: "a pod can use every ServiceAccount and mount every Secret of its namespace, and the node where "
                + "nothing forbids it; whoever makes or changes a workload says what its pods are",
            safer: "deploy through CI or GitOps; enforce Pod Security in the namespace",
            how:
                "start a pod, or change a workload's, so that it runs as the strongest ServiceAccount of the namespace and mounts each of its Secrets; with hostPath or privileged it is root on the node; in a pod that is there change the image"
        ),
        DangerousGrant(
            "exec", .high, "run commands in pods",
            ask(["create"], ["pods"], "exec") + ask(["create"], ["pods"], "attach")
                + ask(["patch", "update"], ["pods"], "ephemeralcontainers") + ask(["get"], ["pods"], "exec")
                + ask(["get"], ["pods"], "attach"),
            isNamespaced: true,
            why: "who runs commands in a pod has what the pod has: its Secrets, its ServiceAccount, its network; "
                + "on servers before 1.35 get on pods/exec suffices, which roles that read everything have",
            safer:
                "exec in the namespaces on call only; logs and port-forward need less; no get on pods/exec for readers",
            how:
                "open a shell in a pod and read /var/run/secrets/kubernetes.io/serviceaccount/token and the environment; before 1.35 by a WebSocket, which is a get"
        ),
        DangerousGrant(
            "impersonate-accounts", .critical, "act as ServiceAccounts", ask(["impersonate"], ["serviceaccounts"]),
            isNamespaced: true,
            why: "whoever may impersonate a ServiceAccount has its rights; edit and admin allow it in their namespaces",
            safer: "resourceNames of the ServiceAccounts that are meant; strong ones in namespaces of their own",
            how: "kubectl --as system:serviceaccount:NAMESPACE:NAME with the strongest ServiceAccount there is"),
        DangerousGrant(
            "roles-raise", .high, "give any right to roles of a namespace",
            ask(["escalate", "bind"], ["roles"], group: rbac), isNamespaced: true,
            why:
                "escalate writes rights into Roles that one does not have oneself; bind gives Roles of others to anybody",
            safer: "let an administrator change roles",
            how: "add the verb * on everything to a Role that is bound to oneself, and own its namespace"),
        DangerousGrant(
            "token-create", .high, "make tokens of ServiceAccounts", ask(["create"], ["serviceaccounts"], "token"),
            isNamespaced: true,
            why: "a token gives every right of the ServiceAccount, from anywhere",
            safer: "resourceNames of the ServiceAccounts that are meant",
            how: "ask for a token of the strongest ServiceAccount with kubectl create token, and use it from elsewhere"),
        DangerousGrant(
            "bindings-create", .high, "bind roles",
            ask(["create"], ["rolebindings", "clusterrolebindings"], group: rbac),
            isNamespaced: true,
            why: "one's own rights can be given to anybody, for ever",
            safer: "let an administrator or GitOps bind roles",
            how:
                "bind the roles one has to another account, which stays when one's own is taken away; with bind it is any role"
        ),
        DangerousGrant(
            "gitops", .high, "deploy through Argo CD or Flux",
            ask(["create", "patch", "update"], ["applications", "applicationsets"], group: "argoproj.io")
                + ask(["create", "patch", "update"], ["kustomizations"], group: "kustomize.toolkit.fluxcd.io")
                + ask(["create", "patch", "update"], ["helmreleases"], group: "helm.toolkit.fluxcd.io"),
            isNamespaced: true,
            why:
                "where Argo CD or Flux run, they make whatever such an object names, with the rights of their controller",
            safer: "AppProjects that limit where and what; serviceAccountName in what Flux applies",
            how:
                "point an Application or a Kustomization at a repository of one's own that has a ClusterRoleBinding in it",
            source: "https://argo-cd.readthedocs.io/en/stable/operator-manual/security/"),
        DangerousGrant(
            "csr-approve", .high, "sign certificates of users",
            ask(["update", "patch"], ["certificatesigningrequests"], "approval", group: "certificates.k8s.io"),
            why: "with the right to create requests and to approve for the signer it makes certificates of any user, "
                + "system:masters aside",
            safer: "let the controllers sign",
            how:
                "make a certificate request for the name of an administrator, approve it oneself, which needs approve on the signer too, and log in with it; it cannot be revoked"
        ),
        DangerousGrant(
            "webhooks", .high, "change what admission sees",
            ask(
                ["create", "patch", "update"], ["mutatingwebhookconfigurations", "validatingwebhookconfigurations"],
                group: "admissionregistration.k8s.io"),
            why: "a webhook reads every object that is written, Secrets too, and may change it",
            safer: "let the administrators of the platform install webhooks",
            how:
                "register a webhook for Secrets that points to one's own server, or point one there that is registered, and be sent each one that is written"
        ),
        DangerousGrant(
            "volumes-create", .high, "make PersistentVolumes", ask(["create"], ["persistentvolumes"]),
            why: "a volume of a host path opens the node's disk to a pod", safer: "StorageClasses that make volumes",
            how: "make a PersistentVolume with hostPath / and a claim, and mount the node's disk in a pod"),
        DangerousGrant(
            "portforward", .medium, "reach ports of pods",
            ask(["create", "get"], ["pods"], "portforward"), isNamespaced: true,
            why: "ports that only the pod itself is meant to reach are open, past network policies; "
                + "on servers before 1.35 get suffices",
            safer: "port-forward in the namespaces on call only",
            how: "forward the port of a database or of an admin page that trusts whoever is on localhost"),
        DangerousGrant(
            "pods-proxy", .medium, "send requests to pods and services",
            ask(["get", "create"], ["pods", "services"], "proxy"), isNamespaced: true,
            why: "the API server passes requests on to any port of a pod or service, past network policies; "
                + "the pod sees them come from the control plane",
            safer: "port-forward in the namespaces on call only; an Ingress for what is meant to be reached",
            how: "call /api/v1/namespaces/NAMESPACE/services/NAME:PORT/proxy/ of an admin page that has no password"),
        DangerousGrant(
            "apis-create", .medium, "change which APIs there are",
            ask(["create", "patch", "update"], ["customresourcedefinitions"], group: "apiextensions.k8s.io")
                + ask(["create", "patch", "update"], ["apiservices"], group: "apiregistration.k8s.io"),
            why: "an API service answers in the server's name, for kinds that others trust",
            safer: "let the administrators of the platform install APIs",
            how:
                "register an API service that points to one's own server, or point one there that is registered: it is sent what clients send to that API group"
        ),
        DangerousGrant(
            "namespaces-change", .medium, "change namespaces", ask(["patch", "update"], ["namespaces"]),
            why: "labels of a namespace switch Pod Security and network rules on and off",
            safer: "let the administrators of the platform label namespaces",
            how: "set pod-security.kubernetes.io/enforce=privileged on a namespace, and start a privileged pod there"),
    ]
}

extension DangerousGrant {
    /// The grant as somebody has it who may do only some of it.
    ///
    /// - Parameter questions: Those that are allowed.
    /// - Returns: `nil` when none is.
    func had(by questions: [AccessQuestion]) -> DangerousGrant? {
        guard !questions.isEmpty else { return nil }
        guard questions.allSatisfy(\.needsOldServer) else { return self }
        var grant = self
        grant.title += ", on servers before 1.35"
        return grant
    }
}

extension AccessQuestion {
    /// Whether it is the verb of WebSockets, that suffices on servers before 1.35 alone.
    ///
    /// Source: the feature AuthorizePodWebsocketUpgradeCreatePermission.
    var needsOldServer: Bool {
        verb == "get" && resource == GroupResource(group: "", resource: "pods")
            && ["exec", "attach", "portforward"].contains(subresource)
    }
}
