extension APIFailure {
    /// What a failed request tells: the Status that the server sent or, without one, what can be shown of the body.
    ///
    /// - Parameters:
    ///   - status: The Status in the body or in a watch ERROR event, if there was one.
    ///   - httpStatus: The HTTP status code.
    ///   - attempt: What was tried, such as `list pods in payments`.
    ///   - body: The body, or its beginning; HTML and plain text become a short excerpt of one line.
    ///   - retryAfterSeconds: The `Retry-After` header.
    public init(
        status: StatusObject?, httpStatus: Int, attempt: String, body: some Collection<UInt8>,
        retryAfterSeconds: Int? = nil
    ) {
        let code = status.flatMap { $0.code > 0 ? Int($0.code) : nil } ?? httpStatus
        var detail = status?.message ?? ""
        if detail.isEmpty { detail = status?.reason ?? "" }
        if detail.isEmpty, status == nil { detail = Self.excerpt(of: body) }
        if detail.isEmpty || status == nil { detail = "HTTP \(code)" + (detail.isEmpty ? "" : ": \(detail)") }
        let isUnknownVersion =
            status?.causes.contains { $0.reason == "ResourceVersionTooLarge" } == true
            || status?.message.hasPrefix("Too large resource version") == true
        self.init(
            isUnknownVersion ? .gone : Self.reason(code: code, word: status?.reason ?? ""), attempt: attempt,
            detail: detail,
            retryAfterSeconds: retryAfterSeconds ?? status?.retryAfterSeconds.map { Int($0) })
    }

    private static func reason(code: Int, word: String) -> Reason {
        switch (code, word) {
        case (401, _), (_, "Unauthorized"): .unauthorized
        case (403, _), (_, "Forbidden"): .forbidden
        case (404, _), (_, "NotFound"): .notFound
        case (410, _), (_, "Expired"), (_, "Gone"): .gone
        case (409, _), (_, "Conflict"), (_, "AlreadyExists"): .conflict
        case (429, _), (_, "TooManyRequests"): .tooManyRequests
        case (0..<400, _): .malformedAnswer
        default: .server(code)
        }
    }

    /// The text of a body on one line: tags, control characters and the contents of scripts left out, at most 200
    /// characters.
    static func excerpt(of body: some Collection<UInt8>) -> String {
        let text = String(decoding: body.prefix(16_384), as: UTF8.self)
        let looksLikeHTML = text.drop { $0.isWhitespace }.first == "<"
        var result = ""
        var tag: String?
        var hidden: String?
        for character in text {
            if looksLikeHTML, character == "<" {
                tag = ""
                continue
            }
            if let open = tag {
                if character == ">" {
                    let name = open.lowercased().prefix { $0 != " " && $0 != "\n" }
                    if name == "script" || name == "style" { hidden = "/" + name }
                    if name == hidden ?? "" { hidden = nil }
                    tag = nil
                    if result.last != " " { result.append(" ") }
                } else {
                    tag = open.count < 16 ? open + String(character) : open
                }
                continue
            }
            if hidden != nil { continue }
            let isBlank = character.isWhitespace || character.unicodeScalars.contains { isUnsafe($0) }
            if !isBlank { result.append(character) } else if result.last != " " { result.append(" ") }
        }
        let words = result.split(separator: " ").joined(separator: " ")
        return words.count <= 200 ? words : words.prefix(199) + "…"
    }

    /// Control and formatting characters, which could confuse a terminal or a reader.
    private static func isUnsafe(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .unassigned, .surrogate: true
        default: false
        }
    }
}
