import KubernetesModel
import Testing

@testable import DemoCluster

private func json(_ text: String) throws -> JSONValue { try DemoBody.json(Array(text.utf8)) }

/// A field of a protobuf message.
private func field(_ number: UInt8, _ bytes: [UInt8]) -> [UInt8] { [number << 3 | 2, UInt8(bytes.count)] + bytes }
private func field(_ number: UInt8, _ text: String) -> [UInt8] { field(number, Array(text.utf8)) }
private func number(_ number: UInt8, _ value: UInt8) -> [UInt8] { [number << 3, value] }

private func envelope(_ apiVersion: String, _ kind: String, _ raw: [UInt8]) -> [UInt8] {
    [0x6B, 0x38, 0x73, 0x00] + field(1, field(1, apiVersion) + field(2, kind)) + field(2, raw)
}

@Suite struct DemoBodyTests {
    @Test func aProtobufBodyIsTheDocumentThatJSONWouldBe() throws {
        let template =
            field(1, field(11, field(1, "app") + field(2, "web")))
            + field(2, field(2, field(1, "web") + field(2, "nginx") + field(5, "")))
        let spec =
            number(1, 0) + field(2, field(1, field(1, "app") + field(2, "web"))) + field(3, template) + field(4, [])
        let raw = field(1, field(1, "web") + field(3, "") + field(8, [])) + field(2, spec) + field(3, [])
        let document = try ProtobufBody.document(envelope("apps/v1", "Deployment", raw), expected: ("", ""))
        #expect(
            document.canonical
                == (try json(
                    """
                    {"kind":"Deployment","apiVersion":"apps/v1","metadata":{"name":"web"},"spec":{"replicas":0,
                    "selector":{"matchLabels":{"app":"web"}},"template":{"metadata":{"labels":{"app":"web"}},
                    "spec":{"containers":[{"name":"web","image":"nginx"}]}}}}
                    """
                ).canonical))
    }

    @Test func valuesOfProtobufAreWrittenAsJSONWritesThem() throws {
        let data = field(2, field(1, "key") + field(2, [0, 255, 16]))
        let secret = try ProtobufBody.document(envelope("v1", "Secret", data), expected: ("", ""))
        #expect(secret.text("data", "key") == "AP8Q")
        let port = field(1, number(3, 80) + field(4, number(1, 1) + number(2, 0) + field(3, "http")))
        let service = try ProtobufBody.document(envelope("v1", "Service", field(2, port)), expected: ("", ""))
        #expect(service.at("spec", "ports") == (try json("[{\"port\":80,\"targetPort\":\"http\"}]")))
        let hard = field(1, field(1, "cpu") + field(2, field(1, "500m")))
        let quota = try ProtobufBody.document(envelope("v1", "ResourceQuota", field(2, hard)), expected: ("", ""))
        #expect(quota.text("spec", "hard", "cpu") == "500m")
    }

    @Test func fieldsOfInlinedMessagesStandWhereJSONHasThem() throws {
        let volume = field(1, field(1, "work") + field(2, field(2, [])))
        let pod = try ProtobufBody.document(envelope("v1", "Pod", field(2, volume)), expected: ("", ""))
        #expect(pod.at("spec", "volumes") == (try json("[{\"name\":\"work\",\"emptyDir\":{}}]")))
    }

    @Test func brokenProtobufIsAFailure() {
        let whole = envelope("v1", "ConfigMap", field(1, field(1, "name")) + field(2, field(1, "k") + field(2, "v")))
        for length in 1..<whole.count {
            _ = try? ProtobufBody.document(Array(whole[..<length]), expected: ("v1", "ConfigMap"))
        }
        #expect(throws: ProtobufBody.Failure.self) {
            try ProtobufBody.document(Array("{}".utf8), expected: ("v1", "ConfigMap"))
        }
        #expect(throws: ProtobufBody.Failure(words: "unexpected EOF")) {
            try ProtobufBody.document(Array(whole.dropLast()), expected: ("v1", "ConfigMap"))
        }
        #expect(throws: ProtobufBody.Failure.self) {
            try ProtobufBody.document(envelope("v1", "Nothing", []), expected: ("", ""))
        }
    }

    @Test func bytesThatWereMixedUpNeverTrap() {
        let spec = field(2, field(2, field(1, "web") + field(2, "nginx") + field(6, field(1, "p") + number(3, 80))))
        let whole = envelope("v1", "Pod", field(1, field(1, "web") + field(11, field(1, "a") + field(2, "b"))) + spec)
        var random = SplitMix64(seed: 8)
        for _ in 0..<3000 {
            var bytes = whole
            for _ in 0...(random.next() % 4) {
                bytes[4 + Int(random.next() % UInt64(bytes.count - 4))] = UInt8(truncatingIfNeeded: random.next())
            }
            _ = try? ProtobufBody.document(bytes, expected: ("v1", "Pod"))
        }
    }

    @Test func copiesOfCopiesEnd() throws {
        let list = (0..<60).map { "{\"op\":\"copy\",\"from\":\"/a\",\"path\":\"/a/k\($0)\"}" }.joined(separator: ",")
        let patch = try #require(JSONPatch(contentType: "application/json-patch+json", try json("[\(list)]")))
        let document = try json("{\"a\":{\"x\":\"some text\"}}")
        #expect(throws: JSONPatch.Failure.self) { try patch.applied(to: document) }
    }

    @Test func nestingHasABottom() {
        var yaml = ""
        for depth in 0..<300 { yaml += String(repeating: " ", count: depth) + "a:\n" }
        #expect(YAMLBody.document(Array(yaml.utf8)) == nil)
    }

    @Test func aliasesOfYAMLCannotGrowWithoutEnd() {
        var yaml = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
        for level in 1..<12 {
            let names = Array(repeating: "*a\(level - 1)", count: 10).joined(separator: ", ")
            yaml += "a\(level): &a\(level) [\(names)]\n"
        }
        #expect(YAMLBody.document(Array(yaml.utf8)) == nil)
    }

    @Test func yamlIsReadAsJSON() throws {
        let yaml = "spec:\n  replicas: 2\n  paused: true\n  names: [\"1\", a, 1.5]\n  none: null\n"
        #expect(
            YAMLBody.document(Array(yaml.utf8))
                == (try json("{\"spec\":{\"replicas\":2,\"paused\":true,\"names\":[\"1\",\"a\",1.5],\"none\":null}}")))
    }

    @Test func unknownAndDoubleFieldsAreNotedAndLeftOut() throws {
        var reader = DocumentReader()
        let given = try json(
            """
            {"kind":"Pod","apiVersion":"v1","metadata":{"name":"a","nam":"b"},
            "spec":{"containers":[{"name":"c","image":"i","imag":1}],"nodeName":"x","nodeName":"y"}}
            """)
        let read = try reader.read(given, as: APISchema.current.message(apiVersion: "v1", kind: "Pod"))
        #expect(
            read
                == (try json(
                    """
                    {"kind":"Pod","apiVersion":"v1","metadata":{"name":"a"},
                    "spec":{"containers":[{"name":"c","image":"i"}],"nodeName":"y"}}
                    """)))
        #expect(
            reader.findings == [
                "unknown field \"metadata.nam\"", "duplicate field \"spec.nodeName\"",
                "unknown field \"spec.containers[0].imag\"",
            ])
    }

    @Test(arguments: [
        (
            "{\"spec\":{\"replicas\":\"3\"}}",
            "json: cannot unmarshal string into Go struct field DeploymentSpec.spec.replicas of type int32"
        ),
        (
            "{\"spec\":{\"template\":{\"spec\":{\"containers\":{}}}}}",
            "json: cannot unmarshal object into Go struct field PodSpec.spec.template.spec.containers of type "
                + "[]v1.Container"
        ),
        (
            "{\"metadata\":{\"labels\":{\"a\":1}}}",
            "json: cannot unmarshal number into Go struct field ObjectMeta.metadata.labels of type string"
        ),
        (
            "{\"spec\":{\"template\":{\"spec\":{\"containers\":[{\"resources\":{\"limits\":{\"cpu\":\"x\"}}}]}}}}",
            "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"
        ),
    ])
    func aValueOfAnotherTypeIsAFailureInGosWords(text: String, words: String) throws {
        var reader = DocumentReader()
        let message = APISchema.current.message(apiVersion: "apps/v1", kind: "Deployment")
        let document = try json(text)
        #expect(throws: DocumentReader.Failure(words: words)) { try reader.read(document, as: message) }
    }

    @Test func everyKindOfKubernetesHasATypeButAFew() {
        let without = DemoResource.served.filter { !$0.isCustom && !$0.isBuiltIn }.map(\.qualifiedName)
        #expect(
            without == [
                "runtimeclasses.node.k8s.io", "flowschemas.flowcontrol.apiserver.k8s.io",
                "prioritylevelconfigurations.flowcontrol.apiserver.k8s.io", "deviceclasses.resource.k8s.io",
                "resourceclaims.resource.k8s.io", "resourceclaimtemplates.resource.k8s.io",
                "resourceslices.resource.k8s.io",
            ])
    }
}
