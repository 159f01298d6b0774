import KubernetesModel
import Testing

@testable import Access

/// Who may do what by roles and bindings.
struct RoleGraphTests {
    // MARK: - Builders

    private func rule(_ verbs: [String], _ resources: [String], group: String = "", names: [String] = []) -> PolicyRule
    {
        var rule = PolicyRule()
        rule.verbs = verbs
        rule.apiGroups = [group]
        rule.resources = resources
        rule.resourceNames = names
        return rule
    }

    private func clusterRole(_ name: String, _ rules: PolicyRule...) -> ClusterRole {
        var role = ClusterRole()
        role.metadata.name = name
        role.rules = rules
        return role
    }

    private func role(_ namespace: String, _ name: String, _ rules: PolicyRule...) -> Role {
        var role = Role()
        role.metadata.namespace = namespace
        role.metadata.name = name
        role.rules = rules
        return role
    }

    private func subject(_ kind: String, _ name: String, _ namespace: String = "") -> RoleSubject {
        var subject = RoleSubject()
        subject.kind = kind
        subject.name = name
        subject.namespace = namespace
        return subject
    }

    private func reference(_ kind: String, _ name: String) -> RoleReference {
        var reference = RoleReference()
        reference.kind = kind
        reference.name = name
        return reference
    }

    private func binding(_ name: String, _ role: String, _ subjects: RoleSubject...) -> ClusterRoleBinding {
        var binding = ClusterRoleBinding()
        binding.metadata.name = name
        binding.role = reference("ClusterRole", role)
        binding.subjects = subjects
        return binding
    }

    private func binding(
        _ namespace: String, _ name: String, _ kind: String, _ role: String, _ subjects: RoleSubject...
    ) -> RoleBinding {
        var binding = RoleBinding()
        binding.metadata.namespace = namespace
        binding.metadata.name = name
        binding.role = reference(kind, role)
        binding.subjects = subjects
        return binding
    }

    private func question(
        _ verb: String, _ resource: String, in namespace: String = "", group: String = "", _ subresource: String = "",
        name: String = ""
    ) -> AccessQuestion {
        AccessQuestion(
            verb: verb, resource: GroupResource(group: group, resource: resource), subresource: subresource,
            namespace: namespace, name: name)
    }

    private func words(_ grants: [RoleGraph.Grant]) -> [String] {
        grants.map { grant in
            let names = grant.names.isEmpty ? "" : " only \(grant.names.joined(separator: ","))"
            return "\(grant.holder.words) by \(grant.binding.kind) \(grant.binding.name)\(names)"
        }
    }

    /// A cluster with a bit of everything.
    private var graph: RoleGraph {
        RoleGraph(
            roles: [
                role("shop", "tls", rule(["get", "list"], ["secrets"], names: ["tls", "ca"])),
                role("pay", "pods", rule(["*"], ["pods"])),
            ],
            clusterRoles: [
                clusterRole("cluster-admin", rule(["*"], ["*"], group: "*")),
                clusterRole("reader", rule(["get", "list", "watch"], ["pods", "secrets", "nodes"])),
                clusterRole("scaler", rule(["update"], ["*/scale"], group: "*")),
            ],
            roleBindings: [
                binding("shop", "read", "ClusterRole", "reader", subject("ServiceAccount", "app")),
                binding("shop", "tls", "Role", "tls", subject("Group", "system:serviceaccounts:shop")),
                binding("pay", "pods", "Role", "pods", subject("User", "system:serviceaccount:shop:app")),
                binding("shop", "gone", "Role", "pods", subject("ServiceAccount", "lost", "ci"), subject("Robot", "x")),
                binding("shop", "empty", "ClusterRole", "reader"),
            ],
            clusterRoleBindings: [
                binding("ops", "cluster-admin", subject("Group", "ops"), subject("ServiceAccount", "no-namespace")),
                binding("scale", "scaler", subject("Group", "system:authenticated")),
            ])
    }

    // MARK: - Who is meant

