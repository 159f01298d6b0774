import KubernetesModel

/// A request that fails, in the words of an API server.
package struct DemoStatus: Error, Sendable, Equatable {
    /// HTTP status.
    package var code: Int
    /// Such as `NotFound`.
    package var reason: String
    /// For people.
    package var message: String
    /// Name of the object, when the failure is about one.
    package var name: String = ""
    /// Plural name of the resource, when the failure is about one.
    package var kind: String = ""
    /// Group of the resource.
    package var group: String = ""
    /// Whether it is answered as text, not as a `Status`.
    package var isPlain = false
    /// The field at fault, when it is one.
    package var cause: Cause?
    /// After how many seconds a client may try again.
    package var retryAfterSeconds: Int?
    /// Other fields at fault.
    package var moreCauses: [Cause] = []
    /// A token to go on with, after a list expired.
    package var continueToken: String?

    /// What is wrong with a field.
    package struct Cause: Sendable, Equatable {
        /// Path of the field.
        package var field: String
        /// Such as `FieldValueInvalid`.
        package var reason: String
        /// For people.
        package var message: String
    }

    /// A failure with its words.
    package init(_ code: Int, _ reason: String, _ message: String) {
        self.code = code
        self.reason = reason
        self.message = message
    }

    private func about(_ resource: DemoResource, _ name: String = "") -> DemoStatus {
        var status = self
        status.kind = resource.plural
        status.group = resource.group
        status.name = name
        return status
    }

    static func noSuchObject(_ resource: DemoResource, _ name: String) -> DemoStatus {
        DemoStatus(404, "NotFound", "\(resource.qualifiedName) \"\(name)\" not found").about(resource, name)
    }

    static let noSuchResource = DemoStatus(404, "NotFound", "the server could not find the requested resource")

    static let notAllowed = DemoStatus(
        405, "MethodNotAllowed", "the server does not allow this method on the requested resource")

    static let unavailable = DemoStatus(
        503, "ServiceUnavailable", "the server is currently unable to handle the request")

    static let notAcceptable = DemoStatus(
        406, "NotAcceptable", "only the following media types are accepted: application/json")

    static let tooLarge = DemoStatus(
        413, "RequestEntityTooLarge", "Request entity too large: limit is 3145728")

    static let unauthorized = DemoStatus(401, "Unauthorized", "Unauthorized")

    static func badRequest(_ message: String) -> DemoStatus { DemoStatus(400, "BadRequest", message) }

    /// A field of a document that has a value it may not have.
    static func invalid(
        kind: String, group: String = "", name: String, field: String, reason: String = "FieldValueInvalid",
        _ message: String
    ) -> DemoStatus {
        let qualified = group.isEmpty ? kind : "\(kind).\(group)"
        var status = DemoStatus(422, "Invalid", "\(qualified) \"\(name)\" is invalid: \(field): \(message)")
        status.kind = kind
        status.group = group
        status.name = name
        status.cause = Cause(field: field, reason: reason, message: message)
        return status
    }

    static func expired(version: UInt64, oldest: UInt64) -> DemoStatus {
        DemoStatus(410, "Expired", "too old resource version: \(version) (\(oldest))")
    }

    static func expiredContinue(next token: String) -> DemoStatus {
        var status = DemoStatus(
            410, "Expired",
            """
            The provided continue parameter is too old to display a consistent list result. You can start a new \
            list without the continue parameter, or use the continue token in this response to retrieve the \
            remainder of the results. Continuing with the provided token results in an inconsistent list - objects \
            that were created, modified, or deleted between the time the first chunk was returned and now may show \
            up in the list.
            """)
        status.continueToken = token
        return status
    }

    static func forbidden(
        user: String, verb: String, _ resource: DemoResource, subresource: String = "", namespace: String,
        name: String
    ) -> DemoStatus {
        let scope = namespace.isEmpty ? "at the cluster scope" : "in the namespace \"\(namespace)\""
        let object = name.isEmpty ? resource.qualifiedName : "\(resource.qualifiedName) \"\(name)\""
        let path = subresource.isEmpty ? resource.plural : "\(resource.plural)/\(subresource)"
        return DemoStatus(
            403, "Forbidden",
            """
            \(object) is forbidden: User "\(user)" cannot \(verb) resource "\(path)" in API group \
            "\(resource.group)" \(scope)
            """
        ).about(resource, name)
    }

    static func conflict(_ resource: DemoResource, _ name: String) -> DemoStatus {
        DemoStatus(
            409, "Conflict",
            "Operation cannot be fulfilled on \(resource.qualifiedName) \"\(name)\": the object has been modified; "
                + "please apply your changes to the latest version and try again"
        ).about(resource, name)
    }

    static func alreadyExists(_ resource: DemoResource, _ name: String) -> DemoStatus {
        DemoStatus(409, "AlreadyExists", "\(resource.qualifiedName) \"\(name)\" already exists").about(resource, name)
    }

    /// A failure that is answered as text.
    static func plain(_ code: Int, _ text: String) -> DemoStatus {
        var status = DemoStatus(code, "", text)
        status.isPlain = true
        return status
    }

    static let unknownBody = DemoStatus(
        415, "UnsupportedMediaType",
        "the body of the request was in an unknown format - accepted media types include: application/json, "
            + "application/yaml, application/vnd.kubernetes.protobuf")

    static let unknownPatch = DemoStatus(415, "UnsupportedMediaType", "415: Unsupported Media Type")

    static func forbidden(user: String, verb: String = "get", path: String) -> DemoStatus {
        DemoStatus(403, "Forbidden", "forbidden: User \"\(user)\" cannot \(verb) path \"\(path)\"")
    }

    /// A version that the server has not come to.
    static func futureVersion(_ version: UInt64, current: UInt64) -> DemoStatus {
        var status = DemoStatus(
            504, "Timeout", "Too large resource version: \(version), current: \(current)")
        let message = "Too large resource version"
        status.cause = Cause(field: "", reason: "ResourceVersionTooLarge", message: message)
        status.retryAfterSeconds = 1
        return status
    }

    /// The `Status` object.
    package var document: JSONValue {
        let details = JSONValue.members([
            "name": name.isEmpty ? nil : .string(name),
            "group": group.isEmpty ? nil : .string(group),
            "kind": kind.isEmpty ? nil : .string(kind),
            "causes": cause.map { first in
                .array(
                    ([first] + moreCauses).map { cause in
                        .members([
                            "reason": .string(cause.reason), "message": .string(cause.message),
                            "field": cause.field.isEmpty ? nil : .string(cause.field),
                        ])
                    })
            },
            "retryAfterSeconds": retryAfterSeconds.map { .integer($0) },
        ])
        let hasDetails = ![400, 401, 410].contains(code)
        return .members([
            "kind": .string("Status"), "apiVersion": .string("v1"),
            "metadata": .members(["continue": continueToken.map { .string($0) }]),
            "status": .string("Failure"), "message": .string(message),
            "reason": reason.isEmpty ? nil : .string(reason),
            "details": hasDetails ? details : nil, "code": .integer(code),
        ])
    }
}
