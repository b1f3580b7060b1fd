// OUT/cset/diagram.xml: an mxGraph model to be pasted into CSET's empty diagram. Zones are swimlanes with the devices in
// them as children, so that CSET's analysis sees which links cross zones; links are plain cells with an id, which it
// wants. The name of the image decides which kind of component a device is: only names known to be CSET's stand here,
// a device without one is of CSET's kind "other".
#include <cmath>
#include <map>

#include "reports/cset/network.h"
#include "reports/exports/exports.h"
#include "reports/json_value.h"
#include "reports/rows.h"

namespace kakoi {

namespace {

constexpr int kSide = 60, kStepX = 140, kStepY = 120, kHead = 40, kGap = 60;

// XML 1.0 §2.2: characters that can't stand in a document at all are left out; what is not UTF-8 becomes U+FFFD.
std::string attribute(std::string_view text) {
  const std::string valid = parse_json(dump(Json(text))).get<std::string>();
  std::string result;
  for (std::size_t i = 0; i < valid.size(); ++i) {
    const char c = valid[i];
    const std::string_view rest = std::string_view(valid).substr(i);
    if (c == '&')
      result += "&amp;";
    else if (c == '<')
      result += "&lt;";
    else if (c == '>')
      result += "&gt;";
    else if (c == '"')
      result += "&quot;";
    else if (c == '\t' || c == '\n' || c == '\r')
      result += ' ';
    else if (rest.starts_with("\xEF\xBF\xBE") || rest.starts_with("\xEF\xBF\xBF"))
      i += 2;
    else if (static_cast<unsigned char>(c) >= 0x20 && c != 0x7f)
      result += c;
  }
  return result;
}

std::string_view image_of(std::string_view role) {
  static constexpr std::pair<std::string_view, std::string_view> kImages[] = {
      {"firewall", "firewall.svg"}, {"router", "router.svg"},  {"historian", "historian.svg"},
      {"scada_server", "mtu.svg"},  {"workstation", "pc.svg"}, {"engineering_station", "pc.svg"}};
  for (const auto& [name, image] : kImages)
    if (name == role) return image;
  return "";
}

// As CSET names kinds of zones.
std::string_view zone_type(std::string_view kind) {
  if (kind == "ot") return "Control System";
  if (kind == "it") return "Corporate";
  if (kind == "dmz") return "Control DMZ";
  if (kind == "safety") return "Safety";
  return "Other";
}

std::string label_of(const cset::Node& node) {
  const std::string_view symbol = cset::symbol_of(node.role);
  return (symbol.empty() || !image_of(node.role).empty() ? "" : std::string(symbol) + " ") + node.name;
}

class Diagram {
 public:
  explicit Diagram(const ReportInput& input)
      : network_(cset::network_of(input)), namespace_(site_namespace(input.db)) {}
  void write(std::ostream& out);

 private:
  void device(std::ostream& out, std::size_t index, const std::string& parent, int x, int y) const;
  static std::string cell(std::size_t index) { return "a" + std::to_string(index); }

  cset::Network network_;
  Uuid namespace_;
};

void Diagram::device(std::ostream& out, std::size_t index, const std::string& parent, int x, int y) const {
  const cset::Node& node = network_.nodes[index];
  const std::string_view image = image_of(node.role);
  const std::string label = label_of(node);
  out << "    <UserObject id=\"" << cell(index) << "\" ComponentGuid=\""
      << to_string(uuid_of(namespace_, "cset:" + node.id)) << "\" label=\"" << attribute(label) << "\" internalLabel=\""
      << attribute(label) << "\" IPAddress=\"" << attribute(node.address) << "\" HostName=\""
      << attribute(node.host_name) << "\" Description=\"" << attribute(node.description) << "\" Criticality=\""
      << attribute(node.criticality) << "\"><mxCell parent=\"" << parent
      << "\" vertex=\"1\" style=\"whiteSpace=wrap;html=0;";
  if (!image.empty()) out << "image;image=img/cset/" << image;
  out << "\"><mxGeometry x=\"" << x << "\" y=\"" << y << "\" width=\"" << kSide << "\" height=\"" << kSide
      << "\" as=\"geometry\"/></mxCell></UserObject>\n";
}

void Diagram::write(std::ostream& out) {
  std::map<std::string, std::vector<std::size_t>> members;  // "" = in no zone
  std::map<std::string, std::size_t> zones;
  for (std::size_t i = 0; i < network_.zones.size(); ++i) zones.emplace(network_.zones[i].id, i);
  for (std::size_t i = 0; i < network_.nodes.size(); ++i)
    members[zones.contains(network_.nodes[i].zone) ? network_.nodes[i].zone : ""].push_back(i);
  out << "<mxGraphModel grid=\"1\" gridSize=\"10\" guides=\"1\" connect=\"1\" arrows=\"1\" page=\"0\">\n  <root>\n"
         "    <mxCell id=\"0\"/>\n    <mxCell id=\"1\" value=\"Main Layer\" parent=\"0\"/>\n";
  int top = 0;
  const auto columns = [](std::size_t count) {
    return std::max(1, static_cast<int>(std::ceil(std::sqrt(static_cast<double>(count) * 2))));
  };
  const auto rows = [&](std::size_t count) { return (static_cast<int>(count) + columns(count) - 1) / columns(count); };
  for (std::size_t z = 0; z < network_.zones.size(); ++z) {
    const cset::Zone& zone = network_.zones[z];
    const auto& inside = members[zone.id];
    const int width = columns(inside.size()) * kStepX, height = kHead + std::max(1, rows(inside.size())) * kStepY;
    const std::string id = "z" + std::to_string(z);
    out << "    <UserObject id=\"" << id << "\" zone=\"1\" ZoneType=\"" << zone_type(zone.kind) << "\" zoneType=\""
        << zone_type(zone.kind) << "\" SAL=\"Low\" label=\"" << attribute(zone.name) << "\" internalLabel=\""
        << attribute(zone.name)
        << "\"><mxCell parent=\"1\" vertex=\"1\" connectable=\"0\" style=\"swimlane;zone=1;html=0;\"><mxGeometry "
           "x=\"0\" y=\""
        << top << "\" width=\"" << width << "\" height=\"" << height << "\" as=\"geometry\"/></mxCell></UserObject>\n";
    for (std::size_t i = 0; i < inside.size(); ++i) {
      const int column = static_cast<int>(i) % columns(inside.size()),
                row = static_cast<int>(i) / columns(inside.size());
      device(out, inside[i], id, kGap / 2 + column * kStepX, kHead + row * kStepY);
    }
    top += height + kGap;
  }
  const auto& outside = members[""];
  for (std::size_t i = 0; i < outside.size(); ++i) {
    const int column = static_cast<int>(i) % columns(outside.size()),
              row = static_cast<int>(i) / columns(outside.size());
    device(out, outside[i], "1", kGap / 2 + column * kStepX, top + row * kStepY);
  }
  std::size_t link = 0;
  for (const auto& [pair, connections] : network_.edges)
    out << "    <mxCell id=\"l" << link++ << "\" style=\"endArrow=none;html=0;\" parent=\"1\" source=\""
        << cell(pair.first) << "\" target=\"" << cell(pair.second)
        << "\" edge=\"1\"><mxGeometry relative=\"1\" as=\"geometry\"/></mxCell>\n";
  out << "  </root>\n</mxGraphModel>\n";
}

}  // namespace

void write_diagram(const ReportInput& input, std::ostream& out) { Diagram(input).write(out); }

}  // namespace kakoi
