internal import CLibdrm

/// Reads the properties of a card's parts. Keeps what it learns about each property, since all planes share theirs: it
/// lives as long as one look at the layout.
struct PropertyReader {
    let file: Int32
    private var definitions: [UInt32: Definition] = [:]

    init(file: Int32) { self.file = file }

    private struct Definition {
        let name: String
        let isImmutable: Bool
        let choices: [String: UInt64]
        let limits: ClosedRange<UInt64>?
    }

    enum Owner {
        case connector
        case controller
        case plane

        var kind: UInt32 {
            switch self {
            case .connector: DRM_MODE_OBJECT_CONNECTOR
            case .controller: DRM_MODE_OBJECT_CRTC
            case .plane: DRM_MODE_OBJECT_PLANE
            }
        }
    }

    mutating func properties(of object: UInt32, _ owner: Owner) throws(DRMError) -> ObjectProperties {
        guard let list = unsafe drmModeObjectGetProperties(file, object, owner.kind) else {
            throw .last("drmModeObjectGetProperties")
        }
        defer { unsafe drmModeFreeObjectProperties(list) }
        var byName: [String: ObjectProperty] = [:]
        for index in unsafe 0..<Int(list.pointee.count_props) {
            // SAFETY: both arrays have count_props entries.
            let (identifier, value) = unsafe (list.pointee.props[index], list.pointee.prop_values[index])
            let definition = try definition(of: identifier)
            byName[definition.name] = ObjectProperty(
                identifier: identifier, value: value, choices: definition.choices, isImmutable: definition.isImmutable,
                limits: definition.limits)
        }
        return ObjectProperties(byName)
    }

    private mutating func definition(of identifier: UInt32) throws(DRMError) -> Definition {
        if let known = definitions[identifier] { return known }
        guard let property = unsafe drmModeGetProperty(file, identifier) else { throw .last("drmModeGetProperty") }
        defer { unsafe drmModeFreeProperty(property) }
        let kind = unsafe drmModeGetPropertyType(property)
        // SAFETY: libdrm's arrays have the counts beside them; a null pointer makes an empty buffer.
        let values = unsafe Array(
            UnsafeBufferPointer(start: property.pointee.values, count: Int(property.pointee.count_values)))
        let named = unsafe UnsafeBufferPointer(
            start: property.pointee.enums, count: kind & Self.named == 0 ? 0 : Int(property.pointee.count_enums))
        var choices: [String: UInt64] = [:]
        for choice in unsafe Array(named) {
            // The number of a bit cannot be 64 or more; the kernel allows no such bit mask.
            choices[text(of: choice.name)] =
                kind == UInt32(DRM_MODE_PROP_BITMASK) ? 1 << choice.value : choice.value
        }
        let isRange = kind == UInt32(DRM_MODE_PROP_RANGE) && values.count == 2 && values[0] <= values[1]
        let definition = unsafe Definition(
            name: text(of: property.pointee.name),
            isImmutable: property.pointee.flags & UInt32(DRM_MODE_PROP_IMMUTABLE) != 0, choices: choices,
            limits: isRange ? values[0]...values[1] : nil)
        definitions[identifier] = definition
        return definition
    }

    /// Kinds of property whose values have names.
    private static let named = UInt32(DRM_MODE_PROP_ENUM) | UInt32(DRM_MODE_PROP_BITMASK)
}
