// ONC RPC version 2 (RFC 5531), with XDR of four octets a number (RFC 4506). Not here: arguments and results.
//
//   [last ×1 bit | length ×31 bits]                                                              over TCP (§11)
//   call   xid | 0 | 2 | program | version | procedure | credential | verifier | arguments …
//   reply  xid | 1 | 0 | verifier | status | results …            xid | 1 | 1 | why it is denied
//   credential, verifier: flavor | length | octets; flavor 1 (AUTH_SYS): stamp | name of the machine | uid | gid | gids
#include "dissectors/onc_rpc/onc_rpc.h"

#include <algorithm>

#include "dissectors/core/open_requests.h"
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
// §13: numbers above are reserved, or given out by a host for a while, from 0x40000000 on (callbacks of NFSv4 are that).
// Four letters, which a reference ID of NTP is where a program number would be, are no number.
constexpr std::uint32_t kPrograms = 0x41000000;

// Of a message without its mark, as far as it is here.
bool is_call(Bytes b) noexcept {
  ByteReader r(b);
  r.skip(4);
  if (r.be32() != 0 || r.be32() != 2) return false;
  const std::uint32_t program = r.be32();
  r.skip(8);
  const std::uint32_t flavor = r.be32(), length = r.be32();
  return r.ok() && program != 0 && program < kPrograms && flavor <= 6 && length <= kMostCredential && length % 4 == 0;
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
  void on_gap(Role) override { requests_.forget(); }

 private:
  // Behind the function code the flavor waits for the answer, too, which does not repeat it.
  static constexpr unsigned kFlavor = 24;

  void on_call(Bytes message, const Emit& emit) {
    ByteReader r(message);
    const std::uint32_t xid = r.be32();
    r.skip(8);
    const std::uint32_t program = r.be32(), version = r.be32(), procedure = r.be32(), flavor = r.be32();
    const Bytes credential = r.take(r.be32());
    const std::uint32_t code = code_of(version, procedure);
    const OperationClass cls = class_of(program, procedure);
    emit(Operation{.cls = cls, .function_code = code, .qualifier = program});
    if (flavor == kSys && r.ok()) state_machine(credential, emit);
    requests_.ask(xid, emit.context().speaker, cls, code | std::min(flavor, 0xFFu) << kFlavor, program);
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
    const OpenRequest request = requests_.answer(xid, emit.context().speaker);
    if (!request.is_known) return;
    const std::uint32_t program = request.qualifier, flavor = request.function_code >> kFlavor;
    const std::uint32_t code = request.function_code & ((1u << kFlavor) - 1);
    const bool refused = denied || status != 0;
    emit(Operation{.cls = request.cls,
                   .function_code = code,
                   .qualifier = program,
                   .outcome = refused ? Outcome::refused : Outcome::accepted,
                   .is_message = false});
    if (refused || (code & 0xFFFF) == 0) return;
    // Both flavors leave it to the client to say who it is (RFC 5531 §8.2, §13).
    if (program == Program::nfs && (flavor == kNone || flavor == kSys)) emit(OpenAccess{"nfs-auth-sys"});
    if (program == Program::wdb) emit(OpenAccess{"vxworks-wdb"});
  }

  static void state_machine(Bytes credential, const Emit& emit) {
    ByteReader r(credential);
    r.skip(4);
    const std::string_view name = as_text(r.take(r.be32()));
    if (!r.ok() || name.empty() || !std::all_of(name.begin(), name.end(), text::is_printable)) return;
    emit(Identity{Trait::name, name, "rpc auth_sys", 65, {}});
  }

  OpenRequests<16> requests_;
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
