import KubernetesModel

/// One thing that can be wrong with objects of one kind, and how it shows.
///
/// Pure: what it says depends on what it reads through the context, and on nothing else.
package struct DiagnosisRule: Sendable, Identifiable {
    /// Unique, such as `pod/image-pull`; people write it to skip or silence the rule.
    package let id: String
    /// One line that says what is wrong when it fires.
    package let title: String
    /// Of its findings, unless one says otherwise.
    package let severity: Severity
    /// What to do, in general.
    package let remedy: String
    /// Where the behaviour that it reads is described.
    package let source: String
    /// The kind of its subjects.
    package let subject: any KubernetesObject.Type
    /// The kinds without which it says nothing, its subjects' among them.
    package let needs: [any KubernetesObject.Type]
    /// Kinds that it says more with.
    package let uses: [any KubernetesObject.Type]
    /// Reads one subject and drafts findings.
    let evaluate: @Sendable (any StoredObject, inout RuleContext) -> Void

    /// A rule about objects of type `Subject`.
    ///
    /// - Parameters:
    ///   - id: unique, `kind/what-is-wrong`.
    ///   - title: one line that says what is wrong when it fires.
    ///   - severity: of its findings, unless one says otherwise.
    ///   - remedy: what to do, in general.
    ///   - source: where the behaviour is described.
    ///   - subject: the type of its subjects.
    ///   - needs: further kinds without which it says nothing.
    ///   - uses: kinds that it says more with.
    ///   - evaluate: reads one subject and drafts findings; returns at once for a healthy one.
    package init<Subject: KubernetesObject>(
        id: String, title: String, severity: Severity, remedy: String, source: String, subject: Subject.Type,
        needs: [any KubernetesObject.Type] = [], uses: [any KubernetesObject.Type] = [],
        evaluate: @escaping @Sendable (Subject, inout RuleContext) -> Void
    ) {
        self.id = id
        self.title = title
        self.severity = severity
        self.remedy = remedy
        self.source = source
        self.subject = subject
        self.needs = [subject] + needs
        self.uses = uses
        self.evaluate = { object, context in
            guard let stored = object as? Stored<Subject> else { return }
            evaluate(stored.value, &context)
        }
    }
}
