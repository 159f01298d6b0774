/// Puts a subcommand first that was written behind options, as kubectl's users write it: `--context prod snapshot pods`.
func withSubcommandFirst(_ arguments: [String], subcommands: Set<String>, optionsWithValue: Set<String>) -> [String] {
    var index = 0
    while index < arguments.count {
        let argument = arguments[index]
        if subcommands.contains(argument) {
            return [argument] + arguments[..<index] + arguments[(index + 1)...]
        }
        // The first word that is neither an option nor an option's value ends the search.
        guard argument.hasPrefix("-"), argument != "--" else { return arguments }
        index += optionsWithValue.contains(argument) ? 2 : 1
    }
    return arguments
}
