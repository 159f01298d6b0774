import KubernetesModel
import Synchronization

/// What a program in a container finds around it: files, environment, other pods.
struct ContainerWorld: Sendable {
    let container: DemoContainer
    let files: FileTree
    /// The cluster as it is at the moment.
    let cluster: @Sendable () -> DemoObjectStore
    let now: @Sendable () -> Timestamp

    var behaviour: DemoPodBehaviour {
        cluster().behaviours[.init(namespace: container.namespace, name: container.podName)] ?? DemoPodBehaviour()
    }

    /// Whether the container is still there and runs.
    var isRunning: Bool {
        let pod = cluster().document(of: .pods, namespace: container.namespace, name: container.podName)
        return pod.map { DemoContainer.all(of: $0) }?.contains { $0.identity == container.identity && $0.isRunning }
            ?? false
    }

    /// Whether the image has a shell and the usual programs; some have their own program alone.
    var hasPrograms: Bool {
        !container.image.hasPrefix("registry.k8s.io/") && !container.image.contains("/recommendations:")
    }

    /// The command of the container's main process.
    var mainCommand: String {
        let words = ["command", "args"].flatMap { container.spec[$0]?.elements ?? [] }.compactMap(\.text)
        if !words.isEmpty { return words.joined(separator: " ") }
        let name = container.image.split(separator: "/").last?.split(separator: ":").first.map(String.init) ?? "app"
        return hasPrograms && container.image.contains("example.com") ? "/app/\(name) --config /app/config.yaml" : name
    }

    /// The environment of the container.
    var environment: [String: String] {
        var variables = [
            "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/root",
            "HOSTNAME": container.podName, "KUBERNETES_SERVICE_HOST": "10.96.0.1", "KUBERNETES_SERVICE_PORT": "443",
        ]
        let store = cluster()
        for source in container.spec["envFrom"]?.elements ?? [] {
            let map = store.document(
                of: .configMaps, namespace: container.namespace, name: source.text("configMapRef", "name"))
            variables.merge(map?["data"]?.textMembers ?? [:]) { $1 }
        }
        for variable in container.spec["env"]?.elements ?? [] {
            if let value = variable["value"]?.text { variables[variable.text("name")] = value }
        }
        return variables
    }

    /// The files that a container begins with.
    static func files(of container: DemoContainer, _ store: DemoObjectStore, at now: Timestamp) -> FileTree {
        let tree = FileTree(at: now)
        let pod = container.pod
        let namespace = container.namespace
        let port = container.port.map { "  port: \($0)\n" } ?? ""
        let account = "/var/run/secrets/kubernetes.io/serviceaccount"
        var texts = [
            "/etc/hostname": "\(container.podName)\n",
            "/etc/hosts":
                "127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost\n\(pod.text("status", "podIP"))\t\(container.podName)\n",
            "/etc/resolv.conf":
                "search \(namespace).svc.cluster.local svc.cluster.local cluster.local\nnameserver 10.96.0.10\noptions ndots:5\n",
            "/etc/os-release": "PRETTY_NAME=\"Demo Linux 1.0\"\nNAME=\"Demo Linux\"\nID=demo\nVERSION_ID=1.0\n",
            "/etc/passwd": "root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/false\n",
            "/app/config.yaml":
                "server:\n  name: \(container.name)\n\(port)  timeout: 30s\nlog:\n  level: info\n  format: logfmt\n",
            "/app/README.md": "# \(container.name)\n\nA program of the demo cluster. It answers HTTP on its ports.\n",
            "/proc/version": "Linux version 6.12.48-cloud-amd64\n", "/proc/1/cmdline": container.name,
            "\(account)/namespace": namespace, "\(account)/token": "demo",
            "\(account)/ca.crt": BuiltInObjects.authority,
        ]
        for mount in container.spec["volumeMounts"]?.elements ?? [] {
            let volume = (pod.at("spec", "volumes")?.elements ?? []).first { $0["name"] == mount["name"] }
            let name = volume?.text("configMap", "name") ?? ""
            let data = store.document(of: .configMaps, namespace: namespace, name: name)?["data"]?.textMembers ?? [:]
            for (key, value) in data { texts["\(mount.text("mountPath"))/\(key)"] = value }
        }
        for directory in ["/bin", "/dev", "/root", "/tmp", "/usr/bin", "/var/log"] {
            try? tree.makeDirectories(directory, at: now)
        }
        for (path, text) in texts {
            try? tree.makeDirectories(FileTree.parent(of: path), at: now)
            try? tree.put(path, .init(kind: .file, data: Array(text.utf8), mode: 0o644, changed: now))
        }
        for name in Programs.all.keys {
            try? tree.put(
                "/bin/\(name)", .init(kind: .link, data: Array("/bin/busybox".utf8), mode: 0o777, changed: now))
        }
        try? tree.put("/bin/busybox", .init(kind: .file, data: Array("\u{7f}ELF".utf8), mode: 0o755, changed: now))
        return tree
    }
}

/// The files of the containers that somebody looked into.
final class ContainerFiles: Sendable {
    private static let kept = 64

    private struct State {
        var trees: [String: FileTree] = [:]
        var order: [String] = []
    }

    private let state = Mutex(State())

    init() {}

    /// The files of a container; those of containers that nobody looked into for long are forgotten.
    func tree(of container: DemoContainer, _ store: DemoObjectStore, at now: Timestamp) -> FileTree {
        let key = container.identity
        return state.withLock { state in
            state.order.removeAll { $0 == key }
            state.order.append(key)
            if let tree = state.trees[key] { return tree }
            let tree = ContainerWorld.files(of: container, store, at: now)
            state.trees[key] = tree
            if state.order.count > Self.kept { state.trees[state.order.removeFirst()] = nil }
            return tree
        }
    }
}
