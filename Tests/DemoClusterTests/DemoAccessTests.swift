import KubernetesModel
import Testing

@testable import DemoCluster

/// Who may do what on the demo cluster, by the roles that it has.
@Suite struct DemoAccessTests {
    private static let cluster: DemoClusterState? = {
        guard let scenario = try? DemoScenario.standard() else { return nil }
        let (simulation, store) = DemoSimulation.begin(scenario, at: beginning)
        return DemoClusterState(store: store, simulation: simulation)
    }()

    private var options: DemoServer.Options {
        var options = DemoServer.Options()
        options.users = ["admin": .admin, "developer": .developer, "nobody": .nobody]
        return options
    }

    private func ask(
        _ target: String, as token: String?, method: String = "GET", sending text: String = "",
        _ cluster: inout DemoClusterState
    ) throws -> Asked {
        try Asked(
            target, &cluster, method: method, sending: (text.isEmpty ? "" : "application/json", text), token: token,
            options: options)
    }

    private func status(_ target: String, as token: String?) throws -> Int {
        var cluster = try #require(Self.cluster)
        return try ask(target, as: token, &cluster).status
    }

    @Test func eachUserSeesWhatTheRolesLetThemSee() throws {
        let pods = "/api/v1/namespaces/shop/pods"
        #expect(try ["admin", "developer", "nobody", nil].map { try status(pods, as: $0) } == [200, 200, 403, 403])
        let others = "/api/v1/namespaces/payments/pods"
        #expect(try ["admin", "developer", "nobody", nil].map { try status(others, as: $0) } == [200, 403, 403, 403])
        #expect(try ["admin", "developer", "nobody", nil].map { try status("/apis", as: $0) } == [200, 200, 200, 403])
        #expect(try ["admin", "nobody", nil].map { try status("/version", as: $0) } == [200, 200, 200])
        #expect(try ["admin", "nobody", nil].map { try status("/", as: $0) } == [200, 403, 403])
        #expect(try status("/api/v1/nodes", as: "developer") == 403)
        #expect(try status("/apis/metrics.k8s.io/v1beta1/namespaces/shop/pods", as: "developer") == 200)
        #expect(try status("/apis/metrics.k8s.io/v1beta1/nodes", as: "developer") == 403)
        #expect(try status("/api/v1/namespaces/shop", as: "developer") == 200)
        #expect(try status("/api/v1/pods", as: "wrong") == 401)
    }

