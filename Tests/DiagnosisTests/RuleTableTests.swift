import KubernetesModel
import Testing

@testable import Diagnosis

struct RuleTableTests {
    @Test func idsAreUniqueAndNameASubject() {
        let ids = DiagnosisRule.all.map(\.id)
        #expect(Set(ids).count == ids.count)
        #expect(ids.allSatisfy { $0.wholeMatch(of: /[a-z]+\/[a-z-]+/) != nil })
    }

    @Test(arguments: DiagnosisRule.all.map(\.id))
    func everyRuleSaysWhatToDoAndWhereItIsDescribed(id: String) throws {
        let rule = try #require(DiagnosisRule.named(id))
        #expect(rule.source.hasPrefix("https://"))
        #expect(rule.remedy.hasSuffix("."))
        #expect(!rule.title.isEmpty && !rule.title.hasSuffix("."))
    }
}
