import Diagnosis
import KubernetesModel
import Testing

/// What comes of comparing the ways to a container.
struct ProbeTestTests {
    private typealias Outcome = ProbeTest.Outcome

    private func test(
        exec: Outcome, forward: Outcome, proxy: Outcome, milliseconds: Int = 5, command: Bool = false
    ) -> ProbeTest {
        var probe = Probe()
        var action = HTTPGetAction()
        action.port = .int(8080)
        probe.handler = command ? .exec(command: ["cat", "/ready"]) : .httpGet(action)
        var test = ProbeTest(container: "app", kind: .readiness, probe: probe, port: command ? nil : 8080)
        for (way, outcome) in [(ProbeTest.Way.exec, exec), (.forward, forward), (.proxy, proxy)] {
            let attempt = ProbeTest.Attempt(outcome, milliseconds: outcome.isGood ? milliseconds : nil)
            test.attempts[way] = Array(repeating: attempt, count: outcome.isTelling ? ProbeTest.rounds : 1)
        }
        return test
    }

    private func verdict(_ test: ProbeTest, kubelet: ProbeReading.Verdict = .unknown, undeclared: String? = nil)
        -> String?
    {
        test.verdict(kubelet: kubelet, undeclaredPort: undeclared)
    }

    @Test func aForwardThatAnswersWhereThePodsAddressRefusesMeansLoopback() {
        let loopback =
            "The application listens on loopback only: it answers inside the pod and refuses at the pod's address, where the kubelet asks. Have it listen on 0.0.0.0 (or ::)."
        #expect(verdict(test(exec: .refused, forward: .answered(200), proxy: .refused)) == loopback)
        #expect(verdict(test(exec: .unable("no curl"), forward: .answered(200), proxy: .refused)) == loopback)
        #expect(verdict(test(exec: .refused, forward: .answered(200), proxy: .unable("forbidden"))) == loopback)
    }

    @Test func aProxyThatGetsNoAnswerMeansTheNetwork() {
        let words = verdict(test(exec: .answered(200), forward: .answered(200), proxy: .timedOut))
        #expect(words?.hasPrefix("It answers inside the pod, but not from outside: a NetworkPolicy") == true)
    }

    @Test func refusalEverywhereMeansThatNobodyListens() {
        #expect(
            verdict(test(exec: .refused, forward: .refused, proxy: .refused))
                == "Nothing listens on port 8080 of the pod.")
    }

    @Test func theSameBadStatusEverywhereIsTheApplications() {
        #expect(
            verdict(test(exec: .answered(503), forward: .answered(503), proxy: .answered(503)))
                == "The application itself answers 503; the way to it is fine. Its log may say why.")
    }

    @Test func successNamesWhatElseIsWrong() {
        let good = test(exec: .answered(200), forward: .answered(204), proxy: .answered(302))
        #expect(verdict(good) == "It succeeds.")
        #expect(
            verdict(good, undeclared: "http")
                == "The application answers on 8080; only the probe's port name \"http\" is wrong.")
        let slow = test(exec: .answered(200), forward: .answered(200), proxy: .answered(200), milliseconds: 1400)
        #expect(verdict(slow) == "It answers, but needs up to 1400 ms; the kubelet waits 1 s.")
    }

    @Test func aCommandIsJudgedByItsExitCode() {
        let failed = test(exec: .exited(1), forward: .notApplicable, proxy: .notApplicable, command: true)
        #expect(verdict(failed) == "The command itself fails: exit code 1.")
        let fine = test(exec: .succeeded, forward: .notApplicable, proxy: .notApplicable, command: true)
        #expect(verdict(fine) == "It succeeds.")
    }

    @Test func thereIsNoVerdictBeforeEveryWayIsTried() {
        var test = test(exec: .answered(200), forward: .answered(200), proxy: .answered(200))
        test.attempts[.proxy]?.removeLast()
        #expect(verdict(test) == nil)
        #expect(test.words(of: .proxy) == "200 in 5 ms, 2 of 2")
        test.attempts[.proxy] = nil
        #expect(test.words(of: .proxy) == "…")
    }

    @Test func oneBadAttemptOfThreeIsTold() {
        var test = test(exec: .unable("the image has no shell"), forward: .answered(200), proxy: .answered(200))
        test.attempts[.proxy]?[1] = ProbeTest.Attempt(.answered(500), milliseconds: 9)
        #expect(test.words(of: .proxy) == "500 in 9 ms, 1 of 3")
        #expect(test.words(of: .exec) == "not tried: the image has no shell")
        #expect(
            verdict(test) == "The ways differ (port-forward: 200; API server proxy: 500): it may come and go.")
    }

    @Test func aPortThatIsNotDeclaredIsTheOnlyOneThatIs() {
        var container = Container()
        var port = ContainerPort()
        port.name = "web"
        port.containerPort = 8080
        container.ports = [port]
        var action = HTTPGetAction()
        var probe = Probe()
        for (wanted, expected) in [
            (IntOrString.string("http"), 8080), (.string("web"), 8080), (.string("81"), 81), (.int(82), 82),
        ] {
            action.port = wanted
            probe.handler = .httpGet(action)
            #expect(container.port(of: probe) == expected)
        }
    }
}
