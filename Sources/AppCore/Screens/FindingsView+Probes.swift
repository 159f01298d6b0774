import ClusterState
import Diagnosis
import KubernetesModel
import Screen

extension FindingsView {
    /// The probes of a pod: what the kubelet does, computed, and what comes of it.
    ///
    /// `pod` is nil when it is not there; `events` and `findings` are those about it.
    func probeLines(
        of pod: Pod?, events: [Event], findings: [Finding], tests: [ProbeTest], now: Timestamp, columns: Int
    ) -> [Line] {
        guard let pod, let subject else {
            return [Line(key: "none", kind: .dim, indent: 3, text: "The pod is not there, or not read yet.")]
        }
        var page = WhyPage(columns: columns)
        let readings = ProbeReading.probes(of: pod, events: events, now: now)
        let containers = pod.spec.initContainers.filter(\.isSidecar) + pod.spec.containers
        for container in containers {
            if !page.lines.isEmpty { page.blank() }
            page.line("container \(container.name)", .heading, container.name)
            let own = readings.filter { $0.container == container.name }
            for kind in ProbeKind.allCases {
                let reading = own.first { $0.kind == kind }
                page.add(reading, kind, of: container.name, subject)
                let test = tests.first { $0.container == container.name && $0.kind == kind }
                if let reading, let test {
                    page.add(test, kubelet: reading.verdict, undeclared: container.undeclaredPort(of: reading.probe))
                }
            }
        }
        let about = findings.filter { $0.rule.contains("probe") || $0.rule == "pod/not-ready" }
        if !about.isEmpty {
            page.heading("What rules say")
            for finding in about {
                page.line(
                    finding.id, .effect(finding.severity), finding.title, finding: finding.id, indent: 5,
                    target: .finding(finding.id))
            }
        }
        return page.lines
    }
}

extension WhyPage {
    fileprivate mutating func add(
        _ reading: ProbeReading?, _ kind: ProbeKind, of container: String, _ pod: ObjectID
    ) {
        let key = "\(container) \(kind.rawValue)"
        let word = kind.rawValue.lowercased()
        let label = word + String(repeating: " ", count: 11 - word.count)
        guard let reading else { return line(key, .dim, "none", label: label, indent: 5) }
        let asked = reading.probe.handler.text
        let schedule = reading.schedule.text
        let kindOfLine: FindingsView.Line.Kind
        var verdict = ""
        switch reading.verdict {
        case .passing: kindOfLine = .probe(.fine)
        case .failing(let message, _):
            kindOfLine = .probe(.broken)
            verdict = "It fails: \(message.words). \(message.cause.explanation(reading.probe, reading.schedule))"
        case .inert(let why):
            kindOfLine = .probe(.broken)
            verdict = "It never acts: \(why). The kubelet throws such a result away."
        case .waiting(let why):
            kindOfLine = .probe(.unknown)
            verdict = "It is not asked now: \(why)."
        case .unknown:
            kindOfLine = .probe(.unknown)
            verdict = "Neither the status nor an event says what comes of it."
        }
        let target: FindingsView.Target = reading.event == nil ? .object(pod) : .events(pod)
        let room = columns - 5 - label.count - 2
        if textWidth(asked) + 3 + textWidth(schedule) <= room {
            line(key, kindOfLine, "\(asked) · \(schedule)", label: label, indent: 5, target: target)
        } else {
            line(key, kindOfLine, asked, label: label, indent: 5, target: target)
            line("\(key) schedule", .dim, schedule, indent: 5 + label.count)
        }
        if !verdict.isEmpty { line("\(key) verdict", .text, verdict, indent: 5 + label.count) }
    }
}

extension WhyPage {
    /// What came of a probe that was made by hand.
    fileprivate mutating func add(_ test: ProbeTest, kubelet: ProbeReading.Verdict, undeclared: String?) {
        let key = "\(test.container) \(test.kind.rawValue) test"
        let width = ProbeTest.Way.allCases.map(\.rawValue.count).max() ?? 0
        for way in ProbeTest.Way.allCases {
            let outcome = test.outcome(of: way)
            if outcome == .notApplicable { continue }
            let state: FindingsView.Line.ProbeState =
                outcome?.isGood == true ? .fine : outcome?.isTelling == true ? .broken : .unknown
            let label = way.rawValue + String(repeating: " ", count: width + 2 - way.rawValue.count)
            line("\(key) \(way)", .probe(state), test.words(of: way), label: label, indent: 16)
        }
        if let verdict = test.verdict(kubelet: kubelet, undeclaredPort: undeclared) {
            line("\(key) verdict", .text, verdict, indent: 16)
        }
    }
}

/// The probes of a pod that are made by hand.
package struct Probing: Sendable, Equatable {
    package let pod: ObjectID
    package internal(set) var tests: [ProbeTest] = []
    package internal(set) var isDone = false
}

extension AppState {
    /// The pod whose probes a view shows, as it is now.
    func pod(of view: FindingsView) -> Pod? {
        guard let subject = view.subject else { return nil }
        let pods = snapshot.resolve(KindScope(Pod.kind.groupResource, namespace: subject.namespace))
        let key = ObjectKey(namespace: subject.namespace, name: subject.name)
        return (pods?[key] as? Stored<Pod>)?.value
    }

    /// Takes what came of probes that are made by hand.
    mutating func take(_ tests: [ProbeTest], of pod: ObjectID, isDone: Bool) {
        guard probing?.pod == pod else { return }
        probing?.tests = tests
        probing?.isDone = isDone
        inShownPanes { $0.settleFindings() }
    }

    /// Ends what nobody looks at any more.
    mutating func endProbing(_ effects: inout [Effect]) {
        guard let probing else { return }
        let isOpen = panes.contains { pane in
            if case .findings(let view) = pane.place { view.showsProbes && view.subject == probing.pod } else { false }
        }
        guard !isOpen else { return }
        self.probing = nil
        if !probing.isDone { effects.append(.testProbes(nil)) }
    }

    /// The pod that probes are asked about: the selected one, or one that has the finding.
    var selectedPod: ObjectID? {
        if let object = selectedObject, object.kind == Pod.kind.kind { return object }
        guard let finding = selectedFinding else { return nil }
        return ([finding.subject] + finding.members).first { $0.kind == Pod.kind.kind }
    }

    /// The probes of a pod, and what comes of them.
    mutating func openProbes(of pod: ObjectID) {
        var view = FindingsView(subject: pod, scope: scope(for: pod), openedAt: now)
        view.showsProbes = true
        openFindings(view)
    }

    /// What is known of the pod whose probes are shown.
    func probeLines(_ view: FindingsView, columns: Int) -> [FindingsView.Line] {
        guard let subject = view.subject else { return [] }
        let pod = pod(of: view)
        let about =
            snapshot.resolve(KindScope(Event.kind.groupResource, namespace: subject.namespace))?
            .objects(about: pod?.metadata.uid ?? "").compactMap { ($0 as? Stored<Event>)?.value } ?? []
        return view.probeLines(
            of: pod, events: about.sorted { ($0.lastSeen ?? now) > ($1.lastSeen ?? now) },
            findings: report(for: view)?.report.findings(about: subject) ?? [],
            tests: probing?.pod == subject ? probing?.tests ?? [] : [], now: now, columns: columns)
    }
}
