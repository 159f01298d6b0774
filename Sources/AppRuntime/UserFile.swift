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
    var full = path
    if path == "~" || path.hasPrefix("~/") {
        guard !home.isEmpty else { return .failed("~ stands for nothing here: HOME is not set.") }
        full = home + path.dropFirst()
    }
    if !full.hasPrefix("/") { full = FileManager.default.currentDirectoryPath + "/" + full }
    let data = Data(content.utf8)
    do {
        if overwrites {
            try data.write(to: URL(fileURLWithPath: full), options: .atomic)
        } else {
            try data.write(to: URL(fileURLWithPath: full), options: .withoutOverwriting)
        }
        return .written(path: full, bytes: data.count)
    } catch {
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
}
