// A resolution as tests look at it, and the hosts that they begin with.
#pragma once

#include <stdexcept>
#include <string>
#include <vector>

#include "sensor/inventory/resolve.h"
#include "traffic.h"

namespace kakoi::test {

inline const Host kPlc = host("00:00:bc:00:00:10", "192.168.1.10");
inline const Host kHmi = host("00:00:bc:00:00:20", "192.168.1.20", 128);
inline const Host kRouter = host("00:00:0c:00:00:01", "192.168.1.1");

// `remote` as it looks where the router has put its MAC under it.
inline Host behind(const Host& router, std::string_view remote, std::uint8_t ttl) {
  return {router.mac, at(remote), ttl};
}

inline std::vector<std::string> ids(const Resolution& r) {
  std::vector<std::string> found;
  for (const Asset& a : r.assets()) found.push_back(a.id);
  return found;
}
inline const Asset* find(const Resolution& r, std::string_view address, std::uint32_t vlan = 0) {
  const std::uint32_t i = r.find(at(address), vlan);
  return i == Resolution::kNone ? nullptr : &r.assets()[i];
}
inline std::string id(const Resolution& r, std::string_view address, std::uint32_t vlan = 0) {
  const Asset* a = find(r, address, vlan);
  return a ? a->id : "none";
}
// "192.168.1.10 00:00:bc:…": as they stand in the asset.
inline std::string addresses(const Resolution& r, std::string_view address, std::uint32_t vlan = 0) {
  std::string text;
  if (const Asset* a = find(r, address, vlan))
    for (const AssetAddress& x : a->addresses)
      text += (text.empty() ? "" : " ") + to_string(x.address) + (x.vlan ? "@" + std::to_string(x.vlan) : "");
  return text;
}
inline const AssetAddress& entry(const Resolution& r, std::string_view address, std::uint32_t vlan = 0) {
  for (const AssetAddress& x : find(r, address, vlan)->addresses)
    if (x.address == at(address) && x.vlan == vlan) return x;
  throw std::runtime_error("no such address");
}

}  // namespace kakoi::test
