// Start line and header fields of an HTTP/1.x message, as views.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "dissectors/core/bytes.h"

namespace kakoi::http {

inline constexpr std::size_t kMaxMessage = 8192;  // bytes of start line and headers; a longer message arrives cut

enum class Start : std::uint8_t { request, response, partial, none };  // partial: may become either

// Judges the bytes up to the end of the first line.
Start judge_start(std::string_view bytes) noexcept;
// Length of start line and headers including the empty line; 0 where that is not in sight.
std::size_t header_length(std::string_view bytes) noexcept;

struct Request {
  std::string_view method, target;
};
Request parse_request(std::string_view message) noexcept;
// What a proxy is asked for (RFC 9112 §3.2.2, §3.2.3): of "CONNECT host:port" and of "GET http://host:port/…" the host,
// a name or a number, and its port. Host "" for a request to the server itself.
struct Target {
  std::string_view host;
  std::uint16_t port = 0;
};
Target proxied_target(const Request& request) noexcept;
unsigned parse_status(std::string_view message) noexcept;  // 100–999

struct Field {
  std::string_view name, value;  // value without blanks around it
};
// Takes the next complete header line off `lines`; false at their end. Lines without a colon are
// passed over, as are continuations (obs-fold, RFC 9112 §5.2).
bool next_field(std::string_view& lines, Field& field) noexcept;
// What follows the start line.
std::string_view fields_of(std::string_view message) noexcept;

// How many octets behind the header belong to a page or an XML document and are here already; 0 for other bodies, and
// where the answer has none (RFC 9112 §6.3: to HEAD).
std::size_t page_length(std::string_view bytes, std::size_t header) noexcept;
// The text of the first element of that name (lower case) in HTML or XML: between <name …> and the next '<'.
std::string_view first_element(std::string_view document, std::string_view name) noexcept;

// The realm of a WWW-Authenticate value (RFC 9110 §11.5), without quotation marks; "" if none.
std::string_view realm_of(std::string_view challenge) noexcept;
// The host of a Host value without its port; "" for an IP address (no name) or nonsense.
std::string_view name_of_host(std::string_view host) noexcept;

}  // namespace kakoi::http
