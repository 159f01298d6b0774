import KubernetesModel

extension [UInt8] {
    /// Calls `body` with the raw bytes.
    package func withBytes<Result, Failure: Error>(
        _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try withUnsafeBufferPointer { (buffer) throws(Failure) in try body(UnsafeRawBufferPointer(buffer)) }
    }
}

/// The typed value of an object, comparable whatever its type.
package struct ObjectValue: Equatable, CustomStringConvertible {
    package let value: any KubernetesObject

    package init(_ object: any StoredObject) { value = (object as? any AnyStored)?.anyValue ?? Pod() }

    package init(_ value: any KubernetesObject) { self.value = value }

    package var metadata: ObjectMeta { value.metadata }

    package var description: String { "\(value)" }

    package static func == (left: ObjectValue, right: ObjectValue) -> Bool {
        func isEqual<Value: KubernetesObject>(_ value: Value) -> Bool { right.value as? Value == value }
        return isEqual(left.value)
    }
}

private protocol AnyStored {
    var anyValue: any KubernetesObject { get }
}

extension Stored: AnyStored {
    fileprivate var anyValue: any KubernetesObject { value }
}
