#include <algorithm>
#include <filesystem>
#include <iostream>
#include <map>
#include <set>

#include "sensor/cli/installation.h"
#include "sensor/cli/inventory_file.h"
#include "sensor/cli/judge.h"
#include "sensor/cli/names.h"
#include "sensor/cli/overwriting.h"
#include "sensor/inventory/write.h"

namespace kakoi::cli {
namespace {
constexpr Help kHelp{
    "kakoi merge INVENTORY1 INVENTORY2 ... [options]",
    "Makes one inventory of several: of sensors or days of one network, or of sites whose addresses differ.\n"
    "The order does not matter, and an inventory given twice counts once. The result is what one scan of all\n"
    "captures would give, but for TCP connections that were cut between two captures. Policy and rules are\n"
    "applied anew. Sites that use the same private addresses can't be told apart in one inventory: a note tells.\n",
    "複数のインベントリを一つにまとめます。同じネットワークの複数のセンサや複数の日、又はアドレスの異なる複数のサイトが"
    "対象です。順序は結果に影響せず、同じインベントリを2回指定しても1回と数えます。結果は、全てのキャプチャを一度に解析"
    "した場合と同じです（二つのキャプチャにまたがって切れたTCP接続を除く）。ポリシーとルールは改めて適用します。同じプ"
    "ライベートアドレスを使うサイトは一つのインベントリでは区別できないため、その旨を注記します。\n",
    "  kakoi merge monday/inventory.db tuesday/inventory.db -o both\n"};

using Owners = std::map<std::pair<std::string, std::string>, std::set<std::string>>;  // MACs by address and VLAN
Owners owners_in(Database& db) {
  Owners owners;
  for (Statement s = db.prepare("select i.value, i.vlan, m.value from address i"
                                " join address m on m.asset_id = i.asset_id and m.kind = 'mac'"
                                " join asset a on a.asset_id = i.asset_id"
                                " where i.kind = 'ipv4' and a.scope = 'local' and a.is_router = 0");
       s.step();)
    owners[{s.text(0), s.text(1)}].insert(s.text(2));
  return owners;
}

// Two networks with the same numbers look like one whose devices were all exchanged.
void note_equal_numbers(std::vector<Database>& given, const std::vector<std::string>& named) {
  constexpr std::size_t kEnough = 3;
  std::vector<Owners> all;
  for (Database& db : given) all.push_back(owners_in(db));
  for (std::size_t i = 0; i < all.size(); ++i)
    for (std::size_t j = i + 1; j < all.size(); ++j) {
      std::size_t common = 0, differing = 0;
      for (const auto& [number, macs] : all[i]) {
        const auto other = all[j].find(number);
        if (other == all[j].end()) continue;
        ++common;
        differing +=
            std::none_of(macs.begin(), macs.end(), [&](const auto& mac) { return other->second.contains(mac); });
      }
      if (differing < kEnough || differing * 2 <= common) continue;
      std::cerr << "kakoi: note: " << printable(named[i]) << " and " << printable(named[j]) << " have " << common
                << " addresses in common, and " << differing << " of them belong to other devices. If these are two "
                << "networks, do not merge them: what one did would be told of the other\n";
    }
}

// The one value that all inventories have, or "" where they differ.
std::string common(std::vector<Database>& given, const std::string& key) {
  std::string value;
  for (std::size_t i = 0; i < given.size(); ++i) {
    Statement s = given[i].prepare("select value from meta where key = ?1");
    s.bind(1, key);
    const std::string here = s.step() ? s.text(0) : "";
    if (i > 0 && here != value) return "";
    value = here;
  }
  return value;
}

// Which inventories were made with one key, which with another, and which were not judged.
std::string told_by_key(std::vector<Database>& given, const std::vector<std::string>& named) {
  std::vector<std::pair<std::string, std::string>> by_key;  // in the order given
  for (std::size_t i = 0; i < given.size(); ++i) {
    Statement s = given[i].prepare("select value from meta where key = 'fingerprint_key'");
    const std::string key = s.step() ? s.text(0) : "";
    auto group = std::find_if(by_key.begin(), by_key.end(), [&](const auto& g) { return g.first == key; });
    if (group == by_key.end()) group = by_key.insert(by_key.end(), {key, ""});
    group->second += (group->second.empty() ? "" : ", ") + named[i];
  }
  std::string text;
  for (std::size_t i = 0, keys = 0; i < by_key.size(); ++i) {
    const std::string key = by_key[i].first.empty() ? "not judged" : keys++ == 0 ? "one key" : "another key";
    text += (i == 0 ? "" : "; ") + by_key[i].second + " (" + key + ")";
  }
  return text;
}

// Each capture by its name, and the inventories that it is in.
std::string told(const SharedCaptures& shared, std::vector<Database>& given, const std::vector<std::string>& named) {
  std::string text;
  for (const std::string& id : shared.ids) {
    std::string source, places;
    for (std::size_t i = 0; i < given.size(); ++i) {
      Statement s = given[i].prepare("select source from capture where capture_id = ?1");
      if (!s.bind(1, id).step()) continue;
      source = s.text(0);
      places += (places.empty() ? "" : ", ") + named[i];
    }
    text += (text.empty() ? "" : "; ") + source + " (in " + places + ")";
  }
  return text + ": scanned together with different others; scan the captures again in one run";
}
}  // namespace

int merge(const Arguments& arguments) {
  po::options_description options("Options");
  add_judgement_options(options);
  options.add_options()("site", po::value<std::string>()->default_value("")->value_name("NAME"),
                        "name of the whole, if the policy gives none");
  const auto values = parse(arguments, options, kHelp);
  if (!values) return kDone;
  const std::vector<std::string> named = inputs(*values);
  if (named.empty()) throw UsageError("merge: name the inventories to merge");
  confine_to(reach_of(*values));
  const Judgement judgement = load_judgement(*values, "merge");

  std::vector<Database> given;
  std::vector<Part> parts;
  std::map<std::string, std::string> holders;  // by part: the inventories that have it
  for (const std::string& name : named) {
    try {
      given.push_back(open_inventory(name));
      keep_from_out(judgement.out, {inventory_at(name)});
      for (Part& part : read_parts(given.back())) {
        std::string& holder = holders[part.id];
        holder += (holder.empty() ? "" : ", ") + name;
        parts.push_back(std::move(part));
      }
    } catch (const InputError&) {
      throw;
    } catch (const std::runtime_error& error) {
      throw InputError(problem_of(inventory_at(name), error.what()));
    }
  }
  note_equal_numbers(given, named);
  // Fingerprints of one secret under two keys differ: that it is shared would go unseen.
  if (common(given, "fingerprint_key").empty() && given.size() > 1)
    throw InputError(
        "the inventories were made with different --fingerprint-key files, or not judged; they can't be merged: " +
        told_by_key(given, named));
  std::string site = (*values)["site"].as<std::string>();
  if (site.empty()) site = common(given, "site");

  try {
    try {
      parts = unite(std::move(parts));
    } catch (const SharedCaptures& shared) {
      throw InputError(told(shared, given, named));
    }
    const Observed observed = observed_in(parts, find_any_protocol);
    const Draft draft(judgement.out);
    Database db = draft.open();
    write_inventory(observed, {.site = site, .kakoi_version = KAKOI_VERSION, .ieee_data = ieee_data()}, db, parts);
    return judge(std::move(db), draft.path, judgement);
  } catch (const PartError& error) {
    throw InputError(holders[error.part] + ": " + error.what());
  }
}

}  // namespace kakoi::cli
