import KubernetesModel

/// What a request asks of a container's log.
struct DemoLogOptions: Sendable, Equatable {
    /// Empty for the pod's only container.
    var container = ""
    var previous = false
    var follow = false
    var timestamps = false
    /// How many lines from the end; `nil` for all.
    var tail: Int?
    /// Lines before this moment are left out.
    var since: Timestamp?
    /// After how many bytes the answer ends.
    var limitBytes: Int?

    /// What is written from now on.
    init(following container: String) {
        self.container = container
        follow = true
        tail = 0
    }

    /// Reads the query of a request about a pod.
    /// - Throws: `DemoStatus`, in the API server's words.
    init(_ request: DemoRequest, pod: String, at now: Timestamp) throws(DemoStatus) {
        container = request.query["container"] ?? ""
        previous = request.flag("previous")
        follow = request.flag("follow")
        timestamps = request.flag("timestamps")
        tail = try Self.number("tailLines", atLeast: 0, request, pod)
        limitBytes = try Self.number("limitBytes", atLeast: 1, request, pod)
        let seconds = try Self.number("sinceSeconds", atLeast: 1, request, pod)
        if let seconds { since = now.adding(seconds: -min(seconds, 1 << 40)) }
        guard let text = request.query["sinceTime"], !text.isEmpty else { return }
        guard seconds == nil else {
            throw .invalid(
                kind: "PodLogOptions", name: pod, field: "[]", reason: "FieldValueForbidden",
                "Forbidden: at most one of `sinceTime` or `sinceSeconds` may be specified")
        }
        guard let moment = Timestamp(text) else {
            throw .badRequest(
                "parsing time \"\(text)\" as \"2006-01-02T15:04:05Z07:00\": cannot parse \"\(text)\" as \"2006\"")
        }
        // The API server hands the moment on in whole seconds.
        since = moment.wholeSeconds
    }

    private static func number(
        _ key: String, atLeast least: Int, _ request: DemoRequest, _ pod: String
    ) throws(DemoStatus) -> Int? {
        guard let text = request.query[key] else { return nil }
        guard let number = Int(text) else {
            throw .badRequest("strconv.ParseInt: parsing \"\(text)\": invalid syntax")
        }
        guard number >= least else {
            throw .invalid(
                kind: "PodLogOptions", name: pod, field: key,
                "Invalid value: \(number): must be greater than \(least == 0 ? "or equal to " : "")0")
        }
        return number
    }
}
