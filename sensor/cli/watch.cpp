#include <net/if.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <future>
#include <iostream>
#include <map>

#include "sensor/capture/live.h"
#include "sensor/capture/packet_store.h"
#include "sensor/cli/confinement.h"
#include "sensor/cli/installation.h"
#include "sensor/cli/judge.h"
#include "sensor/cli/names.h"
#include "sensor/inventory/write.h"
#include "sensor/pipeline/engine.h"

namespace kakoi::cli {
namespace {

constexpr Help kHelp{
    "kakoi watch -i IFACE [-i IFACE ...] [options]",
    "Listens to mirror ports until SIGINT or SIGTERM and keeps the outputs of 'kakoi scan' in OUT up to\n"
    "date: every --every, and at the end. Started again with the same OUT and interfaces it goes on where\n"
    "it stopped; after a power cut at most the last interval is lost. SIGHUP reads policy and rules again.\n"
    "For a network tap name both of its ports. Nothing is ever sent: once the interfaces are open, all\n"
    "capabilities are dropped and the kernel refuses to send for this program.\n",
    "SIGINT又はSIGTERMを受け取るまでミラーポートを監視し、OUTの出力（kakoi scanと同じもの）を --every "
    "の間隔と終了時に更新します。同じOUTとインタフェースで再び起動すると、続きから監視します。停電の場合に失われるのは"
    "、最長でも直近の1間隔分です。SIGHUPでポリシーとルールを読み直します。ネットワークタップでは両方のポートを指定して"
    "ください。何も送信しません。インタフェースを開いた後は全てのケーパビリティを手放し、カーネルがこのプログラムの送信"
    "を拒否します。\n",
    "  kakoi watch -i eth1 -o /var/lib/kakoi --policy site.yaml\n"
    "  kakoi watch -i tap0 -i tap1 -f 'not port 22' --store captures --store-size 10GB\n"};

volatile std::sig_atomic_t stop_asked = 0, reload_asked = 0;

void on_signal(int number) {
  if (number == SIGHUP)
    reload_asked = 1;
  else
    stop_asked = 1;
}

void take_signals() {
  struct sigaction action {};
  action.sa_handler = on_signal;  // without SA_RESTART: poll() returns
  for (const int number : {SIGINT, SIGTERM, SIGHUP}) sigaction(number, &action, nullptr);
}

// What an earlier run left in OUT.
Observed resumed(const std::filesystem::path& out, const std::vector<CaptureInfo>& interfaces) {
  const std::filesystem::path path = out / kInventoryFile;
  if (!std::filesystem::exists(path)) return {};
  try {
    Database db = Database::open_read_only(path);
    Observed before = observed_in(read_parts(db), find_any_protocol);
    for (const CaptureInfo& info : before.captures) {
      const auto same = [&](const CaptureInfo& i) { return i.source == info.source; };
      if (std::none_of(interfaces.begin(), interfaces.end(), same))
        throw InputError(out.string() + ": holds an inventory of '" + info.source +
                         "', which is not watched now; name another folder with -o, or 'kakoi merge' them later");
    }
    return before;
  } catch (const DatabaseError& error) {
    throw InputError(path.string() + ": " + error.what() + "; move it away to begin anew");
  } catch (const StateError& error) {
    throw InputError(path.string() + ": " + error.what() + "; move it away to begin anew");
  }
}

// The kernel's buffer of each interface, in MiB; they are mapped into the program.
int buffer_of(const po::variables_map& values, std::uint64_t max_memory, std::size_t interfaces) {
  const auto mib = static_cast<int>(max_memory >> 20);
  const int buffer = values.contains("buffer") ? values["buffer"].as<int>()
                                               : std::clamp(mib / 16 / static_cast<int>(interfaces), 1, 64);
  if (buffer < 1 || buffer > 1024) throw UsageError("--buffer takes 1 to 1024 MiB, not " + std::to_string(buffer));
  if (static_cast<std::size_t>(buffer) * interfaces > static_cast<std::size_t>(mib) / 2)
    throw UsageError("--buffer " + std::to_string(buffer) +
                     " for each interface takes more than half of --max-memory " +
                     values["max-memory"].as<std::string>() + "; allow more of that");
  return buffer;
}

// One interface under one or two of its names would be counted twice.
void check_interfaces(const std::vector<std::string>& interfaces) {
  std::map<unsigned, std::string> seen;  // by the kernel's number
  for (const std::string& name : interfaces) {
    if (std::count(interfaces.begin(), interfaces.end(), name) > 1)
      throw UsageError("-i " + name + " is named twice: its packets would count twice");
    const unsigned index = ::if_nametoindex(name.c_str());
    if (const auto [other, is_new] = seen.emplace(index, name); index != 0 && !is_new)
      throw UsageError("-i " + name + " and -i " + other->second + " are one interface: its packets would count twice");
  }
}

// 'kakoi verify' finds nothing in OUT that the manifest does not list.
void check_store(const std::filesystem::path& store, const std::filesystem::path& out) {
  const auto plain = [](const std::filesystem::path& path) {
    std::error_code error;
    const auto full = std::filesystem::weakly_canonical(std::filesystem::absolute(path), error);
    return full.has_filename() ? full : full.parent_path();  // "out/"
  };
  const std::filesystem::path ring = plain(store), whole = plain(out);
  const auto [rest, from] = std::mismatch(whole.begin(), whole.end(), ring.begin(), ring.end());
  if (rest == whole.end())
    throw UsageError("--store " + store.string() + " lies in OUT (" + out.string() +
                     "), which holds what the manifest lists alone; name another folder");
}

int write_outputs(const Observed& observed, const Judgement& judgement, const std::string& site,
                  std::uint64_t max_memory) {
  const Draft draft(judgement.out);
  Database db = draft.open(max_memory);
  write_inventory(observed, {.site = site, .kakoi_version = KAKOI_VERSION, .ieee_data = ieee_data()}, db);
  return judge(std::move(db), draft.path, judgement);
}

}  // namespace

int watch(const Arguments& arguments) {
  po::options_description options("Options");
  add_judgement_options(options);
  options.add_options()("interface,i", po::value<std::vector<std::string>>()->composing()->value_name("IFACE"),
                        "interface to listen to; several: merged in time")(
      "filter,f", po::value<std::string>()->default_value("")->value_name("BPF"),
      "what to look at, as tcpdump takes it")("every",
                                              po::value<std::string>()->default_value("60s")->value_name("TIME"),
                                              "how often the outputs are renewed (30s, 5m, 1h)")(
      "site", po::value<std::string>()->default_value("")->value_name("NAME"),
      "name of the site, if the policy gives none")("threads,j", po::value<int>()->default_value(2)->value_name("N"),
                                                    "threads to use")(
      "max-memory", po::value<std::string>()->default_value("1GiB")->value_name("SIZE"),
      "of the program; the longest idle conversations go first")(
      "buffer", po::value<int>()->value_name("MIB"),
      "the kernel's buffer per interface, out of --max-memory (default: a sixteenth of it for all, at most 64 each)")(
      "readers", po::value<int>()->default_value(1)->value_name("N"),
      "threads per interface that take packets from the kernel, each its part; more where one is not enough")(
      "store", po::value<std::string>()->value_name("DIR"), "keep the packets, too, as a ring of pcapng files")(
      "store-size", po::value<std::string>()->default_value("10GB")->value_name("SIZE"), "of the ring");
  const auto values = parse(arguments, options, kHelp);
  if (!values) return kDone;
  if (!inputs(*values).empty()) throw UsageError("watch: takes interfaces (-i), no file '" + inputs(*values)[0] + "'");
  if (!values->contains("interface")) throw UsageError("watch: name an interface with -i");
  const auto every = parse_duration((*values)["every"].as<std::string>());
  const std::uint64_t max_memory = parse_memory((*values)["max-memory"].as<std::string>());
  if (!(*values)["store-size"].defaulted() && !values->contains("store"))
    throw UsageError("--store-size is of the ring that --store DIR keeps");
  const std::uint64_t store_size = parse_size((*values)["store-size"].as<std::string>());
  if (store_size < capture::PacketStore::kSmallest)
    throw UsageError("--store-size takes 16MiB or more, not " + (*values)["store-size"].as<std::string>());
  const int threads = (*values)["threads"].as<int>();
  if (threads < 1) throw UsageError("--threads takes a number from 1 on, not " + std::to_string(threads));
  const int readers = (*values)["readers"].as<int>(), most_readers = static_cast<int>(capture::LiveSet::kMostReaders);
  if (readers < 1 || readers > most_readers)
    throw UsageError("--readers takes 1 to " + std::to_string(most_readers) + ", not " + std::to_string(readers));
  const auto interfaces = (*values)["interface"].as<std::vector<std::string>>();
  check_interfaces(interfaces);
  const int buffer = buffer_of(*values, max_memory, interfaces.size());
  const std::string site = (*values)["site"].as<std::string>();
  Reach reach = reach_of(*values);
  reach.renewed = true;  // SIGHUP
  if (values->contains("store")) reach.write.emplace_back((*values)["store"].as<std::string>());
  Judgement judgement = load_judgement(*values, "watch");
  judgement.summary = false;
  if (values->contains("store")) check_store((*values)["store"].as<std::string>(), judgement.out);
  create_out(judgement.out);

  take_signals();
  std::unique_ptr<capture::LiveSet> live;
  std::unique_ptr<capture::PacketStore> store;
  try {
    live = std::make_unique<capture::LiveSet>(capture::LiveOptions{interfaces, (*values)["filter"].as<std::string>(),
                                                                   buffer, static_cast<unsigned>(readers)});
    if (values->contains("store"))
      store = std::make_unique<capture::PacketStore>((*values)["store"].as<std::string>(), store_size);
  } catch (const capture::CaptureError& error) {
    throw InputError(error.what());
  }
  for (const auto& missing : {confine(live->descriptors()), confine_files(reach)})
    for (const std::string& what : missing) std::cerr << "kakoi: note: " << what << "\n";

  const Observed before = resumed(judgement.out, live->infos());
  live->resume(before.captures);

  const std::uint64_t buffers = (static_cast<std::uint64_t>(buffer) << 20) * interfaces.size();
  pipeline::Engine engine(judgement.secrets, static_cast<unsigned>(threads), max_memory - buffers,
                          pipeline::Limits::Use::snapshots);
  engine.expect(interfaces.size());
  const capture::LiveSet::Use use = [&](const RawPacket& packet, CaptureInfo& info, const capture::Memory& memory) {
    if (store) {
      try {
        store->add(packet, info);
      } catch (const capture::CaptureError& error) {
        std::cerr << "kakoi: " << error.what() << "; packets are no longer stored\n";
        store.reset();
      }
    }
    engine.packet(packet, info, memory);
  };
  // Copies are made here, between packets; writing them takes its time on another thread.
  const auto snapshot = [&] {
    auto all = std::make_shared<Observed>(before);
    all->merge(engine.snapshot());
    all->captures = live->infos();
    if (stop_asked)
      for (const std::uint32_t capture : engine.open_fragments()) ++all->captures[capture].fragments_given_up;
    all->settle();
    all->sort();
    if (store) store->flush();
    return all;
  };
  std::future<int> writing;
  // What can't be written now (a full disk) is held, and tried again.
  const auto finish_writing = [&] {
    try {
      if (writing.valid()) writing.get();
    } catch (const std::exception& error) {
      std::cerr << "kakoi: " << printable_lines(error.what()) << "; nothing is lost, the next --every tries again\n";
    }
  };
  const auto write_now = [&](const Judgement& j) {
    finish_writing();
    writing = std::async(std::launch::async,
                         [all = snapshot(), j, &site, max_memory] { return write_outputs(*all, j, site, max_memory); });
  };

  std::cerr << "kakoi: listening; outputs in " << judgement.out.string() << " every "
            << (*values)["every"].as<std::string>() << "\n";
  auto next = std::chrono::steady_clock::now() + every;
  bool healthy = true;
  while (!stop_asked && healthy) {
    healthy = live->poll(std::chrono::milliseconds(200), use);
    if (reload_asked) {
      reload_asked = 0;
      try {
        Judgement fresh = load_judgement(*values, "watch");
        fresh.summary = false;
        judgement.policy = std::move(fresh.policy);
        judgement.rules = std::move(fresh.rules);
        judgement.advisories = std::move(fresh.advisories);
        judgement.catalogue = std::move(fresh.catalogue);
        judgement.run = std::move(fresh.run);
        judgement.input_hashes = std::move(fresh.input_hashes);
        next = std::chrono::steady_clock::now();
        std::cerr << "kakoi: policy and rules read again\n";
      } catch (const UsageError& error) {
        std::cerr << "kakoi: " << printable_lines(error.what()) << "\nkakoi: going on with the old policy and rules\n";
      }
    }
    const auto now = std::chrono::steady_clock::now();
    if (writing.valid() && writing.wait_for(std::chrono::seconds(0)) == std::future_status::ready) finish_writing();
    if (now >= next && !writing.valid()) {
      write_now(judgement);
      next = now + every;
    }
  }
  live->drain(use);
  judgement.summary = true;
  write_now(judgement);
  const int found = writing.get();  // there is no next time
  for (const CaptureInfo& info : live->infos())
    if (!info.error.empty()) std::cerr << "kakoi: " << info.source << ": " << info.error << "\n";
  return healthy ? found : kBadInput;
}

}  // namespace kakoi::cli
