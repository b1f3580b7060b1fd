// OCSF 1.8.0, one event a line: Device Inventory Info (5001) for each device, Compliance Finding (2003) for each
// control with a verdict, Detection Finding (2004) for each finding.
//
// "Not observable" is status 2 of compliance, "Warning: the compliance check did not yield a result due to missing
// information". "Partly" is Fail with status_code "partly": it failed for at least one resource.
#include <algorithm>
#include <map>
#include <set>

#include "reports/exports/exports.h"
#include "reports/findings_order.h"
#include "reports/json/document.h"
#include "reports/json_value.h"
#include "reports/rows.h"

namespace kakoi {

namespace {

constexpr const char* kOcsfVersion = "1.8.0";

int severity_id(std::string_view severity) {
  return severity == "critical" ? 5 : severity == "high" ? 4 : severity == "medium" ? 3 : severity == "low" ? 2 : 1;
}
const char* severity_name(int id) {
  constexpr const char* kNames[] = {"Unknown", "Informational", "Low", "Medium", "High", "Critical"};
  return kNames[id];
}

// Type of a device, as endpoint.type_id lists them; controllers and panels have none of their own.
std::pair<int, std::string> type_of(const std::string& role) {
  static const std::map<std::string, std::pair<int, const char*>, std::less<>> kTypes{
      {"server", {1, "Server"}},
      {"scada_server", {1, "Server"}},
      {"historian", {1, "Server"}},
      {"workstation", {2, "Desktop"}},
      {"engineering_station", {2, "Desktop"}},
      {"firewall", {9, "Firewall"}},
      {"switch", {10, "Switch"}},
      {"router", {12, "Router"}}};
  if (role.empty()) return {0, "Unknown"};
  const auto found = kTypes.find(role);
  if (found == kTypes.end()) return {99, role};
  return {found->second.first, found->second.second};
}

int os_type(std::string_view os) {
  const auto says = [&](std::string_view word) { return os.find(word) != os.npos; };
  return says("Windows") ? 100 : says("Linux") || says("Debian") || says("Ubuntu") ? 200 : 0;
}

void add(Json& object, const char* name, std::string_view text) {
  if (!text.empty()) object[name] = text;
}

class Events {
 public:
  explicit Events(const ReportInput& input)
      : input_(input),
        rows_(input, Rows::Form::document),
        bearing_(input.db),
        namespace_(site_namespace(input.db)),
        extent_(extent_of(input.db)),
        ja_(input.language == "ja") {
    for (Statement s = input.db.prepare("select sha256 from capture " + std::string(kCaptureOrder)); s.step();) {
      captures_.push_back(s.text(0));
      run_ += '\n' + captures_.back();
    }
  }
  void write(std::ostream& out) {
    Pieces pieces(out);
    devices(pieces);
    controls(pieces);
    detections(pieces);
  }

 private:
  static std::int64_t ms(std::int64_t nanoseconds) { return nanoseconds / 1'000'000; }
  std::string column(const char* name) const { return std::string(name) + (ja_ ? "_ja" : "_en"); }
  Json event(int category, const char* category_name, int event_class, const char* class_name, int activity,
             const char* activity_name, int severity, std::int64_t time, const std::string& what) const;
  static void put(Pieces& pieces, const Json& event) {
    pieces.text() += dump(event) + '\n';
    pieces.pass_on();
  }
  void devices(Pieces& pieces);
  void controls(Pieces& pieces);
  void detections(Pieces& pieces);

