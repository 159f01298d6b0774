import KubernetesModel

extension DiagnosisRule {
    static let podCreateError = DiagnosisRule(
        id: "pod/create-error", title: "A container cannot be started", severity: .broken,
        remedy: "Read the runtime's message: mostly the command is not in the image, or a mount hides it.",
        source: "https://kubernetes.io/docs/tasks/inject-data-application/define-command-argument-container/",
        subject: Pod.self, uses: [Event.self]
    ) { pod, context in
        // What is being deleted needs no mending.
        guard pod.metadata.deletionTimestamp == nil else { return }
        for container in pod.podContainers {
            let id = ObjectID(pod)
            var evidence: [Evidence] = []
            var message = ""
            if let waiting = container.status.state.waiting, waitingReasons.contains(waiting.reason) {
                evidence.append(Evidence(id, "\(container.statusPath).state.waiting.reason", waiting.reason))
                evidence.append(Evidence(id, "\(container.statusPath).state.waiting.message", waiting.message))
                message = waiting.message
            } else if !container.status.state.isRunning, let (end, path) = container.lastEnd {
                let hook = context.postStartFailure(of: container, in: pod)
                guard end.isStartFailure || hook != nil else { continue }
                evidence = container.evidence(of: end, path: path, on: id)
                message = hook?.message ?? end.message
                if let hook { evidence.append(hook.evidence) }
            } else {
                continue
            }
            let problem = StartProblem(message)
            if let command = container.container?.command, !command.isEmpty {
                evidence.append(
                    Evidence(id, "\(container.specPath).command", command.joined(separator: " ").firstLines))
            }
            context.report(
                FindingDraft(
                    key: container.name, title: "\(container.title) cannot be started: \(problem.words)",
                    cause: problem.explanation, nextStep: problem.nextStep,
                    command: "kubectl \(id.namespaceFlag)describe \(id.text)", evidence: evidence,
                    since: pod.notReadySince ?? pod.metadata.creationTimestamp, owner: pod.maker))
        }
    }

    private static let waitingReasons: Set<String> = [
        "CreateContainerError", "RunContainerError", "PreCreateHookError", "PreStartHookError", "PostStartHookError",
    ]
}

extension RuleContext {
    /// The event that says that the hook after a container's start failed, which ends the container.
    mutating func postStartFailure(of container: PodContainer, in pod: Pod) -> Event? {
        guard container.container?.hasPostStart == true else { return nil }
        return events(about: pod.metadata).first { event in
            event.reason == "FailedPostStartHook" && event.containerName == container.name
        }
    }
}

/// Why a runtime could not start a program, as far as its words tell.
private struct StartProblem {
    var words: String
    var explanation: String
    var nextStep: String

    init(_ message: String) {
        let program = Self.program(in: message)
        let named = program.map { "\"\($0)\"" } ?? "the program"
        if message.contains("permission denied") {
            words = "\(named) may not be executed"
            explanation = "The file is there, but is not executable for the container's user."
            nextStep = "Set the file's mode in the image (chmod +x), or run as another user."
        } else if message.contains("no such file") || message.contains("not found in $PATH") {
            words = "\(named) is not in the image"
            explanation =
                "The image has no such program where the command says, or a volume is mounted over it. A script also"
                + " fails so when the interpreter in its first line is missing."
            nextStep = "Correct the command, or use an image that has the program."
        } else if message.contains("exec format error") {
            words = "\(named) is for another processor"
            explanation = "The program in the image is built for another processor than the node has."
            nextStep = "Build the image for the node's platform, or choose other nodes."
        } else if message.contains("is already in use") || message.contains("reserved for") {
            words = "its name is still in use"
            explanation = "The runtime still has a container of this name, left over from before."
            nextStep = "Wait for the kubelet to clean up; if it does not, restart the runtime on the node."
        } else if message.contains("PostStart") || message.contains("postStart") || message.contains("Exec lifecycle") {
            words = "its postStart hook fails"
            explanation = "The hook that runs right after the start fails, which ends the container."
            nextStep = "Mend lifecycle.postStart."
        } else {
            words = message.isEmpty ? "the runtime does not say why" : message.lastPart
            explanation = "The container runtime refuses to create or start it."
            nextStep = "Read the message; the node's runtime log says more."
        }
    }

    /// The program that the runtime could not execute, from `exec: "NAME": ...`.
    private static func program(in message: String) -> String? {
        guard let start = message.range(of: "exec: \"")?.upperBound else { return nil }
        let rest = message[start...]
        return rest.firstIndex(of: "\"").map { String(rest[..<$0]) }
    }
}

extension String {
    /// What stands after the last `: `, which is where programs that wrap errors put the first cause.
    fileprivate var lastPart: String {
        let line = firstLines
        var start = line.startIndex
        var index = line.startIndex
        while index < line.endIndex {
            let next = line.index(after: index)
            if line[index] == ":", next < line.endIndex, line[next] == " " { start = line.index(after: next) }
            index = next
        }
        return start < line.endIndex ? String(line[start...]) : line
    }

    /// The first place where a text stands.
    fileprivate func range(of text: String) -> Range<String.Index>? { ranges(of: text).first }
}
