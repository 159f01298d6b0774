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

    /// The text with line breaks and other control characters made visible blanks.
    static func oneLine(_ text: String) -> String {
        String(
            String.UnicodeScalarView(
                text.unicodeScalars.map { $0.properties.generalCategory == .control ? "\u{FFFD}" : $0 }))
    }
}
