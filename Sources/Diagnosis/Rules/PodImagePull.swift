import KubernetesModel

extension DiagnosisRule {
    static let podImagePull = DiagnosisRule(
        id: "pod/image-pull", title: "An image cannot be pulled", severity: .broken,
        remedy: "Check the image's name and tag, the registry, and that the pod has a pull secret for it.",
        source: "https://kubernetes.io/docs/concepts/containers/images/#imagepullbackoff",
        subject: Pod.self, uses: [Event.self]
    ) { pod, context in
        // What is being deleted needs no mending.
        guard pod.metadata.deletionTimestamp == nil else { return }
        for container in pod.podContainers {
            guard let waiting = container.status.state.waiting, reasons.contains(waiting.reason) else { continue }
            // A first attempt may fail for a moment; the back-off says that it was tried again.
            if waiting.reason == "ErrImagePull",
                !context.hasPassed(seconds: 30, since: pod.status.startTime ?? pod.metadata.creationTimestamp)
            {
                continue
            }
            report(container, waiting.reason, waiting.message, of: pod, &context)
        }
    }

    private static let reasons: Set<String> = [
        "ErrImagePull", "ImagePullBackOff", "InvalidImageName", "ErrImageNeverPull", "ImageInspectError",
        "RegistryUnavailable", "SignatureValidationFailed",
    ]

    private static func report(
        _ container: PodContainer, _ reason: String, _ message: String, of pod: Pod, _ context: inout RuleContext
    ) {
        let id = ObjectID(pod)
        let image = container.container?.image ?? ""
        var evidence = [
            Evidence(id, "\(container.specPath).image", image),
            Evidence(id, "\(container.statusPath).state.waiting.reason", reason),
        ]
        if !message.isEmpty { evidence.append(Evidence(id, "\(container.statusPath).state.waiting.message", message)) }
        // Older kubelets say the cause in an event only.
        let event = context.events(about: pod.metadata).first { event in
            event.reason == "Failed" && event.message.hasPrefix("Failed to pull image")
                && (event.containerName.isEmpty || event.containerName == container.name)
        }
        if let event { evidence.append(event.evidence) }
        let problem = ImagePullProblem(reason: reason, text: "\(message) \(event?.message ?? "")")
        let said = problem == .unknown ? lastPart(of: message) : ""
        if !pod.spec.imagePullSecrets.isEmpty, problem == .denied {
            evidence.append(
                Evidence(id, "spec.imagePullSecrets", pod.spec.imagePullSecrets.joined(separator: ", ")))
        }
        context.report(
            FindingDraft(
                key: container.name, title: "Image cannot be pulled: \(image) (\(said.isEmpty ? problem.words : said))",
                cause: "\(container.title) waits for its image. "
                    + (said.isEmpty ? problem.explanation : "The node says why in words of its own."),
                nextStep: said.isEmpty
                    ? problem.nextStep(image: image, hasSecrets: !pod.spec.imagePullSecrets.isEmpty)
                    : "Look for these words in the log of the node's container runtime.",
                command: "kubectl \(id.namespaceFlag)describe \(id.text)", evidence: evidence,
                since: pod.notReadySince ?? pod.metadata.creationTimestamp, owner: pod.maker))
    }

    /// What a message says at its end, after those who handed it on; empty when it says nothing but that it is tried again.
    private static func lastPart(of message: String) -> String {
        if let range = message.ranges(of: "desc = ").last { return String(message[range.upperBound...]) }
        let parts = message.split(separator: ": ")
        guard parts.count > 1, let last = parts.last, !reasons.contains(String(last)) else { return "" }
        return String(last)
    }
}

/// Why an image cannot be pulled, as far as the words of kubelet, runtime and registry tell.
private enum ImagePullProblem {
    case invalidName, neverPulled, notFound, denied, rateLimited, unknownHost, refused, certificate, timeout
    case platform, signature, unavailable, unknown

