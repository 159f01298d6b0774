import Streams
import Testing

struct ForwardParsingTests {
    @Test(arguments: [
        ("web-0", ForwardTarget(.pod, "web-0")), ("pod/web-0", ForwardTarget(.pod, "web-0")),
        ("po/a", ForwardTarget(.pod, "a")), ("svc/web", ForwardTarget(.service, "web")),
        ("services/web", ForwardTarget(.service, "web")), ("Deployment/web", ForwardTarget(.deployment, "web")),
        ("deployments.apps/web", ForwardTarget(.deployment, "web")), ("sts/db", ForwardTarget(.statefulset, "db")),
        ("ds/agent", ForwardTarget(.daemonset, "agent")), ("rs/x", ForwardTarget(.replicaset, "x")),
        ("jobs/pi", ForwardTarget(.job, "pi")),
    ])
    func targetsAreCalledAsPeopleCallThem(text: String, target: ForwardTarget) throws {
        #expect(try ForwardTarget(parsing: text) == target)
    }

    @Test(arguments: ["", "svc/", "svc/a/b", "ingress/web", "cj/nightly", "/web"])
    func whatIsNoTargetIsRefused(text: String) {
        #expect(throws: ForwardProblem.self) { try ForwardTarget(parsing: text) }
    }

    @Test(arguments: [
        ("80", ForwardPort(remote: .number(80))), ("http", ForwardPort(remote: .name("http"))),
        ("8080:80", ForwardPort(local: 8080, remote: .number(80))),
        (":80", ForwardPort(local: 0, remote: .number(80))), ("0:http", ForwardPort(local: 0, remote: .name("http"))),
        ("8080:h2c-1", ForwardPort(local: 8080, remote: .name("h2c-1"))),
    ])
    func portsAreReadAsKubectlReadsThem(text: String, port: ForwardPort) throws {
        #expect(try ForwardPort(parsing: text) == port)
    }

    @Test(arguments: [
        "", ":", "80:", "0", "65536", "80:0", "65536:80", "-1:80", "a:80", "80:90:100", "99999999999999999999", "UP",
        "a b",
        "sixteen-letters-x", "８０",
    ])
    func whatIsNoPortIsRefused(text: String) {
        #expect(throws: ForwardProblem.self) { try ForwardPort(parsing: text) }
    }
}
