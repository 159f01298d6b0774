import Streams
import Testing

struct RemotePathTests {
    @Test func readsPodAndNamespace() {
        #expect(RemotePath("web:/tmp/a") == RemotePath("web:/tmp/a"))
        #expect(RemotePath("web:/tmp/a")?.pod == "web")
        #expect(RemotePath("web:/tmp/a")?.namespace == nil)
        #expect(RemotePath("shop/web:/tmp/a:b")?.namespace == "shop")
        #expect(RemotePath("shop/web:/tmp/a:b")?.path == "/tmp/a:b")
    }

    @Test(arguments: ["/tmp/a", "./a:b", "../a:b", "a/b/c:d", ":/x", "/a:b", ""])
    func takesForLocalWhatNamesNoPod(text: String) {
        #expect(RemotePath(text) == nil)
    }
}
