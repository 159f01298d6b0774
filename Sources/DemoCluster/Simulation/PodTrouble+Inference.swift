import KubernetesModel

/// What follows from a pod's spec and the objects there are.
struct PodInference {
    let spec: JSONValue
    let namespace: String
    /// Whether the pod belongs to a Job, and so ends some day.
    let isOfJob: Bool
    let store: DemoObjectStore
    /// Images that are in no registry.
    let absentImages: Set<String>

    /// What keeps the pod from being well; `nil` when nothing does.
    func trouble() -> PodTrouble? {
        var trouble = missingVolume ?? image ?? missingReference ?? runAsRoot ?? command ?? probe
        trouble?.isInferred = true
        return trouble
    }

    private var containers: [JSONValue] { spec["containers"]?.elements ?? [] }
    private var all: [JSONValue] { (spec["initContainers"]?.elements ?? []) + containers }

    // MARK: What is named and not there

    private enum Missing { case object, key }

    private func missing(_ kind: DemoResource, _ name: String, keys: [String]) -> Missing? {
        guard let document = store.document(of: kind, namespace: namespace, name: name) else { return .object }
        let has = (document["data"]?.members ?? []) + (document["binaryData"]?.members ?? [])
        return keys.allSatisfy { key in has.contains { $0.key == key } } ? nil : .key
    }

    private var missingVolume: PodTrouble? {
        for volume in spec["volumes"]?.elements ?? [] {
            let projected = volume.at("projected", "sources")?.elements ?? []
            for source in [volume] + projected {
                for (member, kind) in [("configMap", DemoResource.configMaps), ("secret", .secrets)] {
                    guard let reference = source[member], !(reference["optional"]?.isTrue ?? false) else { continue }
                    let written = reference.text("name")
                    let name = written.isEmpty ? reference.text("secretName") : written
                    let keys = (reference["items"]?.elements ?? []).map { $0.text("key") }
                    guard !name.isEmpty, name != "kube-root-ca.crt",
                        let problem = missing(kind, name, keys: keys)
                    else { continue }
                    let word = kind == .secrets ? "secret" : "configmap"
                    let lacks =
                        problem == .object
                        ? "\(word) \"\(name)\" not found"
                        : "\(kind == .secrets ? "" : "configmap ")references non-existent "
                            + "\(kind == .secrets ? "secret" : "config") key: \(keys.first ?? "")"
                    return PodTrouble(
                        kind: .creating, reason: "FailedMount",
                        message: "MountVolume.SetUp failed for volume \"\(volume.text("name"))\" : \(lacks)")
                }
            }
        }
        return nil
    }

    private var missingReference: PodTrouble? {
        for container in all {
            for variable in container["env"]?.elements ?? [] {
                for (member, kind, word) in [
                    ("secretKeyRef", DemoResource.secrets, "Secret"),
                    ("configMapKeyRef", .configMaps, "ConfigMap"),
                ] {
                    guard let reference = variable.at("valueFrom", member),
                        !(reference["optional"]?.isTrue ?? false)
                    else { continue }
                    let (name, key) = (reference.text("name"), reference.text("key"))
                    guard let problem = missing(kind, name, keys: [key]) else { continue }
                    return configError(
                        problem == .object
                            ? "\(word.lowercased()) \"\(name)\" not found"
                            : "couldn't find key \(key) in \(word) \(namespace)/\(name)")
                }
            }
            for source in container["envFrom"]?.elements ?? [] {
                for (member, kind) in [("secretRef", DemoResource.secrets), ("configMapRef", .configMaps)] {
                    guard let reference = source[member], !(reference["optional"]?.isTrue ?? false),
                        missing(kind, reference.text("name"), keys: []) != nil
                    else { continue }
                    return configError(
                        "\(kind == .secrets ? "secret" : "configmap") \"\(reference.text("name"))\" not found")
                }
            }
        }
        return nil
    }

    private func configError(_ message: String) -> PodTrouble {
        PodTrouble(kind: .waiting, reason: "CreateContainerConfigError", message: message)
    }

    /// An image's user is root unless the spec says another, or the image is known for another.
    private var runAsRoot: PodTrouble? {
        let pod = spec["securityContext"] ?? .null
        for container in containers {
            let own = container["securityContext"] ?? .null
            guard (own["runAsNonRoot"] ?? pod["runAsNonRoot"])?.isTrue ?? false else { continue }
            let user = (own["runAsUser"] ?? pod["runAsUser"])?.integer
            let runsAsRoot = ["nginx", "redis", "postgres", "busybox", "httpd"].contains(
                Self.baseName(container.text("image")))
            if user == 0 {
                return configError(
                    "container's runAsUser breaks non-root policy (pod: \"{pod}_{namespace}({uid})\", container: {container})"
                )
            }
            if user == nil, runsAsRoot {
                return configError(
                    "container has runAsNonRoot and image will run as root "
                        + "(pod: \"{pod}_{namespace}({uid})\", container: \(container.text("name")))")
            }
        }
        return nil
    }

    // MARK: Images

    private static func baseName(_ image: String) -> String {
        let last = image.split(separator: "/").last ?? ""
        return String(last.prefix { $0 != ":" && $0 != "@" })
    }

