/// A text in lines of at most `width` cells, broken at spaces where there are some.
package func wrapped(_ text: String, width: Int) -> [String] {
    var lines: [String] = []
    var line = ""
    for word in sanitized(text).split(separator: " ") {
        var word = String(word)
        if !line.isEmpty, textWidth(line) + 1 + textWidth(word) > width {
            lines.append(line)
            line = ""
        }
        while textWidth(word) > width {
            var head = ""
            while let next = word.first, textWidth(head) + textWidth(String(next)) <= max(2, width) {
                head.append(next)
                word.removeFirst()
            }
            lines.append(head)
        }
        line += line.isEmpty ? word : " " + word
    }
    return line.isEmpty ? lines : lines + [line]
}
