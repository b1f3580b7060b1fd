// NIST OSCAL 1.1.3, assessment results: one result for each framework.
//
// Every UUID is of version 5 and made from content. Within a document OSCAL wants each once, so what several results
// speak of (a finding, an asset) has one for each result; property "finding-id" or "asset-id" tells what is the same.
#include <algorithm>
#include <map>
#include <set>

#include "reports/exports/exports.h"
#include "reports/json/document.h"
#include "reports/json_value.h"
#include "reports/oscal/token.h"
#include "reports/rows.h"

namespace kakoi {

namespace {

constexpr const char* kOscalVersion = "1.1.3";
constexpr const char* kNamespace = "urn:kakoi:oscal";
constexpr const char* kEvidence = "evidence.pcapng";

struct Framework {
  std::string id, name, version, publisher;
};

// Properties; those without a value are left out, as OSCAL has no empty ones.
class Props {
 public:
  Props& add(const char* name, std::string_view value) { return put(name, value, false, ""); }
  Props& ours(const char* name, std::string_view value, std::string_view remarks = "") {
    return put(name, value, true, remarks);
  }
  void into(Json& object) {
    if (!props_.empty()) object["props"] = std::move(props_);
  }

 private:
  Props& put(const char* name, std::string_view value, bool is_ours, std::string_view remarks) {
    const std::string text = oscal::line(value);
    if (text.empty()) return *this;
    Json prop{{"name", name}};
    if (is_ours) prop["ns"] = kNamespace;
    prop["value"] = text;
    if (!remarks.empty()) prop["remarks"] = remarks;
    props_.push_back(std::move(prop));
    return *this;
  }
  Json props_ = Json::array();
};

class Results {
 public:
  explicit Results(const ReportInput& input)
      : input_(input),
        rows_(input, Rows::Form::document),
        bearing_(input.db),
        namespace_(site_namespace(input.db)),
        extent_(extent_of(input.db)),
        ja_(input.language == "ja"),
        has_evidence_(std::find(input.other_outputs.begin(), input.other_outputs.end(), kEvidence) !=
                      input.other_outputs.end()),
        addresses_(
            input.db.prepare("select distinct kind, value from address where asset_id = ?1 order by kind, value")),
        asset_(input.db.prepare(
            "select vendor, product, serial, os, firmware, purdue_level from asset where asset_id = ?1")) {
    for (Statement s = input.db.prepare("select sha256, source from capture " + std::string(kCaptureOrder)); s.step();)
      captures_.push_back({s.text(0), s.text(1)});
    for (const auto& capture : captures_) run_ += capture.first + '\n';
  }

  void write(std::ostream& out);

 private:
  // `what` of the site, whenever it is surveyed; of_run: of these captures.
  std::string uuid(const std::string& what) const { return to_string(uuid_of(namespace_, what)); }
  std::string of_run(const std::string& what) const { return uuid(what + '\n' + run_); }
  const char* say(const char* en, const char* ja) const { return ja_ ? ja : en; }
  std::string column(const char* name) const { return std::string(name) + (ja_ ? "_ja" : "_en"); }
  static std::string utc(std::int64_t time) { return iso8601(time, {}); }
  std::string tool(const Framework& f) const { return uuid("tool:" + f.id); }
  std::string capture_uuid(std::size_t i) const { return uuid("capture:" + captures_[i].first + captures_[i].second); }

  std::vector<Framework> frameworks();
  Json metadata();
  Json resources();
  void result(std::string& out, const Framework& framework);
  Json observation(const Framework& framework, std::string_view finding, std::set<std::uint32_t>& assets);
  const std::string& description(std::uint32_t asset);  // of an inventory item: its members but the UUID, and a brace
  Json finding(const Framework& framework, const Statement& verdict, const std::string& target);

