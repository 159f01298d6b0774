import KubernetesModel

/// What the query of a list or a watch asks for.
struct DemoListOptions: Sendable {
    var labels: LabelSelector
    var fields: FieldSelector
    /// 0 for whatever is current.
    var version: UInt64
    /// Whether a version was given, be it 0.
    var hasVersion: Bool
    var isExact: Bool
    /// 0 for no limit.
    var limit: Int
    var token: String
    var isWatch: Bool
    var sendsInitialEvents: Bool
    var sendsBookmarks: Bool
    /// `nil` when the client does not say.
    var timeoutSeconds: Int?

    /// Reads a query about a kind.
    /// - Throws: `DemoStatus`, in the API server's words.
    init(_ request: DemoRequest, of resource: DemoResource) throws(DemoStatus) {
        isWatch = request.flag("watch")
        sendsBookmarks = request.flag("allowWatchBookmarks")
        sendsInitialEvents = request.flag("sendInitialEvents")
        timeoutSeconds = try request.number("timeoutSeconds")
        limit = max(0, try request.number("limit") ?? 0)
        token = request.query["continue"] ?? ""
        let match = request.query["resourceVersionMatch"] ?? ""
        isExact = match == "Exact"
        let text = request.query["resourceVersion"] ?? ""
        hasVersion = !text.isEmpty
        try Self.check(
            match: match, version: text, token: token, isWatch: isWatch,
            asksInitialEvents: request.query["sendInitialEvents"] != nil)
        labels = try DemoAPI.labels(request.query["labelSelector"] ?? "")
        fields = try FieldSelector(parsing: request.query["fieldSelector"] ?? "", of: resource)
        guard let version = text.isEmpty ? 0 : UInt64(text) else {
            throw .badRequest("Invalid value: \"\(text)\": strconv.ParseUint: parsing \"\(text)\": invalid syntax")
        }
        self.version = version
        if !token.isEmpty, version > 0 {
            throw .badRequest("specifying resource version is not allowed when using continue")
        }
    }

    /// Which parameters go together.
    private static func check(
        match: String, version: String, token: String, isWatch: Bool, asksInitialEvents: Bool
    ) throws(DemoStatus) {
        func forbidden(_ field: String, _ words: String) -> DemoStatus {
            .invalid(
                kind: "ListOptions", group: "meta.k8s.io", name: "", field: field, reason: "FieldValueForbidden",
                "Forbidden: \(words)")
        }
        let field = "resourceVersionMatch"
        if isWatch {
            if asksInitialEvents, match != "NotOlderThan" {
                throw forbidden(field, "sendInitialEvents requires setting resourceVersionMatch to NotOlderThan")
            }
            if !asksInitialEvents, !match.isEmpty {
                throw forbidden(
                    field, "resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided")
            }
            return
        }
        if asksInitialEvents { throw forbidden("sendInitialEvents", "sendInitialEvents is forbidden for list") }
        guard !match.isEmpty else { return }
        if version.isEmpty {
            throw forbidden(field, "resourceVersionMatch is forbidden unless resourceVersion is provided")
        }
        if !token.isEmpty { throw forbidden(field, "resourceVersionMatch is forbidden when continue is provided") }
        guard ["Exact", "NotOlderThan"].contains(match) else {
            throw .invalid(
                kind: "ListOptions", group: "meta.k8s.io", name: "", field: field, reason: "FieldValueNotSupported",
                "Unsupported value: \"\(match)\": supported values: \"Exact\", \"NotOlderThan\"")
        }
        if match == "Exact", version == "0" {
            throw forbidden(field, "resourceVersionMatch \"exact\" is forbidden for resourceVersion \"0\"")
        }
    }

}

extension DemoAPI {
    /// A label selector of a query.
    /// - Throws: `DemoStatus` with code 400 when it does not parse.
    static func labels(_ text: String) throws(DemoStatus) -> LabelSelector {
        if let complaint = LabelSelectorCheck.complaint(about: text) { throw .badRequest(complaint) }
        do {
            return try LabelSelector(parsing: text)
        } catch {
            throw .badRequest("unable to parse requirement: \(error)")
        }
    }
}
