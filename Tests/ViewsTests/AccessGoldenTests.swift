import Access
import AppCore
import KubernetesModel
import Screen
import Testing
import Views

/// `:access`.
@Suite struct AccessGoldenTests {
    private static let subject = AccessSubject(
        context: "prod-east", server: "https://10.0.0.1:6443",
        credential: "client certificate CN=clusterAdmin_rg-shop_prod, O=system:masters",
        identity: UserIdentity(username: "clusterAdmin_rg-shop_prod"), expiry: ago(-50_000_000),
        file: "/home/me/.kube/config-admin")

    private static func report(_ change: (inout AccessReport) -> Void) -> AccessReport {
        var report = AccessReport(namespace: "shop")
        report.identity = UserIdentity(username: "me", groups: ["dev", "system:authenticated"])
        report.source = .server
        report.rows = AccessReport.namespacedKinds.map { kind in
            let verdicts: [AccessVerdict] = AccessReport.verbs.map { verb in
                if ["get", "list", "watch"].contains(verb) { return kind.resource == "secrets" ? .no : .yes }
                return kind.group == "apps" ? .unknown : .no
            }
            var row = AccessReport.Row(resource: kind, verdicts: verdicts)
            if kind.resource == "pods" {
                row.parts = [
                    AccessReport.Part(name: "exec", verdict: .yes), AccessReport.Part(name: "log", verdict: .yes),
                ]
            }
            if kind.resource == "configmaps" { row.named = ["flags", "theme"] }
            return row
        }
        report.clusterRows = AccessReport.clusterKinds.map { kind in
            AccessReport.Row(resource: kind, verdicts: AccessReport.verbs.map { _ in .no })
        }
        change(&report)
        return report
    }

    private func screen(_ content: AccessView.Content, columns: Int = 100, rows: Int = 30) -> AppState {
        state(columns: columns, rows: rows).typing(":access\n")
            .receiving(.access(AccessNews(.mine(.own, namespace: "shop"), content)))
    }

    @Test func whatADeveloperMayDo() throws {
        let report = Self.report { report in
            report.isIncomplete = true
            report.notes = ["the list of rules is incomplete: a permission that is not listed may be there"]
            report.dangers = DangerousGrant.all.filter { ["exec", "impersonate"].contains($0.id) }.map {
                AccessReport.Danger(grant: $0, namespace: $0.isNamespaced ? "shop" : "")
            }
        }
        var subject = Self.subject
        (subject.credential, subject.isFromProgram, subject.expiry) = ("what the program aws gives", true, nil)
        try expectScreen("access", screen(.mine(report, subject), rows: 40))
        try expectScreen("access-80x24", screen(.mine(report, subject), columns: 80, rows: 24))
    }

    @Test func aSuperUserStandsOut() throws {
        let report = Self.report { $0.identity?.groups = ["system:masters", "system:authenticated"] }
        try expectScreen("access-super-user", screen(.mine(report, Self.subject)))
    }

    @Test func whatTheFilesSayIsThereWithoutAServer() throws {
        var subject = Self.subject
        subject.expiry = ago(1000)
        try expectScreen(
            "access-failed", screen(.failed("ask who you are: Unauthorized", subject), columns: 80, rows: 14))
        try expectScreen("access-loading", state(columns: 80, rows: 8).typing(":access\n"))
    }

    @Test func twoIdentitiesSideBySide() throws {
        let order = AccessOrder.compared(.own, AccessIdentity(context: "staging"), namespace: "shop")
        var report = Self.report { report in
            report.dangers = DangerousGrant.all.filter { $0.id == "exec" }.map {
                AccessReport.Danger(grant: $0, namespace: "shop")
            }
        }
        let one = AccessSide(Self.subject, report: report)
        report.identity = UserIdentity(username: "alice", groups: ["dev"])
        report.dangers = []
        report.rows[0].verdicts[6] = .yes
        var subject = Self.subject
        (subject.context, subject.credential, subject.expiry) = ("staging", "token …12ab of alice", ago(-3600))
        let other = AccessSide(subject, report: report)
        func compare(_ columns: Int, _ rows: Int) -> AppState {
            state(columns: columns, rows: rows).typing(":access vs staging\n")
                .receiving(.access(AccessNews(order, .compared(one, other))))
        }
        try expectScreen("access-compared", compare(120, 40))
        try expectScreen("access-compared-differences", compare(80, 24).typing("d"))
    }

    @Test func whatADangerMeansIsExplained() throws {
        let report = Self.report { report in
            report.dangers = DangerousGrant.all.filter { $0.id == "nodes-proxy" }.map {
                AccessReport.Danger(grant: $0, namespace: "")
            }
        }
        var subject = Self.subject
        subject.alternatives = [AccessSubject.Alternative(context: "prod-user", credential: "token …12ab of alice")]
        subject.details = [AccessSubject.Detail("Issued by", "CN=kubernetes")]
        try expectScreen("access-explained", screen(.mine(report, subject), columns: 80, rows: 24).typing("Je"))
        try expectScreen("access-asks", screen(.mine(report, subject), columns: 80, rows: 24).typing("cdelete pods"))
    }
}
