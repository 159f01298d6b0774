import Access
import ClusterState
import Describe
import KubernetesModel
import Screen
import Testing

@testable import AppCore

/// Who can, and what somebody may do, on the screen.
struct RolesTests {
    // MARK: - A small cluster

    private static func rule(_ verbs: [String], _ resources: [String]) -> PolicyRule {
        var rule = PolicyRule()
        rule.verbs = verbs
        rule.apiGroups = ["*"]
        rule.resources = resources
        return rule
    }

    private static func subject(_ kind: String, _ name: String, _ namespace: String = "") -> RoleSubject {
        var subject = RoleSubject()
        (subject.kind, subject.name, subject.namespace) = (kind, name, namespace)
        return subject
    }

    private static func opened(_ line: String, size: Size = Size(columns: 100, rows: 60)) -> App {
        var app = App(pods: "a", "b", size: size)
        app.type(line)
        app.cluster.set(
            [
                object(ClusterRole.self, "admin") { $0.rules = [rule(["*"], ["*"])] },
                object(ClusterRole.self, "view") { $0.rules = [rule(["get", "list"], ["pods"])] },
            ], of: ClusterRole.kind, in: nil)
        app.cluster.set(
            [
                object(ClusterRoleBinding.self, "ops") {
                    ($0.role.kind, $0.role.name) = ("ClusterRole", "admin")
                    $0.subjects = [subject("Group", "ops")]
                }
            ], of: ClusterRoleBinding.kind, in: nil)
        let bindings: [any StoredObject] = [
            object(RoleBinding.self, "readers") {
                ($0.role.kind, $0.role.name) = ("ClusterRole", "view")
                $0.subjects = [subject("User", "jane"), subject("ServiceAccount", "robot")]
            },
            object(RoleBinding.self, "lost") {
                ($0.role.kind, $0.role.name) = ("Role", "gone")
                $0.subjects = [subject("User", "jane")]
            },
        ]
        for place in ["shop", nil] {
            app.cluster.set([], of: Role.kind, in: place)
            app.cluster.set(bindings, of: RoleBinding.kind, in: place)
        }
        app.publish()
        return app
    }

