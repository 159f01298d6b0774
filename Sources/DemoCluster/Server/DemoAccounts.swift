import KubernetesModel

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// The users of `sextant demo` with their tokens, and the kubeconfig that has a context for each.
///
/// The tokens are made anew each time: a loopback address is open to everybody who uses the machine.
package struct DemoAccounts: Sendable {
    /// The namespace that the contexts name.
    package static let namespace = "shop"
    /// What a kubeconfig of the demo begins with.
    package static let firstLine = "# Written by sextant demo; it works as long as that runs."

    private let accounts: [(user: DemoUser, token: String)]

    /// Accounts with new tokens.
    package init() {
        var source = SystemRandomNumberGenerator()
        func token() -> String {
            (0..<2).map { _ in
                let digits = String(source.next(), radix: 16)
                return String(repeating: "0", count: 16 - digits.count) + digits
            }.joined()
        }
        accounts = [DemoUser.admin, .developer, .nobody].map { ($0, token()) }
    }

    /// Lets a server know them, over TLS: kubectl shows tokens to no other.
    /// - Throws: an error of the TLS library, never for the certificates of a build that passed its tests.
    package func register(with options: inout DemoServer.Options) throws {
        options.users = Dictionary(accounts.map { ($0.token, $0.user) }) { first, _ in first }
        options.tls = try DemoTLS.context()
    }

    /// A kubeconfig with a context for each user, the first of which is current, and `demo-broken`, whose server does
    /// not answer.
    /// - Parameter url: of the server.
    /// - Returns: YAML.
    package func kubeconfig(url: String) -> String {
        let names = accounts.map(\.user.name)
        let contexts = (names + ["demo-broken"]).map { name in
            """
            - name: \(name)
              context:
                cluster: \(name == "demo-broken" ? "demo-broken" : "demo")
                user: \(name == "demo-broken" ? "demo-admin" : name)
                namespace: \(Self.namespace)
            """
        }
        let authority = Data(DemoTLS.authority).base64EncodedString()
        let users = accounts.map { "- name: \($0.user.name)\n  user:\n    token: \"\($0.token)\"" }
        return """
            \(Self.firstLine)
            apiVersion: v1
            kind: Config
            current-context: \(names[0])
            clusters:
            - name: demo
              cluster:
                certificate-authority-data: \(authority)
                server: \(url)
            - name: demo-broken
              cluster:
                certificate-authority-data: \(authority)
                server: https://127.0.0.1:1
            contexts:
            \(contexts.joined(separator: "\n"))
            users:
            \(users.joined(separator: "\n"))

            """
    }
}
