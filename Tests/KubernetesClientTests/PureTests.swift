import KubernetesModel
import Testing

@testable import KubernetesClient

struct RetryPolicyTests {
    private let policy = RetryPolicy()

    private func failure(_ reason: APIFailure.Reason, retryAfter: Int? = nil) -> APIFailure {
        APIFailure(reason, attempt: "try", detail: "no", retryAfterSeconds: retryAfter)
    }

    @Test func waitsLongerEachTimeAndThenGivesUp() {
        let waits = (1...3).map { policy.delay(after: failure(.transport), attempts: $0, random: 0) }
        #expect(waits == [.milliseconds(250), .milliseconds(500), nil])
    }

    @Test func chanceShortensTheWaitByUpToHalf() {
        #expect(policy.delay(after: failure(.timeout), attempts: 1, random: 1) == .milliseconds(125))
        #expect(policy.delay(after: failure(.timeout), attempts: 1, random: 7) == .milliseconds(125))
    }

    @Test func theServersWishIsHonouredWithinReason() {
        #expect(policy.delay(after: failure(.tooManyRequests, retryAfter: 4), attempts: 1, random: 1) == .seconds(4))
        #expect(policy.delay(after: failure(.tooManyRequests, retryAfter: 0), attempts: 1, random: 1) == .zero)
        #expect(policy.delay(after: failure(.tooManyRequests, retryAfter: 3_600), attempts: 1, random: 1) == nil)
    }

    @Test func ourOwnWaitHasALimit() {
        let patient = RetryPolicy(maximumAttempts: .max)
        #expect(patient.delay(after: failure(.server(503)), attempts: 1_000_000, random: 0) == .seconds(5))
    }

    @Test(arguments: [
        APIFailure.Reason.unauthorized, .forbidden, .notFound, .conflict, .gone, .malformedAnswer, .tls, .configuration,
        .server(400), .server(501),
    ])
    func whatCannotHelpIsNotTried(reason: APIFailure.Reason) {
        #expect(policy.delay(after: failure(reason), attempts: 1, random: 0) == nil)
    }
}

struct ServerAddressTests {
    @Test(arguments: [
        ("https://10.0.0.1:6443", ServerAddress(host: "10.0.0.1", port: 6443)),
        ("https://h", ServerAddress(host: "h", port: 443)),
        ("HTTP://h/", ServerAddress(usesTLS: false, host: "h", port: 80)),
        ("https://[fd00::1]:6443/p/q//", ServerAddress(host: "fd00::1", port: 6443, pathPrefix: "/p/q")),
        ("https://me:pw@h:1/p?x=1#y", ServerAddress(host: "h", port: 1, pathPrefix: "/p")),
        (" h:8080\n", ServerAddress(host: "h", port: 8080)),
    ])
    func urlsAreRead(url: String, address: ServerAddress) {
        #expect(ServerAddress(url: url) == address)
    }

    @Test(arguments: [
        "", "https://", "ftp://h", "https://h:0", "https://h:99999", "https://h:x", "https://a b", "https://h/a b",
        "https://[::1", "https://h\u{1B}[31m",
    ])
    func whatIsNoURLIsRefused(url: String) {
        #expect(ServerAddress(url: url) == nil)
    }

    @Test func isWrittenAsAURL() {
        #expect("\(ServerAddress(host: "fd00::1", port: 6443, pathPrefix: "/p"))" == "https://[fd00::1]:6443/p")
    }
}

struct HTTPDateTests {
    @Test func theHeaderIsRead() {
        #expect(HTTPDate.parse("Sun, 06 Nov 1994 08:49:37 GMT") == Timestamp(seconds: 784_111_777))
    }

    @Test(arguments: [
        "", "now", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun, 99 Nov 1994 08:49:37 GMT", "Sun, 06 Foo 1994 08:49:37 GMT",
        "Sun, 06 Nov 1994 08:49:37.5 GMT", "Sun, +6 Nov 1994 08:49:37 GMT", "Sun, 6 Nov 1994 08:49:37 GMT",
    ])
    func anythingElseIsNoDate(text: String) {
        #expect(HTTPDate.parse(text) == nil)
    }
}
