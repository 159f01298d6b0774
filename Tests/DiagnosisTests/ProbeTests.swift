import KubernetesModel
import Testing

@testable import Diagnosis

struct ProbeTests {
    @Test(
        arguments: [
            ("Readiness probe failed: HTTP probe failed with statuscode: 503", ProbeKind.readiness, .status(503)),
            (
                "Liveness probe failed: Get \"http://10.1.2.3:8080/healthz\": dial tcp 10.1.2.3:8080: connect: connection refused",
                .liveness, .refused
            ),
            (
                "Startup probe failed: Get \"http://10.1.2.3:8080/\": context deadline exceeded "
                    + "(Client.Timeout exceeded while awaiting headers)", .startup, .timeout
            ),
            ("Liveness probe failed: dial tcp 10.1.2.3:5432: i/o timeout", .liveness, .timeout),
            ("Readiness probe failed: dial tcp 10.1.2.3:80: connect: no route to host", .readiness, .noRoute),
            (
                "Readiness probe failed: Get \"https://10.1.2.3:8080/\": http: server gave HTTP response to HTTPS client",
                .readiness, .plainServer
            ),
            (
                "Readiness probe failed: Get \"http://10.1.2.3:8443/\": net/http: HTTP/1.x transport connection broken: "
                    + "malformed HTTP response \"\\x15\\x03\\x01\\x00\\x02\\x02\"", .readiness, .otherProtocol
            ),
            ("Readiness probe failed: Get \"https://10.1.2.3:8443/\": EOF", .readiness, .closed),
            ("Liveness probe failed: cat: can't open '/tmp/alive': No such file or directory\n", .liveness, .command),
            (
                "Readiness probe failed: timeout: failed to connect service \"10.1.2.3:9090\" within 1s", .readiness,
                .timeout
            ),
            (
                "Readiness probe failed: service unhealthy (responded with \"NOT_SERVING\")", .readiness, .notServing
            ),
            ("Liveness probe failed: ", .liveness, .command),
        ] as [(String, ProbeKind, ProbeMessage.Cause)])
    func readsWhyAProbeFails(message: String, kind: ProbeKind, cause: ProbeMessage.Cause) throws {
        let read = try #require(ProbeMessage(message))
        #expect(read.kind == kind)
        #expect(read.cause == cause)
        #expect(!read.isError && !read.isWarning)
    }

    @Test(arguments: [
        "Readiness probe errored and resulted in unknown state: strconv.Atoi: parsing \"http\": invalid syntax",
        "Readiness probe errored: strconv.Atoi: parsing \"http\": invalid syntax",
        "(combined from similar events): Readiness probe errored: strconv.Atoi: parsing \"http\": invalid syntax",
    ])
    func aProbeThatCannotBeMadeIsNoFailure(message: String) throws {
        let read = try #require(ProbeMessage(message))
        #expect(read.isError)
        #expect(read.cause == .unknownPort("http"))
    }

    @Test(arguments: [
        (
            "Readiness probe errored: rpc error: code = Unknown desc = failed to exec in container: container is in "
                + "CONTAINER_EXITED state", false
        ),
        ("Liveness probe errored: rpc error: code = DeadlineExceeded desc = context deadline exceeded", false),
        (
            "Liveness probe errored: rpc error: code = Unknown desc = failed to exec in container: failed to start exec "
                + "\"1f\": OCI runtime exec failed: exec failed: unable to start container process: exec: "
                + "\"/bin/health-check\": stat /bin/health-check: no such file or directory: unknown", true
        ),
        ("Liveness probe errored: strconv.Atoi: parsing \"http\": invalid syntax", true),
        ("Liveness probe failed: HTTP probe failed with statuscode: 503", false),
    ])
    func onlyAProbeThatCanNeverBeMadeIsSoForGood(message: String, isForGood: Bool) throws {
        #expect(try #require(ProbeMessage(message)).isForGood == isForGood)
    }

    @Test func aRedirectToAnotherHostIsAWarning() throws {
        let read = try #require(ProbeMessage("Liveness probe warning: Probe terminated redirects, Response body: "))
        #expect(read.isWarning)
    }

