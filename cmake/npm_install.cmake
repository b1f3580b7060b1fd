# Installs exactly what the lock file pins into FOLDER, from npm's cache where it can, running nothing of it.
file(MAKE_DIRECTORY ${FOLDER})
file(REMOVE ${FOLDER}/installed)
file(COPY ${FILES} DESTINATION ${FOLDER})
execute_process(
  COMMAND ${NPM} ci --ignore-scripts --prefer-offline --no-audit --no-fund --loglevel=error
          --fetch-retry-mintimeout=1000 --fetch-retry-maxtimeout=5000
  WORKING_DIRECTORY ${FOLDER}
  RESULT_VARIABLE status OUTPUT_VARIABLE said ERROR_VARIABLE said)
if(NOT status EQUAL 0)
  message(FATAL_ERROR "${said}\nnpm could not install the packages of the report page (reports/html/package-lock.json). "
    "Build once with access to a package registry (npm then keeps them in its cache), or give the bundle of another "
    "build (its reports/page/libraries.bundle.js) with -DKAKOI_PAGE_LIBRARIES=FILE.")
endif()
file(TOUCH ${FOLDER}/installed)
