import KubernetesModel

/// Where somebody asks, and by what credential, without what is secret of it.
package struct AccessSubject: Sendable, Hashable {
    /// Something more about a credential or a connection.
    package struct Detail: Sendable, Hashable {
        /// One word.
        package var label: String
        package var text: String
        /// Whether it is something to worry about.
        package var isWarning: Bool

        package init(_ label: String, _ text: String, isWarning: Bool = false) {
            self.label = label
            self.text = text
            self.isWarning = isWarning
        }
    }

    /// Another context for the same server.
    package struct Alternative: Sendable, Hashable {
        package var context: String
        /// In words, without what is secret.
        package var credential: String

        package init(context: String, credential: String) {
            self.context = context
            self.credential = credential
        }
    }

    package var context: String
    package var server: String
    /// Such as `client certificate CN=admin, O=system:masters`.
    package var credential: String
    /// Who the credential says one is; `nil` when it does not.
    package var identity: UserIdentity?
    /// When the credential ends; `nil` when that cannot be seen.
    package var expiry: Timestamp?
    /// Whether the credential is got from a program when it is needed, so that its end is not known before.
    package var isFromProgram: Bool
    /// Whether there is any, which may end.
    package var hasCredential = true
    /// The file that it is in.
    package var file: String?
    /// Whom one acts as.
    package var actsAs: String?
    /// Who made the credential, how it is renewed, and the like.
    package var details: [Detail] = []
    /// Contexts of the kubeconfig for the same server with a credential that is not obviously as strong.
    package var alternatives: [Alternative] = []

    package init(
        context: String, server: String, credential: String, identity: UserIdentity? = nil, expiry: Timestamp? = nil,
        isFromProgram: Bool = false, file: String? = nil, actsAs: String? = nil
    ) {
        self.context = context
        self.server = server
        self.credential = credential
        self.identity = identity
        self.expiry = expiry
        self.isFromProgram = isFromProgram
        self.file = file
        self.actsAs = actsAs
    }

    /// When the credential ends, in words that follow it; and whether it has ended.
    func ending(at now: Timestamp) -> (words: String, isExpired: Bool) {
        guard let expiry else { return (isFromProgram || !hasCredential ? "" : ", which shows no end", false) }
        let left = humanDuration(microseconds: expiry.microseconds &- now.microseconds)
        guard expiry >= now else { return (", EXPIRED on \(expiry.rfc3339)", true) }
        return (", ends \(expiry.rfc3339) (in \(left))", false)
    }
}

/// What was learned of somebody, or why it could not be.
package struct AccessSide: Sendable, Hashable {
    package var subject: AccessSubject
    package var report: AccessReport?
    package var failure: String?

    package init(_ subject: AccessSubject, report: AccessReport? = nil, failure: String? = nil) {
        self.subject = subject
        self.report = report
        self.failure = failure
    }

    /// Who it is, as far as anybody can tell.
    var identity: UserIdentity? { report?.identity ?? (subject.actsAs == nil ? subject.identity : nil) }

    /// The worst that they could do, the worst first.
    var dangers: [AccessReport.Danger] {
        guard let report else { return [] }
        return report.identity?.isSuperUser == true
            ? [AccessReport.Danger(grant: .everything, namespace: "")] : report.dangers
    }
}
