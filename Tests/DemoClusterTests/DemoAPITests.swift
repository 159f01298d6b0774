import KubernetesModel
import Testing

@testable import DemoCluster

@Suite struct DemoAPITests {
    private let aggregated = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json"
    private let streaming = "watch=1&sendInitialEvents=true&resourceVersionMatch=NotOlderThan"

    @Test func discoveryTellsTheSameKindsBothWays() throws {
        let store = DemoObjectStore()
        var plain = try Asked("/api/v1", store).body["resources"].elements.compactMap { $0["name"].text }
        for group in try Asked("/apis", store).body["groups"].elements {
            for version in group["versions"].elements.compactMap({ $0["groupVersion"].text }) {
                plain += try Asked("/apis/\(version)", store).body["resources"].elements.compactMap { $0["name"].text }
            }
        }
        var whole: [String] = []
        for root in ["/api", "/apis"] {
            let answer = try Asked(root, store, accept: aggregated)
            #expect(answer.contentType == "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList")
            for group in answer.body["items"].elements {
                for version in group["versions"].elements {
                    whole += version["resources"].elements.compactMap { $0["resource"].text }
                }
            }
        }
        #expect(plain.filter { !$0.contains("/") }.sorted() == whole.sorted())
        #expect(plain.contains("deployments/scale") && plain.contains("pods/exec"))
        #expect(Set(DemoResource.all.map(\.plural)).isSubset(of: Set(plain)))
    }

    @Test func anOlderServerAnswersPlainDiscovery() throws {
        var options = DemoServer.Options()
        options.offersAggregatedDiscovery = false
        let answer = try Asked("/apis", DemoObjectStore(), accept: aggregated, options: options)
        #expect(answer.body["kind"].text == "APIGroupList")
    }

    @Test func anOlderServerRefusesStreamingLists() throws {
        var options = DemoServer.Options()
        options.offersStreamingLists = false
        let answer = try Asked("/api/v1/pods?\(streaming)", store(pods: ["a"]), options: options)
        #expect(answer.status == 422)
        #expect(answer.body["reason"].text == "Invalid")
    }

    @Test func theVersionIsThatOfTheServer() throws {
        #expect(try Asked("/version", DemoObjectStore()).body["gitVersion"].text == "v1.36.2")
        #expect(try Asked("/readyz", DemoObjectStore()).text == "ok")
    }

    @Test func listsCarryKindVersionAndItems() throws {
        let store = store(pods: ["a", "b"])
        let body = try Asked("/api/v1/namespaces/shop/pods", store).body
        #expect(body["kind"].text == "PodList")
        #expect(body["metadata"]["resourceVersion"].text == String(store.version))
        #expect(body.names == ["a", "b"])
        #expect(try Asked("/api/v1/namespaces/web/pods", store).body.names.isEmpty)
    }

    @Test func protobufFirstFallsBackToJSON() throws {
        let accept = "application/vnd.kubernetes.protobuf, application/json"
        let answer = try Asked("/api/v1/pods", store(pods: ["a"]), accept: accept)
        #expect(answer.contentType == "application/json")
        #expect(answer.body.names == ["a"])
    }

    @Test func tablesCarryRowsAndMetadata() throws {
        let accept = "application/json;as=Table;v=v1;g=meta.k8s.io,application/json"
        let body = try Asked("/api/v1/pods", store(pods: ["a"]), accept: accept).body
        #expect(body["kind"].text == "Table")
        let titles = body["columnDefinitions"].elements.compactMap { $0["name"].text }
        #expect(Array(titles.prefix(5)) == ["Name", "Ready", "Status", "Restarts", "Age"])
        #expect(body["rows"].elements.first?["cells"].elements.first?.text == "a")
        #expect(body["rows"].elements.first?["object"]["metadata"]["namespace"].text == "shop")
    }

