/// Makes strings of bytes so that equal ones, such as the namespace of many objects, share one allocation.
///
/// Owned by one stream at a time. Bounded: it keeps at most 16,384 strings of 256 bytes and forgets some beyond that.
public final class StringInterner {
    private struct Slot {
        var hash: UInt64
        var string: String
    }

    /// Slots looked at for one string before another is evicted: keeps collisions from costing more.
    private static let probes = 8
    private static let maximumCapacity = 16_384
    private static let maximumLength = 256
    /// Strings up to this length need no allocation in Swift.
    private static let inlineLength = 15

    /// Labels of earlier objects.
    var labels = ValueInterner<Labels>()
    /// Owners of earlier objects.
    var owners = ValueInterner<[OwnerReference]>()
    /// Specs of earlier pods and templates.
    var specs = ValueInterner<Shared<PodSpec>>()
    /// Containers of earlier pods.
    var containers = ValueInterner<[Container]>()
    /// Volumes of earlier pods.
    var volumes = ValueInterner<[Volume]>()
    /// Tolerations of earlier pods.
    var tolerations = ValueInterner<[Toleration]>()
    /// Affinities of earlier pods.
    var affinities = ValueInterner<Affinity>()
    /// Spread constraints of earlier pods.
    var spreads = ValueInterner<[TopologySpreadConstraint]>()
    /// Short lists of strings of earlier objects.
    var strings = ValueInterner<[String]>()

    /// A power of two.
    private var slots: [Slot]
    private var count = 0

    /// An interner that knows no strings.
    public init() {
        slots = Array(repeating: Slot(hash: 0, string: ""), count: 256)
    }

    /// The string of UTF-8 bytes; invalid ones become U+FFFD.
    public func string(_ bytes: UnsafeRawBufferPointer) -> String {
        guard let base = bytes.baseAddress else { return "" }
        return string(base.assumingMemoryBound(to: UInt8.self), bytes.count)
    }

    /// The string of `length` UTF-8 bytes.
    func string(_ bytes: UnsafePointer<UInt8>, _ length: Int) -> String {
        let buffer = UnsafeBufferPointer(start: bytes, count: length)
        guard length > Self.inlineLength, length <= Self.maximumLength else {
            return String(decoding: buffer, as: UTF8.self)
        }
        let hash = Self.hash(bytes, length)
        let mask = slots.count - 1
        let home = Int(truncatingIfNeeded: hash) & mask
        var free: Int?
        for step in 0..<Self.probes {
            let index = (home + step) & mask
            let slot = slots[index]
            if slot.hash == hash, Self.equal(slot.string, bytes, length) { return slot.string }
            if slot.hash == 0 {
                free = index
                break
            }
        }
        let string = String(decoding: buffer, as: UTF8.self)
        if free != nil { count += 1 }
        slots[free ?? home] = Slot(hash: hash, string: string)
        if count > slots.count / 2, slots.count < Self.maximumCapacity { grow() }
        return string
    }

    private func grow() {
        let old = slots
        slots = Array(repeating: Slot(hash: 0, string: ""), count: old.count * 2)
        count = 0
        let mask = slots.count - 1
        for slot in old where slot.hash != 0 {
            let home = Int(truncatingIfNeeded: slot.hash) & mask
            for step in 0..<Self.probes where slots[(home + step) & mask].hash == 0 {
                slots[(home + step) & mask] = slot
                count += 1
                break
            }
        }
    }

    /// Mixes eight bytes at a time, of at least eight; never 0, which marks a free slot.
    private static func hash(_ bytes: UnsafePointer<UInt8>, _ length: Int) -> UInt64 {
        let raw = UnsafeRawPointer(bytes)
        var hash = UInt64(truncatingIfNeeded: length) &* 0x9E37_79B9_7F4A_7C15
        var offset = 0
        while offset + 8 < length {
            hash = mixed(hash ^ raw.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
            offset += 8
        }
        hash = mixed(hash ^ raw.loadUnaligned(fromByteOffset: length - 8, as: UInt64.self))
        return hash | 1 << 63
    }

    @inline(__always)
    private static func mixed(_ value: UInt64) -> UInt64 {
        let product = value.multipliedFullWidth(by: 0xD6E8_FEB8_6659_FD93)
        return product.high ^ product.low
    }

    private static func equal(_ string: String, _ bytes: UnsafePointer<UInt8>, _ length: Int) -> Bool {
        guard string.utf8.count == length else { return false }
        return string.utf8.withContiguousStorageIfAvailable { stored in
            stored.baseAddress.map { bytesAreEqual($0, bytes, length) } ?? false
        } ?? false
    }
}

/// Whether two runs of `count` bytes are equal.
@inline(__always)
func bytesAreEqual(_ left: UnsafePointer<UInt8>, _ right: UnsafePointer<UInt8>, _ count: Int) -> Bool {
    let leftRaw = UnsafeRawPointer(left)
    let rightRaw = UnsafeRawPointer(right)
    var offset = 0
    while offset + 8 <= count {
        let one = leftRaw.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
        let other = rightRaw.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
        if one != other { return false }
        offset += 8
    }
    while offset < count {
        if left[offset] != right[offset] { return false }
        offset += 1
    }
    return true
}
