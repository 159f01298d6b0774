import Foundation
import KubernetesModel

/// One line of the audit log: what is about to be done, or what became of it.
package struct AuditEntry: Sendable, Equatable {
    package var time: Timestamp
    /// The same for what was meant and what became of it.
    package var id: String
    package var context: String
    package var cluster: String
    package var server: String
    /// The user entry of the kubeconfig.
    package var user: String
    /// Whom the user acts as; `nil` for oneself.
    package var asUser: String?
    package var asGroups: [String] = []
    /// Such as `delete`.
    package var verb: String
    package var resource: APIResource
    /// Empty for cluster-scoped objects.
    package var namespace: String
    package var name: String
    package var uid: String
    package var parameters: [(String, String)] = []
    /// The kubectl command that does the same.
    package var command: String
    /// `nil` for what is about to be done.
    package var outcome: Outcome?

    package struct Outcome: Sendable, Equatable {
        /// `done`, `failed` or `unknown`.
        package var word: String
        /// The server's words, or ours; may be empty.
        package var detail: String

        package init(word: String, detail: String) {
            self.word = word
            self.detail = detail
        }
    }

    package static func == (left: AuditEntry, right: AuditEntry) -> Bool { left.json == right.json }

    /// The line, without its end.
    var json: String {
        var members: [JSONValue.Member] = []
        func add(_ key: String, _ text: String?) {
            if let text, !text.isEmpty { members.append(.init(key, .string(text))) }
        }
        add("time", time.rfc3339)
        add("id", id)
        add("phase", outcome == nil ? "intent" : "outcome")
        add("context", context)
        add("cluster", cluster)
        add("server", server)
        add("user", user)
        add("as", asUser)
        if !asGroups.isEmpty { members.append(.init("asGroups", .array(asGroups.map { .string($0) }))) }
        add("verb", verb)
        add("apiVersion", resource.apiVersion)
        add("resource", resource.groupResource.resource)
        add("namespace", namespace)
        add("name", name)
        add("uid", uid)
        if !parameters.isEmpty {
            members.append(.init("parameters", .object(parameters.map { .init($0.0, .string($0.1)) })))
        }
        add("command", command)
        add("outcome", outcome?.word)
        add("detail", outcome?.detail)
        return JSONValue.object(members).writeJSON()
    }
}

/// Keeps what was changed, by whom and how it ended: a file of JSON lines that only its owner reads.
///
/// What cannot be written here is not done. Nothing that is secret goes in.
package struct AuditLog: Sendable {
    /// Why a line could not be written.
    package struct Failure: Error, Sendable, CustomStringConvertible {
        package var description: String
    }

    package let path: String

    package init(path: String) {
        self.path = path
    }

    /// Appends a line, and returns when the kernel has all of it.
    ///
    /// The file is opened anew each time: one that was moved away or removed meanwhile is begun again.
    package func append(_ entry: AuditEntry) throws(Failure) {
        let file = open(path, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw failure() }
        defer { close(file) }
        var information = stat()
        guard fstat(file, &information) == 0, information.st_mode & S_IFMT == S_IFREG else {
            throw Failure(description: "the audit log \(path) is no file")
        }
        if information.st_mode & 0o077 != 0, fchmod(file, 0o600) != 0 { throw failure() }
        // A line that a full disk cut is not to take the next one with it.
        var last: UInt8 = UInt8(ascii: "\n")
        if information.st_size > 0 { _ = pread(file, &last, 1, information.st_size - 1) }
        var bytes = Array((entry.json + "\n").utf8)
        if last != UInt8(ascii: "\n") { bytes.insert(UInt8(ascii: "\n"), at: 0) }
        var written = 0
        while written < bytes.count {
            let count = bytes[written...].withUnsafeBytes { write(file, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw failure() }
            written += count
        }
    }

    private func failure() -> Failure {
        let words = strerror(errno).map { String(cString: $0) } ?? "error \(errno)"
        return Failure(description: "the audit log \(path) cannot be written: \(words)")
    }
}

extension StateDirectory {
    /// Where what was changed is kept.
    package var auditPath: String { path + "/audit.log" }
}
