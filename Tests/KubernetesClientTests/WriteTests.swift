import Access
import KubernetesModel
import Testing

@testable import KubernetesClient

@Suite(.timeLimit(.minutes(20))) struct WriteTests {
    private let deployments = APIResource(
        groupResource: GroupResource(group: "apps", resource: "deployments"), version: "v1", kind: "Deployment")
    private let web = "/apis/apps/v1/namespaces/shop/deployments/web"
    private let pod = "/api/v1/namespaces/shop/pods/web-1"

    private func status(_ code: Int, _ reason: String, _ message: String) -> Reply {
        .json(
            #"{"kind":"Status","apiVersion":"v1","status":"Failure","message":"\#(message)","reason":"\#(reason)","code":\#(code)}"#,
            status: code)
    }

    private func scale(_ replicas: Int?, version: String = "7", uid: String = "u1") -> Reply {
        let spec = replicas.map { #"{"replicas":\#($0)}"# } ?? "{}"
        return .json(
            #"{"kind":"Scale","apiVersion":"autoscaling/v1","metadata":{"name":"web","uid":"\#(uid)","resourceVersion":"\#(version)"},"spec":\#(spec),"status":{"replicas":2}}"#
        )
    }

    // MARK: - Debugging

    @Test func aContainerIsAddedToThePodThatIsMeant() async throws {
        let path = "\(pod)/ephemeralcontainers"
        let absent = status(404, "NotFound", "the server could not find the requested resource")
        try await withServer([(path, .json(#"{"kind":"Pod"}"#)), (path, absent)]) { client, server in
            let container = DebugContainer(name: "debugger-x", image: "busybox:1.37", target: "app")
            try await client.addDebugContainer(container, namespace: "shop", pod: "web-1", uid: "u1")
            #expect(server.seen.map(\.method) == ["PATCH"])
            #expect(server.seen.map { $0.header("Content-Type") } == [["application/strategic-merge-patch+json"]])
            #expect(
                server.seen.map(\.body) == [
                    #"{"spec":{"ephemeralContainers":[{"name":"debugger-x","image":"busybox:1.37","imagePullPolicy":"IfNotPresent","stdin":true,"tty":true,"terminationMessagePolicy":"File","targetContainerName":"app"}]},"metadata":{"uid":"u1"}}"#
                ])
            let failure = await #expect(throws: APIFailure.self) {
                try await client.addDebugContainer(container, namespace: "shop", pod: "web-1")
            }
            #expect(failure?.reason == .notFound)
            #expect(failure?.detail.contains("since Kubernetes 1.23") == true)
        }
    }

    // MARK: - Delete

    @Test func deleteNamesTheObjectItMeansAndTellsWhatTheServerSays() async throws {
        let going = """
            {"kind":"Pod","metadata":{"name":"web-1","deletionTimestamp":"2026-11-21T12:00:00Z",
            "deletionGracePeriodSeconds":30,"finalizers":["example.com/hold"]}}
            """
        try await withServer([(pod, .json(going)), (pod, .json(#"{"kind":"Status","status":"Success"}"#))]) {
            client, server in
            let first = try await client.delete(
                podResource, namespace: "shop", name: "web-1", options: DeleteOptions(uid: "u1", resourceVersion: "5"))
            #expect(first == .terminating(graceSeconds: 30, finalizers: ["example.com/hold"]))
            let second = try await client.delete(
                podResource, namespace: "shop", name: "web-1",
                options: DeleteOptions(propagation: .orphan, gracePeriodSeconds: 0))
            #expect(second == .deleted)
            #expect(server.seen.map(\.method) == ["DELETE", "DELETE"])
            #expect(server.seen.map { $0.header("Content-Type") } == [["application/json"], ["application/json"]])
            #expect(
                server.seen.map(\.body) == [
                    #"{"kind":"DeleteOptions","apiVersion":"v1","propagationPolicy":"Background","preconditions":{"uid":"u1","resourceVersion":"5"}}"#,
                    #"{"kind":"DeleteOptions","apiVersion":"v1","propagationPolicy":"Orphan","gracePeriodSeconds":0}"#,
                ])
        }
    }

    @Test func aDeletionThatIsOnlyBegunIsDone() async throws {
        try await withServer([(pod, Reply(status: 202, headers: [("Content-Type", "application/json")]))]) {
            client, _ in
            let outcome = try await client.delete(podResource, namespace: "shop", name: "web-1")
            #expect(outcome == .deleted)
        }
    }

    @Test func anObjectOfTheSameNameThatCameLaterIsLeftAlone() async throws {
        let words = "Precondition failed: UID in precondition: u1, UID in object meta: u2"
        try await withServer([(pod, status(409, "Conflict", words))]) { client, _ in
            let failure = await #expect(throws: APIFailure.self) {
                try await client.delete(
                    podResource, namespace: "shop", name: "web-1", options: DeleteOptions(uid: "u1"))
            }
            #expect(failure?.reason == .conflict)
            #expect(failure?.description == "delete pods/web-1 in shop: \(words)")
            #expect(failure?.mayHaveHappened == false)
        }
    }

    @Test func aRefusalIsNotTriedAgainAndKeepsTheServersWords() async throws {
        let words = "pods is forbidden: User dev cannot delete resource pods"
        try await withServer([(pod, status(403, "Forbidden", words)), (pod, .json("{}"))]) { client, server in
            let failure = await #expect(throws: APIFailure.self) {
                try await client.delete(podResource, namespace: "shop", name: "web-1")
            }
            #expect(failure?.reason == .forbidden)
            #expect(failure?.detail == words)
            #expect(failure?.mayHaveHappened == false)
            #expect(server.unasked == [pod])
        }
    }

    /// Of a change that got no answer nobody knows whether it was made; it is not sent again.
    @Test(arguments: [Reply(ending: .noHead), Reply(status: 504), Reply(status: 502)])
    func whatGotNoAnswerMayHaveHappened(reply: Reply) async throws {
        // The time that it takes to connect counts.
        let timeouts = reply.ending == .noHead ? ClientTimeouts(answer: .seconds(10)) : ClientTimeouts()
        try await withServer([(pod, reply), (pod, .json("{}"))], timeouts: timeouts) { client, server in
            let failure = await #expect(throws: APIFailure.self) {
                try await client.delete(podResource, namespace: "shop", name: "web-1")
            }
            #expect(failure?.mayHaveHappened == true)
            #expect(server.unasked == [pod])
        }
    }

    @Test func whatCouldNotBeSentDidNotHappen() async throws {
        let access = ClusterAccess(
            contextName: "test", clusterName: "none", userName: "",
            server: ServerAddress(usesTLS: false, host: "127.0.0.1", port: 1))
        try await withClient(access) { client in
            let failure = await #expect(throws: APIFailure.self) {
                try await client.delete(podResource, namespace: "shop", name: "web-1")
            }
            #expect(failure?.reason == .transport)
            #expect(failure?.mayHaveHappened == false)
        }
    }

    @Test func aChangeWaitsForABusyServer() async throws {
        let busy = Reply(status: 429, headers: [("Retry-After", "0")])
        try await withServer([(pod, busy), (pod, .json("{}"))]) { client, server in
            try await client.delete(podResource, namespace: "shop", name: "web-1")
            #expect(server.unasked == [])
        }
    }

    @Test func theBodyOfAnAcceptedChangeMayBreakOff() async throws {
        let reply = Reply(
            headers: [("Content-Type", "application/json")], chunks: [Array(#"{"kind":"Po"#.utf8)], ending: .cut)
        try await withServer([(pod, reply)]) { client, _ in
            let outcome = try await client.delete(podResource, namespace: "shop", name: "web-1")
            #expect(outcome == .deleted)
        }
    }

    // MARK: - Evict

    @Test func evictionsFallBackToTheOlderVersionAndAreNotRepeatedWhenABudgetRefuses() async throws {
        let path = pod + "/eviction"
        let words = "Cannot evict pod as it would violate the pod's disruption budget."
        let script = [
            (path, status(400, "BadRequest", "no kind Eviction is registered for version policy/v1")),
            (path, .json(#"{"kind":"Status","status":"Success"}"#, status: 201)),
            (path, status(429, "TooManyRequests", words)),
        ]
        try await withServer(script) { client, server in
            try await client.evict(namespace: "shop", pod: "web-1", uid: "u1")
            #expect(
                server.seen.map(\.body)
                    == ["policy/v1", "policy/v1beta1"].map {
                        #"{"apiVersion":"\#($0)","kind":"Eviction","metadata":{"name":"web-1","namespace":"shop"},"deleteOptions":{"preconditions":{"uid":"u1"}}}"#
                    })
            let failure = await #expect(throws: APIFailure.self) {
                try await client.evict(namespace: "shop", pod: "web-1")
            }
            #expect(failure?.reason == .tooManyRequests)
            #expect(failure?.detail == words)
        }
    }

    // MARK: - Scale

    @Test func scalingPatchesTheScaleItRead() async throws {
        let path = web + "/scale"
        try await withServer([(path, scale(3)), (path, scale(5))]) { client, server in
            let before = try await client.setScale(
                of: deployments, namespace: "shop", name: "web", to: 5, from: 3, uid: "u1")
            #expect(before.replicas == 3)
            #expect(before.currentReplicas == 2)
            #expect(server.seen.map(\.method) == ["GET", "PATCH"])
            #expect(server.seen[1].header("Content-Type") == ["application/merge-patch+json"])
            #expect(
                server.seen[1].body == #"{"metadata":{"uid":"u1","resourceVersion":"7"},"spec":{"replicas":5}}"#)
        }
    }

    /// A status that changed in between is no reason to stop, another number is.
    @Test func scalingTriesAgainUnlessTheNumberChanged() async throws {
        let path = web + "/scale"
        let conflict = status(409, "Conflict", "the object has been modified")
        try await withServer([(path, scale(nil)), (path, conflict), (path, scale(nil, version: "8")), (path, scale(2))])
        { client, server in
            try await client.setScale(of: deployments, namespace: "shop", name: "web", to: 2, from: 0)
            #expect(server.seen.map(\.method) == ["GET", "PATCH", "GET", "PATCH"])
            #expect(server.seen[3].body.contains(#""resourceVersion":"8""#))
        }
        try await withServer([(path, scale(3)), (path, conflict), (path, scale(4, version: "8"))]) { client, server in
            let failure = await #expect(throws: APIFailure.self) {
                try await client.setScale(of: deployments, namespace: "shop", name: "web", to: 5, from: 3)
            }
            #expect(failure?.reason == .conflict)
            #expect(
                failure?.detail == "it is meant to have 4 replicas by now, not 3; nothing was changed")
            #expect(server.seen.map(\.method) == ["GET", "PATCH", "GET"])
        }
    }

    @Test func anotherObjectIsNotScaledOrRestarted() async throws {
        let object = Reply.json(#"{"kind":"Deployment","metadata":{"uid":"u2"}}"#)
        try await withServer([(web + "/scale", scale(3, uid: "u2")), (web, object)]) { client, server in
            let scaling = await #expect(throws: APIFailure.self) {
                try await client.setScale(of: deployments, namespace: "shop", name: "web", to: 5, uid: "u1")
            }
            let restarting = await #expect(throws: APIFailure.self) {
                try await client.restart(
                    deployments, namespace: "shop", name: "web", uid: "u1", now: Timestamp(seconds: 0))
            }
            #expect(scaling?.reason == .conflict)
            #expect(restarting?.detail == scaling?.detail)
            #expect(server.seen.map(\.method) == ["GET", "GET"])
        }
    }

    // MARK: - Restart

    @Test func restartStampsTheTemplateAsKubectlDoes() async throws {
        let object = Reply.json(#"{"kind":"Deployment","metadata":{"uid":"u1"},"spec":{"template":{"metadata":{}}}}"#)
        try await withServer([(web, object), (web, object)]) { client, server in
            try await client.restart(
                deployments, namespace: "shop", name: "web", uid: "u1",
                now: Timestamp(microseconds: 1_795_262_624_250_000))
            #expect(server.seen.map(\.method) == ["GET", "PATCH"])
            #expect(server.seen[1].header("Content-Type") == ["application/strategic-merge-patch+json"])
            #expect(
                server.seen[1].body
                    == #"{"spec":{"template":{"metadata":{"annotations":{"kubectl.kubernetes.io/restartedAt":"2026-11-21T12:03:44Z"}}}},"metadata":{"uid":"u1"}}"#
            )
        }
    }

    @Test func whatIsPausedOrWasRestartedInThisSecondIsNotRestarted() async throws {
        let paused = Reply.json(#"{"spec":{"paused":true}}"#)
        let fresh = Reply.json(
            #"{"spec":{"template":{"metadata":{"annotations":{"kubectl.kubernetes.io/restartedAt":"1970-01-01T00:00:09Z"}}}}}"#
        )
        for reply in [paused, fresh] {
            try await withServer([(web, reply)]) { client, server in
                let failure = await #expect(throws: APIFailure.self) {
                    try await client.restart(
                        deployments, namespace: "shop", name: "web", now: Timestamp(seconds: 9))
                }
                #expect(failure?.reason == .conflict)
                #expect(server.seen.count == 1)
            }
        }
    }

    // MARK: - Questions

    @Test func aReviewAsksAndChangesNothing() async throws {
        let path = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"
        let no = Reply.json(
            #"{"kind":"SelfSubjectAccessReview","status":{"allowed":false,"reason":"no role"}}"#, status: 201)
        try await withServer([(path, no), (path, .json("{}", status: 201))], readOnly: true) { client, server in
            let question = AccessQuestion(
                verb: "patch", resource: deployments.groupResource, subresource: "scale", namespace: "shop")
            let answer = try await client.review(question)
            #expect(answer == AccessAnswer(isAllowed: false, reason: "no role"))
            #expect(
                server.seen[0].body
                    == #"{"apiVersion":"authorization.k8s.io/v1","kind":"SelfSubjectAccessReview","spec":{"resourceAttributes":{"verb":"patch","group":"apps","resource":"deployments","subresource":"scale","namespace":"shop"}}}"#
            )
            await #expect(throws: APIFailure.self) { _ = try await client.review(question) }
        }
    }

    // MARK: - Read-only

    @Test func aReadOnlyClientSendsNothingThatChanges() async throws {
        try await withServer([], readOnly: true) { client, server in
            func expectRefusal(_ body: () async throws -> Void) async {
                let failure = await #expect(throws: APIFailure.self) { try await body() }
                #expect(failure?.reason == .readOnly)
            }
            await expectRefusal { try await client.delete(podResource, namespace: "shop", name: "web-1") }
            await expectRefusal { try await client.evict(namespace: "shop", pod: "web-1") }
            await expectRefusal {
                try await client.setScale(of: deployments, namespace: "shop", name: "web", to: 1)
            }
            await expectRefusal {
                try await client.restart(deployments, namespace: "shop", name: "web", now: Timestamp(seconds: 0))
            }
            for target in [ContainerCall.Target.exec(["true"]), .attach] {
                let call = ContainerCall(namespace: "shop", pod: "web-1", target: target)
                await expectRefusal { try await client.withCall(call) { _ in } }
            }
            #expect(server.seen.isEmpty)
            #expect(client.requestCount == 0)
        }
    }

    @Test(arguments: [
        (APIRequest.Method.get, "api/v1/namespaces/a/pods/b", false),
        (.get, "api/v1/namespaces/a/pods/b/log", false),
        (.get, "api/v1/namespaces/a/pods/b/exec", true),
        (.post, "api/v1/namespaces/a/pods/b/exec", true),
        (.get, "api/v1/namespaces/a/pods/b/attach", true),
        (.get, "api/v1/namespaces/a/pods/b/portforward", false),
        (.post, "api/v1/namespaces/a/pods/b/portforward", false),
        (.get, "api/v1/namespaces/a/pods/b/proxy/ready", false),
        (.post, "api/v1/namespaces/a/pods/b/proxy/ready", true),
        (.post, "api/v1/namespaces/a/pods/b/eviction", true),
        (.get, "api/v1/namespaces/a/pods/exec", false),
        (.get, "apis/example.com/v1/namespaces/a/things/exec", false),
        (.delete, "api/v1/namespaces/a/pods/b", true),
        (.patch, "apis/apps/v1/namespaces/a/deployments/b/scale", true),
        (.post, "apis/authorization.k8s.io/v1/selfsubjectaccessreviews", false),
        (.post, "apis/authorization.k8s.io/v1/selfsubjectrulesreviews", false),
        (.post, "apis/authentication.k8s.io/v1/selfsubjectreviews", false),
        (.delete, "apis/authorization.k8s.io/v1/selfsubjectaccessreviews", true),
        (.post, "apis/example.com/v1/reviews", true),
    ])
    func whatChangesTheClusterFollowsFromVerbAndPath(_ method: APIRequest.Method, _ path: String, _ changes: Bool) {
        let request = APIRequest(
            attempt: "", method: method, path: path.split(separator: "/").map(String.init))
        #expect(request.changesCluster == changes)
    }
}
