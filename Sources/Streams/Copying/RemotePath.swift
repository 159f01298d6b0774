/// A file or folder of a container, as in `NAMESPACE/POD:/path`.
package struct RemotePath: Sendable, Equatable {
    /// `nil` for the namespace in use.
    package var namespace: String?
    package var pod: String
    package var path: String

    /// Reads `POD:PATH` or `NAMESPACE/POD:PATH`; `nil` for a local path, which may be written `./a:b` where it has a colon.
    package init?(_ text: String) {
        guard let colon = text.firstIndex(of: ":") else { return nil }
        let place = text[..<colon].split(separator: "/", omittingEmptySubsequences: false)
        path = String(text[text.index(after: colon)...])
        switch place.count {
        case 1 where !place[0].isEmpty: pod = String(place[0])
        case 2 where !place[0].isEmpty && place[0] != "." && place[0] != ".." && !place[1].isEmpty:
            namespace = String(place[0])
            pod = String(place[1])
        default: return nil
        }
    }
}
