// Scaling: conversion between 32-bit pixels, I420 and NV12 planes, the only importer of libyuv. Owns nothing, keeps no
// state, never scales yet; safe on any thread as long as no two calls write the same pixels.

internal import CLibyuv
public import Pictures

/// To planes always in BT.601, limited range; from planes as they say. Pixels are B, G, R, A in memory (libyuv's ARGB).
public enum Scaling {
    /// Converts the part `area` of a picture of `planes.layout.size` pixels. `pixels` is the picture's first pixel,
    /// `stride` its bytes a row. The area is grown to whole chroma samples and cut to the picture.
    public static func pixelsToPlanar(
        _ pixels: UnsafeRawPointer, stride: Int, area: Rectangle, into planes: PlanarView
    ) {
        let layout = planes.layout
        let area = area.intersection(layout.size.bounds).alignedToChroma(within: layout.size.bounds)
        guard !area.isEmpty else { return }
        // SAFETY: the area is inside the picture, the planes cover the picture by PlanarLayout's making.
        let source = unsafe pixels.advanced(by: area.y * stride + area.x * 4).assumingMemoryBound(to: UInt8.self)
        let target = unsafe Planes(planes, x: area.x, y: area.y)
        _ = unsafe ARGBToI420(
            source, Int32(stride), target.luma, Int32(layout.lumaStride), target.u, Int32(layout.chromaStride),
            target.v, Int32(layout.chromaStride), Int32(area.width), Int32(area.height))
    }

    /// Converts `area` of the planes. `pixels` is where the pixel of the area's origin goes, `stride` the target's bytes
    /// a row. The area is cut to the picture; nothing outside it is written. Alpha becomes 255.
    public static func planarToPixels(
        _ planes: PlanarView, area: Rectangle, into pixels: UnsafeMutableRawPointer, stride: Int,
        colour: ColourDescription = .unspecified
    ) {
        let inside = area.intersection(planes.layout.size.bounds)
        guard !inside.isEmpty else { return }
        // libyuv starts at whole chroma samples: an odd first row or column goes alone.
        let oddRow = inside.y & 1
        let oddColumn = inside.x & 1
        for rows in [(inside.y, oddRow), (inside.y + oddRow, inside.height - oddRow)] where rows.1 > 0 {
            for columns in [(inside.x, oddColumn), (inside.x + oddColumn, inside.width - oddColumn)]
            where columns.1 > 0 {
                let part = Rectangle(x: columns.0, y: rows.0, width: columns.1, height: rows.1)
                unsafe convert(
                    planes, part, pixels.advanced(by: (part.y - area.y) * stride + (part.x - area.x) * 4), stride,
                    colour)
            }
        }
    }

    private static func convert(
        _ planes: PlanarView, _ part: Rectangle, _ pixels: UnsafeMutableRawPointer, _ stride: Int,
        _ colour: ColourDescription
    ) {
        let layout = planes.layout
        // SAFETY: the part is inside the picture, the planes cover the picture by PlanarLayout's making.
        let source = unsafe Planes(planes, x: part.x, y: part.y)
        if colour == ColourDescription(matrix: .bt709, range: .limited) {
            for row in 0..<part.height {
                let chroma = row / 2 * layout.chromaStride
                unsafe ConversionTables.bt709Limited.convert(
                    source.luma + row * layout.lumaStride, source.u + chroma, source.v + chroma,
                    into: pixels.advanced(by: row * stride).assumingMemoryBound(to: UInt32.self), count: part.width)
            }
            return
        }
        _ = unsafe CLibyuv_toPixels(
            source.luma, Int32(layout.lumaStride), source.u, source.v, Int32(layout.chromaStride),
            pixels.assumingMemoryBound(to: UInt8.self), Int32(stride), Int32(part.width), Int32(part.height),
            colour.matrix == .bt709 ? 1 : 0, colour.range == .full ? 1 : 0)
    }

    /// Copies `area`, grown to whole chroma samples and cut to the picture, into NV12: the same luma, and U and V side by
    /// side. `luma` and `chroma` are the target's first samples; both have `stride` bytes a row, and room for the picture
    /// with its width rounded up to an even number.
    public static func planarToNV12(
        _ planes: PlanarView, area: Rectangle, luma: UnsafeMutableRawPointer, chroma: UnsafeMutableRawPointer,
        stride: Int
    ) {
        let layout = planes.layout
        let area = area.intersection(layout.size.bounds).alignedToChroma(within: layout.size.bounds)
        guard !area.isEmpty else { return }
        // SAFETY: the area is inside the picture, the planes cover the picture by PlanarLayout's making.
        let source = unsafe Planes(planes, x: area.x, y: area.y)
        let rows = unsafe luma.advanced(by: area.y * stride + area.x).assumingMemoryBound(to: UInt8.self)
        // A pair of chroma samples takes two bytes and stands for two columns: the same distance from the row's start.
        let pairs = unsafe chroma.advanced(by: area.y / 2 * stride + area.x).assumingMemoryBound(to: UInt8.self)
        unsafe CopyPlane(
            source.luma, Int32(layout.lumaStride), rows, Int32(stride), Int32(area.width), Int32(area.height))
        unsafe MergeUVPlane(
            source.u, Int32(layout.chromaStride), source.v, Int32(layout.chromaStride), pairs, Int32(stride),
            Int32((area.width + 1) / 2), Int32((area.height + 1) / 2))
    }
}

/// Where the sample of one pixel lies in each plane.
@unsafe private struct Planes {
    let luma: UnsafeMutablePointer<UInt8>
    let u: UnsafeMutablePointer<UInt8>
    let v: UnsafeMutablePointer<UInt8>

    init(_ view: PlanarView, x: Int, y: Int) {
        let layout = view.layout
        let chroma = (y / 2) * layout.chromaStride + x / 2
        unsafe luma = view.base.advanced(by: y * layout.lumaStride + x).assumingMemoryBound(to: UInt8.self)
        unsafe u = view.base.advanced(by: layout.uOffset + chroma).assumingMemoryBound(to: UInt8.self)
        unsafe v = view.base.advanced(by: layout.vOffset + chroma).assumingMemoryBound(to: UInt8.self)
    }
}
