import Glibc
import KubernetesModel

/// Replaces a kubeconfig file by a changed one: locked as kubectl locks it, with a copy of what was there, and at once.
struct KubeconfigRewrite {
    /// How many copies of a file are kept.
    private static let backups = 3
    /// For how long somebody else's lock is waited for, in steps of 50 ms.
    private static let lockAttempts = 20

    let path: String
    let edits: [KubeconfigEdit]
    let now: Timestamp

    /// Rewrites files: nothing of any is replaced before all are locked and their new bytes are on the disk.
    ///
    /// - Returns: The files that changed, and the copies of what was there.
    /// - Throws: When it cannot be done; then all files are as they were, or the failure says which are not.
    static func run(_ rewrites: [KubeconfigRewrite]) throws(KubeconfigFailure) -> [(file: String, backup: String)] {
        var locks: [String] = []
        defer { for lock in locks { unlink(lock) } }
        var prepared: [Prepared] = []
        var count = 0
        do throws(KubeconfigFailure) {
            var targets: [String] = []
            for rewrite in rewrites { targets.append(try rewrite.lock(&locks)) }
            for (rewrite, target) in zip(rewrites, targets) {
                if let one = try rewrite.prepare(target) { prepared.append(one) }
            }
            for one in prepared {
                try one.rewrite.replace(one)
                count += 1
            }
        } catch {
            for one in prepared[count...] { one.discard() }
            guard count > 0 else { throw error }
            var failure = error
            let written = prepared[..<count].map { "\($0.rewrite.path) (before: \($0.backup))" }
            failure.remedy = "but this was changed already: \(written.joined(separator: ", "))"
            throw failure
        }
        for one in prepared { one.rewrite.removeOldBackups(of: one.target) }
        return prepared.map { ($0.rewrite.path, $0.backup) }
    }

    /// A file whose new bytes are beside it.
    private struct Prepared {
        var rewrite: KubeconfigRewrite
        /// The file, and not a link to it.
        var target: String
        var status: stat
        var new: String
        var backup: String
        /// Whether the copy was made for this change.
        var isOwnBackup: Bool

        func discard() {
            unlink(new)
            if isOwnBackup { unlink(backup) }
        }
    }

    /// Locks the file by its name and by that of what it leads to.
    private func lock(_ locks: inout [String]) throws(KubeconfigFailure) -> String {
        // A link stays one; what it leads to is changed.
        guard
            let target = realpath(path, nil).map({ pointer in
                defer { free(pointer) }
                return String(cString: pointer)
            })
        else { throw failure("cannot be found") }
        // kubectl locks the path as it was given, which another name of the file does not share.
        for name in Set([path, target]).sorted() {
            guard !locks.contains(name + ".lock") else {
                throw failure("is the same file as another of this kubeconfig", 0)
            }
            try lock(name + ".lock")
            locks.append(name + ".lock")
        }
        return target
    }

    /// Writes the copy and the new bytes beside the file; `nil` when nothing changes.
    private func prepare(_ target: String) throws(KubeconfigFailure) -> Prepared? {
        var status = stat()
        guard stat(target, &status) == 0 else { throw failure("cannot be looked at") }
        guard status.st_mode & S_IFMT == S_IFREG else { throw failure("is no file") }
        guard status.st_nlink == 1 else {
            throw failure("has several names on this disk (hard links), of which the others would stay as they are", 0)
        }
        guard let accessList = AccessList(of: target) else { throw failure("its access list cannot be read") }
        let bytes: [UInt8]
        do throws(LocalFile.Failure) {
            bytes = try LocalFile.read(target, limit: KubeconfigDocument.maximumBytes)
        } catch {
            throw KubeconfigFailure(file: path, problem: "cannot be read: \(error.words)")
        }
        var changed = bytes
        for edit in edits { changed = try edit.applied(to: changed, of: path) }
        guard changed != bytes else { return nil }
        let stamp = now.rfc3339.prefix(19).filter { $0.isNumber || $0 == "T" }
        let backup = "\(target).sextant-backup-\(stamp)"
        // A second change in the same second has the first one's copy before it.
        let isOwnBackup = access(backup, F_OK) != 0
        let prepared = Prepared(
            rewrite: self, target: target, status: status, new: "\(target).sextant-new-\(getpid())", backup: backup,
            isOwnBackup: isOwnBackup)
        unlink(prepared.new)
        if isOwnBackup { try write(bytes, to: backup, like: status, accessList) }
        do throws(KubeconfigFailure) {
            try write(changed, to: prepared.new, like: status, accessList)
        } catch {
            prepared.discard()
            throw error
        }
        return prepared
    }

