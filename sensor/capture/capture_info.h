// What a capture file or interface says about itself, and what was counted while reading it.
#pragma once

#include <cstdint>
#include <set>
#include <string>

namespace kakoi {

// One file or interface.
struct CaptureInfo {
  std::string source;   // as given on the command line
  std::string sha256;   // hex; of the bytes as stored
  std::string format;   // "pcap", "pcap-ns", "pcapng" …
  std::string comment;  // of the pcapng section; bytes as they stand there
  std::set<std::uint32_t> link_types;  // LINKTYPE_ numbers
  std::uint32_t snaplen = 0;
  std::uint64_t file_bytes = 0;
  std::uint64_t packets = 0, bytes = 0;  // bytes: original lengths
  std::int64_t first_ts = 0, last_ts = 0;
  std::uint64_t truncated = 0;     // packets shorter than on the wire (snap length)
  std::uint64_t malformed = 0;     // frames whose headers do not fit
  std::uint64_t undecoded = 0;     // frames of link types or with headers that are not read
  bool drops_known = false;
  std::uint64_t kernel_drops = 0, interface_drops = 0;
  std::uint64_t duplicates = 0;
  std::string error;               // "" or why reading stopped early, with the byte offset
};

}  // namespace kakoi
