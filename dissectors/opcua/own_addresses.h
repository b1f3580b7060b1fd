// The addresses that a server lists as its own: those of its endpoints (OPC 10000-4, 5.5.4 GetEndpoints, 5.7.2
// CreateSession) and discovery endpoints (5.5.2 FindServers).
//
// A list counts where its own request was seen, and where the address is in it at which the server answers:
//   - servers repeat the address that the client calls them by, which may be an address translator's; what the client named
//     is not stated;
//   - a server behind a translator lists another address than it was asked at, and nothing else (5.5.4: a default where the
//     client's host name is not known);
//   - a discovery server lists others.
#pragma once

#include <array>

#include "dissectors/core/dissector.h"
#include "dissectors/opcua/encoding.h"

namespace kakoi::opcua {

// Where a URL leads, if its host is an address.
struct Place {
  Address address;  // none: a name, or no such URL
  std::uint16_t port = 0;
  bool operator==(const Place&) const = default;
};
Place place_of(std::string_view url) noexcept;

// What the client calls the server by.
class CalledBy {
 public:
  void hello(std::string_view url) noexcept {
    hello_ = place_of(url).address;
    said_hello_ = true;
  }
  // Of a request whose answer lists addresses.
  void ask(std::uint32_t request, std::string_view url) noexcept {
    request_ = request;
    asked_ = place_of(url).address;
    is_open_ = true;
  }
  // Once for each answer: was its request seen, and all that the client may have named before?
  bool answers(std::uint32_t request) noexcept {
    const bool known = said_hello_ && is_open_ && request == request_;
    is_open_ = is_open_ && !known;
    return known;
  }
  bool names(const Address& address) const noexcept { return address == hello_ || address == asked_; }
  void on_gap() noexcept { is_open_ = false; }

 private:
  Address hello_, asked_;
  std::uint32_t request_ = 0;
  bool said_hello_ = false, is_open_ = false;
};

// The URLs of one server.
class AddressList {
 public:
  void add(std::string_view url) noexcept;
  void add(const AddressList& other) noexcept;
  // As the speaker's, if it is the server that they lead to.
  void state(const CalledBy& called_by, std::string_view method, const Emit& emit) const;

 private:
  static constexpr std::size_t kMost = 16;  // of different ones; the rest are dropped
  void add(const Place& place) noexcept;
  std::array<Place, kMost> places_;
  std::size_t size_ = 0;
};

}  // namespace kakoi::opcua
