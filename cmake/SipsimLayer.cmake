# One target per layer, with only the include paths it may use, so that a wrong include does not compile.
#
#   sipsim_layer(NAME ss_msg HEADERS ss/msg.h SEES ss_base)
#
# NAME is what the layer offers: an interface target that carries the include path of its public headers
# and, transitively, of the layers it sees. NAME_code is the object library of the folder's sources. The
# include path is a directory of the build tree with a link to each public header of this layer and no
# other: beside "ss/msg.h" there is no "ss/ua.h" to find.
#
#   HEADERS   patterns below ${SIPSIM_INCLUDE}; one that matches nothing yet is no error
#   EXCEPT    patterns that HEADERS must not take
#   SEES      layers whose public headers may be included
#   FOLDERS   sub-folders that belong to this layer; its private headers can then be named from all of
#             them as from its top, as in "link/queue.h"
#   USES      libraries from outside, for this folder's sources only
#   WITHOUT   sources that are not part of the layer
#   LEADS_BY  what of this folder leads libFuzzer: "edges" of the code where comparisons are of nothing that stands in an input,
#             "nothing" where onlookers judge what happened; both edges and comparisons when it is not said
#
# Sources and headers are globbed again by each build, so a new file needs no edit here.

set_property(GLOBAL PROPERTY sipsim_layers "")
set_property(GLOBAL PROPERTY sipsim_owned_headers "")

# Makes `dir` hold links to `files` (paths relative to `root`) and to nothing else.
function(sipsim_link_headers dir root files)
    file(GLOB_RECURSE stale RELATIVE "${dir}" "${dir}/*")
    list(REMOVE_ITEM stale ${files} "")
    foreach(file IN LISTS stale)
        file(REMOVE "${dir}/${file}")
    endforeach()
    foreach(file IN LISTS files)
        get_filename_component(folder "${dir}/${file}" DIRECTORY)
        file(MAKE_DIRECTORY "${folder}")
        file(CREATE_LINK "${root}/${file}" "${dir}/${file}" SYMBOLIC)
    endforeach()
    file(MAKE_DIRECTORY "${dir}")
endfunction()

function(sipsim_glob out root)
    set(found "")
    foreach(pattern IN LISTS ARGN)
        file(GLOB matches CONFIGURE_DEPENDS RELATIVE "${root}" "${root}/${pattern}")
        list(APPEND found ${matches})
    endforeach()
    list(REMOVE_DUPLICATES found)
    set(${out} "${found}" PARENT_SCOPE)
endfunction()

function(sipsim_layer)
    cmake_parse_arguments(PARSE_ARGV 0 arg "" "NAME;LEADS_BY" "HEADERS;EXCEPT;SEES;FOLDERS;USES;WITHOUT")
    if(arg_UNPARSED_ARGUMENTS)
        message(FATAL_ERROR "sipsim_layer ${arg_NAME}: what is ${arg_UNPARSED_ARGUMENTS}?")
    endif()
    set(here "${CMAKE_CURRENT_SOURCE_DIR}")

    add_library(${arg_NAME} INTERFACE)
    target_link_libraries(${arg_NAME} INTERFACE ${arg_SEES})
    if(arg_HEADERS)
        sipsim_glob(headers "${SIPSIM_INCLUDE}" ${arg_HEADERS})
        sipsim_glob(others "${SIPSIM_INCLUDE}" ${arg_EXCEPT})
        list(REMOVE_ITEM headers ${others} "")
        sipsim_link_headers("${CMAKE_BINARY_DIR}/include/${arg_NAME}" "${SIPSIM_INCLUDE}" "${headers}")
        target_include_directories(${arg_NAME} INTERFACE "${CMAKE_BINARY_DIR}/include/${arg_NAME}")
        list(TRANSFORM headers PREPEND "${SIPSIM_INCLUDE}/")
        set_property(GLOBAL APPEND PROPERTY sipsim_owned_headers ${headers})
        set_property(GLOBAL APPEND PROPERTY sipsim_include_roots "${SIPSIM_INCLUDE}")
    endif()
    set_property(GLOBAL APPEND PROPERTY sipsim_layers ${arg_NAME})

    set(patterns "*.c")
    set(private_patterns "*.h")
    foreach(folder IN LISTS arg_FOLDERS)
        list(APPEND patterns "${folder}/*.c")
        list(APPEND private_patterns "${folder}/*.h")
    endforeach()
    sipsim_glob(sources "${here}" ${patterns})
    list(REMOVE_ITEM sources ${arg_WITHOUT} "")

    set(private "")
    if(arg_FOLDERS)
        set(private "${CMAKE_BINARY_DIR}/include/${arg_NAME}_private")
        sipsim_glob(private_headers "${here}" ${private_patterns})
        sipsim_link_headers("${private}" "${here}" "${private_headers}")
        set_property(GLOBAL APPEND PROPERTY sipsim_private_includes "${private}")
    endif()

    if(sources)
        add_library(${arg_NAME}_code OBJECT ${sources})
        target_link_libraries(${arg_NAME}_code PRIVATE ${arg_NAME} sipsim_flags ${arg_USES})
        target_include_directories(${arg_NAME}_code PRIVATE ${private})
        target_compile_options(${arg_NAME}_code PRIVATE ${SIPSIM_WHOLE_COMPILE} ${SIPSIM_LEADS_BY_${arg_LEADS_BY}})
    endif()
endfunction()

# sipsim_archive(ss LAYERS ss_base ss_msg … NEEDS …): the layers' objects as one static library, which also
# offers the layers' headers. NEEDS are the libraries a program that links it must link too.
function(sipsim_archive name)
    cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "LAYERS;NEEDS")
    set(objects "")
    foreach(layer IN LISTS arg_LAYERS)
        if(TARGET ${layer}_code)
            list(APPEND objects $<TARGET_OBJECTS:${layer}_code>)
        endif()
    endforeach()
    if(objects)
        add_library(${name} STATIC ${objects})
        set_target_properties(${name} PROPERTIES LINKER_LANGUAGE C)
    else()
        add_library(${name} INTERFACE)
    endif()
    target_link_libraries(${name} INTERFACE ${arg_LAYERS} ${arg_NEEDS})
endfunction()

# A public header that no layer owns could be included by nobody: say so here, not in some compiler message.
function(sipsim_check_headers)
    get_property(owned GLOBAL PROPERTY sipsim_owned_headers)
    get_property(roots GLOBAL PROPERTY sipsim_include_roots)
    list(REMOVE_DUPLICATES roots)
    foreach(root IN LISTS roots)
        file(GLOB_RECURSE headers CONFIGURE_DEPENDS "${root}/*.h" "${root}/*.def")
        list(REMOVE_ITEM headers ${owned} "")
        if(headers)
            message(FATAL_ERROR "no layer owns ${headers}: name it in the CMakeLists.txt of its layer")
        endif()
    endforeach()
endfunction()
