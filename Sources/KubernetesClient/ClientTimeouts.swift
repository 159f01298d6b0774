/// How long to wait for what.
public struct ClientTimeouts: Sendable, Hashable {
    /// For a connection with its TLS handshake.
    public var connect: Duration
    /// From sending a request to the head of the answer; zero for as long as it takes.
    public var answer: Duration
    /// Between two pieces of an answer.
    ///
    /// Servers send a bookmark on a silent watch about once a minute.
    public var silence: Duration

    /// Times of one's own.
    public init(connect: Duration = .seconds(10), answer: Duration = .seconds(60), silence: Duration = .seconds(150)) {
        self.connect = connect
        self.answer = answer
        self.silence = silence
    }
}
