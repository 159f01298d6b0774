import KubernetesModel

/// What becomes of the objects that the deleted one owns (meta/v1 DeletionPropagation).
public enum DeletePropagation: String, Sendable, Hashable, CaseIterable {
    /// They are deleted after it.
    case background = "Background"
    /// They are deleted first, and it stays until they are gone.
    case foreground = "Foreground"
    /// They stay, without an owner.
    case orphan = "Orphan"
}

/// How to delete an object, and which.
public struct DeleteOptions: Sendable, Hashable {
    /// What becomes of what it owns.
    public var propagation: DeletePropagation
    /// How long it may take to end, in seconds; `nil` for its own time, 0 removes it at once.
    public var gracePeriodSeconds: Int?
    /// The object's UID: one of the same name that came later is left alone.
    public var uid: String?
    /// The object's version: one that has changed since is left alone.
    public var resourceVersion: String?

    /// A deletion; what is not given is as kubectl does it.
    public init(
        propagation: DeletePropagation = .background, gracePeriodSeconds: Int? = nil, uid: String? = nil,
        resourceVersion: String? = nil
    ) {
        self.propagation = propagation
        self.gracePeriodSeconds = gracePeriodSeconds
        self.uid = uid
        self.resourceVersion = resourceVersion
    }

    fileprivate var json: JSONValue {
        var members: [JSONValue.Member] = [
            .init("kind", .string("DeleteOptions")), .init("apiVersion", .string("v1")),
            .init("propagationPolicy", .string(propagation.rawValue)),
        ]
        if let gracePeriodSeconds {
            members.append(.init("gracePeriodSeconds", .number("\(max(0, gracePeriodSeconds))")))
        }
        let preconditions = [("uid", uid), ("resourceVersion", resourceVersion)].compactMap { key, value in
            value.map { JSONValue.Member(key, .string($0)) }
        }
        if !preconditions.isEmpty { members.append(.init("preconditions", .object(preconditions))) }
        return .object(members)
    }
}

/// What the server says about a deletion.
public enum DeleteOutcome: Sendable, Hashable {
    /// It is gone, or going, and the server says no more.
    case deleted
    /// It is there until its time to end has passed, and these finalizers are done.
    case terminating(graceSeconds: Int, finalizers: [String])
}

/// How many replicas something has (autoscaling/v1 Scale).
public struct Scale: Sendable, Hashable {
    /// Wanted (`spec.replicas`).
    public var replicas: Int
    /// There (`status.replicas`).
    public var currentReplicas: Int
    /// Of the object that is scaled.
    public var uid: String
    /// Of the object that is scaled.
    public var resourceVersion: String

    fileprivate init?(_ json: JSONValue) {
        guard json["kind"] == .string("Scale") else { return nil }
        // Zero is left out.
        replicas = json["spec"]?["replicas"]?.integer ?? 0
        currentReplicas = json["status"]?["replicas"]?.integer ?? 0
        uid = json["metadata"]?["uid"]?.text ?? ""
        resourceVersion = json["metadata"]?["resourceVersion"]?.text ?? ""
    }
}

extension KubernetesClient {
    /// How often a change is tried again because somebody else changed the object in between.
    private static let conflictLimit = 5

    /// Deletes an object.
    ///
    /// - Parameters:
    ///   - resource: The object's resource.
    ///   - namespace: The object's namespace; empty for resources without.
    ///   - name: The object's name.
    ///   - options: How, and which object of that name.
    /// - Returns: What the server says about it.
    /// - Throws: `APIFailure` (`.conflict` when it is another object by now; `mayHaveHappened` when no answer came),
    ///   `CancellationError`.
    @discardableResult
    public func delete(
        _ resource: APIResource, namespace: String, name: String, options: DeleteOptions = DeleteOptions()
    ) async throws -> DeleteOutcome {
        let answer = try await change(
            APIRequest(
                attempt: "delete \(Self.title(resource, namespace, name))", method: .delete,
                path: resource.path(namespace: namespace, name: name), body: .init(options.json)))
        guard let metadata = answer?["metadata"], metadata["deletionTimestamp"] != nil else { return .deleted }
        var finalizers: [String] = []
        if case .array(let names)? = metadata["finalizers"] { finalizers = names.compactMap(\.text) }
        return .terminating(
            graceSeconds: metadata["deletionGracePeriodSeconds"]?.integer ?? 0, finalizers: finalizers)
    }

