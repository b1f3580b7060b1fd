#include "sensor/cli/judge.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iostream>
#include <iterator>
#include <set>
#include <sstream>

#include "reports/output.h"
#include "reports/report.h"
#include "rules/assess.h"
#include "rules/register/register.h"
#include "sensor/cli/installation.h"
#include "sensor/cli/names.h"
#include "sensor/cli/overwriting.h"
#include "sensor/inventory/hash.h"
#include "sensor/inventory/write.h"

namespace kakoi::cli {
namespace {

namespace fs = std::filesystem;

// Told before hours of reading, not after: OUT, or the folder to hold it, must be one that can be written into.
void check_out(const fs::path& out) {
  if (out.empty()) throw UsageError("--out takes the name of a folder");
  std::error_code error;
  fs::path there = fs::absolute(out, error);
  while (!fs::exists(there, error) && there.has_relative_path()) there = there.parent_path();
  if (!fs::is_directory(there, error))
    throw InputError(out.string() + ": no folder can be made here, " + there.string() + " is a file");
  if (::access(there.c_str(), W_OK) != 0)
    throw InputError(out.string() + ": can't be written: " + std::strerror(errno) + "; name another folder with --out");
}

std::string joined(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) text += (text.empty() ? "" : "\n") + line;
  return text;
}

std::map<std::string, RuleText> texts_of(const RuleSet& rules) {
  std::map<std::string, RuleText> texts;
  for (const Rule& r : rules.rules())
    texts[r.id] = {r.id,       r.family,    r.title.en,  r.title.ja,   r.rationale.en, r.rationale.ja, r.limit.en,
                   r.limit.ja, r.remedy.en, r.remedy.ja, r.confirm.en, r.confirm.ja,   r.query};
  return texts;
}

// Smaller is worse.
std::size_t rank(std::string_view severity) {
  return static_cast<std::size_t>(std::find(kSeverities.begin(), kSeverities.end(), severity) - kSeverities.begin());
}

// As the report calls it.
std::string_view spoken(std::string_view severity, bool ja) {
  static constexpr std::string_view kJapanese[] = {"緊急", "高", "中", "低", "参考"};
  const std::size_t n = rank(severity);
  return ja && n < std::size(kJapanese) ? kJapanese[n] : severity;
}

void print_summary(Database& db, const Judgement& j) {
  const bool ja = j.language == "ja";
  std::cout << (ja ? "資産 " : "assets ") << db.integer("select count(*) from asset where scope in ('local', 'remote')")
            << (ja ? "、通信 " : ", links ") << db.integer("select count(*) from link")
            << (ja ? "、所見 " : ", findings ") << db.integer("select count(*) from finding where accepted = 0");
  Statement counts = db.prepare("select count(*) from finding where accepted = 0 and severity = ?1");
  const std::string_view open = ja ? "（" : " (", comma = ja ? "、" : ", ";
  std::string_view separator = open;
  for (const std::string_view severity : kSeverities) {
    counts.bind(1, severity);
    if (counts.step() && counts.integer(0) > 0) {
      std::cout << separator << spoken(severity, ja) << " " << counts.integer(0);
      separator = comma;
    }
    counts.reset();
  }
  if (separator == comma) std::cout << (ja ? "）" : ")");
  if (const std::int64_t accepted = db.integer("select count(*) from finding where accepted = 1"); accepted != 0)
    std::cout << (ja ? "、ほかに受容済み " : "; accepted besides: ") << accepted;
  std::cout << "\n";
  const std::string title = ja ? "f.title_ja" : "f.title_en", detail = ja ? "f.detail_ja" : "f.detail_en";
  // A gap's subject is a metric, whose name says less than its sentence.
  Statement worst = db.prepare(
      "select f.severity, " + title + ", coalesce(a.name, (select " + detail +
      " from coverage c where c.metric = f.subject_id), f.subject_id) "
      "from finding f left join asset a on a.asset_id = f.subject_id left join risk r on r.finding_id = f.finding_id "
      "where f.accepted = 0 "
      "order by r.score desc, case f.severity when 'critical' then 0 when 'high' then 1 "
      "when 'medium' then 2 when 'low' then 3 else 4 end, f.confidence desc, f.rule_id, f.finding_id limit 3");
  while (worst.step())
    std::cout << "  [" << spoken(worst.text(0), ja) << "] " << worst.text(1) << ": " << worst.text(2) << "\n";
  std::cout << (ja ? "報告書: " : "report: ") << (j.out / "report.html").string() << std::endl;
}

// Notes which key the database's fingerprints were made with; false if it was another one.
bool remember_key(Database& db, const SecretKeeper& secrets) {
  const std::string mark = secrets.fingerprint("kakoi");
  const std::string known = db.text("select value from meta where key = 'fingerprint_key'");
  if (known.empty()) db.prepare("insert into meta values ('fingerprint_key', ?1)").bind(1, mark).run();
  return known.empty() || known == mark;
}

}  // namespace

