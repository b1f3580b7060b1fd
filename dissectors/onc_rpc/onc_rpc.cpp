// ONC RPC version 2 (RFC 5531), with XDR of four octets a number (RFC 4506). Not here: arguments and results.
//
//   [last ×1 bit | length ×31 bits]                                                              over TCP (§11)
//   call   xid | 0 | 2 | program | version | procedure | credential | verifier | arguments …
//   reply  xid | 1 | 0 | verifier | status | results …            xid | 1 | 1 | why it is denied
//   credential, verifier: flavor | length | octets; flavor 1 (AUTH_SYS): stamp | name of the machine | uid | gid | gids
#include "dissectors/onc_rpc/onc_rpc.h"

#include <algorithm>
#include <array>

#include "dissectors/core/text.h"
#include "dissectors/onc_rpc/programs.h"

namespace kakoi::onc_rpc {

namespace {

constexpr std::uint16_t kPorts[] = {111, 2049, 17185};
constexpr std::size_t kMark = 4, kLeastReply = 12;
constexpr std::size_t kMaxMessage = 1024;        // heads alone are read
constexpr std::uint32_t kMostRecord = 4u << 20;  // what servers take at most is about a mebibyte
constexpr std::uint32_t kMostCredential = 400;   // §8.2
constexpr std::uint32_t kNone = 0, kSys = 1;     // flavors

// Of a message without its mark, as far as it is here.
bool is_call(Bytes b) noexcept {
  ByteReader r(b);
  r.skip(4);
  if (r.be32() != 0 || r.be32() != 2) return false;
  r.skip(12);
  const std::uint32_t flavor = r.be32(), length = r.be32();
  return r.ok() && flavor <= 6 && length <= kMostCredential && length % 4 == 0;
}
bool is_reply(Bytes b) noexcept {
  ByteReader r(b);
  r.skip(4);
  if (r.be32() != 1) return false;
  const std::uint32_t stat = r.be32();
  if (stat == 1) {  // denied: another version, or why the credential is refused
    const std::uint32_t why = r.be32();
    return r.ok() && why <= 1 && b.size() <= 20;
  }
  const std::uint32_t flavor = r.be32(), length = r.be32();
  if (!r.ok() || stat != 0 || flavor > 6 || length > kMostCredential || length % 4 != 0) return false;
  r.skip(length);
  const std::uint32_t status = r.be32();
  return !r.ok() || status <= 5;
}
bool is_message(Bytes b, Role speaker) noexcept { return speaker == Role::client ? is_call(b) : is_reply(b); }

Frame frame(Bytes b, Role speaker) {
  const std::size_t least = speaker == Role::client ? 32 : 20;
  if (b.size() >= least && is_message(b, speaker)) return Frame::whole(b.size());  // a datagram
  if (b.size() < kMark) return Frame::more(kMark + least);
  ByteReader r(b);
  const std::uint32_t length = r.be32() & 0x7FFFFFFF;
  if ((b[0] & 0x80) == 0 || length < kLeastReply || length > kMostRecord) return Frame::foreign();
  if (b.size() < std::min<std::size_t>(kMark + least, kMark + length)) return Frame::more(kMark + least);
  return is_message(b.subspan(kMark), speaker) ? Frame::whole(kMark + length) : Frame::foreign();
}

Protocol::Speaker speaker(Bytes b) {
  const bool asks = is_call(b) || (b.size() > kMark && is_call(b.subspan(kMark)));
  return {asks ? Role::client : Role::server, true};
}

// Function codes: version, then procedure; the qualifier is the program.
constexpr std::uint32_t code_of(std::uint32_t version, std::uint32_t procedure) noexcept {
  return std::min(version, 0xFFu) << 16 | std::min(procedure, 0xFFFFu);
}
FunctionName qualified_name(const Operation& o) {
  const std::uint32_t version = o.function_code >> 16, procedure = o.function_code & 0xFFFF;
  FunctionName name;
  const std::string_view program = program_name(o.qualifier);
  if (program.empty())
    name << "program " << o.qualifier;
  else
    name << program;
  if (o.qualifier == Program::nfs) name << " " << version;
  if (const std::string_view known = procedure_name(o.qualifier, version, procedure); !known.empty())
    name << " " << known;
  else
    name << " procedure " << procedure;
  return name;
}

OperationClass class_of(std::uint32_t program, std::uint32_t procedure) noexcept {
  if (procedure == 0) return OperationClass::diagnostic;  // NULL: does it answer?
  switch (program) {
    case Program::nfs:
      return OperationClass::file;
    case Program::mount:
      return OperationClass::session;
    case Program::portmap:
      return OperationClass::identify;
    default:
      return OperationClass::other;
  }
}

class OncRpc final : public Dissector {
 public:
  Interest on_pdu(const Pdu& pdu, const Emit& emit) override {
    const Bytes message =
        is_message(pdu.bytes, pdu.speaker) ? pdu.bytes : pdu.bytes.subspan(std::min(kMark, pdu.bytes.size()));
    if (pdu.speaker == Role::client)
      on_call(message, emit);
    else
      on_reply(message, emit);
    return Interest::more;
  }
  void on_gap(Role) override { count_ = 0; }

