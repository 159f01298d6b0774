import KubernetesModel
import Testing

@testable import Streams

struct LogDirectorTests {
    private func pod(_ name: String, containers: [String] = ["app"], phase: String = "Running") -> Pod {
        var pod = Pod()
        pod.metadata.name = name
        pod.metadata.uid = "uid-" + name
        pod.status.phase = phase
        pod.spec.restartPolicy = "Always"
        for name in containers {
            var container = Container()
            container.name = name
            pod.spec.containers.append(container)
            var status = ContainerStatus()
            status.name = name
            status.state = .running(startedAt: nil)
            pod.status.containerStatuses.append(status)
        }
        return pod
    }

    private func query(_ target: LogTarget, _ containers: LogQuery.Containers = .usual, follow: Bool = true) -> LogQuery
    {
        var query = LogQuery(namespace: "shop", target: target)
        query.containers = containers
        query.follow = follow
        return query
    }

    /// Takes the starts as the feed does.
    private func started(_ director: inout LogDirector, _ starts: [LogDirector.Start], from id: Int) {
        for (index, start) in starts.enumerated() {
            director.note(
                LogSource(id: id + index, namespace: "shop", pod: start.source.pod, container: start.source.container),
                start)
        }
    }

    @Test func podsJoinAndLeave() throws {
        var director = LogDirector(query: query(.selector("app=web")))
        let first = try director.begin([[pod("web-1")]])
        #expect(first.starts.map(\.source.pod) == ["web-1"])
        #expect(first.starts.map(\.source.wasThere) == [true])
        started(&director, first.starts, from: 0)
        let second = director.update([pod("web-2")])
        #expect(second.starts.map(\.source.pod) == ["web-2"])
        #expect(second.starts.map(\.source.wasThere) == [false])
        #expect(second.states.map(\.0) == [0])
        #expect(second.states.map(\.1) == [LogContainerState(.gone)])
        // A pod that was seen does not join again.
        started(&director, second.starts, from: 1)
        #expect(director.update([pod("web-2")]).starts == [])
    }

    @Test func onAScreenTheNextPodOfAStatefulSetGoesOn() throws {
        func member(_ uid: String) -> Pod {
            var pod = pod("st-0")
            pod.metadata.uid = uid
            var owner = OwnerReference()
            owner.kind = "StatefulSet"
            owner.controller = true
            pod.metadata.ownerReferences = [owner]
            return pod
        }
        var onScreen = query(.pod("st-0"))
        onScreen.isOnScreen = true
        for (query, closes) in [(query(.pod("st-0")), true), (onScreen, false)] {
            var director = LogDirector(query: query)
            started(&director, try director.begin([[member("one")]]).starts, from: 0)
            #expect(director.update([]).states.map(\.1) == [LogContainerState(.gone)])
            #expect(director.isClosed == closes)
            #expect(director.update([member("two")]).starts.map(\.uid) == ["two"])
        }
        // A pod that nothing brings back is over.
        var director = LogDirector(query: onScreen)
        started(&director, try director.begin([[pod("st-0")]]).starts, from: 0)
        #expect(director.isClosed)
    }

    @Test func containersThatWereAddedHaveLogs() throws {
        func debugged() -> Pod {
            var pod = pod("web")
            var container = Container()
            container.name = "debugger-1"
            pod.spec.ephemeralContainers = [container]
            var status = ContainerStatus()
            status.name = "debugger-1"
            var end = TerminatedState()
            end.exitCode = 3
            status.state = .terminated(end)
            pod.status.ephemeralContainerStatuses = [status]
            return pod
        }
        var named = query(.pod("web"), .named("debugger-1"))
        var director = LogDirector(query: named)
        let start = try #require(try director.begin([[debugged()]]).starts.first)
        #expect(start.source.container == "debugger-1")
        #expect(start.state.phase == .ended && start.state.exitCode == 3 && !start.state.willRun)
        // One that is added while the pod is read joins.
        named = query(.pod("web"), .all)
        director = LogDirector(query: named)
        started(&director, try director.begin([[pod("web")]]).starts, from: 0)
        #expect(director.containers == ["app"])
        let change = director.update([debugged()])
        #expect(change.starts.map(\.source.container) == ["debugger-1"])
        #expect(director.containers == ["app", "debugger-1"])
        started(&director, change.starts, from: 1)
        #expect(director.update([debugged()]).starts == [])
    }

