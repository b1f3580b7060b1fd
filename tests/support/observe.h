// Feeding a dissector bytes written as spaced hex, and collecting what it states.
//   const auto seen = observe(modbus::protocol, {client("0001 0000 0006 11 03 006B 0003")});
// Texts and spans of the observations are copied, so they outlive the call.
#pragma once

#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "dissectors/core/dissector.h"

namespace kakoi::test {

// Hex digits to bytes; blanks are skipped, and so is everything from '#' to the end of a line.
std::vector<std::uint8_t> hex(std::string_view text);
std::vector<std::uint8_t> ascii(std::string_view text);

struct Chunk {
  Role speaker;
  std::vector<std::uint8_t> bytes;
};
Chunk client(std::string_view spaced_hex);
Chunk server(std::string_view spaced_hex);
Chunk client_text(std::string_view text);
Chunk server_text(std::string_view text);

// What the framer makes of bytes that a client sent.
Frame::Kind kind_of(const Protocol& protocol, std::string_view spaced_hex);

struct Stated {
  Role speaker;
  Observation fact;
};

// A sink that keeps everything, with its own copies of texts.
class Recorder final : public Sink {
 public:
  Recorder() = default;
  Recorder(Recorder&&) = default;  // texts keep their places; a copy's facts would point into the first one
  Recorder(const Recorder&) = delete;
  void on_observation(const Context& context, const Observation& fact) override;
  std::vector<Stated> stated;

  // All facts of one kind, in order: all<Operation>().
  template <typename Kind>
  std::vector<Kind> all() const {
    std::vector<Kind> found;
    for (const Stated& s : stated)
      if (const Kind* k = std::get_if<Kind>(&s.fact)) found.push_back(*k);
    return found;
  }
  // Text of the first Identity of that trait, "" if none.
  std::string identity(Trait trait) const;

 private:
  std::string_view keep(std::string_view text);
  std::span<const Address> keep(std::span<const Address> addresses);
  Bytes keep(Bytes bytes);
  std::deque<std::string> texts_;
  std::deque<std::vector<Address>> addresses_;
};

// Plays the chunks in order to a new dissector of `protocol` as the sensor would: cuts each
// speaker's bytes into PDUs with protocol.frame (a PDU may span chunks), hands over whole ones.
// Bytes that are foreign are skipped to the speaker's next chunk, with on_gap; on_end comes last.
// Packets are numbered as the chunks, from 1.
Recorder observe(const Protocol& protocol, const std::vector<Chunk>& chunks, Transport transport = Transport::tcp,
                 const Address& server = Address::ipv4(0xC0000202));

}  // namespace kakoi::test