    private func view(_ app: App) throws -> DocumentView { try #require(app.state.shownDocument) }

    private func text(_ app: App) throws -> String { try view(app).lines.map(\.text).joined(separator: "\n") }

    // MARK: - Who can

    @Test func whoCanIsAnsweredFromWhatIsWatched() throws {
        let app = Self.opened(":who-can list pods\n")
        #expect(
            app.state.demand.isSuperset(of: [
                KindScope(RoleBinding.kind.groupResource, namespace: "shop"),
                KindScope(ClusterRoleBinding.kind.groupResource, namespace: nil),
            ]))
        #expect(app.state.paneWork[app.state.focus] == nil)
        #expect(
            try text(app) == """
                Question:  who can list pods
                Where:     in namespace shop
                Answer:    3
                Known:     RBAC alone: system:masters, webhooks and clouds may allow more

                Who:
                  Kind            Name        In       Binding  Role
                  User            jane        shop     readers  ClusterRole/view
                  Group           ops         cluster  ops      ClusterRole/admin
                  ServiceAccount  shop/robot  shop     readers  ClusterRole/view
                """)
    }

    @Test func whatBindingsSayChangesTheAnswerAtOnce() throws {
        var app = Self.opened(":who-can delete nodes\n")
        #expect(try text(app).contains("Answer:    1\n"))
        app.cluster.set([], of: ClusterRoleBinding.kind, in: nil)
        app.publish()
        #expect(try text(app).contains("Answer:    nobody, by a role\n"))
    }

    @Test func listsThatMayNotBeReadAreNamed() throws {
        var app = App(pods: "a")
        app.type(":who-can list pods\n")
        app.cluster.change(ClusterRoleBinding.kind, in: nil) { $0.setState(.forbidden(reason: "you may not")) }
        app.publish()
        #expect(try text(app).contains("you may not list clusterrolebindings: what they grant is not shown"))
    }

    @Test func nobodyIsNoAnswerWhereRolesMayNotBeRead() throws {
        var app = Self.opened(":who-can delete pods -n shop\n")
        app.cluster.change(ClusterRole.kind, in: nil) { $0.setState(.forbidden(reason: "you may not")) }
        app.publish()
        #expect(try text(app).contains("Answer:        not known\n"))
        #expect(try text(app).contains("shop     readers  ClusterRole/view cannot be read"))
        app.type(":subjects\n")
        #expect(app.state.notice?.notice.text == "ClusterRoles may not be read: what they allow is not known (?).")
    }

    @Test func linksLeadFromPageToPageAndBack() throws {
        var app = Self.opened(":who-can list pods -n shop\n")
        app.type("JJJJ\n")
        #expect(try view(app).address.name == "ops")
        #expect(try view(app).address.resource.groupResource == AccessTopic.groups)
        #expect(try text(app).contains("● critical  do everything in the whole cluster"))
        app.press(.escape)
        #expect(try view(app).address.name == "list pods")
    }

    @Test func aUserIsDescribedByWhatBindingsSay() throws {
        let app = Self.opened(":subject jane\n")
        let text = try text(app)
        #expect(text.contains("  shop  lost     Role/gone  ● there is no such role"))
        #expect(text.contains("  shop  readers  ClusterRole/view"))
        #expect(text.contains("May, in shop:\n  Resource  Verbs\n  pods.*    get list"))
        #expect(text.contains("Dangerous:  nothing that is worth more than it seems"))
    }

    @Test func thereIsNoYAMLOfWhatTheServerDoesNotHave() throws {
        var app = Self.opened(":subject jane\n")
        app.type("y")
        #expect(try view(app).form == .description)
        #expect(app.state.notice?.notice.text == "The server has no object of this.")
    }

    @Test func theAccountOfTheSelectedPodIsDescribed() throws {
        var app = App()
        app.cluster.set([podWith(account: "robot")])
        app.publish()
        app.type(":subject\n")
        let address = try view(app).address
        #expect(
            "\(address.resource.groupResource) \(address.namespace)/\(address.name)" == "serviceaccounts shop/robot")
    }

    private func podWith(account: String) -> any StoredObject {
        object(Pod.self, "a") { $0.spec.serviceAccountName = account }
    }

    // MARK: - Subjects

    @Test func everybodyWhomBindingsNameIsListed() throws {
        var app = Self.opened(":subjects\n")
        #expect(app.names == ["ops", "shop/robot", "jane"] || app.names == ["ops", "jane", "shop/robot"])
        app.type(":users\n")
        #expect(app.names == ["jane"])
        app.press(.enter)
        #expect(try view(app).address.resource.groupResource == AccessTopic.users)
    }

    @Test func enterOnARoleDescribesIt() throws {
        var app = Self.opened(":clusterroles\n")
        app.press(.enter)
        #expect(try view(app).address.resource.groupResource == ClusterRole.kind.groupResource)
        #expect(try view(app).form == .description)
    }

    // MARK: - Command lines

    @Test(
        arguments: [
            ("who-can get pods/log -n pay", "get pods/log", .some("pay")),
            ("who-can get pods/web-0", "get pods web-0", nil),
            ("who-can update deploy/scale/web", "update deployments.apps/scale web", nil),
            ("whocan LIST secrets -A", "list secrets", .some(nil)),
            ("who-can delete po web --subresource eviction", "delete pods/eviction web", nil),
            ("who-can get /metrics", "get /metrics", nil), ("who-can * *", "* *.*", nil),
        ] as [(String, String, String??)])
    func whoCanIsRead(line: String, words: String, namespace: String??) throws {
        guard case .success(.whoCan(let read)) = CommandLine.parse(line, resources: []) else {
            return #expect(Bool(false), "\(line)")
        }
        #expect(read.question.words == words)
        #expect(read.namespace == namespace)
    }

    @Test func aNamespaceIsAskedAboutInItself() {
        guard case .success(.whoCan(let read)) = CommandLine.parse("who-can get ns/pay", resources: []) else {
            return #expect(Bool(false))
        }
        #expect(read.question.namespace == "pay")
        #expect(!read.isNamespaced)
    }

    @Test(arguments: ["who-can", "who-can get", "who-can get a b c", "who-can get pods -n", "subject user/"])
    func whatIsMissingIsSaid(line: String) {
        guard case .failure = CommandLine.parse(line, resources: []) else { return #expect(Bool(false), "\(line)") }
    }

    @Test(
        arguments: [
            ("subject jane@example.com", RoleHolder.Kind.user, "jane@example.com", nil),
            ("subject user/a/b", .user, "a/b", nil), ("subject Group ops team", .group, "ops team", nil),
            ("subject sa/shop/web", .serviceAccount, "web", "shop"),
            ("subject sa/web -n pay", .serviceAccount, "web", "pay"),
            ("rights sa web", .serviceAccount, "web", nil),
        ] as [(String, RoleHolder.Kind, String, String?)])
    func subjectsAreRead(line: String, kind: RoleHolder.Kind, name: String, namespace: String?) {
        #expect(
            CommandLine.parse(line, resources: [])
                == .success(.subject(SubjectLine(kind: kind, name: name, namespace: namespace))))
    }
}
