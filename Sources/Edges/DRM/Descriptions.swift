package import Pictures

// Descriptions of cards that are not there, for whoever tests what is made of them.

extension CardLayout {
    package init(parts connectors: [Connector], _ controllers: [DisplayController], _ planes: [HardwarePlane]) {
        self.connectors = connectors
        self.controllers = controllers
        self.planes = planes
    }
}

extension DisplayController {
    package init(number: UInt32, index: Int, properties: ObjectProperties) {
        identifier = number
        self.index = index
        self.properties = properties
    }
}

extension Connector {
    package init(
        number: UInt32, name: String, status: Status, modes: [DisplayMode], controllers: UInt32,
        isWriteback: Bool = false, properties: ObjectProperties
    ) {
        identifier = number
        self.name = name
        self.status = status
        self.modes = modes
        self.controllers = controllers
        self.isWriteback = isWriteback
        self.properties = properties
    }
}

extension HardwarePlane {
    package init(
        number: UInt32, kind: Kind, controllers: UInt32, formats: [PixelFormat: Set<FormatModifier>],
        properties: ObjectProperties
    ) {
        identifier = number
        self.kind = kind
        self.controllers = controllers
        self.formats = formats
        self.properties = properties
    }
}

extension DisplayMode {
    package init(size: PixelSize, refreshMillihertz: Int, isPreferred: Bool = false, isInterlaced: Bool = false) {
        self.size = size
        self.refreshMillihertz = refreshMillihertz
        name = "\(size)"
        self.isPreferred = isPreferred
        self.isInterlaced = isInterlaced
        blob = Array("\(size)@\(refreshMillihertz)\(isInterlaced ? "i" : "")".utf8)
    }
}

extension ObjectProperty {
    package init(
        number: UInt32, value: UInt64 = 0, choices: [String: UInt64] = [:], isImmutable: Bool = false,
        limits: ClosedRange<UInt64>? = nil
    ) {
        identifier = number
        self.value = value
        self.choices = choices
        self.isImmutable = isImmutable
        self.limits = limits
    }
}