    @Test func aServiceAccountIsTheSameUnderBothOfItsNames() {
        #expect(
            RoleHolder(.user, "system:serviceaccount:shop:app") == RoleHolder(.serviceAccount, "app", namespace: "shop")
        )
        #expect(RoleHolder(.serviceAccount, "app", namespace: "shop").username == "system:serviceaccount:shop:app")
        for name in ["system:serviceaccount:", "system:serviceaccount:shop", "system:serviceaccount::app", "jane"] {
            #expect(RoleHolder(.user, name).kind == .user)
            #expect(RoleHolder(.user, name).name == name)
        }
    }

    @Test func groupsComeWithTheHolder() {
        #expect(
            RoleHolder(.serviceAccount, "app", namespace: "shop").groups
                == ["system:serviceaccounts", "system:serviceaccounts:shop", "system:authenticated"])
        #expect(RoleHolder(.user, "jane").groups == ["system:authenticated"])
        #expect(RoleHolder(.user, "system:anonymous").groups == ["system:unauthenticated"])
        #expect(
            RoleHolder(.group, "system:serviceaccounts:shop").groups
                == ["system:serviceaccounts", "system:authenticated"])
        #expect(RoleHolder(.group, "system:authenticated").groups == [])
    }

    // MARK: - Who can

    @Test func whoCanKnowsEveryWay() {
        #expect(
            words(graph.whoCan(question("list", "pods", in: "shop"))) == [
                "Group ops by ClusterRoleBinding ops", "ServiceAccount shop/app by RoleBinding read",
            ])
        #expect(words(graph.whoCan(question("delete", "pods"))) == ["Group ops by ClusterRoleBinding ops"])
        #expect(
            words(graph.whoCan(question("delete", "pods"), inAnyNamespace: true)) == [
                "Group ops by ClusterRoleBinding ops", "ServiceAccount shop/app by RoleBinding pods",
            ])
        #expect(
            words(graph.whoCan(question("update", "deployments", in: "shop", group: "apps", "scale"))) == [
                "Group ops by ClusterRoleBinding ops", "Group system:authenticated by ClusterRoleBinding scale",
            ])
    }

    @Test func aClusterRoleInARoleBindingIsForItsNamespaceAlone() {
        #expect(words(graph.whoCan(question("get", "nodes"))) == ["Group ops by ClusterRoleBinding ops"])
        #expect(words(graph.whoCan(question("list", "pods", in: "pay"))).contains { $0.contains("read") } == false)
    }

    @Test func whoMayForSomeNamesOnlySaysWhich() {
        #expect(
            words(graph.whoCan(question("get", "secrets", in: "shop"))) == [
                "Group ops by ClusterRoleBinding ops",
                "Group system:serviceaccounts:shop by RoleBinding tls only tls,ca",
                "ServiceAccount shop/app by RoleBinding read",
            ])
        #expect(
            words(graph.whoCan(question("get", "secrets", in: "shop", name: "tls"))).contains(
                "Group system:serviceaccounts:shop by RoleBinding tls"))
        #expect(
            words(graph.whoCan(question("get", "secrets", in: "shop", name: "other"))).contains { $0.contains("tls") }
                == false)
    }

    // MARK: - What somebody may do

    @Test func holdingsComeByNameAndThroughGroups() {
        let holdings = graph.holdings(of: RoleHolder(.serviceAccount, "app", namespace: "shop"))
        #expect(
            holdings.map { "\($0.binding.namespace)/\($0.binding.name) \($0.group)" } == [
                "/scale system:authenticated", "pay/pods ", "shop/read ", "shop/tls system:serviceaccounts:shop",
            ])
        #expect(
            graph.allows(RoleHolder(.serviceAccount, "app", namespace: "shop"), question("list", "pods", in: "shop")))
        #expect(!graph.allows(RoleHolder(.serviceAccount, "app", namespace: "shop"), question("list", "pods")))
        #expect(graph.allows(RoleHolder(.group, "system:masters"), question("delete", "nodes")))
        #expect(graph.allows(RoleHolder(.user, "jane"), question("delete", "nodes"), groups: ["ops"]))
        #expect(!graph.allows(RoleHolder(.user, "jane"), question("delete", "nodes")))
    }

    @Test func dangersAreSaidOnceWhereTheyHold() {
        func dangers(_ holder: RoleHolder) -> [String] {
            RoleGraph.dangers(of: graph.holdings(of: holder)).map { "\($0.score) \($0.grant.id) \($0.namespace)" }
        }
        #expect(dangers(RoleHolder(.group, "ops")) == ["critical everything "])
        #expect(
            dangers(RoleHolder(.serviceAccount, "app", namespace: "shop"))
                == ["medium workloads-create pay", "medium secrets-read shop"])
        #expect(dangers(RoleHolder(.user, "jane")) == [])
    }

    @Test func permissionsAreGatheredByResource() {
        var budget = Permission.budget
        let gathered = Permission.gathered(
            from: [
                rule(["list", "get"], ["pods", "pods/log"]), rule(["delete", "get"], ["pods"]),
                rule(["get"], ["deployments/scale"], group: "apps"), rule(["*", "get"], ["*"], group: "*"),
                rule(["get"], ["secrets"], names: ["b", "a"]),
            ], budget: &budget
        ).list
        #expect(
            gathered.map { "\($0.resource) \($0.names.joined(separator: ",")) \($0.verbs.joined(separator: ","))" } == [
                "*.*  *", "deployments.apps/scale  get", "pods  get,list,delete", "pods/log  get,list",
                "secrets a,b get",
            ])
    }

    @Test func aRuleOfManyPairsIsGatheredInPart() {
        var many = rule(["get"], (0..<1000).map { "resource-\($0)" })
        many.apiGroups = (0..<1000).map { "group-\($0)" }
        var budget = Permission.budget
        let gathered = Permission.gathered(from: [many], budget: &budget)
        #expect(!gathered.isAll)
        #expect(gathered.list.count == Permission.budget / 2)
        #expect(budget == 0)
        #expect(Permission.gathered(from: [many], budget: &budget).list.isEmpty)
    }

    // MARK: - What is not known

    @Test func bindingsToRolesThatCannotBeReadAreNoAnswer() {
        let graph = RoleGraph(
            roles: [], in: "shop",
            roleBindings: [
                binding("shop", "editors", "ClusterRole", "edit", subject("User", "jane")),
                binding("shop", "empty", "ClusterRole", "edit"),
                binding("shop", "gone", "Role", "gone", subject("User", "jane")),
                binding("pay", "there", "Role", "there", subject("User", "jane")),
            ])
        let asked = question("delete", "pods", in: "shop")
        #expect(graph.whoCan(asked) == [])
        #expect(graph.unknownBindings(for: asked).map(\.name) == ["editors"])
        #expect(
            graph.unknownBindings(for: question("delete", "pods"), inAnyNamespace: true).map(\.name)
                == ["there", "editors"])
        #expect(self.graph.unknownBindings(for: asked) == [])
    }

    // MARK: - Names

    @Test func whatIsCreatedOnSomethingIsByName() {
        let graph = RoleGraph(
            clusterRoles: [
                clusterRole(
                    "debug", rule(["*"], ["pods", "pods/exec"], names: ["web-0"]),
                    rule(["create"], ["serviceaccounts/token"], names: ["deployer"]))
            ], clusterRoleBindings: [binding("debug", "debug", subject("User", "jane"))])
        #expect(
            words(graph.whoCan(question("create", "pods", "exec")))
                == ["User jane by ClusterRoleBinding debug only web-0"])
        #expect(
            words(graph.whoCan(question("create", "serviceaccounts", "token")))
                == ["User jane by ClusterRoleBinding debug only deployer"])
        #expect(graph.whoCan(question("create", "pods")) == [])
        #expect(graph.whoCan(question("deletecollection", "pods")) == [])
        #expect(words(graph.whoCan(question("list", "pods"))).count == 1)
    }

    @Test func theWorstNamesAreAsBadAsAll() {
        func dangers(_ rules: PolicyRule...) -> [String] {
            rules.dangers(in: "").map { "\($0.score) \($0.grant.id) \($0.names.joined(separator: ","))" }
        }
        let roles = "rbac.authorization.k8s.io"
        let masters = rule(["impersonate"], ["groups"], names: ["system:masters"])
        #expect(dangers(masters) == [], "a group is acted as together with a user only")
        #expect(
            dangers(masters, rule(["impersonate"], ["users"], names: ["bob"]))
                == ["critical impersonate system:masters"])
        #expect(
            dangers(masters, rule(["impersonate"], ["serviceaccounts"]))
                == ["critical impersonate-accounts system:masters"])
        #expect(dangers(rule(["impersonate"], ["users"], names: ["alice"])) == ["medium impersonate alice"])
        #expect(
            dangers(rule(["bind"], ["clusterroles"], group: roles, names: ["cluster-admin"]))
                == ["critical bind cluster-admin"])
        #expect(
            dangers(
                rule(["bind"], ["clusterroles"], group: roles, names: ["view"]), rule(["get"], ["secrets"]))
                == ["high secrets-read ", "medium bind view"])
        #expect(dangers(rule(["create"], ["pods"], names: ["a"])) == [])
    }

    // MARK: - What every cluster has

    @Test func aLabelAloneMakesNothingBuiltIn() {
        func isBuiltIn(_ name: String, _ role: String, _ holder: RoleSubject) -> Bool {
            var made = binding(name, role, holder)
            made.metadata.labels = ["kubernetes.io/bootstrapping": "rbac-defaults"]
            let graph = RoleGraph(clusterRoleBindings: [made])
            return graph.holders.allSatisfy { graph.bindings[0].isBuiltIn(for: $0) }
        }
        let masters = subject("Group", "system:masters")
        #expect(isBuiltIn("cluster-admin", "cluster-admin", masters))
        #expect(isBuiltIn("system:node", "system:node", subject("User", "system:node")))
        #expect(isBuiltIn("system:c", "system:c", subject("ServiceAccount", "c", "kube-system")))
        #expect(!isBuiltIn("evil", "cluster-admin", subject("User", "mallory")))
        #expect(!isBuiltIn("system:evil", "cluster-admin", subject("User", "mallory")))
        #expect(!isBuiltIn("cluster-admin", "cluster-admin", subject("User", "mallory")))
        #expect(!isBuiltIn("system:c", "system:c", subject("ServiceAccount", "c", "shop")))
    }

    // MARK: - Bindings to nothing

    @Test func bindingsToNothingSayWhatIsMissing() {
        let graph = graph
        func problems(_ name: String) -> [String] {
            graph.bindings.filter { $0.name == name }.flatMap { binding in
                graph.problems(of: binding) { $0.name == "lost" ? false : true }.map(\.words)
            }
        }
        #expect(
            problems("gone") == [
                "there is no Role pods", "there is no ServiceAccount ci/lost",
                "Robot x is neither User, Group nor ServiceAccount",
            ])
        #expect(problems("empty") == ["it names nobody"])
        #expect(problems("ops") == ["ServiceAccount no-namespace is named without its namespace"])
        #expect(problems("read") == [])
    }

    @Test func nothingIsMissingThatCouldNotBeRead() {
        let graph = RoleGraph(clusterRoleBindings: [binding("ops", "cluster-admin", subject("Group", "ops"))])
        #expect(graph.bindings.map { graph.rules(of: $0) } == [.unknown])
        #expect(graph.problems(of: graph.bindings[0]) { _ in nil } == [])
    }

    @Test func aQuestionIsReadFromItsWords() {
        for question in [
            question("delete", "deployments", in: "shop", group: "apps", "scale", name: "web"),
            question("list", "pods"), question("*", "*", group: "*"), AccessQuestion(verb: "get", path: "/metrics/x"),
        ] {
            #expect(AccessQuestion(words: question.words, namespace: question.namespace) == question)
        }
        for words in ["", "get", "get .", "get /", " "] where words != "get /" {
            #expect(AccessQuestion(words: words, namespace: "") == nil)
        }
    }
}
