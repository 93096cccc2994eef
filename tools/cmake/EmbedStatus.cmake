# SPDX-License-Identifier: GPL-2.0
# cmake -DFROM=userspace/status -DTO=status_files.cpp -P EmbedStatus.cmake: the files of the status page as C++.
set(arrays "")
set(table "")
foreach(entry IN ITEMS "/|index.html|text/html" "/app.js|app.js|text/javascript" "/chart.js|chart.js|text/javascript"
                       "/style.css|style.css|text/css")
  string(REPLACE "|" ";" entry "${entry}")
  list(GET entry 0 path)
  list(GET entry 1 file)
  list(GET entry 2 type)
  string(MAKE_C_IDENTIFIER ${file} name)
  file(READ ${FROM}/${file} content HEX)
  string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," content "${content}")
  string(APPEND arrays "constexpr unsigned char k_${name}[] = {${content}};\n")
  string(APPEND table "    {\"${path}\", \"${type}; charset=utf-8\", view(k_${name})},\n")
endforeach()
file(WRITE ${TO} "#include \"agent/status_files.hpp\"

namespace {
${arrays}
template <std::size_t size>
std::string_view view(const unsigned char (&content)[size]) {
    return {reinterpret_cast<const char*>(content), size};
}
}  // namespace

std::span<const sara::agent::StatusFile> sara::agent::status_files() noexcept {
    static const sara::agent::StatusFile kFiles[] = {
${table}    };
    return kFiles;
}
")
