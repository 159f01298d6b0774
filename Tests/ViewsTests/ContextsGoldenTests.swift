import Access
import AppCore
import KubernetesModel
import Screen
import Testing
import Views

/// `:ctx` on screens of several sizes.
struct ContextsGoldenTests {
    private static func contexts() -> [ContextInfo] {
        func info(
            _ name: String, _ user: String, _ namespace: String, _ server: String, _ kind: String,
            file: String = "/home/me/.kube/config", _ change: (inout ContextInfo) -> Void
        ) -> ContextInfo {
            var info = ContextInfo(name: name, cluster: name, user: user, namespace: namespace, server: server)
            info.file = file
            info.place = "\(file):31"
            info.clusterPlace = "\(file):4"
            info.userPlace = "\(file):18"
            info.kind = kind
            change(&info)
            return info
        }
        return [
            info("prod-east", "clusterAdmin_rg_prod-east", "shop", "https://east.example.com:6443", "certificate") {
                $0.credential = "client certificate CN=masterclient, O=system:masters"
                $0.expiry = Timestamp(seconds: noon.seconds + 86_400 * 612)
                $0.facts = [
                    ContextInfo.Fact("Issued by", "ca"),
                    ContextInfo.Fact("Authority", "ca, until 2047-03-01T00:00:00Z"),
                ]
                $0.isCurrent = true
                $0.unused = ["cluster \"prod-east\"", "user \"clusterAdmin_rg_prod-east\""]
                $0.flags = [
                    ContextFlag(
                        "admin", .grave,
                        why:
                            "it is what az aks get-credentials --admin writes: a cluster-admin that bypasses Microsoft "
                            + "Entra ID, names nobody in the audit log, and lives for years",
                        next:
                            "run az aks get-credentials without --admin and kubelogin convert-kubeconfig, then delete this one"
                    ),
                    ContextFlag("production", .note, why: "its name says that it is for production", next: ""),
                ]
            },
            info("arn:aws:eks:eu-west-1:123456789012:cluster/shop", "shop", "", "https://AB.eks.amazonaws.com", "aws") {
                $0.credential = "what `aws eks get-token` gives"
            },
            info("viewer", "viewer", "demo", "https://10.0.0.7:6443", "token") {
                $0.flags = [ContextFlag("no end", .warning, why: "its token does not expire", next: "")]
            },
            info("viewer", "viewer", "", "https://10.0.0.8:6443", "token", file: "/home/me/two") {
                $0.hiddenBy = "/home/me/.kube/config"
                $0.flags = [ContextFlag("hidden", .warning, why: "another comes first", next: "rename it")]
            },
        ]
    }

    private func opened(_ size: Size) -> AppState {
        var reached = ContextProbe(.reached(.accepted))
        reached.version = "v1.36.2"
        reached.milliseconds = 23
        var refused = ContextProbe(.reached(.notShown("aws was not run")))
        refused.version = "v1.31.4-eks-1"
        refused.milliseconds = 148
        let finding = ContextFinding(
            weight: .warning, rule: "kc-perms", file: "/home/me/.kube/config", place: "/home/me/.kube/config",
            entry: "",
            title: "it holds secrets, and others can open it: its mode is 0644",
            next: "run chmod 600 /home/me/.kube/config")
        return state(columns: size.columns, rows: size.rows)
            .receiving(.connection(.contexts(Self.contexts(), warnings: [])))
            .typing(":ctx\n")
            .receiving(
                .contexts(.found([finding])), .contexts(.probed("prod-east", reached)),
                .contexts(.probed("arn:aws:eks:eu-west-1:123456789012:cluster/shop", refused)))
    }

    private static let sizes = [
        Size(columns: 80, rows: 24), Size(columns: 120, rows: 40), Size(columns: 160, rows: 48),
        Size(columns: 40, rows: 10),
    ]

    @Test(arguments: sizes)
    func list(size: Size) throws {
        try expectScreen("contexts-\(size.columns)x\(size.rows)", opened(size))
    }

    @Test func details() throws {
        try expectScreen("contexts-details", opened(Size(columns: 80, rows: 24)).typing("d"))
    }

    @Test func deletion() throws {
        try expectScreen("contexts-delete", opened(Size(columns: 80, rows: 24)).typing(.control("d"), .character("x")))
    }

    @Test func renaming() throws {
        try expectScreen("contexts-rename", opened(Size(columns: 80, rows: 24)).typing("R-2"))
    }
}
