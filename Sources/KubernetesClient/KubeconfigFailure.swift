/// What is wrong with a kubeconfig or a file it names, in one line: where, what, and what to do.
///
/// Never holds a secret.
public struct KubeconfigFailure: Error, Sendable, Hashable, CustomStringConvertible {
    /// The file at fault; `nil` when no file is.
    public var file: String?
    /// The line in that file, counted from 1, where known.
    public var line: Int?
    /// The entry at fault, such as `user "dev"`.
    public var entry: String?
    /// What is wrong.
    public var problem: String
    /// What to do about it; empty when the problem says it.
    public var remedy: String

    /// A problem at a place.
    public init(file: String? = nil, line: Int? = nil, entry: String? = nil, problem: String, remedy: String = "") {
        self.file = file
        self.line = line
        self.entry = entry
        self.problem = problem
        self.remedy = remedy
    }

    /// Such as `/home/me/.kube/config:12: user "dev": ...; ...`, on one line.
    public var description: String {
        let place = file.map { file in line.map { "\(file):\($0)" } ?? file }
        let text = [place, entry, problem].compactMap(\.self).joined(separator: ": ")
        return Self.oneLine(remedy.isEmpty ? text : "\(text); \(remedy)")
    }

    /// The text on one line: line breaks are blanks, and characters that would change how it looks are made visible.
    static func oneLine(_ text: String) -> String {
        let bytes = text.utf8
        // Most are as they should be.
        guard !bytes.allSatisfy({ 0x20..<0x7F ~= $0 }) else { return text }
        let lines = text.split(whereSeparator: \.isNewline)
        let scalars = lines.joined(separator: " ").unicodeScalars.map { scalar in
            isHarmless(scalar) ? scalar : "\u{FFFD}"
        }
        return String(String.UnicodeScalarView(scalars))
    }

    /// Whether a character neither controls a terminal nor turns the direction of text around.
    ///
    /// - Parameter scalar: The character.
    /// - Returns: false for control characters, a tab too, and for those that say which way text runs.
    public static func isHarmless(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x20..<0x7F: true
        case 0x061C, 0x200E, 0x200F, 0x202A...0x202E, 0x2066...0x2069: false
        default: scalar.properties.generalCategory != .control
        }
    }
}
