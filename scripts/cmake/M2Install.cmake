# Install rules: filled in as tools, man pages and completions appear.
install(TARGETS m2common ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
