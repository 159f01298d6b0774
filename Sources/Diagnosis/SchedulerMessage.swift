import KubernetesModel

/// What the scheduler says of a pod that no node takes.
///
/// Source: `FitError.Error()` of kube-scheduler; the words differ between versions.
struct SchedulerMessage: Equatable {
    /// A reason, and how many nodes have it; 0 for one that holds for the pod as a whole.
    struct Reason: Equatable {
        var nodes: Int
        var text: String
    }

    /// Empty when the message is written otherwise.
    var reasons: [Reason] = []

    init(_ message: String) {
        guard let match = message.prefixMatch(of: /\d+\/\d+ nodes are available: ?/) else { return }
        var body = message[match.range.upperBound...]
        if let end = body.firstRange(of: " preemption: ") { body = body[..<end.lowerBound] }
        var text = String(body)
        for tail in ["no new claims to deallocate,", "."] {
            while text.hasSuffix(tail) || text.hasSuffix(" ") {
                text = String(text.dropLast(text.hasSuffix(" ") ? 1 : tail.count))
            }
        }
        guard text.first?.isNumber == true else {
            reasons = text.isEmpty ? [] : [Reason(nodes: 0, text: text)]
            return
        }
        // A comma also stands within braces; the next reason begins with a number.
        reasons = text.matches(of: /(\d+) (.+?)(?=, \d+ [A-Za-z]|$)/).map {
            Reason(nodes: Int($0.1) ?? 0, text: String($0.2))
        }
    }
}
