# SPDX-License-Identifier: Apache-2.0
# allomatch_embed_text(FILE NAMESPACE name=path ...): writes generated/FILE, which defines
# allomatch::NAMESPACE::name as std::string_view for each text file, and has the build redo it when
# a file changes.
function(allomatch_embed_text file namespace)
  set(content "#include <string_view>\nnamespace allomatch::${namespace} {\n")
  foreach(entry IN LISTS ARGN)
    string(REGEX MATCH "^([a-z_]+)=(.*)$" matched "${entry}")
    set(path ${CMAKE_CURRENT_SOURCE_DIR}/${CMAKE_MATCH_2})
    set(name ${CMAKE_MATCH_1})
    file(READ ${path} text)
    string(APPEND content "extern const std::string_view ${name};\n"
                          "const std::string_view ${name} = R\"tsv(${text})tsv\";\n")
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${path})
  endforeach()
  string(APPEND content "}\n")
  file(CONFIGURE OUTPUT ${CMAKE_CURRENT_BINARY_DIR}/generated/${file} CONTENT "${content}" @ONLY)
endfunction()
