import DemoCluster
import Foundation

/// The file that a kubeconfig of the demo is written to: whoever finds it finds all of it, and nobody else may read it.
struct DemoKubeconfigFile {
    let path: String

    /// Refuses a file that the demo may not replace.
    /// - Throws: `CannotLook` for a file that something else wrote, or that cannot be read.
    func check() throws(CannotLook) {
        var isDirectory: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) else { return }
        guard !isDirectory.boolValue else { throw CannotLook(description: "\(path) is a folder") }
        guard let file = FileHandle(forReadingAtPath: path) else {
            throw CannotLook(description: "\(path) cannot be read")
        }
        defer { try? file.close() }
        let first = Data(DemoAccounts.firstLine.utf8)
        let beginning = (try? file.read(upToCount: first.count)) ?? Data()
        guard beginning == first || beginning.isEmpty else {
            throw CannotLook(description: "\(path) was not written by the demo and is not replaced")
        }
    }

    /// Writes the file under another name and renames it.
    /// - Throws: `CannotLook` with the system's reason.
    func write(_ text: String) throws(CannotLook) {
        try check()
        let temporary = "\(path).\(ProcessInfo.processInfo.processIdentifier)"
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw failure() }
        var bytes = Array(text.utf8)[...]
        var isWritten = fchmod(descriptor, 0o600) == 0
        while isWritten, !bytes.isEmpty {
            let count = bytes.withUnsafeBytes { Foundation.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            isWritten = count > 0
            bytes = bytes.dropFirst(max(0, count))
        }
        isWritten = close(descriptor) == 0 && isWritten
        guard isWritten, rename(temporary, path) == 0 else {
            let failure = failure()
            unlink(temporary)
            throw failure
        }
    }

    private func failure() -> CannotLook {
        CannotLook(description: "\(path) cannot be written: \(String(cString: strerror(errno)))")
    }
}
