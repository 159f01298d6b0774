import Foundation
import Glibc
import Synchronization

/// Passes connections on to a port of this machine, until it cuts them.
final class CutRelay: Sendable {
    private struct State {
        var sockets: Set<Int32> = []
        var isDown = false
        var isOver = false
    }

    private let listener: Int32
    /// The port that it listens on.
    let port: UInt16
    private let target: UInt16
    private let state = Mutex(State())

    /// A relay to a port.
    ///
    /// - Throws: `POSIXError` when it cannot listen.
    init(to target: UInt16) throws {
        self.target = target
        listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = Self.address(port: 0)
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let listener = listener
        let isListening = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                bind(listener, address, length) == 0 && listen(listener, 64) == 0
                    && getsockname(listener, address, &length) == 0
            }
        }
        guard isListening else { throw POSIXError(.EADDRNOTAVAIL) }
        port = UInt16(bigEndian: address.sin_port)
        Thread.detachNewThread { self.accept() }
    }

    /// Ends every connection; new ones are refused while it is down.
    func cut(staysDown: Bool) {
        state.withLock { state in
            state.isDown = staysDown
            for socket in state.sockets { shutdown(socket, Int32(SHUT_RDWR)) }
        }
    }

    /// Takes connections again.
    func heal() { state.withLock { $0.isDown = false } }

    /// Ends it.
    func close() {
        cut(staysDown: true)
        state.withLock { $0.isOver = true }
        shutdown(listener, Int32(SHUT_RDWR))
        Glibc.close(listener)
    }

    private static func address(port: UInt16) -> sockaddr_in {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        return address
    }

    private func accept() {
        while true {
            let inner = Glibc.accept(listener, nil, nil)
            if inner < 0 {
                if state.withLock({ $0.isOver }) || errno != EINTR { return }
                continue
            }
            let outer = state.withLock { state in
                guard !state.isDown else { return Int32(-1) }
                let outer = connect()
                if outer >= 0 { state.sockets.formUnion([inner, outer]) }
                return outer
            }
            guard outer >= 0 else {
                Glibc.close(inner)
                continue
            }
            let pair = Pair(relay: self, inner: inner, outer: outer)
            Thread.detachNewThread { pair.pass(from: inner, to: outer) }
            Thread.detachNewThread { pair.pass(from: outer, to: inner) }
        }
    }

    private func connect() -> Int32 {
        let socket = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = Self.address(port: target)
        let result = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.connect(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard result == 0 else {
            Glibc.close(socket)
            return -1
        }
        return socket
    }

    fileprivate func forget(_ sockets: Int32...) {
        state.withLock { state in
            for socket in sockets {
                state.sockets.remove(socket)
                Glibc.close(socket)
            }
        }
    }
}

/// The two ends of a connection.
private final class Pair: Sendable {
    private let relay: CutRelay
    private let inner: Int32
    private let outer: Int32
    /// How many directions are open.
    private let open = Mutex(2)

    init(relay: CutRelay, inner: Int32, outer: Int32) {
        self.relay = relay
        self.inner = inner
        self.outer = outer
    }

    func pass(from source: Int32, to sink: Int32) {
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        reading: while true {
            let count = recv(source, &buffer, buffer.count, 0)
            guard count > 0 else { break }
            var sent = 0
            while sent < count {
                let written = buffer.withUnsafeBytes { bytes in
                    send(sink, bytes.baseAddress.map { $0 + sent }, count - sent, Int32(MSG_NOSIGNAL))
                }
                guard written > 0 else { break reading }
                sent += written
            }
        }
        shutdown(source, Int32(SHUT_RDWR))
        shutdown(sink, Int32(SHUT_RDWR))
        let isLast = open.withLock { open in
            open -= 1
            return open == 0
        }
        if isLast { relay.forget(inner, outer) }
    }
}
