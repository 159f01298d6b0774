import KubernetesModel
import NIOSSL
import SwiftASN1

/// What a certificate says of itself; nobody has checked its signature.
///
/// Source: RFC 5280, section 4.1. Kubernetes reads the user's name from the subject's common name, and groups from its
/// organizations.
public struct CertificateFacts: Sendable, Hashable {
    /// A subject or issuer.
    public struct Name: Sendable, Hashable {
        /// The attribute CN; empty when there is none.
        public var commonName = ""
        /// The attributes O, in their order.
        public var organizations: [String] = []
    }

    /// Whom it is for.
    public var subject: Name
    /// Who made it.
    public var issuer: Name
    /// From when it is valid.
    public var notBefore: Timestamp
    /// Until when it is valid.
    public var notAfter: Timestamp

    /// The certificates of a PEM text, in their order.
    ///
    /// - Parameter bytes: The text.
    /// - Returns: `nil` when there is none, or one of them cannot be read.
    public static func read(pem bytes: [UInt8]) -> [CertificateFacts]? {
        guard let certificates = try? NIOSSLCertificate.fromPEMBytes(bytes), !certificates.isEmpty else { return nil }
        let facts = certificates.compactMap { certificate in
            (try? certificate.toDERBytes()).flatMap { CertificateFacts(der: $0) }
        }
        return facts.count == certificates.count ? facts : nil
    }

    /// Reads a certificate; `nil` when it is none.
    init?(der bytes: [UInt8]) {
        guard let root = try? DER.parse(bytes), var outer = root.iterator,
            var fields = outer.next()?.iterator, var next = fields.next()
        else { return nil }
        let version = ASN1Identifier(tagWithNumber: 0, tagClass: .contextSpecific)
        if next.identifier == version {
            guard let serial = fields.next() else { return nil }
            next = serial
        }
        // The serial number was `next`; then the algorithm.
        guard fields.next() != nil, let issuer = fields.next(), var validity = fields.next()?.iterator,
            let start = validity.next().flatMap(Self.time), let end = validity.next().flatMap(Self.time),
            let subject = fields.next()
        else { return nil }
        self.issuer = Self.name(issuer)
        self.subject = Self.name(subject)
        notBefore = start
        notAfter = end
    }

    private static func time(_ node: ASN1Node) -> Timestamp? {
        func text(_ parts: [Int]) -> String {
            let digits = parts.map { $0 < 10 ? "0\($0)" : "\($0)" }
            return "\(digits[0])-\(digits[1])-\(digits[2])T\(digits[3]):\(digits[4]):\(digits[5])Z"
        }
        if let time = try? UTCTime(derEncoded: node) {
            return Timestamp(text([time.year, time.month, time.day, time.hours, time.minutes, time.seconds]))
        }
        guard let time = try? GeneralizedTime(derEncoded: node) else { return nil }
        return Timestamp(text([time.year, time.month, time.day, time.hours, time.minutes, time.seconds]))
    }

    /// The names in a sequence of sets of attributes.
    private static func name(_ node: ASN1Node) -> Name {
        var name = Name()
        for attributes in node.children {
            for attribute in attributes.children {
                let parts = attribute.children
                guard parts.count == 2, let kind = try? ASN1ObjectIdentifier(derEncoded: parts[0]),
                    case .primitive(let bytes) = parts[1].content
                else { continue }
                let text = String(decoding: bytes, as: UTF8.self)
                switch kind {
                case [2, 5, 4, 3]: name.commonName = text
                case [2, 5, 4, 10]: name.organizations.append(text)
                default: break
                }
            }
        }
        return name
    }
}

extension ASN1Node {
    /// What is in a constructed node; `nil` for a primitive one.
    fileprivate var iterator: ASN1NodeCollection.Iterator? {
        guard case .constructed(let nodes) = content else { return nil }
        return nodes.makeIterator()
    }

    fileprivate var children: [ASN1Node] {
        guard case .constructed(let nodes) = content else { return [] }
        return Array(nodes)
    }
}
