#include <algorithm>
#include <array>
#include <map>
#include <set>

#include "rules/policy/half_width.h"
#include "rules/policy/role.h"
#include "rules/register/csv_reader.h"
#include "rules/register/encoding.h"
#include "rules/register/merge.h"
#include "rules/register/register.h"
#include "rules/yaml_reader.h"

namespace kakoi {

namespace {

using Field = std::string DeclaredAsset::*;

// Headings that people write, as folded_word() folds them.
struct Column {
  std::string_view heading;
  Field field;  // null: addresses
};
constexpr Field kAddresses = nullptr;
constexpr Column kColumns[] = {
    {"name", &DeclaredAsset::name},
    {"hostname", &DeclaredAsset::name},
    {"host", &DeclaredAsset::name},
    {"assetname", &DeclaredAsset::name},
    {"devicename", &DeclaredAsset::name},
    {"名称", &DeclaredAsset::name},
    {"名前", &DeclaredAsset::name},
    {"資産名", &DeclaredAsset::name},
    {"資産名称", &DeclaredAsset::name},
    {"機器名", &DeclaredAsset::name},
    {"機器名称", &DeclaredAsset::name},
    {"装置名", &DeclaredAsset::name},
    {"装置名称", &DeclaredAsset::name},
    {"設備名", &DeclaredAsset::name},
    {"ホスト名", &DeclaredAsset::name},
    {"コンピュータ名", &DeclaredAsset::name},
    {"コンピューター名", &DeclaredAsset::name},
    {"address", kAddresses},
    {"addresses", kAddresses},
    {"ip", kAddresses},
    {"ipaddress", kAddresses},
    {"ipaddresses", kAddresses},
    {"ipv4", kAddresses},
    {"ipv4address", kAddresses},
    {"ipv6", kAddresses},
    {"ipv6address", kAddresses},
    {"mac", kAddresses},
    {"macaddress", kAddresses},
    {"macaddresses", kAddresses},
    {"アドレス", kAddresses},
    {"ipアドレス", kAddresses},
    {"ipv4アドレス", kAddresses},
    {"ipv6アドレス", kAddresses},
    {"macアドレス", kAddresses},
    {"物理アドレス", kAddresses},
    {"role", &DeclaredAsset::role},
    {"type", &DeclaredAsset::role},
    {"devicetype", &DeclaredAsset::role},
    {"役割", &DeclaredAsset::role},
    {"種別", &DeclaredAsset::role},
    {"種類", &DeclaredAsset::role},
    {"機器種別", &DeclaredAsset::role},
    {"zone", &DeclaredAsset::zone},
    {"segment", &DeclaredAsset::zone},
    {"ゾーン", &DeclaredAsset::zone},
    {"区域", &DeclaredAsset::zone},
    {"セグメント", &DeclaredAsset::zone},
    {"vendor", &DeclaredAsset::vendor},
    {"maker", &DeclaredAsset::vendor},
    {"manufacturer", &DeclaredAsset::vendor},
    {"メーカー", &DeclaredAsset::vendor},
    {"メーカ", &DeclaredAsset::vendor},
    {"メーカー名", &DeclaredAsset::vendor},
    {"メーカ名", &DeclaredAsset::vendor},
    {"製造者", &DeclaredAsset::vendor},
    {"製造元", &DeclaredAsset::vendor},
    {"ベンダー", &DeclaredAsset::vendor},
    {"ベンダ", &DeclaredAsset::vendor},
    {"product", &DeclaredAsset::product},
    {"productname", &DeclaredAsset::product},
    {"model", &DeclaredAsset::product},
    {"modelname", &DeclaredAsset::product},
    {"modelnumber", &DeclaredAsset::product},
    {"製品", &DeclaredAsset::product},
    {"製品名", &DeclaredAsset::product},
    {"型番", &DeclaredAsset::product},
    {"型式", &DeclaredAsset::product},
    {"形式", &DeclaredAsset::product},
    {"機種", &DeclaredAsset::product},
    {"機種名", &DeclaredAsset::product},
    {"モデル", &DeclaredAsset::product},
    {"firmware", &DeclaredAsset::firmware},
    {"firmwareversion", &DeclaredAsset::firmware},
    {"version", &DeclaredAsset::firmware},
    {"ファームウェア", &DeclaredAsset::firmware},
    {"ファームウェア版数", &DeclaredAsset::firmware},
    {"ファームウェアバージョン", &DeclaredAsset::firmware},
    {"バージョン", &DeclaredAsset::firmware},
    {"版数", &DeclaredAsset::firmware},
    {"serial", &DeclaredAsset::serial},
    {"serialnumber", &DeclaredAsset::serial},
    {"製造番号", &DeclaredAsset::serial},
    {"シリアル", &DeclaredAsset::serial},
    {"シリアル番号", &DeclaredAsset::serial},
    {"シリアルナンバー", &DeclaredAsset::serial},
    {"os", &DeclaredAsset::os},
    {"operatingsystem", &DeclaredAsset::os},
    {"location", &DeclaredAsset::location},
    {"place", &DeclaredAsset::location},
    {"site", &DeclaredAsset::location},
    {"設置場所", &DeclaredAsset::location},
    {"設置箇所", &DeclaredAsset::location},
    {"場所", &DeclaredAsset::location},
    {"purpose", &DeclaredAsset::purpose},
    {"use", &DeclaredAsset::purpose},
    {"用途", &DeclaredAsset::purpose},
    {"目的", &DeclaredAsset::purpose},
    {"使用目的", &DeclaredAsset::purpose},
    {"利用目的", &DeclaredAsset::purpose},
    {"criticality", &DeclaredAsset::criticality},
    {"importance", &DeclaredAsset::criticality},
    {"重要度", &DeclaredAsset::criticality},
};

const Column* find_column(const std::string& heading) {
  const std::string wanted = folded_word(heading);
  const auto found = std::find_if(std::begin(kColumns), std::end(kColumns),
                                  [&](const Column& column) { return column.heading == wanted; });
  return found == std::end(kColumns) ? nullptr : found;
}

// "192.168.010.011" as ledgers pad it: decimal.
std::optional<Address> padded_ipv4(std::string_view word) {
  std::string plain;
  for (int group = 0; group < 4; ++group) {
    const std::size_t end = std::min(word.find('.'), word.size());
    std::string_view digits = word.substr(0, end);
    if (digits.empty() || digits.size() > 3 || digits.find_first_not_of("0123456789") != std::string_view::npos)
      return std::nullopt;
    digits.remove_prefix(std::min(digits.find_first_not_of('0'), digits.size() - 1));
    (plain += group == 0 ? "" : ".") += digits;
    word.remove_prefix(std::min(end + 1, word.size()));
  }
  return word.empty() ? parse_address(plain) : std::nullopt;
}

// Twelve hexadecimal digits, alone or in groups of two or four that one sign keeps apart.
std::optional<Address> written_mac(std::string_view word) {
  std::string digits;
  std::size_t group = 0;
  const std::size_t first = word.find_first_of(".-:");
  for (std::size_t i = 0; i < word.size(); ++i) {
    const char c = word[i];
    if (c == '.' || c == '-' || c == ':') {
      if (c != word[first] || group != first) return std::nullopt;
      group = 0;
    } else {
      digits += static_cast<char>(c >= 'A' && c <= 'F' ? c | 0x20 : c);
      ++group;
    }
  }
  const bool groups_fit = first == std::string_view::npos || ((first == 2 || first == 4) && group == first);
  if (!groups_fit || digits.size() != 12 || digits.find_first_not_of("0123456789abcdef") != std::string::npos)
    return std::nullopt;
  for (int at = 10; at > 0; at -= 2) digits.insert(static_cast<std::size_t>(at), ":");
  return parse_address(digits);
}

// Also "001d.9cc8.13a1", "001D9CC813A1", "192.168.010.011" and "192.0.2.7/24".
std::optional<Address> address_of(std::string_view word) {
  if (const std::size_t slash = word.find('/'); slash != std::string_view::npos) word = word.substr(0, slash);
  if (const auto address = parse_address(word)) return address;
  if (const auto address = padded_ipv4(word)) return address;
  return written_mac(word);
}

std::vector<std::string> words_of(const std::string& cell) {
  std::vector<std::string> words;
  std::string text = cell;
  for (const std::string_view wide : {"、", "，", "；", "\xE3\x80\x80"})
    for (std::size_t at; (at = text.find(wide)) != std::string::npos;) text.replace(at, wide.size(), " ");
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find_first_of(" ,;|\t\r\n", at), text.size());
    if (end > at) words.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  return words;
}

// Outputs do not depend on where the list lies.
std::string file_name(const std::string& origin) { return std::filesystem::path(origin).filename().string(); }

// "高" is "high"; what is no such word stays.
std::string criticality_of(const std::string& text) {
  static const std::map<std::string, std::string> kWords = {
      {"critical", "critical"}, {"最重要", "critical"}, {"極めて高い", "critical"},
      {"high", "high"},         {"高", "high"},         {"高い", "high"},
      {"重要", "high"},         {"medium", "medium"},   {"中", "medium"},
      {"普通", "medium"},       {"low", "low"},         {"低", "low"},
      {"低い", "low"}};
  const auto found = kWords.find(folded_word(text));
  return found == kWords.end() ? text : found->second;
}

class CsvRegister {
 public:
  CsvRegister(Policy& policy, const std::string& origin) : policy_(policy), origin_(origin), merge_(policy) {
    for (const DeclaredAsset& a : policy.assets) take(a);
  }

