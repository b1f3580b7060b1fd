// report.html: one self-contained page, Japanese and English, that reads nothing from the network.
//
// The page's sources are template.html, the style sheets and the scripts beside this file; the data is JSON in the page, and
// the scripts draw all of it as text nodes, so that a host name can't become markup. A Content-Security-Policy with
// the hashes of our style and script forbids everything else.
#pragma once

#include <ostream>
#include <string>
#include <string_view>

#include "reports/json_text.h"
#include "reports/report.h"

namespace kakoi {

void write_page(const ReportInput& input, std::ostream& out);

// The tables that the page shows, as {"name": {"columns": […], "rows": [[…] …]} …}; see page_data.cpp.
void write_page_data(const ReportInput& input, std::ostream& out);

}  // namespace kakoi
