import ClusterState
import KubernetesModel
import Screen
import Testing

@testable import AppCore

/// What is typed after `/`, and which rows it lets through.
struct FilterTests {
    /// Five pods that differ in everything a filter can ask for.
    private static func sample() -> App {
        var app = App()
        app.cluster.set([
            pod("checkout-1", restarts: 0, age: 60, node: "node-1", labels: ["app": "checkout", "tier": "front"]),
            pod("checkout-db-0", restarts: 7, isReady: false, age: 7200, node: "node-2", labels: ["app": "db"]),
            pod("cart.v2", restarts: 3, age: 90_000, node: "node-2", labels: ["app": "cart", "tier": "front"]),
            pod("search-12", restarts: 12, age: 864_000, node: "worker-3", labels: ["app": "search"]),
            pod("straße-ÄÖ", restarts: 1, age: 30, node: "node-1", labels: [:]),
        ])
        app.publish()
        return app
    }

    private static let everything = ["cart.v2", "checkout-1", "checkout-db-0", "search-12", "straße-ÄÖ"]

    @Test(arguments: [
        ("checkout", ["checkout-1", "checkout-db-0"]), ("CHECKOUT", ["checkout-1", "checkout-db-0"]),
        ("crash", ["checkout-db-0"]), ("worker", ["search-12"]), ("checkout crash", ["checkout-db-0"]),
        ("!checkout", ["cart.v2", "search-12", "straße-ÄÖ"]), ("!checkout !search", ["cart.v2", "straße-ÄÖ"]),
        ("t.v", ["cart.v2"]), ("t.1", []), ("straße", ["straße-ÄÖ"]), ("äö", ["straße-ÄÖ"]), ("ÄÖ", ["straße-ÄÖ"]),
        ("  cart  ", ["cart.v2"]), ("", everything), ("   ", everything),
        (#""cart.v2""#, ["cart.v2"]), (#""restarts>5""#, []), (#"'no such'"#, []),
    ])
    func textIsLookedForInEveryVisibleColumn(filter: String, names: [String]) {
        var app = Self.sample()
        app.type("/\(filter)\n")
        #expect(app.names == names)
        #expect(app.state.table?.filterError == nil)
    }

    @Test(arguments: [
        ("^checkout-[0-9]", ["checkout-1"]), ("^(cart|search)", ["cart.v2", "search-12"]),
        (#"(kout|rch)-\d+$"#, ["checkout-1", "search-12"]), ("!^c", ["search-12", "straße-ÄÖ"]),
        ("^CART", ["cart.v2"]), ("(Ä|Y)Ö", ["straße-ÄÖ"]), ("check.*running", []), ("[^a-z0-9.-]+ö$", ["straße-ÄÖ"]),
        (#"cart\.v"#, ["cart.v2"]),
    ])
    func aPatternIsARegularExpressionOverEachColumn(filter: String, names: [String]) {
        var app = Self.sample()
        app.type("/\(filter)\n")
        #expect(app.names == names)
        #expect(app.state.table?.filterError == nil)
    }

    @Test(arguments: [
        ("-l app=cart", ["cart.v2"]), ("app=cart", ["cart.v2"]), ("app!=cart,tier", ["checkout-1"]),
        ("-l tier=front,app=checkout", ["checkout-1"]), ("-l 'app in (cart,db)'", ["cart.v2", "checkout-db-0"]),
        ("-l app in (cart, db)", ["cart.v2", "checkout-db-0"]),
        ("-l app in (cart, db) crash", ["checkout-db-0"]), ("-l app notin (cart,db,search,checkout)", ["straße-ÄÖ"]),
        ("-l tier", ["cart.v2", "checkout-1"]), ("-l !tier -l app", ["checkout-db-0", "search-12"]),
        ("tier=front node:2", ["cart.v2"]),
    ])
    func labelsAreSelectedAsKubectlSelectsThem(filter: String, names: [String]) {
        var app = Self.sample()
        app.type("/\(filter)\n")
        #expect(app.names == names)
        #expect(app.state.table?.filterError == nil)
    }

    @Test(arguments: [
        ("-f chk1", ["checkout-1"]), ("-f CKT", ["checkout-1", "checkout-db-0"]), ("-f shop/cart", ["cart.v2"]),
        ("-f 1tuokcehc", []), ("-f s12 restarts>5", ["search-12"]),
    ])
    func fuzzyLettersFollowEachOtherInTheName(filter: String, names: [String]) {
        var app = Self.sample()
        app.type("/\(filter)\n")
        #expect(app.names == names)
    }

    @Test(arguments: [
        ("restarts>5", ["checkout-db-0", "search-12"]), ("restarts>=7", ["checkout-db-0", "search-12"]),
        ("restarts<1", ["checkout-1"]), ("restarts<=1", ["checkout-1", "straße-ÄÖ"]), ("restarts=3", ["cart.v2"]),
        ("restarts!=3 restarts>1", ["checkout-db-0", "search-12"]), ("restarts>5 status:crash", ["checkout-db-0"]),
        ("status:CRASH", ["checkout-db-0"]), ("stat:crash", ["checkout-db-0"]), ("res>10", ["search-12"]),
        ("!status:crash restarts>5", ["search-12"]), ("node=node-2", ["cart.v2", "checkout-db-0"]),
        ("NODE=NODE-2", ["cart.v2", "checkout-db-0"]), ("node!=node-2 name:1", ["checkout-1", "search-12"]),
        ("age<2m", ["checkout-1", "straße-ÄÖ"]), ("age<60", ["straße-ÄÖ"]), ("age>1d", ["cart.v2", "search-12"]),
        ("age>=2h age<1d12h", ["cart.v2", "checkout-db-0"]), ("age>1w", ["search-12"]), ("age<0.5m", []),
        ("ready=1/1 restarts<1", ["checkout-1"]), ("ready<1", ["checkout-db-0"]),
        (#"status:"CrashLoop""#, ["checkout-db-0"]), ("name:äö", ["straße-ÄÖ"]), ("nominated-node:none", everything),
        ("serviceaccount:robot", []),
    ])
    func columnsAreComparedByWhatTheyMean(filter: String, names: [String]) {
        var app = Self.sample()
        app.type("/\(filter)\n")
        #expect(app.state.table?.filterError == nil)
        #expect(app.names == names)
    }

    @Test(arguments: [
        ("foo>5", "there is no column foo"), ("restart5>1", "there is no column restart5; did you mean RESTARTS?"),
        ("statsu:x", "there is no column statsu; did you mean STATUS?"),
        ("n>5", "n may be NAMESPACE, NAME, NODE, NOMINATED NODE: write more of it"),
        ("restarts>nan", "RESTARTS> needs a number, a quantity or a duration, not nan"),
        ("restarts>many", "RESTARTS> needs a number, a quantity or a duration, not many"),
        ("restarts>", "restarts> needs a value, such as restarts>5"),
        ("status:", "status: needs a value, such as status:crash"), ("!", "! needs a text: !running"),
        ("-l", "-l needs a label selector: -l app=web"), ("-f", "-f needs a text: -f chkout"),
        ("(x{9}){9}{9}{9}", "/(x{9}){9}{9}{9}/ is no regular expression to search with: it repeats too much"),
        ("a++++++++++", "/a++++++++++/ is no regular expression to search with: it repeats too much"),
        (#"(a*)\1"#, #"/(a*)\1/ is no regular expression to search with: it repeats too much"#),
        (#""abc"#, "the quote \" is not closed"), ("a(b", "/a(b/ is no regular expression: Unmatched ( or \\("),
    ])
    func whatIsNoFilterSaysWhyAndLeavesTheRows(filter: String, reason: String) {
        var app = Self.sample()
        app.type("/cart\n")
        app.press(.character("/"), .control("u"))
        app.send(.input(.paste(filter)))
        #expect(app.state.table?.filterError == reason)
        #expect(app.state.prompt?.error == reason)
        #expect(app.names == ["cart.v2"])
        app.press(.enter)
        #expect(app.state.prompt != nil)
        app.press(.escape)
        #expect(app.state.table?.filterError == nil)
        #expect(app.names == Self.everything)
    }

    @Test(arguments: [
        "-l a in (", "-l =", "-l 'a b c'", "-l (", "*", "+", "\\", "a{99999}", "a\\", "<", ">5", ":", "=", "!!", "! x",
        "''",
        "age>99999999999999999999s", "age<1..2s", "restarts>1e400", "restarts>nan", "restarts=-0", "\u{0}", "\u{1F600}",
        "age<s", "!-l app=x", "name:\u{0}", "[[:foo:]]", "restarts>0x10", "((((", "))", "a|", "|", "x[",
    ])
    func nothingThatIsTypedBreaksIt(filter: String) {
        var app = Self.sample()
        app.type("/\(filter)\n")
        app.press(.escape, .escape)
        #expect(app.names == Self.everything)
    }

    @Test func rowsFollowWhileItIsTyped() {
        var app = Self.sample()
        app.type("/c")
        #expect(app.names == ["cart.v2", "checkout-1", "checkout-db-0", "search-12"])
        app.type("h")
        #expect(app.names == ["checkout-1", "checkout-db-0", "search-12"])
        app.press(.backspace)
        #expect(app.names == ["cart.v2", "checkout-1", "checkout-db-0", "search-12"])
        app.press(.backspace)
        #expect(app.names == Self.everything)
    }

    @Test func enterKeepsItAndEscTakesItAway() {
        var app = Self.sample()
        app.type("/cart\n")
        #expect(app.state.prompt == nil)
        #expect(app.state.table?.filterText == "cart")
        app.type("/")
        #expect(app.state.prompt?.editor.text == "cart")
        app.press(.enter)
        #expect(app.names == ["cart.v2"])
        app.press(.escape)
        #expect(app.state.table?.filterText == "")
        #expect(app.names == Self.everything)
    }

    @Test func rowsComeAndGoWithTimeAlone() {
        var app = Self.sample()
        app.type("/age<1m\n")
        #expect(app.names == ["straße-ÄÖ"])
        app.send(.tick(now: Timestamp(seconds: noon.seconds + 31)))
        #expect(app.names == [])
    }

    @Test func anEventThatFitsAppearsAndOneThatDoesNotStaysHidden() {
        var app = Self.sample()
        app.type("/restarts>5\n")
        app.change { store in
            store.upsert(pod("cart.v2", version: 2, restarts: 9))
            store.upsert(pod("search-12", version: 2, restarts: 0))
            store.upsert(pod("new", restarts: 2))
        }
        #expect(app.names == ["cart.v2", "checkout-db-0"])
        #expect(app.state.table?.total == 6)
    }

    @Test func onlyPlainTextsAreHighlighted() throws {
        let filter = try Filter(parsing: #"cart "a b" !x -l a=b -f z status:crash ^y"#, table: .pods)
        #expect(filter.literals == ["cart", "a b"])
    }

    @Test(arguments: [
        ("90s", 90), ("5m", 300), ("2h30m", 9000), ("3d4h", 273_600), ("1y", 31_536_000), ("1.5h", 5400),
        ("1w", 604_800),
    ])
    func durationsAreWrittenAsAges(text: String, seconds: Int64) {
        #expect(parseDuration(text) == seconds * 1_000_000)
    }

    @Test(arguments: ["", "5", "m", "5x", "h5", "1..5s", "5 m", "-5m", "99999999999999999999y"])
    func whatIsNoDurationIsNone(text: String) {
        #expect(parseDuration(text) == nil)
    }
}
