// Table `coverage`: how much the captures could show.
#include <algorithm>
#include <iterator>
#include <map>
#include <set>

#include "sensor/inventory/coverage.h"
#include "sensor/inventory/local_mac.h"
#include "sensor/inventory/text.h"
#include "sensor/inventory/writer.h"

namespace kakoi {

namespace {

// Nanoseconds in which at least one capture ran.
std::int64_t covered_time(const std::vector<CaptureInfo>& captures) {
  std::vector<Run> runs;
  for (const CaptureInfo& c : captures) runs.insert(runs.end(), c.runs.all().begin(), c.runs.all().end());
  return kakoi::covered_time(std::move(runs));
}

// Nothing where there is nothing to measure.
std::optional<double> share(std::uint64_t part, std::uint64_t whole) {
  return whole == 0 ? std::nullopt : std::optional(static_cast<double>(part) / static_cast<double>(whole));
}

std::string of(std::uint64_t part, std::uint64_t whole, std::string_view what) {
  return std::to_string(part) + " of " + std::to_string(whole) + ' ' + std::string(what);
}

// What the captures say of themselves, summed up.
struct Captured {
  std::uint64_t packets = 0, bytes = 0, truncated = 0, malformed = 0, undecoded = 0, cut_at = 0;
  std::uint64_t drops = 0, drops_known = 0, exact = 0, routed = 0, vlan = 0, redundant = 0;
  std::uint64_t recorded = 0, near_others = 0, unread = 0, filtered = 0;
  std::string filters;
  std::int64_t paused = 0;
  std::uint64_t clock_steps = 0, damaged = 0, places = 0, skipped = 0, given_up = 0, overlaps = 0;
};
Captured sum_of(const std::vector<CaptureInfo>& captures) {
  Captured s;
  std::set<std::string> filters;
  for (const CaptureInfo& c : captures) {
    s.packets += c.packets;
    s.bytes += c.bytes;
    s.truncated += c.truncated;
    s.malformed += c.malformed;
    s.undecoded += c.undecoded;
    s.cut_at = std::max<std::uint64_t>(s.cut_at, c.cut_at);
    s.drops_known += c.drops_known;
    s.drops += c.drops_known ? c.kernel_drops + c.interface_drops : 0;
    s.routed += c.duplicates_routed;
    s.vlan += c.duplicates_vlan;
    s.redundant += c.duplicates_redundant;
    s.recorded += c.duplicates_recorded;
    s.exact += c.duplicates - c.duplicates_routed - c.duplicates_vlan - c.duplicates_redundant - c.duplicates_recorded;
    s.near_others += c.near_others;
    s.unread += c.format.empty();
    s.paused += c.paused();
    if (!c.filter.empty()) ++s.filtered, filters.insert(c.filter);
    s.clock_steps += c.clock_steps;
    s.damaged += !c.error.empty();
    s.places += c.damage.places;
    s.skipped += c.damage.bytes;
    s.given_up += c.fragments_given_up;
    s.overlaps += c.fragment_overlaps;
  }
  for (const std::string& filter : filters) s.filters += (s.filters.empty() ? "" : "; ") + filter;
  return s;
}

struct Tcp {
  std::uint64_t links = 0, one_way = 0, seen = 0, unseen = 0;  // seen, unseen: bytes of links of which both sides talk
};
Tcp tcp_of(const std::vector<LinkRow>& links) {
  Tcp t;
  for (const LinkRow& l : links) {
    if (l.key.transport != Transport::tcp || l.state == LinkState::attempted || l.state == LinkState::refused) continue;
    ++t.links;
    if (l.state == LinkState::one_way) {  // the other side is not lost, it is not mirrored at all
      ++t.one_way;
      continue;
    }
    t.seen += l.payload[0] + l.payload[1];
    t.unseen += l.unseen;
  }
  return t;
}

// Bytes above TCP and UDP whose content cannot be read, and is of no known kind.
struct Content {
  std::uint64_t all = 0, encrypted = 0, unknown = 0;
};
Content content_of(const std::vector<LinkRow>& links) {
  Content c;
  for (const LinkRow& l : links) {
    const std::uint64_t bytes = l.payload[0] + l.payload[1];
    c.all += bytes;
    if (!l.protocol)
      c.unknown += bytes;
    else if (l.protocol->name == "tls" || l.protocol->name == "ssh")
      c.encrypted += bytes;
  }
  return c;
}

// Packets whose checksums were looked at. A sender whose checksums are wrong throughout is no damage: its own computer,
// or the one that runs it as a virtual machine, captured them before the network adapter filled them in, or addresses
// were changed in the file later.
struct Checksums {
  std::uint64_t checked = 0, wrong = 0, deferred = 0, senders = 0;  // senders: of wrong ones
};
Checksums checksums_of(const std::vector<LinkRow>& links) {
  constexpr std::uint64_t kSeveral = 4, kHardlyAny = 8;  // wrong ones at least; wrong ones for each right one
  struct Sender {
    std::uint64_t right = 0, wrong = 0, deferred = 0;
  };
  std::map<std::pair<Address, std::uint32_t>, Sender> senders;
  for (const LinkRow& l : links) {
    for (const std::size_t side : {0u, 1u}) {
      if (l.checksum_right[side] + l.checksum_wrong[side] + l.checksum_deferred[side] == 0) continue;
      Sender& s = senders[{side == 0 ? l.key.client : l.key.server, l.key.vlan}];
      s.right += l.checksum_right[side];
      s.wrong += l.checksum_wrong[side];
      s.deferred += l.checksum_deferred[side];
    }
  }
  Checksums c;
  for (const auto& [who, s] : senders) {
    const bool throughout = s.wrong >= kSeveral && s.wrong > kHardlyAny * s.right;
    c.checked += s.right + s.wrong + s.deferred;
    c.deferred += s.deferred + (throughout ? s.wrong : 0);
    c.wrong += throughout ? 0 : s.wrong;
    c.senders += !throughout && s.wrong != 0;
  }
  return c;
}

std::string list_of(const std::set<std::uint32_t>& vlans) {
  std::string list;
  for (const std::uint32_t vlan : vlans) {
    if (list.size() > 200) return list + ",…";
    list += (list.empty() ? "" : ",") + (vlan == 0 ? "untagged" : std::to_string(vlan));
  }
  return list;
}

// IPv4 ranges without a tag in which at least two hosts live.
std::set<Network> untagged_ranges(const Resolution& resolution) {
  std::map<Network, std::set<const Asset*>> hosts;
  for (const Asset& a : resolution.assets()) {
    if (a.scope != Scope::local || a.is_router) continue;
    for (const AssetAddress& x : a.addresses)
      if (x.vlan == 0 && x.address.is_ipv4() && !x.address.is_link_local() && !x.address.is_unspecified())
        hosts[resolution.segments().subnets.around(0, x.address)].insert(&a);
  }
  std::set<Network> ranges;
  for (const auto& [network, there] : hosts)
    if (there.size() >= 2) ranges.insert(network);
  return ranges;
}

// Devices of the captured segments, and those known by MACs alone that may be others tomorrow.
struct Identified {
  std::uint64_t devices = 0, by_random_mac = 0;
};
Identified identified_by(const Resolution& resolution) {
  Identified n;
  for (const Asset& a : resolution.assets()) {
    if (a.scope != Scope::local) continue;
    ++n.devices;
    bool has_mac = false, all_random = true;
    for (const AssetAddress& x : a.addresses) {
      if (!x.address.is_mac()) continue;
      has_mac = true;
      all_random = all_random && is_random_mac(x.address);
    }
    n.by_random_mac += has_mac && all_random;
  }
  return n;
}

}  // namespace

void Writer::write_coverage() {
  const Captured s = sum_of(observed.captures);
  const Tcp tcp = tcp_of(observed.links);
  std::uint64_t unicast = 0, frames = 0;
  std::set<std::uint32_t> vlans;
  for (const auto& [key, row] : observed.macs) {
    vlans.insert(key.vlan);
    frames += row.frames_received;
    if (!key.mac.is_multicast() && !key.mac.is_broadcast()) unicast += row.frames_received;
  }
  std::uint64_t of_tcp = 0;     // which has one receiver, whatever the MAC says
  std::uint64_t to_groups = 0;  // of protocols whose frames go to everybody, or to a group, by design (EtherCAT, GOOSE)
  for (const LinkRow& l : observed.links) {
    vlans.insert(l.key.vlan);
    if (l.key.transport == Transport::tcp) of_tcp += l.packets[0] + l.packets[1];
    if (l.key.transport == Transport::ethernet && l.protocol && l.protocol->domain == Domain::ot &&
        (l.key.server.is_multicast() || l.key.server.is_broadcast()))
      to_groups += l.packets[0] + l.packets[1];
  }
  unicast = std::max(unicast, std::min(of_tcp, frames));
  frames -= std::min(to_groups, frames - unicast);
  const Content content = content_of(observed.links);
  const Checksums checksums = checksums_of(observed.links);
  std::set<Address> asked, silent;
  for (const auto& [key, seen] : observed.asked) {
    asked.insert(key.target);
    if (resolution.find(key.target, key.vlan) == Resolution::kNone) silent.insert(key.target);
  }
  // Called in vain: by SYN, and nothing ever came from there.
  std::set<Address> heard, called;
  for (const LinkRow& l : observed.links) {
    if (l.packets[0] != 0) heard.insert(l.key.client);
    if (l.packets[1] != 0) heard.insert(l.key.server);
    if (l.key.transport == Transport::tcp && l.state == LinkState::attempted) called.insert(l.key.server);
  }
  asked.insert(called.begin(), called.end());
  std::set_difference(called.begin(), called.end(), heard.begin(), heard.end(), std::inserter(silent, silent.end()));
  const std::uint64_t captures = observed.captures.size();
  const auto count = [](std::uint64_t n) { return std::optional(static_cast<double>(n)); };

  // No tag at all, but a router's both sides, several ranges, or several VLANs that switches speak of: segments that
  // something must keep apart.
  std::uint64_t segments = 0;
  std::string segment_list;
  std::set<std::uint32_t> named;
  for (const auto& [key, seen] : observed.named_vlans) named.insert(key.vlan);
  if (vlans.size() == 1 && vlans.contains(0)) {
    const std::set<Network> ranges = untagged_ranges(resolution);
    for (const Network& n : ranges)
      if (segment_list.size() < 200) segment_list += (segment_list.empty() ? "" : ", ") + to_string(n);
    segments = std::max<std::uint64_t>({ranges.size(), s.routed != 0 ? 2u : 0u, named.size()});
  }

  Insert insert(db, "coverage");
  const auto row = [&](std::string_view metric, std::optional<double> value, const std::string& detail) {
    const CoverageJudgement j = judge_coverage(metric, value);
    insert(metric, value, to_string(j.level), detail, j.meaning.en, j.meaning.ja, j.advice.en, j.advice.ja);
  };
  const auto packets_of = [&](std::uint64_t n) { return of(n, s.packets, "packets"); };
  row("asked_never_seen", count(silent.size()),
      of(silent.size(), asked.size(), "addresses that hosts asked for or called"));
  row("bytes", count(s.bytes), "on the wire");
  row("captures", count(captures - s.unread), s.unread == 0 ? "" : std::to_string(s.unread) + " could not be read");
  row("clock_steps", count(s.clock_steps), "times set back, or on by more than an hour");
  row("damaged_captures", count(s.damaged),
      of(s.damaged, captures, "captures") + (s.places == 0 ? ""
                                                           : ": " + std::to_string(s.skipped) + " bytes skipped in " +
                                                                 std::to_string(s.places) + " places"));
  row("duplicate_share", share(s.exact, s.packets), packets_of(s.exact) + " delivered before");
  row("duration_s", static_cast<double>(covered_time(observed.captures)) / 1e9,
      std::string("in which at least one capture ran") +
          (s.paused == 0 ? "" : "; left out: " + std::to_string(s.paused / 1'000'000'000) + " s without a recording"));
  row("encrypted_share", share(content.encrypted, content.all),
      of(content.encrypted, content.all, "bytes above TCP and UDP"));
  row("facts_dropped", count(observed.facts_dropped + unplaced), "rows that found no room in a table");
  row("filtered_captures", count(s.filtered),
      of(s.filtered, captures - s.unread, "captures") + (s.filters.empty() ? "" : ": " + to_utf8(s.filters, 1024)));
  row("flows_evicted", count(observed.flows_evicted), "conversations");
  row("fragment_overlaps", count(s.overlaps), "pieces of IP datagrams");
  row("fragments_given_up", count(s.given_up), "IP datagrams");
  const std::uint64_t read = captures - s.unread;
  row("kernel_drops", s.drops_known == read && read != 0 ? count(s.drops) : std::nullopt,
      "told by " + of(s.drops_known, read, "captures") +
          (s.drops_known != 0 ? ": " + std::to_string(s.drops) + " packets" : ""));
  row("malformed_share", share(s.malformed, s.packets), packets_of(s.malformed));
  row("missing_tags", count(segments < 2 ? 0 : segments),
      !vlans.contains(0) || vlans.size() > 1
          ? "tags seen"
          : "no tag seen; " + std::to_string(s.routed) + " packets before and behind a router; ranges: " +
                segment_list + (named.empty() ? "" : "; VLANs that switches name: ") + list_of(named));
  row("one_way_share", share(tcp.one_way, tcp.links), of(tcp.one_way, tcp.links, "TCP links with traffic"));
  row("offloaded_checksum_share", share(checksums.deferred, checksums.checked),
      of(checksums.deferred, checksums.checked, "packets looked at"));
  row("overlap_share", share(s.near_others, s.packets),
      packets_of(s.near_others) + " that another capture has, too, within a millisecond; " +
          std::to_string(s.recorded) + " at the same instant, counted once");
  row("packets", count(s.packets), "");
  if (s.packets == 0) row("no_packets", count(captures), "captures without a packet");
  const Identified identified = identified_by(resolution);
  row("random_macs", count(identified.by_random_mac),
      of(identified.by_random_mac, identified.devices, "local devices are known by random MACs alone"));
  row("reassembly_given_up", count(observed.waiting_released), "times");
  row("redundant_share", share(s.redundant, s.packets), packets_of(s.redundant) + ", second copies of PRP and HSR");
  row("routed_copy_share", share(s.routed, s.packets), packets_of(s.routed) + ", seen before and behind a router");
  row("truncated_share", share(s.truncated, s.packets),
      packets_of(s.truncated) + (s.truncated == 0 ? "" : ", cut at " + std::to_string(s.cut_at) + " bytes"));
  row("undecoded_share", share(s.undecoded, s.packets), packets_of(s.undecoded));
  row("unicast_share", share(unicast, frames), of(unicast, frames, "frames"));
  row("unknown_share", share(content.unknown, content.all),
      of(content.unknown, content.all, "bytes above TCP and UDP"));
  row("unseen_share", share(tcp.unseen, tcp.seen + tcp.unseen), of(tcp.unseen, tcp.seen + tcp.unseen, "bytes of TCP"));
  row("vlan_copy_share", share(s.vlan, s.packets), packets_of(s.vlan) + ", seen in another VLAN before");
  row("vlans", count(vlans.size()), list_of(vlans));
  row("wrong_checksum_share", share(checksums.wrong, checksums.checked),
      of(checksums.wrong, checksums.checked, "packets looked at") + ", of " + std::to_string(checksums.senders) +
          " senders");
}

}  // namespace kakoi
