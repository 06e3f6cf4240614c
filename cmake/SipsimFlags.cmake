# How every file of the project is compiled: one interface target, linked privately by each layer.
#
# SS_ASSERT is on in every build, so nothing here turns on NDEBUG.

add_library(sipsim_flags INTERFACE)

# Assertions name files as the repository does, whatever the place of the checkout.
target_compile_options(sipsim_flags INTERFACE
    "-fmacro-prefix-map=${CMAKE_BINARY_DIR}/=" "-fmacro-prefix-map=${CMAKE_SOURCE_DIR}/=")

if(SIPSIM_WARNINGS OR SIPSIM_WERROR)
    target_compile_options(sipsim_flags INTERFACE
        -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Wvla -Wstrict-prototypes -Wmissing-prototypes)
endif()
if(SIPSIM_WERROR)
    target_compile_options(sipsim_flags INTERFACE -Werror)
endif()

if(SIPSIM_FUZZ)
    if(NOT CMAKE_C_COMPILER_ID MATCHES Clang)
        message(FATAL_ERROR "SIPSIM_FUZZ needs clang or afl-clang-fast")
    endif()
    set(SIPSIM_SANITIZE ${SIPSIM_FUZZ_SANITIZE})
    get_filename_component(compiler "${CMAKE_C_COMPILER}" NAME)
    string(REGEX MATCH "^afl-" SIPSIM_AFL "${compiler}")
    if(NOT SIPSIM_AFL AND SIPSIM_FUZZ_SANITIZE)                                    # afl-clang-fast instruments by itself
        target_compile_options(sipsim_flags INTERFACE -fsanitize=fuzzer-no-link)
        # Each comparison that is told of is a call: of a session's 400 us under AddressSanitizer, 150.
        set(SIPSIM_LEADS_BY_edges -fno-sanitize-coverage=trace-cmp,stack-depth)
        set(SIPSIM_LEADS_BY_nothing
            -fno-sanitize-coverage=trace-cmp,stack-depth,inline-8bit-counters,pc-table,indirect-calls)
    endif()
endif()
if(SIPSIM_SANITIZE)
    set(sanitize -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer)
    if(SIPSIM_FUZZ)
        # Half of the time of a run went into checks that say of each access what AddressSanitizer says too, or that poison what leaves
        # its block. The corpus and all tests run with them, in the preset "dev"; a search has twice the runs without.
        list(APPEND sanitize -fno-sanitize=null,alignment,object-size,pointer-overflow
            -fno-sanitize-address-use-after-scope -fsanitize-address-use-after-return=never)
    endif()
    target_compile_options(sipsim_flags INTERFACE ${sanitize})
    target_link_options(sipsim_flags INTERFACE ${sanitize})
endif()
if(SIPSIM_COVERAGE)
    target_compile_options(sipsim_flags INTERFACE --coverage)
    target_link_options(sipsim_flags INTERFACE --coverage)
endif()

# The optimised program is linked as a whole: the layers are many small files that call each other all day. The objects keep their
# own code too: a hundred tests are linked from them as fast as ever, and what counts by function finds its functions. Other
# compilers do without.
set(SIPSIM_WHOLE_COMPILE "")
set(SIPSIM_WHOLE_LINK "")
set(SIPSIM_PARTS_LINK "")
if(CMAKE_BUILD_TYPE STREQUAL "Release" AND CMAKE_C_COMPILER_ID STREQUAL "GNU" AND NOT SIPSIM_SANITIZE AND NOT SIPSIM_COVERAGE)
    set(SIPSIM_WHOLE_COMPILE -flto -ffat-lto-objects)
    set(SIPSIM_WHOLE_LINK -flto=auto)
    set(SIPSIM_PARTS_LINK -fno-lto)
endif()
