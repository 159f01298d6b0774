import KubernetesModel
import Testing

@testable import DemoCluster

private func json(_ text: String) throws -> JSONValue { try DemoBody.json(Array(text.utf8)) }

private func writer(_ manager: String) -> ManagedFields.Writer {
    ManagedFields.Writer(manager: manager, apiVersion: "apps/v1", now: beginning)
}

@Suite struct ManagedFieldsTests {
    @Test func pathsAreWrittenAsTheServerWritesThem() throws {
        let paths = FieldPaths(
            of: try json(
                """
                {"kind":"Pod","metadata":{"name":"a","labels":{"app":"x"},"finalizers":["b/c"]},
                "spec":{"containers":[{"name":"c","image":"i","args":["1"]}],"nodeSelector":{}}}
                """))
        #expect(
            paths.document.canonical
                == (try json(
                    """
                    {"f:metadata":{"f:labels":{"f:app":{}},"f:finalizers":{"v:\\"b/c\\"":{}}},
                    "f:spec":{"f:containers":{"k:{\\"name\\":\\"c\\"}":{".":{},"f:name":{},"f:image":{},"f:args":{}}},
                    "f:nodeSelector":{}}}
                    """
                ).canonical))
        #expect(FieldPaths(parsing: paths.document) == paths)
        #expect(
            FieldPaths.words(["f:spec", "f:containers", "k:{\"name\":\"c\"}", "f:image"])
                == ".spec.containers[name=\"c\"].image")
    }

    @Test func anAppliedFieldThatIsNoLongerNamedGoes() throws {
        let first = try ManagedFields.applied(
            try json("{\"metadata\":{\"name\":\"a\",\"labels\":{\"x\":\"1\",\"y\":\"2\"}},\"spec\":{\"replicas\":2}}"),
            to: nil,
            by: writer("me"), force: false)
        let second = try ManagedFields.applied(
            try json("{\"metadata\":{\"name\":\"a\",\"labels\":{\"x\":\"1\"}}}"), to: first, by: writer("me"),
            force: false)
        #expect(second.at("metadata", "labels") == (try json("{\"x\":\"1\"}")))
        #expect(second["spec"] == nil)
    }

    @Test func fieldsOfOthersConflictUnlessForced() throws {
        let first = try ManagedFields.applied(
            try json("{\"metadata\":{\"name\":\"a\"},\"spec\":{\"replicas\":2,\"paused\":true}}"), to: nil,
            by: writer("me"),
            force: false)
        let wanted = try json("{\"metadata\":{\"name\":\"a\"},\"spec\":{\"replicas\":3}}")
        #expect {
            try ManagedFields.applied(wanted, to: first, by: writer("you"), force: false)
        } throws: { error in
            (error as? ManagedFields.Conflict)?.status.message
                == "Apply failed with 1 conflict: conflict with \"me\": .spec.replicas"
        }
        let forced = try ManagedFields.applied(wanted, to: first, by: writer("you"), force: true)
        #expect(forced["spec"] == (try json("{\"replicas\":3,\"paused\":true}")))
        #expect(ManagedFields(of: forced).entries.map(\.manager) == ["me", "you"])
        #expect(
            ManagedFields(of: forced).entries.map(\.fields.paths) == [
                [["f:spec", "f:paused"]], [["f:spec", "f:replicas"]],
            ])
    }

    @Test func aChangeTakesTheFieldsThatItChanges() throws {
        let old = ManagedFields.updated(
            try json("{\"metadata\":{\"name\":\"a\"},\"data\":{\"x\":\"1\",\"y\":\"2\"}}"), from: nil, by: writer("me"))
        var new = old
        new.set("data", "y", to: .string("3"))
        let after = ManagedFields.updated(new, from: old, by: writer("you"))
        #expect(
            ManagedFields(of: after).entries.map(\.fields.paths) == [[["f:data", "f:x"]], [["f:data", "f:y"]]])
    }

    @Test func elementsAreToldApartByTheirKeys() throws {
        let live = try json("{\"containers\":[{\"name\":\"a\",\"image\":\"1\"},{\"name\":\"b\",\"image\":\"1\"}]}")
        let laid = JSONValue.laid(
            try json("{\"containers\":[{\"name\":\"b\",\"image\":\"2\"}]}"), over: live, name: "")
        #expect(
            laid == (try json("{\"containers\":[{\"name\":\"a\",\"image\":\"1\"},{\"name\":\"b\",\"image\":\"2\"}]}")))
    }
}
