import KubernetesClient
import KubernetesModel
import Testing

struct OneShotTests {
    private let version = #"{"major":"1","minor":"36","gitVersion":"v1.36.2","platform":"linux/amd64"}"#

    @Test func theVersionIsReadAndTriedAgainAfterAFailure() async throws {
        let script: [(String, Reply)] = [
            ("/version", Reply(status: 503, headers: [("Retry-After", "0")])), ("/version", Reply(status: 500)),
            ("/version", .json(version)),
        ]
        try await withServer(script) { client, server in
            let version = try await client.serverVersion()
            #expect(
                version == ServerVersion(gitVersion: "v1.36.2", major: "1", minor: "36", platform: "linux/amd64"))
            #expect(server.targets == ["/version", "/version", "/version"])
        }
    }

    @Test func aRefusalIsNotTriedAgain() async throws {
        let script: [(String, Reply)] = [("/version", Reply(status: 403)), ("/version", .json(version))]
        try await withServer(script) { client, server in
            let failure = await #expect(throws: APIFailure.self) { _ = try await client.serverVersion() }
            #expect(failure?.reason == .forbidden)
            #expect(server.unasked == ["/version"])
        }
    }

    @Test func jsonWithoutAVersionIsNoAPIServer() async throws {
        try await withServer([("/version", .json("{}"))]) { client, _ in
            let failure = await #expect(throws: APIFailure.self) { _ = try await client.serverVersion() }
            #expect(failure?.reason == .malformedAnswer)
        }
    }

    @Test func theServersClockIsLearnedFromItsAnswers() async throws {
        let script: [(String, Reply)] = [
            ("/version", .json(version, headers: [("Date", "Sun, 06 Nov 1994 08:49:37 GMT")]))
        ]
        try await withServer(script) { client, _ in
            #expect(client.serverClockOffset == .zero)
            _ = try await client.serverVersion()
            #expect(client.serverClockOffset < .seconds(-30 * 365 * 86_400))
        }
    }

    @Test func discoveryTakesTwoRequestsWhereItCan() async throws {
        let type = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList"
        let script: [(String, Reply)] = try ["api", "apis"].map {
            (
                "/\($0)",
                Reply(headers: [("Content-Type", type)], chunks: [try Fixture.bytes("discovery/\($0)-aggregated.json")])
            )
        }
        try await withServer(script) { client, server in
            let discovery = try await client.discover()
            #expect(server.targets.sorted() == ["/api", "/apis"])
            #expect(discovery.failures == [])
            let missing = KindDecoder.all.filter { discovery.resource(for: $0.kind) == nil }.map(\.kind.kind)
            #expect(missing == [])
            let pods = try #require(discovery.resources.first { $0.kind == "Pod" && $0.groupResource.group.isEmpty })
            #expect(pods.shortNames == ["po"])
            #expect(pods.isNamespaced)
            #expect(pods.singularName == "pod")
            #expect(Set(discovery.resources.map(\.groupResource)).count == discovery.resources.count)
        }
    }

    @Test func plainDiscoveryGivesTheSameAndOutlivesABrokenGroup() async throws {
        let groups = """
            {"kind":"APIGroupList","groups":[
             {"name":"metrics.k8s.io","versions":[{"groupVersion":"metrics.k8s.io/v1beta1","version":"v1beta1"}],
              "preferredVersion":{"version":"v1beta1"}},
             {"name":"apps","versions":[{"version":"v1beta1"},{"version":"v1"}],"preferredVersion":{"version":"v1"}}]}
            """
        let old = """
            {"kind":"APIResourceList","groupVersion":"apps/v1beta1","resources":[
             {"name":"deployments","kind":"Deployment","namespaced":true,"verbs":["list"]},
             {"name":"deployments/scale","kind":"Scale","namespaced":true,"verbs":["get"]},
             {"name":"relics","kind":"Relic","namespaced":false,"verbs":["list"]}]}
            """
        let script: [(String, Reply)] = [
            ("/api", .json(#"{"message":"no such media type"}"#, status: 406)),
            ("/api", .json(String(decoding: try Fixture.bytes("discovery/api.json"), as: UTF8.self))),
            ("/apis", .json(groups)),
            ("/api/v1", .json(String(decoding: try Fixture.bytes("discovery/api_v1.json"), as: UTF8.self))),
            ("/apis/apps/v1", .json(String(decoding: try Fixture.bytes("discovery/apis_apps_v1.json"), as: UTF8.self))),
            ("/apis/apps/v1beta1", .json(old)),
            ("/apis/metrics.k8s.io/v1beta1", Reply(status: 404)),
        ]
        try await withServer(script) { client, server in
            let discovery = try await client.discover()
            #expect(server.unasked == [])
            #expect(discovery.failures == ["metrics.k8s.io/v1beta1: HTTP 404"])
            let deployments = discovery.served[GroupResource(group: "apps", resource: "deployments")] ?? []
            #expect(deployments.map(\.version) == ["v1", "v1beta1"])
            let relics = discovery.resources.filter { $0.groupResource.resource == "relics" }
            #expect(
                relics == [
                    APIResource(
                        groupResource: GroupResource(group: "apps", resource: "relics"), version: "v1beta1",
                        kind: "Relic", isNamespaced: false, verbs: ["list"])
                ])
            #expect(!discovery.resources.contains { $0.groupResource.resource.contains("/") })
        }
    }

    @Test func aServerWithoutGroupsStillOffersTheCore() async throws {
        let script: [(String, Reply)] = [
            ("/api", .json(#"{"kind":"APIVersions","versions":["v1"]}"#)), ("/apis", .json("{}", status: 403)),
            ("/api/v1", .json(String(decoding: try Fixture.bytes("discovery/api_v1.json"), as: UTF8.self))),
        ]
        try await withServer(script) { client, _ in
            let discovery = try await client.discover()
            #expect(discovery.resources.contains { $0.kind == "Pod" })
            #expect(discovery.failures.count == 1)
        }
    }
}
