import Access
import KubernetesModel
import Logging

/// Asks the servers of contexts whether they are there, without running a program and without changing anything.
///
/// Every answer to `/version` says that a server is reached, a refusal too. The credential is shown only to a server whose
/// certificate is verified and that the user's own file names; where it needs a program, is a password, or is refused, the
/// server is asked without one.
public struct ContextProber: Sendable {
    /// So many servers are asked at a time.
    public static let parallelProbes = 8
    private let kubeconfig: Kubeconfig
    private let userAgent: String
    private let logger: Logger
    /// How long one may take to answer.
    private let patience: Duration

    /// Prepares to ask the servers of a kubeconfig.
    ///
    /// - Parameters:
    ///   - kubeconfig: Whose contexts are asked about.
    ///   - userAgent: How to introduce oneself.
    ///   - logger: Gets what was tried; never a credential.
    ///   - patience: How long one may take to answer.
    public init(_ kubeconfig: Kubeconfig, userAgent: String, logger: Logger, patience: Duration = .seconds(5)) {
        self.kubeconfig = kubeconfig
        self.userAgent = userAgent
        self.logger = logger
        self.patience = patience
    }

    /// Asks the servers of contexts, a few at a time.
    ///
    /// - Parameters:
    ///   - contexts: The names, in the order in which they are asked.
    ///   - receive: Gets each answer as it comes.
    public func probe(_ contexts: [String], receive: @escaping @Sendable (String, ContextProbe) async -> Void) async {
        await withTaskGroup(of: Void.self) { group in
            for (index, name) in contexts.enumerated() {
                if index >= Self.parallelProbes { await group.next() }
                guard !Task.isCancelled else { break }
                group.addTask {
                    let result = await probe(name)
                    if !Task.isCancelled { await receive(name, result) }
                }
            }
        }
    }

    /// Asks the server of one context.
    ///
    /// - Parameter name: The context's name.
    /// - Returns: What it answered.
    public func probe(_ name: String) async -> ContextProbe {
        var access: ClusterAccess
        do throws(KubeconfigFailure) {
            access = try kubeconfig.resolve(context: name)
        } catch {
            return ContextProbe(.unusable(error.description))
        }
        // Who one acts as is of no interest here, and may be refused.
        access.impersonation = nil
        var reason: String?
        if let plugin = access.execPlugin {
            reason = "\(plugin.name) was not run"
        } else if access.server.usesTLS, access.insecureSkipTLSVerify {
            reason = "its certificate is not verified"
        } else if let files = files(of: name) {
            // Whoever wrote the cluster's file would get what is in the user's.
            reason = "the server is from \(files.cluster), the user from \(files.user)"
        } else if access.bearerToken == nil, access.clientCertificate == nil {
            // Servers pass over passwords since 1.19, and answer anybody.
            reason = access.basicCredential == nil ? "there is none" : "a password would not be checked"
        }
        let start = ContinuousClock.now
        let anonymous = access.withoutCredential
        var probe = await ask(reason == nil ? access : anonymous)
        if let reason, probe.isReached { probe.outcome = .reached(.notShown(reason)) }
        // What is refused a stranger may read: which version it is.
        if case .reached(.refused) = probe.outcome, ContinuousClock.now - start < patience / 2 {
            probe.version = await ask(anonymous).version
        }
        return probe
    }

    /// The files of a context's cluster and user, where they are not the same.
    private func files(of name: String) -> (cluster: String, user: String)? {
        guard let context = kubeconfig.contexts.first(where: { $0.name == name }),
            let cluster = kubeconfig.clusters.first(where: { $0.name == context.cluster })?.place.file,
            let user = kubeconfig.users.first(where: { $0.name == context.user })?.place.file, cluster != user
        else { return nil }
        return (KubeconfigFailure.oneLine(cluster), KubeconfigFailure.oneLine(user))
    }

