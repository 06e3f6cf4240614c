# shellcheck shell=bash disable=SC2046
# Shared by the tidy checks; sourced, not run. Each check prints every fault it finds, then fails.

cd "$SOURCE_DIR" || exit 1
faults=0

# fault TEXT: one line per fault
fault() {
    printf '%s\n' "$1"
    faults=$((faults + 1))
}

# fault_lines WHAT: every line of stdin is a fault
fault_lines() {
    while IFS= read -r line; do
        fault "$1: $line"
    done
}

finish() {
    if [ "$faults" -ne 0 ]; then
        printf '%d faults\n' "$faults"
        exit 1
    fi
    exit 0
}

# sources FOLDER…: the .c, .h and .def files below those that exist, sorted
sources() {
    for folder in "$@"; do
        if [ -d "$folder" ]; then
            find "$folder" -name '*.c' -o -name '*.h' -o -name '*.def'
        fi
    done | LC_ALL=C sort
}

all_sources() {
    sources stack crypto simnet fuzz reports live cli tests
}

# code FILE…: what the compiler sees, as "file:line: text", without comments, strings and characters
code() {
    awk '
    FNR == 1 { in_comment = 0 }
    {
        out = ""
        i = 1
        n = length($0)
        while (i <= n) {
            two = substr($0, i, 2)
            one = substr($0, i, 1)
            if (in_comment) {
                if (two == "*/") { in_comment = 0; i += 2 } else { i++ }
            } else if (two == "/*") {
                in_comment = 1; out = out " "; i += 2
            } else if (two == "//") {
                break
            } else if ((one == "\"" && $0 !~ /^[ \t]*#[ \t]*include/) || one == "\047") {
                i++
                while (i <= n && substr($0, i, 1) != one) {
                    i += substr($0, i, 1) == "\\" ? 2 : 1
                }
                out = out one one
                i++
            } else {
                out = out one; i++
            }
        }
        print FILENAME ":" FNR ": " out
    }' "$@"
}
