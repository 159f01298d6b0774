import Foundation

/// The committed inputs: small real ones, and every one that once failed.
enum Seeds {
    private static var folder: URL { Bundle.module.bundleURL.appendingPathComponent("Seeds") }

    /// The seeds of a parser: files in the order of their names, then further ones.
    static func of(_ parser: FuzzedParser) throws -> [[UInt8]] {
        let folder = folder.appendingPathComponent(parser.name)
        let files = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
        let committed = try files.flatMap { file -> [[UInt8]] in
            let bytes = [UInt8](try Data(contentsOf: folder.appendingPathComponent(file)))
            guard parser.seedsAreLines, file.hasSuffix(".txt") else { return [parser.prefix(file) + bytes] }
            return bytes.split(separator: 0x0A).map(Array.init)
        }
        return committed + (try parser.furtherSeeds())
    }
}
