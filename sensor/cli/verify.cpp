#include <stdlib.h>

#include <algorithm>
#include <filesystem>
#include <iostream>
#include <map>
#include <set>
#include <thread>
#include <tuple>
#include <utility>

#include "reports/manifest/manifest.h"
#include "reports/output.h"
#include "sensor/cli/scan.h"

namespace kakoi::cli {
namespace {

namespace fs = std::filesystem;

constexpr Help kHelp{
    "kakoi verify OUT [CAPTURE|DIR ...] [options]",
    "Checks the outputs in OUT against OUT/manifest.json: size and SHA-256 of each, and that nothing lies\n"
    "there that is not listed. Policy, lists, rules, advisories and key that are named are checked, too. With\n"
    "captures, checks that they are those that were scanned, and if all of them are given scans them again,\n"
    "in a temporary folder, and compares every output byte by byte. Site, language and kind of evidence are\n"
    "taken from the manifest; policy, rules and key must be named as then.\n\n"
    "Exit status: 0 everything agrees; 1 something differs; 2 something can't be checked.\n",
    "OUTの出力をOUT/"
    "manifest.jsonと照合します（各ファイルのサイズとSHA-"
    "256、記載のないファイルがないこと）。指定されたポリシー、台帳、ルール、アドバイザリ、鍵も照合します。キャプチャを"
    "指定すると、解析したものと同じかを確かめ、全て揃っている場合は一時フォルダで解析をやり直し、全ての出力をバイト単位"
    "で比較します。サイト名、言語、証拠の種類はマニフェストから取りますが、ポリシー、ルール、鍵は当時と同じものを指定し"
    "てください。\n\n"
    "終了コード: 0 全て一致、1 相違あり、2 確認できないものあり\n",
    "  kakoi verify report\n"
    "  kakoi verify report captures/ --policy site.yaml --public-key auditor.pem\n"};

constexpr int kAgrees = 0, kDiffers = 1, kUnchecked = 2;

// What was found, told as it is found.
class Verdict {
 public:
  void good(const std::string& line) { std::cout << printable(line) << std::endl; }
  void differs(const std::string& line) { tell(line), differs_ = true; }
  void unchecked(const std::string& line) { tell(line), unchecked_ = true; }
  bool all_agrees() const { return !differs_ && !unchecked_; }
  bool differs() const { return differs_; }
  int status() const { return differs_ ? kDiffers : unchecked_ ? kUnchecked : kAgrees; }

