import KubernetesModel

extension KubernetesClient {
    /// How many requests of a discovery run at once.
    private static let parallelRequests = 10

    /// Asks what the server offers: in two requests where it can tell all at once, else version by version.
    ///
    /// - Parameters:
    ///   - wanted: The API groups of interest, where each has to be asked about by itself, in the version that the server
    ///     prefers; `nil` for all, in every version.
    ///   - mostVersions: How many versions are asked about then.
    /// - Returns: What is offered; an API group that cannot be read is among the failures.
    /// - Throws: `APIFailure` when the core API cannot be read, `CancellationError`.
    public func discover(groups wanted: Set<String>? = nil, mostVersions: Int = .max) async throws -> Discovery {
        async let coreAnswer = root("api")
        async let groupsAnswer = Result { try await root("apis") }
        let core = try await coreAnswer
        var failures: [String] = []
        let groups: JSONValue
        switch await groupsAnswer {
        case .success(let answer): groups = answer
        case .failure(let failure as APIFailure) where !Self.endsDiscovery(failure.reason):
            failures.append("/apis: \(failure.detail)")
            groups = .null
        case .failure(let error): throw error
        }

        var resources: [APIResource] = []
        var versions: [GroupVersion] = []
        if let all = Discovery.aggregated(core) {
            resources += all.resources
            failures += all.failures
        } else {
            let names = (core["versions"]?.elements ?? []).compactMap(\.text)
            versions += names.map { GroupVersion(group: "", version: $0) }
        }
        let aggregated = Discovery.aggregated(groups)
        if aggregated == nil { versions += Discovery.versions(groups) }
        if var wanted {
            versions = Array(versions.filter { wanted.remove($0.group) != nil }.prefix(mostVersions))
        }
        let (plain, plainFailures) = try await discover(versions)
        resources += plain + (aggregated?.resources ?? [])
        failures += plainFailures + (aggregated?.failures ?? [])
        if resources.isEmpty, wanted == nil {
            throw APIFailure(
                .malformedAnswer, attempt: "discover resources",
                detail: "\(access.server.hostAndPort) offers no resources; is this a Kubernetes API server?")
        }
        return Discovery(resources, failures: failures)
    }

    /// `/api` or `/apis`, aggregated where the server can.
    private func root(_ path: String) async throws -> JSONValue {
        var request = APIRequest(attempt: "discover resources", path: [path], accept: .discovery)
        do {
            return try await json(request)
        } catch let failure as APIFailure where failure.reason == .server(406) {
            request.accept = .json
            return try await json(request)
        }
    }

    /// Reads versions of groups one by one, some at a time; results are in the order of `versions`.
    private func discover(_ versions: [GroupVersion]) async throws -> (resources: [APIResource], failures: [String]) {
        let answers = try await withThrowingTaskGroup(of: (Int, Result<[APIResource], APIFailure>).self) { group in
            var answers: [Int: Result<[APIResource], APIFailure>] = [:]
            for (index, version) in versions.enumerated() {
                if index >= Self.parallelRequests, let (done, answer) = try await group.next() {
                    answers[done] = answer
                }
                group.addTask { (index, try await self.resources(of: version)) }
            }
            for try await (done, answer) in group { answers[done] = answer }
            return answers
        }
        var resources: [APIResource] = []
        var failures: [String] = []
        for (index, version) in versions.enumerated() {
            switch answers[index] {
            case .success(let found): resources += found
            case .failure(let failure): failures.append("\(version): \(failure.detail)")
            case nil: break
            }
        }
        return (resources, failures)
    }

    private func resources(of version: GroupVersion) async throws -> Result<[APIResource], APIFailure> {
        do {
            let request = APIRequest(attempt: "discover resources of \(version)", path: version.path)
            return .success(Discovery.resources(try await json(request), of: version))
        } catch let failure as APIFailure {
            if Self.endsDiscovery(failure.reason) { throw failure }
            return .failure(failure)
        }
    }

    /// Whether a failure is of the connection or credential, so that other requests fail as well.
    private static func endsDiscovery(_ reason: APIFailure.Reason) -> Bool {
        switch reason {
        case .transport, .timeout, .tls, .unauthorized, .configuration, .readOnly: true
        default: false
        }
    }
}

extension Result where Failure == any Error {
    /// What `body` returns or throws.
    fileprivate init(_ body: () async throws -> Success) async {
        do {
            self = .success(try await body())
        } catch {
            self = .failure(error)
        }
    }
}
