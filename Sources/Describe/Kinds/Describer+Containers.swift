import KubernetesModel

/// The kinds of containers, as a pod's spec names them.
enum ContainerKind: String, CaseIterable {
    case initial = "initContainers"
    case main = "containers"
    case ephemeral = "ephemeralContainers"

    var title: String {
        switch self {
        case .initial: "Init Containers"
        case .main: "Containers"
        case .ephemeral: "Ephemeral Containers"
        }
    }

    /// Where a pod's status says how they are.
    var statuses: String {
        switch self {
        case .initial: "initContainerStatuses"
        case .main: "containerStatuses"
        case .ephemeral: "ephemeralContainerStatuses"
        }
    }
}

extension Describer {
    /// Containers of a pod, or of a template, which has no statuses.
    func containers(
        _ page: inout Page, _ kind: ContainerKind, _ items: [JSONValue], statuses: [JSONValue], pod: JSONValue
    ) {
        let known = Dictionary(statuses.map { ($0["name"].string, $0) }) { $1 }
        let volumes = Dictionary(
            podSpec(of: pod)["volumes"].items.map { ($0["name"].string, volumeType(of: $0)) }
        ) { $1 }
        page.section(kind.title, items.isEmpty ? .none : "") { page in
            for item in items {
                let name = item["name"].string
                let isSidecar = kind == .initial && item["restartPolicy"].string == "Always"
                page.section(name, isSidecar ? Words("sidecar", .dim) : "") { page in
                    container(&page, item, status: known[name], volumes: volumes)
                }
            }
        }
    }

    /// The spec of a pod, or the one below a template.
    private func podSpec(of pod: JSONValue) -> JSONValue? { pod["spec"] }

    private func container(_ page: inout Page, _ item: JSONValue, status: JSONValue?, volumes: [String: String]) {
        if status.exists { page.field("Container ID", .text(status["containerID"].string, or: "")) }
        let policy = item["imagePullPolicy"].string
        page.field("Image", Words(item["image"].string) + Words(policy.isEmpty ? "" : "  (pull: \(policy))", .dim))
        if status.exists { page.field("Image ID", .text(status["imageID"].string, or: "")) }
        let ports = item["ports"].items
        let plural = ports.count > 1 ? "s" : ""
        page.field("Port\(plural)", .text(ports.map { portText($0, "containerPort") }.joined(separator: ", ")))
        page.field("Host Port\(plural)", .text(ports.map { portText($0, "hostPort") }.joined(separator: ", ")))
        seccomp(&page, item["securityContext"])
        securityContext(&page, item["securityContext"])
        for (key, label) in [("command", "Command"), ("args", "Args")] where !item[key].isEmpty {
            page.section(label) { page in for word in item[key].strings { page.block(word) } }
        }
        page.field("Working Directory", ifAny: item["workingDir"].string)
        if status.exists { state(&page, status) }
        resources(&page, item["resources"])
        for (key, label, meaning) in [
            ("livenessProbe", "Liveness", ProbeMeaning.restarts), ("readinessProbe", "Readiness", .takesTraffic),
            ("startupProbe", "Startup", .restarts),
        ] where item[key].exists {
            page.field(label, probe(item[key], meaning))
        }
        lifecycle(&page, item["lifecycle"])
        environment(&page, item)
        mounts(&page, item, volumes)
    }

    private func portText(_ port: JSONValue, _ key: String) -> String {
        let name = port["name"].string
        let number = port[key].string
        let transport = port["protocol"].string
        return "\(number.isEmpty ? "0" : number)/\(transport.isEmpty ? "TCP" : transport)"
            + (name.isEmpty ? "" : " (\(name))")
    }

    // MARK: - State

    private func state(_ page: inout Page, _ status: JSONValue?) {
        state(&page, "State", status["state"])
        if status["lastState"]["terminated"].exists { state(&page, "Last State", status["lastState"]) }
        let isReady = status["ready"].bool == true
        let isDone = status["state"]["terminated"]["exitCode"].int == 0
        page.field("Ready", Words(isReady ? "True" : "False", isReady ? .fine : isDone ? .dim : .degraded))
        let restarts = status["restartCount"].int ?? 0
        page.field("Restart Count", Words("\(restarts)", restarts > 0 ? .degraded : .plain))
    }

