#include "dissectors/enip/identity.h"

#include "dissectors/core/text.h"
#include "dissectors/enip/makers.h"

namespace kakoi::enip {

namespace {

constexpr std::string_view kListed = "enip list identity", kObject = "cip identity object";

struct Facts {
  std::uint16_t vendor = 0, type = 0, code = 0;
  std::uint8_t major = 0, minor = 0;
  std::uint32_t serial = 0;
  std::string_view name;
};

bool read(ByteReader& r, Facts& f) noexcept {
  f.vendor = r.le16();
  f.type = r.le16();
  f.code = r.le16();
  f.major = r.u8();
  f.minor = r.u8();
  r.skip(2);  // status
  f.serial = r.le32();
  f.name = text::field(as_text(r.take(r.u8())));
  return r.ok();
}

void state_vendor(std::uint16_t vendor, std::string_view method, const Emit& emit) {
  if (const auto maker = maker_name(vendor); !maker.empty()) emit(Identity{Trait::vendor, maker, method, 90, {}});
}

void state_serial(std::uint32_t serial, std::string_view method, const Emit& emit) {
  if (serial != 0) emit(Identity{Trait::serial, (text::Line<8>{}.hex(serial, 8)).view(), method, 90, {}});
}

void state_revision(std::uint8_t major, std::uint8_t minor, std::string_view method, const Emit& emit) {
  if (major == 0 && minor == 0) return;
  emit(Identity{Trait::firmware, (text::Line<8>{} << major << "." << minor).view(), method, 90, {}});
}

void state_itself(const Facts& f, std::string_view method, const Emit& emit) {
  state_vendor(f.vendor, method, emit);
  if (!f.name.empty()) emit(Identity{Trait::product, f.name, method, 90, {}});
  state_revision(f.major, f.minor, method, emit);
  state_serial(f.serial, method, emit);
  text::Line<120> line;
  line << "CIP vendor " << f.vendor << ", device type " << f.type;
  if (const auto type = device_type_name(f.type); !type.empty()) line << " (" << type << ")";
  line << ", product code " << f.code;
  emit(Identity{Trait::description, line.view(), method, 80, {}});
  if (const auto role = device_role(f.type); !role.empty()) emit(Identity{Trait::role, role, method, 85, {}});
}

}  // namespace

void state_listed_identity(Bytes item, const Emit& emit) {
  ByteReader r{item};
  r.skip(2 + 16);  // encapsulation version, socket address
  Facts f;
  if (read(r, f)) state_itself(f, kListed, emit);
}

void state_identity_object(Bytes data, std::uint32_t slot, const Emit& emit) {
  ByteReader r{data};
  Facts f;
  if (!read(r, f)) return;
  if (slot == kNoValue) return state_itself(f, kObject, emit);
  // A module in the chassis that the speaker is the way into: it is no asset of its own.
  text::Line<160> line;
  line << "module in slot " << slot << ": " << f.name << ", revision " << f.major << "." << f.minor << ", serial ";
  line.hex(f.serial, 8);
  emit(Identity{Trait::description, line.view(), kObject, 70, {}});
  // A chassis with a controller in it is one.
  if (const auto role = device_role(f.type); role == "plc") emit(Identity{Trait::role, role, kObject, 70, {}});
}

void state_identity_attribute(std::uint32_t attribute, Bytes data, const Emit& emit) {
  ByteReader r{data};
  switch (attribute) {
    case 1: {
      const std::uint16_t vendor = r.le16();
      if (r.ok()) state_vendor(vendor, kObject, emit);
      return;
    }
    case 4: {
      const std::uint8_t major = r.u8(), minor = r.u8();
      if (r.ok()) state_revision(major, minor, kObject, emit);
      return;
    }
    case 6: {
      const std::uint32_t serial = r.le32();
      if (r.ok()) state_serial(serial, kObject, emit);
      return;
    }
    case 7: {
      const auto name = text::field(as_text(r.take(r.u8())));
      if (r.ok() && !name.empty()) emit(Identity{Trait::product, name, kObject, 90, {}});
      return;
    }
    default:
      return;
  }
}

}  // namespace kakoi::enip
