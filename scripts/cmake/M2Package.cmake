# Debian packages: `cpack --config build/release/CPackConfig.cmake` makes mode2-toolkit (the tools) and libm2common-dev.
# What they depend on is read from the binaries by dpkg-shlibdeps, so it cannot be forgotten.
set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME mode2-toolkit)
set(CPACK_PACKAGE_CONTACT "the Mode 2 toolkit authors <nobody@example.org>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "toolkit of MR Optimum Mode 2: computing units in your own AWS account")
set(CPACK_PACKAGE_DESCRIPTION
    "Tools for laboratories that run MR Optimum's jobs in their own AWS account (Mode 2).
They say why a deployment or a job fails, what a job costs, whether stack and
registration agree, register the computing unit, and tear it down to the end.")
set(CPACK_PACKAGE_VERSION ${PROJECT_VERSION})
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_COMPONENTS_ALL tools dev)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION admin)
set(CPACK_DEBIAN_TOOLS_PACKAGE_NAME mode2-toolkit)
set(CPACK_DEBIAN_TOOLS_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_TOOLS_PACKAGE_RECOMMENDS ca-certificates) # TLS is verified against them; a laboratory may have its own
set(CPACK_DEBIAN_DEV_PACKAGE_NAME libm2common-dev)
set(CPACK_DEBIAN_DEV_PACKAGE_SECTION libdevel)
set(CPACK_DEBIAN_DEV_PACKAGE_DEPENDS
    "libcurl4-openssl-dev | libcurl4-gnutls-dev, libcjson-dev, libssl-dev, libgsl-dev, libcsv-dev, libexpat1-dev, libyaml-dev")
set(CPACK_DEBIAN_DEV_DESCRIPTION "Library, headers and pkg-config file, to build programs with.")
set(CPACK_COMPONENT_TOOLS_DESCRIPTION ${CPACK_PACKAGE_DESCRIPTION})
include(CPack)
