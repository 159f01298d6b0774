import KubernetesModel

extension Report {
    /// The report as JSON: causes before what they explain.
    package var json: JSONValue {
        .object([
            .init("findings", .array(findings.map(\.json))),
            .init(
                "silenced",
                .array(
                    silenced.map {
                        .object([.init("finding", $0.finding.json), .init("reason", .string($0.reason))])
                    })),
            .init(
                "notEvaluated",
                .array(
                    notEvaluated.map {
                        .object([
                            .init("rule", .string($0.rule)), .init("missing", .string($0.missing.description)),
                            .init("reason", .string($0.reason)),
                        ])
                    })),
        ])
    }
}

extension Finding {
    var json: JSONValue {
        .object([
            .init("id", .string(id)), .init("rule", .string(rule)), .init("severity", .string(severity.rawValue)),
            .init("subject", subject.json), .init("title", .string(title)), .init("cause", .string(cause)),
            .init(
                "evidence",
                .array(
                    evidence.map {
                        .object([
                            .init("object", $0.object.json), .init("field", .string($0.field)),
                            .init("value", .string($0.value)),
                        ])
                    })),
            .init("related", .array(related.map(\.json))), .init("members", .array(members.map(\.json))),
            .init("causedBy", causedBy.map { .string($0) } ?? .null), .init("nextStep", .string(nextStep)),
            .init("command", .string(command)), .init("since", since.map { .string($0.rfc3339) } ?? .null),
        ])
    }
}

extension ObjectID {
    var json: JSONValue {
        .object([
            .init("group", .string(group)), .init("kind", .string(kind)), .init("namespace", .string(namespace)),
            .init("name", .string(name)),
        ])
    }
}
