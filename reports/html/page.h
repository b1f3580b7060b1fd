// report.html: one self-contained page, Japanese and English, that reads nothing from the network.
//
// The page's sources are template.html, the style sheets and the scripts beside this file; the data is JSON in the page, and
// the scripts draw all of it as text nodes, so that a host name can't become markup. A Content-Security-Policy with
// the hashes of our style and script forbids everything else.
#pragma once

#include <ostream>
#include <string>
#include <string_view>

#include "reports/report.h"

namespace kakoi {

void write_page(const ReportInput& input, std::ostream& out);

// JSON that can stand inside <script>: no "<", ">" or "&" is left, so neither "</script" nor "<!--" can occur.
std::string script_safe(std::string_view json);

// The tables that the page shows, as {"name": {"columns": […], "rows": [[…] …]} …}; see page_data.cpp.
void write_page_data(const ReportInput& input, std::ostream& out);

}  // namespace kakoi