  const ReportInput& input_;
  Rows rows_;
  Bearing bearing_;
  Uuid namespace_;
  Extent extent_;
  bool ja_, has_evidence_;
  std::vector<std::pair<std::string, std::string>> captures_;  // SHA-256, name
  std::string run_;
  Statement addresses_, asset_;
  std::map<std::uint32_t, std::string> descriptions_;
};

std::vector<Framework> Results::frameworks() {
  std::vector<Framework> frameworks;
  for (Statement s = input_.db.prepare("select framework, " + column("name") +
                                       ", version, publisher from framework order by framework");
       s.step();)
    frameworks.push_back({s.text(0), s.text(1), s.text(2), s.text(3)});
  if (frameworks.empty())
    frameworks.push_back({"", say("no framework", "枠組みなし"), "", ""});  // OSCAL wants a result
  return frameworks;
}

Json Results::metadata() {
  Json metadata;
  const std::string site = rows_.meta("site");
  metadata["title"] = std::string(say("Passive network assessment", "受動的ネットワーク調査")) +
                      (site.empty() ? "" : (ja_ ? "：" : ": ") + site);
  metadata["last-modified"] = utc(extent_.last);  // of the last packet: the content depends on nothing later
  metadata["version"] = input_.kakoi_version.empty() ? "0" : oscal::line(input_.kakoi_version);
  metadata["oscal-version"] = kOscalVersion;
  Props()
      .ours("zones", rows_.meta("policy"),
            say("Where zones come from: a site policy, or inferred from traffic.",
                "ゾーンの由来。サイトポリシーによる申告、又は通信からの推定。"))
      .into(metadata);
  metadata["remarks"] = say(
      "Made from captured traffic alone. Controls that the captures could not show are no findings: they are listed "
      "as properties named not-observable of the result, each with its reason.",
      "記録された通信のみに基づきます。記録から判断できない管理策は所見とせず、結果のプロパティ not-observable "
      "に理由とともに挙げています。");
  return metadata;
}

Json Results::resources() {
  Json resources = Json::array();
  resources.push_back({{"uuid", uuid("plan")},
                       {"title", say("Scope of the assessment", "調査の範囲")},
                       {"description", say("There is no assessment plan in OSCAL. The captures listed here were "
                                           "examined as a whole, with the rules and "
                                           "the site policy whose hashes manifest.json gives.",
                                           "OSCALの調査計画はありません。ここに挙げたキャプチャの全体を、manifest.json "
                                           "にハッシュを記したルールとサイトポリシーで調べました。")}});
  for (std::size_t i = 0; i < captures_.size(); ++i) {
    Json resource{{"uuid", capture_uuid(i)}};
    const std::string name = oscal::line(captures_[i].second);
    resource["title"] = name.empty() ? "capture" : name;
    resource["rlinks"] =
        Json::array({{{"href", oscal::reference(captures_[i].second)},
                      {"hashes", Json::array({{{"algorithm", "SHA-256"}, {"value", captures_[i].first}}})}}});
    resources.push_back(std::move(resource));
  }
  return resources;
}

Json Results::observation(const Framework& framework, std::string_view id, std::set<std::uint32_t>& assets) {
  Statement row =
      input_.db.prepare("select rule_id, severity, confidence, " + column("title") + ", " + column("detail") +
                        ", accepted, acceptance_reason, first_ts, last_ts, exposure_class, attack_ics from "
                        "finding where finding_id = ?1");
  row.bind(1, id).step();
  const std::string finding(id);
  Json observation{{"uuid", uuid("observation:" + framework.id + ":" + finding)}};
  observation["title"] = row.text(3);
  observation["description"] = row.text(4);
  Props()
      .ours("finding-id", id)
      .ours("rule", row.view(0))
      .ours("severity", row.view(1))
      .ours("confidence", std::to_string(row.integer(2)))
      .ours("exposure-class", row.view(9))
      .ours("attack-ics", row.view(10))
      .ours("accepted", row.integer(5) != 0 ? "yes" : "no", row.view(6))
      .into(observation);
  observation["methods"] = {"TEST"};
  observation["types"] = {"finding"};
  observation["origins"] =
      Json::array({{{"actors", Json::array({{{"type", "tool"}, {"actor-uuid", tool(framework)}}})}}});
  Json subjects = Json::array();
  std::set<std::uint32_t> named;
  for (const std::uint32_t asset : rows_.lookups().findings().assets(id)) {
    if (!named.insert(asset).second) continue;
    assets.insert(asset);
    subjects.push_back(
        {{"subject-uuid", uuid("asset:" + framework.id + ":" + rows_.lookups().assets().all()[asset].id)},
         {"type", "inventory-item"},
         {"title", rows_.lookups().assets().all()[asset].name}});
  }
  if (!subjects.empty()) observation["subjects"] = std::move(subjects);
  Json evidence = Json::array();
  for (const FindingLists::Packet& packet : rows_.lookups().findings().packets(id)) {
    const auto place = rows_.lookups().packets.find(packet.id);
    if (!place) continue;
    const std::string number = std::to_string(place->number);
    Json one = Json::object();
    if (has_evidence_ && row.integer(5) == 0) one["href"] = kEvidence;  // of open findings alone
    one["description"] = ja_ ? captures_[place->capture].second + " の " + number + " 番目のパケット"
                             : "Packet " + number + " of " + captures_[place->capture].second;
    Props()
        .ours("capture", captures_[place->capture].second)
        .ours("capture-sha256", captures_[place->capture].first)
        .ours("packet-number", number)
        .ours("packet-time", utc(packet.ts))
        .into(one);
    one["links"] = Json::array({{{"href", "#" + capture_uuid(place->capture)}, {"rel", "capture"}}});
    evidence.push_back(std::move(one));
  }
  if (!evidence.empty()) observation["relevant-evidence"] = std::move(evidence);
  observation["collected"] = utc(row.is_null(8) ? extent_.last : row.integer(8));
  return observation;
}

const std::string& Results::description(std::uint32_t position) {
  std::string& text = descriptions_[position];
  if (!text.empty()) return text;
  const Assets::Asset& asset = rows_.lookups().assets().all()[position];
  Json item{{"description", asset.name}};
  Props props;
  props.add("asset-id", asset.id);
  addresses_.reset();
  for (addresses_.bind(1, asset.id); addresses_.step();) {
    const std::string_view kind = addresses_.view(0);
    props.add(kind == "mac" ? "mac-address" : kind == "ipv4" ? "ipv4-address" : "ipv6-address", addresses_.view(1));
  }
  asset_.reset();
  asset_.bind(1, asset.id).step();
  props.add("vendor-name", asset_.view(0))
      .add("hardware-model", asset_.view(1))
      .add("serial-number", asset_.view(2))
      .add("os-name", asset_.view(3))
      .ours("firmware", asset_.view(4))
      .ours("role", asset.role)
      .ours("scope", asset.scope)
      .ours("zone", asset.zone.value_or(""))
      .ours("purdue-level", asset_.view(5))
      .into(item);
  text = dump(item).substr(1);
  return text;
}

// A verdict, apart from "not observable".
Json Results::finding(const Framework& framework, const Statement& verdict, const std::string& target) {
  const std::string_view word = verdict.view(1);
  const std::string control = verdict.text(0);
  Json finding{{"uuid", uuid("finding:" + framework.id + ":" + control)}};
  finding["title"] = control + (verdict.view(3).empty() ? "" : ": " + verdict.text(3));
  finding["description"] = verdict.text(2);
  Props().ours("control", control).ours("verdict", word).ours("id-status", verdict.view(4)).into(finding);
  Json status{{"state", word == "supported" ? "satisfied" : "not-satisfied"}};
  status["reason"] = word == "supported" ? "pass" : word == "not_met" ? "fail" : "other";
  if (word == "supported")
    status["remarks"] = say("Nothing against it was seen, and the captures could have shown it.",
                            "反する事実は観測されず、記録からは観測できる条件がそろっていました。");
  else if (word == "partly")
    status["remarks"] = say("Part of the control is spoken against, or the evidence alone is not enough.",
                            "管理策の一部に反する事実があるか、証拠が単独では十分ではありません。");
  finding["target"] = {{"type", framework.id == "sp800-53r5" ? "statement-id" : "objective-id"},
                       {"target-id", framework.id == "sp800-53r5" ? target + "_smt" : target},
                       {"status", std::move(status)}};
  Json related = Json::array();
  for (const std::string_view id : bearing_.findings_against(framework.id, control))
    related.push_back({{"observation-uuid", uuid("observation:" + framework.id + ":" + std::string(id))}});
  if (!related.empty()) finding["related-observations"] = std::move(related);
  return finding;
}

// The value of a member, written row by row: with many assets a result is large.
void Results::result(std::string& out, const Framework& framework) {
  const auto list = [&out](const char* name, const std::vector<std::string>& rows) {
    if (rows.empty()) return;
    out += std::string(",\n\"") + name + "\": [";
    for (std::size_t i = 0; i < rows.size(); ++i) {
      out += i > 0 ? ",\n" : "\n";
      out += rows[i];
    }
    out += "\n]";
  };
  Json head{{"uuid", of_run("result:" + framework.id)}};
  head["title"] = framework.name;
  head["description"] = framework.publisher + (framework.version.empty() ? "" : " " + framework.version);
  head["start"] = utc(extent_.first);
  head["end"] = utc(extent_.last);

  Props props;
  props.ours("framework", framework.id).ours("framework-version", framework.version);
  Json controls = Json::array();
  std::vector<std::string> findings;
  std::set<std::string> used;
  Statement verdict = input_.db.prepare(std::string("select control, verdict, ") + (ja_ ? "reason_ja" : "reason") +
                                        ", title, status from verdict where framework = ?1 order by position, control");
  for (verdict.bind(1, framework.id); verdict.step();) {
    const std::string plain = oscal::control_token(framework.id, verdict.view(0));
    std::string token = plain;
    for (int i = 2; !used.insert(token).second; ++i) token = plain + "-" + std::to_string(i);
    controls.push_back({{"control-id", token}});
    if (verdict.view(1) == "not_observable")
      props.ours("not-observable", verdict.view(0), verdict.view(2));
    else
      findings.push_back(dump(finding(framework, verdict, token)));
  }
  props.into(head);
  out += dump(head);
  out.pop_back();  // the brace: there is more

  std::set<std::uint32_t> assets;
  std::vector<std::string> observations, items;
  for (const std::string_view id : bearing_.findings_of(framework.id))
    observations.push_back(dump(observation(framework, id, assets)));
  for (const std::uint32_t asset : assets)
    items.push_back("{\"uuid\":\"" + uuid("asset:" + framework.id + ":" + rows_.lookups().assets().all()[asset].id) +
                    "\"," + description(asset));
  Json component{{"uuid", tool(framework)}, {"type", "software"}, {"title", "kakoi"}};
  component["description"] = say("Passive exposure scanner", "受動型の露出スキャナ");
  Props().add("version", input_.kakoi_version).into(component);
  component["status"] = {{"state", "operational"}};
  const Json assessment{{"components", Json::array({std::move(component)})},
                        {"assessment-platforms",
                         Json::array({{{"uuid", uuid("platform:" + framework.id)},
                                       {"uses-components", Json::array({{{"component-uuid", tool(framework)}}})}}})}};
  out += ",\n\"local-definitions\": {\"assessment-assets\": " + dump(assessment);
  list("inventory-items", items);
  Json selection = Json::object();
  if (controls.empty())
    selection["description"] = say("No control was judged.", "判定した管理策はありません。");
  else
    selection["include-controls"] = std::move(controls);
  out += "},\n\"reviewed-controls\": " + dump(Json{{"control-selections", Json::array({std::move(selection)})}});
  list("observations", observations);
  list("findings", findings);
  out += '}';
}

void Results::write(std::ostream& out) {
  Pieces pieces(out);
  pieces.text() += "{\"assessment-results\": {\n\"uuid\": " + dump(of_run("assessment-results"));
  pieces.text() += ",\n\"metadata\": " + dump(metadata());
  pieces.text() += ",\n\"import-ap\": " + dump(Json{{"href", "#" + uuid("plan")}});
  pieces.text() += ",\n\"results\": [";
  bool first = true;
  for (const Framework& framework : frameworks()) {
    pieces.text() += first ? "\n" : ",\n";
    first = false;
    result(pieces.text(), framework);
    pieces.pass_on();
  }
  pieces.text() += "\n],\n\"back-matter\": " + dump(Json{{"resources", resources()}}) + "\n}}\n";
}

}  // namespace

std::vector<ExportFile> oscal_files(const ReportInput&) {
  return {{"oscal-assessment-results.json",
           [](const ReportInput& input, std::ostream& out) { Results(input).write(out); }}};
}

}  // namespace kakoi
