/// Which records of a log are shown: those that have all of some patterns, none of others, and are grave enough.
///
/// A record is a line with what belongs to it, such as a stack trace, and is shown as a whole.
package struct LogFilter: Sendable, Equatable {
    /// As it was typed.
    package private(set) var included = ""
    package private(set) var excluded = ""
    /// The least grave that is shown.
    ///
    /// `.unknown` shows all. A record that does not say how grave it is counts as `.info`.
    package var minimum = LogLevel.unknown

    private(set) var wanted: [LogPattern] = []
    private(set) var unwanted: [LogPattern] = []
    private var wantedByInclusion: [LogPattern] = []
    private var unwantedByInclusion: [LogPattern] = []
    private var wantedByExclusion: [LogPattern] = []
    private var unwantedByExclusion: [LogPattern] = []

    package init() {}

    package var isEmpty: Bool { wanted.isEmpty && unwanted.isEmpty && minimum == .unknown }

    /// Patterns of either kind that are looked for.
    static let patternLimit = 30

    /// Shows only what has these: texts, `!text` for what it must not have, `-f letters`, regular expressions.
    ///
    /// - Throws: why it is none.
    mutating func include(_ text: String) throws(FilterFailure) {
        let (patterns, others) = try Self.patterns(text)
        (included, wantedByInclusion, unwantedByInclusion) = (text, patterns, others)
        gather()
    }

    /// Hides what has one of these.
    ///
    /// - Throws: why it is none.
    mutating func exclude(_ text: String) throws(FilterFailure) {
        let (patterns, others) = try Self.patterns(text)
        (excluded, unwantedByExclusion, wantedByExclusion) = (text, patterns, others)
        gather()
    }

    private mutating func gather() {
        wanted = wantedByInclusion + wantedByExclusion
        unwanted = unwantedByInclusion + unwantedByExclusion
    }

    private static func patterns(_ text: String) throws(FilterFailure) -> (plain: [LogPattern], inverse: [LogPattern]) {
        var plain: [LogPattern] = []
        var inverse: [LogPattern] = []
        var words = try Filter.words(text)[...]
        while let word = words.popFirst() {
            if word.isQuoted {
                plain.append(try LogPattern(word.text))
            } else if word.text == "-f" {
                guard let letters = words.popFirst() else { throw FilterFailure("-f needs a text: -f chkout") }
                plain.append(LogPattern(letters: letters.text))
            } else if word.text == "!" {
                throw FilterFailure("! needs a text: !health")
            } else if word.text.hasPrefix("!") {
                inverse.append(try LogPattern(String(word.text.dropFirst())))
            } else {
                plain.append(try LogPattern(word.text))
            }
        }
        guard plain.count + inverse.count <= patternLimit / 2 else {
            throw FilterFailure("more than \(patternLimit / 2) words at once")
        }
        return (plain, inverse)
    }

    func admits(_ level: LogLevel) -> Bool {
        minimum == .unknown || (level == .unknown ? .info : level) >= minimum
    }
}