  std::vector<std::string> read(std::string_view text) {
    const std::vector<CsvRow> rows = read_csv(text);
    auto row = std::find_if(rows.begin(), rows.end(), [](const CsvRow& r) { return !r.is_blank(); });
    if (row == rows.end()) throw PolicyError({origin_ + ": the list is empty; its first row names the columns"});
    headings(*row);
    if (std::all_of(row + 1, rows.end(), [](const CsvRow& r) { return r.is_blank(); }))
      notes_.push_back(origin_ + ": no asset stands below the headings");
    for (++row; row != rows.end(); ++row)
      if (!row->is_blank()) asset(*row);
    if (!problems_.empty()) throw PolicyError(problems_);
    for (const LeftOut& left : left_out_)
      notes_.push_back(left.note + (left.more == 0 ? ""
                                                   : " (so in " + std::to_string(left.more) +
                                                         (left.more == 1 ? " more row)" : " more rows)")));
    return std::move(notes_);
  }

 private:
  std::string place(std::size_t line) const { return origin_ + ':' + std::to_string(line) + ": "; }

  void headings(const CsvRow& row) {
    bool known = false, told = false;
    std::string others;
    std::set<const Column*> seen;
    for (const std::string& cell : row.cells) {
      const Column* column = find_column(cell);
      if (column && !seen.insert(column).second)
        throw PolicyError({place(row.line) + "the heading '" + cell +
                           "' stands here twice; give each device a row of its own, and write several addresses of "
                           "one device in one cell"});
      columns_.push_back(column);
      known |= column != nullptr;
      told |= column && (column->field == kAddresses || column->field == &DeclaredAsset::name);
      if (!column && !cell.empty()) others += (others.empty() ? "" : ", ") + cell;
    }
    if (!known || !told)
      throw PolicyError({place(row.line) +
                         "no column of this list is known as a name or an address; its first row must "
                         "hold headings such as name, IP address, MAC address (機器名, IPアドレス, "
                         "MACアドレス); see docs/register.md"});
    if (!others.empty()) notes_.push_back(place(row.line) + "columns not used: " + others);
  }

