import KubernetesModel
import Testing

@testable import Access

/// What is asked of a server, and what comes of the answers.
struct AccessSurveyTests {
    private func rule(_ verbs: [String], _ resources: [String], group: String = "", names: [String] = []) -> PolicyRule
    {
        var rule = PolicyRule()
        (rule.verbs, rule.apiGroups, rule.resources, rule.resourceNames) = (verbs, [group], resources, names)
        return rule
    }

    private func ask(_ verb: String, _ resource: String, _ part: String = "", in namespace: String = "shop")
        -> AccessQuestion
    {
        AccessQuestion(
            verb: verb, resource: GroupResource(group: "", resource: resource), subresource: part, namespace: namespace)
    }

    private func row(_ name: String, _ rows: [AccessReport.Row]) throws -> AccessReport.Row {
        try #require(rows.first { $0.resource.resource == name })
    }

    @Test func completeRulesLeaveNothingToAsk() throws {
        var survey = AccessSurvey(namespace: "shop")
        survey.clusterRules = AccessRules(rules: [rule(["list"], ["nodes"])])
        survey.rules = AccessRules(rules: [
            rule(["list"], ["nodes"]), rule(["get", "list"], ["pods", "pods/log"]), rule(["create"], ["pods/exec"]),
            rule(["get"], ["secrets"], names: ["tls", "ca"]), rule(["get"], ["rockets"], group: "space.example.com"),
        ])
        #expect(!survey.unscopedGroups.isEmpty)
        survey.scopes = [GroupResource(group: "space.example.com", resource: "rockets"): true]
        #expect(survey.unscopedGroups.isEmpty)
        #expect(survey.firstQuestions(limit: 40) == [])
        #expect(survey.moreQuestions(limit: 40) == [])
        var report = AccessReport(namespace: "shop")
        survey.fill(&report)
        #expect(
            report.dangers.map(\.words) == ["read Secrets (by name: ca, tls) in shop", "run commands in pods in shop"])
        #expect(report.dangers.map(\.names) == [["ca", "tls"], []])
        #expect(report.dangers.first?.safer == "no more names than are needed")
        let pods = try row("pods", report.rows)
        #expect(pods.verdicts == [.yes, .yes, .no, .no, .no, .no, .no])
        #expect(pods.parts.filter { $0.verdict == .yes }.map(\.name) == ["exec", "log"])
        let secrets = try row("secrets", report.rows)
        #expect(secrets.verdicts.allSatisfy { $0 == .no } && secrets.named == ["ca", "tls"])
        #expect(try row("rockets", report.rows).verdicts[0] == .yes)
        #expect(try row("nodes", report.clusterRows).verdicts == [.no, .yes, .no, .no, .no, .no, .no])
        #expect((report.rows + report.clusterRows).allSatisfy { !$0.verdicts.contains(.unknown) })
    }

    @Test func aRoleOfANamespaceThatNamesNodesIsNoRightToThem() throws {
        var survey = AccessSurvey(namespace: "shop")
        survey.clusterRules = AccessRules()
        survey.rules = AccessRules(rules: [rule(["*"], ["nodes", "nodes/proxy"])])
        var report = AccessReport(namespace: "shop")
        survey.fill(&report)
        #expect(report.dangers == [])
        #expect(try row("nodes", report.clusterRows).verdicts.allSatisfy { $0 == .no })
    }

    @Test func aRuleOfANamespaceGivesNothingForKindsThatAreInNone() throws {
        let issuers = GroupResource(group: "cert-manager.io", resource: "clusterissuers")
        var survey = AccessSurvey(namespace: "shop")
        survey.clusterRules = AccessRules(rules: [rule(["get"], ["apiservices"], group: "apiregistration.k8s.io")])
        survey.rules = AccessRules(rules: [
            rule(["get"], ["apiservices"], group: "apiregistration.k8s.io"),
            rule(["get", "list"], [issuers.resource], group: issuers.group),
            rule(["get"], ["widgets"], group: "x.example.com"), rule(["impersonate"], ["users"]),
        ])
        // While nobody knows what is in namespaces nothing is promised, and nothing denied.
        var report = AccessReport(namespace: "shop")
        survey.fill(&report)
        #expect(try row(issuers.resource, report.rows).verdicts.prefix(3) == [.unknown, .unknown, .no])
        #expect(try row("apiservices", report.rows).verdicts[0] == .yes)
        survey.scopes = [
            issuers: false, GroupResource(group: "apiregistration.k8s.io", resource: "apiservices"): false,
        ]
        #expect(!survey.unscopedGroups.isEmpty)
        survey.fill(&report)
        #expect(!report.rows.contains { $0.resource == issuers })
        #expect(try row(issuers.resource, report.clusterRows).verdicts.allSatisfy { $0 == .no })
        #expect(try row("apiservices", report.clusterRows).verdicts[0] == .yes)
        #expect(try row("widgets", report.rows).verdicts[0] == .unknown)
        // Users are in no namespace on any server.
        #expect(try row("users", report.clusterRows).others == [])
    }

    @Test func whatHasNoColumnIsShownToo() throws {
        var read = PolicyRule()
        (read.verbs, read.nonResourceURLs) = (["get"], ["/api", "/metrics"])
        var write = PolicyRule()
        (write.verbs, write.nonResourceURLs) = (["post"], ["/metrics"])
        let rules = [
            rule(["get", "list", "deletecollection"], ["pods"]), rule(["get"], ["pods/proxy"]), read, write,
        ]
        let side = side("a", [], rules)
        let page = try lines(side)
        #expect(page.contains { $0.hasPrefix("pods ") && $0.contains("also get proxy, deletecollection") })
        #expect(page.contains("Paths       get+post /metrics, /api"))
        let report = try #require(side.report)
        let json = AccessPage(report: report, subject: side.subject, now: Timestamp(seconds: 0)).json
        guard case .array(let paths)? = json["paths"], case .array(let kinds)? = json["permissions"] else {
            Issue.record("paths or permissions are missing")
            return
        }
        #expect(paths.first?["path"] == .string("/metrics"))
        let pods = try #require(kinds.first)
        #expect(pods["others"] == .array([.string("get proxy"), .string("deletecollection")]))
    }

    @Test func incompleteRulesAreAskedForTheWorstFirst() {
        var survey = AccessSurvey(namespace: "shop")
        survey.rules = AccessRules(rules: [rule(["list"], ["pods"])], isIncomplete: true)
        survey.clusterRules = AccessRules(isIncomplete: true)
        let first = survey.firstQuestions(limit: 40)
        #expect(first.first?.verb == "escalate")
        #expect(first.count == DangerousGrant.all.count - 1 + 5)
        #expect(survey.firstQuestions(limit: 3).count == 3)
        for question in first { survey.answers[question] = .no }
        let more = survey.moreQuestions(limit: 10)
        #expect(more.count == 10 && Set(more).isDisjoint(with: first))
        // What the rules allow is known.
        #expect(!more.contains(ask("list", "pods")))
        #expect(survey.moreQuestions(limit: -3) == [])
    }

    @Test func whatIsAllowedForAllKindsIsAllowedForEach() {
        var survey = AccessSurvey(namespace: "shop")
        survey.rules = AccessRules(isIncomplete: true)
        let every = GroupResource(group: "*", resource: "*")
        survey.answers[AccessQuestion(verb: "get", resource: every, namespace: "shop")] = .yes
        survey.answers[AccessQuestion(verb: "list", resource: every, namespace: "shop")] = .no
        #expect(survey.verdict(on: ask("get", "secrets")) == .yes)
        #expect(survey.verdict(on: ask("list", "secrets")) == .unknown)
        #expect(survey.verdict(on: ask("get", "secrets", in: "")) == .unknown)
        survey.answers[ask("list", "secrets", in: "")] = .yes
        #expect(survey.verdict(on: ask("list", "secrets")) == .yes)
    }

    @Test func withoutAnyListNothingIsSaidThatWasNotAsked() {
        let survey = AccessSurvey(namespace: "")
        var report = AccessReport(namespace: "")
        survey.fill(&report)
        #expect(report.rows.allSatisfy { $0.verdicts.allSatisfy { $0 == .unknown } })
        #expect(report.dangers == [])
    }

    // MARK: - Words

    @Test(arguments: [
        ("delete pods", "delete pods", nil), ("get secrets/tls -n shop", "get secrets tls", "shop"),
        ("create pods --subresource exec -A", "create pods/exec", ""), ("CREATE Pods/exec", "create pods/exec", nil),
        ("list pods/web-0", "list pods web-0", nil), ("get /metrics", "get /metrics", nil),
    ])
    func questionsAreReadAsTheyAreTyped(text: String, question: String, namespace: String?) throws {
        let words = try AccessWords(parsing: text)
        #expect(words.namespace == namespace)
        let asked =
            words.kind.hasPrefix("/")
            ? AccessQuestion(verb: words.verb, path: words.kind)
            : words.question(GroupResource(group: "", resource: words.kind), isNamespaced: true, in: "default")
        #expect(asked.words == question)
        #expect(words.kind.hasPrefix("/") || asked.namespace == namespace ?? "default")
    }

    @Test func aNamedNamespaceIsInItself() throws {
        let namespaces = GroupResource(group: "", resource: "namespaces")
        let one = try AccessWords(parsing: "get ns/shop").question(namespaces, isNamespaced: false, in: "default")
        #expect(one == AccessQuestion(verb: "get", resource: namespaces, namespace: "shop", name: "shop"))
        let all = try AccessWords(parsing: "list ns").question(namespaces, isNamespaced: false, in: "default")
        #expect(all == AccessQuestion(verb: "list", resource: namespaces))
    }

    @Test(arguments: [
        ("impersonate users", "impersonate users", true), ("impersonate group/ops", "impersonate groups ops", true),
        ("impersonate uids/7", "impersonate uids.authentication.k8s.io 7", true),
        (
            "impersonate userextras/scopes/view", "impersonate userextras.authentication.k8s.io/scopes view", true
        ),
        (
            "approve signers/kubernetes.io/kube-apiserver-client",
            "approve signers.certificates.k8s.io kubernetes.io/kube-apiserver-client", true
        ),
        ("get rockets.example.com/x", "get rockets.example.com x", false),
    ])
    func whatNoServerHasAsAKindIsAskedForAllTheSame(text: String, question: String, isKnown: Bool) throws {
        let asked = try AccessWords(parsing: text).questionOfNoKind(in: "shop")
        #expect(asked.question.words == question && asked.isKnown == isKnown)
        #expect(asked.question.namespace == (isKnown ? "" : "shop"))
    }

    @Test(arguments: ["", "get", "get pods web", "get pods -n", "get pods --what"])
    func whatIsNoQuestionSaysWhatOneLooksLike(text: String) {
        #expect(throws: AccessWords.Failure.self) { try AccessWords(parsing: text) }
    }

    @Test(arguments: [
        ("prod", AccessIdentity(context: "prod")), ("as alice", AccessIdentity(user: "alice")),
        ("my prod as alice ops dev", AccessIdentity(context: "my prod", user: "alice", groups: ["ops", "dev"])),
        ("--as bob --as-group ops", AccessIdentity(user: "bob", groups: ["ops"])), ("", nil), ("as", nil),
    ])
    func identitiesAreReadAsTheyAreTyped(text: String, identity: AccessIdentity?) {
        #expect(AccessIdentity(parsing: text) == identity)
    }

    // MARK: - Pages

    private func side(
        _ context: String, _ groups: [String], _ rules: [PolicyRule], in namespace: String = "shop"
    ) -> AccessSide {
        var survey = AccessSurvey(namespace: namespace)
        survey.rules = AccessRules(rules: rules)
        survey.clusterRules = AccessRules()
        for kind in AccessRules(rules: rules).kinds(besides: []) { survey.scopes[kind] = true }
        var report = AccessReport(namespace: namespace)
        report.identity = UserIdentity(username: context, groups: groups)
        report.source = .server
        survey.fill(&report)
        return AccessSide(AccessSubject(context: context, server: "https://a", credential: "none"), report: report)
    }

    @Test func aComparisonMarksWhatDiffersAndCanLeaveOutTheRest() {
        let now = Timestamp(seconds: 1_700_000_000)
        let one = side("dev", ["dev"], [rule(["get", "list"], ["pods"]), rule(["create"], ["pods/exec"])])
        let other = side("ops", ["ops"], [rule(["get", "delete"], ["pods"])])
        var comparison = AccessComparison(one, other, now: now)
        #expect(!comparison.isSame && AccessComparison(one, one, now: now).isSame)
        let whole = comparison.lines.map(\.text)
        #expect(whole.contains { $0.hasPrefix("≠ User       A  dev") })
        #expect(whole.contains { $0.hasPrefix("● - ") || $0.hasPrefix("▲ - ") })
        let pods = whole.first { $0.hasPrefix("pods ") }
        #expect(
            pods?.split(separator: " ").map(String.init) == [
                "pods", "✓", "✓/-", "-", "-", "-", "-", "-/✓", "exec", "✓/-",
            ])
        comparison.onlyDifferences = true
        let differences = comparison.lines.map(\.text)
        #expect(differences.contains { $0.hasPrefix("pods ") } && !differences.contains { $0.hasPrefix("secrets ") })
        #expect(differences.count < whole.count)
    }

    @Test func whatTwoMayInNamespacesOfTheirOwnIsCompared() {
        let rules = [rule(["get", "list"], ["pods"]), rule(["list"], ["secrets"])]
        let (lines, isSame) = compare(side("a", [], rules), side("a", [], rules, in: "games"))
        #expect(isSame)
        #expect(lines.contains("≠ Namespace  A  shop") && lines.contains("             B  games"))
        #expect(lines.contains { $0.hasPrefix("In shop / games ") })
        #expect(lines.contains { $0.contains("read Secrets in its namespace") })
        #expect(!compare(side("a", [], rules), side("a", [], [rules[0]], in: "games")).isSame)
        let whole = compare(side("a", [], rules), side("a", [], rules, in: ""))
        #expect(whole.lines.contains { $0.hasPrefix("In shop / the whole cluster ") })
        #expect(!compare(side("a", [], rules), side("a", [], rules)).lines.contains { $0.contains("Namespace") })
    }

    @Test func withoutAnOpenQuestionNothingElseIsDangerous() throws {
        #expect(try lines(side("a", [], [])).contains("Nothing dangerous found in shop."))
        var open = side("a", [], [])
        open.report?.survey?.rules?.isIncomplete = true
        #expect(try lines(open).contains("Nothing dangerous found in shop among what was asked."))
    }

    @Test func aDangerIsExplainedWhenAsked() {
        var page = AccessPage(
            report: side("dev", [], [rule(["list"], ["secrets"])]).report ?? AccessReport(namespace: ""),
            subject: AccessSubject(context: "dev", server: "https://a", credential: "none"),
            now: Timestamp(seconds: 0))
        #expect(!page.lines.contains { $0.text.contains("source:") })
        page.explainsAll = true
        #expect(
            page.lines.contains {
                $0.text.contains("source:") && $0.target == .danger(id: "secrets-read", namespace: "shop")
            })
    }

    private func lines(_ side: AccessSide) throws -> [String] {
        AccessPage(report: try #require(side.report), subject: side.subject, now: Timestamp(seconds: 0)).lines
            .map(\.text)
    }

    private func compare(_ one: AccessSide, _ other: AccessSide) -> (lines: [String], isSame: Bool) {
        let comparison = AccessComparison(one, other, now: Timestamp(seconds: 0))
        return (comparison.lines.map(\.text), comparison.isSame)
    }

    @Test func aKindThatOnlyTheOthersRulesNameIsDecidedByOnesOwn() throws {
        let readAll = rule(["get", "list", "watch"], ["*"], group: "*")
        let view = rule(["get", "list", "watch"], ["endpoints", "pods"])
        let (lines, isSame) = compare(side("a", [], [readAll]), side("a", [], [view]))
        #expect(!isSame)
        let endpoints = try #require(lines.first { $0.hasPrefix("endpoints ") })
        #expect(endpoints.split(separator: " ").dropFirst().prefix(3) == ["✓", "✓", "✓"])
        #expect(lines.contains { $0.hasPrefix("every kind ") && $0.contains("✓/-") })
        // An incomplete list leaves it open.
        var survey = AccessSurvey(namespace: "shop")
        survey.rules = AccessRules(isIncomplete: true)
        var report = AccessReport(namespace: "shop")
        survey.fill(&report)
        let open = AccessSide(AccessSubject(context: "a", server: "https://a", credential: "none"), report: report)
        #expect(
            compare(open, side("a", [], [view])).lines.contains { $0.hasPrefix("endpoints ") && $0.contains("?/✓") })
    }

    @Test func manyKindsAreComparedAndCutOnAPageAlone() throws {
        let kinds = (10..<35).map { "kind\($0)" }
        let many = side("a", [], [rule(["get"], kinds, group: "x.example.com")])
        let few = side("a", [], [rule(["get"], Array(kinds.prefix(20)), group: "x.example.com")])
        let (compared, isSame) = compare(many, few)
        #expect(!isSame && compared.contains { $0.hasPrefix("kind34 ") && $0.contains("✓/-") })
        #expect(compare(many, many).isSame)
        let page = try lines(many)
        #expect(page.contains("… and 5 more") && !page.contains { $0.hasPrefix("kind34") })
        #expect(try !lines(few).contains { $0.hasPrefix("… and") })
    }

    @Test func nothingIsSaidOfASideThatCouldNotBeAsked() {
        let known = side("a", [], [])
        let failed = AccessSide(known.subject, failure: "Unauthorized")
        #expect(compare(known, known).lines.contains("Nothing dangerous found for either."))
        #expect(compare(known, failed).lines.contains("Nothing dangerous found for A; B is not known."))
        #expect(compare(failed, known).lines.contains("Nothing dangerous found for B; A is not known."))
    }

    // MARK: - Dangers

    private static let rbac = "rbac.authorization.k8s.io"

    /// What is dangerous about rules of the whole cluster, and of a namespace besides.
    private func dangers(cluster: [PolicyRule], shop: [PolicyRule] = []) -> [String] {
        var survey = AccessSurvey(namespace: "shop")
        survey.clusterRules = AccessRules(rules: cluster)
        survey.rules = AccessRules(rules: cluster + shop)
        var report = AccessReport(namespace: "shop")
        survey.fill(&report)
        return report.dangers.map { "\($0.score) \($0.words)" }
    }

    @Test func whoEditsANamespaceMayActAsItsAccountsAndAsNobodyElse() {
        let edit = rule(["impersonate"], ["serviceaccounts"])
        #expect(dangers(cluster: [], shop: [edit]) == ["medium act as ServiceAccounts in shop"])
        #expect(dangers(cluster: [edit]) == ["critical act as ServiceAccounts in the whole cluster"])
        #expect(
            dangers(cluster: [rule(["impersonate"], ["users"])]) == ["critical act as any user in the whole cluster"])
        #expect(dangers(cluster: [rule(["impersonate"], ["groups"])]) == [])
    }

    @Test func theWorstNamesAreAsBadAsAll() {
        let masters = rule(["impersonate"], ["groups"], names: ["ops", "system:masters"])
        #expect(
            dangers(cluster: [masters, rule(["impersonate"], ["users"], names: ["bob"])])
                == ["critical act as the group system:masters in the whole cluster"])
        #expect(dangers(cluster: [masters]) == [])
        #expect(
            dangers(cluster: [rule(["impersonate"], ["users"], names: ["bob"])])
                == ["medium act as any user (by name: bob) in the whole cluster"])
        #expect(
            dangers(cluster: [rule(["bind"], ["clusterroles"], group: Self.rbac, names: ["cluster-admin", "view"])])
                == ["critical bind any role to anybody (by name: cluster-admin) in the whole cluster"])
        #expect(
            dangers(cluster: [], shop: [rule(["bind"], ["clusterroles"], group: Self.rbac, names: ["view"])])
                == ["medium bind any role to anybody (by name: view) in shop"])
        // What is created has no name yet; a token has that of its account.
        #expect(dangers(cluster: [rule(["create"], ["pods"], names: ["web"])]) == [])
        #expect(
            dangers(cluster: [rule(["create"], ["serviceaccounts/token"], names: ["app"])])
                == ["medium make tokens of ServiceAccounts (by name: app) in the whole cluster"])
    }

    @Test func whoReadsEverythingMayExecOnOldServers() throws {
        let readAll = rule(["get", "list", "watch"], ["*"], group: "*")
        let exec = rule(["create"], ["pods/exec"])
        let old = "high run commands in pods, on servers before 1.35 in the whole cluster"
        let found = dangers(cluster: [readAll], shop: [exec])
        #expect(found.contains(old) && found.contains("medium run commands in pods in shop"))
        #expect(dangers(cluster: [readAll]).filter { $0.contains("run commands") } == [old])
        let pods = try row("pods", try #require(side("a", [], [readAll]).report).rows)
        #expect(pods.parts.filter(\.needsOldServer).map(\.name) == ["exec", "attach", "forward"])
        #expect(pods.parts.first?.verdict == .unknown)
        #expect(
            try lines(side("a", [], [readAll])).contains { $0.contains("log before 1.35 also exec, attach, forward") })
    }

    @Test(arguments: [
        ("create", "statefulsets", "apps", "workloads-create"), ("patch", "daemonsets", "apps", "workloads-create"),
        ("create", "jobs", "batch", "workloads-create"), ("update", "cronjobs", "batch", "workloads-create"),
        ("create", "replicationcontrollers", "", "workloads-create"), ("watch", "secrets", "", "secrets-read"),
        ("patch", "pods/ephemeralcontainers", "", "exec"), ("create", "pods/portforward", "", "portforward"),
        ("escalate", "roles", rbac, "roles-raise"), ("bind", "roles", rbac, "roles-raise"),
        ("patch", "certificatesigningrequests/approval", "certificates.k8s.io", "csr-approve"),
        ("update", "mutatingwebhookconfigurations", "admissionregistration.k8s.io", "webhooks"),
        ("update", "namespaces", "", "namespaces-change"), ("create", "applications", "argoproj.io", "gitops"),
        ("create", "helmreleases", "helm.toolkit.fluxcd.io", "gitops"), ("get", "nodes/proxy", "", "nodes-proxy"),
        ("create", "applicationsets", "argoproj.io", "gitops"), ("get", "pods/proxy", "", "pods-proxy"),
        ("create", "services/proxy", "", "pods-proxy"),
        ("patch", "apiservices", "apiregistration.k8s.io", "apis-create"),
        ("update", "customresourcedefinitions", "apiextensions.k8s.io", "apis-create"),
    ])
    func eachWayToADangerIsFound(verb: String, resource: String, group: String, id: String) throws {
        var survey = AccessSurvey(namespace: "")
        survey.clusterRules = AccessRules(rules: [rule([verb], [resource], group: group)])
        var report = AccessReport(namespace: "")
        survey.fill(&report)
        #expect(report.dangers.map(\.grant.id) == [id])
    }

    @Test func everyVerbOnPodsIsNotTheRightToTheirParts() {
        var survey = AccessSurvey(namespace: "shop")
        survey.rules = AccessRules(isIncomplete: true)
        survey.answers[ask("*", "pods")] = .yes
        #expect(survey.verdict(on: ask("delete", "pods")) == .yes)
        #expect(survey.verdict(on: ask("create", "pods", "exec")) == .unknown)
    }

    @Test func debuggingNeedsPatchAsKubectlDoes() throws {
        let debug = try #require(side("a", [], [rule(["patch"], ["pods/ephemeralcontainers"])]).report)
        #expect(try row("pods", debug.rows).parts.filter { $0.verdict == .yes }.map(\.name) == ["debug"])
    }

    @Test func aKindOfWhichSomethingElseIsAllowedIsNotWithoutAccess() throws {
        let page = try lines(
            side(
                "a", [],
                [
                    rule(["create"], ["serviceaccounts/token"], names: ["app"]),
                    rule(["deletecollection"], ["configmaps"]), rule(["patch"], ["pods/status"]),
                ]))
        let none = try #require(page.first { $0.hasPrefix("no access ") })
        for kind in ["serviceaccounts", "configmaps", "pods"] { #expect(!none.contains(kind)) }
        #expect(page.contains { $0.hasPrefix("serviceaccounts ") && $0.hasSuffix("only create token of app") })
        #expect(page.contains { $0.hasPrefix("configmaps ") && $0.hasSuffix("only deletecollection") })
        #expect(page.contains { $0.hasPrefix("pods ") && $0.hasSuffix("only patch status") })
    }

    @Test func whoHasNoCredentialHasNoneThatEnds() {
        var subject = AccessSubject(context: "a", server: "http://a", credential: "none")
        subject.hasCredential = false
        #expect(subject.ending(at: Timestamp(seconds: 0)).words == "")
    }
}
