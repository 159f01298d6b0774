import Access
import AppRuntime
import DemoCluster
import KubernetesClient
import KubernetesModel
import Testing

/// What is said about access where the server does not say everything.
@Suite(.timeLimit(.minutes(20)))
struct AccessTests {
    /// Answers every question about oneself: nothing is allowed, whatever was asked.
    private static func answerAll(_ faulty: FaultyServer) {
        for (kind, status) in [
            ("selfsubjectaccessreviews", #"{"allowed":false}"#), ("selfsubjectrulesreviews", "{}"),
            ("selfsubjectreviews", #"{"userInfo":{"username":"me","groups":["dev"]}}"#),
        ] {
            faulty.spoil(.answer(201, #"{"kind":"Review","status":\#(status)}"#), times: nil) { $0.kind == kind }
        }
    }

    /// Asks a server of which some answers are as a test wants them.
    private func report(
        namespace: String = "shop", before: (FaultyServer) -> Void
    ) async throws -> (AccessReport, requests: [ServedRequest], most: Int) {
        let server = DemoServer(store: try smallCluster(), clock: { .systemNow })
        try await server.start()
        let faulty = FaultyServer(upstream: server.port)
        try await faulty.start()
        // The first order that matches counts.
        before(faulty)
        Self.answerAll(faulty)
        let client = try Rig.client(port: faulty.port, timeouts: Rig.patient)
        let result: Result<AccessReport, any Error>
        do {
            result = .success(try await AccessReading(client, access: client.access).report(namespace: namespace))
        } catch {
            result = .failure(error)
        }
        let count = client.requestCount
        await client.shutdown()
        await faulty.kill()
        await server.shutdown()
        return (try result.get(), faulty.requests, count)
    }

    private static let incomplete = Fault.answer(
        201,
        #"{"kind":"SelfSubjectRulesReview","apiVersion":"authorization.k8s.io/v1","status":{"resourceRules":[{"verbs":["list"],"apiGroups":[""],"resources":["pods"]}],"nonResourceRules":[],"incomplete":true,"evaluationError":"webhook authorizer does not support user rule resolution"}}"#
    )

    @Test func whatAnIncompleteListLacksIsAskedAsFarAsFortyRequestsGo() async throws {
        let (report, _, count) = try await report { faulty in
            faulty.spoil(Self.incomplete, times: nil) { $0.kind == "selfsubjectrulesreviews" }
        }
        #expect(count <= AccessReading.requestLimit && count > 20)
        #expect(report.isIncomplete)
        #expect(report.notes.contains { $0.contains("webhook authorizer does not support user rule resolution") })
        let pods = try #require(report.rows.first { $0.resource.resource == "pods" })
        // Listed, asked for by itself, and neither.
        #expect(pods.verdicts[1] == .yes && pods.verdicts[6] == .no && pods.verdicts[4] == .unknown)
        #expect(report.dangers == [])
    }

    @Test func aServerThatForbidsListsOfRulesIsAskedOneByOne() async throws {
        let (report, _, count) = try await report { faulty in
            faulty.spoil(
                .status(403, "Forbidden", "selfsubjectrulesreviews is forbidden"), times: nil
            ) { $0.kind == "selfsubjectrulesreviews" }
        }
        #expect(count <= AccessReading.requestLimit)
        #expect(report.notes.contains { $0.contains("what is allowed in shop") })
        #expect(report.rows.contains { $0.verdicts.contains(.no) && $0.verdicts.contains(.unknown) })
        #expect(report.identity?.username == "me" && report.source == .server)
    }

    /// Kinds beside the usual, and whether they are in namespaces.
    private static let unusual = [
        ("apps", "controllerrevisions", true), ("autoscaling", "horizontalpodautoscalers", true),
        ("coordination.k8s.io", "leases", true), ("discovery.k8s.io", "endpointslices", true),
        ("flowcontrol.apiserver.k8s.io", "flowschemas", false), ("node.k8s.io", "runtimeclasses", false),
        ("policy", "poddisruptionbudgets", true), ("scheduling.k8s.io", "priorityclasses", false),
        ("storage.k8s.io", "csistoragecapacities", true),
    ]

    private static func rules(isIncomplete: Bool) -> Fault {
        let rules = unusual.map { #"{"verbs":["list"],"apiGroups":["\#($0.0)"],"resources":["\#($0.1)"]}"# }
        return .answer(
            201,
            #"{"kind":"SelfSubjectRulesReview","apiVersion":"authorization.k8s.io/v1","status":{"resourceRules":[\#(rules.joined(separator: ","))],"nonResourceRules":[],"incomplete":\#(isIncomplete)}}"#
        )
    }

    @Test(arguments: [false, true])
    func aServerWithoutAggregatedDiscoveryIsAskedOncePerGroup(isIncomplete: Bool) async throws {
        let (report, requests, count) = try await report { faulty in
            for root in ["api", "apis"] {
                faulty.spoil(.status(406, "NotAcceptable", "only application/json")) { $0.kind == root }
            }
            faulty.spoil(Self.rules(isIncomplete: isIncomplete), times: nil) { $0.kind == "selfsubjectrulesreviews" }
        }
        #expect(count <= AccessReading.requestLimit)
        let discovered = requests.filter { $0.path.hasPrefix("/apis/") && !$0.kind.hasSuffix("reviews") }
        let groups = discovered.compactMap { $0.path.split(separator: "/").dropFirst().first.map(String.init) }
        #expect(groups.sorted() == Self.unusual.map(\.0))
        for (group, resource, isNamespaced) in Self.unusual {
            let row = (isNamespaced ? report.rows : report.clusterRows).first { $0.resource.resource == resource }
            #expect(row?.verdicts[1] == .yes, "\(resource).\(group)")
        }
        #expect(report.dangers == [])
        let isAllKnown = report.survey?.knowsAllDangers == true
        #expect(isAllKnown == !isIncomplete)
    }

    @Test func aServerBeforeSelfReviewsCannotTellWhoOneIs() async throws {
        let (report, requests, _) = try await report { faulty in
            faulty.spoil(.status(404, "NotFound", "no such thing"), times: nil) { $0.kind == "selfsubjectreviews" }
        }
        #expect(report.identity == nil && report.source == .unknown)
        #expect(requests.filter { $0.kind == "selfsubjectreviews" }.count == 2)
        #expect(!report.rows.isEmpty)
    }

    @Test func aServerThatForbidsEveryQuestionIsAFailureInItsWords() async throws {
        await #expect {
            _ = try await report { $0.spoil(.status(403, "Forbidden", "reviews are not for you"), times: nil) }
        } throws: { "\($0)".contains("reviews are not for you") }
    }
}
