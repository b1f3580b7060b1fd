// The contract between the sensor, which owns bytes, and a dissector, which owns meaning.
// A dissector sees whole PDUs; splitting, gaps, buffering and limits are the sensor's work.
// Nothing here throws; a dissector does not allocate per PDU.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include "dissectors/core/bytes.h"
#include "dissectors/core/observation.h"
#include "dissectors/core/text.h"

namespace kakoi {

enum class Transport : std::uint8_t { tcp, udp, icmp, ip, ethernet };
std::string_view to_string(Transport value) noexcept;

struct Protocol;

// Who is talking; fixed for the life of a flow's dissector.
struct Conversation {
  Address client;
  Address server;
  std::uint16_t client_port = 0;
  std::uint16_t server_port = 0;
  Transport transport = Transport::tcp;
  std::uint32_t vlan = 0;           // 0 = untagged; outer*4096+inner for stacked tags
  std::uint32_t handle = kNoValue;  // the sensor's own mark (its link row); of no meaning to a dissector
  bool relayed = false;             // a proxy passes on what is said: the server's words are another host's
};

struct Context {
  const Protocol* protocol;
  const Conversation* conversation;
  PacketRef packet;  // the packet that completed the PDU
  Role speaker;
  Address speaker_mac;  // none where the link layer has none
  // Can somebody have asked the speaker? The server; the client as soon as the server was heard in this flow.
  bool may_answer = true;

  const Address& speaker_address() const noexcept {
    return speaker == Role::client ? conversation->client : conversation->server;
  }
  const Address& listener_address() const noexcept {
    return speaker == Role::client ? conversation->server : conversation->client;
  }
};

class Sink {  // the inventory; in tests a recorder
 public:
  virtual void on_observation(const Context&, const Observation&) = 0;

 protected:
  ~Sink() = default;
};

class Emit {  // states a fact; who, where and when are already known
 public:
  Emit(const Context& context, Sink& sink) noexcept : context_(context), sink_(sink) {}
  void operator()(const Observation& fact) const { sink_.on_observation(context_, fact); }
  const Context& context() const noexcept { return context_; }
  Sink& sink() const noexcept { return sink_; }  // for what was said in another conversation

 private:
  const Context& context_;
  Sink& sink_;
};

struct Frame {  // answers: where does the PDU at the head of these bytes end?
  enum class Kind : std::uint8_t { whole, more, foreign };
  Kind kind = Kind::foreign;
  std::size_t size = 0;
  static constexpr Frame whole(std::size_t n) noexcept { return {Kind::whole, n}; }  // n bytes > 0, here or to come
  static constexpr Frame more(std::size_t n) noexcept { return {Kind::more, n}; }  // show me n bytes in all, ask again
  static constexpr Frame foreign() noexcept { return {Kind::foreign, 0}; }         // no PDU starts like this
};

struct Pdu {
  Role speaker;
  Bytes bytes;            // valid during the call only
  std::size_t wire_size;  // exceeds bytes.size() when max_pdu or the snap length cut it
  bool complete() const noexcept { return bytes.size() == wire_size; }
};

// `done`: nothing more can be learned here; the sensor goes on counting packets but stops
// reassembling this flow. `tls`: what follows this message is TLS, as agreed on in it (STARTTLS and its like).
// `tunnel`: what follows is for somebody behind the server, and is read if it is TLS.
// `named`: go on, by the name that Dissector::known_as() tells.
enum class Interest : std::uint8_t { more, done, tls, tunnel, named };

class Dissector {  // one per flow; its members are that flow's only protocol state
 public:
  Dissector() = default;
  Dissector(const Dissector&) = delete;
  Dissector& operator=(const Dissector&) = delete;
  virtual ~Dissector() = default;
  virtual Interest on_pdu(const Pdu&, const Emit&) = 0;
  virtual void on_gap(Role) {}  // bytes of this speaker were lost: forget what spanned them
  // The flow is over, or idle for long: state what waited for an answer. The context is the last PDU's.
  virtual void on_end(const Emit&) {}
  // What the PDUs turned out to be, once on_pdu has answered `named` (OPC Classic is DCE/RPC): cut as before.
  virtual const Protocol* known_as() const noexcept { return nullptr; }
  // Octets, about, that it keeps elsewhere than in itself, of what is not whole yet. on_gap gives them up.
  std::size_t held() const noexcept { return held_; }

 protected:
  std::size_t held_ = 0;
};

// strong: the header alone proves the protocol. weak: it must fit twice running, or once on a
// registered port.
enum class Header : std::uint8_t { strong, weak };
// Loss of framing is an anomaly for `binary` protocols; in `text` ones (HTTP bodies, Telnet) the
// sensor silently waits for the next segment that starts a PDU.
enum class Framing : std::uint8_t { binary, text };
enum class Domain : std::uint8_t { ot, it, shared };  // what speaking it says about a host

using FunctionName = text::Line<64>;

struct Protocol {         // one constinit constant per dissector folder
  std::string_view name;  // as in the database: "modbus", "dnp3", "iec104", "http" …
  bool over_tcp = true;
  bool over_udp = false;
  std::span<const std::uint16_t> ports;  // registered server ports, a hint only
  std::size_t max_pdu = 0;               // the sensor buffers no more than this per direction, in bytes
  Header header = Header::strong;
  Framing framing = Framing::binary;
  Domain domain = Domain::it;
  // Stateless: framer, probe and resync test in one. For a datagram, whole(bytes.size()) or foreign.
  Frame (*frame)(Bytes bytes, Role speaker) = nullptr;
  // The octets that end a PDU, where nothing else does, and where as many tell how one begins: when `frame` has seen those
  // and asks for one octet more, it is asked again when these have come, or max_pdu. Empty: it is asked at each segment.
  std::string_view pdu_end{};
  // Where the framer must accept more than may prove the protocol (text after a negotiation): asked
  // instead of `frame` as long as the flow is not identified. Null: frame is the probe.
  bool (*probe)(Bytes bytes, Role speaker) = nullptr;
  // Who sends such a PDU; used where no handshake was seen. May be null: no message tells.
  // `certain` false: leave the direction to the ports.
  struct Speaker {
    Role role;
    bool certain;
  };
  Speaker (*speaker)(Bytes pdu) = nullptr;
  // What `speaker` is certain of counts for more than a registered port: where clients have one of their own, too.
  bool speaker_first = false;
  // Standard name of a function code, for reports; null where the protocol has no operations.
  std::string_view (*function_name)(std::uint32_t code) = nullptr;
  // The same where the number alone does not tell (CIP: the class that it is asked of); null: it does.
  FunctionName (*qualified_name)(const Operation& operation) = nullptr;
  std::unique_ptr<Dissector> (*open)() = nullptr;
};

// In the order of dissectors/CMakeLists.txt, which is the order of probing and of output.
std::span<const Protocol* const> protocols() noexcept;
// Null if there is none of that name.
const Protocol* find_protocol(std::string_view name) noexcept;

}  // namespace kakoi
