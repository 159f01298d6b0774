import KubernetesModel
import Testing

@testable import DemoCluster

/// How pods fare that people create: it follows from their spec.
@Suite struct DemoPodLifeTests {
    struct Row: CustomTestStringConvertible, Sendable {
        /// What is in `spec`, but for the restart policy.
        var spec: String
        var restartPolicy = "Always"
        /// What `kubectl get pods` says of it at some time.
        var status: String
        /// What is in the message of an event, or in its container's last state.
        var words = ""
        var testDescription: String { "\(status): \(spec)" }
    }

    private static let well = #"{"name":"app","image":"nginx"}"#

    static let failing: [Row] = [
        Row(
            spec:
                "\"containers\":[\(well),{\"name\":\"side\",\"image\":\"busybox\",\"command\":[\"sh\",\"-c\",\"exit 3\"]}]",
            status: "CrashLoopBackOff", words: "restarting failed container side"),
        Row(
            spec:
                "\"containers\":[\(well),{\"name\":\"side\",\"image\":\"busybox\",\"command\":[\"sh\",\"-c\",\"exit 3\"]}]",
            restartPolicy: "Never", status: "Error"),
        Row(
            spec: """
                "containers":[\(well)],"initContainers":[{"name":"first","image":"busybox","command":["true"]},
                {"name":"second","image":"busybox","command":["sh","-c","exit 1"]}]
                """, status: "Init:CrashLoopBackOff", words: "restarting failed container second"),
        Row(
            spec:
                "\"containers\":[\(well)],\"initContainers\":[{\"name\":\"i\",\"image\":\"busybox\",\"command\":[\"false\"]}]",
            restartPolicy: "Never", status: "Init:Error"),
        Row(
            spec: "\"containers\":[\(well)],\"initContainers\":[{\"name\":\"i\",\"image\":\"doesnotexist\"}]",
            status: "Init:ImagePullBackOff", words: "Failed to pull image \"doesnotexist\""),
        Row(
            spec: #""containers":[{"name":"app","image":"busybox","command":["/bin/nopenope"]}]"#,
            status: "CrashLoopBackOff", words: "exec: \"/bin/nopenope\": stat /bin/nopenope: no such file or directory"),
        Row(
            spec: #""containers":[{"name":"app","image":"busybox","args":["nosuchcmd"]}]"#, restartPolicy: "Never",
            status: "StartError", words: "exec: \"nosuchcmd\": executable file not found in $PATH"),
        Row(
            spec: """
                "containers":[{"name":"app","image":"nginx","livenessProbe":{"exec":{"command":["cat","/nope"]}}}]
                """, status: "CrashLoopBackOff",
            words: "Liveness probe failed: cat: can't open '/nope': No such file or directory"),
        Row(
            spec: """
                "containers":[{"name":"app","image":"nginx","livenessProbe":{"tcpSocket":{"port":9999},"periodSeconds":1}}]
                """, status: "CrashLoopBackOff", words: "connection refused"),
        Row(
            spec: "\"activeDeadlineSeconds\":8,\"containers\":[\(well)]", status: "Error",
            words: "Pod was active on the node longer than the specified deadline"),
    ]

    private struct Cluster {
        var state: DemoClusterState
        var now = beginning

        init() throws {
            let (simulation, store) = DemoSimulation.begin(try .standard(), at: beginning)
            state = DemoClusterState(store: store, simulation: simulation)
        }

        mutating func create(_ row: Row) throws {
            let text = """
                {"apiVersion":"v1","kind":"Pod","metadata":{"name":"tried","namespace":"default"},
                "spec":{"restartPolicy":"\(row.restartPolicy)",\(row.spec)}}
                """
            let answer = try Asked(
                "/api/v1/namespaces/default/pods", &state, method: "POST", sending: ("application/json", text), at: now)
            #expect(answer.status == 201, "\(answer.text)")
        }

        var pod: JSONValue {
            state.store.document(of: .pods, namespace: "default", name: "tried") ?? .null
        }

