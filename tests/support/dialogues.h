// What two hosts said to each other in a capture: real byte streams and datagrams as material for tests.
#pragma once

#include <filesystem>
#include <vector>

#include "sensor/flow/session.h"
#include "tests/support/packets.h"

namespace kakoi::test {

struct Turn {  // what one side sent in one segment or datagram; of a stream, in order and without copies
  int side;
  ByteVector bytes;
};

struct Dialogue {
  flow::Ends ends;             // client: who opened, -1 if no handshake was seen
  const Protocol* protocol;    // as identified among all candidates
  int client;                  // side, as identified
  std::vector<Turn> turns;     // up to the first gap
  std::vector<Record> frames;  // as captured
  Role role_of(int side) const noexcept { return side == client ? Role::client : Role::server; }
};

// protocols() and control_protocols(), as the sensor asks them.
std::span<const Protocol* const> all_candidates();

// Every identified dialogue, in the order of the captures. `frames`, if given, gets every packet.
std::vector<Dialogue> read_dialogues(const std::vector<std::filesystem::path>& captures,
                                     std::vector<Record>* frames = nullptr);

// What the seeds of the protocol's fuzz target hold (tests/fuzz/fuzz_dissector.cpp has their format), as far as it is
// recognised by its content on the protocol's port: messages of named captures of others, where none of ours has any.
std::vector<Dialogue> read_seeds(const std::filesystem::path& folder, const Protocol& protocol);

// A host that only listens.
class Listener final : public flow::SessionHost {
 public:
  explicit Listener(Sink& sink) noexcept : sink_(sink) {}
  std::uint32_t on_identified(const kakoi::Conversation&, const Protocol& p) override {
    protocol = &p;
    return 0;
  }
  Sink& sink() noexcept override { return sink_; }
  const Protocol* protocol = nullptr;

 private:
  Sink& sink_;
};

}  // namespace kakoi::test
