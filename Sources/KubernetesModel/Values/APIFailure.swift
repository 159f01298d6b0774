/// What went wrong between us and an API server: what we tried, on what, and the other side's words.
///
/// Never holds a token, a key or Secret data.
public struct APIFailure: Error, Sendable, Hashable, CustomStringConvertible {
    /// What kind of failure this is, which decides what to do next.
    public enum Reason: Sendable, Hashable {
        /// HTTP 401: the credential is missing, wrong or expired.
        case unauthorized
        /// HTTP 403: RBAC or another authorizer says no.
        case forbidden
        /// HTTP 404: no such object, or no such kind on this server.
        case notFound
        /// HTTP 409.
        case conflict
        /// HTTP 410, or a watch ERROR with that code, or a version that the server has not reached: list again from the
        /// start.
        case gone
        /// HTTP 429: asked too often.
        case tooManyRequests
        /// Any other HTTP status that is a failure.
        case server(Int)
        /// The other side is no API server, or sent what cannot be decoded (HTML of a proxy, a cut body).
        case malformedAnswer
        /// TLS did not succeed: unknown authority, wrong name, expired certificate.
        case tls
        /// The connection could not be made, or broke.
        case transport
        /// Nothing came in time.
        case timeout
        /// The kubeconfig or the request itself is wrong; trying again cannot help.
        case configuration
        /// It may have changed the cluster, and the client only reads: nothing was sent.
        case readOnly
    }

    /// What kind of failure this is.
    public var reason: Reason
    /// What was tried, such as `list pods in payments`.
    public var attempt: String
    /// The server's message, verbatim, or the transport's words.
    public var detail: String
    /// How long the server asks to wait, in seconds (`Retry-After`, `details.retryAfterSeconds`).
    public var retryAfterSeconds: Int?
    /// Whether a change may have been made all the same: it was sent, and how it ended is not known.
    public var mayHaveHappened = false

    /// A failure of an attempt.
    public init(_ reason: Reason, attempt: String, detail: String, retryAfterSeconds: Int? = nil) {
        self.reason = reason
        self.attempt = attempt
        self.detail = detail
        self.retryAfterSeconds = retryAfterSeconds
    }

    /// Such as `list pods in payments: pods is forbidden: User "dev" cannot list resource "pods" ...`.
    public var description: String { "\(attempt): \(detail)" }
}