 private:
  static void tell(const std::string& line) { std::cerr << "kakoi: " << printable(line) << std::endl; }
  bool differs_ = false, unchecked_ = false;
};

// A manifest may come from anywhere: no name in it may lead out of the folder.
bool stays_within(const fs::path& name) {
  return !name.empty() && name.is_relative() && name == name.lexically_normal() && name.has_filename() &&
         std::none_of(name.begin(), name.end(), [](const fs::path& part) { return part == ".." || part == "."; });
}

void check_outputs(const fs::path& out, const Manifest& manifest, Verdict& verdict) {
  for (const auto& [name, listed] : manifest.outputs) {
    std::error_code error;
    const fs::file_status status = stays_within(name) ? fs::symlink_status(out / name, error) : fs::file_status();
    if (!stays_within(name)) {
      verdict.differs(std::string(kManifestFile) + " lists '" + name + "', which is no name in this folder");
    } else if (!fs::exists(status)) {
      verdict.differs(name + ": missing");
    } else if (!fs::is_regular_file(status)) {
      verdict.differs(name + ": no regular file");
    } else if (const auto bytes = fs::file_size(out / name, error); bytes != listed.bytes) {
      verdict.differs(name + ": altered, " + std::to_string(bytes) + " bytes instead of " +
                      std::to_string(listed.bytes));
    } else if (const std::string hash = digest_of_file(out / name).sha256; hash != listed.sha256) {
      verdict.differs(name + ": altered, SHA-256 " + hash + " instead of " + listed.sha256);
    }
  }
  std::set<std::string> unlisted;
  for (const auto& entry : fs::recursive_directory_iterator(out)) {
    const std::string name = entry.path().lexically_relative(out).generic_string();
    if (!entry.is_symlink() && entry.is_directory()) continue;
    if (name != kManifestFile && name != kSignatureFile && !manifest.outputs.contains(name)) unlisted.insert(name);
  }
  for (const std::string& name : unlisted) {
    const bool is_draft = fs::path(name).filename().string().starts_with('.') && name.ends_with(".part");
    verdict.differs(name + (is_draft ? ": left by a run that was broken off; remove it"
                                     : std::string(": not listed in ") + kManifestFile));
  }
  if (verdict.all_agrees())
    verdict.good(std::to_string(manifest.outputs.size()) + " outputs are as " + kManifestFile + " lists them");
}

void check_signature(const fs::path& out, const std::string& key, Verdict& verdict) {
  const fs::path signature = out / kSignatureFile;
  if (key.empty()) {
    if (fs::exists(signature))
      verdict.good(std::string(kSignatureFile) + " not checked: name the key with --public-key");
  } else if (!fs::is_regular_file(signature)) {
    verdict.differs(std::string(kSignatureFile) + ": missing");
  } else if (is_signed(read_public_key(key), read_file(out / kManifestFile), read_file(signature))) {
    verdict.good(std::string(kManifestFile) + " is signed with this key");
  } else {
    verdict.differs(std::string(kSignatureFile) + ": " + kManifestFile +
                    " was not signed with this key, or was altered");
  }
}

using Captures = std::map<std::string, fs::path>;  // where each capture of the manifest lies, by SHA-256

Captures check_captures(const std::vector<std::string>& named, const Manifest& manifest, Verdict& verdict) {
  const capture::Inputs inputs = capture::find_inputs(named);
  for (const std::string& problem : inputs.problems) verdict.unchecked(problem);
  std::set<std::string> wanted;
  for (const Manifest::Input& input : manifest.inputs)
    if (input.kind == "capture") wanted.insert(input.sha256);
  Captures found;
  std::map<std::string, std::string> others;  // hashes of files that are not of this scan, by name
  for (const fs::path& file : inputs.files) {
    const std::string hash = digest_of_file(file).sha256;
    if (wanted.contains(hash)) {
      found.emplace(hash, file);
    } else {
      others.emplace(file.filename().string(), hash);
      if (std::find(named.begin(), named.end(), file.string()) != named.end())
        verdict.differs(file.string() + ": no capture of this scan, SHA-256 " + hash);
    }
  }
  for (const Manifest::Input& input : manifest.inputs) {
    if (input.kind != "capture" || found.contains(input.sha256)) continue;
    if (const auto other = others.find(input.name); other != others.end())
      verdict.differs(input.name + ": altered, SHA-256 " + other->second + " instead of " + input.sha256);
    else
      verdict.unchecked(input.name + ": capture not given, SHA-256 " + input.sha256);
  }
  verdict.good(std::to_string(found.size()) + " of " + std::to_string(wanted.size()) +
               " captures are those that were scanned");
  return found;
}

std::string hash_in(const Manifest& manifest, std::string_view kind) {
  for (const Manifest::Input& input : manifest.inputs)
    if (input.kind == kind) return input.sha256;
  return {};
}
std::string hash_in(const Judgement& judgement, std::string_view kind) {
  for (const auto& [name, hash] : judgement.input_hashes)
    if (name == kind) return hash;
  return {};
}

std::multiset<std::string> hashes_in(const Manifest& manifest, std::string_view kind) {
  std::multiset<std::string> found;
  for (const Manifest::Input& input : manifest.inputs)
    if (input.kind == kind) found.insert(input.sha256);
  return found;
}
std::multiset<std::string> hashes_in(const Judgement& judgement, std::string_view kind) {
  std::multiset<std::string> found;
  for (const auto& [name, hash] : judgement.input_hashes)
    if (name == kind) found.insert(hash);
  return found;
}

// That policy, lists, rules and key are those of the scan. `all`: what the scan had and is not named is told, too, for
// without it nothing can be scanned again.
void check_options(const Manifest& manifest, const Judgement& judgement, const po::variables_map& values, bool all,
                   Verdict& verdict) {
  std::string agreeing;
  const auto looks = [&](const char* option) { return all || values.contains(option); };
  const auto agrees = [&](const char* option) {
    if (values.contains(option)) agreeing += (agreeing.empty() ? "--" : ", --") + std::string(option);
  };
  const std::string policy = hash_in(manifest, "policy"), given = hash_in(judgement, "policy");
  if (policy == given || !looks("policy"))
    agrees("policy");
  else if (given.empty())
    verdict.unchecked("the scan had a policy, SHA-256 " + policy + "; name it with --policy");
  else
    verdict.differs("--policy: SHA-256 " + given + ", the scan had " + (policy.empty() ? "none" : policy));
  for (const auto& [kind, option, article] :
       {std::tuple("asset register", "assets", "an"), {"framework", "framework", "a"}}) {
    const auto then = hashes_in(manifest, kind), now = hashes_in(judgement, kind);
    if (then == now || !looks(option))
      agrees(option);
    else if (now.empty())
      verdict.unchecked("the scan had " + std::string(article) + " " + kind + "; name it with --" + option);
    else
      verdict.differs("--" + std::string(option) + ": not what the scan had");
  }
  const bool own_rules = values.contains("rules");
  if (hash_in(manifest, "rules") == judgement.rules.sha256())
    agrees("rules"), agrees("pack");
  else if (own_rules)
    verdict.differs("--rules: not the rules of the scan");
  else if (looks("pack"))
    verdict.unchecked("the scan had other rules than those built into this program; name them with --rules or --pack");
  const std::string then = hash_in(manifest, "advisories"), now = hash_in(judgement, "advisories");
  if (then == now || !looks("advisories"))
    agrees("advisories");
  else if (now.empty())
    verdict.unchecked("the scan had advisories; name their folder with --advisories");
  else
    verdict.differs("--advisories: not those of the scan");
  if (manifest.fingerprint_key == judgement.secrets.fingerprint("kakoi") || !looks("fingerprint-key"))
    agrees("fingerprint-key");
  else
    verdict.unchecked("the scan had another --fingerprint-key; name the file");
  if (!agreeing.empty()) verdict.good(agreeing + ": as " + kManifestFile + " has it");
}

struct TemporaryFolder {
  fs::path path;
  TemporaryFolder() {
    std::error_code error;
    const fs::path base = fs::temp_directory_path(error);
    if (error) throw InputError("TMPDIR names no folder; set it to one that can be written");
    std::string name = (base / "kakoi-verify-XXXXXX").string();
    if (!::mkdtemp(name.data())) throw InputError(name + ": can't be made; set TMPDIR to a folder that can be written");
    path = name;
  }
  ~TemporaryFolder() {
    std::error_code ignored;
    fs::remove_all(path, ignored);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
};

// The captures under the names that they had: outputs tell them.
std::vector<fs::path> under_their_names(const fs::path& folder, const Manifest& manifest, const Captures& captures) {
  std::vector<fs::path> links;
  for (const Manifest::Input& input : manifest.inputs) {
    const auto found = captures.find(input.sha256);
    if (input.kind != "capture" || found == captures.end()) continue;
    const fs::path name = fs::path(input.name);
    if (!stays_within(name) || name.has_parent_path())
      throw InputError("'" + printable(input.name) + "' is no name of a capture");
    const fs::path place = folder / std::to_string(links.size());
    fs::create_directory(place);
    fs::create_symlink(fs::absolute(found->second), place / name);
    links.push_back(place / name);
  }
  return links;
}

void compare(const fs::path& out, const fs::path& again, const Manifest& manifest, Verdict& verdict) {
  const std::map<std::string, FileDigest> fresh = read_manifest(again / kManifestFile).outputs;
  std::set<std::string> names;
  for (const auto& [name, digest] : manifest.outputs) names.insert(name);
  for (const auto& [name, digest] : fresh) names.insert(name);
  const std::string program = hash_in(manifest, "program");
  const bool same_program = program == hash_of_program();
  const auto differing = std::find_if(names.begin(), names.end(), [&](const std::string& name) {
    const auto then = manifest.outputs.find(name), now = fresh.find(name);
    return then == manifest.outputs.end() || now == fresh.end() || then->second.sha256 != now->second.sha256;
  });
  if (differing != names.end() && !same_program)
    verdict.unchecked(*differing + ": this build of kakoi gives another one; the scan was made by version " +
                      manifest.kakoi_version + ", SHA-256 " + program);
  else if (differing != names.end())
    verdict.differs(*differing + ": scanning the captures again gives another one");
  else if (same_program && read_file(out / kManifestFile) != read_file(again / kManifestFile))
    verdict.differs(std::string(kManifestFile) + ": scanning the captures again gives another one");
  else
    verdict.good("scanned again: " + std::to_string(names.size()) + " outputs agree byte by byte" +
                 (same_program ? "" : ", though another build of kakoi made them"));
}

void scan_again(const fs::path& out, const Manifest& manifest, const Captures& captures, Judgement judgement,
                ScanRun run, Verdict& verdict) {
  const auto told = [&](const char* what) {
    const auto found = manifest.run.find(what);
    return found == manifest.run.end() ? std::string() : found->second;
  };
  if (told("command") != "scan")
    return verdict.unchecked("'kakoi " + told("command") + "' made this; only a scan of captures can be repeated");
  run.site = told("site");
  run.evidence = told("evidence");
  if (const std::string bytes = told("max_memory"); !bytes.empty())
    run.max_memory = std::strtoull(bytes.c_str(), nullptr, 10);
  judgement.language = manifest.language;
  if (std::find(std::begin(kEvidenceKinds), std::end(kEvidenceKinds), run.evidence) == std::end(kEvidenceKinds) ||
      (judgement.language != "ja" && judgement.language != "en"))
    return verdict.unchecked(std::string(kManifestFile) + " does not tell how the scan was made");
  const TemporaryFolder folder;
  run.inputs.files = under_their_names(folder.path, manifest, captures);
  const auto inputs_told = std::exchange(judgement.run, {{"command", "scan"}});
  if (const std::string exports = told("export"); !exports.empty()) {
    try {
      judgement.exports = parse_exports(exports);
    } catch (const UsageError&) {
      return verdict.unchecked(std::string(kManifestFile) + " does not tell how the scan was made");
    }
    judgement.run.emplace_back("export", exports);
  }
  judgement.run.insert(judgement.run.end(), inputs_told.begin(), inputs_told.end());
  judgement.out = folder.path / "again";
  judgement.created = manifest.created;
  judgement.summary = false;
  // An input that could not be read then cannot be read now; what could be was written.
  const int status = run_scan(run, judgement);
  if (status != kDone && (status != kBadInput || !fs::exists(judgement.out / kManifestFile)))
    return verdict.unchecked("the captures could not be scanned again");
  compare(out, judgement.out, manifest, verdict);
}

int run(const po::variables_map& values) {
  const std::vector<std::string> named = inputs(values);
  if (named.empty()) throw UsageError("verify: name the folder that was written");
  if (std::find(named.begin(), named.end(), "-") != named.end())
    throw UsageError("verify: standard input can't be checked, name files");
  const int threads = values["threads"].as<int>();
  if (threads < 1) throw UsageError("--threads takes a number from 1 on, not " + std::to_string(threads));
  const std::string key = values.contains("public-key") ? values["public-key"].as<std::string>() : "";
  if (!key.empty()) read_public_key(key);
  Judgement judgement;
  load_inputs(values, judgement);
  const fs::path out = named[0];
  const Manifest manifest = read_manifest(out / kManifestFile);

  Verdict verdict;
  check_signature(out, key, verdict);
  check_outputs(out, manifest, verdict);
  const auto command = manifest.run.find("command");
  if (named.size() > 1 && command != manifest.run.end() && command->second == "watch") {
    check_options(manifest, judgement, values, false, verdict);
    verdict.unchecked("'kakoi watch' made this: what passed its interfaces can't be scanned again");
  } else if (named.size() > 1 && manifest.run.contains("interrupted")) {
    check_options(manifest, judgement, values, false, verdict);
    verdict.unchecked("the scan was interrupted: how far it came can't be repeated");
  } else if (named.size() == 1) {
    check_options(manifest, judgement, values, false, verdict);
  } else {
    const Captures captures = check_captures({named.begin() + 1, named.end()}, manifest, verdict);
    check_options(manifest, judgement, values, true, verdict);
    ScanRun scan_run;
    scan_run.threads = static_cast<unsigned>(threads);
    scan_run.progress = !values.contains("quiet");
    if (verdict.all_agrees())
      scan_again(out, manifest, captures, std::move(judgement), std::move(scan_run), verdict);
    else
      verdict.unchecked("not scanned again");
  }
  return verdict.status();
}

}  // namespace

int verify(const Arguments& arguments) {
  po::options_description options("Options");
  add_input_options(options);
  options.add_options()("public-key", po::value<std::string>()->value_name("PUB.pem"),
                        "check manifest.json.sig with this Ed25519 key")(
      "threads,j", po::value<int>()->default_value(std::thread::hardware_concurrency() > 1 ? 2 : 1)->value_name("N"),
      "threads to use")("quiet,q", "no progress line");
  const auto values = parse(arguments, options, kHelp);
  if (!values) return kAgrees;
  try {
    return run(*values);
  } catch (const ManifestError& error) {
    throw InputError(error.what());
  } catch (const OutputError& error) {
    throw InputError(error.what());
  } catch (const fs::filesystem_error& error) {
    throw InputError(error.what());
  }
}

}  // namespace kakoi::cli
