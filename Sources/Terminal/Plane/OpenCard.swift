internal import DRM
internal import LinuxBase

/// A card that is kept open for as long as anything on it is in use: closing it would bring the text console back.
final class OpenCard {
    let card: DisplayCard
    /// The device itself, whatever link it was opened by.
    let node: String

    init(_ card: consuming DisplayCard) {
        node = Files.resolved(card.path)
        self.card = card
    }
}

/// A framebuffer of a card, removed when nobody refers to it. Removing one that is on the screen turns its plane off.
final class Framebuffer {
    let identifier: UInt32
    private let owner: OpenCard

    init(_ layout: FramebufferLayout, on owner: OpenCard) throws(DRMError) {
        identifier = try owner.card.addFramebuffer(layout)
        self.owner = owner
    }

    deinit { owner.card.removeFramebuffer(identifier) }
}

/// A property blob, destroyed when nobody refers to it; the kernel keeps what it uses.
final class PropertyBlob {
    let identifier: UInt32
    private let owner: OpenCard

    init(_ bytes: [UInt8], on owner: OpenCard) throws(DRMError) {
        identifier = try owner.card.makeBlob(bytes)
        self.owner = owner
    }

    deinit { owner.card.destroyBlob(identifier) }
}
