// DNS messages (RFC 1035 §4.1), shared by DNS, mDNS (RFC 6762) and LLMNR (RFC 4795).
//
//   id ×2 | flags ×2 | QDCOUNT ×2 | ANCOUNT ×2 | NSCOUNT ×2 | ARCOUNT ×2 | questions | records ×3 sections
//
// Without allocation; every name's cost is bounded. Not here: DNSSEC, EDNS options, updates.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "dissectors/core/dissector.h"

namespace kakoi::dns {

// Resource record types (IANA DNS parameters).
enum Type : std::uint16_t { kA = 1, kPtr = 12, kHinfo = 13, kTxt = 16, kAaaa = 28, kNb = 32, kNbstat = 33 };

struct Header {
  std::uint16_t id, flags, questions, answers, authorities, additionals;
  bool is_response() const noexcept { return (flags & 0x8000) != 0; }
  unsigned opcode() const noexcept { return flags >> 11 & 15; }
  unsigned rcode() const noexcept { return flags & 15; }
};
std::optional<Header> read_header(Bytes message) noexcept;

// A domain name in text form, labels as sent and joined by dots; "." for the root.
class Name {
 public:
  std::string_view text() const noexcept {
    return size_ == 0 ? std::string_view(".") : std::string_view(text_.data(), size_);
  }
  void clear() noexcept { size_ = 0; }
  bool append(Bytes label) noexcept;  // false: longer than RFC 1035 §2.3.4 allows

 private:
  std::array<char, 256> text_;
  std::size_t size_ = 0;
};

struct Question {
  Name name;
  std::uint16_t type = 0, cls = 0;
};
struct Record {
  Name name;
  std::uint16_t type = 0, cls = 0;
  Bytes data;
  // Of A and AAAA records of the right length, else none.
  Address address() const noexcept;
};

// Walks a message from its first question on; stops for good at the first fault.
class Walker {
 public:
  explicit Walker(Bytes message) noexcept : message_(message), at_(12) {}
  bool next(Question& question) noexcept;
  bool next(Record& record) noexcept;
  // The name that is the data of the record read last (PTR); false if there is none, which is no fault of the message.
  bool data_name(const Record& record, Name& name) const noexcept;
  std::optional<Anomaly> fault() const noexcept { return fault_; }

 private:
  bool read_name(Name& name) noexcept;
  bool need(std::size_t n) noexcept;
  bool fail(Fault fault) noexcept;
  std::uint16_t be16() noexcept;

  Bytes message_;
  std::size_t at_;
  std::optional<Anomaly> fault_;
};

// The offset after the uncompressed name at `at`, 0 if none is there. The first name of a message
// can't be compressed: a pointer refers to an earlier name (RFC 1035 §4.1.4).
std::size_t skip_plain_name(Bytes message, std::size_t at) noexcept;
// NetBIOS names are 32 letters A–P in one label (RFC 1001 §14.1), and look like DNS otherwise.
bool is_netbios_name(Bytes message, std::size_t at) noexcept;

// Is this a whole DNS message, as far as its header and first question or record tell? `size`: of the message,
// of which `head` is at least the beginning.
bool looks_like_message(Bytes head, std::size_t size) noexcept;

// Most questions and records looked at per message; a bound for hostile ones.
inline constexpr unsigned kMaxQuestions = 256;
inline constexpr unsigned kMaxRecords = 256;
inline constexpr std::size_t kMaxAddresses = 32;

}  // namespace kakoi::dns
