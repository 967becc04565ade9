# Where packagers expect things: binaries, library, headers, pkg-config, man pages, shell completion.
install(TARGETS ${M2_BUILT_TOOLS} RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(TARGETS m2common ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(DIRECTORY include/m2 DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} FILES_MATCHING PATTERN "*.h")
install(FILES LICENSE NOTICE README.md DESTINATION ${CMAKE_INSTALL_DOCDIR})
configure_file(scripts/cmake/m2common.pc.in m2common.pc @ONLY)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/m2common.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
foreach(tool IN LISTS M2_BUILT_TOOLS)
  install(FILES docs/man/${tool}.1 DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)
  install(FILES docs/completions/${tool}.bash DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions
          RENAME ${tool})
  install(FILES docs/completions/_${tool} DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/site-functions)
  install(FILES docs/completions/${tool}.fish DESTINATION ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d)
endforeach()
