#include <cstring>
#include <exception>
#include <iomanip>
#include <iostream>
#include <new>

#include "rules/yaml_reader.h"
#include "sensor/cli/arguments.h"
#include "sensor/cli/commands.h"
#include "sensor/cli/confinement.h"

namespace kakoi::cli {

std::span<const Command> commands() {
  static constexpr Command list[] = {
      {"scan", "PCAP|DIR|- ...", "read captures; write inventory, findings and report",
       "キャプチャを読み、インベントリ、所見、報告書を作成", scan},
      {"watch", "-i IFACE ...", "listen to mirror ports; keep the same outputs up to date",
       "ミラーポートを監視し、同じ出力を更新し続ける", watch},
      {"assess", "inventory.db", "run the rules again, without packets", "パケットなしで、ルールを適用し直す",
       assess_inventory},
      {"diff", "OLD.db NEW.db", "what changed since the last survey", "前回の調査からの変化", diff},
      {"merge", "A.db B.db ...", "make one inventory of several", "複数のインベントリを統合", merge},
      {"query", "inventory.db SQL", "run a query over an inventory", "インベントリへの問合せ", query},
      {"slice", "inventory.db FINDING CAPTURE", "cut out the packets behind a finding",
       "所見の根拠となるパケットを切り出す", slice},
      {"verify", "OUT [CAPTURE|DIR ...]", "check outputs against their manifest; scan again",
       "出力をマニフェストと照合し、解析をやり直して確かめる", verify},
      {"rules", "list|show|check|test", "the rules: what they look for and how", "ルールの内容と検査", rules},
      {"policy", "init inventory.db|check YAML", "begin or check a site policy", "サイトポリシーのひな形作成と検査",
       policy},
      {"protocols", "", "the protocols that are understood", "識別できるプロトコルの一覧", protocol_list},
  };
  return list;
}

namespace {

void print_overview(std::ostream& out) {
  const bool ja = reads_japanese();
  out << "kakoi " KAKOI_VERSION " — "
      << (ja ? "「閉域」とされる制御ネットワークが閉じているかを、通信だけから確かめる\n\n使い方: kakoi コマンド "
               "[引数]\n\nコマンド:\n"
             : "checks, from traffic alone, whether a \"closed\" control network is closed\n\n"
               "Usage: kakoi COMMAND [arguments]\n\nCommands:\n");
  for (const Command& c : commands())
    out << "  " << std::left << std::setw(10) << c.name << std::setw(31) << c.synopsis << (ja ? c.japanese : c.summary)
        << "\n";
  out << (ja ? "\n各コマンドの説明は 'kakoi コマンド --help' で表示します。kakoiは何も送信しません。\n\n"
               "終了コード: 0 完了、1 --fail-on 以上の所見あり、2 使い方の誤り、読めない入力\n"
               "（残りは処理済み）又は解析の中断、3 内部エラー又は出力の書込み失敗\n"
             : "\n'kakoi COMMAND --help' explains a command. kakoi never sends a packet.\n\n"
               "Exit status: 0 done; 1 findings at or above --fail-on; 2 bad usage, unreadable\n"
               "input (the rest is still processed) or an interrupted scan; 3 internal error,\n"
               "or outputs that could not be written.\n");
}

int dispatch(const Arguments& arguments) {
  if (arguments.empty()) {
    print_overview(std::cerr);
    return kBadInput;
  }
  const std::string& name = arguments[0];
  if (name == "--help" || name == "-h" || name == "help") {
    print_overview(std::cout);
    return kDone;
  }
  if (name == "--version" || name == "-V") {
    std::cout << "kakoi " KAKOI_VERSION "\n";
    return kDone;
  }
  for (const Command& c : commands()) {
    if (c.name != name) continue;
    if (c.run != watch)  // which has interfaces to open first
      for (const std::string& missing : confine({}, Capabilities::of_files))
        std::cerr << "kakoi: note: " << missing << "\n";
    try {
      return c.run({arguments.begin() + 1, arguments.end()});
    } catch (const UsageError& error) {
      std::cerr << "kakoi: " << printable_lines(error.what()) << "; kakoi " << c.name << " --help explains it\n";
      return kBadInput;
    }
  }
  std::vector<std::string_view> known;
  for (const Command& c : commands()) known.push_back(c.name);
  throw UsageError("no command '" + name + "'" + did_you_mean(name, known));
}

}  // namespace
}  // namespace kakoi::cli

int main(int count, char** values) {
  using namespace kakoi::cli;
  try {
    const int status = dispatch({values + std::min(count, 1), values + count});
    std::cout.flush();
    if (std::cout) return status;
    std::cerr << "kakoi: standard output: can't be written to the end; is there room left?\n";
    return kInternal;
  } catch (const InputError& error) {
    std::cerr << "kakoi: " << printable_lines(error.what()) << "\n";
    return kBadInput;
  } catch (const UsageError& error) {
    std::cerr << "kakoi: " << printable_lines(error.what()) << "; kakoi --help tells what there is\n";
    return kBadInput;
  } catch (const std::bad_alloc&) {
    std::cerr << "kakoi: out of memory\n";
    return kInternal;
  } catch (const std::exception& error) {
    std::cerr << "kakoi: " << printable_lines(error.what()) << "\n";
    return kInternal;
  }
}