    @Test func whoMayNotIsToldInTheServersWords() throws {
        var cluster = try #require(Self.cluster)
        let denied = try ask("/apis/apps/v1/namespaces/web/deployments/x", as: "nobody", &cluster)
        #expect(
            denied.body["message"].text == """
                deployments.apps "x" is forbidden: User "demo-nobody" cannot get resource "deployments" in API group \
                "apps" in the namespace "web"
                """)
        let anonymous = try ask("/api/v1/nodes", as: nil, &cluster)
        #expect(
            anonymous.body["message"].text == """
                nodes is forbidden: User "system:anonymous" cannot list resource "nodes" in API group "" at the \
                cluster scope
                """)
    }

    @Test func aBindingThatIsMadeCountsAtOnce() throws {
        var cluster = try #require(Self.cluster)
        let secrets = "/api/v1/namespaces/payments/secrets"
        #expect(try ask(secrets, as: "nobody", &cluster).status == 403)
        let binding = """
            {"apiVersion":"rbac.authorization.k8s.io/v1","kind":"RoleBinding","metadata":{"name":"x"},\
            "subjects":[{"kind":"User","apiGroup":"rbac.authorization.k8s.io","name":"demo-nobody"}],\
            "roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"ClusterRole","name":"edit"}}
            """
        let bindings = "/apis/rbac.authorization.k8s.io/v1/namespaces/payments/rolebindings"
        #expect(try ask(bindings, as: "admin", method: "POST", sending: binding, &cluster).status == 201)
        #expect(try ask(secrets, as: "nobody", &cluster).status == 200)
        #expect(try ask("\(bindings)/x", as: "admin", method: "DELETE", &cluster).status == 200)
        #expect(try ask(secrets, as: "nobody", &cluster).status == 403)
    }

    @Test func reviewsSayWhatWouldBeAllowed() throws {
        var cluster = try #require(Self.cluster)
        func review(_ attributes: String, as token: String) throws -> Parsed {
            try ask(
                "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", as: token, method: "POST",
                sending: "{\"spec\":{\(attributes)}}", &cluster
            ).body["status"]
        }
        let delete =
            "\"resourceAttributes\":{\"verb\":\"delete\",\"resource\":\"pods\",\"namespace\":\"shop\"}"
        #expect(try review(delete, as: "admin")["allowed"].value as? Bool == true)
        let developer = try review(delete, as: "developer")
        #expect(developer["allowed"].value as? Bool == true)
        #expect(
            developer["reason"].text
                == "RBAC: allowed by RoleBinding \"storefront-may-edit/shop\" of ClusterRole \"edit\" to Group "
                + "\"storefront\"")
        #expect(try review(delete, as: "nobody")["allowed"].value as? Bool == false)
        let path = "\"nonResourceAttributes\":{\"verb\":\"get\",\"path\":\"/healthz\"}"
        #expect(try review(path, as: "nobody")["allowed"].value as? Bool == true)
    }

    @Test func aReviewWithoutAQuestionIsRefused() throws {
        var cluster = try #require(Self.cluster)
        let answer = try ask(
            "/apis/authorization.k8s.io/v1/subjectaccessreviews", as: "admin", method: "POST",
            sending: "{\"spec\":{\"user\":\"x\"}}", &cluster)
        #expect(answer.status == 422)
        #expect(
            answer.body["message"].text
                == "SubjectAccessReview.authorization.k8s.io \"\" is invalid: spec.resourceAttributes: Invalid value: "
                + "null: exactly one of nonResourceAttributes or resourceAttributes must be specified")
    }

    @Test func oneMayAskAboutOthers() throws {
        var cluster = try #require(Self.cluster)
        func ask(_ user: String) throws -> Bool? {
            let spec =
                "{\"spec\":{\"user\":\"\(user)\",\"resourceAttributes\":{\"verb\":\"get\",\"resource\":\"pods\","
                + "\"namespace\":\"shop\"}}}"
            return try self.ask(
                "/apis/authorization.k8s.io/v1/namespaces/shop/localsubjectaccessreviews", as: "admin",
                method: "POST", sending: spec, &cluster
            ).body["status"]["allowed"].value as? Bool
        }
        #expect(try ask("system:serviceaccount:shop:deployer") == true)
        #expect(try ask("jane@example.com") == true)
        #expect(try ask("john@example.com") == false)
    }

    @Test func theRulesOfANamespaceAreListed() throws {
        var cluster = try #require(Self.cluster)
        let body = try ask(
            "/apis/authorization.k8s.io/v1/selfsubjectrulesreviews", as: "nobody", method: "POST",
            sending: "{\"spec\":{\"namespace\":\"shop\"}}", &cluster
        ).body["status"]
        #expect(
            body["resourceRules"].elements.map { $0["resources"].elements.compactMap(\.text) } == [
                ["selfsubjectaccessreviews", "selfsubjectrulesreviews"], ["selfsubjectreviews"],
            ])
        #expect(body["nonResourceRules"].elements.count == 2)
        #expect(body["incomplete"].value as? Bool == false)
    }

    @Test func anAccountGetsATokenAndUsesIt() throws {
        var cluster = try #require(Self.cluster)
        let path = "/api/v1/namespaces/shop/serviceaccounts/deployer/token"
        let given = try ask(
            path, as: "admin", method: "POST", sending: "{\"spec\":{\"expirationSeconds\":600}}", &cluster)
        #expect(given.status == 201)
        let token = try #require(given.body["status"]["token"].text)
        let who = try ask(
            "/apis/authentication.k8s.io/v1/selfsubjectreviews", as: token, method: "POST", &cluster
        ).body["status"]["userInfo"]
        #expect(who["username"].text == "system:serviceaccount:shop:deployer")
        #expect(try ask("/api/v1/namespaces/shop/pods", as: token, &cluster).status == 200)
        #expect(try ask("/api/v1/namespaces/shop/secrets", as: token, &cluster).status == 403)
        #expect(try ask("/apis/apps/v1/namespaces/shop/deployments/cart", as: token, &cluster).status == 200)
        #expect(try ask("/apis/apps/v1/namespaces/shop/deployments/search", as: token, &cluster).status == 403)
        let late = try Asked(
            "/api/v1/namespaces/shop/pods", &cluster, token: token, options: options,
            at: beginning.adding(seconds: 601))
        #expect(late.status == 401)
        #expect(try ask("/api/v1/namespaces/shop/pods", as: token + "x", &cluster).status == 401)
        let short = try ask(
            path, as: "admin", method: "POST", sending: "{\"spec\":{\"expirationSeconds\":60}}", &cluster)
        #expect(
            short.body["message"].text
                == "TokenRequest.authentication.k8s.io \"\" is invalid: spec.expirationSeconds: Invalid value: 60: may "
                + "not specify a duration less than 10 minutes")
    }

    @Test func whoMayImpersonateIsTheOther() throws {
        let cluster = try #require(Self.cluster)
        func name(_ user: String, as token: String) throws -> String {
            var request = DemoRequest(method: "GET", target: "/api/v1", authorization: "Bearer \(token)")
            request.headers = [("Impersonate-User", user)]
            do throws(DemoStatus) {
                let api = DemoAPI(options: options, address: "", now: beginning)
                let known = try api.user(of: request, cluster.store)
                return ([known.name] + known.groups).joined(separator: " ")
            } catch {
                return error.message
            }
        }
        #expect(try name("jane", as: "admin") == "jane system:authenticated")
        #expect(
            try name("system:serviceaccount:shop:app", as: "admin")
                == "system:serviceaccount:shop:app system:serviceaccounts system:serviceaccounts:shop "
                + "system:authenticated")
        #expect(
            try name("jane", as: "nobody")
                == "users \"jane\" is forbidden: User \"demo-nobody\" cannot impersonate resource \"users\" in API "
                + "group \"\" at the cluster scope")
        // Who may edit a namespace may be its service accounts.
        #expect(
            try name("system:serviceaccount:shop:app", as: "developer").hasPrefix("system:serviceaccount:shop:app "))
    }
}