    private func ask(_ access: ClusterAccess) async -> ContextProbe {
        let client: KubernetesClient
        do throws(KubeconfigFailure) {
            client = try KubernetesClient(
                access, logger: logger, userAgent: userAgent,
                timeouts: ClientTimeouts(connect: patience, answer: patience, silence: patience),
                retryPolicy: RetryPolicy(maximumAttempts: 1), readOnly: true)
        } catch {
            return ContextProbe(.unusable(error.description))
        }
        let start = ContinuousClock.now
        let result = await withTaskGroup(of: Result<ServerVersion, any Error>?.self) { group in
            group.addTask {
                do {
                    return .success(try await client.serverVersion())
                } catch {
                    return .failure(error)
                }
            }
            group.addTask { [patience] in
                try? await Task.sleep(for: patience)
                return nil
            }
            let first = await group.next() ?? nil
            group.cancelAll()
            return first
        }
        var probe = ContextProbe(outcome(of: result, access))
        if case .success(let version)? = result { probe.version = KubeconfigFailure.oneLine(version.gitVersion) }
        probe.milliseconds = Int((ContinuousClock.now - start) / .milliseconds(1))
        if probe.isReached {
            probe.clockOffset = Int((client.serverClockOffset / .seconds(1)).rounded(.towardZero))
        }
        await client.shutdown()
        return probe
    }

    private func outcome(
        of result: Result<ServerVersion, any Error>?, _ access: ClusterAccess
    ) -> ContextProbe.Outcome {
        switch result {
        // Without its certificate, which a proxy may drop, one is nobody in particular, who may read the version too.
        case .success?: return .reached(access.bearerToken == nil ? .notRefused : .accepted)
        case nil:
            return .unreachable(
                "no answer of \(access.server.hostAndPort) within \(patience.components.seconds) s; "
                    + "check the address, the network and any VPN")
        case .failure(let failure as APIFailure)?:
            switch failure.reason {
            case .unauthorized: return .reached(.refused)
            case .forbidden:
                if failure.detail.contains("system:anonymous") { return .reached(.refused) }
                return .reached(access.bearerToken == nil ? .notRefused : .accepted)
            case .tooManyRequests: return .reached(.notRefused)
            case .tls:
                return .untrusted(
                    failure.detail, isForOtherName: failure.detail.contains(TransportProblem.otherNameWords))
            case .configuration: return .unusable(failure.detail)
            default: return .unreachable(failure.detail)
            }
        case .failure?: return .unreachable("it was not asked to the end")
        }
    }
}

extension ClusterAccess {
    /// The same server, asked by nobody in particular.
    var withoutCredential: ClusterAccess {
        var access = self
        access.clientCertificate = nil
        access.clientKey = nil
        access.bearerToken = nil
        access.basicCredential = nil
        access.execPlugin = nil
        access.impersonation = nil
        return access
    }
}

extension KubeconfigReport {
    /// The report with what servers said, of each cluster once.
    ///
    /// - Parameters:
    ///   - probes: The answers, by context.
    ///   - kubeconfig: The files that were looked at.
    ///   - now: What time it is.
    /// - Returns: With `kc-tls-name` and `kc-skew`, as far as servers answered.
    public func adding(
        _ probes: [String: ContextProbe], of kubeconfig: Kubeconfig, now: Timestamp
    ) -> KubeconfigReport {
        var report = self
        var seen: Set<String> = []
        var silent = 0
        for context in kubeconfig.contexts where seen.insert(context.cluster).inserted {
            guard let probe = probes[context.name],
                let place = kubeconfig.clusters.first(where: { $0.name == context.cluster })?.place
            else { continue }
            func note(_ rule: KubeconfigRule, _ severity: KubeconfigFinding.Severity, _ title: String, _ next: String) {
                report.findings.append(
                    KubeconfigFinding(
                        rule: rule, severity: severity, file: place.file, line: place.line,
                        entry: KubeconfigFailure.oneLine("cluster \"\(context.cluster)\""),
                        title: KubeconfigFailure.oneLine(title), nextStep: next))
            }
            switch probe.outcome {
            case .untrusted(let words, isForOtherName: true):
                note(.serverName, .broken, words, "correct the server, or set tls-server-name of the cluster")
            case .reached:
                if let words = probe.clockWords {
                    note(.skew, .degraded, words, "let both keep time with NTP: tokens and certificates have limits")
                }
                if let words = probe.versionWords(now: now) {
                    note(
                        .skew, .degraded, "its server has Kubernetes \(probe.version): \(words)",
                        "upgrade it, one minor version at a time")
                }
            default: silent += 1
            }
        }
        for rule in KubeconfigRule.allCases where rule.needsServer {
            report.notEvaluated[rule] =
                silent == 0 ? nil : silent == 1 ? "1 server did not answer" : "\(silent) servers did not answer"
        }
        let order = Dictionary(report.files.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
        report.findings.sort { left, right in
            let places = (order[left.file] ?? .max, order[right.file] ?? .max)
            return places.0 == places.1 ? left.line ?? 0 < right.line ?? 0 : places.0 < places.1
        }
        return report
    }
}