    private var image: PodTrouble? {
        for container in all {
            let image = container.text("image")
            if image.contains(where: { $0.isUppercase || $0 == " " }) && !image.contains("@"),
                image.prefix(while: { $0 != ":" }).contains(where: { $0.isUppercase || $0 == " " })
            {
                return PodTrouble(
                    kind: .waiting, reason: "InvalidImageName",
                    message: "Failed to apply default image tag \"\(image)\": couldn't parse image name \"\(image)\": "
                        + "invalid reference format: repository name must be lowercase")
            }
            if container.text("imagePullPolicy") == "Never" {
                return PodTrouble(
                    kind: .waiting, reason: "ErrImageNeverPull",
                    message: "Container image \"\(image)\" is not present with pull policy of Never")
            }
            let words = ["doesnotexist", "does-not-exist", "missing", "nonexistent", "notfound", "nosuch"]
            if absentImages.contains(image) || words.contains(where: image.lowercased().contains) {
                var trouble = PodTrouble.imagePull
                trouble.message = trouble.message.replacing("{image}", with: Self.reference(image))
                return trouble
            }
        }
        return nil
    }

    /// The image as the container runtime writes it, with what its name leaves out.
    static func reference(_ image: String) -> String {
        let first = image.split(separator: "/").first.map(String.init) ?? ""
        let hasHost = image.contains("/") && (first.contains(".") || first.contains(":") || first == "localhost")
        var full = hasHost ? image : "docker.io/" + (image.contains("/") ? image : "library/\(image)")
        if !(full.split(separator: "/").last ?? "").contains(":"), !full.contains("@") { full += ":latest" }
        return full
    }

    // MARK: Commands

    private var command: PodTrouble? {
        guard let container = containers.first else { return nil }
        let words = ((container["command"]?.elements ?? []) + (container["args"]?.elements ?? [])).compactMap(\.text)
        let program = words.first?.split(separator: "/").last.map(String.init) ?? ""
        let script = words.joined(separator: " ")
        let isShell = ["busybox", "alpine", "ubuntu", "debian", "bash", "hello-world"].contains(
            Self.baseName(container.text("image")))
        if words.isEmpty {
            guard isShell, !(container["tty"]?.isTrue ?? false), !(container["stdin"]?.isTrue ?? false) else {
                return isOfJob ? .work(seconds: 9) : nil
            }
            return .work(seconds: 0)
        }
        if script.contains("nonexistent") || script.contains("no-such-") {
            return PodTrouble(
                kind: .ends, reason: "StartError",
                message: "failed to create containerd task: failed to create shim task: OCI runtime create failed: "
                    + "runc create failed: unable to start container process: error during container init: exec: "
                    + "\"\(words[0])\": executable file not found in $PATH", exitCode: 128, runs: 0)
        }
        if let range = script.ranges(of: "exit ").last,
            let code = Int(script[range.upperBound...].prefix { $0.isNumber }), (0...255).contains(code)
        {
            return PodTrouble(kind: .ends, exitCode: code, runs: Self.sleep(script) ?? 1)
        }
        switch program {
        case "false": return PodTrouble(kind: .ends, exitCode: 1, runs: 0)
        case "true", "echo", "date", "env", "ls", "uname", "hostname", "id", "printenv", "cat", "perl", "pi":
            return .work(seconds: program == "perl" ? 6 : 1)
        default: break
        }
        let isEndless = ["while", "infinity", "tail -f", "top", "nginx", "server", "sleep inf"].contains {
            script.contains($0)
        }
        if let seconds = Self.sleep(script), !isEndless { return .work(seconds: seconds) }
        if isOfJob { return .work(seconds: 9) }
        return isShell && ["sh", "bash"].contains(program) && script.contains("-c") && !isEndless
            ? .work(seconds: 1) : nil
    }

    /// For how long a script sleeps, in seconds; at most a day.
    private static func sleep(_ script: String) -> Int? {
        guard let range = script.ranges(of: "sleep ").first else { return nil }
        let digits = script[range.upperBound...].prefix { $0.isNumber }
        guard let count = Int(digits) else { return nil }
        let unit = script[range.upperBound...].dropFirst(digits.count).first
        let factor = unit == "h" ? 3600 : unit == "m" ? 60 : unit == "d" ? 86400 : 1
        return min(86400, count.multipliedReportingOverflow(by: factor).partialValue & Int.max)
    }

    // MARK: Probes

    /// A probe that names a port which no container declares cannot be made.
    private var probe: PodTrouble? {
        guard let container = containers.first else { return nil }
        let declared = all.flatMap { $0["ports"]?.elements ?? [] }.map { $0.text("name") }
        func undeclared(_ name: String) -> String? {
            let probe = container["\(name)Probe"] ?? .null
            let port = probe.at("httpGet", "port")?.text ?? probe.at("tcpSocket", "port")?.text
            guard let port, Int(port) == nil, !declared.contains(port) else { return nil }
            return port
        }
        func words(_ name: String, _ port: String) -> String {
            "\(name) probe errored and resulted in unknown state: strconv.Atoi: parsing \"\(port)\": invalid syntax"
        }
        if let port = undeclared("startup") { return PodTrouble(kind: .unready, message: words("Startup", port)) }
        if let port = undeclared("readiness") { return PodTrouble(kind: .unready, message: words("Readiness", port)) }
        if let port = undeclared("liveness") {
            return PodTrouble(kind: .remark, reason: "Unhealthy", message: words("Liveness", port))
        }
        return nil
    }
}
