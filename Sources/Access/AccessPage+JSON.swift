import KubernetesModel

extension AccessPage {
    /// For programs; keys are never taken away or given another meaning.
    package var json: JSONValue {
        func texts(_ values: [String]) -> JSONValue { .array(values.map { .string($0) }) }
        func rows(_ rows: [AccessReport.Row]) -> JSONValue {
            .array(
                rows.map { row -> JSONValue in
                    .object([
                        .init("group", .string(row.resource.group)), .init("resource", .string(row.resource.resource)),
                        .init(
                            "verbs",
                            .object(zip(AccessReport.verbs, row.verdicts).map { .init($0, .string($1.rawValue)) })),
                        .init("parts", .object(row.parts.map { .init($0.name, .string($0.verdict.rawValue)) })),
                        .init("names", texts(row.named)), .init("others", texts(row.others)),
                    ])
                })
        }
        let identity = report.identity.map { identity -> JSONValue in
            .object([
                .init("username", .string(identity.username)), .init("groups", texts(identity.groups)),
                .init("source", .string(report.source.rawValue)),
            ])
        }
        let dangers = report.dangers.map { danger -> JSONValue in
            .object([
                .init("id", .string(danger.grant.id)), .init("score", .string(danger.score.rawValue)),
                .init("namespace", .string(danger.namespace)), .init("title", .string(danger.title)),
                .init("why", .string(danger.grant.why)), .init("safer", .string(danger.safer)),
                .init("onlyNames", texts(danger.names)),
            ])
        }
        let details = subject.details.map { JSONValue.Member($0.label, .string($0.text)) }
        return .object([
            .init("context", .string(subject.context)), .init("server", .string(subject.server)),
            .init("user", identity ?? .null), .init("actsAs", subject.actsAs.map { .string($0) } ?? .null),
            .init(
                "credential",
                .object([
                    .init("kind", .string(subject.credential)),
                    .init("expires", subject.expiry.map { .string($0.rfc3339) } ?? .null),
                    .init("file", subject.file.map { .string($0) } ?? .null), .init("details", .object(details)),
                ])),
            .init("namespace", .string(report.namespace)), .init("dangers", .array(dangers)),
            .init("permissions", rows(report.rows)), .init("clusterPermissions", rows(report.clusterRows)),
            .init(
                "paths",
                .array(
                    report.paths.map {
                        .object([.init("path", .string($0.path)), .init("verbs", texts($0.verbs))])
                    })),
            .init("incomplete", .bool(report.isIncomplete)), .init("notes", texts(report.notes)),
        ])
    }
}
