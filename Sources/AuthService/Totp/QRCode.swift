import CLibQREncode

/// A QR code (ISO/IEC 18004) by Debian's libqrencode.
struct QRCode: Sendable {
    /// Empty modules around it that the standard asks for.
    static let quietZone = 4
    /// Modules on a side.
    let width: Int
    /// Row by row, true for dark.
    let modules: [Bool]

    /// Nil when `text` is longer than a code holds.
    init?(_ text: String) {
        let bytes = Array(text.utf8)
        // Level M: a phone reads it off a screen that somebody has touched.
        guard let code = QRcode_encodeData(Int32(bytes.count), bytes, 0, QR_ECLEVEL_M) else { return nil }
        defer { QRcode_free(code) }
        width = Int(code.pointee.width)
        // The lowest bit of each byte is the module.
        modules = (0..<width * width).map { code.pointee.data[$0] & 1 == 1 }
    }

    /// A picture that needs no script, style or font, so that a strict Content-Security-Policy lets it be.
    var svg: String {
        let side = width + 2 * Self.quietZone
        var path = ""
        for row in 0..<width {
            var column = 0
            while column < width {
                let start = column
                while column < width, modules[row * width + column] { column += 1 }
                if column > start {
                    path += "M\(start + Self.quietZone) \(row + Self.quietZone)h\(column - start)v1h-\(column - start)z"
                }
                column += 1
            }
        }
        return
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 \(side) \(side)\" shape-rendering=\"crispEdges\">"
            + "<rect width=\"\(side)\" height=\"\(side)\" fill=\"#fff\"/><path d=\"\(path)\"/></svg>"
    }
}
