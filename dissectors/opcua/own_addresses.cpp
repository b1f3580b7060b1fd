#include "dissectors/opcua/own_addresses.h"

#include <algorithm>
#include <charconv>

#include "dissectors/core/text.h"

namespace kakoi::opcua {

Place place_of(std::string_view url) noexcept {
  constexpr std::string_view kTcp = "opc.tcp", kSeparator = "://";
  constexpr std::uint16_t kUsual = 4840;  // of opc.tcp (IANA)
  const std::size_t scheme = url.find(kSeparator);
  if (scheme == std::string_view::npos) return {};
  std::string_view authority = url.substr(scheme + kSeparator.size());
  authority = authority.substr(0, authority.find_first_of("/?#"));
  std::string_view host = authority, port;
  const bool in_brackets = host.starts_with('[');  // IPv6 (RFC 3986, 3.2.2)
  const std::size_t end = in_brackets ? host.find(']') : host.find(':');
  if (in_brackets && end == std::string_view::npos) return {};
  if (end != std::string_view::npos) {
    port = authority.substr(end + (in_brackets ? 1 : 0));
    host = authority.substr(in_brackets ? 1 : 0, end - (in_brackets ? 1 : 0));
  }
  const std::optional<Address> address = parse_address(host);
  if (!address || !address->is_ip() || address->is_ipv4() == in_brackets) return {};
  Place place{*address, text::equals(url.substr(0, scheme), kTcp) ? kUsual : std::uint16_t{0}};
  if (port.empty()) return place;
  const char* const last = port.data() + port.size();
  const auto read = std::from_chars(port.data() + 1, last, place.port);
  return port[0] == ':' && read.ptr == last && read.ec == std::errc{} ? place : Place{};
}

void AddressList::add(std::string_view url) noexcept { add(place_of(url)); }

void AddressList::add(const AddressList& other) noexcept {
  for (std::size_t i = 0; i < other.size_; ++i) add(other.places_[i]);
}

// Each endpoint has the same address once for each security policy.
void AddressList::add(const Place& place) noexcept {
  const auto end = places_.begin() + static_cast<std::ptrdiff_t>(size_);
  if (place.address.is_none() || size_ == kMost || std::find(places_.begin(), end, place) != end) return;
  places_[size_++] = place;
}

void AddressList::state(const CalledBy& called_by, std::string_view method, const Emit& emit) const {
  const Conversation& c = *emit.context().conversation;
  const Address& speaker = emit.context().speaker_address();
  const std::uint16_t port = emit.context().speaker == Role::server ? c.server_port : c.client_port;
  const std::span<const Place> places = std::span(places_).first(size_);
  bool leads_here = false;
  for (const Place& p : places) leads_here |= p.address == speaker && p.port == port;
  if (!leads_here) return;
  for (const Place& p : places)
    if (p.address != speaker && !called_by.names(p.address) && p.address.may_be_of_host())
      emit(Identity{Trait::own_address, to_string(p.address), method, 60, {}});
}

}  // namespace kakoi::opcua
