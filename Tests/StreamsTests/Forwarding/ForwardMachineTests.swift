import KubernetesModel
import Streams
import Testing

struct ForwardMachineTests {
    private typealias Choice = ForwardMachine.Choice

    private static func source(_ object: any KubernetesObject) -> Result<ForwardSource, ForwardProblem> {
        func box<Object: KubernetesObject>(_ object: Object) -> any StoredObject { Stored(object) }
        return Result { () throws(ForwardProblem) in try ForwardSource(of: box(object)) }
    }

    private static let web = service([("http", 80, .int(8080), "TCP")])

    private func standing(
        _ remote: String, _ object: any KubernetesObject, _ pods: [Pod], of target: String = "svc/web"
    ) throws -> ForwardMachine.Standing {
        var machine = ForwardMachine(
            target: try ForwardTarget(parsing: target), remote: try ForwardPort.Remote(parsing: remote))
        machine.update(source: Self.source(object), pods: pods)
        return machine.standing
    }

    // MARK: Ports

    @Test func aServicePortLeadsToItsTargetPort() throws {
        let named = [("web", Int32(9000), "TCP")]
        let pods = [pod("a", ports: named)]
        func port(_ remote: String, _ service: Service) throws -> Int? {
            if case .ready(let choice) = try standing(remote, service, pods) { choice.port } else { nil }
        }
        #expect(try port("80", Self.web) == 8080)
        #expect(try port("http", Self.web) == 8080)
        #expect(try port("80", service([("", 80, .int(0), "TCP")])) == 80)
        #expect(try port("80", service([("", 80, .string("web"), "")])) == 9000)
        // A headless Service stands for the pods themselves.
        #expect(try port("80", service([("", 80, .int(8080), "TCP")], clusterIP: "None")) == 80)
        // DNS is over both.
        #expect(try port("53", service([("u", 53, .int(1), "UDP"), ("t", 53, .int(2), "TCP")])) == 2)
    }

