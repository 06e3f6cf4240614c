# Writes a C file with the bytes of files as slices: -D OUTPUT=page.c -D "FILES=rp_page_css=page/page.css;…" -P embed.cmake
# The names are declared in the header of their layer. NAME_hash is its source in a Content-Security-Policy: 'sha256-…'.

set(alphabet "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")

# The 64 hexadecimal digits of a SHA-256 in base 64 (RFC 4648 4): two of its digits are three of those.
function(base64_of_sha256 out hex)
    set(text "")
    foreach(at RANGE 0 60 3)
        string(SUBSTRING "${hex}" ${at} 3 digits)
        math(EXPR high "0x${digits} >> 6")
        math(EXPR low "0x${digits} & 63")
        string(SUBSTRING "${alphabet}" ${high} 1 first)
        string(SUBSTRING "${alphabet}" ${low} 1 second)
        string(APPEND text "${first}${second}")
    endforeach()
    string(SUBSTRING "${hex}" 63 1 digit)
    math(EXPR last "0x${digit} << 2")
    string(SUBSTRING "${alphabet}" ${last} 1 first)
    set(${out} "${text}${first}=" PARENT_SCOPE)
endfunction()

set(text "/* Made by cmake/embed.cmake. */\n#include \"page.h\"\n")
foreach(pair IN LISTS FILES)
    string(REGEX MATCH "^([^=]+)=(.+)$" matched "${pair}")
    set(name "${CMAKE_MATCH_1}")
    set(file "${CMAKE_MATCH_2}")
    file(SHA256 "${file}" sha256)
    base64_of_sha256(hash "${sha256}")
    file(READ "${file}" hex HEX)
    string(REGEX REPLACE "(..)" "0x\\1," bytes "${hex}")
    string(REGEX REPLACE "(................................................................................)" "\\1\n" bytes "${bytes}")
    string(APPEND text "\nstatic const unsigned char ${name}_bytes[] = {\n${bytes}\n0};\n"
        "const ss_slice ${name} = { (const char *)${name}_bytes, sizeof ${name}_bytes - 1 };\n"
        "const char ${name}_hash[] = \"'sha256-${hash}'\";\n")
endforeach()
file(WRITE "${OUTPUT}" "${text}")
