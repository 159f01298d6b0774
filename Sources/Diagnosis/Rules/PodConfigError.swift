import KubernetesModel

extension DiagnosisRule {
    static let podConfigError = DiagnosisRule(
        id: "pod/config-error", title: "A container's configuration cannot be put together", severity: .broken,
        remedy: "Create what is missing; the container then starts by itself.",
        source: "https://kubernetes.io/docs/tasks/configure-pod-container/configure-pod-configmap/",
        subject: Pod.self, uses: [ConfigMap.self, SecretObject.self]
    ) { pod, context in
        // What is being deleted needs no mending.
        guard pod.metadata.deletionTimestamp == nil else { return }
        for container in pod.podContainers {
            guard let waiting = container.status.state.waiting, waiting.reason == "CreateContainerConfigError" else {
                continue
            }
            // What a pod needs is often created together with it.
            let started = pod.status.startTime ?? pod.metadata.creationTimestamp
            guard context.hasPassed(seconds: 30, since: started) else { continue }
            let id = ObjectID(pod)
            let problem = ConfigProblem(waiting.message, container, in: pod)
            let evidence = [
                Evidence(id, "\(container.statusPath).state.waiting.reason", waiting.reason),
                Evidence(id, "\(container.statusPath).state.waiting.message", waiting.message),
            ]
            let near = problem.missing.map { context.nearest(to: $0, key: problem.key) } ?? MissingReference()
            context.report(
                FindingDraft(
                    key: container.name, title: problem.title + near.hint, cause: problem.explanation,
                    nextStep: problem.nextStep, command: problem.command,
                    evidence: evidence + problem.paths.map { Evidence(id, $0.field, $0.value) } + near.evidence,
                    related: (problem.missing.map { [$0] } ?? []) + near.related,
                    since: pod.notReadySince ?? pod.metadata.creationTimestamp, owner: pod.maker))
        }
    }
}

/// What a container's configuration lacks, as far as the kubelet's words tell.
private struct ConfigProblem {
    var title: String
    var explanation: String
    var nextStep: String
    var command = ""
    /// Where the pod asks for it.
    var paths: [(field: String, value: String)] = []
    /// The object that is missing, or lacks a key.
    var missing: ObjectID?
    /// The key that it lacks; `nil` when the object itself is missing.
    var key: String?

    init(_ message: String, _ container: PodContainer, in pod: Pod) {
        let namespace = pod.metadata.namespace
        let flag = "-n \(namespace) "
        if let match = message.firstMatch(of: /(secret|configmap) "([^"]+)" not found/) {
            let isSecret = match.1 == "secret"
            let name = String(match.2)
            missing = Self.object(isSecret, namespace, name)
            paths = Self.references(to: name, isSecret: isSecret, key: nil, of: container)
            title = "\(isSecret ? "Secret" : "ConfigMap") \(name) does not exist"
            explanation =
                "\(container.title) takes environment variables from it and does not start without it."
            nextStep = "Create it in namespace \(namespace), or correct the name; the container then starts by itself."
            command = "kubectl \(flag)get \(isSecret ? "secrets" : "configmaps")"
        } else if let match = message.firstMatch(of: /couldn't find key (\S+) in (Secret|ConfigMap) ([^\/\s]+)\/(\S+)/)
        {
            let isSecret = match.2 == "Secret"
            let name = String(match.4)
            missing = Self.object(isSecret, namespace, name)
            key = String(match.1)
            paths = Self.references(to: name, isSecret: isSecret, key: String(match.1), of: container)
            title = "\(match.2) \(name) has no key \(match.1)"
            explanation =
                "\(container.title) takes an environment variable from that key and does not start without it."
            nextStep = "Add the key, or correct its name; the container then starts by itself."
            command = "kubectl \(flag)describe \(isSecret ? "secret" : "configmap") \(name)"
        } else if message.contains("runAsNonRoot") || message.contains("non-root") {
            title = "\(container.title) would run as root, which it may not"
            let own = container.container?.securityContext ?? SecurityContext()
            paths = [
                ("\(container.specPath).securityContext.runAsNonRoot", Self.text(own.runAsNonRoot)),
                ("\(container.specPath).securityContext.runAsUser", Self.text(own.runAsUser)),
                ("spec.securityContext.runAsNonRoot", Self.text(pod.spec.securityContext.runAsNonRoot)),
                ("spec.securityContext.runAsUser", Self.text(pod.spec.securityContext.runAsUser)),
            ]
            explanation =
                message.contains("non-numeric")
                ? "runAsNonRoot is set, and the image names its user by name, so the kubelet cannot tell that it is not"
                    + " root."
                : "runAsNonRoot is set, and neither the pod nor the image names another user than root."
            nextStep = "Set securityContext.runAsUser to a number other than 0, or give the image a numeric USER."
        } else {
            title =
                "\(container.title) cannot be configured: \(message.isEmpty ? "no reason given" : message.firstLines)"
            explanation = "The kubelet cannot put together what the container needs to start."
            nextStep = "Read the message, and the pod's events."
            command = "kubectl \(flag)describe pod/\(pod.metadata.name)"
        }
    }

    private static func object(_ isSecret: Bool, _ namespace: String, _ name: String) -> ObjectID {
        isSecret
            ? ObjectID(SecretObject.self, namespace: namespace, name: name)
            : ObjectID(ConfigMap.self, namespace: namespace, name: name)
    }

    private static func text(_ value: Bool?) -> String { value.map { "\($0)" } ?? "not set" }

    private static func text(_ value: Int64?) -> String { value.map { "\($0)" } ?? "not set" }

    /// The variables of a container that come from an object, or from one key of it.
    private static func references(
        to name: String, isSecret: Bool, key: String?, of container: PodContainer
    ) -> [(field: String, value: String)] {
        let kind = isSecret ? "secret" : "configMap"
        var paths: [(field: String, value: String)] = []
        for item in container.container?.env ?? []
        where item.name == name && item.isSecret == isSecret && (key == nil || item.key == key) {
            paths.append(
                ("\(container.specPath).env[\(item.variable)].valueFrom.\(kind)KeyRef", "\(item.name), key \(item.key)")
            )
        }
        guard key == nil else { return paths }
        for item in container.container?.envFrom ?? [] where item.name == name && item.isSecret == isSecret {
            paths.append(("\(container.specPath).envFrom.\(kind)Ref.name", item.name))
        }
        return paths
    }
}
