# SPDX-License-Identifier: Apache-2.0
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

install(TARGETS allomatch EXPORT allomatchTargets ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(DIRECTORY include/allomatch DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(EXPORT allomatchTargets NAMESPACE allomatch:: DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/allomatch)
configure_package_config_file(src/cmake/allomatchConfig.cmake.in
  ${CMAKE_CURRENT_BINARY_DIR}/allomatchConfig.cmake
  INSTALL_DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/allomatch)
write_basic_package_version_file(${CMAKE_CURRENT_BINARY_DIR}/allomatchConfigVersion.cmake
  COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/allomatchConfig.cmake
  ${CMAKE_CURRENT_BINARY_DIR}/allomatchConfigVersion.cmake
  DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/allomatch)
