# The strict warning set, sanitizers and hardening of our own targets.
function(m2_warnings target)
  # Cutting a message at its buffer's end is meant; -Wformat-truncation calls that a fault.
  target_compile_options(${target} PRIVATE -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Wstrict-prototypes
    -Wmissing-prototypes -Wold-style-definition -Wundef -Wvla -Wwrite-strings -Wcast-qual -Wpointer-arith
    -Wformat=2 -Wno-format-nonliteral -Wimplicit-fallthrough)
  if(CMAKE_C_COMPILER_ID STREQUAL "GNU")
    target_compile_options(${target} PRIVATE -Wno-format-truncation -Wlogical-op -Wduplicated-cond -Wduplicated-branches)
  endif()
  if(M2_WERROR)
    target_compile_options(${target} PRIVATE -Werror)
  endif()
  if(M2_SANITIZE)
    target_compile_options(${target} PUBLIC -fsanitize=${M2_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
    target_link_options(${target} PUBLIC -fsanitize=${M2_SANITIZE})
  else()
    target_compile_options(${target} PRIVATE -fstack-protector-strong)
    if(CMAKE_BUILD_TYPE MATCHES "Rel")
      target_compile_definitions(${target} PRIVATE _FORTIFY_SOURCE=2)
    endif()
  endif()
endfunction()
