// Cuts packets that findings cite out of captures, into a capture of their own.
#pragma once

#include <filesystem>
#include <ostream>
#include <span>
#include <string>
#include <vector>

#include "sensor/capture/capture_file.h"
#include "sensor/evidence/cited.h"
#include "sensor/evidence/link_protocols.h"

namespace kakoi::evidence {

// A capture of the inventory and the file that holds it.
struct Source {
  std::filesystem::path path;
  const CitedCapture* capture;
  std::span<const capture::Landmark> landmarks{};  // in the file, if any are known: spares what lies between
};

struct SliceOptions {
  bool conversations = false;  // all packets of the cited packets' conversations, too (of their addresses and ports)
  bool raw = false;            // with the secrets in them
  std::string application;     // "kakoi 1.2.3", told in the file
};

struct Sliced {
  std::uint64_t packets = 0, cited = 0;  // written; those of them that findings cite
  std::vector<std::string> problems;     // a line each: captures that do not hold what the inventory says
};

// Writes pcapng, in order of time. Cited packets are held in memory, conversations are not. A capture
// is read up to its last cited packet, from landmark to landmark; with `conversations` all of them, too.
Sliced slice(const std::vector<Source>& sources, const LinkProtocols& links, const SliceOptions& options,
             std::ostream& out);

}  // namespace kakoi::evidence
