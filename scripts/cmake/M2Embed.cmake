# m2_embed(OUT symbol files…): a C file that holds the files' bytes as
#   const struct m2_embedded { const char *name; const char *data; size_t size; } symbol[];  ended by a NULL name.
function(m2_embed out symbol)
  set(c ${CMAKE_CURRENT_BINARY_DIR}/${symbol}.c)
  add_custom_command(OUTPUT ${c}
    COMMAND ${CMAKE_COMMAND} -DOUT=${c} -DSYMBOL=${symbol} "-DFILES=${ARGN}"
            -P ${CMAKE_CURRENT_SOURCE_DIR}/scripts/cmake/embed.cmake
    DEPENDS ${ARGN} ${CMAKE_CURRENT_SOURCE_DIR}/scripts/cmake/embed.cmake
    COMMENT "Embedding ${symbol}" VERBATIM)
  set(${out} ${c} PARENT_SCOPE)
endfunction()
