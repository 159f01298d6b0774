import Access
import ClusterState
import KubernetesModel
import Screen
import Testing

@testable import AppCore

/// Keys that the server would refuse.
struct PermissionsTests {
    private func rule(_ verbs: [String], _ resources: [String], group: String = "", names: [String] = []) -> PolicyRule
    {
        var rule = PolicyRule()
        (rule.verbs, rule.apiGroups, rule.resources, rule.resourceNames) = (verbs, [group], resources, names)
        return rule
    }

    /// Who may read, look at logs, and run commands in pods.
    private var reader: AccessRules {
        AccessRules(rules: [rule(["get", "list"], ["pods", "pods/log", "events"]), rule(["get"], ["pods/exec"])])
    }

    /// Pods in shop, of somebody who may not do everything.
    private func app(_ names: String...) -> App {
        var app = App()
        app.send(.permissions(.power(allowsEverything: false)))
        app.cluster.set(names.map { pod($0) })
        app.publish()
        return app
    }

    private func question(_ app: App) -> PermissionOrder? {
        app.effects.compactMap { if case .askPermissions(let order) = $0 { order } else { nil } }.last
    }

    /// Answers what the last event had asked.
    private func answer(
        _ app: inout App, _ rules: AccessRules?, _ answers: [AccessQuestion: AccessVerdict] = [:]
    ) throws {
        let order: PermissionOrder = try #require(question(app))
        app.send(.permissions(.answers(order, rules, answers)))
    }

    // MARK: - Asking

