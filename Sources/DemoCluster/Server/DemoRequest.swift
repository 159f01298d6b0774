/// An HTTP request as the demo API reads it.
struct DemoRequest: Sendable {
    /// Such as `GET`.
    var method: String
    /// Decoded segments of the path, without empty ones.
    var segments: [String]
    /// Decoded query; of a key that comes twice the last counts.
    var query: [String: String]
    /// Decoded query with every value of a key.
    var values: [String: [String]] = [:]
    /// What the query says after `command=`, each time it does.
    var command: [String] = []
    /// What the query says after `ports=`, each time it does; one value may hold several.
    var ports: [String] = []
    /// The `Accept` header; empty when there is none.
    var accept: String
    /// The bearer token, when one was sent.
    var token: String?
    /// Path and query as they came.
    var target: String
    /// The type of the body without its parameters; empty when there is none.
    var contentType = ""
    var body: [UInt8] = []
    /// Whether the body was larger than the server takes, and is not here.
    var isTooLarge = false
    /// The WebSocket subprotocols that are offered.
    var protocols: [String] = []
    /// The headers, for the programs behind a proxy.
    var headers: [(name: String, value: String)] = []

    init(method: String, target: String, accept: String = "", authorization: String = "") {
        self.method = method
        self.target = target
        self.accept = accept
        let parts = target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        segments = (parts.first ?? "").split(separator: "/").map { Self.decoded($0) }
        query = [:]
        if parts.count == 2 {
            for pair in parts[1].split(separator: "&") {
                let sides = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
                let value = sides.count == 2 ? Self.decoded(sides[1]) : ""
                query[Self.decoded(sides[0])] = value
                values[Self.decoded(sides[0]), default: []].append(value)
                if sides[0] == "command" { command.append(value) }
                if sides[0] == "ports" { ports += value.split(separator: ",").map(String.init) }
            }
        }
        let words = authorization.split(separator: " ")
        token = words.count == 2 && words[0].lowercased() == "bearer" ? String(words[1]) : nil
    }

    /// The path without its query.
    var path: String { "/" + segments.joined(separator: "/") }

    /// Whether a query parameter is set: anything counts but `false` and `0`, also nothing after its name.
    func flag(_ name: String) -> Bool { query[name].map { !["false", "0"].contains($0.lowercased()) } ?? false }

    /// Whether the answer is for people: those who ask for it, `/version`, and what people read with.
    var wantsPrettyJSON: Bool {
        if query["pretty"] != nil { return flag("pretty") }
        if segments == ["version"] { return true }
        let agent = headers.first { $0.name.lowercased() == "user-agent" }?.value ?? ""
        return ["curl", "Wget", "Mozilla/5.0"].contains { agent.hasPrefix($0) } && query["watch"] == nil
    }

    /// A whole number of the query; `nil` when there is none.
    /// - Throws: `DemoStatus` for a text that is no number.
    func number(_ name: String) throws(DemoStatus) -> Int? {
        guard let text = query[name] else { return nil }
        if let number = Int(text) { return number }
        let isLong = !text.isEmpty && text.allSatisfy { $0.isASCII && $0.isNumber }
        throw .badRequest(
            "strconv.ParseInt: parsing \"\(text)\": \(isLong ? "value out of range" : "invalid syntax")")
    }

    /// How much of the object a row of a table shall carry.
    /// - Throws: `DemoStatus` for a word that is none of the three.
    func checkIncludedObject() throws(DemoStatus) {
        guard let text = query["includeObject"], !["", "None", "Metadata", "Object"].contains(text) else { return }
        throw .badRequest("unrecognized includeObject value: \"\(text)\"")
    }

    /// Undoes percent-encoding; a broken escape stays as it is.
    private static func decoded(_ text: Substring) -> String {
        var bytes: [UInt8] = []
        let source = Array(text.utf8)
        var index = 0
        while index < source.count {
            if source[index] == UInt8(ascii: "%"), index + 2 < source.count,
                let byte = UInt8(String(decoding: source[(index + 1)...(index + 2)], as: UTF8.self), radix: 16)
            {
                bytes.append(byte)
                index += 3
            } else {
                bytes.append(source[index] == UInt8(ascii: "+") ? UInt8(ascii: " ") : source[index])
                index += 1
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}

/// The form of an answer that a client asks for in `Accept`.
enum AnswerForm: Sendable, Equatable {
    /// The objects themselves.
    case json
    /// Rows and columns, as `kubectl get` asks for.
    case table
    /// Names, labels and owners only.
    case metadata
    /// Discovery of all groups in one answer.
    case aggregatedDiscovery
    /// The same as servers before 1.30 told it.
    case aggregatedDiscoveryBeta

    /// The first form in an `Accept` header that is served, among those that make sense for the answer.
    /// - Returns: `nil` when nothing acceptable is served: protobuf alone, for example.
    init?(accept: String, among forms: [AnswerForm]) {
        if accept.trimmingSpaces.isEmpty {
            self = .json
            return
        }
        for range in accept.split(separator: ",") {
            var parameters: [String: String] = [:]
            let parts = range.split(separator: ";").map { String($0).trimmingSpaces }
            for part in parts.dropFirst() {
                let sides = part.split(separator: "=", maxSplits: 1).map(String.init)
                if sides.count == 2 { parameters[sides[0]] = sides[1] }
            }
            guard let type = parts.first, ["application/json", "application/*", "*/*"].contains(type) else { continue }
            let form: AnswerForm? =
                switch (parameters["as"], parameters["v"]) {
                case (nil, _): .json
                case ("Table", "v1"): .table
                case ("PartialObjectMetadata", _), ("PartialObjectMetadataList", _): .metadata
                case ("APIGroupDiscoveryList", "v2"): .aggregatedDiscovery
                case ("APIGroupDiscoveryList", "v2beta1"): .aggregatedDiscoveryBeta
                default: nil
                }
            if let form, forms.contains(form) {
                self = form
                return
            }
        }
        return nil
    }
}
