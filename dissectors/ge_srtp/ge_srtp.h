// GE SRTP (Service Request Transport Protocol, TCP port 18245), the service requests of SNP over TCP: "Series 90 PLC SNP
// Communications User's Manual" (GE GFK-0529), chapter 3; Denton, Karpisek, Breitinger, Baggili, "Leveraging the SRTP protocol
// for over-the-network memory acquisition of a GE Fanuc Series 90-30" (DFRWS 2017). See README.md.
#pragma once

#include "dissectors/core/dissector.h"

namespace kakoi::ge_srtp {

extern const Protocol protocol;

}  // namespace kakoi::ge_srtp