    @Test func nothingIsAskedBeforeThereAreRows() {
        var app = App()
        app.send(.permissions(.power(allowsEverything: false)))
        #expect(question(app) == nil)
        app.cluster.set([pod("web-1")])
        app.publish()
        #expect(question(app)?.namespace == "shop")
        #expect(question(app)?.wantsRules == true)
        #expect(
            question(app)?.questions.map(\.words) == [
                "get pods/log", "create pods/exec", "create pods/attach", "get pods", "create pods/portforward",
                "patch pods/ephemeralcontainers", "delete pods", "list events",
            ])
        app.publish()
        #expect(question(app) == nil, "it is being asked")
    }

    @Test func nothingIsAskedOfWhoMayDoEverything() {
        var app = App(pods: "web-1")
        #expect(question(app) == nil, "nobody knows yet")
        app.send(.permissions(.power(allowsEverything: true)))
        #expect(question(app) == nil)
        app.press(.control("d"))
        #expect(app.state.dialog != nil)
        #expect(app.state.isClusterAdmin)
    }

    @Test func aCertificateOfTheMastersIsKnownBeforeTheServerAnswers() {
        var app = App()
        var mine = session("prod")
        mine.isSuperUser = true
        app.send(.connection(.connecting(mine)))
        #expect(app.state.isClusterAdmin)
        app.send(.connection(.connecting(session("staging"))))
        #expect(!app.state.isClusterAdmin)
    }

    @Test func whatIsOldIsAskedAgainOnlyWhenSomebodyIsAtWork() throws {
        var app = app("web-1", "web-2")
        try answer(&app, reader)
        app.press(.down)
        #expect(question(app) == nil)
        app.send(.tick(now: Timestamp(seconds: noon.seconds + 600)))
        #expect(question(app) == nil)
        app.publish()
        #expect(question(app) == nil)
        app.press(.up)
        #expect(question(app)?.wantsRules == true)
    }

    @Test func rowsOfOtherNamespacesAreAskedForWhenTheyAreSelected() throws {
        var app = App()
        app.send(.permissions(.power(allowsEverything: false)))
        app.type(":pods all\n")
        app.cluster.set([pod("a", in: "east"), pod("b", in: "west")], in: nil)
        app.publish()
        #expect(question(app)?.namespace == "east")
        try answer(&app, AccessRules())
        app.press(.down)
        #expect(question(app)?.namespace == "west")
        try answer(&app, AccessRules(rules: [rule(["*"], ["*"])]))
        #expect(app.state.missingPermission(for: .deleteObject) == nil)
        app.press(.up)
        #expect(question(app) == nil)
        #expect(app.state.missingPermission(for: .deleteObject) == "delete pods in east")
    }

    @Test func whatWasNotAnsweredIsAskedAgainWhenSomebodyIsAtWork() {
        func asks(_ app: App) -> Bool { app.effects.contains { if case .askForPower = $0 { true } else { false } } }
        var app = App(pods: "web-1", "web-2")
        app.send(.permissions(.power(allowsEverything: nil)))
        app.press(.down)
        #expect(!asks(app), "that was a moment ago")
        app.send(.tick(now: Timestamp(seconds: noon.seconds + 10)))
        app.publish()
        #expect(!asks(app))
        app.press(.up)
        #expect(asks(app))
        app.press(.down)
        #expect(!asks(app), "it is being asked")
        app.send(.permissions(.power(allowsEverything: nil)))
        app.press(.control("r"))
        #expect(asks(app))
        app.send(.permissions(.power(allowsEverything: true)))
        #expect(app.state.isClusterAdmin)
        app.send(.tick(now: Timestamp(seconds: noon.seconds + 60)))
        app.press(.down)
        #expect(!asks(app))
    }

    @Test func whatHasNoNamespaceIsAskedOfTheWholeCluster() throws {
        var app = App()
        app.send(.permissions(.power(allowsEverything: false)))
        app.type(":nodes\n")
        app.cluster.set([object(Node.self, "node-1")], of: Node.kind, in: nil)
        app.publish()
        let asked = try #require(question(app))
        #expect(asked.namespace == "")
        #expect(asked.wantsRules)
        #expect(asked.questions.map(\.words) == ["get nodes", "delete nodes", "list events"])
        var other = app
        try answer(&app, nil, [asked.questions[0]: .yes, asked.questions[1]: .no])
        #expect(app.state.missingPermission(for: .deleteObject) == nil, "a rule may name it")
        #expect(app.state.missingPermission(for: .viewYAML) == nil)
        app.publish()
        #expect(question(app) == nil)
        try answer(&other, AccessRules(rules: [rule(["delete"], ["nodes"], names: ["node-1"])]))
        #expect(other.state.missingPermission(for: .deleteObject) == nil)
        #expect(other.state.missingPermission(for: .viewYAML) == "get nodes")
    }

    @Test func aNamespaceIsInItself() throws {
        var app = App()
        app.send(.permissions(.power(allowsEverything: false)))
        app.type(":ns\n")
        app.cluster.set([object(Namespace.self, "team")], of: Namespace.kind, in: nil)
        app.publish()
        #expect(question(app)?.namespace == "team")
        try answer(&app, AccessRules(rules: [rule(["get"], ["namespaces"])]))
        #expect(app.state.missingPermission(for: .viewYAML) == nil)
        #expect(app.state.missingPermission(for: .deleteObject) == "delete namespaces")
    }

    // MARK: - What is known

    @Test func whatARuleLacksIsRefusedAndWhatIncompleteRulesLackIsNot() throws {
        var known = app("web-1")
        try answer(&known, reader)
        #expect(known.state.missingPermission(for: .deleteObject) == "delete pods in shop")
        #expect(known.state.missingPermission(for: .openShell) == "create pods/exec in shop")
        known.send(.connection(.connected(serverVersion: "v1.34.1")))
        #expect(known.state.missingPermission(for: .openShell) == nil, "either verb suffices")
        #expect(known.state.missingPermission(for: .attach) == "create pods/attach in shop")
        #expect(known.state.missingPermission(for: .debugContainer) == "patch pods/ephemeralcontainers in shop")
        #expect(known.state.missingPermission(for: .viewYAML) == nil)
        #expect(known.state.missingPermission(for: .moveDown) == nil)
        var unknown = app("web-1")
        try answer(&unknown, AccessRules(isIncomplete: true))
        #expect(unknown.state.missingPermission(for: .deleteObject) == nil)
        var failed = app("web-1")
        try answer(&failed, nil)
        #expect(failed.state.missingPermission(for: .deleteObject) == nil)
    }

    @Test func answersFillWhatIncompleteRulesLeaveOpen() throws {
        var app = app("web-1")
        let asked = try #require(question(app))
        let deletion = try #require(asked.questions.first { $0.verb == "delete" })
        try answer(&app, AccessRules(rules: reader.rules, isIncomplete: true), [deletion: .no])
        #expect(app.state.missingPermission(for: .deleteObject) == "delete pods in shop")
        #expect(app.state.missingPermission(for: .attach) == nil)
    }

    @Test func rulesThatNameTheObjectCount() throws {
        var app = app("web-1", "web-2")
        try answer(&app, AccessRules(rules: [rule(["delete"], ["pods"], names: ["web-2"])]))
        #expect(app.state.missingPermission(for: .deleteObject) == "delete pods in shop")
        app.press(.down)
        #expect(app.state.missingPermission(for: .deleteObject) == nil)
        app.type(" k ")
        #expect(app.state.missingPermission(for: .deleteObject) == "delete pods in shop", "of the marked ones")
    }

    @Test func whatIsChangedIsReadFirst() throws {
        var app = App()
        app.send(.permissions(.power(allowsEverything: false)))
        app.type(":deploy\n")
        app.cluster.set([object(Deployment.self, "web", in: "shop")], of: Deployment.kind)
        app.publish()
        #expect(question(app)?.questions.map(\.words).contains("get deployments.apps/scale") == true)
        try answer(
            &app,
            AccessRules(rules: [rule(["patch"], ["deployments", "deployments/scale"], group: "apps")]))
        #expect(app.state.missingPermission(for: .scaleWorkload) == "get deployments/scale in shop")
        #expect(app.state.missingPermission(for: .restartWorkload) == "get deployments in shop")
        app.type(":scale 3\n")
        #expect(app.state.dialog != nil)
        #expect(app.notice == "You may not get deployments/scale in shop.")
    }

    @Test func theDialogAsksAboutTheObjectByItsName() throws {
        var app = app("web-1", "web-2")
        try answer(&app, reader)
        app.press(.control("d"), .control("d"))
        let dialog = try #require(app.state.dialog)
        #expect(dialog.checks.map(\.name) == ["web-1"])
        app.send(.action(.access(dialog.id, dialog.checks[0], .allowed)))
        app.press(.escape)
        #expect(app.state.missingPermission(for: .deleteObject) == nil)
        app.press(.down)
        #expect(app.state.missingPermission(for: .deleteObject) == "delete pods in shop")
    }

    // MARK: - Keys

    @Test func aRefusedKeySaysWhyAndTheSecondTimeTries() throws {
        var app = app("web-1")
        try answer(&app, reader)
        app.press(.control("d"))
        #expect(app.state.dialog == nil)
        #expect(app.notice == "You may not delete pods in shop; ctrl-d again tries it all the same.")
        app.press(.down, .control("d"))
        #expect(app.state.dialog == nil, "it was another key in between")
        app.press(.control("d"))
        let dialog = try #require(app.state.dialog)
        #expect(app.effects.contains(.reviewAccess(dialog.id, dialog.checks)))
        app.send(.action(.access(dialog.id, dialog.checks[0], .allowed)))
        app.press(.escape)
        #expect(app.state.missingPermission(for: .deleteObject) == nil, "the server knows better")
    }

    @Test func helpNamesWhatIsMissing() throws {
        var app = app("web-1")
        try answer(&app, reader)
        let lines = HelpPage.lines(for: app.state)
        let text = lines.filter(\.isUnavailable).map(\.text).joined(separator: " ")
        #expect(text.contains("(needs: delete pods in shop)"))
    }

    @Test func tryingAgainForgetsWhatWasLearned() throws {
        var app = app("web-1")
        try answer(&app, reader)
        app.press(.control("r"))
        #expect(app.state.missingPermission(for: .deleteObject) == nil)
        #expect(question(app)?.wantsRules == true)
    }

    @Test func aContextMayWantItsNameTypedBeforeAnyChange() {
        var app = App(pods: "web-1")
        var mine = session("prod")
        mine.confirmsByName = true
        app.send(.connection(.connecting(mine)))
        app.cluster.epoch = 2
        app.publish()
        app.press(.control("d"))
        #expect(app.state.dialog?.confirmation == .word("prod", what: "the context's name"))
    }

    @Test func aContextThatIsReadOnlyByARuleSaysWhichLine() {
        var app = App(pods: "web-1")
        var mine = session("prod")
        mine.readOnlyReason = "/c/config.yaml:4"
        app.send(.connection(.connecting(mine)))
        app.cluster.epoch = 2
        app.publish()
        app.press(.control("d"))
        #expect(app.state.dialog == nil)
        #expect(app.notice == "prod is read-only (/c/config.yaml:4).")
    }
}