  const ReportInput& input_;
  Rows rows_;
  Bearing bearing_;
  Uuid namespace_;
  Extent extent_;
  bool ja_;
  std::vector<std::string> captures_;
  std::string run_;
};

Json Events::event(int category, const char* category_name, int event_class, const char* class_name, int activity,
                   const char* activity_name, int severity, std::int64_t time, const std::string& what) const {
  Json product{{"name", "kakoi"}, {"vendor_name", "kakoi"}};
  add(product, "version", input_.kakoi_version);
  return {{"category_uid", category},
          {"category_name", category_name},
          {"class_uid", event_class},
          {"class_name", class_name},
          {"activity_id", activity},
          {"activity_name", activity_name},
          {"type_uid", event_class * 100 + activity},
          {"severity_id", severity},
          {"severity", severity_name(severity)},
          {"time", time},
          {"metadata",
           {{"version", kOcsfVersion},
            {"product", std::move(product)},
            {"uid", to_string(uuid_of(namespace_, "ocsf:" + what + run_))},
            {"log_name", "kakoi"}}}};
}

void Events::devices(Pieces& pieces) {
  Statement addresses =
      input_.db.prepare("select distinct kind, value from address where asset_id = ?1 order by kind, value");
  for (Statement row = input_.db.prepare(
           "select asset_id, name, scope, role, vendor, product, firmware, serial, os, first_ts, last_ts, zone_id from "
           "asset where scope not in ('multicast', 'broadcast') order by asset_id");
       row.step();) {
    const auto [type_id, type] = type_of(row.text(3));
    Json event = this->event(5, "Discovery", 5001, "Device Inventory Info", 2, "Collect", 1, ms(row.integer(10)),
                             "device:" + row.text(0));
    Json device{{"uid", row.text(0)}, {"name", row.text(1)}, {"type_id", type_id}, {"type", type}};
    std::vector<std::string> macs, ips;
    addresses.reset();
    for (addresses.bind(1, row.view(0)); addresses.step();)
      (addresses.view(0) == "mac" ? macs : ips).push_back(addresses.text(1));
    const auto is_name = [&](const std::vector<std::string>& list) {
      return std::find(list.begin(), list.end(), row.view(1)) != list.end();
    };
    if (!is_name(macs) && !is_name(ips)) device["hostname"] = row.text(1);
    if (!ips.empty()) device["ip"] = ips.front();
    if (!macs.empty()) device["mac"] = macs.front();
    if (macs.size() + ips.size() > 1) {
      Json interfaces = Json::array();
      for (std::size_t i = 0; i < std::max(macs.size(), ips.size()); ++i) {
        // which address belongs to which interface is not known, unless there is but one
        if (macs.size() == 1 && i < ips.size())
          interfaces.push_back({{"mac", macs[0]}, {"ip", ips[i]}});
        else {
          if (i < macs.size()) interfaces.push_back({{"mac", macs[i]}});
          if (i < ips.size()) interfaces.push_back({{"ip", ips[i]}});
        }
      }
      device["network_interfaces"] = std::move(interfaces);
    }
    add(device, "vendor_name", row.view(4));
    add(device, "model", row.view(5));
    if (!row.view(4).empty() || !row.view(7).empty()) {
      Json hardware = Json::object();
      add(hardware, "vendor_name", row.view(4));
      add(hardware, "serial_number", row.view(7));
      device["hw_info"] = std::move(hardware);
    }
    if (!row.view(8).empty()) device["os"] = {{"name", row.text(8)}, {"type_id", os_type(row.view(8))}};
    add(device, "zone", row.view(11));
    device["first_seen_time"] = ms(row.integer(9));
    device["last_seen_time"] = ms(row.integer(10));
    event["device"] = std::move(device);
    event["metadata"]["labels"] = {"scope:" + row.text(2)};
    if (!row.view(6).empty()) event["unmapped"] = {{"firmware", row.text(6)}};
    put(pieces, event);
  }
}

void Events::controls(Pieces& pieces) {
  Statement severity_of = input_.db.prepare("select severity from finding where finding_id = ?1 and accepted = 0");
  for (Statement row = input_.db.prepare(
           "select v.framework, v.control, v.verdict, v." + std::string(ja_ ? "reason_ja" : "reason") +
           ", v.title, f." + column("name") + ", f.version, v." + column("observable") +
           " from verdict v join framework f on f.framework = v.framework order by v.framework, v.position, v.control");
       row.step();) {
    const std::string_view verdict = row.view(2);
    const std::string uid = row.text(0) + "/" + row.text(1);
    int severity = 1;
    Json related = Json::array();
    for (const std::string_view id : bearing_.findings_against(row.view(0), row.view(1))) {
      related.push_back({{"uid", std::string(id)}, {"type_uid", 200401}});
      severity_of.reset();
      if (severity_of.bind(1, id).step()) severity = std::max(severity, severity_id(severity_of.view(0)));
    }
    if (verdict == "supported" || verdict == "not_observable") severity = 1;
    Json event = this->event(2, "Findings", 2003, "Compliance Finding", 1, "Create", severity, ms(extent_.last),
                             "control:" + uid);
    event["message"] = row.text(3);
    event["status_id"] = 1;
    event["status"] = "New";
    Json info{
        {"uid", uid}, {"title", row.text(1) + (row.view(4).empty() ? "" : ": " + row.text(4))}, {"desc", row.text(3)}};
    info["first_seen_time"] = ms(extent_.first);
    info["last_seen_time"] = ms(extent_.last);
    if (!related.empty()) {
      info["related_events_count"] = related.size();
      info["related_events"] = std::move(related);
    }
    event["finding_info"] = std::move(info);
    const auto [status, status_name] = verdict == "supported"        ? std::pair(1, "Pass")
                                       : verdict == "not_observable" ? std::pair(2, "Warning")
                                                                     : std::pair(3, "Fail");
    Json compliance{{"standards", Json::array({row.text(5) + (row.view(6).empty() ? "" : " (" + row.text(6) + ")")})}};
    compliance["control"] = row.text(1);
    add(compliance, "desc", row.view(7));
    compliance["status_id"] = status;
    compliance["status"] = status_name;
    compliance["status_code"] = row.text(2);
    compliance["status_details"] = {row.text(3)};
    event["compliance"] = std::move(compliance);
    put(pieces, event);
  }
}

void Events::detections(Pieces& pieces) {
  const Assets& assets = rows_.lookups().assets();
  const std::string evidence = "evidence.pcapng";
  const bool has_evidence =
      std::find(input_.other_outputs.begin(), input_.other_outputs.end(), evidence) != input_.other_outputs.end();
  for (Statement row = input_.db.prepare(
           "select finding_id, rule_id, family, severity, confidence, " + column("title") + ", " + column("detail") +
           ", accepted, acceptance_reason, first_ts, last_ts, exposure_class, attack_ics from finding " +
           std::string(kFindingOrder));
       row.step();) {
    const bool accepted = row.integer(7) != 0;
    const std::int64_t first = row.is_null(9) ? extent_.first : row.integer(9);
    const std::int64_t last = row.is_null(10) ? extent_.last : row.integer(10);
    Json event = this->event(2, "Findings", 2004, "Detection Finding", 1, "Create", severity_id(row.view(3)), ms(last),
                             "finding:" + row.text(0));
    event["start_time"] = ms(first);
    event["end_time"] = ms(last);
    event["message"] = row.text(6);
    event["status_id"] = accepted ? 3 : 1;
    event["status"] = accepted ? "Suppressed" : "New";
    if (accepted) add(event, "comment", row.view(8));
    event["is_alert"] = !accepted;
    event["confidence_score"] = row.integer(4);
    Json info{{"uid", row.text(0)}, {"title", row.text(5)}, {"desc", row.text(6)}};
    Json analytic{{"type_id", 1}, {"type", "Rule"}, {"uid", row.text(1)}};
    const auto rule = input_.rules.find(row.text(1));
    if (rule != input_.rules.end()) add(analytic, "name", ja_ ? rule->second.title_ja : rule->second.title_en);
    add(analytic, "category", row.view(2));
    info["analytic"] = std::move(analytic);
    if (!row.view(12).empty()) info["attacks"] = Json::array({{{"technique", {{"uid", row.text(12)}}}}});
    if (!row.view(11).empty()) info["types"] = {row.text(11)};
    info["first_seen_time"] = ms(first);
    info["last_seen_time"] = ms(last);
    event["finding_info"] = std::move(info);
    Json resources = Json::array();
    std::set<std::uint32_t> named;
    for (const std::uint32_t asset : rows_.lookups().findings().assets(row.view(0))) {
      if (!named.insert(asset).second) continue;
      const Assets::Asset& one = assets.all()[asset];
      Json resource{{"uid", one.id}, {"name", one.name}};
      add(resource, "type", one.role);
      add(resource, "zone", one.zone.value_or(""));
      resources.push_back(std::move(resource));
    }
    if (!resources.empty()) event["resources"] = std::move(resources);
    Json evidences = Json::array();
    for (const FindingLists::Packet& packet : rows_.lookups().findings().packets(row.view(0))) {
      const auto place = rows_.lookups().packets.find(packet.id);
      if (!place) continue;
      Json data{{"capture", rows_.lookups().packets.captures()[place->capture].source},
                {"capture_sha256", captures_[place->capture]},
                {"packet_number", place->number},
                {"packet_time", iso8601(packet.ts, {})}};
      if (has_evidence && !accepted) data["file"] = evidence;
      evidences.push_back({{"data", std::move(data)}});
    }
    if (!evidences.empty()) event["evidences"] = std::move(evidences);
    if (rule != input_.rules.end())
      if (const std::string& remedy = ja_ ? rule->second.remedy_ja : rule->second.remedy_en; !remedy.empty())
        event["remediation"] = {{"desc", remedy}};
    put(pieces, event);
  }
}

}  // namespace

std::vector<ExportFile> ocsf_files(const ReportInput&) {
  return {{"ocsf.ndjson", [](const ReportInput& input, std::ostream& out) { Events(input).write(out); }}};
}

}  // namespace kakoi