    @Test func podsThatAreLeftOutAreCounted() throws {
        var many = query(.selector("app=web"))
        many.maximumStreams = 2
        many.isOnScreen = true
        var director = LogDirector(query: many)
        started(&director, try director.begin([[pod("a"), pod("b"), pod("c"), pod("d")]]).starts, from: 0)
        #expect(director.podsLeftOut == 2)
        let pods = [pod("b"), pod("c")]
        _ = director.update(pods)
        started(&director, director.update(pods).starts, from: 2)
        #expect(director.podsLeftOut == 0)
    }

    @Test func theUsualContainerIsSaidToBeChosen() throws {
        var director = LogDirector(query: query(.pod("web")))
        let change = try director.begin([[pod("web", containers: ["app", "proxy"])]])
        #expect(change.starts.map(\.source.container) == ["app"])
        #expect(change.notices == [#"Defaulted container "app" out of: app, proxy"#])

        var annotated = pod("web", containers: ["app", "proxy"])
        annotated.metadata.annotations["kubectl.kubernetes.io/default-container"] = "proxy"
        director = LogDirector(query: query(.pod("web")))
        let other = try director.begin([[annotated]])
        #expect(other.starts.map(\.source.container) == ["proxy"])
        #expect(other.notices == [])
    }

    @Test func aContainerThatIsNotThereIsSaidWithThoseThatAre() {
        var director = LogDirector(query: query(.pod("web"), .named("nope")))
        let failure = #expect(throws: LogFailure.self) {
            _ = try director.begin([[pod("web", containers: ["app", "proxy"])]])
        }
        #expect(failure?.description == "container nope is not valid for pod web; it has: app, proxy")
    }

    @Test func tooManyLogsAreRefusedAtFirstAndLeftOutLater() throws {
        var many = query(.selector("app=web"))
        many.maximumStreams = 2
        var director = LogDirector(query: many)
        #expect(throws: LogFailure.self) { _ = try director.begin([[pod("a"), pod("b"), pod("c")]]) }
        director = LogDirector(query: many)
        let first = try director.begin([[pod("a")]])
        started(&director, first.starts, from: 0)
        let change = director.update([pod("a"), pod("b"), pod("c")])
        #expect(change.starts.map(\.source.pod) == ["b"])
        #expect(change.notices == ["c is left out: 2 logs are followed already"])
        started(&director, change.starts, from: 1)
        // When there is room again it joins.
        #expect(director.update([pod("b"), pod("c")]).starts == [])
        #expect(director.update([pod("b"), pod("c")]).starts.map(\.source.pod) == ["c"])
    }

    @Test func aPodThatHadRoomForSomeContainersGetsTheOthersLater() throws {
        var few = query(.selector("app=web"), .all)
        few.maximumStreams = 3
        var director = LogDirector(query: few)
        let first = try director.begin([[pod("a", containers: ["app", "proxy"])]])
        started(&director, first.starts, from: 0)
        let b = pod("b", containers: ["app", "proxy"])
        let second = director.update([pod("a", containers: ["app", "proxy"]), b])
        #expect(second.starts.map(\.source.container) == ["app"])
        started(&director, second.starts, from: 2)
        #expect(director.update([b]).starts == [])
        #expect(director.update([b]).starts.map(\.source.container) == ["proxy"])
    }

    @Test func aPodThatIsLeftOutDoesNotSpeakOfItsContainers() throws {
        var one = query(.selector("app=web"))
        one.maximumStreams = 1
        var director = LogDirector(query: one)
        started(&director, try director.begin([[pod("a")]]).starts, from: 0)
        let pods = [pod("a"), pod("b", containers: ["app", "proxy"])]
        #expect(director.update(pods).notices == ["b is left out: 1 logs are followed already"])
        #expect(director.update(pods).notices == [])
    }

    @Test func whatMayGetMorePodsIsNotClosed() throws {
        func isClosed(_ target: LogTarget, _ pods: [Pod], follow: Bool = true) throws -> Bool {
            var director = LogDirector(query: query(target, follow: follow))
            _ = try director.begin([pods])
            return director.isClosed
        }
        #expect(try isClosed(.pod("web"), []))
        #expect(try !isClosed(.workload(.deployment, "web"), [pod("web")]))
        #expect(try !isClosed(.workload(.job, "pi"), [pod("pi", phase: "Failed")]))
        #expect(try isClosed(.workload(.job, "pi"), [pod("pi", phase: "Succeeded")]))
        #expect(try isClosed(.selector("a=b"), [], follow: false))
    }

    @Test func aPodOfSeveralTargetsIsReadOnce() throws {
        var both = LogQuery([
            LogScope(namespace: "shop", target: .workload(.deployment, "web")),
            LogScope(namespace: "shop", target: .pod("web-1"), container: "proxy"),
        ])
        both.follow = true
        var director = LogDirector(query: both)
        let web = pod("web-1", containers: ["app", "proxy"])
        let first = try director.begin([[web, pod("web-2")], [web]])
        #expect(
            first.starts.map { "\($0.source.pod)/\($0.source.container)" } == ["web-1/app", "web-1/proxy", "web-2/app"])
        #expect(first.starts.map(\.source.hasOthers) == [true, true, false])
        started(&director, first.starts, from: 0)
        // It is gone when no target has it any more.
        #expect(director.update([pod("web-2")], of: 0).states.map(\.1.phase) == [.running, .running, .gone])
        let last = director.update([], of: 1)
        #expect(last.states.map(\.1.phase) == [.running, .gone])
        #expect(!director.isClosed)
    }

    @Test func whatIsTooMuchForAPaneIsLeftOutAndSaid() throws {
        var many = query(.selector("app=web"))
        many.maximumStreams = 2
        many.isOnScreen = true
        var director = LogDirector(query: many)
        let first = try director.begin([[pod("a"), pod("b"), pod("c")]])
        #expect(first.starts.map(\.source.pod) == ["a", "b"])
        #expect(first.notices == ["1 of 3 logs are left out: 2 are read at once"])
        started(&director, first.starts, from: 0)
        _ = director.update([pod("b"), pod("c")])
        #expect(director.update([pod("b"), pod("c")]).starts.map(\.source.pod) == ["c"])
    }

    @Test func targetsAreWrittenAsForKubectl() throws {
        #expect(try LogTarget(parsing: "web-0") == .pod("web-0"))
        #expect(try LogTarget(parsing: "po/web-0") == .pod("web-0"))
        #expect(try LogTarget(parsing: "deployments.apps/web") == .workload(.deployment, "web"))
        #expect(try LogTarget(parsing: "SVC/web") == .workload(.service, "web"))
        for text in ["node/x", "deploy/", "deploy/a/b"] {
            #expect(throws: LogFailure.self) { try LogTarget(parsing: text) }
        }
    }

    @Test func aContainerThatEndsForGoodIsNotWaitedFor() {
        func state(_ policy: String, exitCode: Int32) -> LogContainerState {
            var pod = pod("web")
            pod.spec.restartPolicy = policy
            var end = TerminatedState()
            end.exitCode = exitCode
            pod.status.containerStatuses[0].state = .terminated(end)
            return pod.logState(of: "app")
        }
        #expect(state("Always", exitCode: 0).willRun)
        #expect(state("OnFailure", exitCode: 1).willRun)
        #expect(!state("OnFailure", exitCode: 0).willRun)
        #expect(!state("Never", exitCode: 1).willRun)
    }

    @Test func anExitCodeThatAKubeletMadeUpIsNotTold() {
        var pod = pod("web")
        var end = TerminatedState()
        end.reason = "ContainerStatusUnknown"
        end.exitCode = 137
        pod.status.containerStatuses[0].state = .terminated(end)
        #expect(pod.logState(of: "app").exitCode == nil)
        pod.status.containerStatuses[0].state = .running(startedAt: nil)
        pod.status.containerStatuses[0].lastState = .terminated(end)
        #expect(pod.logState(of: "app").exitCode == nil)
    }
}
