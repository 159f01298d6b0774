extension EndpointSlice {
    /// Endpoints that take traffic; one that says nothing is ready.
    public var readyCount: Int { endpoints.count { $0.ready ?? true } }

    /// The ports, at most three, or `<unset>`; `*` is every port.
    public var portsText: String {
        shortList(ports.map { port in port.port.map { "\($0)" } ?? (port.name.isEmpty ? "*" : port.name) })
    }

    /// The addresses, at most three, or `<unset>`.
    public var endpointsText: String { shortList(endpoints.flatMap(\.addresses)) }
}

/// Up to three texts, and how many more there are (`listWithMoreString` in Kubernetes' printers).
private func shortList(_ texts: [String]) -> String {
    if texts.isEmpty { return "<unset>" }
    let listed = texts.prefix(3).joined(separator: ",")
    return texts.count > 3 ? "\(listed) + \(texts.count - 3) more..." : listed
}
