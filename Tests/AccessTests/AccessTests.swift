import Foundation
import KubernetesModel
import Testing

@testable import Access

/// What the answers of a server say about permissions.
struct AccessTests {
    /// The body of a recorded answer.
    private func body(_ name: String) throws -> JSONValue {
        let url = try #require(Bundle.module.resourceURL).appending(path: "Fixtures/\(name).json")
        let recorded = Array(try Data(contentsOf: url))
        let answer = try recorded.withUnsafeBytes { try JSONValue(parsing: $0) }
        guard case .string(let text)? = answer["body"] else { throw CocoaError(.coderInvalidValue) }
        return try Array(text.utf8).withUnsafeBytes { try JSONValue(parsing: $0) }
    }

    private func question(
        _ verb: String, _ resource: String, _ subresource: String = "", group: String = "", name: String = ""
    ) -> AccessQuestion {
        AccessQuestion(
            verb: verb, resource: GroupResource(group: group, resource: resource), subresource: subresource,
            namespace: "demo", name: name)
    }

    @Test func theServerSaysWhoOneIs() throws {
        let admin = try #require(UserIdentity(review: try body("admin-whoami")))
        #expect(admin == UserIdentity(username: "admin", groups: ["system:masters", "system:authenticated"]))
        #expect(admin.isSuperUser)
        let viewer = try #require(UserIdentity(review: try body("viewer-whoami")))
        #expect(viewer.username == "system:serviceaccount:demo:viewer")
        #expect(!viewer.uid.isEmpty && !viewer.isSuperUser)
        #expect(UserIdentity(review: .null) == nil)
    }

    @Test func aRefusalNamesTheUser() {
        let words = #"pods is forbidden: User "system:serviceaccount:demo:viewer" cannot list resource "pods""#
        #expect(UserIdentity(refusal: words)?.username == "system:serviceaccount:demo:viewer")
        for words in ["", "User \"", "User \"\" cannot x", "forbidden"] { #expect(UserIdentity(refusal: words) == nil) }
    }

    @Test func recordedRulesAgreeWithRecordedReviews() throws {
        for (user, verb, resource, subresource, file) in [
            ("admin", "delete", "pods", "", "admin-can-delete-pods"),
            ("admin", "list", "secrets", "", "admin-can-list-secrets"),
            ("admin", "create", "pods", "exec", "admin-can-create-pods-exec"),
            ("viewer", "delete", "pods", "", "viewer-can-delete-pods"),
            ("viewer", "list", "secrets", "", "viewer-can-list-secrets"),
            ("viewer", "create", "pods", "exec", "viewer-can-create-pods-exec"),
        ] {
            let rules = try #require(AccessRules(review: try body("\(user)-rules-demo")))
            let allowed = try body(file)["status"]?["allowed"] == .bool(true)
            #expect(rules.verdict(on: question(verb, resource, subresource)) == (allowed ? .yes : .no), "\(file)")
            #expect(!rules.isIncomplete)
        }
        let viewer = try #require(AccessRules(review: try body("viewer-rules-demo")))
        #expect(viewer.verdict(on: question("list", "pods")) == .yes)
        #expect(viewer.verdict(on: question("get", "pods", "log")) == .yes)
        #expect(viewer.verdict(on: question("list", "rockets", group: "space.example.com")) == .yes)
        #expect(viewer.verdict(on: AccessQuestion(verb: "get", path: "/healthz")) == .yes)
        #expect(viewer.verdict(on: AccessQuestion(verb: "get", path: "/api/v1")) == .yes)
        #expect(viewer.verdict(on: AccessQuestion(verb: "get", path: "/metrics")) == .no)
    }

    @Test func whatIsMissingFromAnIncompleteListIsUnknownAndNeverNo() {
        var rule = PolicyRule()
        rule.verbs = ["list"]
        rule.apiGroups = [""]
        rule.resources = ["pods"]
        let rules = AccessRules(rules: [rule], isIncomplete: true, evaluationError: "webhook")
        #expect(rules.verdict(on: question("list", "pods")) == .yes)
        #expect(rules.verdict(on: question("delete", "pods")) == .unknown)
    }

    @Test(arguments: [
        (#"{}"#, true), (#"{"resourceRules": null}"#, true), (#"{"resourceRules": "zzz"}"#, false),
        (#"{"nonResourceRules": {}}"#, false), (#"{"resourceRules": ["zzz"]}"#, false),
        (#"{"resourceRules": [{"verbs": "get", "resources": ["pods"]}]}"#, false),
        (#"{"resourceRules": [{"verbs": ["get"], "resourceNames": null}]}"#, true),
    ])
    func rulesThatCannotBeReadAreNotTakenForNone(status: String, isReadable: Bool) throws {
        let review = try Array(#"{"status": \#(status)}"#.utf8).withUnsafeBytes { try JSONValue(parsing: $0) }
        #expect((AccessRules(review: review) != nil) == isReadable)
    }

    @Test(arguments: [
        (["pods/*"], "pods", "log", false), (["*/log"], "pods", "log", true), (["*"], "pods", "log", true),
        (["pods"], "pods", "log", false), (["pods/log"], "pods", "", false), (["*/log"], "log", "", false),
    ])
    func rulesMatchAsRBACDoes(resources: [String], resource: String, subresource: String, expected: Bool) {
        var rule = PolicyRule()
        rule.verbs = ["*"]
        rule.apiGroups = ["*"]
        rule.resources = resources
        #expect(rule.allows(question("get", resource, subresource)) == expected)
    }

    @Test func aRuleOfNamesIsForThoseNamesAlone() {
        var rule = PolicyRule()
        rule.verbs = ["get"]
        rule.apiGroups = [""]
        rule.resources = ["secrets"]
        rule.resourceNames = ["tls"]
        #expect(rule.allows(question("get", "secrets", name: "tls")))
        #expect(!rule.allows(question("get", "secrets", name: "other")))
        #expect(!rule.allows(question("get", "secrets")))
    }

    // MARK: - Dangers

    @Test func dangersHaveTheirOwnNamesAndWords() {
        #expect(Set(DangerousGrant.all.map(\.id)).count == DangerousGrant.all.count)
        for grant in DangerousGrant.all {
            #expect(!grant.why.isEmpty && !grant.safer.isEmpty && !grant.questions.isEmpty)
            #expect(grant.questions(in: "demo").allSatisfy { $0.namespace == "demo" })
        }
        let secrets = DangerousGrant.all.first { $0.id == "secrets-read" }
        #expect(secrets.map { AccessReport.Danger(grant: $0, namespace: "").score } == .high)
        #expect(secrets.map { AccessReport.Danger(grant: $0, namespace: "demo").score } == .medium)
    }
}
