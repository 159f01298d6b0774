import KubernetesClient
import KubernetesModel
import Testing

@testable import Streams

struct LogHubTests {
    /// What the hub tells until nothing more comes.
    private func told(_ hub: LogHub) async -> [String] {
        var told: [String] = []
        while let events = await hub.next() {
            for event in events {
                switch event {
                case .began(let source): told.append("began \(source.pod)")
                case .restarted(let source, let code): told.append("restarted \(source.pod) \(code ?? -1)")
                case .ended(let source, _): told.append("ended \(source.pod)")
                case .lines(let runs): told += runs.flatMap { run in run.lines.map { run.chunk.texts[$0] } }
                case .retrying(let source, let outage):
                    told.append("\(source.pod) \(outage?.failure.detail ?? "reads")")
                case .outage(let outage): told.append(outage?.failure.detail ?? "answers")
                case .changed, .containers, .podsLeftOut, .notice: break
                }
            }
        }
        return told
    }

    private func source(_ pod: String) -> LogSource { LogSource(namespace: "shop", pod: pod, container: "app") }

    @Test func whatASourceSaysOfItselfComesAfterItsLines() async throws {
        let hub = LogHub(isLive: false)
        let web = hub.add(source("web"), LogContainerState(.running))
        let db = hub.add(source("db"), LogContainerState(.running))
        for id in [web.id, db.id] { hub.begin(id) }
        try await hub.offer(chunk("\(stamp(1)) w1\n\(stamp(4)) w4\n"), of: web.id)
        hub.sendAfterLines(of: web.id) { .restarted($0, exitCode: 3) }
        try await hub.offer(chunk("\(stamp(6)) w6\n"), of: web.id)
        try await hub.offer(chunk("\(stamp(2)) d2\n\(stamp(5)) d5\n"), of: db.id)
        hub.finish(db.id, nil)
        hub.finish(web.id, nil)
        hub.close(true)
        #expect(
            await told(hub) == [
                "began web", "began db", "w1\n", "d2\n", "w4\n", "restarted web 3", "d5\n", "ended db", "w6\n",
                "ended web",
            ])
    }

    @Test func theLastEndIsTheEndHoweverSoonItIsTaken() async {
        for _ in 0..<20_000 {
            let hub = LogHub(isLive: true)
            let web = hub.add(source("web"), LogContainerState(.running))
            hub.close(true)
            async let told = told(hub)
            // The one who takes is at it already, or is not yet.
            hub.finish(web.id, nil)
            #expect(await told == ["began web", "ended web"])
        }
    }

    @Test func outagesAreToldWhenTheyBeginAndEnd() async {
        let hub = LogHub(isLive: true)
        let web = hub.add(source("web"), LogContainerState(.running))
        let refused = LogOutage(
            failure: APIFailure(.transport, attempt: "watch pods", detail: "refused"), retryAt: Timestamp(seconds: 5))
        hub.setOutage(refused, of: 0)
        hub.setOutage(refused, of: 0)
        #expect(hub.hasOutage)
        hub.setOutage(refused, ofReader: web.id)
        hub.setOutage(nil, ofReader: web.id)
        hub.setOutage(nil, of: 0)
        hub.setOutage(nil, of: 0)
        #expect(!hub.hasOutage)
        hub.finish(web.id, nil)
        hub.close(true)
        #expect(await told(hub) == ["began web", "refused", "web refused", "web reads", "answers", "ended web"])
    }

    @Test func aReaderThatEndedIsForgotten() async {
        let hub = LogHub(isLive: true)
        for _ in 0..<100 {
            let job = hub.add(source("job"), LogContainerState(.running))
            hub.finish(job.id, nil)
            _ = await hub.next()
            #expect(hub.container(job.id) == LogContainerState(.gone))
        }
        #expect(hub.isIdle)
    }
}
