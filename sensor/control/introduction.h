// What LLDP and CDP have in common: a device introduces itself by frames from a port's own MAC, and
// names the address by which it is managed.
#pragma once

#include <array>
#include <string>

#include "dissectors/core/dissector.h"

namespace kakoi {

// Facts of one frame, stated at its end about the source MAC and about each management address: the
// MAC of a switch port is not that of the switch's IP, so a Binding would be false.
class Introduction {
 public:
  Introduction(Address mac, std::string_view method) noexcept : mac_(mac), method_(method) {}

  void claim(Trait trait, std::string_view text, std::uint8_t confidence = 80) noexcept {
    claim(trait, text, confidence, method_);
  }
  void claim(Trait trait, std::string_view text, std::uint8_t confidence, std::string_view method) noexcept {
    if (!text.empty() && claims_ < claim_.size()) claim_[claims_++] = {trait, text, method, confidence, {}};
  }
  void reachable_at(const Address& ip) noexcept {
    if (!ip.is_ip() || ip.is_unspecified() || ip.is_multicast() || ip.is_loopback()) return;
    for (std::size_t i = 0; i < addresses_; ++i)
      if (address_[i] == ip) return;
    if (addresses_ < address_.size()) address_[addresses_++] = ip;
  }
  void state(const Emit& emit) noexcept {
    for (std::size_t c = 0; c < claims_; ++c) {
      claim_[c].subject = {Who::address, mac_};
      emit(claim_[c]);
      for (std::size_t a = 0; a < addresses_; ++a) {
        claim_[c].subject = {Who::address, address_[a]};
        emit(claim_[c]);
      }
    }
    for (std::size_t a = 0; a < addresses_; ++a) {
      const std::string address = to_string(address_[a]);
      emit(Identity{Trait::management_address, address, method_, 80, {Who::address, mac_}});
    }
  }

 private:
  Address mac_;
  std::string_view method_;
  std::array<Identity, 16> claim_;
  std::size_t claims_ = 0;
  std::array<Address, 4> address_;
  std::size_t addresses_ = 0;
};

}  // namespace kakoi
