internal import DRM
internal import LinuxBase

/// `list`: the machine's displays for a reader. A line begins with what it is about; what is written in capitals are the
/// kernel's own names.
enum ListCommand {
    /// Zero when at least one of the cards, or one of those named, can be used.
    static func run(_ cards: [String]) -> Int32 {
        let paths = cards.isEmpty ? DisplayCard.paths() : cards
        if paths.isEmpty { print("no cards in /dev/dri: has the kernel a driver for this display?") }
        var isUsable = false
        for path in paths {
            do throws(DRMError) {
                let card = try DisplayCard(path, writeback: true)
                let layout = try card.layout()
                print("\(path): \(card.driver)\(describe(card.abilities))")
                Self.print(layout)
                isUsable = true
            } catch {
                print("\(path): cannot be used: \(error)")
            }
        }
        let sources = DMAMemory.sources()
        print("memory for decoders: \(sources.isEmpty ? "no heap and no udmabuf" : sources.joined(separator: ", "))")
        return isUsable ? 0 : 1
    }

    private static func describe(_ abilities: CardAbilities) -> String {
        var words = ["atomic"]
        words.append(abilities.makesDumbBuffers ? "dumb buffers" : "no dumb buffers")
        if abilities.prefersShadow { words.append("slow to read") }
        words.append(abilities.importsBuffers ? "imports DMA-BUFs" : "no import of DMA-BUFs")
        words.append(abilities.takesModifiers ? "modifiers" : "no modifiers")
        return ", " + words.joined(separator: ", ")
    }

    private static func print(_ layout: CardLayout) {
        for connector in layout.connectors {
            let name = "\(connector.name) (\(connector.identifier))"
            // Write-back says that it is connected, and takes any mode.
            let status = connector.isWriteback ? "writes to memory" : "\(connector.status)"
            print("  connector \(name): \(status), \(controllers(connector.controllers, layout))")
            let modes = connector.isWriteback ? [] : connector.modes
            for mode in modes.prefix(modeLimit) { print("    \(mode)\(mode.isPreferred ? ", preferred" : "")") }
            if modes.count > modeLimit { print("    and \(modes.count - modeLimit) more") }
        }
        for controller in layout.controllers {
            print("  controller \(controller.index) (\(controller.identifier)): \(names(controller.properties))")
        }
        for plane in layout.planes {
            print("  plane \(plane.identifier): \(plane.kind), \(controllers(plane.controllers, layout))")
            for line in formats(plane) { print("    \(line)") }
            print("    \(names(plane.properties))")
            for name in ["COLOR_ENCODING", "COLOR_RANGE"] {
                if let property = plane.properties[name] { print("    \(name): \(choices(property))") }
            }
        }
    }

    /// Enough for a reader: a screen by HDMI may offer fifty.
    private static let modeLimit = 12

    private static func controllers(_ mask: UInt32, _ layout: CardLayout) -> String {
        let found = layout.controllers.filter { $0.isIn(mask) }.map { String($0.index) }
        return found.isEmpty
            ? "no controller" : "controller\(found.count == 1 ? "" : "s") \(found.joined(separator: " "))"
    }

    /// The formats by what they have in common: "linear: NV12 XR24".
    private static func formats(_ plane: HardwarePlane) -> [String] {
        let groups = Dictionary(grouping: plane.formats) { entry in
            entry.value.isEmpty
                ? "modifiers not said" : entry.value.map(\.description).sorted().joined(separator: ", ")
        }
        return groups.map { "\($0.key): \($0.value.map(\.key.description).sorted().joined(separator: " "))" }.sorted()
    }

    /// What can be set, beyond what every atomic driver has.
    private static func names(_ properties: ObjectProperties) -> String {
        let names = properties.names.filter { name in
            properties[name]?.isImmutable == false
                && !["CRTC_", "SRC_", "FB_ID", "ACTIVE", "MODE_ID"].contains(where: name.hasPrefix)
        }
        return names.isEmpty ? "nothing more to set" : "can set \(names.joined(separator: ", "))"
    }

    private static func choices(_ property: ObjectProperty) -> String {
        property.choices.sorted { $0.value < $1.value }
            .map { $0.value == property.value ? "\($0.key) (now)" : $0.key }.joined(separator: "; ")
    }

    private static func print(_ line: String) { Swift.print(line) }
}
