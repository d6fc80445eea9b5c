internal import Foundation
internal import LinuxBase

/// What somebody on the line sees of a connection: when how many bytes went which way. Written by socat.
public struct LineTimes: Sendable {
    public struct Passage: Equatable, Sendable {
        public let isUp: Bool
        /// Seconds since 1970.
        public let time: Double
        public let bytes: Int
    }

    public let passages: [Passage]

    /// Heads such as `> 2026/11/23 14:16:10.000123456  length=86 from=0 to=85`, with what passed between them and no line of
    /// their own. The last six digits are microseconds, and the three before them are always 0.
    public init(file: String) throws {
        let bytes = try Files.read(file, limit: 256 << 20)
        let word = Array("  length=".utf8)
        var found: [Passage] = []
        var index = Self.headBytes
        while index + word.count < bytes.count {
            if bytes[index] == word[0], bytes[index..<(index + word.count)].elementsEqual(word),
                let passage = Self.passage(
                    head: bytes[(index - Self.headBytes)..<index], length: bytes[(index + word.count)...].prefix(8))
            {
                found.append(passage)
                index += word.count
            }
            index += 1
        }
        passages = found
    }

    private static let headBytes = 31

    private static func passage(head: ArraySlice<UInt8>, length: ArraySlice<UInt8>) -> Passage? {
        let text = String(decoding: head, as: UTF8.self)
        let digits = String(decoding: length.prefix { (0x30...0x39).contains($0) }, as: UTF8.self)
        let numbers = text.dropFirst(2).split(omittingEmptySubsequences: false) { "/ :.".contains($0) }.map {
            Int32($0)
        }
        guard let first = text.first, "<>".contains(first), let bytes = Int(digits), numbers.count == 7,
            !numbers.contains(nil)
        else { return nil }
        let number = numbers.compactMap(\.self)
        var parts = unsafe tm()
        unsafe (parts.tm_year, parts.tm_mon, parts.tm_mday) = (number[0] - 1900, number[1] - 1, number[2])
        unsafe (parts.tm_hour, parts.tm_min, parts.tm_sec) = (number[3], number[4], number[5])
        unsafe parts.tm_isdst = -1
        return Passage(
            isUp: first == ">", time: Double(unsafe mktime(&parts)) + Double(number[6]) / 1e6, bytes: bytes)
    }
}
