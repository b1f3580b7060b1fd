#include <algorithm>
#include <atomic>
#include <csignal>
#include <filesystem>
#include <iostream>
#include <thread>

#include "reports/output.h"
#include "sensor/cli/evidence.h"
#include "sensor/cli/heap.h"
#include "sensor/cli/installation.h"
#include "sensor/cli/overwriting.h"
#include "sensor/cli/progress.h"
#include "sensor/cli/scan.h"
#include "sensor/inventory/write.h"
#include "sensor/pipeline/pipeline.h"

namespace kakoi::cli {
namespace {

constexpr Help kHelp{
    "kakoi scan PCAP|DIR|- ... [options]",
    "Reads captures (pcap, pcapng, snoop, also packed by gzip, zstd, xz or bzip2; folders are searched; - is\n"
    "standard input) and writes into OUT:\n"
    "  report.html      findings, network drawing, inventory: one file for a browser\n"
    "  inventory.db     everything observed, for SQL (docs/inventory.md)\n"
    "  evidence.pcapng  the packets that findings cite, secrets overwritten\n"
    "  inventory.json, findings.json, manifest.json, assets.csv, links.csv,\n"
    "  verdicts.csv\n"
    "  register.csv     where --assets or the policy names devices\n\n"
    "Several captures count as one network. The same input gives the same bytes, whatever the order\n"
    "of the files and the number of threads. Nothing is ever sent.\n\n"
    "Ctrl-C ends the reading: what was read so far is written, and the captures say where they were left.\n"
    "A pipe is read to its end. Ctrl-C once more ends the program.\n",
    "キャプチャ（pcap、pcapng、snoop。gzip、zstd、xz、bzip2で圧縮したものも可。フォルダは中を探し、- "
    "は標準入力）を読み、OUTに次のファイルを書き込みます。\n"
    "  report.html      所見、ネットワーク図、資産一覧（1ファイル。ブラウザで開く）\n"
    "  inventory.db     観測した全て。SQL用（説明: docs/inventory.md）\n"
    "  evidence.pcapng  所見の根拠となるパケット（秘密情報は上書き済み）\n"
    "  inventory.json, findings.json, manifest.json, assets.csv, links.csv,\n"
    "  verdicts.csv\n"
    "  register.csv     --assets又はポリシーに機器の記載がある場合\n\n"
    "複数のキャプチャは一つのネットワークとして扱います。同じ入力からは、ファイルの順序やスレッド数によらず、同じバイト"
    "列が得られます。何も送信しません。\n\n"
    "Ctrl-"
    "Cで読取りを終えると、そこまでの結果を書き込み、どこで終えたかをキャプチャの欄に示します。パイプは最後まで読みます"
    "。もう一度押すと、プログラムを終了します。\n",
    "  kakoi scan monday.pcapng tuesday.pcapng -o report\n"
    "  kakoi scan captures/ --policy site.yaml --lang en --fail-on high\n"
    "  tcpdump -r ring.pcap0 -w - 'not port 22' | kakoi scan -\n"};

std::atomic<bool> interrupted = false;

// The first Ctrl-C ends the reading, the second the program: what was read so far may be hours of a pipe.
void take_interrupts() {
  struct sigaction action {};
  action.sa_handler = [](int) { interrupted = true; };
  action.sa_flags = SA_RESTART | static_cast<int>(SA_RESETHAND);
  for (const int number : {SIGINT, SIGTERM}) sigaction(number, &action, nullptr);
}

// The packets that findings cite: read once more, now that they are known.
bool write_evidence(Database& db, const ScanRun& run, const capture::CaptureSet& captures,
                    const std::vector<CaptureInfo>& infos, const std::filesystem::path& out,
                    std::vector<std::string>& problems) {
  if (run.evidence == "none") return false;
  const std::vector<evidence::CitedCapture> cited = evidence::cited_packets(db, evidence::open_findings(db));
  std::vector<evidence::Source> sources;
  for (const evidence::CitedCapture& capture : cited)
    for (std::size_t i = 0; i < captures.size() && !capture.packets.empty(); ++i)
      if (infos[i].sha256 == capture.sha256) {
        sources.push_back({captures.path(i), &capture, captures.landmarks(i)});
        break;
      }
  const evidence::Sliced sliced = write_slice(out / kEvidenceFile, sources, db, run.evidence == "raw", false);
  for (const std::string& problem : sliced.problems) problems.push_back(problem + "; not in " + kEvidenceFile);
  return true;
}

bool can_be_read_again(const capture::Inputs& inputs) {
  std::error_code error;
  return std::all_of(inputs.files.begin(), inputs.files.end(), [&](const std::filesystem::path& file) {
    return file != "-" && std::filesystem::is_regular_file(file, error);
  });
}

}  // namespace

evidence::Sliced write_slice(const std::filesystem::path& path, const std::vector<evidence::Source>& sources,
                             Database& inventory, bool raw, bool conversations) {
  const evidence::LinkProtocols links(inventory);
  evidence::Sliced sliced;
  write_whole(path, [&](std::ostream& out) {
    sliced = evidence::slice(
        sources, links,
        {.conversations = conversations, .raw = raw, .application = std::string("kakoi ") + KAKOI_VERSION}, out);
  });
  return sliced;
}

int run_scan(const ScanRun& run, Judgement judgement) {
  expect_large_tables(run.max_memory);
  capture::CaptureSet captures(run.inputs.files);
  std::vector<std::string> problems = run.inputs.problems;
  if (captures.size() > 0 && !run.reach.write.empty()) {
    create_out(judgement.out);
    confine_files(run.reach);  // what is missing was told before
  }

  ProgressLine progress(run.progress);
  Observed observed = pipeline::run(
      captures, judgement.secrets,
      {.threads = run.threads, .max_memory = run.max_memory, .on_progress = std::ref(progress), .is_stopped = [] {
         return interrupted.load();
       }});
  progress.clear();
  const bool is_part = interrupted;
  if (is_part) {
    std::cerr << "kakoi: interrupted; what was read so far is written (once more ends it without)\n";
    judgement.run.emplace_back("interrupted", "true");
  }
  give_back_free_memory();  // the conversations'

  problems.insert(problems.end(), captures.problems().begin(), captures.problems().end());
  for (const std::string& problem : problems) std::cerr << "kakoi: " << printable(problem) << "\n";
  for (const CaptureInfo& info : observed.captures)
    if (!info.error.empty() && !info.format.empty())  // of the others it was told
      std::cerr << "kakoi: " << printable(info.source) << ": " << info.error << "\n";
  if (captures.size() == 0) {
    std::cerr << "kakoi: no capture could be read; nothing written\n";
    return kBadInput;
  }

  const Draft draft(judgement.out);
  Database db = draft.open(run.max_memory);
  // what two threads have in hand at a time takes the room of two
  judgement.threads = run.max_memory < kRoomy ? 1 : run.threads;
  write_inventory(
      observed,
      {.site = run.site, .kakoi_version = KAKOI_VERSION, .ieee_data = ieee_data(), .threads = judgement.threads}, db);
  // The database has it all now: the reports need the room.
  const std::vector<CaptureInfo> infos = std::move(observed.captures);
  observed = {};
  give_back_free_memory();
  judgement.run.emplace_back("site", run.site);
  judgement.run.emplace_back("max_memory", std::to_string(run.max_memory));
  judgement.run.emplace_back("evidence", run.evidence);
  std::vector<std::string> changed;
  const int status = judge(std::move(db), draft.path, judgement, [&](Database& judged) {
    return write_evidence(judged, run, captures, infos, judgement.out, changed);
  });
  for (const std::string& problem : changed) std::cerr << "kakoi: " << printable(problem) << "\n";
  return problems.empty() && changed.empty() && !is_part ? status : kBadInput;
}

int scan(const Arguments& arguments) {
  po::options_description options("Options");
  add_judgement_options(options);
  options.add_options()("site", po::value<std::string>()->default_value("")->value_name("NAME"),
                        "name of the site, if the policy gives none")(
      "evidence", po::value<std::string>()->default_value("redacted")->value_name("KIND"),
      "evidence.pcapng: redacted, raw (secrets readable) or none")(
      "max-memory", po::value<std::string>()->default_value("1GiB")->value_name("SIZE"),
      "of the program; the longest idle conversations go first")(
      "threads,j", po::value<int>()->default_value(std::thread::hardware_concurrency() > 1 ? 2 : 1)->value_name("N"),
      "threads to use")("quiet,q", "no progress line");
  const auto values = parse(arguments, options, kHelp);
  if (!values) return kDone;
  const int threads = (*values)["threads"].as<int>();
  if (threads < 1) throw UsageError("--threads takes a number from 1 on, not " + std::to_string(threads));
  ScanRun run;
  run.evidence = (*values)["evidence"].as<std::string>();
  if (std::find(std::begin(kEvidenceKinds), std::end(kEvidenceKinds), run.evidence) == std::end(kEvidenceKinds))
    throw UsageError("--evidence takes redacted, raw or none, not '" + run.evidence + "'");
  if (inputs(*values).empty()) throw UsageError("scan: name a capture, a folder of captures, or - for standard input");
  run.reach = reach_of(*values);
  confine_to(run.reach);
  Judgement judgement = load_judgement(*values, "scan");
  run.inputs = capture::find_inputs(inputs(*values));
  keep_from_out(judgement.out, {run.inputs.files.begin(), run.inputs.files.end()});
  run.site = (*values)["site"].as<std::string>();
  run.max_memory = parse_memory((*values)["max-memory"].as<std::string>());
  run.threads = static_cast<unsigned>(threads);
  run.progress = !values->contains("quiet");
  if (run.evidence != "none" && !can_be_read_again(run.inputs)) {
    if (!(*values)["evidence"].defaulted())
      std::cerr << "kakoi: note: no " << kEvidenceFile << ": standard input and pipes can't be read twice\n";
    run.evidence = "none";
  }
  take_interrupts();
  return run_scan(run, std::move(judgement));
}

}  // namespace kakoi::cli