  void asset(const CsvRow& row) {
    if (row.unended) {
      problems_.push_back(place(row.line) + "a quote is opened here and never closed; close it");
      return;
    }
    DeclaredAsset a;
    a.source = file_name(origin_) + ':' + std::to_string(row.line);
    std::vector<Address> addresses;
    for (std::size_t i = 0; i < row.cells.size() && i < columns_.size(); ++i) {
      if (!columns_[i] || row.cells[i].empty()) continue;
      if (columns_[i]->field == kAddresses)
        a.is_unread |= !add_addresses(row, row.cells[i], addresses);
      else if (std::string& field = a.*columns_[i]->field; field.empty())
        field = row.cells[i];
    }
    for (std::size_t i = columns_.size(); i < row.cells.size(); ++i) {
      if (row.cells[i].empty()) continue;
      notes_.push_back(place(row.line) + "more cells than the list has columns, from '" + row.cells[i] +
                       "' on; a text that holds the separator must stand in quotes");
      break;
    }
    std::stable_partition(addresses.begin(), addresses.end(), [](const Address& x) { return x.is_ip(); });
    if (!addresses.empty()) a.address = addresses.front(), a.others.assign(addresses.begin() + 1, addresses.end());
    a.is_unread &= addresses.empty();
    if (addresses.empty() && a.name.empty()) {
      problems_.push_back(place(row.line) + "this row has neither a name nor an address; give it one, or remove it");
      return;
    }
    settle(row, a);
    std::string problem;
    const RegisterMerge::Result merged = merge_.add(a, place(row.line), problem);
    if (merged == RegisterMerge::Result::contradicts) problems_.push_back(std::move(problem));
    if (merged != RegisterMerge::Result::other_device) {
      take(a);  // the next row of this list with its address is another device
      return;
    }
    if (!take(a)) {
      const auto first = std::find_if(policy_.assets.begin(), policy_.assets.end(), [&](const DeclaredAsset& b) {
        return b.zone == a.zone &&
               (b.address == a.address || std::find(b.others.begin(), b.others.end(), a.address) != b.others.end());
      });
      const std::string there = first == policy_.assets.end()
                                    ? ""
                                    : " ('" + first->name + "' in " +
                                          (first->source.empty() ? "the policy" : first->source) + " has it, too)";
      problems_.push_back(place(row.line) + "address " + to_string(a.address) + " is declared twice" + there +
                          "; keep one asset for it, or give each its own MAC address or zone");
      return;
    }
    policy_.assets.push_back(std::move(a));
  }

