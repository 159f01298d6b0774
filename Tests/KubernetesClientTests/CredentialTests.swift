import KubernetesClient
import KubernetesModel
import Testing

struct CredentialTests {
    /// The headers of a request for the version.
    private func seen(_ configure: (inout ClusterAccess) -> Void) async throws -> SeenRequest {
        try await withServer([("/version", .json(#"{"gitVersion":"v1"}"#))], configure: configure) { client, server in
            _ = try await client.serverVersion()
            return try #require(server.seen.first)
        }
    }

    @Test func aTokenIsSent() async throws {
        let request = try await seen { $0.bearerToken = .value(Secret("hush")) }
        #expect(request.header("Authorization") == ["Bearer hush"])
    }

    @Test func nameAndPasswordAreSent() async throws {
        let request = try await seen { $0.basicCredential = .init(username: "me", password: Secret("pw")) }
        #expect(request.header("Authorization") == ["Basic bWU6cHc="])
    }

    @Test func theUserToActAsIsSent() async throws {
        let request = try await seen {
            $0.impersonation = .init(user: "bob", uid: "42", groups: ["a", "b"], extra: ["scopes/x": ["view"]])
        }
        #expect(request.header("Impersonate-User") == ["bob"])
        #expect(request.header("Impersonate-Uid") == ["42"])
        #expect(request.header("Impersonate-Group") == ["a", "b"])
        #expect(request.header("Impersonate-Extra-scopes%2Fx") == ["view"])
    }

    @Test func aTokenFileIsReadAgainAfterItWasRefused() async throws {
        let path = try withTemporaryDirectory { "\($0)/token" }
        try write("first\n", to: path)
        defer { try? remove(path) }
        let script: [(String, Reply)] = [
            ("/version", Reply(status: 401)), ("/version", .json(#"{"gitVersion":"v1"}"#)),
        ]
        try await withServer(script) {
            $0.bearerToken = .file(path)
        } _: { client, server in
            await #expect(throws: APIFailure.self) { _ = try await client.serverVersion() }
            try write("second\n", to: path)
            _ = try await client.serverVersion()
            #expect(server.seen.map { $0.header("Authorization") } == [["Bearer first"], ["Bearer second"]])
        }
    }

    @Test func aMissingTokenFileIsNamed() async throws {
        try await withServer([]) {
            $0.bearerToken = .file("/nowhere/token")
        } _: { client, server in
            let failure = await #expect(throws: APIFailure.self) { _ = try await client.serverVersion() }
            #expect(
                failure
                    == APIFailure(
                        .configuration, attempt: "read the server's version",
                        detail:
                            #"user "dev": its tokenFile /nowhere/token cannot be read: no such file; correct the path or its permissions"#
                    ))
            #expect(server.seen.isEmpty)
        }
    }

    @Test func noDescriptionShowsASecret() {
        var access = ClusterAccess(
            contextName: "ctx", clusterName: "c", userName: "dev", server: ServerAddress(host: "h", port: 1))
        access.bearerToken = .value(Secret("hush-1"))
        access.clientKey = .data(Secret("hush-2"))
        access.basicCredential = .init(username: "me", password: Secret("hush-3"))
        var dumped = ""
        dump(access, to: &dumped)
        dump(access.bearerToken, to: &dumped)
        dump(access.clientKey, to: &dumped)
        dump(access.basicCredential, to: &dumped)
        let texts = [
            "\(access)", String(reflecting: access), dumped, "\(String(describing: access.bearerToken))",
            "\(String(describing: access.basicCredential))", String(reflecting: access.clientKey),
        ]
        #expect(texts.filter { $0.contains("hush") } == [])
        #expect("\(access)" == "ctx: https://h:1 as dev")
    }
}
