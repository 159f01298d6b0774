import AppCore
import Foundation

/// Writes a file that the user named; one that is there stays unless it is to be written over.
///
/// - Parameters:
///   - path: absolute, relative to the working directory, or below `~`.
///   - content: the whole file.
///   - overwrites: whether a file that is there is written over.
///   - home: what `~` stands for.
/// - Returns: what became of it.
package func writeUserFile(_ path: String, content: String, overwrites: Bool, home: String) -> SaveOutcome {
    let full: String
    switch fullPath(path, home: home) {
    case .success(let path): full = path
    case .failure(let reason): return .failed(reason.words)
    }
    let data = Data(content.utf8)
    do {
        if overwrites {
            try data.write(to: URL(fileURLWithPath: full), options: .atomic)
        } else {
            try data.write(to: URL(fileURLWithPath: full), options: .withoutOverwriting)
        }
        return .written(path: full, bytes: data.count)
    } catch {
        return outcome(of: error, writing: full)
    }
}

/// Writes lines of logs to a file that the user named, piece by piece, away from the screen.
///
/// - Parameters:
///   - path: absolute, relative to the working directory, or below `~`.
///   - log: what is written.
///   - overwrites: whether a file that is there is written over.
///   - home: what `~` stands for.
/// - Returns: what became of it.
@concurrent
package func writeUserFile(_ path: String, log: LogExport, overwrites: Bool, home: String) async -> SaveOutcome {
    let full: String
    switch fullPath(path, home: home) {
    case .success(let path): full = path
    case .failure(let reason): return .failed(reason.words)
    }
    // What is there stays as it is until the new file is complete.
    let part = overwrites ? full + ".part" : full
    do {
        try Data().write(to: URL(fileURLWithPath: part), options: overwrites ? [] : .withoutOverwriting)
        do {
            let file = try FileHandle(forWritingTo: URL(fileURLWithPath: part))
            var bytes = 0
            try log.forEachPiece { piece in
                try file.write(contentsOf: Data(piece))
                bytes += piece.count
            }
            try file.close()
            if overwrites, rename(part, full) != 0 { throw CocoaError(.fileWriteNoPermission) }
            return .written(path: full, bytes: bytes)
        } catch {
            try? FileManager.default.removeItem(atPath: part)
            throw error
        }
    } catch {
        return outcome(of: error, writing: full)
    }
}

private struct NoPath: Error {
    var words: String
}

private func fullPath(_ path: String, home: String) -> Result<String, NoPath> {
    var full = path
    if path == "~" || path.hasPrefix("~/") {
        guard !home.isEmpty else { return .failure(NoPath(words: "~ stands for nothing here: HOME is not set.")) }
        full = home + path.dropFirst()
    }
    return .success(full.hasPrefix("/") ? full : FileManager.default.currentDirectoryPath + "/" + full)
}

private func outcome(of error: any Error, writing full: String) -> SaveOutcome {
    let code = (error as? CocoaError)?.code
    switch code {
    case .fileWriteFileExists: return .exists
    case .fileNoSuchFile, .fileReadNoSuchFile:
        let folder = full[..<(full.lastIndex(of: "/") ?? full.startIndex)]
        return .failed("\(full) was not written: there is no folder \(folder.isEmpty ? "/" : String(folder)).")
    case .fileWriteNoPermission: return .failed("\(full) was not written: permission denied.")
    case .fileWriteOutOfSpace: return .failed("\(full) was not written: the disk is full.")
    default:
        // A folder of that name, for one.
        var isFolder: ObjCBool = false
        if FileManager.default.fileExists(atPath: full, isDirectory: &isFolder), isFolder.boolValue {
            return .failed("\(full) was not written: it is a folder.")
        }
        return .failed("\(full) was not written: \(error.localizedDescription)")
    }
}
