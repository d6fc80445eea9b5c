internal import Drawing
public import Pictures

/// Pictures as PNG files, written by Cairo: not by the writer that the terminal has.
public enum PictureFile {
    public static func write(_ picture: Picture, _ path: String) throws { try Artwork.writePNG(picture, to: path) }
}