 private:
  struct Open {
    std::uint32_t xid = 0, program = 0, code = 0, flavor = 0;
  };

  void on_call(Bytes message, const Emit& emit) {
    ByteReader r(message);
    Open open;
    open.xid = r.be32();
    r.skip(8);
    open.program = r.be32();
    const std::uint32_t version = r.be32(), procedure = r.be32();
    open.code = code_of(version, procedure);
    open.flavor = r.be32();
    const Bytes credential = r.take(r.be32());
    emit(Operation{.cls = class_of(open.program, procedure), .function_code = open.code, .qualifier = open.program});
    if (open.flavor == kSys && r.ok()) state_machine(credential, emit);
    for (std::size_t i = 0; i < count_; ++i)
      if (open_[i].xid == open.xid) return;  // sent again
    if (count_ == open_.size()) {
      std::move(open_.begin() + 1, open_.end(), open_.begin());
      --count_;
    }
    open_[count_++] = open;
  }

  void on_reply(Bytes message, const Emit& emit) {
    ByteReader r(message);
    const std::uint32_t xid = r.be32();
    r.skip(4);
    const bool denied = r.be32() != 0;
    std::uint32_t status = 0;
    if (!denied) {
      r.skip(4);
      r.skip(r.be32());
      status = r.be32();
    }
    if (!r.ok()) return;
    const auto end = open_.begin() + static_cast<std::ptrdiff_t>(count_);
    const auto found = std::find_if(open_.begin(), end, [&](const Open& o) { return o.xid == xid; });
    if (found == end) return;
    const Open open = *found;
    std::move(found + 1, end, found);
    --count_;
    const bool refused = denied || status != 0;
    const std::uint32_t procedure = open.code & 0xFFFF;
    emit(Operation{.cls = class_of(open.program, procedure),
                   .function_code = open.code,
                   .qualifier = open.program,
                   .outcome = refused ? Outcome::refused : Outcome::accepted,
                   .is_message = false});
    if (refused || procedure == 0) return;
    // Both flavors leave it to the client to say who it is (RFC 5531 §8.2, §13).
    if (open.program == Program::nfs && (open.flavor == kNone || open.flavor == kSys)) emit(OpenAccess{"nfs-auth-sys"});
    if (open.program == Program::wdb) emit(OpenAccess{"vxworks-wdb"});
  }

  static void state_machine(Bytes credential, const Emit& emit) {
    ByteReader r(credential);
    r.skip(4);
    const std::string_view name = as_text(r.take(r.be32()));
    if (!r.ok() || name.empty() || !std::all_of(name.begin(), name.end(), text::is_printable)) return;
    emit(Identity{Trait::name, name, "rpc auth_sys", 65, {}});
  }

  std::array<Open, 16> open_;  // oldest first
  std::size_t count_ = 0;
};

std::unique_ptr<Dissector> open() { return std::make_unique<OncRpc>(); }

}  // namespace

constinit const Protocol protocol = {
    .name = "onc_rpc",
    .over_tcp = true,
    .over_udp = true,
    .ports = kPorts,
    .max_pdu = kMaxMessage,
    .header = Header::strong,
    .framing = Framing::text,
    .domain = Domain::shared,
    .frame = frame,
    .speaker = speaker,
    .qualified_name = qualified_name,
    .open = open,
};

}  // namespace kakoi::onc_rpc
