import ClusterState
import KubernetesModel
import Screen
import Testing

@testable import AppCore

/// Tables of kinds that only discovery knows.
struct PrintedTablesTests {
    private let rockets = APIResource(
        groupResource: GroupResource(group: "space.example.com", resource: "rockets"), version: "v1", kind: "Rocket",
        singularName: "rocket", shortNames: ["rk"], verbs: ["list", "watch"])

    private func column(
        _ name: String, _ type: String = "string", format: String = "", priority: Int32 = 0
    ) -> PrintedColumns.Column {
        var column = PrintedColumns.Column()
        (column.name, column.type, column.format, column.priority) = (name, type, format, priority)
        return column
    }

    private func columns(_ others: PrintedColumns.Column...) -> PrintedColumns {
        PrintedColumns([column("Name", format: "name")] + others)
    }

    private func rocket(
        _ name: String, _ columns: PrintedColumns, _ cells: [PrintedCell], version: Int = 1, age: Int64 = 3600
    ) -> any StoredObject {
        var metadata = ObjectMeta()
        (metadata.name, metadata.namespace, metadata.uid) = (name, "shop", "uid-\(name)")
        metadata.resourceVersion = "\(version)"
        metadata.creationTimestamp = ago(age)
        return PrintedObject(metadata, columns: columns, cells: [.text(name)] + cells, printedAt: noon)
    }

    private func app(_ objects: [any StoredObject]) -> App {
        var app = App()
        app.send(.discovered([rockets], failures: []))
        app.type(":rk\n")
        app.cluster.set(objects, of: rockets.resourceKind)
        app.publish()
        return app
    }

    /// The texts of the rows, one string a row, every column.
    private func rows(_ app: App) -> [String] {
        guard let view = app.state.table else { return [] }
        return view.rows.objects.map { object in
            view.table.columns.map { $0.text(object, app.state.cellContext) }.joined(separator: "|")
        }
    }

    private func titles(_ app: App) -> [String] { app.state.table?.table.columns.map(\.title) ?? [] }