    init(reason: String, text: String) {
        // While it is tried again, the kubelet's name of the error stands after that.
        let named = text.firstMatch(of: /: (SignatureValidationFailed|RegistryUnavailable|ImageInspectError):/)
        let reason = named.map { String($0.1) } ?? reason
        let text = text.lowercased()
        func says(_ words: String...) -> Bool { words.contains { text.contains($0) } }
        switch reason {
        case "InvalidImageName": self = .invalidName
        case "ErrImageNeverPull": self = .neverPulled
        case "SignatureValidationFailed": self = .signature
        default:
            if says("429", "toomanyrequests", "rate limit") {
                self = .rateLimited
            } else if says("no such host", "server misbehaving") {
                self = .unknownHost
            } else if says("x509", "certificate") {
                self = .certificate
            } else if says("connection refused") {
                self = .refused
            } else if says(
                "access denied", "insufficient_scope", "unauthorized", "authorization failed", "failed to authorize",
                "401", "403", "forbidden")
            {
                self = .denied
            } else if says("no match for platform", "no matching manifest") {
                self = .platform
            } else if says("not found", "manifest unknown", "name unknown") {
                self = .notFound
            } else if says("i/o timeout", "deadline exceeded", "timeout", "no route to host", "unreachable") {
                self = .timeout
            } else {
                self = reason == "RegistryUnavailable" ? .unavailable : .unknown
            }
        }
    }

    /// For the title.
    var words: String {
        switch self {
        case .invalidName: "the name is not valid"
        case .neverPulled: "not on the node, and must not be pulled"
        case .notFound: "not found in the registry"
        case .denied: "access denied"
        case .rateLimited: "too many requests to the registry"
        case .unknownHost: "the registry's name does not resolve"
        case .refused: "the registry refuses connections"
        case .certificate: "the registry's certificate is not trusted"
        case .timeout: "the registry does not answer"
        case .platform: "not built for this node's platform"
        case .signature: "the signature is not accepted"
        case .unavailable: "the registry is not available"
        case .unknown: "the reason is not known"
        }
    }

    var explanation: String {
        switch self {
        case .invalidName: "The name breaks the rules for image names, so no registry is asked."
        case .neverPulled: "imagePullPolicy is Never, and the node does not have the image."
        case .notFound: "The registry answers that it has no such image or tag."
        case .denied:
            "The registry refuses to show it. Registries answer so for private images without a right pull secret, and"
                + " often for images that do not exist."
        case .rateLimited: "The registry limits how often it is asked, and that limit is used up."
        case .unknownHost: "The node cannot find the registry's address by its name."
        case .refused: "Nothing accepts connections at the registry's address."
        case .certificate: "The node does not trust the certificate that the registry shows."
        case .timeout: "The node cannot reach the registry, or it takes too long."
        case .platform: "The registry has the image, but for other processors or operating systems."
        case .signature: "The policy of the node does not accept the image's signature."
        case .unavailable: "The registry answers with an error of its own, or not at all."
        case .unknown: "The server does not say why; older kubelets do so in an event, which expires."
        }
    }

    func nextStep(image: String, hasSecrets: Bool) -> String {
        switch self {
        case .invalidName: "Correct the image's name: lower case, one colon before the tag."
        case .neverPulled: "Load \(image) onto the node, or set imagePullPolicy to IfNotPresent."
        case .notFound: "Check name and tag of \(image); push the image if it is missing."
        case .denied:
            hasSecrets
                ? "Check that a Secret of spec.imagePullSecrets has valid credentials for this registry."
                : "Check the name; if the image is private, add a pull Secret to the pod or its ServiceAccount."
        case .rateLimited: "Pull with credentials, or through a mirror, or wait."
        case .unknownHost: "Check the registry's host in \(image), and the node's DNS."
        case .refused: "Check host and port of the registry in \(image), and that it runs."
        case .certificate: "Install the registry's CA on the nodes."
        case .timeout: "Check the way from the node to the registry: network, proxy, firewall."
        case .platform: "Build the image for the node's platform, or choose other nodes."
        case .signature: "Sign the image as the node's policy demands."
        case .unavailable: "Check that the registry of \(image) is up, and the way there from the node."
        case .unknown: "Check the name of \(image); the next attempt, at most five minutes away, tells why in an event."
        }
    }
}
