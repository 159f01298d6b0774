/// A port to open here, and the one that it leads to.
package struct ForwardPort: Sendable, Hashable {
    /// A port of a pod or Service.
    package enum Remote: Sendable, Hashable, CustomStringConvertible {
        /// 1...65535.
        case number(Int)
        case name(String)

        package var description: String {
            switch self {
            case .number(let number): "\(number)"
            case .name(let name): name
            }
        }

        /// Reads a number or a name.
        ///
        /// - Throws: `ForwardProblem` for what can be neither.
        package init(parsing text: some StringProtocol) throws(ForwardProblem) {
            if text.utf8.allSatisfy({ (48...57).contains($0) }), !text.isEmpty {
                guard let number = Int(text), (1...65535).contains(number) else {
                    throw ForwardProblem("\(text) is no port: ports are 1 to 65535")
                }
                self = .number(number)
                return
            }
            // As service names are (RFC 6335); in Kubernetes they are in lower case.
            let isName =
                (1...15).contains(text.utf8.count)
                && text.utf8.allSatisfy { (97...122).contains($0) || (48...57).contains($0) || $0 == 45 }
            guard isName else {
                throw ForwardProblem("\"\(text)\" is no port: write [LOCAL:]REMOTE, such as 8080, 8080:80 or 8080:http")
            }
            self = .name(String(text))
        }
    }

    /// 1...65535, 0 for any that is free; `nil` for the same number as the remote one.
    package var local: Int?
    package var remote: Remote

    package init(local: Int? = nil, remote: Remote) {
        self.local = local
        self.remote = remote
    }

    /// Reads `[LOCAL:]REMOTE`; `:REMOTE` is `0:REMOTE`.
    ///
    /// - Throws: `ForwardProblem` that says what is wrong with the text.
    package init(parsing text: String) throws(ForwardProblem) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        switch parts.count {
        case 1: self.init(remote: try Remote(parsing: parts[0]))
        case 2:
            let digits = parts[0].utf8.allSatisfy { (48...57).contains($0) }
            guard digits, let local = parts[0].isEmpty ? 0 : Int(parts[0]), (0...65535).contains(local) else {
                throw ForwardProblem("\(parts[0]) is no local port: 1 to 65535, or 0 for any that is free")
            }
            self.init(local: local, remote: try Remote(parsing: parts[1]))
        default: throw ForwardProblem("\(text) is no pair of ports: write [LOCAL:]REMOTE, such as 8080:80")
        }
    }

    /// As it is written: `80`, `8080:http`, `0:80`.
    package var text: String { (local.map { "\($0):" } ?? "") + remote.description }
}