    @Test func failuresAreInTheServersWords() throws {
        let store = store(pods: ["a"])
        let missing = try Asked("/api/v1/namespaces/shop/pods/nope", store)
        #expect(
            missing.text == """
                {"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure",\
                "message":"pods \\"nope\\" not found","reason":"NotFound",\
                "details":{"name":"nope","kind":"pods"},"code":404}

                """)
        let written = try Asked("/api/v1/namespaces/shop/pods/a", store, method: "OPTIONS")
        #expect(written.status == 405)
        #expect(written.body["message"].text == "the server does not allow this method on the requested resource")
        #expect(try Asked("/api/v1/pods", store, accept: "application/vnd.kubernetes.protobuf").status == 406)
        #expect(try Asked("/apis/nope.example/v1/things", store).text == "404 page not found\n")
        #expect(try Asked("/nothing", store).body["reason"].text == "NotFound")
        #expect(try Asked("/api/v1/pods?fieldSelector=spec.foo%3Dx", store).status == 400)
        let selector = try Asked("/api/v1/pods?labelSelector=a%20b", store)
        #expect(selector.status == 400)
        #expect(selector.body["message"].text?.hasPrefix("unable to parse requirement: ") ?? false)
        #expect(try Asked("/api/v1/pods?limit=x", store).status == 400)
        #expect(try Asked("/api/v1/pods?resourceVersion=99999", store).status == 504)
    }

    @Test func aRestrictedUserSeesOneNamespace() throws {
        var options = DemoServer.Options()
        let narrow = DemoUser(name: "system:serviceaccount:shop:viewer", namespaces: ["shop"])
        options.users = ["admin": .admin, "narrow": narrow]
        let store = store(pods: ["a"])
        let own = "/api/v1/namespaces/shop/pods"
        #expect(try Asked("/api/v1/pods", store, token: "admin", options: options).body.names == ["a"])
        #expect(try Asked(own, store, token: "narrow", options: options).body.names == ["a"])
        let denied = try Asked("/api/v1/pods", store, token: "narrow", options: options)
        #expect(denied.status == 403)
        #expect(
            denied.body["message"].text == """
                pods is forbidden: User "system:serviceaccount:shop:viewer" cannot list resource "pods" in API group \
                "" at the cluster scope
                """)
        let watch = try Asked(
            "/apis/apps/v1/namespaces/web/deployments?watch=1", store, token: "narrow", options: options)
        #expect(
            watch.body["message"].text == """
                deployments.apps is forbidden: User "system:serviceaccount:shop:viewer" cannot watch resource \
                "deployments" in API group "apps" in the namespace "web"
                """)
        #expect(try Asked("/api/v1/pods", store, token: "wrong", options: options).status == 401)
        let anonymous = try Asked("/api", store, options: options)
        #expect(anonymous.body["message"].text == "forbidden: User \"system:anonymous\" cannot get path \"/api\"")
    }

    @Test func aStreamingListEndsWithItsBookmark() throws {
        let store = store(pods: ["a", "b"])
        let watch = try #require(try Asked("/api/v1/pods?\(streaming)&allowWatchBookmarks=true", store).watch)
        let events = try watch.initial.map { try Parsed($0) }
        #expect(events.map { $0["type"].text } == ["ADDED", "ADDED", "BOOKMARK"])
        let metadata = events[2]["object"]["metadata"]
        #expect(metadata["annotations"]["k8s.io/initial-events-end"].text == "true")
        #expect(metadata["resourceVersion"].text == String(store.version))
    }

    @Test func aWatchFromAnExpiredVersionSaysSo() throws {
        var store = store(pods: ["a"])
        store.compact()
        let answer = try Asked("/api/v1/pods?watch=1&resourceVersion=1", store)
        #expect(
            answer.text == """
                {"type":"ERROR","object":{"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure",\
                "message":"too old resource version: 1 (1001)","reason":"Expired","code":410}}

                """)
    }

    @Test func aWatchBeginsAfterItsVersion() throws {
        var store = store(pods: ["a"])
        let version = store.version
        store.apply(.pods, pod("b"), at: beginning)
        let watch = try #require(try Asked("/api/v1/pods?watch=true&resourceVersion=\(version)", store).watch)
        #expect(try watch.initial.map { try Parsed($0)["object"]["metadata"]["name"].text } == ["b"])
    }

    @Test func oneMayAskWhoOneIs() throws {
        let path = "/apis/authentication.k8s.io/v1/selfsubjectreviews"
        let answer = try Asked(path, DemoObjectStore(), method: "POST")
        #expect(answer.status == 201)
        #expect(answer.body["status"]["userInfo"]["username"].text == "demo-admin")
    }
}
