# Finds the libraries; a missing one names its package on Debian, Fedora and Homebrew.
find_package(PkgConfig REQUIRED)
set(M2_LIBRARIES)

function(m2_missing what debian fedora brew)
  message(FATAL_ERROR "${what} was not found. Install it:\n"
                      "  Debian/Ubuntu: apt-get install ${debian}\n"
                      "  Fedora:        dnf install ${fedora}\n"
                      "  Homebrew:      brew install ${brew}")
endfunction()

# name | pkg-config module | header | library | Debian | Fedora | Homebrew
macro(m2_dependency name module header lib debian fedora brew)
  pkg_check_modules(${name} QUIET IMPORTED_TARGET ${module})
  if(${name}_FOUND)
    list(APPEND M2_LIBRARIES PkgConfig::${name})
  else()
    find_path(${name}_HEADER ${header})
    find_library(${name}_LIB ${lib})
    if(NOT ${name}_HEADER OR NOT ${name}_LIB)
      m2_missing("${lib}" ${debian} ${fedora} ${brew})
    endif()
    add_library(m2_${name} INTERFACE IMPORTED)
    target_include_directories(m2_${name} INTERFACE ${${name}_HEADER})
    target_link_libraries(m2_${name} INTERFACE ${${name}_LIB})
    list(APPEND M2_LIBRARIES m2_${name})
  endif()
endmacro()

m2_dependency(CURL libcurl curl/curl.h curl libcurl4-openssl-dev libcurl-devel curl)
m2_dependency(CJSON libcjson cjson/cJSON.h cjson libcjson-dev cjson-devel cjson)
m2_dependency(CRYPTO libcrypto openssl/evp.h crypto libssl-dev openssl-devel openssl@3)
m2_dependency(EXPAT expat expat.h expat libexpat1-dev expat-devel expat)
m2_dependency(YAML yaml-0.1 yaml.h yaml libyaml-dev libyaml-devel libyaml)
m2_dependency(CSV libcsv csv.h csv libcsv-dev libcsv-devel libcsv)
m2_dependency(ZLIB zlib zlib.h z zlib1g-dev zlib-devel zlib)
list(APPEND M2_LIBRARIES m) # part of libc on some systems, a library of its own on others
