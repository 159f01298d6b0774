import KubernetesModel

extension Programs {
    /// Programs that ask others over the network of the cluster.
    static let networkPrograms: [String: Program] = [
        "curl": { process in try await curl(process) },
        "wget": { process in try await wget(process) },
        "nc": { process in
            let (flags, _, operands) = options(process, valued: ["w"])
            guard operands.count == 2, let port = Int(operands[1]) else {
                try await process.complain("usage: nc [-zv] [-w SECONDS] HOST PORT")
                return 1
            }
            switch reach(operands[0], port, process) {
            case .noSuchHost:
                try await process.complain("bad address '\(operands[0])'")
                return 1
            case .refused(let address):
                if flags.contains("v") {
                    try await process.errors.print("nc: \(operands[0]) (\(address):\(port)): Connection refused\n")
                }
                return 1
            case .reached(let responder, let address):
                if flags.contains("v") { try await process.errors.print("\(operands[0]) (\(address):\(port)) open\n") }
                if flags.contains("z") { return 0 }
                try await responder.serve(process.input, process.output, now: process.world.now)
                return 0
            }
        },
        "nslookup": { process in
            guard let name = process.arguments.dropFirst().first else { return 1 }
            try await process.output.print("Server:\t\t10.96.0.10\nAddress:\t10.96.0.10:53\n\n")
            let address: String
            switch reach(name, 0, process) {
            case .noSuchHost:
                try await process.output.print("** server can't find \(name): NXDOMAIN\n\n")
                return 1
            case .refused(let found), .reached(_, let found): address = found
            }
            try await process.output.print("Name:\t\(name)\nAddress: \(address)\n\n")
            return 0
        },
    ]

    private static func reach(_ host: String, _ port: Int, _ process: Process) -> DemoNetwork.Outcome {
        DemoNetwork(store: process.world.cluster()).reach(host, port, from: process.world.container.pod)
    }

    private struct Address {
        var host: String
        var port: Int
        var target: String

        /// Parses such as `http://host:80/path`.
        init?(_ text: String) {
            var rest = text[...]
            var standard = 80
            if text.hasPrefix("https://") {
                rest = text.dropFirst(8)
                standard = 443
            } else if text.hasPrefix("http://") {
                rest = text.dropFirst(7)
            } else if text.contains("://") {
                return nil
            }
            let authority = rest.prefix { $0 != "/" && $0 != "?" }
            let path = rest.dropFirst(authority.count)
            target = path.isEmpty ? "/" : path.hasPrefix("/") ? String(path) : "/" + path
            let parts = authority.split(separator: ":").map(String.init)
            guard let name = parts.first, parts.count <= 2 else { return nil }
            host = name
            guard parts.count == 1 || Int(parts[1]) != nil else { return nil }
            port = parts.count == 2 ? Int(parts[1]) ?? standard : standard
        }
    }

    private static func curl(_ process: Process) async throws -> Int {
        var process = process
        process.arguments = process.arguments.map {
            $0 == "--max-time" ? "-m" : $0 == "--head" ? "-I" : $0 == "--fail" ? "-f" : $0
        }
        let (flags, values, operands) = options(process, valued: ["o", "w", "X", "d", "H", "m", "A", "u"])
        guard let text = operands.first, let address = Address(text) else {
            try await process.errors.print("curl: (3) URL rejected: No host part in the URL\n")
            return 3
        }
        func fail(_ status: Int, _ words: String) async throws -> Int {
            if !flags.contains("s") || flags.contains("S") {
                try await process.errors.print("curl: (\(status)) \(words)\n")
            }
            return status
        }
        switch reach(address.host, address.port, process) {
        case .noSuchHost: return try await fail(6, "Could not resolve host: \(address.host)")
        case .refused:
            return try await fail(
                7, "Failed to connect to \(address.host) port \(address.port) after 0 ms: Could not connect to server")
        case .reached(let responder, _):
            var request = PlainRequest(
                method: values["X"] ?? (values["d"] != nil ? "POST" : flags.contains("I") ? "HEAD" : "GET"),
                target: address.target)
            request.headers = [
                ("Host", "\(address.host):\(address.port)"), ("User-Agent", "curl/8.14.1"), ("Accept", "*/*"),
            ]
            request.body = Array((values["d"] ?? "").utf8)
            guard responder.isHTTP else { return try await fail(52, "Empty reply from server") }
            let response = responder.response(to: request)
            let limit = values["m"].flatMap { Double($0) }.map { $0.isNaN ? 0 : max(0, $0) } ?? .infinity
            guard Double(response.delay) / 1000 < limit else {
                try await sleep(seconds: limit)
                return try await fail(
                    28, "Operation timed out after \(Int(limit * 1000)) milliseconds with 0 bytes received")
            }
            if response.delay > 0 { try await sleep(seconds: Double(response.delay) / 1000) }
            if flags.contains("f"), response.status >= 400 {
                return try await fail(22, "The requested URL returned error: \(response.status)")
            }
            if flags.contains("i") || flags.contains("I") {
                try await process.output.write(response.head(isKept: true, at: process.world.now()))
            }
            if !flags.contains("I") {
                let isShown = values["o"] == nil
                try await response.sendBody { if isShown { try await process.output.write($0) } }
            }
            if let format = values["w"] {
                let text = format.replacing("%{http_code}", with: "\(response.status)").replacing("\\n", with: "\n")
                try await process.output.print(text)
            }
            return 0
        }
    }

    private static func wget(_ process: Process) async throws -> Int {
        let (flags, values, operands) = options(process, valued: ["O", "T", "U"])
        guard let text = operands.first, let address = Address(text) else {
            try await process.complain("not an http or ftp url")
            return 1
        }
        switch reach(address.host, address.port, process) {
        case .noSuchHost:
            try await process.complain("bad address '\(address.host)'")
            return 1
        case .refused(let found):
            if !flags.contains("q") {
                try await process.errors.print(
                    "Connecting to \(address.host):\(address.port) (\(found):\(address.port))\n")
            }
            try await process.complain("can't connect to remote host (\(found)): Connection refused")
            return 1
        case .reached(let responder, let found):
            if !flags.contains("q") {
                try await process.errors.print(
                    "Connecting to \(address.host):\(address.port) (\(found):\(address.port))\n")
            }
            guard responder.isHTTP else {
                try await process.complain("error getting response")
                return 1
            }
            let headers = [
                ("Host", "\(address.host):\(address.port)"), ("User-Agent", "Wget"), ("Connection", "close"),
            ]
            let request = PlainRequest(method: "GET", target: address.target, headers: headers)
            let response = responder.response(to: request)
            if response.delay > 0 { try await sleep(seconds: Double(response.delay) / 1000) }
            guard response.status < 400 else {
                let words = PlainResponse.words[response.status] ?? ""
                try await process.complain("server returned error: HTTP/1.1 \(response.status) \(words)")
                return 1
            }
            if values["O"] == "-" { try await response.sendBody(process.output.write) }
            return 0
        }
    }
}
