# cmake --install: the program, the libraries with headers and pkg-config files, the scenarios.

set(headers_dir "${CMAKE_INSTALL_INCLUDEDIR}/sipsim")

if(TARGET sipsim)
    install(TARGETS sipsim RUNTIME DESTINATION "${CMAKE_INSTALL_BINDIR}")
    # The program tells its manual and its completions itself, so they are made when it is installed.
    set(manual "${CMAKE_BINARY_DIR}/manual")
    install(CODE "execute_process(COMMAND \"${CMAKE_COMMAND}\" -D \"SIPSIM=$<TARGET_FILE:sipsim>\" -D \"OUTPUT=${manual}\" -P \"${CMAKE_SOURCE_DIR}/cmake/manual.cmake\" COMMAND_ERROR_IS_FATAL ANY)")
    install(DIRECTORY "${manual}/man/" DESTINATION "${CMAKE_INSTALL_MANDIR}/man1")
    install(FILES "${manual}/bash/sipsim" DESTINATION "${CMAKE_INSTALL_DATADIR}/bash-completion/completions")
    install(FILES "${manual}/zsh/_sipsim" DESTINATION "${CMAKE_INSTALL_DATADIR}/zsh/site-functions")
    install(FILES "${manual}/fish/sipsim.fish" DESTINATION "${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d")
endif()
install(DIRECTORY scenarios/ DESTINATION "${CMAKE_INSTALL_DATADIR}/sipsim/scenarios" OPTIONAL
    FILES_MATCHING PATTERN "*.yaml")
install(FILES LICENSE CHANGELOG.md DESTINATION "${CMAKE_INSTALL_DOCDIR}")

# The prefix is found from where the .pc file lies, so that cmake --install --prefix needs no second configure.
function(sipsim_install_library name pc description requires folder)
    get_target_property(type ${name} TYPE)
    if(type STREQUAL "STATIC_LIBRARY")
        install(TARGETS ${name} ARCHIVE DESTINATION "${CMAKE_INSTALL_LIBDIR}")
    endif()
    install(DIRECTORY "${folder}/include/" DESTINATION "${headers_dir}" OPTIONAL
        FILES_MATCHING PATTERN "*.h" PATTERN "*.def")
    file(RELATIVE_PATH up "/${CMAKE_INSTALL_LIBDIR}/pkgconfig" "/")
    file(WRITE "${CMAKE_BINARY_DIR}/pkgconfig/${pc}.pc"
        "prefix=\${pcfiledir}/${up}\n"
        "libdir=\${prefix}/${CMAKE_INSTALL_LIBDIR}\n"
        "includedir=\${prefix}/${headers_dir}\n\n"
        "Name: ${pc}\n"
        "Description: ${description}\n"
        "Version: ${PROJECT_VERSION}\n"
        "Requires: ${requires}\n"
        "Libs: -L\${libdir} -l${name}\n"
        "Cflags: -I\${includedir}\n")
    install(FILES "${CMAKE_BINARY_DIR}/pkgconfig/${pc}.pc" DESTINATION "${CMAKE_INSTALL_LIBDIR}/pkgconfig")
endfunction()

sipsim_install_library(ss sipsim-stack "sans-IO SIP stack" "" stack)
sipsim_install_library(sscrypto sipsim-crypto "the hashes of sipsim-stack over OpenSSL"
    "sipsim-stack = ${PROJECT_VERSION}, libcrypto" crypto)
sipsim_install_library(sn sipsim-simnet "deterministic SIP network simulator"
    "sipsim-stack = ${PROJECT_VERSION}, sipsim-crypto = ${PROJECT_VERSION}, libfyaml" simnet)
