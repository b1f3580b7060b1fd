#include <filesystem>
#include <iostream>
#include <thread>

#include "sensor/capture/inputs.h"
#include "sensor/cli/judge.h"
#include "sensor/cli/progress.h"
#include "sensor/inventory/write.h"
#include "sensor/pipeline/pipeline.h"

namespace kakoi::cli {
namespace {

constexpr Help kHelp{"kakoi scan PCAP|DIR|- ... [options]",
                     "Reads captures (pcap, pcapng; folders are searched; - is standard input) and writes into OUT:\n"
                     "  report.html      findings, network drawing, inventory: one file, open it in a browser\n"
                     "  inventory.db     everything observed, for SQL (docs: sensor/inventory/schema.sql)\n"
                     "  inventory.json, findings.json, assets.csv, links.csv, manifest.json\n\n"
                     "Several captures count as one network. The same input gives the same bytes, whatever the order\n"
                     "of the files and the number of threads. Nothing is ever sent.\n",
                     "  kakoi scan monday.pcapng tuesday.pcapng -o report\n"
                     "  kakoi scan captures/ --policy site.yaml --lang en --fail-on high\n"
                     "  zcat old.pcap.gz | kakoi scan -\n"};

}  // namespace

int scan(const Arguments& arguments) {
  po::options_description options("Options");
  add_judgement_options(options);
  options.add_options()("site", po::value<std::string>()->default_value("")->value_name("NAME"),
                        "name of the site, if the policy gives none")(
      "threads,j", po::value<int>()->default_value(std::thread::hardware_concurrency() > 1 ? 2 : 1)->value_name("N"),
      "threads to use")("quiet,q", "no progress line");
  const auto values = parse(arguments, options, kHelp);
  if (!values) return kDone;
  const int threads = (*values)["threads"].as<int>();
  if (threads < 1) throw UsageError("--threads takes a number from 1 on, not " + std::to_string(threads));
  const Judgement judgement = load_judgement(*values);
  if (inputs(*values).empty()) throw UsageError("scan: name a capture, a folder of captures, or - for standard input");

  const capture::Inputs found = capture::find_inputs(inputs(*values));
  capture::CaptureSet captures(found.files);
  std::vector<std::string> problems = found.problems;

  ProgressLine progress(!values->contains("quiet"));
  const Observed observed = pipeline::run(
      captures, judgement.secrets, {.threads = static_cast<unsigned>(threads), .on_progress = std::ref(progress)});
  progress.clear();

  problems.insert(problems.end(), captures.problems().begin(), captures.problems().end());
  for (const std::string& problem : problems) std::cerr << "kakoi: " << problem << "\n";
  for (const CaptureInfo& info : observed.captures)
    if (!info.error.empty()) std::cerr << "kakoi: " << info.source << ": " << info.error << "\n";
  if (captures.size() == 0) {
    std::cerr << "kakoi: no capture could be read; nothing written\n";
    return kBadInput;
  }

  const Draft draft(judgement.out);
  Database db = Database::open(draft.path);
  // The file appears under its name only when it is whole, so it needs no journal of its own.
  db.execute("pragma journal_mode = off; pragma synchronous = off");
  write_inventory(observed, {.site = (*values)["site"].as<std::string>(), .kakoi_version = KAKOI_VERSION}, db);
  const int status = judge(std::move(db), draft.path, judgement);
  return problems.empty() ? status : kBadInput;
}

}  // namespace kakoi::cli