void add_input_options(po::options_description& options) {
  options.add_options()("policy,p", po::value<std::string>()->value_name("site.yaml"),
                        "the site policy; without one, zones are inferred")(
      "assets", po::value<std::vector<std::string>>()->composing()->value_name("FILE"),
      "the asset register, as CSV or YAML, to be compared with what is seen; may be repeated")(
      "rules", po::value<std::string>()->value_name("DIR"), "rules from this folder instead of the built-in ones")(
      "pack", po::value<std::vector<std::string>>()->composing()->value_name("DIR"),
      "a rule pack, or a folder of packs, besides those built in; may be repeated")(
      "pack-key", po::value<std::string>()->value_name("PUB.pem"), "check the packs' signatures with this Ed25519 key")(
      "advisories", po::value<std::string>()->value_name("DIR"),
      "security advisories in CSAF 2.0 (*.json), to be compared with the devices")(
      "framework", po::value<std::vector<std::string>>()->composing()->value_name("FILE"),
      "verdicts on the controls of this catalogue, too (format: rules/frameworks/README.md)")(
      "fingerprint-key", po::value<std::string>()->value_name("FILE"),
      "key for the fingerprints of seen secrets (default: a public one)");
}

void add_judgement_options(po::options_description& options) {
  add_input_options(options);
  options.add_options()("out,o", po::value<std::string>()->default_value("kakoi-out")->value_name("OUT"),
                        "folder for all outputs")(
      "lang", po::value<std::string>()->default_value("ja")->value_name("ja|en"), "first language of the report")(
      "export", po::value<std::string>()->value_name("LIST"),
      "files for other programs, too: oscal, ocsf, ciso, cset, netbox, navv, notification, or all")(
      "fail-on", po::value<std::string>()->value_name("SEVERITY"),
      "exit with 1 if there is a finding of this severity or worse")(
      "sign", po::value<std::string>()->value_name("KEY.pem"),
      "sign manifest.json with this Ed25519 key, into manifest.json.sig");
}

// What the command line names to be read.
static Paths named_inputs(const po::variables_map& values) {
  Paths named;
  for (const std::string& input : inputs(values)) named.emplace_back(input);
  for (const char* name : {"policy", "rules", "pack-key", "advisories", "fingerprint-key", "sign"})
    if (values.contains(name)) named.emplace_back(values[name].as<std::string>());
  for (const char* name : {"assets", "pack", "framework"})
    if (values.contains(name))
      for (const std::string& path : values[name].as<std::vector<std::string>>()) named.emplace_back(path);
  return named;
}

Reach reach_of(const po::variables_map& values) {
  Reach reach{named_inputs(values), {}};
  for (const std::filesystem::path& own : own_files()) reach.read.insert(reach.read.begin(), own);
  if (values.contains("out")) reach.write.emplace_back(values["out"].as<std::string>());
  if (const char* folder = std::getenv("SQLITE_TMPDIR"))
    reach.write.emplace_back(folder);
  else if (!reach.write.empty())
    ::setenv("SQLITE_TMPDIR", reach.write[0].c_str(), 1);
  hash_of_program();  // while it can be read
  return reach;
}

void confine_to(const Reach& reach) {
  for (const std::string& missing : confine_files(reach)) std::cerr << "kakoi: note: " << missing << "\n";
}

void load_packs(const po::variables_map& values, RuleSet& rules) {
  SignatureCheck check;
  if (values.contains("pack-key")) {
    if (!values.contains("pack")) throw UsageError("--pack-key checks the packs that --pack names; name one");
    check = [key = read_public_key(values["pack-key"].as<std::string>())](
                std::string_view text, std::string_view signature) { return is_signed(key, text, signature); };
  }
  if (values.contains("pack"))
    for (const std::string& folder : values["pack"].as<std::vector<std::string>>())
      for (const fs::path& pack : find_packs(folder))
        if (const std::string note = rules.add_pack(pack, check); !note.empty())
          std::cerr << "kakoi: note: " << printable(note) << "\n";
}