  // Copied machine cells use one address several times: in two zones, or by two network cards.
  bool take(const DeclaredAsset& a) {
    if (a.address.is_none()) return true;
    std::vector<std::set<Address>>& before = taken_[{a.address, a.zone}];
    std::set<Address> macs;
    for (const Address& other : a.others)
      if (other.is_mac()) macs.insert(other);
    const bool apart = std::all_of(before.begin(), before.end(), [&](const std::set<Address>& others) {
      return !macs.empty() && !others.empty() &&
             std::none_of(macs.begin(), macs.end(), [&](const Address& mac) { return others.contains(mac); });
    });
    before.push_back(std::move(macs));
    return apart;
  }

  // False if a word of the cell is no address.
  bool add_addresses(const CsvRow& row, const std::string& cell, std::vector<Address>& addresses) {
    bool all_read = true;
    for (const std::string& word : words_of(cell)) {
      const auto address = address_of(half_width(word));
      all_read &= address.has_value();
      if (!address)
        notes_.push_back(place(row.line) + "'" + word + "' is no IP or MAC address and was left out");
      else if (std::find(addresses.begin(), addresses.end(), *address) == addresses.end())
        addresses.push_back(*address);
    }
    return all_read;
  }

  // What many rows have is told once, at the first of them.
  void leave_out(const CsvRow& row, std::string& word, const std::string& why) {
    const auto [told, is_new] = told_.emplace(why, left_out_.size());
    if (is_new)
      left_out_.push_back({place(row.line) + why, 0});
    else
      ++left_out_[told->second].more;
    word.clear();
  }

  void settle(const CsvRow& row, DeclaredAsset& a) {
    if (!a.zone.empty()) {
      const auto zone = std::find_if(policy_.zones.begin(), policy_.zones.end(),
                                     [&](const Zone& z) { return z.id == a.zone || z.name == a.zone; });
      if (zone == policy_.zones.end()) {
        const std::string name = "zone '" + a.zone + "'";
        leave_out(row, a.zone,
                  policy_.declares_zones() ? name + " is not in the policy and was left out"
                                           : name + " was left out: no policy declares zones (--policy)");
      } else {
        a.zone = zone->id;
      }
    }
    if (const auto role = find_role(a.role))
      a.role = *role;
    else if (!a.role.empty())
      leave_out(row, a.role, "'" + a.role + "' is no role and was left out; known are " + role_list());
    a.criticality = criticality_of(a.criticality);
    if (!a.criticality.empty() &&
        std::find(kCriticalities.begin(), kCriticalities.end(), a.criticality) == kCriticalities.end()) {
      notes_.push_back(place(row.line) + "'" + a.criticality +
                       "' is no criticality (critical, high, medium, low) and was left out");
      a.criticality.clear();
    }
  }

  Policy& policy_;
  const std::string& origin_;
  RegisterMerge merge_;
  std::vector<const Column*> columns_;                                               // null: not used
  std::map<std::pair<Address, std::string>, std::vector<std::set<Address>>> taken_;  // by address and zone: MACs
  struct LeftOut {
    std::string note;
    std::size_t more;  // rows
  };
  std::vector<LeftOut> left_out_;
  std::map<std::string, std::size_t> told_;  // place in left_out_
  std::vector<std::string> notes_, problems_;
};

void add_yaml(Policy& policy, const std::string& text, const std::string& origin) {
  RegisterMerge merge(policy);
  std::vector<std::string> problems;
  for (DeclaredAsset& a : parse_policy(text, origin).assets) {
    const std::string line = a.place.substr(a.place.rfind(':'));
    a.source = a.place;
    std::string problem;
    switch (merge.add(a, origin + line + ": ", problem)) {
      case RegisterMerge::Result::contradicts:
        problems.push_back(std::move(problem));
        break;
      case RegisterMerge::Result::other_device:
        policy.assets.push_back(std::move(a));
        break;
      case RegisterMerge::Result::merged:
        break;
    }
  }
  if (!problems.empty()) throw PolicyError(problems);
}

bool is_yaml(const std::string& origin) { return origin.ends_with(".yaml") || origin.ends_with(".yml"); }

}  // namespace

std::vector<std::string> add_register(Policy& policy, std::string_view bytes, const std::string& origin) {
  const std::optional<std::string> text = decode_text(bytes);
  const bool is_workbook = bytes.starts_with("PK\x03\x04");
  if (is_workbook || !text || text->find('\0') != std::string::npos)
    throw PolicyError(
        {origin + ": this is no text in UTF-8, UTF-16 or Shift_JIS; a workbook (.xlsx) must be saved as CSV first"});
  if (!is_yaml(origin)) return CsvRegister(policy, origin).read(*text);
  add_yaml(policy, *text, origin);
  return {};
}

}  // namespace kakoi
