#include "dissectors/enip/encapsulation.h"

#include <algorithm>

#include "dissectors/enip/cip.h"

namespace kakoi::enip {

namespace {

constexpr std::uint16_t kServiceItem = 0x0100, kConnected = 0x00B1, kUnconnected = 0x00B2;

}  // namespace

std::string_view command_name(std::uint32_t command) noexcept {
  switch (command) {
    case nop:
      return "NOP";
    case list_targets:
      return "ListTargets";
    case list_services:
      return "ListServices";
    case list_identity:
      return "ListIdentity";
    case list_interfaces:
      return "ListInterfaces";
    case register_session:
      return "RegisterSession";
    case unregister_session:
      return "UnRegisterSession";
    case send_rr_data:
      return "SendRRData";
    case send_unit_data:
      return "SendUnitData";
    case indicate_status:
      return "IndicateStatus";
    case cancel:
      return "Cancel";
    case start_dtls:
      return "StartDTLS";
    default:
      return {};
  }
}

OperationClass class_of_command(std::uint16_t command) noexcept {
  switch (command) {
    case list_targets:
    case list_services:
    case list_identity:
    case list_interfaces:
      return OperationClass::identify;
    case register_session:
    case unregister_session:
    case start_dtls:
      return OperationClass::session;
    default:
      return OperationClass::other;
  }
}

// Status 0 to 6Ah (volume 2, 2-3.2); options are 0.
Frame frame(Bytes bytes, Role) noexcept {
  if (bytes.size() < 2) return bytes.empty() || bytes[0] <= start_dtls ? Frame::more(kHeader) : Frame::foreign();
  ByteReader r{bytes};
  if (command_name(r.le16()).empty()) return Frame::foreign();
  if (bytes.size() < kHeader) {
    // What is there must not contradict: no waiting for a header that can't come.
    if (bytes.size() > 9 && bytes[9] != 0) return Frame::foreign();
    return Frame::more(kHeader);
  }
  const std::uint16_t length = r.le16();
  r.skip(4);
  const std::uint32_t status = r.le32();
  r.skip(8);
  if (length > kMostData || status > 0x6A || r.le32() != 0) return Frame::foreign();
  return Frame::whole(kHeader + length);
}

Head parse(Bytes bytes) noexcept {
  ByteReader r{bytes};
  Head h;
  h.command = r.le16();
  h.length = r.le16();
  h.session = r.le32();
  h.status = r.le32();
  h.context = r.le64();
  r.skip(4);
  h.data = r.rest();
  return h;
}

Item next_item(ByteReader& r) noexcept {
  Item item;
  item.type = r.le16();
  const std::size_t size = r.le16();
  if (!r.ok()) return item;
  item.whole = size <= r.remaining();
  item.data = r.take(std::min(size, r.remaining()));
  return item;
}

Carried carried(const Head& h) noexcept {
  ByteReader r{h.data};
  const std::uint32_t interface = r.le32();
  r.skip(2);
  const std::uint16_t items = r.le16();
  Carried c;
  if (!r.ok() || interface != 0) return c;
  for (unsigned i = 0; i < items && i < 8 && r.remaining() >= 4; ++i) {
    const Item item = next_item(r);
    if (item.type == kUnconnected) {
      c = {item.data, kNoValue, true};
    } else if (item.type == kConnected && item.data.size() > 2) {
      c = {item.data.subspan(2), static_cast<std::uint32_t>(item.data[0] | item.data[1] << 8), true};
    }
  }
  return c;
}

bool probe(Bytes bytes, Role speaker) noexcept {
  const Frame whole = frame(bytes, speaker);
  if (whole.kind != Frame::Kind::whole || whole.size > bytes.size()) return false;
  const Head h = parse(bytes.first(whole.size));
  ByteReader r{h.data};
  switch (h.command) {
    case list_services:
    case list_identity:
    case list_interfaces: {
      if (h.length == 0) return h.status == 0 && h.session == 0;
      const std::uint16_t items = r.le16();
      if (items == 0) return h.length == 2;
      const std::uint16_t type = r.le16(), size = r.le16();
      const bool fits = h.command == list_identity   ? type == kIdentityItem
                        : h.command == list_services ? type == kServiceItem
                                                     : true;
      return r.ok() && items < 32 && fits && 6u + size <= h.length;
    }
    case register_session:
      return h.length == 4 && r.le16() == 1 && r.le16() == 0;
    case send_rr_data:
    case send_unit_data: {
      const std::uint32_t interface = r.le32();
      r.skip(2);
      const std::uint16_t items = r.le16(), type = r.le16();
      return h.session != 0 && r.ok() && interface == 0 && items >= 1 && items <= 8 && (type == 0 || type == 0x00A1);
    }
    default:
      return false;
  }
}

Protocol::Speaker speaker(Bytes bytes) noexcept {
  if (bytes.size() < kHeader) return {Role::client, false};
  const Head h = parse(bytes);
  switch (h.command) {
    case list_services:
    case list_identity:
    case list_interfaces:
      return {h.length == 0 ? Role::client : Role::server, true};
    case register_session:
      return {h.session == 0 ? Role::client : Role::server, h.status == 0};
    case unregister_session:
      return {Role::client, true};
    case send_rr_data: {
      const Carried c = carried(h);
      if (c.message.empty()) return {Role::client, false};
      return {(c.message[0] & kResponse) != 0 ? Role::server : Role::client, true};
    }
    default:
      return {Role::client, false};
  }
}

}  // namespace kakoi::enip