        /// What is said about the pod in its events and its status.
        var words: String {
            let events = state.store.documents(of: .events, namespace: "default").filter {
                $0.text("involvedObject", "name") == "tried"
            }
            let states = pod.at("status", "containerStatuses")?.elements ?? []
            return (events.map { $0.text("message") } + states.map { $0.text("state", "terminated", "message") })
                .joined(separator: "\n") + pod.text("status", "message")
        }

        /// Moves on in steps of 2.5 seconds until the pod is so, at most five minutes.
        mutating func step(until isSo: (JSONValue) -> Bool) -> Bool {
            for _ in 0..<120 where !isSo(pod) {
                now = Timestamp(microseconds: now.microseconds + 2_500_000)
                state.simulation?.step(at: now, in: &state.store)
            }
            return isSo(pod)
        }
    }

    @Test(arguments: failing)
    func aPodFailsAsItsSpecSays(row: Row) throws {
        var cluster = try Cluster()
        try cluster.create(row)
        let fails = cluster.step { PodSummary(of: $0).status == row.status }
        #expect(fails, "\(PodSummary(of: cluster.pod))")
        #expect(cluster.words.contains(row.words), "\(cluster.words)")
    }

    @Test func anotherContainerRunsOnBesideOneThatCrashes() throws {
        var cluster = try Cluster()
        try cluster.create(Self.failing[1])
        let fails = cluster.step { PodSummary(of: $0).status == "Error" }
        #expect(fails)
        let states = cluster.pod.at("status", "containerStatuses")?.elements ?? []
        #expect(cluster.pod.text("status", "phase") == "Running")
        #expect(states.first?.at("state", "running") != nil)
        #expect(states.last?.integer("state", "terminated", "exitCode") == 3)
    }

    @Test func aProbeOnAPortOfNobodyKeepsAPodFromBeingReady() throws {
        var cluster = try Cluster()
        let probe = #""readinessProbe":{"httpGet":{"port":9999}}"#
        try cluster.create(
            Row(spec: "\"containers\":[{\"name\":\"app\",\"image\":\"nginx\",\(probe)}]", status: "Running"))
        let said = "dial tcp \(cluster.pod.text("status", "podIP"))"
        let isRunning = cluster.step { PodSummary(of: $0).status == "Running" }
        #expect(isRunning)
        _ = cluster.step { _ in false }
        #expect(cluster.words.contains("Readiness probe failed: Get \"http://") && cluster.words.contains(said))
        #expect(cluster.pod.at("status", "containerStatuses")?.elements.first?["ready"] == .bool(false))
    }

    /// What is probed and there: a file that the script makes, the image's own port, a port that an argument names.
    @Test(arguments: [
        #"{"name":"app","image":"nginx","readinessProbe":{"httpGet":{"port":80}}}"#,
        #"{"name":"app","image":"example.com/own:1","command":["/bin/server","--port=9999"],"readinessProbe":{"tcpSocket":{"port":9999}}}"#,
        #"{"name":"app","image":"busybox","command":["sh","-c","touch /tmp/ok; sleep 1d"],"livenessProbe":{"exec":{"command":["cat","/tmp/ok"]}}}"#,
        #"{"name":"app","image":"busybox","command":["sleep","1d"],"readinessProbe":{"exec":{"command":["test","-f","/etc/hosts"]}}}"#,
        #"{"name":"app","image":"postgres","readinessProbe":{"exec":{"command":["pg_isready"]}}}"#,
    ])
    func aPodThatIsWellGetsReadyAndStaysSo(container: String) throws {
        var cluster = try Cluster()
        try cluster.create(Row(spec: "\"containers\":[\(container)]", status: "Running"))
        func isReady(_ pod: JSONValue) -> Bool {
            pod.at("status", "containerStatuses")?.elements.first?["ready"] == .bool(true)
        }
        let isWell = cluster.step(until: isReady)
        #expect(isWell, "\(cluster.words)")
        let hasFailed = cluster.step { !isReady($0) }
        #expect(!hasFailed, "\(cluster.words)")
    }
}