    private func state(_ page: inout Page, _ label: String, _ state: JSONValue?) {
        if state["running"].exists {
            page.field(label, Words("Running", .fine))
            page.field("  Started", time(state["running"]["startedAt"]))
        } else if let ended = state["terminated"], Optional(ended).exists {
            let code = ended["exitCode"].int ?? 0
            page.field(label, Words("Terminated", code == 0 ? .dim : .broken))
            for (key, title) in [("reason", "  Reason"), ("message", "  Message")] {
                page.field(title, ifAny: ended[key].string)
            }
            page.field(
                "  Exit Code", Words("\(code)", code == 0 ? .plain : .broken) + Words(meaning(ofExitCode: code), .dim))
            if let signal = ended["signal"].int, signal > 0 { page.field("  Signal", Words("\(signal)")) }
            page.field("  Started", time(ended["startedAt"]))
            page.field("  Finished", time(ended["finishedAt"]))
            if let start = ended["startedAt"].time, let end = ended["finishedAt"].time, start.seconds > 0, end >= start
            {
                page.field("  Ran", Words(age(from: start, to: end)))
            }
        } else {
            let reason = state["waiting"]["reason"].string
            let isStarting = reason.isEmpty || reason == "ContainerCreating" || reason == "PodInitializing"
            page.field(label, Words("Waiting", isStarting ? .degraded : .broken))
            page.field("  Reason", ifAny: reason)
            page.field("  Message", ifAny: state["waiting"]["message"].string)
        }
    }

    /// What exit codes of shells and runtimes say.
    private func meaning(ofExitCode code: Int) -> String {
        switch code {
        case 126: "  (found, but cannot be run)"
        case 127: "  (command not found)"
        case 129...192: "  (ended by signal \(code - 128)\(signalNames[code - 128].map { ", \($0)" } ?? ""))"
        default: ""
        }
    }

    private var signalNames: [Int: String] {
        [1: "HUP", 2: "INT", 6: "ABRT", 8: "FPE", 9: "KILL", 11: "SEGV", 13: "PIPE", 15: "TERM"]
    }

    // MARK: - Resources and probes

    func resources(_ page: inout Page, _ resources: JSONValue?) {
        for (key, label) in [("limits", "Limits"), ("requests", "Requests")] where !resources[key].isEmpty {
            page.section(label) { page in
                for member in resources[key].members { page.field(member.key, quantity(Optional(member.value))) }
            }
        }
        let claims = resources["claims"].items.map { $0["name"].string }
        if !claims.isEmpty { page.field("Claims", claims.map { Words($0) }) }
    }

    /// An amount, as kubectl writes it.
    func quantity(_ value: JSONValue?) -> Words {
        let text = value.string
        return Words(Quantity(text)?.description ?? text)
    }

    enum ProbeMeaning { case restarts, takesTraffic }

    /// A probe in words: what is asked, how often, and what comes of it.
    func probe(_ probe: JSONValue?, _ meaning: ProbeMeaning) -> Words {
        func seconds(_ key: String, _ other: Int) -> String { "\(probe[key].int ?? other)s" }
        let failures = probe["failureThreshold"].int ?? 3
        let successes = probe["successThreshold"].int ?? 1
        let outcome = meaning == .restarts ? "restart it" : "take it out of its Services"
        var times = "  every \(seconds("periodSeconds", 10)), timeout \(seconds("timeoutSeconds", 1)), "
        times += "delay \(seconds("initialDelaySeconds", 0)); "
        times += "\(failures) \(failures == 1 ? "failure" : "failures in a row") \(outcome), "
        times += "\(successes) \(successes == 1 ? "success is" : "successes are") enough"
        return Words(question(of: probe)) + Words(times, .dim)
    }

    private func question(of probe: JSONValue?) -> String {
        if probe["exec"].exists { return "exec [\(probe["exec"]["command"].strings.joined(separator: " "))]" }
        if let get = probe["httpGet"], Optional(get).exists { return "http-get \(url(get))" }
        if let socket = probe["tcpSocket"], Optional(socket).exists {
            return "tcp-socket \(socket["host"].string):\(socket["port"].string)"
        }
        if let call = probe["grpc"], Optional(call).exists {
            return "grpc <pod>:\(call["port"].string) \(call["service"].string)"
        }
        return "unknown"
    }

    private func url(_ get: JSONValue) -> String {
        let scheme = get["scheme"].string.lowercased()
        let path = get["path"].string
        let host = get["host"].string
        let server = host.contains(":") ? "[\(host)]" : host
        return "\(scheme.isEmpty ? "http" : scheme)://\(server):\(get["port"].string)"
            + (path.isEmpty || path.hasPrefix("/") ? path : "/\(path)")
    }

    private func lifecycle(_ page: inout Page, _ lifecycle: JSONValue?) {
        for (key, label) in [("postStart", "After Start"), ("preStop", "Before Stop")] where lifecycle[key].exists {
            let hook = lifecycle[key]
            let sleep = hook["sleep"]["seconds"].string
            page.field(label, Words(sleep.isEmpty ? question(of: hook) : "sleep \(sleep)s"))
        }
    }

    // MARK: - Environment and mounts

