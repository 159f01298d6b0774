import KubernetesModel

/// A bearer token in a file, which is read again every minute and after it was refused: such tokens are renewed in place.
struct TokenFile {
    private static let lifetime: Duration = .seconds(60)

    private let path: String
    private let access: ClusterAccess
    private var last: (token: Secret, readAt: ContinuousClock.Instant)?

    init(path: String, access: ClusterAccess) {
        self.path = path
        self.access = access
    }

    /// The token to send now.
    ///
    /// A file that can no longer be read leaves the last token in use.
    mutating func token() throws -> Secret {
        let now = ContinuousClock.now
        if let last, now - last.readAt < Self.lifetime { return last.token }
        do throws(KubeconfigFailure) {
            let token = try read()
            last = (token, now)
            return token
        } catch {
            if let last { return last.token }
            throw APIFailure(.configuration, attempt: "get a credential", detail: error.description)
        }
    }

    /// Notes that the server refused a token.
    ///
    /// - Returns: whether the file holds another one by now.
    mutating func refused(_ token: Secret?) -> Bool {
        guard let new = try? read(), new != token else {
            // It may be renewed at any moment: the next request reads it again.
            last = nil
            return false
        }
        last = (new, .now)
        return true
    }

    private func read() throws(KubeconfigFailure) -> Secret {
        func failure(_ problem: String, _ remedy: String) -> KubeconfigFailure {
            KubeconfigFailure(
                file: access.file, entry: "user \"\(access.userName)\"", problem: "its tokenFile \(path) \(problem)",
                remedy: remedy)
        }
        let bytes: [UInt8]
        do throws(LocalFile.Failure) {
            bytes = try LocalFile.read(path)
        } catch {
            throw failure("cannot be read: \(error.words)", "correct the path or its permissions")
        }
        guard let token = Secret(header: Secret(bytes)) else {
            throw failure("holds no token", "write the token to it")
        }
        return token
    }
}
