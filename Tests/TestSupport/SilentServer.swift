import Glibc

/// A server on loopback that takes every connection and never answers.
package final class SilentServer: Sendable {
    /// The system refused.
    package struct Failed: Error { package let code: Int32 }

    package let port: Int
    private let socket: Int32

    package init() throws {
        let socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isListening = withUnsafeMutablePointer(to: &address) { address in
            address.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                // Nobody accepts: the kernel completes connections by itself.
                bind(socket, address, size) == 0 && listen(socket, 64) == 0 && getsockname(socket, address, &size) == 0
            }
        }
        guard isListening else { throw Failed(code: errno) }
        self.socket = socket
        port = Int(UInt16(bigEndian: address.sin_port))
    }

    deinit { close(socket) }

    /// A kubeconfig whose only context, `silent`, is this server.
    package var kubeconfig: String {
        """
        {"apiVersion":"v1","kind":"Config","current-context":"silent",
        "clusters":[{"name":"silent","cluster":{"server":"http://127.0.0.1:\(port)"}}],
        "users":[{"name":"nobody","user":{}}],
        "contexts":[{"name":"silent","context":{"cluster":"silent","user":"nobody","namespace":"shop"}}]}
        """
    }
}
