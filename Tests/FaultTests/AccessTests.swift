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