    /// Replaces the file at once.
    private func replace(_ prepared: Prepared) throws(KubeconfigFailure) {
        let (target, status) = (prepared.target, prepared.status)
        var last = stat()
        guard stat(target, &last) == 0, last.st_ino == status.st_ino, last.st_size == status.st_size,
            last.st_mtim.tv_sec == status.st_mtim.tv_sec, last.st_mtim.tv_nsec == status.st_mtim.tv_nsec
        else { throw failure("was changed by somebody else meanwhile", 0) }
        guard rename(prepared.new, target) == 0 else { throw failure("cannot be replaced") }
        let folder = open(LocalFile.directory(of: target), O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        if folder >= 0 {
            fsync(folder)
            close(folder)
        }
    }

    private func failure(_ problem: String, _ code: Int32 = errno) -> KubeconfigFailure {
        let words = code == 0 ? "" : ": \(LocalFile.Failure(code: code).words)"
        return KubeconfigFailure(file: path, problem: problem + words)
    }

    /// Makes a lock as client-go does: an empty file that must not be there.
    private func lock(_ name: String) throws(KubeconfigFailure) {
        for attempt in 0... {
            let descriptor = open(name, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0o600)
            if descriptor >= 0 {
                close(descriptor)
                return
            }
            guard errno == EEXIST else { throw failure("cannot be locked") }
            guard attempt < Self.lockAttempts else { break }
            usleep(50_000)
        }
        throw KubeconfigFailure(
            file: path, problem: "is locked: another program is changing it",
            remedy: "try again; if none is, remove \(name)")
    }

    /// Writes a new file with the mode, owner, group and access list of another.
    private func write(
        _ bytes: [UInt8], to name: String, like status: stat, _ accessList: AccessList
    ) throws(KubeconfigFailure) {
        let descriptor = open(name, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw failure("cannot be changed, since \(name) cannot be written") }
        defer { close(descriptor) }
        do throws(KubeconfigFailure) {
            // The folder may give its files another group than ours.
            var own = stat()
            guard fstat(descriptor, &own) == 0 else { throw failure("\(name) cannot be looked at") }
            if status.st_uid != own.st_uid || status.st_gid != own.st_gid {
                guard fchown(descriptor, status.st_uid, status.st_gid) == 0 else {
                    throw failure("belongs to somebody else, which would not stay so")
                }
            }
            guard accessList.set(on: descriptor) else { throw failure("its access list cannot be kept") }
            guard fchmod(descriptor, status.st_mode & 0o7777) == 0 else { throw failure("its mode cannot be kept") }
            var start = 0
            while start < bytes.count {
                let count = bytes[start...].withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
                if count < 0, errno == EINTR { continue }
                guard count > 0 else { throw failure("\(name) cannot be written") }
                start += count
            }
            guard fsync(descriptor) == 0 else { throw failure("\(name) cannot be written") }
        } catch {
            unlink(name)
            throw error
        }
    }

    /// Removes the oldest copies.
    private func removeOldBackups(of target: String) {
        let folder = LocalFile.directory(of: target)
        let prefix = (target.split(separator: "/").last.map(String.init) ?? "") + ".sextant-backup-"
        guard let stream = opendir(folder.isEmpty ? "/" : folder) else { return }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            let name = withUnsafePointer(to: entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name.hasPrefix(prefix), name.dropFirst(prefix.count).allSatisfy({ $0.isNumber || $0 == "T" }) {
                names.append(name)
            }
        }
        for name in names.sorted().dropLast(Self.backups) { unlink("\(folder)/\(name)") }
    }
}
