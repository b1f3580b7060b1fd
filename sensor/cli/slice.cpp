#include <algorithm>
#include <filesystem>
#include <iostream>
#include <map>
#include <numeric>
#include <set>

#include "reports/output.h"
#include "sensor/capture/inputs.h"
#include "sensor/cli/arguments.h"
#include "sensor/cli/evidence.h"
#include "sensor/cli/inventory_file.h"
#include "sensor/cli/overwriting.h"

namespace kakoi::cli {
namespace {

namespace fs = std::filesystem;

constexpr Help kHelp{
    "kakoi slice inventory.db FINDING ... CAPTURE|DIR ... [options]",
    "Cuts the packets that findings cite, and the whole conversations they belong to, out of the captures\n"
    "into one pcapng file; a comment on each packet names the finding, the capture and the packet's number\n"
    "there. FINDING is an id, or as much of its beginning as fits no other finding. Captures are recognised\n"
    "by their SHA-256, whatever they are called now.\n\n"
    "Secrets are overwritten, and so is payload that is not understood, unless --raw is given.\n",
    "所見の根拠となるパケットと、それが属する通信全体を、キャプチャから1個のpcapngファイルに切り出します。各パケットの"
    "コメントに、所見、元のキャプチャ、その中でのパケット番号を記します。FINDINGは所見のID、又は他の所見と区別できる長"
    "さの先頭部分です。キャプチャは、現在の名前によらずSHA-256で識別します。\n\n"
    "--raw を指定しない限り、秘密情報と、解釈できないペイロードは上書きします。\n",
    "  kakoi slice out/inventory.db 9f3c captures/ -o 9f3c.pcapng\n"
    "  kakoi query out/inventory.db \"select finding_id, rule_id, subject_id from finding\"\n"};

// Letters to be changed, left out or added to get from one to the other.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::size_t diagonal = std::exchange(row[0], i + 1);
    for (std::size_t j = 0; j < b.size(); ++j)
      diagonal = std::exchange(row[j + 1], std::min({row[j + 1] + 1, row[j] + 1, diagonal + (a[i] != b[j])}));
  }
  return row.back();
}

std::string list_of(const std::vector<std::string>& words) {
  constexpr std::size_t kMost = 5;
  std::string text;
  for (std::size_t i = 0; i < std::min(words.size(), kMost); ++i) text += (i ? ", " : "") + words[i];
  return text + (words.size() > kMost ? " …" : "");
}

// The id of the one finding that `word` begins.
std::string finding_called(const std::vector<std::string>& ids, const std::string& word) {
  std::vector<std::string> fitting;
  std::copy_if(ids.begin(), ids.end(), std::back_inserter(fitting),
               [&](const std::string& id) { return id.starts_with(word); });
  if (fitting.size() == 1) return fitting[0];
  const std::string shown = printable(word);
  if (fitting.size() > 1) throw InputError("'" + shown + "' begins several findings: " + list_of(fitting));
  if (ids.empty()) throw InputError("'" + shown + "' is no file, and the inventory holds no finding");
  std::vector<std::pair<std::size_t, std::string>> near;
  for (const std::string& id : ids)
    near.emplace_back(distance(word.substr(0, id.size()), std::string_view(id).substr(0, word.size())), id);
  std::sort(near.begin(), near.end());
  std::vector<std::string> nearest;
  for (std::size_t i = 0; i < std::min<std::size_t>(near.size(), 3); ++i) nearest.push_back(near[i].second);
  throw InputError("'" + shown + "' is neither a file nor a finding; the nearest findings: " + list_of(nearest));
}

// Which of the files are captures of the inventory.
struct Recognised {
  std::vector<evidence::Source> sources;
  std::vector<std::string> problems;
};

