import Foundation
import KubernetesModel
import Synchronization
import Testing

@testable import DemoCluster

@Suite struct DemoLogTests {
    private let store: DemoObjectStore

    init() throws { store = DemoSimulation.begin(try .standard(), at: beginning).store }

    private func name(_ prefix: String) throws -> (namespace: String, name: String) {
        let pods = store.documents(of: .pods).map { ($0.text("metadata", "namespace"), $0.text("metadata", "name")) }
        return try #require(pods.first { $0.1.hasPrefix(prefix) })
    }

    private func log(_ prefix: String, _ query: String = "") throws -> Asked {
        let pod = try name(prefix)
        return try Asked("/api/v1/namespaces/\(pod.namespace)/pods/\(pod.name)/log?\(query)", store)
    }

    /// A pod with one container that has run for some seconds, or has ended after them.
    private func young(_ seconds: Int, ended: Bool = false, restarts: Int = 0) -> JSONValue {
        var document = pod("young", node: "node-1")
        let container = JSONValue.members([
            "name": .string("main"), "image": .string("example.com/young:1.0"),
            "ports": .array([.members(["containerPort": .integer(80)])]),
        ])
        document.set("spec", "containers", to: .array([container]))
        document.set("metadata", "uid", to: .string("u-1"))
        let times: [String: String] = [
            "startedAt": beginning.rfc3339, "finishedAt": beginning.adding(seconds: seconds).rfc3339,
        ]
        let state = JSONValue.members([ended ? "terminated" : "running": .texts(times)])
        document.set(
            "status", "containerStatuses",
            to: .array([
                .members(["name": .string("main"), "restartCount": .integer(restarts), "state": state])
            ]))
        return document
    }

    @Test func aLogIsThatOfTheRunThatWasAskedFor() throws {
        let last = try log("checkout-", "container=checkout&previous=true&tailLines=1")
        #expect(last.contentType == "text/plain; charset=utf-8")
        #expect(last.text == "level=fatal msg=\"giving up\"\n")
        #expect(try log("checkout-", "container=checkout&previous=true").text.hasPrefix("level=info msg=\"starting\""))
    }

