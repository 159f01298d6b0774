import Synchronization

/// Gives the bearer token; one in a file is read again every minute and after it was refused.
final class TokenSource: Sendable {
    private struct Cached {
        var token: Secret
        var readAt: ContinuousClock.Instant
    }

    private static let lifetime: Duration = .seconds(60)

    private let bearer: ClusterAccess.BearerToken?
    private let access: ClusterAccess
    private let cached = Mutex<Cached?>(nil)

    init(_ access: ClusterAccess) {
        bearer = access.bearerToken
        self.access = access
    }

    /// The token to send now; `nil` for none.
    ///
    /// A file that can no longer be read leaves the last token in use.
    func token() throws(KubeconfigFailure) -> Secret? {
        switch bearer {
        case nil: return nil
        case .value(let token): return token
        case .file(let path):
            let now = ContinuousClock.now
            let last = cached.withLock { $0 }
            if let last, now - last.readAt < Self.lifetime { return last.token }
            do throws(KubeconfigFailure) {
                let token = try read(path)
                cached.withLock { $0 = Cached(token: token, readAt: now) }
                return token
            } catch {
                if let last { return last.token }
                throw error
            }
        }
    }

    /// Notes that the server refused the token: a file is read again next time.
    func refused() {
        cached.withLock { $0 = $0.map { Cached(token: $0.token, readAt: $0.readAt - Self.lifetime) } }
    }

    private func read(_ path: String) throws(KubeconfigFailure) -> Secret {
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