Recognised recognise(const std::vector<evidence::CitedCapture>& captures, const std::vector<std::string>& named) {
  const capture::Inputs inputs = capture::find_inputs(named);
  Recognised result{{}, inputs.problems};
  std::map<std::string, const evidence::CitedCapture*> wanted;  // by SHA-256; those not found yet
  std::set<std::uint64_t> sizes;
  for (const evidence::CitedCapture& capture : captures) {
    wanted.emplace(capture.sha256, &capture);
    sizes.insert(capture.file_bytes);
  }
  std::set<std::string> others;  // names of files that are no captures of the inventory
  std::set<std::string> known;
  for (const fs::path& file : inputs.files) {
    std::error_code error;
    std::string hash;
    if (sizes.contains(fs::file_size(file, error)) && !error) hash = digest_of_file(file).sha256;
    if (const auto found = wanted.find(hash); found != wanted.end()) {
      result.sources.push_back({file, found->second});
      known.insert(hash);
      wanted.erase(found);
    } else if (!known.contains(hash)) {  // else a copy
      others.insert(file.filename().string());
      if (std::find(named.begin(), named.end(), file.string()) != named.end())
        result.problems.push_back(file.string() + ": no capture of this inventory, or it changed since it was scanned");
    }
  }
  for (const auto& [hash, capture] : wanted) {
    if (capture->packets.empty()) continue;
    result.problems.push_back(printable(capture->source) + " (SHA-256 " + hash.substr(0, 16) + "…): cited by " +
                              std::to_string(capture->packets.size()) + " packets, but not given" +
                              (others.contains(capture->source) ? "; the file of that name has other content" : ""));
  }
  return result;
}

int run(const po::variables_map& values) {
  const std::vector<std::string> named = inputs(values);
  if (named.empty()) throw UsageError("slice: name an inventory.db, findings and captures");
  Database db = open_inventory(named[0]);
  const std::vector<std::string> all = evidence::all_findings(db);
  std::vector<std::string> findings, files;
  for (auto word = named.begin() + 1; word != named.end(); ++word) {
    std::error_code error;
    if (fs::exists(*word, error))
      files.push_back(*word);
    else
      findings.push_back(finding_called(all, *word));
  }
  if (findings.empty()) throw UsageError("slice: name a finding by its id, or by the id's beginning");
  if (files.empty()) throw UsageError("slice: name the captures that were scanned, or their folder");

  const std::vector<evidence::CitedCapture> captures = evidence::cited_packets(db, findings);
  const Recognised given = recognise(captures, files);
  for (const std::string& problem : given.problems) std::cerr << "kakoi: " << printable(problem) << "\n";
  std::size_t cited = 0;
  for (const evidence::Source& source : given.sources) cited += source.capture->packets.size();
  if (cited == 0) throw InputError("none of the cited packets is in the captures given; nothing written");

  const fs::path out = values.contains("out") ? values["out"].as<std::string>() : findings[0] + ".pcapng";
  if (out.empty()) throw UsageError("--out takes the name of a file");
  std::error_code error;
  keep_from_file(out, {files.begin(), files.end()});
  keep_from_file(out, {inventory_at(named[0])});
  for (const evidence::Source& source : given.sources) keep_from_file(out, {source.path});
  if (fs::is_directory(out, error)) throw InputError(out.string() + ": is a folder; name a file");
  const evidence::Sliced sliced = write_slice(out, given.sources, db, values.contains("raw"), true);
  for (const std::string& problem : sliced.problems) std::cerr << "kakoi: " << printable(problem) << "\n";
  std::cout << out.string() << ": " << sliced.packets << " packets, " << sliced.cited << " of them cited\n";
  return given.problems.empty() && sliced.problems.empty() ? kDone : kBadInput;
}

}  // namespace

int slice(const Arguments& arguments) {
  po::options_description options("Options");
  options.add_options()("out,o", po::value<std::string>()->value_name("FILE.pcapng"),
                        "what to write (default: FINDING.pcapng)")("raw", "as captured: secrets stay readable");
  const auto values = parse(arguments, options, kHelp);
  if (!values) return kDone;
  try {
    return run(*values);
  } catch (const DatabaseError& error) {
    throw InputError(inputs(*values)[0] + ": " + error.what());
  } catch (const OutputError& error) {
    throw InputError(error.what());
  }
}

}  // namespace kakoi::cli