    private func environment(_ page: inout Page, _ container: JSONValue) {
        let sources = container["envFrom"].items
        if !sources.isEmpty {
            page.section("Environment Variables from") { page in
                for source in sources {
                    let isSecret = source["secretRef"].exists
                    let reference = isSecret ? source["secretRef"] : source["configMapRef"]
                    let prefix = source["prefix"].string
                    let name = reference["name"].string
                    let words = isSecret ? named(SecretObject.self, name) : named(ConfigMap.self, name)
                    let kind = isSecret ? "Secret" : "ConfigMap"
                    page.line(
                        words + Words("  \(kind)" + (prefix.isEmpty ? "" : " with prefix '\(prefix)'"))
                            + Words("  Optional: \(reference["optional"].bool == true)", .dim))
                }
            }
        }
        let variables = container["env"].items
        guard !variables.isEmpty else { return page.field("Environment", .none) }
        page.section("Environment") { page in
            for variable in variables { page.field(variable["name"].string, value(of: variable, in: container)) }
        }
    }

    private func value(of variable: JSONValue, in container: JSONValue) -> Words {
        let source = variable["valueFrom"]
        guard source.exists else { return Words(variable["value"].string) }
        if let field = source["fieldRef"], Optional(field).exists {
            let path = field["fieldPath"].string
            let version = field["apiVersion"].string
            let value = downward(path)
            return Words(value.isEmpty ? "" : "\(value) ")
                + Words("(\(version.isEmpty ? "v1" : version):\(path))", .dim)
        }
        if let amount = source["resourceFieldRef"], Optional(amount).exists {
            let name = amount["resource"].string
            let parts = name.split(separator: ".", maxSplits: 1).map(String.init)
            let text = parts.count == 2 ? container["resources"][parts[0]][parts[1]].string : ""
            let divisor = Quantity(amount["divisor"].string)?.milliValue ?? 0
            let value = Quantity(text).map { Self.share($0, by: divisor > 0 ? divisor : 1000) } ?? ""
            return Words((value.isEmpty ? "node allocatable" : value) + " ") + Words("(\(name))", .dim)
        }
        if let key = source["secretKeyRef"], Optional(key).exists {
            return Words("<set to the key '\(key["key"].string)' in secret '")
                + named(SecretObject.self, key["name"].string) + Words("'>")
                + Words("  Optional: \(key["optional"].bool == true)", .dim)
        }
        if let key = source["configMapKeyRef"], Optional(key).exists {
            return Words("<set to the key '\(key["key"].string)' of config map '")
                + named(ConfigMap.self, key["name"].string) + Words("'>")
                + Words("  Optional: \(key["optional"].bool == true)", .dim)
        }
        let members = source.members.map(\.key).joined(separator: ", ")
        return Words("<from \(members)>", .dim)
    }

    /// An amount in units of `divisor` thousandths, rounded up.
    private static func share(_ amount: Quantity, by divisor: Int64) -> String {
        if divisor % 1000 != 0 { return "\((amount.milliValue &+ divisor &- 1) / divisor)" }
        let unit = divisor / 1000
        return "\((amount.value &+ unit &- 1) / unit)"
    }

    /// What a container of this pod sees under a field path.
    private func downward(_ path: String) -> String {
        guard resource == Pod.kind.groupResource else { return "" }
        for map in ["labels", "annotations"] where path.hasPrefix("metadata.\(map)['") {
            return metadata[map][String(path.dropFirst("metadata.\(map)['".count).dropLast(2))].string
        }
        switch path {
        case "status.podIPs": return status["podIPs"].items.map { $0["ip"].string }.joined(separator: ",")
        case "status.hostIPs": return status["hostIPs"].items.map { $0["ip"].string }.joined(separator: ",")
        default: return path.split(separator: ".").reduce(Optional(document)) { $0[String($1)] }.string
        }
    }

    private func mounts(_ page: inout Page, _ container: JSONValue, _ volumes: [String: String]) {
        let mounts = container["volumeMounts"].items.sorted { $0["mountPath"].string < $1["mountPath"].string }
        if mounts.isEmpty {
            page.field("Mounts", .none)
        } else {
            page.section("Mounts") { page in
                for mount in mounts {
                    var flags = [mount["readOnly"].bool == true ? "ro" : "rw"]
                    for key in ["subPath", "subPathExpr"] where !mount[key].string.isEmpty {
                        flags.append("path=\"\(mount[key].string)\"")
                    }
                    let name = mount["name"].string
                    page.line(
                        Words("\(mount["mountPath"].string) from \(name) (\(flags.joined(separator: ",")))")
                            + Words(volumes[name].map { "  \($0)" } ?? "", .dim))
                }
            }
        }
        let devices = container["volumeDevices"].items
        guard !devices.isEmpty else { return }
        page.section("Devices") { page in
            for device in devices { page.line(Words("\(device["devicePath"].string) from \(device["name"].string)")) }
        }
    }
}
