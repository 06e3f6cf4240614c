# Run by each build: writes build_facts.h if anything in it changed.
#
# The commit is asked for only when this very tree is a repository, so a tarball unpacked inside some
# other repository is "unknown". "-dirty" says that tracked files differ from the commit.

set(COMMIT unknown)
if(GIT AND EXISTS "${SOURCE_DIR}/.git")
    set(git "${GIT}" --no-optional-locks -c "safe.directory=${SOURCE_DIR}")
    execute_process(COMMAND ${git} rev-parse --short=12 HEAD
        WORKING_DIRECTORY "${SOURCE_DIR}" RESULT_VARIABLE failed OUTPUT_VARIABLE head
        OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
    if(NOT failed)
        set(COMMIT "${head}")
        execute_process(COMMAND ${git} diff --quiet HEAD
            WORKING_DIRECTORY "${SOURCE_DIR}" RESULT_VARIABLE dirty OUTPUT_QUIET ERROR_QUIET)
        if(dirty)
            string(APPEND COMMIT "-dirty")
        endif()
    endif()
endif()

configure_file("${TEMPLATE}" "${OUTPUT}" @ONLY)
