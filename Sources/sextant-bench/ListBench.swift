import ArgumentParser
import Foundation
import KubernetesClient

/// `sextant snapshot pods -A -o json` against curl and kubectl.
struct ListBench: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "A list of all pods: sextant, curl and kubectl in turn.")

    @OptionGroup var subject: Subject

    @Option(help: "How often each is run.")
    var rounds = 5

    func run() async throws {
        let kubeconfig = try Kubeconfig.load(explicitPath: subject.kubeconfig, environment: [:], homeDirectory: nil)
        let access = try kubeconfig.resolve(context: nil)
        let keys = try CurlKeys(subject.kubeconfig)
        defer { keys.remove() }
        reportMachine()
        var (ours, curl, cached, kubectl): ([Double], [Double], [Double], [Double]) = ([], [], [], [])
        for _ in 0..<rounds {
            ours.append(
                try seconds {
                    try sextant_bench.run(
                        [subject.sextant, "snapshot", "pods", "-A", "-o", "json", "--timeout", "60s"],
                        environment: ["KUBECONFIG": subject.kubeconfig])
                })
            curl.append(try timeCurl("\(access.server)/api/v1/pods", keys))
            cached.append(try timeCurl("\(access.server)/api/v1/pods?resourceVersion=0", keys))
            kubectl.append(
                try seconds {
                    try sextant_bench.run(["kubectl", "--kubeconfig", subject.kubeconfig, "get", "pods", "-A"])
                })
        }
        let (a, b, c) = (median(ours), median(curl), median(kubectl))
        let d = median(cached)
        report("`sextant snapshot pods -A -o json`", "\(rounded(a)) s", target: "")
        report("against `curl --compressed`, protobuf", "\(rounded(a / b)) x (\(rounded(b)) s)", target: "1.5 x")
        report("against the same from the server's cache", "\(rounded(a / d)) x (\(rounded(d)) s)", target: "1.5 x")
        report("against `kubectl get pods -A`", "\(rounded(a / c)) x (\(rounded(c)) s)", target: "0.25 x")
    }
}

private func timeCurl(_ url: String, _ keys: CurlKeys) throws -> Double {
    try seconds {
        try run(
            ["curl", "-sf", "--compressed"] + keys.arguments + [
                "-H", "Accept: application/vnd.kubernetes.protobuf", "-o", "/dev/null", url,
            ])
    }
}

/// A client certificate where curl can read it, in a folder for its owner only.
struct CurlKeys {
    private let folder: URL
    let arguments: [String]

    init(_ kubeconfig: String) throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "sextant-bench-\(UUID().uuidString)")
        try FileManager.default.createDirectory(
            at: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        var arguments: [String] = []
        let options = [
            ("certificate-authority-data", "--cacert"), ("client-certificate-data", "--cert"),
            ("client-key-data", "--key"),
        ]
        let text = try String(contentsOfFile: kubeconfig, encoding: .utf8)
        for (key, option) in options {
            guard let line = text.split(separator: "\n").first(where: { $0.contains(key + ":") }),
                let value = line.split(separator: " ").last, let data = Data(base64Encoded: String(value))
            else { throw ProgramFailure(description: "\(kubeconfig) has no \(key), which curl needs here") }
            let file = folder.appending(path: key)
            try data.write(to: file)
            arguments += [option, file.path]
        }
        self.arguments = arguments
    }

    func remove() { try? FileManager.default.removeItem(at: folder) }
}
