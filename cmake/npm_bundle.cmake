set(KAKOI_NPM_INSTALL_SCRIPT ${CMAKE_CURRENT_LIST_DIR}/npm_install.cmake)
set(KAKOI_PAGE_LIBRARIES "" CACHE FILEPATH "The bundle of reports/html/libraries.js made by another build, where there is no npm")
# kakoi_npm_bundle(RESULT FILE…) bundles what package-lock.json pins into one script, in the build folder, and sets
# RESULT to its path. The files are package.json, package-lock.json and the sources of the bundle; bundle.mjs makes it.
# npm runs again only when the lock file has changed.
function(kakoi_npm_bundle result)
  if(KAKOI_PAGE_LIBRARIES)
    set(${result} ${KAKOI_PAGE_LIBRARIES} PARENT_SCOPE)
    return()
  endif()
  find_program(KAKOI_NODE node)
  find_program(KAKOI_NPM npm)
  if(NOT KAKOI_NODE OR NOT KAKOI_NPM)
    message(FATAL_ERROR "The report page needs node and npm to be built: run ./install.sh build, or give the bundle of "
      "another build (its reports/page/libraries.bundle.js) with -DKAKOI_PAGE_LIBRARIES=FILE.")
  endif()
  set(folder ${CMAKE_CURRENT_BINARY_DIR}/page)
  set(sources ${ARGN})
  list(TRANSFORM sources PREPEND ${CMAKE_CURRENT_SOURCE_DIR}/)
  set(manifests ${sources})
  list(FILTER manifests INCLUDE REGEX "\\.json$")
  add_custom_command(
    OUTPUT ${folder}/installed
    COMMAND ${CMAKE_COMMAND} -DNPM=${KAKOI_NPM} -DFOLDER=${folder} "-DFILES=${manifests}" -P ${KAKOI_NPM_INSTALL_SCRIPT}
    DEPENDS ${manifests} ${KAKOI_NPM_INSTALL_SCRIPT}
    COMMENT "Installing the packages of the report page"
    VERBATIM)
  add_custom_command(
    OUTPUT ${folder}/libraries.bundle.js
    COMMAND ${CMAKE_COMMAND} -E copy ${sources} ${folder}
    COMMAND ${KAKOI_NODE} ${folder}/bundle.mjs ${folder}/libraries.bundle.js
    DEPENDS ${sources} ${folder}/installed
    COMMENT "Bundling the libraries of the report page"
    VERBATIM)
  # a target of its own, so that it waits for no library to be compiled, and fails early
  add_custom_target(kakoi_page_libraries DEPENDS ${folder}/libraries.bundle.js)
  set(${result} ${folder}/libraries.bundle.js PARENT_SCOPE)
endfunction()