    @Test func columnsComeWithTheRows() {
        let printed = columns(column("Fuel", "number", priority: 1), column("Age", "date"))
        let app = app([
            rocket("saturn", printed, [.number("9.5"), .text("60m")]), rocket("atlas", printed, [.none]),
            rocket("vega", printed, [.none, .text("1m")]),
        ])
        #expect(titles(app) == ["NAMESPACE", "NAME", "FUEL", "AGE"])
        #expect(
            rows(app) == ["shop|atlas||", "shop|saturn|9.5|60m", "shop|vega||60s"],
            "an age that is not the object's is the cell's")
        #expect(app.state.table?.table.columns.map(\.isWide) == [false, false, true, false])
        #expect(app.state.table?.table.columns.map(\.isRightAligned) == [false, false, true, true])
    }

    @Test func numbersAndMomentsSortAsSuch() {
        let printed = columns(column("Fuel", "integer"), column("Landed", "date"))
        var app = app([
            rocket("a", printed, [.number("9"), .text("2d")]), rocket("b", printed, [.number("10"), .text("3h")]),
            rocket("c", printed, [.none, .text("<unknown>")]),
        ])
        app.press(.shiftRight, .character("O"))
        #expect(app.state.table?.sort == TableSort(column: "FUEL", descending: true))
        #expect(app.state.table?.rows.objects.map(\.metadata.name) == ["b", "a", "c"])
        app.press(.shiftRight, .character("O"))
        #expect(app.state.table?.sort == TableSort(column: "LANDED", descending: true))
        #expect(app.state.table?.rows.objects.map(\.metadata.name) == ["b", "a", "c"])
    }

    @Test func printedAgesGrow() {
        let printed = columns(column("Landed", "date"))
        var app = app([rocket("a", printed, [.text("30s")]), rocket("b", printed, [.text("soon")])])
        #expect(rows(app) == ["shop|a|30s", "shop|b|soon"])
        app.send(.tick(now: Timestamp(seconds: noon.seconds + 600)))
        #expect(rows(app) == ["shop|a|10m", "shop|b|soon"])
    }

    @Test func newColumnsReplaceTheOldWithoutLosingTheSelection() {
        let before = columns(column("Fuel", "integer"), column("Pad"))
        var app = app([
            rocket("a", before, [.number("1"), .text("west")]), rocket("b", before, [.number("2"), .text("east")]),
        ])
        app.press(.down)
        let after = columns(column("Pad"), column("Crew", "integer"))
        app.cluster.change(rockets.resourceKind) {
            $0.upsert(rocket("b", after, [.text("north"), .number("7")], version: 2))
        }
        app.publish()
        #expect(titles(app) == ["NAMESPACE", "NAME", "PAD", "CREW"])
        #expect(rows(app) == ["shop|a|west|", "shop|b|north|7"], "an older row shows what it has")
        #expect(app.state.table?.selection?.metadata.name == "b")
    }

    @Test func titlesAreUniqueAndBounded() {
        let long = String(repeating: "x", count: 10_000)
        let printed = columns(
            column("Pad"), column("pad"), column("Namespace"), column(""), column(long), column("name"))
        let app = app([rocket("a", printed, [])])
        #expect(
            titles(app) == [
                "NAMESPACE", "NAME", "PAD", "PAD (2)", "NAMESPACE (2)", "COLUMN 5",
                String(repeating: "X", count: 48), "NAME (2)",
            ])
    }

    @Test func aServerThatPrintsNothingGivesNameAndAge() {
        let app = app([rocket("a", .none, [])])
        #expect(titles(app) == ["NAMESPACE", "NAME", "AGE"])
        #expect(rows(app) == ["shop|a|60m"])
    }

    @Test func onlyTheFirstLineOfATextIsShown() {
        let printed = columns(column("Status"))
        #expect(rows(app([rocket("a", printed, [.text("one\ntwo")])])) == ["shop|a|one..."])
    }

    @Test(arguments: [
        ("Ready", "False", Health.degraded), ("Ready", "True", .fine), ("Status", "Failed", .broken),
        ("Paused", "False", .fine), ("Phase", "Running", .fine),
    ])
    func wellKnownWordsTellTheHealth(title: String, text: String, health: Health) {
        let app = app([rocket("a", columns(column(title)), [.text(text)])])
        #expect(app.state.table?.rows[0].health == health)
    }

    @Test func aFilterMayNameAPrintedColumn() {
        let printed = columns(column("Fuel", "integer"))
        var app = app([rocket("a", printed, [.number("1")]), rocket("b", printed, [.number("20")])])
        app.type("/fuel>5\n")
        #expect(app.state.table?.rows.objects.map(\.metadata.name) == ["b"])
    }

    // MARK: - What the server offers

    @Test func anUnknownKindIsAskedForOnce() {
        var app = App()
        app.send(.discovered([], failures: []))
        app.type(":rockets\n")
        #expect(app.notice == "rockets is no command and no kind. ? lists the commands.")
        #expect(app.effects.contains(.discover))
        app.send(.discovered([rockets], failures: []))
        #expect(app.shown == "rockets in shop")
        #expect(app.notice == nil)
        app.type(":comets\n")
        app.send(.discovered([rockets], failures: []))
        #expect(app.notice?.hasPrefix("comets is no command and no kind.") == true)
        #expect(!app.effects.contains(.discover))
    }

    @Test func aKeyForgetsTheKindThatWasAskedFor() {
        var app = App()
        app.send(.discovered([], failures: []))
        app.type(":rockets\n")
        app.press(.down)
        app.send(.discovered([rockets], failures: []))
        #expect(app.shown == "pods in shop")
    }

    @Test func theFirstViewMayBeOfAKindThatOnlyTheServerKnows() {
        var app = App(LaunchOptions(command: "rockets /sat"))
        #expect(app.shown == "pods in shop")
        app.send(.discovered([rockets], failures: []))
        #expect(app.shown == "rockets in shop")
        #expect(app.state.table?.filterText == "sat")
        #expect(app.state.places.count == 1)
    }

    @Test func theLastViewComesBackOnceTheServerSaysThatItHasIt() {
        let last = LastView(
            context: "prod", server: "https://prod.example.com", kind: "rockets.space.example.com", namespace: nil)
        var app = App(LaunchOptions(lastViews: [last]))
        app.send(.discovered([rockets], failures: []))
        #expect(app.shown == "rockets")
        var other = App(LaunchOptions(lastViews: [last]))
        other.send(.discovered([], failures: []))
        #expect(other.shown == "pods")
        #expect(other.notice == nil)
    }

    @Test func whatIsWrongWithDiscoveryIsSaidOnce() {
        var app = App()
        app.send(.discovered([rockets], failures: ["weather.example.com/v1: stale"]))
        #expect(app.notice == "Discovery is incomplete: weather.example.com/v1: stale")
        app.press(.down)
        app.send(.discovered([], failures: ["weather.example.com/v1: stale"]))
        #expect(app.notice == nil)
        app.type(":rockets.space\n")
        #expect(app.notice != nil, "the kind has vanished by now")
    }

    @Test func thePromptAsksAgainAndKnowsWhatComes() {
        var app = App()
        app.send(.discovered([], failures: []))
        app.press(.character(":"))
        #expect(app.effects.contains(.discover))
        app.type("rock")
        #expect(app.state.prompt?.candidates == [])
        app.send(.discovered([rockets], failures: []))
        #expect(app.state.prompt?.candidates == ["rockets"])
    }

    @Test func everyKindIsInAListThatOpensThem() {
        var app = App()
        let reviews = APIResource(
            groupResource: GroupResource(group: "authentication.k8s.io", resource: "tokenreviews"), version: "v1",
            kind: "TokenReview", isNamespaced: false, verbs: ["create"])
        app.send(.discovered([rockets, reviews], failures: []))
        app.press(.control("a"))
        #expect(app.shown == "kinds")
        #expect(
            rows(app) == [
                "rockets|rk|space.example.com/v1|true|Rocket|list,watch||",
                "tokenreviews||authentication.k8s.io/v1|false|TokenReview|create||",
            ])
        app.press(.down, .enter)
        #expect(
            app.notice
                == "tokenreviews.authentication.k8s.io cannot be listed: the server offers no list of them (only: create)."
        )
        app.press(.up, .character("y"))
        #expect(app.notice == "This is no object of the cluster; Enter opens it.")
        app.press(.enter)
        #expect(app.shown == "rockets in shop")
        app.press(.escape)
        app.send(.discovered([reviews], failures: []))
        #expect(app.state.table?.total == 1, "the list follows what the server offers")
    }
}
