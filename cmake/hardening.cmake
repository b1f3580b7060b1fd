# kakoi_harden(TARGET): what is compiled and linked with this INTERFACE target is built as it is shipped. Mistakes in memory
# end the program instead of obeying whoever provoked them, and the same sources give the same bytes in any folder.
# What each measure costs: docs/performance.md.
function(kakoi_harden target)
  target_compile_options(${target} INTERFACE
    -fPIE -fstack-protector-strong -fstack-clash-protection -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3
    -Wformat -Werror=format-security
    -ffile-prefix-map=${CMAKE_SOURCE_DIR}=. -ffile-prefix-map=${CMAKE_BINARY_DIR}=./build)
  # bounds of containers, views and spans are checked where they are indexed
  target_compile_definitions(${target} INTERFACE _GLIBCXX_ASSERTIONS)
  if(CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64")
    target_compile_options(${target} INTERFACE -fcf-protection=full)
  elseif(CMAKE_SYSTEM_PROCESSOR MATCHES "aarch64")
    target_compile_options(${target} INTERFACE -mbranch-protection=standard)
  endif()
  target_link_options(${target} INTERFACE
    -pie -Wl,-z,relro -Wl,-z,now -Wl,-z,noexecstack -Wl,-z,separate-code -Wl,--build-id=sha1)
endfunction()