Judgement load_judgement(const po::variables_map& values, const std::string& command) {
  Judgement j;
  j.run.emplace_back("command", command);
  j.out = values["out"].as<std::string>();
  check_out(j.out);
  std::error_code missing;
  if (command != "assess" && !fs::exists(ieee_data(), missing))
    std::cerr << "kakoi: note: makers of network cards will not be named: " << ieee_data().string()
              << " is missing (Debian: package ieee-data)\n";
  keep_from_out(j.out, named_inputs(values));
  j.language = parse_language(values);
  if (values.contains("export")) {
    j.exports = parse_exports(values["export"].as<std::string>());
    std::string list;
    for (const std::string& name : j.exports) list += (list.empty() ? "" : ",") + name;
    j.run.emplace_back("export", list);
  }
  if (values.contains("fail-on")) j.fail_on = values["fail-on"].as<std::string>();
  if (!j.fail_on.empty() && rank(j.fail_on) == kSeverities.size())
    throw UsageError("--fail-on takes critical, high, medium, low or info, not '" + j.fail_on + "'");
  load_inputs(values, j);
  if (values.contains("sign")) j.sign_with = read_private_key(values["sign"].as<std::string>());
  return j;
}

void load_inputs(const po::variables_map& values, Judgement& j) {
  try {
    if (values.contains("policy")) {
      const std::string text = read_file(values["policy"].as<std::string>());
      j.policy = parse_policy(text, values["policy"].as<std::string>(), protocol_names());
      j.input_hashes.emplace_back("policy", to_hex(Sha256().of(as_bytes(text))));
    }
    if (values.contains("assets"))
      for (const std::string& file : values["assets"].as<std::vector<std::string>>()) {
        const std::string text = read_file(file);
        for (const std::string& note : add_register(j.policy, text, file))
          std::cerr << "kakoi: note: " << printable(note) << "\n";
        j.input_hashes.emplace_back("asset register", to_hex(Sha256().of(as_bytes(text))));
      }
    j.rules = values.contains("rules") ? RuleSet::load(fs::path(values["rules"].as<std::string>())) : RuleSet::load();
    load_packs(values, j.rules);
    // A query that does not fit the tables would fail after all the captures were read.
    if (values.contains("rules") || values.contains("pack")) {
      Database tables = Database::open(":memory:");
      complete_schema(tables);
      j.rules.check(tables);
    }
    j.input_hashes.emplace_back("rules", j.rules.sha256());
    std::string packs;
    for (const Pack& pack : j.rules.packs()) {
      packs += (packs.empty() ? "" : "; ") + pack.describe();
      j.input_hashes.emplace_back(
          "rule pack " + pack.id + ' ' + pack.version + ", " + std::string(to_string(pack.origin)), pack.sha256);
    }
    if (!packs.empty()) j.run.emplace_back("packs", packs);
    if (values.contains("advisories")) {
      j.advisories = Advisories::load(values["advisories"].as<std::string>());
      for (const std::string& problem : j.advisories->problems())
        std::cerr << "kakoi: note: advisory not used: " << printable(problem) << "\n";
      j.input_hashes.emplace_back("advisories", j.advisories->sha256());
      j.run.emplace_back("advisories", std::to_string(j.advisories->all().size()) + " advisories used, " +
                                           std::to_string(j.advisories->problems().size()) + " files not usable");
    }
    j.catalogue = Catalogue::load();
    if (values.contains("framework"))
      for (const std::string& file : values["framework"].as<std::vector<std::string>>()) {
        j.catalogue.add(file);
        j.input_hashes.emplace_back("framework", to_hex(Sha256().of(as_bytes(read_file(file)))));
      }
  } catch (const PolicyError& error) {
    throw InputError(joined(error.problems));
  } catch (const RuleError& error) {
    throw InputError(joined(error.problems));
  }
  if (values.contains("fingerprint-key")) {
    const std::string key = read_file(values["fingerprint-key"].as<std::string>());
    if (key.empty()) throw InputError(values["fingerprint-key"].as<std::string>() + ": the key is empty");
    j.secrets = SecretKeeper(key);
  }
  if (const std::string program = hash_of_program(); !program.empty()) j.input_hashes.emplace_back("program", program);
}

std::vector<std::string> parse_exports(const std::string& list) {
  std::set<std::string, std::less<>> named;
  std::istringstream words(list + ",");  // so that a comma too many is told
  for (std::string word; std::getline(words, word, ',');) named.insert(word);
  std::vector<std::string> exports;
  for (const std::string_view name : export_names())
    if (named.contains(name) || named.contains("all")) exports.emplace_back(name);
  named.erase("all");
  for (const std::string& name : exports) named.erase(name);
  if (exports.empty() || !named.empty())
    throw UsageError(
        "--export takes oscal, ocsf, ciso, cset, netbox, navv, notification, several of them with commas, or all, not "
        "'" +
        list + "'");
  return exports;
}

