// Microsoft SQL Server: who logs in how, and which server answers.
#pragma once

#include "dissectors/core/dissector.h"

namespace kakoi::mssql {
extern const Protocol protocol;  // TDS, over TCP
}

namespace kakoi::mssql_browser {
extern const Protocol protocol;  // the SQL Server Browser's answers, over UDP
}
