import Foundation
import ModelTestSupport
import Testing

@testable import KubernetesModel

struct StatusObjectTests {
    /// The body and HTTP status of a recorded failure.
    private static func recorded(_ name: String) throws -> (status: Int, body: [UInt8]) {
        let tree = try Fixtures.bytes("errors/\(name).json").withBytes { (raw) throws(WireFailure) in
            try JSONValue(parsing: raw)
        }
        guard case .number(let status) = tree["status"], case .string(let body) = tree["body"] else {
            throw MissingFixture(name: name)
        }
        return (Int(status) ?? 0, Array(body.utf8))
    }

    private static func decode(_ bytes: [UInt8], _ format: WireFormat) -> StatusObject? {
        bytes.withBytes { StatusObject.decode($0, format: format) }
    }

    private static let names: [String] = {
        let files = (try? FileManager.default.contentsOfDirectory(atPath: Fixtures.folder.path + "/errors")) ?? []
        return files.filter { $0.hasSuffix(".json") }.map { String($0.dropLast(5)) }.sorted()
    }()

    @Test(arguments: ["403-list-nodes", "404-pod", "410-continue"])
    func readsTheSameFromBothEncodings(name: String) throws {
        let fromJSON = try #require(Self.decode(try Self.recorded(name).body, .json))
        #expect(fromJSON == Self.decode(try Fixtures.bytes("errors/\(name).pb"), .protobuf))
        #expect(fromJSON.status == "Failure")
    }

    @Test func readsTheReasonsBehindAFailure() throws {
        let status = try #require(Self.decode(try Self.recorded("422-invalid").body, .json))
        #expect(status.code == 422)
        #expect(status.reason == "Invalid")
        #expect(!status.causes.isEmpty)
        #expect(status.causes.allSatisfy { !$0.field.isEmpty && !$0.message.isEmpty && !$0.reason.isEmpty })
    }

    @Test(arguments: names)
    func aRecordedFailureTellsTheServersWords(name: String) throws {
        let (code, body) = try Self.recorded(name)
        let status = Self.decode(body, .json)
        let failure = APIFailure(status: status, httpStatus: code, attempt: "try", body: body)
        if let status, !status.message.isEmpty { #expect(failure.detail == status.message) }
        #expect(!failure.detail.isEmpty)
        let reasons: [Int: APIFailure.Reason] = [
            401: .unauthorized, 403: .forbidden, 404: .notFound, 409: .conflict, 410: .gone,
        ]
        #expect(failure.reason == reasons[code] ?? .server(code))
    }

    @Test(arguments: [#"{"kind":"PodList"}"#, "<html>", "", "{", #"{"kind":"Status","#])
    func isNoneWhenTheBytesAreSomethingElse(text: String) {
        #expect(Self.decode(Array(text.utf8), .json) == nil)
        #expect(Self.decode(Array(text.utf8), .protobuf) == nil)
    }

    @Test func takesTheWaitFromTheStatusOrTheHeader() {
        var status = StatusObject()
        status.message = "slow down"
        status.code = 429
        status.retryAfterSeconds = 4
        let failure = APIFailure(status: status, httpStatus: 429, attempt: "list pods", body: [])
        #expect(
            failure == APIFailure(.tooManyRequests, attempt: "list pods", detail: "slow down", retryAfterSeconds: 4))
        let other = APIFailure(status: nil, httpStatus: 429, attempt: "a", body: [], retryAfterSeconds: 9)
        #expect(other == APIFailure(.tooManyRequests, attempt: "a", detail: "HTTP 429", retryAfterSeconds: 9))
    }

    @Test func aVersionThatTheServerHasNotReachedMeansToStartOver() {
        var status = StatusObject()
        status.code = 504
        status.reason = "Timeout"
        status.message = "Too large resource version: 90, current: 8"
        #expect(APIFailure(status: status, httpStatus: 504, attempt: "a", body: []).reason == .gone)
        var cause = StatusObject.Cause()
        cause.reason = "ResourceVersionTooLarge"
        status.message = "Timeout: in other words"
        #expect(APIFailure(status: status, httpStatus: 504, attempt: "a", body: []).reason == .server(504))
        status.causes = [cause]
        #expect(APIFailure(status: status, httpStatus: 504, attempt: "a", body: []).reason == .gone)
    }

    @Test func aPageOfAProxyBecomesOneSafeLine() {
        let page = """
            <!DOCTYPE html>\n<html><head><style>body { color: red }</style><script>if (1 < 2) {}</script>
            <title>502 Bad Gateway</title></head>\n<body>\u{1B}[31m<h1>nginx</h1>\u{202E}</body></html>
            """
        let failure = APIFailure(status: nil, httpStatus: 502, attempt: "list pods", body: Array(page.utf8))
        #expect(
            failure == APIFailure(.server(502), attempt: "list pods", detail: "HTTP 502: 502 Bad Gateway [31m nginx"))
        let page200 = APIFailure(status: nil, httpStatus: 200, attempt: "a", body: Array("<p>Log in".utf8))
        #expect(page200 == APIFailure(.malformedAnswer, attempt: "a", detail: "HTTP 200: Log in"))
        let long = APIFailure(status: nil, httpStatus: 500, attempt: "a", body: Array(repeating: 0x61, count: 9999))
        #expect(long.detail == "HTTP 500: " + String(repeating: "a", count: 199) + "…")
    }

    @Test func contentTypesSayTheEncoding() {
        #expect(WireFormat(contentType: "application/vnd.kubernetes.protobuf;stream=watch") == .protobuf)
        #expect(WireFormat(contentType: "Application/JSON; charset=utf-8") == .json)
        #expect(WireFormat(contentType: "application/vnd.kubernetes.protobuf") == .protobuf)
        #expect(WireFormat(contentType: "text/html") == nil)
        #expect(WireFormat(contentType: "") == nil)
    }
}
