import KubernetesModel

/// What is wrong with the fields of a document, in the order in which it was found.
struct FieldErrors {
    private(set) var causes: [DemoStatus.Cause] = []

    var isEmpty: Bool { causes.isEmpty }

    private mutating func add(_ field: String, _ reason: String, _ message: String) {
        let cause = DemoStatus.Cause(field: field, reason: "FieldValue\(reason)", message: message)
        if !causes.contains(cause) { causes.append(cause) }
    }

    mutating func required(_ field: String, _ detail: String = "") {
        add(field, "Required", "Required value" + (detail.isEmpty ? "" : ": \(detail)"))
    }

    mutating func invalid(_ field: String, _ value: JSONValue, _ detail: String) {
        add(field, "Invalid", "Invalid value: \(value.writeJSON()): \(detail)")
    }

    mutating func forbidden(_ field: String, _ detail: String) { add(field, "Forbidden", "Forbidden: \(detail)") }

    mutating func duplicate(_ field: String, _ value: JSONValue) {
        add(field, "Duplicate", "Duplicate value: \(value.writeJSON())")
    }

    mutating func notFound(_ field: String, _ value: String) {
        add(field, "NotFound", "Not found: \(JSONValue.string(value).writeJSON())")
    }

    mutating func tooLong(_ field: String, bytes: Int) {
        add(field, "TooLong", "Too long: may not be more than \(bytes) bytes")
    }

    mutating func unsupported(_ field: String, _ value: String, _ supported: [String]) {
        let list = supported.map { "\"\($0)\"" }.joined(separator: ", ")
        add(
            field, "NotSupported",
            "Unsupported value: \(JSONValue.string(value).writeJSON()): supported values: \(list)")
    }

    /// Checks that a text is one of some.
    mutating func check(_ field: String, _ value: JSONValue?, among supported: [String]) {
        guard let text = value?.text, !supported.contains(text) else { return }
        unsupported(field, text, supported)
    }

    /// Checks that a number is not below zero.
    mutating func checkNotNegative(_ field: String, _ value: JSONValue?) {
        guard let value, let number = value.integer, number < 0 else { return }
        invalid(field, value, "must be greater than or equal to 0")
    }

    /// Checks that a number is that of a port.
    mutating func checkPort(_ field: String, _ value: JSONValue?) {
        guard let value, let number = value.integer, !(1...65535).contains(number) else { return }
        invalid(field, value, "must be between 1 and 65535, inclusive")
    }

    /// Those that others are not.
    func without(_ others: FieldErrors) -> FieldErrors {
        var left = self
        left.causes.removeAll { others.causes.contains($0) }
        return left
    }

    mutating func add(_ others: FieldErrors) { causes += others.causes.filter { !causes.contains($0) } }

    /// The status that refuses a document; `nil` when nothing is wrong.
    func status(_ resource: DemoResource, name: String) -> DemoStatus? {
        guard let first = causes.first else { return nil }
        let all = causes.map { "\($0.field): \($0.message)" }
        let identity = resource.group.isEmpty ? resource.kind : "\(resource.kind).\(resource.group)"
        var status = DemoStatus(
            422, "Invalid",
            "\(identity) \"\(name)\" is invalid: \(all.count == 1 ? all[0] : "[\(all.joined(separator: ", "))]")")
        status.kind = resource.kind
        status.group = resource.group
        status.name = name
        status.cause = first
        status.moreCauses = Array(causes.dropFirst())
        return status
    }
}

/// The rules for names.
enum NameRule {
    private static func isAlphanumeric(_ byte: UInt8) -> Bool { isLower(byte) || (65...90).contains(byte) }
    private static func isLower(_ byte: UInt8) -> Bool { (97...122).contains(byte) || (48...57).contains(byte) }

    static let labelWords =
        "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end "
        + "with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is "
        + "'[a-z0-9]([-a-z0-9]*[a-z0-9])?')"
    static let subdomainWords =
        "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start "
        + "and end with an alphanumeric character (e.g. 'example.com', regex used for validation is "
        + "'[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')"
    static let serviceWords =
        "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic "
        + "character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation "
        + "is '[a-z]([-a-z0-9]*[a-z0-9])?')"
    static let labelValueWords =
        "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start "
        + "and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for "
        + "validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')"
    static let qualifiedWords =
        "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an "
        + "alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is "
        + "'([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')"
    static let keyWords =
        "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME', "
        + " or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')"
    static let environmentWords =
        "a valid environment variable name must consist only of printable ASCII characters other than '='"