    @Test func aContainerThatHasNoSuchLogSaysWhy() throws {
        let frontend = try name("frontend-").name
        let none = try log("frontend-", "container=frontend&previous=true")
        #expect(none.status == 400)
        #expect(
            none.body["message"].text
                == "previous terminated container \"frontend\" in pod \"\(frontend)\" not found")
        let weather = try name("weather-").name
        #expect(
            try log("weather-").body["message"].text
                == "container \"weather\" in pod \"\(weather)\" is waiting to start: ContainerCreating")
        let checkout = try name("checkout-").name
        #expect(
            try log("checkout-").body["message"].text
                == "a container name must be specified for pod \(checkout), choose one of: [checkout proxy]")
        #expect(
            try log("checkout-", "container=nope").body["message"].text
                == "container nope is not valid for pod \(checkout)")
        #expect(try log("image-recognition-").status == 204)
    }

    @Test func optionsThatMakeNoSenseAreRefusedInTheServersWords() throws {
        let frontend = try name("frontend-").name
        let wrong = [
            "tailLines=-1": "tailLines: Invalid value: -1: must be greater than or equal to 0",
            "sinceSeconds=0": "sinceSeconds: Invalid value: 0: must be greater than 0",
            "limitBytes=0": "limitBytes: Invalid value: 0: must be greater than 0",
            "sinceSeconds=5&sinceTime=2026-11-21T00:00:00Z":
                "[]: Forbidden: at most one of `sinceTime` or `sinceSeconds` may be specified",
        ]
        for (query, words) in wrong {
            let answer = try log("frontend-", query)
            #expect(answer.status == 422)
            #expect(answer.body["message"].text == "PodLogOptions \"\(frontend)\" is invalid: \(words)")
        }
        #expect(
            try log("frontend-", "tailLines=x").body["message"].text
                == "strconv.ParseInt: parsing \"x\": invalid syntax")
    }

    @Test func aLogIsCutAsAsked() throws {
        let all = try log("frontend-").text.split(separator: "\n")
        #expect(all.count > 1000)
        #expect(try log("frontend-", "tailLines=3").text.split(separator: "\n") == all.suffix(3))
        #expect(try log("frontend-", "tailLines=0").text.isEmpty)
        let bytes = try log("frontend-", "limitBytes=100").text
        #expect(bytes.utf8.count == 100 && all.joined(separator: "\n").hasPrefix(bytes))
        let stamped = try log("frontend-", "timestamps=true&sinceSeconds=30").text.split(separator: "\n")
        #expect(stamped.map { $0.drop { $0 != " " }.dropFirst() } == all.suffix(stamped.count).map { $0[...] })
        let times = stamped.map { String($0.prefix { $0 != " " }) }
        #expect(times == times.sorted() && times.allSatisfy { $0.utf8.count == 30 })
        #expect(times.allSatisfy { $0 >= beginning.adding(seconds: -30).rfc3339.dropLast() })
        let since = beginning.adding(seconds: -30).rfc3339.dropLast() + ".9Z"
        #expect(try log("frontend-", "timestamps=true&sinceTime=\(since)").text.split(separator: "\n") == stamped)
    }

    @Test func everyLineIsDifferentAndLaterThanTheOneBefore() throws {
        for pod in store.documents(of: .pods) {
            for container in DemoContainer.all(of: pod) {
                let run = try? DemoLogRun.of(container, previous: false, DemoPodBehaviour())
                let lines = run?.lines(upTo: beginning) ?? []
                #expect(zip(lines, lines.dropFirst()).allSatisfy { $0.index < $1.index })
                #expect(zip(lines, lines.dropFirst()).allSatisfy { $0.nanoseconds <= $1.nanoseconds })
            }
        }
    }

    @Test func followingInAnyStepsGivesTheSameAsReadingOnce() throws {
        var store = DemoObjectStore()
        store.apply(.pods, young(0), at: beginning)
        let query = DemoRequest(method: "GET", target: "/?follow=true&timestamps=true")
        let options = try DemoLogOptions(query, pod: "young", at: beginning)
        var stream = try #require(try DemoLogStream(of: young(0), options, DemoPodBehaviour(), at: beginning))
        var bytes = stream.initial.bytes
        for step in 1...400 {
            let moment = Timestamp(microseconds: beginning.microseconds + Int64(step) * 237_001)
            let chunk = stream.next(store, at: moment)
            #expect(!chunk.isLast)
            bytes += chunk.bytes
        }
        let end = Timestamp(microseconds: beginning.microseconds + 400 * 237_001)
        let whole = try #require(try DemoLogStream(of: young(0), options, DemoPodBehaviour(), at: end))
        #expect(bytes == whole.initial.bytes && bytes.count > 1000)
        store.apply(.pods, young(200, ended: true), at: end)
        let last = stream.next(store, at: end.adding(seconds: 200))
        #expect(last.isLast)
        #expect(
            String(decoding: last.bytes, as: UTF8.self).hasSuffix(" level=info msg=\"told to stop\" signal=SIGTERM\n"))
    }

    @Test func followingEndsWhenThePodIsGoneOrAnother() throws {
        var store = DemoObjectStore()
        store.apply(.pods, young(0), at: beginning)
        let options = try DemoLogOptions(
            DemoRequest(method: "GET", target: "/?follow=true"), pod: "young", at: beginning)
        var stream = try #require(try DemoLogStream(of: young(0), options, DemoPodBehaviour(), at: beginning))
        var other = young(0)
        other.set("metadata", "uid", to: .string("u-2"))
        store.apply(.pods, other, at: beginning)
        #expect(stream.next(store, at: beginning) == .init(bytes: [], isLast: true))
        store.delete(.pods, namespace: "shop", name: "young")
        #expect(stream.next(store, at: beginning) == .init(bytes: [], isLast: true))
    }

    @Test func aFollowedLogGrowsOverTheConnectionUntilTheContainerEnds() async throws {
        let now = Mutex(beginning)
        var store = DemoObjectStore()
        store.apply(.pods, young(0), at: beginning)
        try await withDemoServer(store: store, clock: { now.withLock { $0 } }) { server in
            let ended = young(6, ended: true)
            try await connected(to: server) { connection in
                now.withLock { $0 = beginning.adding(seconds: 1) }
                try await connection.send("/api/v1/namespaces/shop/pods/young/log?follow=true")
                #expect(
                    try await connection.piece()
                        == "level=info msg=\"starting\" version=1.0\nlevel=info msg=\"listening\" port=80\n")
                now.withLock { $0 = beginning.adding(seconds: 5) }
                #expect(try await connection.piece()?.hasSuffix("\n") == true)
                now.withLock { $0 = beginning.adding(seconds: 6) }
                server.update { store in
                    store.apply(.pods, ended, at: beginning)
                    return
                }
                #expect(try await connection.body().hasSuffix("level=info msg=\"told to stop\" signal=SIGTERM\n"))
                try await connection.send("/readyz")
                #expect(try await connection.body() == "ok")
            }
        }
    }
}