    @Test func whatCannotBeForwardedSaysWhy() throws {
        func words(_ remote: String, _ object: any KubernetesObject, _ pods: [Pod] = [pod("a")]) throws -> String? {
            if case .impossible(let words) = try standing(remote, object, pods) { words } else { nil }
        }
        #expect(
            try words("81", service([("http", 80, .int(1), ""), ("", 443, .int(2), "")]))
                == "svc/web: the Service has no port 81; it has 80 (http), 443")
        #expect(
            try words("53", service([("dns", 53, .int(53), "UDP")]))
                == "svc/web: port 53 is UDP: only TCP can be forwarded")
        #expect(try words("80", service([], type: "ExternalName"))?.contains("another name of example.com") == true)
        #expect(try words("80", service([("", 80, .int(1), "")], selector: [:]))?.contains("has no selector") == true)
        #expect(
            try words("80", service([("", 80, .string("nope"), "")]))
                == "svc/web: its pod has no port named nope")
        #expect(
            try words("80", service([("", 80, .int(-5), "")])) == "svc/web: the Service's target port -5 is no port")
        #expect(try words("web", deployment([:]))?.contains("has no selector") == true)
        #expect(try words("web", deployment()) == "svc/web: its pod has no port named web")
        #expect(
            try words("514", deployment(), [pod("a", ports: [("syslog", 514, "UDP")])])
                == "svc/web: port 514 is UDP: only TCP can be forwarded")
    }

    @Test func aPodWithoutTheNamedPortIsPassedOver() throws {
        let pods = [pod("new", born: 9), pod("old", born: 1, ports: [("web", 9000, "")])]
        #expect(
            try standing("web", deployment(), pods, of: "deploy/web")
                == .ready(Choice(pod: "old", uid: "uid-old", port: 9000)))
    }

    // MARK: Which pod

    private func machine(_ target: String = "svc/web", _ remote: String = "80") throws -> ForwardMachine {
        ForwardMachine(target: try ForwardTarget(parsing: target), remote: try ForwardPort.Remote(parsing: remote))
    }

    private func chosen(_ machine: ForwardMachine) -> String? {
        if case .ready(let choice) = machine.standing { choice.pod } else { nil }
    }

    @Test func theNewestReadyPodIsTakenAndKept() throws {
        var machine = try machine()
        let source = Self.source(Self.web)
        machine.update(source: source, pods: [pod("a", born: 1), pod("b", born: 2), pod("c", ready: false, born: 3)])
        #expect(chosen(machine) == "b")
        machine.update(source: source, pods: [pod("a", born: 1), pod("b", born: 2), pod("c", born: 3)])
        #expect(chosen(machine) == "b")
        machine.update(
            source: source, pods: [pod("a", born: 1), pod("b", terminating: true, born: 2), pod("c", born: 3)])
        #expect(chosen(machine) == "c")
    }

    @Test func aRollingRestartIsFollowed() throws {
        var machine = try machine()
        let source = Self.source(Self.web)
        var seen: [String?] = []
        for pods in [
            [pod("old")], [pod("old"), pod("new", phase: "Pending", ready: false, born: 9)],
            [pod("old"), pod("new", born: 9)], [pod("old", terminating: true), pod("new", born: 9)],
            [pod("new", born: 9)],
        ] {
            machine.update(source: source, pods: pods)
            seen.append(chosen(machine))
        }
        #expect(seen == ["old", "old", "old", "new", "new"])
    }

    @Test func itWaitsWithWordsWhileNoneIsReady() throws {
        var machine = try machine()
        let source = Self.source(Self.web)
        machine.update(source: source, pods: [])
        #expect(machine.standing == .waiting("svc/web has no pods"))
        let crashing = pod("a", ready: false, runs: false)
        machine.update(source: source, pods: [crashing, pod("b", ready: false), pod("c", terminating: true)])
        #expect(
            machine.standing
                == .waiting("no pod of svc/web is ready (a is CrashLoopBackOff, b is not ready, c is Terminating)"))
        machine.update(source: source, pods: [crashing, pod("b")])
        #expect(chosen(machine) == "b")
        // Only its probe failed: it answers all the same.
        machine.update(source: source, pods: [crashing, pod("b", ready: false)])
        #expect(chosen(machine) == "b")
        machine.update(source: source, pods: [crashing, pod("b", ready: false, runs: false)])
        #expect(chosen(machine) == nil)
        machine.update(source: nil, pods: [])
        #expect(machine.standing == .waiting("svc/web is gone"))
        machine.update(source: source, pods: [pod("z")])
        #expect(chosen(machine) == "z")
    }

    @Test func aServiceThatPublishesAllPodsIsBelieved() throws {
        let all = service([("", 80, .int(80), "")], publishesAll: true)
        #expect(try standing("80", all, [pod("a", ready: false)]) == .ready(Choice(pod: "a", uid: "uid-a", port: 80)))
    }

    @Test func aPodThatRefusedIsTriedLast() throws {
        var machine = try machine()
        let source = Self.source(Self.web)
        let pods = [pod("a", born: 1), pod("b", born: 2)]
        machine.update(source: source, pods: pods)
        machine.suspect("b", pods: pods)
        machine.update(source: source, pods: pods)
        #expect(chosen(machine) == "a")
        // All refuse: it stays rather than going round.
        machine.suspect("a", pods: pods)
        machine.update(source: source, pods: pods)
        #expect(chosen(machine) == "a")
        // Something changed about one.
        machine.update(source: source, pods: [pods[0], pod("b", version: "2", born: 2)])
        #expect(chosen(machine) == "b")
        machine.suspect("gone", pods: pods)
    }

    @Test func aTargetThatNeverWasIsImpossible() throws {
        var machine = try machine()
        machine.update(source: nil, pods: nil)
        #expect(machine.standing == .impossible("there is no svc/web"))
    }

    @Test func nothingIsSaidBeforePodsAreKnown() throws {
        var machine = try machine()
        machine.update(source: Self.source(Self.web), pods: nil)
        #expect(machine.standing == .looking)
        machine.update(source: Self.source(Self.web), pods: [pod("a")])
        machine.update(source: Self.source(Self.web), pods: nil)
        #expect(chosen(machine) == "a")
    }

    // MARK: One pod

    private static let own = Result<ForwardSource, ForwardProblem>.success(ForwardSource(pods: .named("a")))

    @Test func onePodIsTakenAsItIsAndEndsWithIt() throws {
        var machine = try machine("a")
        machine.update(source: Self.own, pods: [pod("a", phase: "Pending", ready: false)])
        #expect(machine.standing == .waiting("pod/a is not running yet (Pending)"))
        machine.update(source: Self.own, pods: [pod("a", ready: false, terminating: true, maker: "ReplicaSet")])
        #expect(machine.standing == .ready(Choice(pod: "a", uid: "uid-a", port: 80)))
        machine.update(source: Self.own, pods: [])
        #expect(
            machine.standing
                == .ended("pod/a is gone; a forward to its Deployment or Service moves to the next pod"))
        machine.update(source: Self.own, pods: [pod("a")])
        #expect(chosen(machine) == nil)
    }

    @Test func anotherPodOfTheNameIsNotTheSame() throws {
        var machine = try machine("a")
        machine.update(source: Self.own, pods: [pod("a")])
        machine.update(source: Self.own, pods: [pod("a", uid: "other")])
        #expect(machine.standing == .ended("pod/a is gone"))
    }

    @Test(arguments: ["StatefulSet", "Node"])
    func aPodThatComesBackByNameIsWaitedFor(maker: String) throws {
        var machine = try machine("a")
        machine.update(source: Self.own, pods: [pod("a", maker: maker)])
        machine.update(source: Self.own, pods: [])
        #expect(machine.standing == .waiting("pod/a is gone, but will be made again"))
        machine.update(source: Self.own, pods: [pod("a", uid: "second", maker: maker)])
        #expect(machine.standing == .ready(Choice(pod: "a", uid: "second", port: 80)))
    }

    @Test func aPodThatHasEndedIsSaidTo() throws {
        var machine = try machine("a")
        machine.update(source: Self.own, pods: [pod("a", phase: "Failed", ready: false)])
        #expect(machine.standing == .ended("pod/a has ended (Failed)"))
        var other = try self.machine("a", "http")
        other.update(source: Self.own, pods: [pod("a", ports: [("web", 80, "")])])
        #expect(other.standing == .impossible("pod/a: it has no port named http; it has web (80)"))
        other.update(source: Self.own, pods: [])
    }
}
