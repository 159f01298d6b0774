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
        var trouble = missingVolume ?? initTrouble ?? startTrouble ?? lifeTrouble
        trouble?.isInferred = true
        return trouble
    }

    private var containers: [JSONValue] { spec["containers"]?.elements ?? [] }
    private var all: [JSONValue] { (spec["initContainers"]?.elements ?? []) + containers }

    /// A trouble with the container that it is about.
    private func of(_ container: JSONValue, _ trouble: PodTrouble?) -> PodTrouble? {
        var trouble = trouble
        if container["name"] != containers.first?["name"] { trouble?.container = container.text("name") }
        return trouble
    }

    /// What keeps the containers that come first from ending well.
    private var initTrouble: PodTrouble? {
        for container in spec["initContainers"]?.elements ?? [] {
            if let trouble = image(container) ?? missingReference(container) { return of(container, trouble) }
            guard container.text("restartPolicy") != "Always", var trouble = command(container), trouble.exitCode != 0
            else { continue }
            trouble.kind = .initFailing
            return of(container, trouble)
        }
        return nil
    }

    /// What keeps a container from starting.
    private var startTrouble: PodTrouble? {
        for container in containers {
            if let trouble = image(container) ?? missingReference(container) ?? runAsRoot(container) {
                return of(container, trouble)
            }
        }
        return nil
    }

    /// How the life of the containers goes: the first that fails, or else how the first one ends.
    private var lifeTrouble: PodTrouble? {
        var ending: PodTrouble?
        for (index, container) in containers.enumerated() {
            let ends =
                index > 0 && isOfJob ? command(container).flatMap { $0.exitCode == 0 ? nil : $0 } : command(container)
            let probe = probe(container)
            let isEarlier = probe.map { (ends?.runs ?? .max) > ($0.kind == .unready ? 60 : $0.runs) } ?? false
            guard var trouble = isEarlier ? probe : ends else { continue }
            if trouble.kind != .ends || trouble.exitCode != 0 {
                trouble.leavesOthers = index > 0 && ending == nil && !isOfJob
                return of(container, trouble)
            }
            if ending == nil {
                trouble.leavesOthers = index > 0
                ending = of(container, trouble)
            }
        }
        return ending
    }

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

    private func missingReference(_ container: JSONValue) -> PodTrouble? {
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
        return nil
    }

    private func configError(_ message: String) -> PodTrouble {
        PodTrouble(kind: .waiting, reason: "CreateContainerConfigError", message: message)
    }

    /// An image's user is root unless the spec says another, or the image is known for another.
    private func runAsRoot(_ container: JSONValue) -> PodTrouble? {
        let pod = spec["securityContext"] ?? .null
        let own = container["securityContext"] ?? .null
        guard (own["runAsNonRoot"] ?? pod["runAsNonRoot"])?.isTrue ?? false else { return nil }
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
        return nil
    }

    // MARK: Images

    private static func baseName(_ image: String) -> String {
        let last = image.split(separator: "/").last ?? ""
        return String(last.prefix { $0 != ":" && $0 != "@" })
    }

    private func image(_ container: JSONValue) -> PodTrouble? {
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

    /// Images that bring a shell and its programs and nothing else; their command is a program.
    private static let shells: Set = ["busybox", "alpine", "ubuntu", "debian", "bash"]

    /// The programs of images that people try a cluster with, by what their names begin with, and their ports.
    private static let known: [String: (programs: [String], ports: [Int])] = [
        "nginx": (["nginx"], [80]), "httpd": (["httpd", "apache", "ab"], [80]), "redis": (["redis"], [6379]),
        "postgres": (["postgres", "pg_", "psql", "createdb", "initdb", "gosu"], [5432]),
        "mysql": (["mysql"], [3306, 33060]), "mariadb": (["mariadb", "mysql"], [3306]),
        "memcached": (["memcached"], [11211]), "python": (["python", "pip"], []),
        "node": (["node", "npm", "npx", "yarn", "corepack"], []), "caddy": (["caddy"], [80, 443, 2019]),
    ]

    /// What shells do themselves, and programs that most images with a shell have and the demo's shell lacks.
    private static let usual: Set = [
        ":", ".", "[", "[[", "!", "{", "(", "alias", "bash", "sh", "ash", "dash", "break", "case", "cd", "command",
        "continue", "echo", "eval", "exec", "exit", "export", "false", "for", "function", "getopts", "if", "jobs",
        "kill", "local", "printf", "read", "return", "set", "shift", "source", "test", "time", "times", "trap",
        "true", "type", "ulimit", "umask", "unset", "until", "wait", "while", "apk", "apt", "apt-get", "awk",
        "basename", "busybox", "chmod", "chown", "cmp", "cp", "crond", "cut", "dd", "diff", "dirname", "dpkg", "env",
        "expr", "fallocate", "ftpd", "gunzip", "gzip", "httpd", "ip", "ifconfig", "install", "killall", "less", "ln",
        "logger", "md5sum", "mkfifo", "mknod", "mktemp", "more", "mount", "netstat", "nice", "nohup", "nproc", "od",
        "openssl", "perl", "pgrep", "pkill", "pwd", "python3", "realpath", "rmdir", "route", "sed", "seq", "setsid",
        "sha256sum", "shuf", "split", "stat", "stdbuf", "stress", "stty", "su", "sync", "sysctl", "tee", "telnet",
        "timeout", "traceroute", "truncate", "tty", "umount", "unxz", "unzip", "usleep", "vi", "watch", "which",
        "xargs",
        "yes", "tini", "dumb-init", "docker-entrypoint.sh", "entrypoint.sh",
    ]

    private static func lastName(_ path: String) -> String { path.split(separator: "/").last.map(String.init) ?? path }

    /// All that a container's command says, where words are found that explain what is there.
    private static func command(of container: JSONValue) -> [String] {
        ((container["command"]?.elements ?? []) + (container["args"]?.elements ?? [])).compactMap(\.text)
    }

    /// Whether an image does not have a program, as far as that is known.
    private func lacks(_ path: String, _ container: JSONValue) -> Bool {
        let name = Self.lastName(path)
        if ["nonexistent", "no-such-"].contains(where: path.contains) { return true }
        guard !name.isEmpty, !path.contains("$"), Programs.all[name] == nil, !Self.usual.contains(name),
            !isMounted(path, container)
        else { return false }
        let image = Self.baseName(container.text("image"))
        if Self.shells.contains(image) { return true }
        if let known = Self.known[image] { return !known.programs.contains { name.hasPrefix($0) } }
        return false
    }

    private func isMounted(_ path: String, _ container: JSONValue) -> Bool {
        (container["volumeMounts"]?.elements ?? []).contains { mount in
            let place = mount.text("mountPath")
            return path == place || path.hasPrefix(place.hasSuffix("/") ? place : place + "/")
        }
    }

    /// The first of a program's operands that is a file and not there.
    private func missingFile(_ words: [String], _ container: JSONValue) -> String? {
        guard let program = words.first.map(Self.lastName),
            ["cat", "ls", "stat", "head", "tail", "test", "["].contains(program)
        else { return nil }
        let made = (Self.command(of: container) + [container["lifecycle"].map { "\($0)" } ?? ""]).joined(separator: " ")
        let known = [
            "/etc/hostname", "/etc/hosts", "/etc/resolv.conf", "/etc/os-release", "/etc/passwd", "/app/config.yaml",
            "/app/README.md", "/bin", "/root", "/tmp", "/usr", "/usr/bin", "/var", "/var/log", "/etc", "/app", "/",
        ]
        return words.dropFirst().first { word in
            let path = word.count > 1 && word.hasSuffix("/") ? String(word.dropLast()) : word
            return path.hasPrefix("/") && !known.contains(path) && !made.contains(path) && !isMounted(path, container)
                && !["/proc", "/dev", "/sys", "/bin/", "/var/run/secrets"].contains { path.hasPrefix($0) }
                && !path.contains("*")
        }
    }

    /// The words of a script that is one plain command; `nil` for others.
    private static func plain(_ script: String) -> [String]? {
        guard !script.contains(where: { ";&|\n$`(){}<>=*\"'\\".contains($0) }) else { return nil }
        var words = script.split(separator: " ").map(String.init)
        if words.first == "exec" { words.removeFirst() }
        return words.isEmpty ? nil : words
    }

    /// What a shell is given to do by these words; `nil` when they call something else.
    private static func script(_ words: [String]) -> String? {
        guard words.count > 2, ["sh", "ash", "bash", "dash"].contains(lastName(words[0])), words[1].hasPrefix("-"),
            words[1].hasSuffix("c")
        else { return nil }
        return words[2]
    }

    private static func notFound(_ program: String) -> String {
        program.contains("/")
            ? "exec: \"\(program)\": stat \(program): no such file or directory"
            : "exec: \"\(program)\": executable file not found in $PATH"
    }

    private func command(_ container: JSONValue) -> PodTrouble? {
        let words = Self.command(of: container)
        let program = Self.lastName(words.first ?? "")
        let script = words.joined(separator: " ")
        let image = Self.baseName(container.text("image"))
        let isShell = Self.shells.contains(image) || image == "hello-world"
        if words.isEmpty {
            guard isShell, !(container["tty"]?.isTrue ?? false), !(container["stdin"]?.isTrue ?? false) else {
                return isOfJob ? .work(seconds: 9) : nil
            }
            return .work(seconds: 0)
        }
        // Without a command the image's own takes the arguments.
        let isProgram = !(container["command"]?.elements ?? []).isEmpty || isShell
        if isProgram, lacks(words[0], container) {
            return PodTrouble(
                kind: .ends, reason: "StartError",
                message: "failed to create containerd task: failed to create shim task: OCI runtime create failed: "
                    + "runc create failed: unable to start container process: error during container init: "
                    + Self.notFound(words[0]), exitCode: 128, runs: 0)
        }
        if let plain = Self.script(words).map(Self.plain) ?? words, let first = plain.first {
            if lacks(first, container) {
                var trouble = PodTrouble(kind: .ends, exitCode: 127, runs: 0)
                trouble.says = ["sh: \(first): not found"]
                return trouble
            }
            if let file = missingFile(plain, container) {
                var trouble = PodTrouble(kind: .ends, exitCode: 1, runs: 0)
                trouble.says = [Self.complaint(first, file)].filter { !$0.isEmpty }
                return trouble
            }
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

    /// What a program says of a file that is not there.
    private static func complaint(_ program: String, _ file: String) -> String {
        switch lastName(program) {
        case "test", "[": ""
        case "ls": "ls: \(file): No such file or directory"
        case "stat": "stat: can't stat '\(file)': No such file or directory"
        case let name: "\(name): can't open '\(file)': No such file or directory"
        }
    }

    /// For how long a script sleeps in all, in seconds; at most a day.
    private static func sleep(_ script: String) -> Int? {
        let all = script.ranges(of: "sleep ").compactMap { range -> Int? in
            let digits = script[range.upperBound...].prefix { $0.isNumber }
            guard let count = Int(digits) else { return nil }
            let unit = script[range.upperBound...].dropFirst(digits.count).first
            let factor = unit == "h" ? 3600 : unit == "m" ? 60 : unit == "d" ? 86400 : 1
            return min(86400, min(count, 86400) * factor)
        }
        return all.isEmpty ? nil : min(86400, all.reduce(0, +))
    }

    // MARK: Probes

    private enum ProbeResult {
        /// It says so.
        case failed(String)
        /// It cannot be made.
        case errored(String)
    }

    /// What follows from the first probe that does not succeed: one at the start, one that kills, one of readiness.
    private func probe(_ container: JSONValue) -> PodTrouble? {
        for name in ["startup", "readiness", "liveness"] {
            let probe = container["\(name)Probe"] ?? .null
            guard case .errored(let words) = result(of: probe, container) else { continue }
            let message = "\(Self.titled(name)) probe errored and resulted in unknown state: \(words)"
            return name == "liveness"
                ? PodTrouble(kind: .remark, reason: "Unhealthy", message: message)
                : PodTrouble(kind: .unready, message: message)
        }
        for name in ["startup", "liveness", "readiness"] {
            let probe = container["\(name)Probe"] ?? .null
            let path = ((probe.at("exec", "command")?.elements ?? []).compactMap(\.text)).last ?? ""
            var words: String?
            var begins = 0
            if case .failed(let said) = result(of: probe, container) {
                words = said
            } else if !path.isEmpty, let seconds = removal(of: path, container) {
                // It is well until its program removes what the probe looks for.
                words = Self.complaint("cat", path)
                begins = seconds
            }
            guard let words else { continue }
            let message = "\(Self.titled(name)) probe failed: \(words)"
            if name == "readiness" { return PodTrouble(kind: .unready, message: message) }
            func number(_ field: String, _ usual: Int) -> Int {
                let value = probe.integer(field)
                return value > 0 ? min(value, 3600) : usual
            }
            let patience = number("periodSeconds", 10) * number("failureThreshold", 3)
            return PodTrouble(
                kind: .probeKill, message: message, exitCode: 137,
                runs: max(4, max(begins, min(probe.integer("initialDelaySeconds"), 3600)) + min(patience, 86400)))
        }
        return nil
    }

    private static func titled(_ name: String) -> String { name.prefix(1).uppercased() + name.dropFirst() }

    /// After how many seconds a container's script removes a file that it has made.
    private func removal(of path: String, _ container: JSONValue) -> Int? {
        guard path.hasPrefix("/"), let script = Self.script(Self.command(of: container)),
            let range = script.ranges(of: "rm ").last, script[range.upperBound...].contains(path)
        else { return nil }
        return Self.sleep(String(script[..<range.lowerBound])) ?? 0
    }

    private func result(of probe: JSONValue, _ container: JSONValue) -> ProbeResult? {
        if let command = probe.at("exec", "command")?.elements.compactMap(\.text), let program = command.first {
            if lacks(program, container) {
                return .errored(
                    "rpc error: code = Unknown desc = failed to exec in container: failed to start exec \"4f1c\": OCI "
                        + "runtime exec failed: exec failed: unable to start container process: "
                        + Self.notFound(program))
            }
            guard let words = Self.script(command).map(Self.plain) ?? command, let first = words.first else {
                return nil
            }
            if lacks(first, container) { return .failed("sh: \(first): not found\n") }
            if first == "false" || first == "exit" && words.count > 1 && words[1] != "0" { return .failed("") }
            return missingFile(words, container).map { .failed(Self.complaint(first, $0) + "\n") }
        }
        let http = probe["httpGet"]
        guard let asked = http?["port"] ?? probe.at("tcpSocket", "port") ?? probe.at("grpc", "port"),
            (http ?? probe["tcpSocket"])?["host"] == nil
        else { return nil }
        let ports = all.flatMap { $0["ports"]?.elements ?? [] }
        guard let port = asked.integer ?? asked.text.flatMap({ Int($0) }) else {
            let name = asked.text ?? ""
            return ports.contains { $0.text("name") == name }
                ? nil : .errored("strconv.Atoi: parsing \"\(name)\": invalid syntax")
        }
        guard !listens(on: port, container) else { return nil }
        let refused = "dial tcp {ip}:\(port): connect: connection refused"
        if probe["grpc"] != nil {
            return .failed("timeout: failed to connect service \"{ip}:\(port)\" within 1s: context deadline exceeded")
        }
        guard let http else { return .failed(refused) }
        let path = http.text("path").isEmpty ? "/" : http.text("path")
        let scheme = http.text("scheme").isEmpty ? "http" : http.text("scheme").lowercased()
        return .failed("Get \"\(scheme)://{ip}:\(port)\(path)\": \(refused)")
    }

    /// Whether something may listen on a port: it is declared, or the image's own, or spoken of.
    private func listens(on port: Int, _ container: JSONValue) -> Bool {
        let declared = all.flatMap { $0["ports"]?.elements ?? [] }.map { $0.integer("containerPort") }
        let own = all.flatMap { Self.known[Self.baseName($0.text("image"))]?.ports ?? [] }
        let spoken = all.flatMap { other in
            Self.command(of: other) + (other["env"]?.elements ?? []).map { $0.text("value") }
        }
        if declared.contains(port) || own.contains(port) || spoken.contains(where: { $0.contains(String(port)) }) {
            return true
        }
        // What nothing is known of may listen anywhere, and what is configured by a file too.
        let isShell = Self.shells.contains(Self.baseName(container.text("image")))
        let isConfigured = (spec["volumes"]?.elements ?? []).contains { $0["configMap"] != nil }
        // Those of Kubernetes itself have ports for their health that nobody declares.
        let isSystem = container.text("image").hasPrefix("registry.k8s.io/")
        return isConfigured || isSystem || declared.isEmpty && own.isEmpty && !isShell
    }
}
