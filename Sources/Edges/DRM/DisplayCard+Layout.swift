internal import CLibdrm
internal import LinuxBase

extension DisplayCard {
    /// All parts of the card. With `probing`, the driver asks each connector's screen anew, if this process is the master:
    /// that takes tens of milliseconds a connector on real hardware. Without, it says what it knows.
    public func layout(probing: Bool = true) throws(DRMError) -> CardLayout {
        guard let resources = unsafe drmModeGetResources(descriptor) else { throw .last("drmModeGetResources") }
        defer { unsafe drmModeFreeResources(resources) }
        // SAFETY: libdrm's arrays have the counts beside them; the buffers are copied before the resources are freed.
        let connectorNumbers = unsafe Array(
            UnsafeBufferPointer(start: resources.pointee.connectors, count: Int(resources.pointee.count_connectors)))
        let controllerNumbers = unsafe Array(
            UnsafeBufferPointer(start: resources.pointee.crtcs, count: Int(resources.pointee.count_crtcs)))
        guard !connectorNumbers.isEmpty, !controllerNumbers.isEmpty else { throw .notDisplay(path: path) }

        var reader = PropertyReader(file: descriptor)
        var connectors: [Connector] = []
        for number in connectorNumbers {
            do throws(DRMError) {
                connectors.append(try connector(number, probing: probing, reader: &reader))
            } catch  where error.isGone {
                continue  // A DisplayPort branch was unplugged since the list was made.
            }
        }
        var controllers: [DisplayController] = []
        for (index, number) in controllerNumbers.enumerated() {
            let properties = try reader.properties(of: number, .controller)
            controllers.append(DisplayController(identifier: number, index: index, properties: properties))
        }
        return CardLayout(connectors: connectors, controllers: controllers, planes: try planes(&reader))
    }

    /// One connector as it is now; `probing` as for `layout`. Throws an error that `isGone` when there is none of that
    /// number any more.
    public func connector(_ identifier: UInt32, probing: Bool) throws(DRMError) -> Connector {
        var reader = PropertyReader(file: descriptor)
        return try connector(identifier, probing: probing, reader: &reader)
    }

    /// The bytes of a blob that a property's value names.
    public func blob(_ identifier: UInt32) throws(DRMError) -> [UInt8] {
        guard let blob = unsafe drmModeGetPropertyBlob(descriptor, identifier) else {
            throw .last("drmModeGetPropertyBlob")
        }
        defer { unsafe drmModeFreePropertyBlob(blob) }
        // SAFETY: libdrm's blob has `length` bytes, or none and no pointer.
        return unsafe Array(UnsafeRawBufferPointer(start: blob.pointee.data, count: Int(blob.pointee.length)))
    }

    private func connector(
        _ identifier: UInt32, probing: Bool, reader: inout PropertyReader
    ) throws(DRMError) -> Connector {
        let found =
            unsafe probing
            ? drmModeGetConnector(descriptor, identifier) : drmModeGetConnectorCurrent(descriptor, identifier)
        guard let found = unsafe found else { throw .last("drmModeGetConnector") }
        defer { unsafe drmModeFreeConnector(found) }
        let kind = unsafe found.pointee.connector_type
        // SAFETY: libdrm's array has its count beside it; the names are constants of libdrm's.
        let (modes, kindName) = unsafe (
            UnsafeBufferPointer(start: found.pointee.modes, count: Int(found.pointee.count_modes))
                .map { DisplayMode($0) },
            drmModeGetConnectorTypeName(kind).map { unsafe String(cString: $0) } ?? "Unknown"
        )
        return unsafe Connector(
            identifier: identifier, name: "\(kindName)-\(found.pointee.connector_type_id)",
            status: Connector.Status(found.pointee.connection), modes: modes,
            controllers: drmModeConnectorGetPossibleCrtcs(descriptor, found),
            isWriteback: kind == UInt32(DRM_MODE_CONNECTOR_WRITEBACK),
            properties: try reader.properties(of: identifier, .connector))
    }

    private func planes(_ reader: inout PropertyReader) throws(DRMError) -> [HardwarePlane] {
        guard let list = unsafe drmModeGetPlaneResources(descriptor) else { throw .last("drmModeGetPlaneResources") }
        defer { unsafe drmModeFreePlaneResources(list) }
        // SAFETY: libdrm's array has its count beside it.
        let numbers = unsafe Array(
            UnsafeBufferPointer(start: list.pointee.planes, count: Int(list.pointee.count_planes)))
        var planes: [HardwarePlane] = []
        for number in numbers { planes.append(try plane(number, &reader)) }
        return planes
    }

    private func plane(_ number: UInt32, _ reader: inout PropertyReader) throws(DRMError) -> HardwarePlane {
        guard let plane = unsafe drmModeGetPlane(descriptor, number) else { throw .last("drmModeGetPlane") }
        defer { unsafe drmModeFreePlane(plane) }
        // SAFETY: libdrm's array has its count beside it.
        let plain = unsafe UnsafeBufferPointer(
            start: plane.pointee.formats, count: Int(plane.pointee.count_formats)
        ).map { PixelFormat(rawValue: $0) }
        let properties = try reader.properties(of: number, .plane)
        var formats = Dictionary(plain.map { ($0, Set<FormatModifier>()) }, uniquingKeysWith: { first, _ in first })
        if let table = properties["IN_FORMATS"], table.value != 0,
            let table = FormatTable(try blob(UInt32(truncatingIfNeeded: table.value)))
        {
            formats = table.formats
        }
        return unsafe HardwarePlane(
            identifier: number, kind: HardwarePlane.Kind(properties["type"]?.value),
            controllers: plane.pointee.possible_crtcs, formats: formats, properties: properties)
    }
}

extension Connector.Status {
    fileprivate init(_ connection: drmModeConnection) {
        switch connection {
        case DRM_MODE_CONNECTED: self = .connected
        case DRM_MODE_DISCONNECTED: self = .disconnected
        default: self = .unknown
        }
    }
}

extension HardwarePlane.Kind {
    /// Of the property "type", which every plane has once the client asks for all planes.
    fileprivate init(_ type: UInt64?) {
        switch type {
        case UInt64(DRM_PLANE_TYPE_PRIMARY): self = .primary
        case UInt64(DRM_PLANE_TYPE_CURSOR): self = .cursor
        default: self = .overlay
        }
    }
}
