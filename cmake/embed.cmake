set(KAKOI_EMBED_SCRIPT ${CMAKE_CURRENT_LIST_DIR}/embed_files.cmake)
# kakoi_embed(TARGET NAMESPACE FILE…) compiles files into the target, so that the program is one
# file on a laptop. Read them through the generated header "embedded/TARGET.h":
#   namespace kakoi::NAMESPACE { std::span<const EmbeddedFile> embedded_files(); }
# in the order given, with paths relative to the calling folder; absolute ones keep only their names.
function(kakoi_embed target namespace)
  set(header ${CMAKE_BINARY_DIR}/generated/embedded/${target}.h)
  set(source ${CMAKE_BINARY_DIR}/generated/embedded/${target}.cpp)
  set(files ${ARGN})
  set(paths "")
  foreach(file IN LISTS files)
    cmake_path(ABSOLUTE_PATH file BASE_DIRECTORY ${CMAKE_CURRENT_SOURCE_DIR})
    list(APPEND paths ${file})
  endforeach()
  add_custom_command(
    OUTPUT ${header} ${source}
    COMMAND ${CMAKE_COMMAND} -DROOT=${CMAKE_CURRENT_SOURCE_DIR} "-DFILES=${files}" -DHEADER=${header}
            -DSOURCE=${source} -DTARGET=${target} -DNAMESPACE=${namespace} -P ${KAKOI_EMBED_SCRIPT}
    DEPENDS ${paths} ${KAKOI_EMBED_SCRIPT}
    VERBATIM)
  target_sources(${target} PRIVATE ${header} ${source})
endfunction()
