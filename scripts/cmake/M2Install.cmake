# Where packagers expect things: binaries, library, headers, pkg-config, man pages, shell completion. Component `dev` is what
# only a compiler needs; M2Package.cmake makes a package of each.
install(TARGETS ${M2_BUILT_TOOLS} RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR} COMPONENT tools)
install(TARGETS m2common ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT dev)
install(DIRECTORY include/m2 DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} COMPONENT dev FILES_MATCHING PATTERN "*.h")
install(FILES LICENSE NOTICE README.md DESTINATION ${CMAKE_INSTALL_DOCDIR} COMPONENT tools)
install(FILES NOTICE DESTINATION ${CMAKE_INSTALL_DOCDIR} RENAME copyright COMPONENT tools) # Debian looks there
install(DIRECTORY docs DESTINATION ${CMAKE_INSTALL_DOCDIR} COMPONENT tools FILES_MATCHING PATTERN "*.md"
        PATTERN man EXCLUDE PATTERN completions EXCLUDE)
# The prefix is found from the file's own place, so that the tree may be moved (cmake --install --prefix).
set(M2_PC_LIBDIR "\${prefix}/${CMAKE_INSTALL_LIBDIR}")
set(M2_PC_INCLUDEDIR "\${prefix}/${CMAKE_INSTALL_INCLUDEDIR}")
if(IS_ABSOLUTE "${CMAKE_INSTALL_LIBDIR}" OR IS_ABSOLUTE "${CMAKE_INSTALL_INCLUDEDIR}")
  set(M2_PC_PREFIX ${CMAKE_INSTALL_PREFIX})
  set(M2_PC_LIBDIR ${CMAKE_INSTALL_FULL_LIBDIR})
  set(M2_PC_INCLUDEDIR ${CMAKE_INSTALL_FULL_INCLUDEDIR})
else()
  file(RELATIVE_PATH up "/p/${CMAKE_INSTALL_LIBDIR}/pkgconfig" /p)
  string(REGEX REPLACE "/$" "" up "${up}")
  set(M2_PC_PREFIX "\${pcfiledir}/${up}")
endif()
configure_file(scripts/cmake/m2common.pc.in m2common.pc @ONLY)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/m2common.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig COMPONENT dev)
foreach(tool IN LISTS M2_BUILT_TOOLS)
  install(FILES docs/man/${tool}.1 DESTINATION ${CMAKE_INSTALL_MANDIR}/man1 COMPONENT tools)
  install(FILES docs/completions/${tool}.bash DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions
          RENAME ${tool} COMPONENT tools)
  install(FILES docs/completions/_${tool} DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/site-functions COMPONENT tools)
  install(FILES docs/completions/${tool}.fish DESTINATION ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d
          COMPONENT tools)
endforeach()
