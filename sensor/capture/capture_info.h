// What a capture file or interface says about itself, and what was counted while reading it.
#pragma once

#include <cstdint>
#include <set>
#include <string>

#include "sensor/capture/runs.h"

namespace kakoi {

// Places in a file that could not be read, behind which reading went on.
struct Damage {
  std::uint64_t places = 0, bytes = 0;               // bytes: skipped, in all
  std::uint64_t first_offset = 0, first_packet = 0;  // of the first place, and the last packet before it

  // Places that touch each other are one.
  void note(std::uint64_t offset, std::uint64_t skipped, std::uint64_t after_packet) noexcept {
    if (places == 0) first_offset = offset, first_packet = after_packet;
    if (places == 0 || offset != end_) ++places;
    bytes += skipped;
    end_ = offset + skipped;
  }
  // One clause for people; "" if there is none.
  std::string text() const;

 private:
  std::uint64_t end_ = 0;  // of the last place
};

// One file or interface. Without a format it could not be read at all, and `error` says why.
struct CaptureInfo {
  std::string source;                  // as given on the command line
  std::string sha256;                  // hex; of the bytes as stored
  std::string format;                  // "pcap", "pcap-ns", "pcapng" …
  std::string comment;                 // of the pcapng section; bytes as they stand there
  std::string filter;                  // that it was captured with, as the file or the command line has it
  std::int64_t begun = 0;              // of an interface: the time of its first packet, which tells recordings apart
  std::set<std::uint32_t> link_types;  // LINKTYPE_ numbers
  std::uint32_t snaplen = 0;
  std::uint64_t file_bytes = 0;
  std::uint64_t packets = 0, bytes = 0;  // bytes: original lengths
  std::int64_t first_ts = 0, last_ts = 0;
  std::uint64_t truncated = 0;  // packets cut by the snap length; counted by those who decode
  std::uint64_t malformed = 0;  // frames whose headers do not fit
  std::uint64_t undecoded = 0;  // frames of link types or with headers that are not read
  std::uint64_t commented = 0;  // packets with a comment (pcapng)
  bool drops_known = false;
  std::uint64_t kernel_drops = 0, interface_drops = 0;
  // Packets that were delivered before: in all, and of them those forwarded, in another VLAN, sent twice by PRP or HSR,
  // or recorded at that instant in another capture, too.
  std::uint64_t duplicates = 0, duplicates_routed = 0, duplicates_vlan = 0, duplicates_redundant = 0,
                duplicates_recorded = 0;
  std::uint64_t near_others = 0;  // packets that another capture has within a millisecond: no duplicates, they count
  std::uint32_t cut_at = 0;       // bytes; of truncated packets the most that is left
  std::uint64_t fragments_given_up = 0, fragment_overlaps = 0;  // IP datagrams, pieces
  std::uint64_t clock_steps = 0;  // times that the clock was set back, or went on by more than an hour
  Runs runs;                      // where there are several, nothing was recorded between them, or the clock stepped
  Damage damage;                  // told in error, too, once the file is finished
  std::string error;              // "" or why reading stopped early, with the byte offset

  // A packet of the time `ts`, in the order of the recording.
  void note_time(std::int64_t ts) {
    if (runs.note(ts)) ++clock_steps;
    if (ts < first_ts || packets <= 1) first_ts = ts;
    if (ts > last_ts || packets <= 1) last_ts = ts;
  }
  // Nanoseconds between the first and the last packet in which nothing was recorded.
  std::int64_t paused() const { return last_ts - first_ts - covered_time(runs.all()); }
};

}  // namespace kakoi