    /// Asks for a pod to be evicted, which its PodDisruptionBudgets may refuse.
    ///
    /// - Parameters:
    ///   - namespace: The pod's namespace.
    ///   - pod: The pod's name.
    ///   - uid: The pod's UID: one of the same name that came later is left alone.
    /// - Throws: `APIFailure` (`.tooManyRequests` when a budget does not allow it), `CancellationError`.
    public func evict(namespace: String, pod: String, uid: String? = nil) async throws {
        do {
            try await evict(namespace, pod, uid, version: "policy/v1")
        } catch let failure as APIFailure where failure.reason == .server(400) || failure.reason == .notFound {
            // Servers before 1.22 know the version before only, and say 400.
            if failure.reason == .notFound { throw failure }
            try await evict(namespace, pod, uid, version: "policy/v1beta1")
        }
    }

    private func evict(_ namespace: String, _ pod: String, _ uid: String?, version: String) async throws {
        var members: [JSONValue.Member] = [
            .init("apiVersion", .string(version)), .init("kind", .string("Eviction")),
            .init("metadata", .object([.init("name", .string(pod)), .init("namespace", .string(namespace))])),
        ]
        if let uid {
            let preconditions = JSONValue.object([.init("uid", .string(uid))])
            members.append(.init("deleteOptions", .object([.init("preconditions", preconditions)])))
        }
        _ = try await change(
            APIRequest(
                attempt: "evict pods/\(pod) in \(namespace)", method: .post,
                path: ["api", "v1", "namespaces", namespace, "pods", pod, "eviction"], body: .init(.object(members))),
            waitsWhenBusy: false)
    }

    /// Reads how many replicas an object has and is to have.
    ///
    /// - Parameters:
    ///   - resource: A resource that can be scaled.
    ///   - namespace: The object's namespace.
    ///   - name: The object's name.
    /// - Returns: What its `scale` subresource says.
    /// - Throws: `APIFailure` (`.notFound` also for resources that cannot be scaled), `CancellationError`.
    public func scale(of resource: APIResource, namespace: String, name: String) async throws -> Scale {
        let request = APIRequest(
            attempt: "read the scale of \(Self.title(resource, namespace, name))",
            path: resource.path(namespace: namespace, name: name) + ["scale"])
        guard let scale = Scale(try await json(request)) else {
            throw APIFailure(.malformedAnswer, attempt: request.attempt, detail: "the server gave no Scale")
        }
        return scale
    }

    /// Sets how many replicas an object is to have.
    ///
    /// Other changes of the object meanwhile do not matter, another number does.
    ///
    /// - Parameters:
    ///   - resource: A resource that can be scaled.
    ///   - namespace: The object's namespace.
    ///   - name: The object's name.
    ///   - replicas: The number, not negative.
    ///   - expected: How many it must have been meant to have until now; `nil` for any number.
    ///   - uid: The object's UID: one of the same name that came later is left alone.
    /// - Returns: The scale as it was before.
    /// - Throws: `APIFailure` (`.conflict` when it is another object or has another number by now; `mayHaveHappened`
    ///   when no answer came), `CancellationError`.
    @discardableResult
    public func setScale(
        of resource: APIResource, namespace: String, name: String, to replicas: Int, from expected: Int? = nil,
        uid: String? = nil
    ) async throws -> Scale {
        let attempt = "scale \(Self.title(resource, namespace, name)) to \(replicas)"
        let path = resource.path(namespace: namespace, name: name) + ["scale"]
        try transport.permit(APIRequest(attempt: attempt, method: .patch, path: path))
        var attempts = 1
        while true {
            let before = try await scale(of: resource, namespace: namespace, name: name)
            if let uid, before.uid != uid { throw Self.isAnotherObject(attempt) }
            if let expected, before.replicas != expected {
                throw APIFailure(
                    .conflict, attempt: attempt,
                    detail:
                        "it is meant to have \(before.replicas) replicas by now, not \(expected); nothing was changed"
                )
            }
            let metadata = JSONValue.object([
                .init("uid", .string(before.uid)), .init("resourceVersion", .string(before.resourceVersion)),
            ])
            let patch = JSONValue.object([
                .init("metadata", metadata),
                .init("spec", .object([.init("replicas", .number("\(max(0, replicas))"))])),
            ])
            do {
                _ = try await change(
                    APIRequest(attempt: attempt, method: .patch, path: path, body: .init(patch, as: .mergePatch)))
                return before
            } catch let failure as APIFailure where failure.reason == .conflict && attempts < Self.conflictLimit {
                attempts += 1
            }
        }
    }

