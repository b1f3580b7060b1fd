#include "dissectors/dnp3/dnp3.h"

#include <algorithm>
#include <array>

#include "dissectors/dnp3/application.h"
#include "dissectors/dnp3/link.h"
#include "dissectors/dnp3/transport.h"

namespace kakoi::dnp3 {

namespace {

// Octets that are no frame (noise of a serial line behind a terminal server, a frame with a spoiled
// header) count as one PDU up to the next good header, if that is at hand: its CRC proves the stream.
Frame frame(Bytes bytes, Role) {
  if (may_become_header(bytes)) return Frame::more(kLinkHeaderSize);
  if (const auto header = read_link_header(bytes)) return Frame::whole(header->wire_size());
  const std::size_t next = find_link_header(bytes, 1);
  return next < bytes.size() ? Frame::whole(next) : Frame::foreign();
}

// Stricter than the framer: a file transfer that brings a capture of DNP3 is not DNP3.
bool probe(Bytes bytes, Role) { return read_link_header(bytes).has_value(); }

Protocol::Speaker speaker(Bytes pdu) {
  const auto header = read_link_header(pdu);
  if (!header) return {Role::client, false};
  return {header->from_master() ? Role::client : Role::server, true};
}

class Session final : public Dissector {
 public:
  // A datagram may hold several link frames, so there may be more than one here.
  Interest on_pdu(const Pdu& pdu, const Emit& emit) override {
    std::size_t at = 0;
    while (at < pdu.bytes.size()) {
      const Bytes rest = pdu.bytes.subspan(at);
      if (const auto header = read_link_header(rest)) {
        const std::size_t size = std::min(header->wire_size(), rest.size());
        on_frame(*header, rest.first(size), static_cast<std::uint32_t>(at), pdu.speaker, emit);
        at += size;
      } else {
        const bool cut = !pdu.complete() && may_become_header(rest);
        emit(Anomaly{cut ? Fault::truncated : Fault::lost_sync, static_cast<std::uint32_t>(at)});
        lose(pdu.speaker);
        at = find_link_header(pdu.bytes, at + 1);
      }
    }
    return Interest::more;
  }

  void on_gap(Role role) override { lose(role); }
  void on_end(const Emit& emit) override { application_.exchange.end(emit); }

 private:
  void lose(Role role) {
    links_[static_cast<std::size_t>(role)].forget();
    held_ = links_[0].held() + links_[1].held();
    application_.exchange.lose();
  }

  void on_frame(const LinkHeader& header, Bytes bytes, std::uint32_t offset, Role role, const Emit& emit) {
    application_.exchange.settle(emit);
    application_.exchange.hear(role);
    if (const auto fault = header.fault()) emit(Anomaly{*fault, offset});
    UserData data;
    const UserData::State state = data.read(header, bytes.subspan(kLinkHeaderSize));
    if (state != UserData::State::whole)
      emit(Anomaly{state == UserData::State::cut ? Fault::truncated : Fault::bad_checksum, offset});
    // The receiver throws away what other frames bring, and so it is no application message.
    if (!header.carries_user_data()) return on_service(header, role, emit);

    Link& link = links_[static_cast<std::size_t>(role)].of(header.source, header.destination);
    if (state == UserData::State::bad_crc) {  // as the receiver does
      application_.exchange.lose();
      return link.forget();
    }
    if (link.frames.repeats(header, data.bytes())) return;
    const Assembled assembled = link.assembler.add(data.bytes(), state == UserData::State::cut);
    if (assembled.sequence_break) {
      emit(Anomaly{Fault::sequence_break, offset});
      application_.exchange.lose();
      application_.exchange.settle(emit);
    }
    if (assembled.too_long) emit(Anomaly{Fault::bad_length, offset});
    if (!assembled.fragment.empty())
      application_.dissect({assembled.fragment, assembled.whole, header.from_master(),
                            header.is(Primary::confirmed_user_data), header.source, header.destination, offset},
                           emit);
    link.assembler.release();
    if (link.assembler.held() != 0 || held_ != 0) held_ = links_[0].held() + links_[1].held();
    // What is missing may have been the answer to what is still open.
    if (state == UserData::State::cut && !header.from_master()) application_.exchange.lose();
  }

  // Frames that serve the link alone.
  void on_service(const LinkHeader& header, Role role, const Emit& emit) {
    if (header.is(Primary::reset_link_states))
      links_[static_cast<std::size_t>(role)].of(header.source, header.destination).frames.forget();
    // Only masters have requests to be turned away; the answer comes from the outstation.
    if (header.from_master()) return;
    if (header.is(Secondary::nack)) application_.on_refused_frame(header.destination, header.source, "link NACK", emit);
    if (header.is(Secondary::not_supported))
      application_.on_refused_frame(header.destination, header.source, "link NOT_SUPPORTED", emit);
  }

  std::array<Links, 2> links_;  // by speaker
  Application application_;
};

std::unique_ptr<Dissector> open() { return std::make_unique<Session>(); }

constexpr std::uint16_t kPorts[] = {20000};

}  // namespace

constinit const Protocol protocol = {
    .name = "dnp3",
    .over_tcp = true,
    .over_udp = true,
    .ports = kPorts,
    .max_pdu = kMaxLinkFrame,
    .header = Header::strong,
    .framing = Framing::binary,
    .domain = Domain::ot,
    .frame = frame,
    .probe = probe,
    .speaker = speaker,
    .function_name = function_name,
    .open = open,
};

}  // namespace kakoi::dnp3