std::string read_file(const fs::path& path) {
  std::error_code error;
  if (fs::is_directory(path, error)) throw InputError(path.string() + ": is a folder; name a file");
  errno = 0;
  std::ifstream file(path, std::ios::binary);
  if (!file) throw InputError(path.string() + ": can't be read: " + std::strerror(errno != 0 ? errno : EIO));
  return {std::istreambuf_iterator<char>(file), {}};
}

std::string hash_of_program() {
  static const std::string hash = [] {
    try {
      return digest_of_file(program_file()).sha256;
    } catch (const OutputError&) {
      return std::string();
    }
  }();
  return hash;
}

void create_out(const fs::path& out) {
  std::error_code error;
  fs::create_directories(out, error);
  if (error)
    throw InputError(out.string() + ": can't be made: " + error.message() + "; name another folder with --out");
  // Locked until the program ends. Where the file system knows no locks, there is none.
  static std::set<fs::path> locked;
  if (!locked.insert(out).second) return;
  const int folder = ::open(out.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (folder >= 0 && ::flock(folder, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK)
    throw InputError(out.string() +
                     ": another kakoi writes into this folder; wait for it, or name another one with --out");
}

Draft::Draft(const fs::path& out) : path(out / ".inventory.db.part") {
  create_out(out);
  fs::remove(path);
}
Draft::~Draft() {
  std::error_code ignored;
  fs::remove(path, ignored);
}
Database Draft::open(std::uint64_t max_memory) const {
  Database db = Database::open(path);
  // The file appears under its name only when it is whole, so it needs no journal of its own.
  db.execute("pragma journal_mode = off; pragma synchronous = off");
  db.keep_in_memory(max_memory / 16);
  return db;
}

int judge(Database db, const fs::path& path, const Judgement& j, const AfterRules& after) {
  // Fingerprints of another key would match nothing: then the list stays as the scan stored it.
  const bool same_key = remember_key(db, j.secrets);
  if (!same_key)
    std::cerr << "kakoi: note: the inventory was made with another --fingerprint-key; its default credentials are "
                 "judged by the list of that time\n";
  Fingerprint fingerprint;
  if (same_key) fingerprint = [&](std::string_view secret) { return j.secrets.fingerprint(secret); };
  fs::path stored = path;
  std::function<Database()> another;
  if (j.threads > 1) another = [&] { return Database::open_read_only(stored); };
  const AssessResult result = assess(db, j.policy, j.rules, fingerprint,
                                     {.only = {},
                                      .advisories = j.advisories ? &*j.advisories : nullptr,
                                      .catalogue = &j.catalogue,
                                      .in_steps = true,
                                      .another = another});
  for (const std::string& note : result.notes) std::cerr << "kakoi: note: " << printable(note) << "\n";
  std::error_code ignored;
  fs::remove(j.out / kSignatureFile, ignored);  // of an earlier manifest
  const auto write_evidence = [&](Database& judged) {
    std::error_code error;
    if (!after || !after(judged)) fs::remove(j.out / kEvidenceFile, error);  // an earlier run's proves nothing of this
  };
  stored = j.out / kInventoryFile;
  place_whole(path, stored);
  try {
    write_reports({.db = db,
                   .rules = texts_of(j.rules),
                   .kakoi_version = KAKOI_VERSION,
                   .language = j.language,
                   .input_hashes = j.input_hashes,
                   .created = j.created,
                   .run = j.run,
                   .other_outputs = {kInventoryFile, kEvidenceFile},
                   .exports = j.exports,
                   .besides = write_evidence,
                   .another = another},
                  j.out);
  } catch (const OutputError& error) {
    remove_reports(j.out);
    throw OutputError(std::string(error.what()) +
                      "; of this folder the inventory alone is whole, 'kakoi assess' makes the reports of it");
  }
  if (j.sign_with)
    write_whole(j.out / kSignatureFile,
                [&](std::ostream& out) { out << sign(j.sign_with, read_file(j.out / kManifestFile)); });
  if (j.summary) print_summary(db, j);
  if (j.fail_on.empty()) return kDone;
  Statement findings = db.prepare("select distinct severity from finding where accepted = 0");
  while (findings.step())
    if (rank(findings.text(0)) <= rank(j.fail_on)) return kFindings;
  return kDone;
}

}  // namespace kakoi::cli
