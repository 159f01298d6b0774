import KubernetesModel

extension KubernetesClient {
    /// Reads one page of a list of which only the metadata is wanted: much less than the objects.
    ///
    /// - Parameters:
    ///   - resource: The resource to list.
    ///   - namespace: `nil` for all.
    ///   - options: Which page, which objects.
    ///   - receive: Gets the metadata that each piece of the answer completes.
    /// - Returns: The list's own metadata, with the token of the next page.
    /// - Throws: `APIFailure` (with `.gone` when the token has expired), `CancellationError`.
    public func listMetadata(
        _ resource: APIResource, namespace: String?, options: ListOptions,
        receive: ([ObjectMeta]) async -> Void
    ) async throws -> ListMeta {
        try await list(.anyMetadata, resource, namespace: namespace, options: options, accept: .metadata) { objects in
            await receive(objects.map(\.metadata))
        }
    }
}
