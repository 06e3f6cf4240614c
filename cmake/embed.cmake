# Writes a C file with the bytes of files as slices: -D OUTPUT=page.c -D "FILES=rp_page_css=page/page.css;…" -P embed.cmake
# The names are declared in the header of their layer.

set(text "/* Made by cmake/embed.cmake. */\n#include \"page.h\"\n")
foreach(pair IN LISTS FILES)
    string(REGEX MATCH "^([^=]+)=(.+)$" matched "${pair}")
    set(name "${CMAKE_MATCH_1}")
    file(READ "${CMAKE_MATCH_2}" hex HEX)
    string(REGEX REPLACE "(..)" "0x\\1," bytes "${hex}")
    string(REGEX REPLACE "(................................................................................)" "\\1\n" bytes "${bytes}")
    string(APPEND text "\nstatic const unsigned char ${name}_bytes[] = {\n${bytes}\n0};\n"
        "const ss_slice ${name} = { (const char *)${name}_bytes, sizeof ${name}_bytes - 1 };\n")
endforeach()
file(WRITE "${OUTPUT}" "${text}")
