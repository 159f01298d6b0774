import KubernetesModel
import Synchronization
import Testing

@testable import DemoCluster

/// What a command in a container of the demo printed.
private struct Ran: Equatable {
    var output: String
    var errors = ""
    var status = 0
}

/// A container of the shop's frontend.
private func world(_ prefix: String = "frontend-") throws -> ContainerWorld {
    let store = DemoSimulation.begin(try .standard(), at: beginning).store
    let pod = try #require(store.documents(of: .pods).first { $0.text("metadata", "name").hasPrefix(prefix) })
    let container = try #require(DemoContainer.all(of: pod).last)
    return ContainerWorld(
        container: container, files: ContainerWorld.files(of: container, store, at: beginning),
        cluster: { store }, now: { beginning })
}

private func run(_ text: String, input: [UInt8] = [], in world: ContainerWorld) async throws -> Ran {
    let output = ByteCollector()
    let errors = ByteCollector()
    let process = Process(
        arguments: ["sh", "-c", text], environment: world.environment, directory: "/", input: ByteInput(input),
        output: output.output, errors: errors.output, world: world)
    let status = try await Shell.launch(process)
    return Ran(
        output: String(decoding: output.collected, as: UTF8.self),
        errors: String(decoding: errors.collected, as: UTF8.self), status: status ?? -1)
}

@Suite struct ShellTests {
    @Test(arguments: [
        ("echo a  'b  c' \"d $HOME\" \\$x", "a b  c d /root $x\n"),
        ("X=1; Y=\"$X 2\"; echo $Y ${Z:-none} $((X+2*3)) `echo in` $(echo \"$(echo deep)\")", "1 2 none 7 in deep\n"),
        ("true && echo yes || echo no; false && echo yes || echo no; ! false; echo $?", "yes\nno\n0\n"),
        ("for i in 1 2 3; do if [ $i -eq 2 ]; then continue_=1; else echo $i; fi; done", "1\n3\n"),
        ("i=0; while [ $i -lt 3 ]; do i=$((i+1)); echo -n $i; done; echo", "123\n"),
        ("seq 5 | tail -2 | sort -r; seq 3 | wc -l", "5\n4\n3\n"),
        ("(cd /app; pwd; X=2); pwd; echo x$X", "/app\n/\nx\n"),
        ("echo one > /tmp/f; echo two >> /tmp/f; cat < /tmp/f; wc -c /tmp/f", "one\ntwo\n8 /tmp/f\n"),
        ("ls /etc/host*; ls nope 2>/dev/null; echo $?", "/etc/hostname\n/etc/hosts\n1\n"),
        ("nope 2>&1 | cat; yes | head -2", "sh: nope: not found\ny\ny\n"),
        ("printf '%s=%d\\n' a 1 b 2; printf '%05d|%-4s|' 42 x", "a=1\nb=2\n00042|x   |"),
        ("printf '\\033]7;%s\\007\\1012' a", "\u{1B}]7;a\u{7}A2"),
        (
            "echo 'b\na\nb' | sort | uniq -c; echo HeLLo | tr A-Z a-z; echo a:b:c | cut -d: -f2,3",
            "      1 a\n      2 b\nhello\nb:c\n"
        ),
        (
            "grep -c localhost /etc/hosts; echo 'abc' | grep -v b; echo $?; echo ab12 | grep -E '[0-9]+$'",
            "2\n1\nab12\n"
        ),
        ("[ -f /etc/hosts ] && [ ! -d /etc/hosts ] && test -z \"\" && echo ok", "ok\n"),
        (
            "cd /app && mkdir -p a/b && touch a/b/c && mv a z && find z; rm -r z; ls",
            "z\nz/b\nz/b/c\nREADME.md\nconfig.yaml\n"
        ),
        (
            "date; date +%s; whoami; hostname | head -c 9; echo",
            "Sat Nov 21 02:33:57 UTC 2026\n1795228437\nroot\nfrontend-\n"
        ),
        ("{ echo a; echo b; } | tee /tmp/t | wc -l; cat /tmp/t # a comment", "2\na\nb\n"),
        ("exec echo gone; echo never", "gone\n"),
    ])
    func whatPeopleTypeWorks(text: String, output: String) async throws {
        #expect(try await run(text, in: try world()) == Ran(output: output))
    }