    static func isLabel(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        guard let first = bytes.first, let last = bytes.last, isLower(first), isLower(last) else { return false }
        return bytes.allSatisfy { isLower($0) || $0 == UInt8(ascii: "-") }
    }

    static func isSubdomain(_ text: String) -> Bool {
        text.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { isLabel(String($0)) }
    }

    static func isServiceName(_ text: String) -> Bool {
        isLabel(text) && !(48...57).contains(text.utf8.first ?? 48)
    }

    static func isLabelValue(_ text: String) -> Bool { text.isEmpty || isQualifiedPart(text) }

    static func isQualifiedPart(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        guard let first = bytes.first, let last = bytes.last, isAlphanumeric(first), isAlphanumeric(last) else {
            return false
        }
        return bytes.allSatisfy { isAlphanumeric($0) || "-_.".utf8.contains($0) }
    }

    static func isKey(_ text: String) -> Bool {
        !text.isEmpty && text.utf8.allSatisfy { isAlphanumeric($0) || "-_.".utf8.contains($0) }
    }

    /// Checks the name of an object.
    static func check(_ name: String, of resource: DemoResource, _ field: String, _ errors: inout FieldErrors) {
        let value = JSONValue.string(name)
        switch resource.kind {
        case "Role", "ClusterRole", "RoleBinding", "ClusterRoleBinding":
            if name == "." || name == ".." { errors.invalid(field, value, "may not be '\(name)'") }
            for part in ["/", "%"] where name.contains(part) {
                errors.invalid(field, value, "may not contain '\(part)'")
            }
        case "Namespace":
            if !isLabel(name) { errors.invalid(field, value, labelWords) }
            if name.utf8.count > 63 { errors.invalid(field, value, "must be no more than 63 bytes") }
        case "Service":
            if !isServiceName(name) { errors.invalid(field, value, serviceWords) }
            if name.utf8.count > 63 { errors.invalid(field, value, "must be no more than 63 bytes") }
        default:
            if !isSubdomain(name) { errors.invalid(field, value, subdomainWords) }
            if name.utf8.count > 253 { errors.invalid(field, value, "must be no more than 253 bytes") }
        }
        if resource.kind == "CronJob", name.utf8.count > 52 {
            errors.invalid(field, value, "must be no more than 52 characters")
        }
    }

    /// Checks keys and values of labels.
    static func checkLabels(_ labels: JSONValue?, _ field: String, _ errors: inout FieldErrors) {
        for member in labels?.members ?? [] {
            checkQualified(member.key, field, &errors)
            guard let value = member.value.text else { continue }
            if value.utf8.count > 63 { errors.invalid(field, member.value, "must be no more than 63 bytes") }
            if !isLabelValue(value) { errors.invalid(field, member.value, labelValueWords) }
        }
    }

    /// Checks the key of a label or annotation.
    static func checkQualified(_ key: String, _ field: String, _ errors: inout FieldErrors) {
        let parts = key.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        let name = parts.last ?? ""
        let value = JSONValue.string(key)
        if parts.count > 2 {
            errors.invalid(
                field, value,
                "a qualified name must consist of alphanumeric characters, '-', '_' or '.', and must start and end "
                    + "with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for "
                    + "validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]') with an optional DNS subdomain prefix "
                    + "and '/' (e.g. 'example.com/MyName')")
            return
        }
        if parts.count == 2, parts[0].isEmpty { errors.invalid(field, value, "prefix part must be non-empty") }
        if parts.count == 2, !parts[0].isEmpty, !isSubdomain(parts[0].lowercased()) {
            errors.invalid(field, value, "prefix part \(subdomainWords)")
        }
        if name.isEmpty { errors.invalid(field, value, "name part must be non-empty") }
        if name.utf8.count > 63 { errors.invalid(field, value, "name part must be no more than 63 bytes") }
        if !name.isEmpty, !isQualifiedPart(name) { errors.invalid(field, value, qualifiedWords) }
    }
}