    @Test(arguments: [
        "", "Readiness", "Back-off restarting failed container", "Exec probe failed: x", ": probe failed",
    ])
    func otherMessagesAreNotOfAProbe(message: String) { #expect(ProbeMessage(message) == nil) }

    @Test func aScheduleCountsWithTheDefaultsOfTheAPI() {
        let schedule = ProbeSchedule(Probe(), .liveness, podGrace: nil)
        #expect(schedule.budget == 30)
        #expect(schedule.grace == 30)
        #expect(schedule.text == "every 10 s, 1 s limit, 3 failures → killed after 30 s")
        var probe = Probe()
        probe.initialDelaySeconds = 5
        probe.periodSeconds = 2
        probe.failureThreshold = 1
        probe.timeoutSeconds = 3
        probe.successThreshold = 2
        probe.terminationGracePeriodSeconds = 7
        #expect(
            ProbeSchedule(probe, .readiness, podGrace: 60).text
                == "first after 5 s, every 2 s, 3 s limit, 1 failure → no traffic after 2 s, 2 successes to be ready")
        #expect(ProbeSchedule(probe, .startup, podGrace: 60).budget == 7)
        #expect(ProbeSchedule(probe, .startup, podGrace: 60).grace == 7)
    }

    @Test func aProbeIsWrittenAsWhatItAsks() {
        var get = HTTPGetAction()
        get.path = "healthz"
        get.port = .string("http")
        #expect(ProbeHandler.httpGet(get).text == "GET http :http/healthz")
        #expect(ProbeHandler.exec(command: ["cat", "/tmp/ready"]).text == "exec cat /tmp/ready")
        #expect(ProbeHandler.grpc(port: 9090, service: "").text == "grpc :9090")
    }

    // MARK: Readings

    private func pod(_ change: (inout Container, inout ContainerStatus) -> Void) -> Pod {
        var container = Container()
        container.name = "app"
        var port = ContainerPort()
        port.name = "web"
        port.containerPort = 8080
        container.ports = [port]
        var status = ContainerStatus()
        status.name = "app"
        status.state = .running(startedAt: Timestamp(seconds: 1000))
        change(&container, &status)
        var pod = Pod()
        pod.metadata.uid = "u"
        pod.nodeName = "node"
        pod.spec.containers = [container]
        pod.status.containerStatuses = [status]
        return pod
    }

    private func get(_ port: IntOrString) -> Probe {
        var action = HTTPGetAction()
        action.port = port
        var probe = Probe()
        probe.handler = .httpGet(action)
        return probe
    }

    private func event(_ message: String, at seconds: Int64) -> Event {
        var event = Event()
        event.message = message
        event.involvedObject.fieldPath = "spec.containers{app}"
        event.firstTimestamp = Timestamp(seconds: seconds)
        event.lastTimestamp = Timestamp(seconds: seconds)
        return event
    }

    private func verdicts(_ pod: Pod, _ events: [Event] = []) -> [ProbeReading.Verdict] {
        ProbeReading.probes(of: pod, events: events, now: Timestamp(seconds: 2000)).map(\.verdict)
    }

    @Test func aPortThatIsNotDeclaredMakesAProbeInert() {
        let pod = pod { container, _ in container.readinessProbe = get(.string("http")) }
        #expect(verdicts(pod) == [.inert("no port is named http; there is web 8080")])
    }

    @Test func theOthersWaitForTheStartupProbe() {
        let pod = pod { container, status in
            container.startupProbe = get(.int(8080))
            container.livenessProbe = get(.string("web"))
            status.started = false
        }
        #expect(verdicts(pod) == [.unknown, .waiting("the startup probe has not succeeded yet")])
    }

    @Test func aFailureOfAnEarlierRunIsOver() throws {
        let message = "Liveness probe failed: HTTP probe failed with statuscode: 500"
        let pod = pod { container, _ in container.livenessProbe = get(.string("web")) }
        #expect(verdicts(pod, [event(message, at: 900)]) == [.passing])
        #expect(verdicts(pod, [event(message, at: 1200)]) == [.passing])
        let read = try #require(ProbeMessage(message))
        #expect(
            verdicts(pod, [event(message, at: 1950)]) == [.failing(read, since: Timestamp(seconds: 1950))])
    }

    @Test func aContainerThatIsReadyPassesWhateverItsEventsSay() {
        let pod = pod { container, status in
            container.readinessProbe = get(.int(8080))
            status.ready = true
        }
        let events = [event("Readiness probe failed: HTTP probe failed with statuscode: 503", at: 1990)]
        #expect(verdicts(pod, events) == [.passing])
    }
}