    @Test func statusesAreThoseOfTheCommands() async throws {
        let world = try world()
        #expect(try await run("exit 3", in: world).status == 3)
        #expect(try await run("nope", in: world) == Ran(output: "", errors: "sh: nope: not found\n", status: 127))
        #expect(try await run("/etc/hosts", in: world).status == 126)
        #expect(try await run("echo \"open", in: world).status == 2)
        #expect(try await run("fi", in: world).status == 127)
        #expect(try await run("cat /nope", in: world).errors == "cat: can't open '/nope': No such file or directory\n")
        #expect(try await run(String(repeating: "(", count: 500), in: world).status == 2)
        #expect(try await run("export X='sh -c \"$X\"'; sh -c \"$X\"", in: world).status == 2)
        #expect(try await run("X='eval \"$X\"'; eval \"$X\"", in: world).status == 2)
        #expect(
            try await run("printf %-9223372036854775808s x; echo a | cut -f -9223372036854775808", in: world).status
                == 0)
    }

    @Test func anImageWithoutAShellRunsNothing() async throws {
        #expect(try await run("true", in: try world("coredns-")).status == -1)
    }

    @Test func otherPodsAndServicesAnswer() async throws {
        let world = try world()
        #expect(
            try await run("curl -s localhost:8080/healthz; wget -qO- http://catalog.shop.svc/ready", in: world).output
                == "ok\nok\n")
        #expect(try await run("curl -s -o /dev/null -w '%{http_code}\\n' webhooks.payments/", in: world).status == 7)
        #expect(
            try await run("curl nope", in: world)
                == Ran(output: "", errors: "curl: (6) Could not resolve host: nope\n", status: 6))
        #expect(try await run("curl -sS localhost:1", in: world).status == 7)
        #expect(
            try await run("nc -z cart-redis 6379 && echo PING | nc cart-redis-0.cart-redis.shop 6379", in: world).output
                == "+PONG\r\n")
        #expect(try await run("curl -s catalog/bytes/100000 | wc -c", in: world).output == "100000\n")
    }

    @Test func tarGivesBackWhatItTook() async throws {
        let world = try world()
        let name = String(repeating: "n", count: 120)
        let text = """
            mkdir -p /s/d/empty; seq 100000 > /s/d/big; echo x > /s/d/\(name); ln -s big /s/d/link; chmod 600 /s/d/big
            tar cf - -C /s d | tar xf - -C /tmp; cd /tmp/d; ls -l | grep -c rw-------; wc -c big; cat link | tail -1; cat nn*; ls | wc -l
            """
        #expect(try await run(text, in: world).output == "1\n588895 big\n100000\nx\n4\n")
        #expect(
            try await run("tar cf - /nope | wc -c", in: world).errors.contains("tar: /nope: No such file or directory"))
        #expect(try await run("echo junk | tar xf -", in: world).errors == "tar: short read\n")
    }

    @Test func aFileSystemThatIsFullSaysSo() async throws {
        let ran = try await run("cat /dev/zero > /tmp/full", in: try world())
        #expect(ran.errors == "cat: No space left on device\n")
        #expect(ran.status == 1)
    }

    @Test func aTerminalEchoesAndLetsALineBeCorrected() async throws {
        let screen = ByteCollector()
        let terminal = PseudoTerminal(output: screen.output)
        let isInterrupted = Mutex(false)
        terminal.onInterrupt { isInterrupted.withLock { $0 = true } }
        try await terminal.type(Array("helxö\u{7f}\u{7f}lo\rgone\u{15}a b\u{17}c\r\u{4}".utf8))
        let input = terminal.input
        #expect(try await input.readLine() == Array("hello".utf8))
        #expect(try await input.readLine() == Array("a c".utf8))
        #expect(try await input.read() == nil)
        try await terminal.type([3])
        #expect(isInterrupted.withLock { $0 })
        try await terminal.screen.print("x\n")
        let shown = String(decoding: screen.collected, as: UTF8.self)
        #expect(shown.hasPrefix("helxö\u{8} \u{8}\u{8} \u{8}lo\r\ngone\u{8} \u{8}"))
        #expect(shown.hasSuffix("c\r\n^Cx\r\n"))
    }

    @Test func aPipeHoldsLittleAndEndsBothWays() async throws {
        let pipe = BytePipe()
        let chunk = [UInt8](repeating: 1, count: BytePipe.capacity)
        #expect(try pipe.offer(chunk))
        #expect(try !pipe.offer([2]))
        async let written: Void = pipe.write([2])
        #expect(try await pipe.read() == chunk)
        try await written
        pipe.end()
        #expect(try await pipe.read() == [2])
        #expect(try await pipe.read() == nil)
        pipe.abandon()
        await #expect(throws: BrokenPipe.self) { try await pipe.write([3]) }
    }
}
