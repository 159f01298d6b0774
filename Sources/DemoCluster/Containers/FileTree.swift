import KubernetesModel
import Synchronization

/// A file operation that fails, in the words of the C library.
struct FileFailure: Error, Equatable {
    var words: String

    static let missing = FileFailure(words: "No such file or directory")
    static let isDirectory = FileFailure(words: "Is a directory")
    static let notDirectory = FileFailure(words: "Not a directory")
    static let full = FileFailure(words: "No space left on device")
    static let exists = FileFailure(words: "File exists")
    static let loop = FileFailure(words: "Too many levels of symbolic links")
}

/// The files of a container, in memory.
final class FileTree: Sendable {
    /// A file, directory or link.
    struct Node: Sendable {
        enum Kind: Sendable { case file, directory, link }

        var kind: Kind
        /// What is in a file, or the target of a link.
        var data: [UInt8] = []
        var mode: Int
        var changed: Timestamp
    }

    /// More bytes than these do not fit.
    static let capacity = 64 << 20
    private static let maximumNodes = 20_000

    private struct State {
        var nodes: [String: Node]
        var used = 0
    }

    private let state: Mutex<State>

    init(at now: Timestamp) {
        state = Mutex(State(nodes: ["/": Node(kind: .directory, mode: 0o755, changed: now)]))
    }

    /// A path from the root, without `.`, `..` and double slashes.
    static func absolute(_ path: String, in directory: String = "/") -> String {
        var parts: [Substring] = path.hasPrefix("/") ? [] : directory.split(separator: "/")
        for part in path.split(separator: "/") where part != "." {
            if part == ".." { _ = parts.popLast() } else { parts.append(part) }
        }
        return "/" + parts.joined(separator: "/")
    }

    static func parent(of path: String) -> String { absolute("..", in: path) }

    /// Follows links wherever they are on the way.
    private static func resolve(_ path: String, _ state: State, last: Bool = true) throws(FileFailure) -> String {
        var left = path.split(separator: "/").map(String.init)
        var done = "/"
        var links = 0
        while !left.isEmpty {
            let next = absolute(left.removeFirst(), in: done)
            if let node = state.nodes[next], node.kind == .link, last || !left.isEmpty {
                links += 1
                guard links < 16 else { throw .loop }
                let target = String(decoding: node.data, as: UTF8.self)
                left = absolute(target, in: done).split(separator: "/").map(String.init) + left
                done = "/"
            } else {
                done = next
            }
        }
        return done
    }

    private func access<Result>(_ body: (inout State) throws(FileFailure) -> Result) throws(FileFailure) -> Result {
        let result = state.withLock { state -> Swift.Result<Result, FileFailure> in
            do throws(FileFailure) {
                return .success(try body(&state))
            } catch {
                return .failure(error)
            }
        }
        return try result.get()
    }

    /// What is at a path.
    func node(_ path: String, followsLast: Bool = true) throws(FileFailure) -> Node {
        try access { state throws(FileFailure) in
            guard let node = state.nodes[try Self.resolve(path, state, last: followsLast)] else {
                throw .missing
            }
            return node
        }
    }

    /// What is in a file.
    func read(_ path: String) throws(FileFailure) -> [UInt8] {
        let node = try node(path)
        guard node.kind == .file else { throw .isDirectory }
        return node.data
    }

    /// The names in a directory, sorted.
    func names(in path: String) throws(FileFailure) -> [String] {
        try access { state throws(FileFailure) in
            let path = try Self.resolve(path, state)
            guard let node = state.nodes[path] else { throw .missing }
            guard node.kind == .directory else { throw .notDirectory }
            let prefix = path == "/" ? "/" : path + "/"
            return state.nodes.keys.filter { $0.hasPrefix(prefix) && $0.count > prefix.count }
                .map { String($0.dropFirst(prefix.count)) }.filter { !$0.contains("/") }.sorted()
        }
    }

    /// Puts a node where the directory is there.
    func put(_ path: String, _ node: Node) throws(FileFailure) {
        try access { state throws(FileFailure) in
            let directory = try Self.resolve(Self.parent(of: path), state)
            guard let parent = state.nodes[directory] else { throw .missing }
            guard parent.kind == .directory else { throw .notDirectory }
            var target = Self.absolute(String(path.split(separator: "/").last ?? ""), in: directory)
            if node.kind == .file { target = try Self.resolve(target, state) }
            let old = state.nodes[target]
            if old?.kind == .directory, node.kind != .directory { throw .isDirectory }
            let used = state.used - (old?.data.count ?? 0) + node.data.count
            guard used <= Self.capacity, state.nodes.count < Self.maximumNodes else { throw .full }
            state.used = used
            state.nodes[target] = node
        }
    }

    /// Adds to the end of a file that is there.
    func append(_ path: String, _ bytes: [UInt8], at now: Timestamp) throws(FileFailure) {
        try access { state throws(FileFailure) in
            let path = try Self.resolve(path, state)
            guard state.nodes[path] != nil else { throw .missing }
            guard state.used + bytes.count <= Self.capacity else { throw .full }
            state.used += bytes.count
            state.nodes[path]?.data.append(contentsOf: bytes)
            state.nodes[path]?.changed = now
        }
    }

    /// Makes a directory and those above it.
    func makeDirectories(_ path: String, at now: Timestamp) throws(FileFailure) {
        var done = "/"
        for part in path.split(separator: "/") {
            done = Self.absolute(String(part), in: done)
            if let node = try? node(done) {
                guard node.kind == .directory else { throw .notDirectory }
            } else {
                try put(done, Node(kind: .directory, mode: 0o755, changed: now))
            }
        }
    }

    /// Removes a node and what is below it.
    func remove(_ path: String) throws(FileFailure) {
        try access { state throws(FileFailure) in
            let path = try Self.resolve(path, state, last: false)
            guard state.nodes[path] != nil, path != "/" else { throw .missing }
            for key in state.nodes.keys.filter({ $0 == path || $0.hasPrefix(path + "/") }) {
                state.used -= state.nodes.removeValue(forKey: key)?.data.count ?? 0
            }
        }
    }

    /// The paths at and below a path, parents first; links are not followed.
    func walk(_ path: String) throws(FileFailure) -> [String] {
        try access { state throws(FileFailure) in
            let path = try Self.resolve(path, state, last: false)
            guard state.nodes[path] != nil else { throw .missing }
            let prefix = path == "/" ? "/" : path + "/"
            return state.nodes.keys.filter { $0 == path || $0.hasPrefix(prefix) }.sorted()
        }
    }
}
