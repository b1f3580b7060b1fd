// Versions of Microsoft SQL Server by the name they are sold under (Microsoft, "SQL Server release versions").
#pragma once

#include "dissectors/core/text.h"

namespace kakoi::mssql {

using Release = text::Line<64>;

// "Microsoft SQL Server 15.0.2000 (2019)"; without a year where none is known.
inline Release release(unsigned major, unsigned minor, unsigned build) noexcept {
  struct Year {
    unsigned major;
    std::string_view year;
  };
  constexpr Year kYears[] = {{8, "2000"},  {9, "2005"},  {10, "2008"}, {11, "2012"}, {12, "2014"},
                             {13, "2016"}, {14, "2017"}, {15, "2019"}, {16, "2022"}, {17, "2025"}};
  Release line;
  line << "Microsoft SQL Server " << major << "." << minor << "." << build;
  for (const Year& known : kYears)
    if (known.major == major) line << " (" << known.year << (major == 10 && minor >= 50 ? " R2)" : ")");
  return line;
}

}  // namespace kakoi::mssql