    /// Replaces the pods of a Deployment, StatefulSet or DaemonSet as its strategy says.
    ///
    /// - Parameters:
    ///   - resource: The object's resource.
    ///   - namespace: The object's namespace.
    ///   - name: The object's name.
    ///   - uid: The object's UID: one of the same name that came later is left alone.
    ///   - now: What the pods' annotation `kubectl.kubernetes.io/restartedAt` becomes.
    /// - Throws: `APIFailure` (`.conflict` when it is paused, another object by now, or restarted in this second;
    ///   `mayHaveHappened` when no answer came), `CancellationError`.
    public func restart(
        _ resource: APIResource, namespace: String, name: String, uid: String? = nil, now: Timestamp
    ) async throws {
        let attempt = "restart \(Self.title(resource, namespace, name))"
        let path = resource.path(namespace: namespace, name: name)
        try transport.permit(APIRequest(attempt: attempt, method: .patch, path: path))
        let object = try await get(resource, namespace: namespace, name: name)
        if let uid, object["metadata"]?["uid"] != .string(uid) { throw Self.isAnotherObject(attempt) }
        if object["spec"]?["paused"] == .bool(true) {
            throw APIFailure(
                .conflict, attempt: attempt, detail: "it is paused: resume it first (kubectl rollout resume)")
        }
        let key = "kubectl.kubernetes.io/restartedAt"
        let stamp = Timestamp(seconds: now.seconds).rfc3339
        if object["spec"]?["template"]?["metadata"]?["annotations"]?[key] == .string(stamp) {
            throw APIFailure(.conflict, attempt: attempt, detail: "it was restarted within this second already")
        }
        func nested(_ keys: [String], _ value: JSONValue) -> JSONValue {
            keys.reversed().reduce(value) { .object([.init($1, $0)]) }
        }
        var members: [JSONValue.Member] = [
            .init("spec", nested(["template", "metadata", "annotations", key], .string(stamp)))
        ]
        if let uid { members.append(.init("metadata", .object([.init("uid", .string(uid))]))) }
        _ = try await change(
            APIRequest(
                attempt: attempt, method: .patch, path: path,
                body: .init(.object(members), as: .strategicMergePatch)))
    }

    /// Sends a request that changes something, and sends it again only where the server turned it away for being busy.
    func change(_ request: APIRequest, waitsWhenBusy: Bool = true) async throws -> JSONValue? {
        var attempts = 1
        while true {
            do {
                return try await transport.change(request)
            } catch let failure as APIFailure where waitsWhenBusy && failure.reason == .tooManyRequests {
                let wait = retryPolicy.delay(after: failure, attempts: attempts, random: .random(in: 0...1))
                guard let wait else { throw failure }
                try await Task.sleep(for: wait)
                attempts += 1
            }
        }
    }

    /// Such as `deployments/web in shop`.
    private static func title(_ resource: APIResource, _ namespace: String, _ name: String) -> String {
        "\(resource.groupResource.resource)/\(name)\(resource.isNamespaced ? " in \(namespace)" : "")"
    }

    private static func isAnotherObject(_ attempt: String) -> APIFailure {
        APIFailure(
            .conflict, attempt: attempt, detail: "there is another object of that name by now; it was left alone")
    }
}

extension JSONValue {
    fileprivate var integer: Int? { if case .number(let text) = self { Int(text) } else { nil } }
}
