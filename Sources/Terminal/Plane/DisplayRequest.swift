package import DRM
package import Pictures

/// What one commit says about the planes. Pure: a plan and framebuffers in, property assignments out.
package struct DisplayRequest {
    let plan: DisplayPlan
    /// Where the stream's picture goes, in the screen's pixels.
    let stream: Rectangle

    package struct Picture {
        var framebuffer: UInt32
        var colour: ColourDescription

        package init(framebuffer: UInt32, colour: ColourDescription) {
            self.framebuffer = framebuffer
            self.colour = colour
        }
    }

    package init(plan: DisplayPlan, stream: Rectangle) {
        self.plan = plan
        self.stream = stream
    }

    /// Everything, as if nobody had set anything before: mode, controller, connector, both planes, and nobody else's
    /// planes or connectors on this controller.
    package func light(layout: CardLayout, mode: UInt32, primary: UInt32, picture: Picture?) -> AtomicRequest {
        var request = AtomicRequest()
        let controller = plan.controller
        for other in layout.connectors where other.identifier != plan.connector.identifier && !other.isWriteback {
            guard other.properties["CRTC_ID"]?.value == UInt64(controller.identifier) else { continue }
            request.set(other.identifier, other.properties, "CRTC_ID", 0)
        }
        leaveFormerController(layout, in: &request)
        // A cable that was pulled and put back leaves the link bad until somebody says otherwise.
        request.set(plan.connector.identifier, plan.connector.properties, "link-status", 0)
        request.set(plan.connector.identifier, plan.connector.properties, "CRTC_ID", UInt64(controller.identifier))
        request.set(controller.identifier, controller.properties, "MODE_ID", UInt64(mode))
        request.set(controller.identifier, controller.properties, "ACTIVE", 1)
        // A colour curve that somebody left behind would change every pixel.
        for curve in ["GAMMA_LUT", "DEGAMMA_LUT", "CTM"] {
            request.set(controller.identifier, controller.properties, curve, 0)
        }
        for plane in layout.planes
        where plane.identifier != plan.primary.identifier && isOn(controller, plane) {
            if plane.identifier == plan.stream?.identifier, picture != nil { continue }
            clear(plane, in: &request)
        }
        place(plan.primary, source: plan.mode.size, target: plan.mode.size.bounds, in: &request)
        request.set(plan.primary.identifier, plan.primary.properties, "FB_ID", UInt64(primary))
        if let plane = plan.stream, let picture { show(picture, on: plane, in: &request) }
        return request
    }

    /// Everything off that `light` sets.
    package func dark() -> AtomicRequest {
        var request = AtomicRequest()
        request.set(plan.connector.identifier, plan.connector.properties, "CRTC_ID", 0)
        request.set(plan.controller.identifier, plan.controller.properties, "ACTIVE", 0)
        request.set(plan.controller.identifier, plan.controller.properties, "MODE_ID", 0)
        clear(plan.primary, in: &request)
        if let plane = plan.stream { clear(plane, in: &request) }
        return request
    }

    /// A controller that the connector is taken from must not stay on without one.
    private func leaveFormerController(_ layout: CardLayout, in request: inout AtomicRequest) {
        guard let former = plan.connector.properties["CRTC_ID"]?.value, former != UInt64(plan.controller.identifier),
            let controller = layout.controllers.first(where: { UInt64($0.identifier) == former }),
            !layout.connectors.contains(where: {
                $0.identifier != plan.connector.identifier && $0.properties["CRTC_ID"]?.value == former
            })
        else { return }
        request.set(controller.identifier, controller.properties, "ACTIVE", 0)
        request.set(controller.identifier, controller.properties, "MODE_ID", 0)
        for plane in layout.planes where isOn(controller, plane) && plane.identifier != plan.primary.identifier {
            clear(plane, in: &request)
        }
    }

    /// The plane shows something on this controller, or nobody knows where.
    private func isOn(_ controller: DisplayController, _ plane: HardwarePlane) -> Bool {
        guard controller.isIn(plane.controllers) else { return false }
        guard let place = plane.properties["CRTC_ID"]?.value, place != 0 else { return true }
        return place == UInt64(controller.identifier)
    }

    /// The primary plane changes to another buffer, of which `clips` (a blob, or 0) is what differs.
    package func change(primary: UInt32, clips: UInt32, in request: inout AtomicRequest) {
        request.set(plan.primary.identifier, plan.primary.properties, "FB_ID", UInt64(primary))
        request.set(plan.primary.identifier, plan.primary.properties, "FB_DAMAGE_CLIPS", UInt64(clips))
    }

    /// The stream's plane changes from one picture to another, appears or goes.
    /// `colour` is what the plane is set to; nil when it shows nothing.
    package func change(colour: ColourDescription?, to new: Picture?, in request: inout AtomicRequest) {
        guard let plane = plan.stream else { return }
        guard let new else { return clear(plane, in: &request) }
        if colour == new.colour {
            request.set(plane.identifier, plane.properties, "FB_ID", UInt64(new.framebuffer))
        } else {
            show(new, on: plane, in: &request)
        }
    }

    private func show(_ picture: Picture, on plane: HardwarePlane, in request: inout AtomicRequest) {
        place(plane, source: stream.size, target: stream.offset(x: plan.origin.x, y: plan.origin.y), in: &request)
        request.set(plane.identifier, plane.properties, "FB_ID", UInt64(picture.framebuffer))
        for (property, value) in plane.colourValues(picture.colour) ?? [] {
            request.set(plane.identifier, property, value)
        }
        if let order = plane.properties["zpos"], !order.isImmutable {
            let below = plan.primary.properties["zpos"]?.value ?? 0
            request.set(plane.identifier, order.identifier, max(order.value, below + 1))
        }
    }

    /// One to one, opaque, upright.
    private func place(
        _ plane: HardwarePlane, source: PixelSize, target: Rectangle, in request: inout AtomicRequest
    ) {
        let places: [(String, Int)] = [
            ("CRTC_ID", Int(plan.controller.identifier)),
            // 16.16 fixed point.
            ("SRC_X", 0), ("SRC_Y", 0), ("SRC_W", source.width << 16), ("SRC_H", source.height << 16),
            ("CRTC_X", target.x), ("CRTC_Y", target.y), ("CRTC_W", target.width), ("CRTC_H", target.height),
        ]
        for (name, value) in places { request.set(plane.identifier, plane.properties, name, UInt64(value)) }
        let opaque = plane.properties["alpha"]?.limits?.upperBound
        if let opaque { request.set(plane.identifier, plane.properties, "alpha", opaque) }
        for (name, choice) in [("pixel blend mode", "None"), ("rotation", "rotate-0")] {
            guard let property = plane.properties[name], let value = property.choices[choice] else { continue }
            request.set(plane.identifier, property.identifier, value)
        }
    }

    private func clear(_ plane: HardwarePlane, in request: inout AtomicRequest) {
        request.set(plane.identifier, plane.properties, "FB_ID", 0)
        request.set(plane.identifier, plane.properties, "CRTC_ID", 0)
    }
}

extension AtomicRequest {
    /// Sets a property if the object has it.
    mutating func set(_ object: UInt32, _ properties: ObjectProperties, _ name: String, _ value: UInt64) {
        guard let property = properties[name], !property.isImmutable else { return }
        set(object, property.identifier, value)
    }
}
