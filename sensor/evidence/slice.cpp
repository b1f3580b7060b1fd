#include "sensor/evidence/slice.h"

#include <algorithm>
#include <unordered_map>

#include "sensor/capture/capture_set.h"
#include "sensor/capture/pcapng_writer.h"
#include "sensor/decode/decode.h"
#include "sensor/evidence/redact.h"
#include "sensor/flow/flow_table.h"

namespace kakoi::evidence {
namespace {

struct KeyHash {
  std::size_t operator()(const flow::FlowKey& key) const noexcept { return key.hash(); }
};
using Conversations = std::unordered_map<flow::FlowKey, std::vector<std::string>, KeyHash>;  // ids of findings

struct Held {
  std::vector<std::uint8_t> data;
  RawPacket packet;  // its data: to be set
  const CitedPacket* cited;
};

// Of the innermost packet: around it the same tunnel's ends may stand for everything.
flow::FlowKey conversation_of(const RawPacket& packet) {
  Decoded decoded, inner;
  decode::decode(packet, decoded);
  while (decode::decapsulate(decoded, inner)) decoded = inner;
  return flow::key_of(decoded).key;
}

class Slicer {
 public:
  Slicer(const std::vector<Source>& sources, const LinkProtocols& links, const SliceOptions& options, std::ostream& out)
      : sources_(sources),
        options_(options),
        redactor_(links),
        writer_(
            [&out](Bytes block) {
              out.write(reinterpret_cast<const char*>(block.data()), static_cast<std::streamsize>(block.size()));
            },
            {options.application,
             std::string(capture::kSliceMark) +
                 (options.raw ? ", as captured: secrets that they carry are readable."
                              : ". Secrets, and payload that is not understood, are overwritten with '*'.")}) {
    for (const Source& source : sources_) {
      CaptureInfo info;
      info.source = source.capture->source;
      infos_.push_back(std::move(info));
    }
  }

  Sliced run() {
    for (std::uint32_t i = 0; i < sources_.size(); ++i) {
      try {
        read_cited(i);
      } catch (const capture::CaptureError& error) {
        result_.problems.push_back(error.what());
      }
    }
    if (options_.conversations)
      write_conversations();
    else
      write_cited();
    return std::move(result_);
  }

 private:
  void read_cited(std::uint32_t index) {
    const Source& source = sources_[index];
    const auto& wanted = source.capture->packets;
    if (wanted.empty()) return;
    capture::CaptureFile file(source.path, capture::Hashing::no);
    file.set_index(index);
    auto next = wanted.begin();
    bool far = true;  // behind the first packet once more: by then a pcapng file has told its interfaces
    while (next != wanted.end()) {
      if (far) file.skip_towards(static_cast<std::uint32_t>(next->first), source.landmarks);
      const RawPacket* packet = file.peek();
      if (!packet) break;
      far = packet->ref.number() == 1;
      if (packet->ref.number() == next->first) {
        if (packet->ref.ts != next->second.ts) break;
        if (options_.conversations) {
          auto& ids = conversations_[conversation_of(*packet)];
          for (const Citation& citation : next->second.by)
            if (std::find(ids.begin(), ids.end(), citation.finding_id) == ids.end()) ids.push_back(citation.finding_id);
        } else {
          held_.push_back({{packet->data.begin(), packet->data.end()}, *packet, &next->second});
        }
        ++next;
        far = true;
      }
      file.pop();
    }
    infos_[index].snaplen = file.info().snaplen;
    if (next != wanted.end())
      result_.problems.push_back(source.path.string() + ": packet " + std::to_string(next->first) +
                                 " is not the one that the inventory cites; the file changed since it was scanned");
  }

  void write_cited() {
    std::sort(held_.begin(), held_.end(), [](const Held& a, const Held& b) { return a.packet.ref < b.packet.ref; });
    for (Held& held : held_) {
      held.packet.data = held.data;
      write(held.packet, comments(held.packet.ref, *held.cited), true);
    }
  }

  void write_conversations() {
    std::vector<std::filesystem::path> paths;
    for (const Source& source : sources_) paths.push_back(source.path);
    capture::CaptureSet captures(paths);
    std::vector<std::uint32_t> places(captures.size());  // in sources_, by the set's own index
    for (std::size_t i = 0; i < captures.size(); ++i)
      places[i] = static_cast<std::uint32_t>(std::find(paths.begin(), paths.end(), captures.path(i)) - paths.begin());
    while (const RawPacket* found = captures.next()) {
      const auto conversation = conversations_.find(conversation_of(*found));
      if (conversation == conversations_.end()) continue;
      RawPacket packet = *found;
      packet.ref.set_capture(places[packet.ref.capture()]);
      infos_[packet.ref.capture()].snaplen = captures.info().snaplen;
      const auto& cited = sources_[packet.ref.capture()].capture->packets;
      const auto citation = cited.find(packet.ref.number());
      std::vector<std::string> texts;
      if (citation != cited.end()) {
        texts = comments(packet.ref, citation->second);
      } else {
        std::string text = "In the conversation of finding";
        for (const std::string& id : conversation->second) text += " " + id;
        texts.push_back(text + "\n" + place(packet.ref));
      }
      write(packet, texts, citation != cited.end());
    }
    for (const std::string& problem : captures.problems()) result_.problems.push_back(problem);
  }

  std::string place(const PacketRef& packet) const {
    return infos_[packet.capture()].source + ", packet " + std::to_string(packet.number());
  }
  std::vector<std::string> comments(const PacketRef& packet, const CitedPacket& cited) const {
    std::vector<std::string> texts;
    for (const Citation& c : cited.by)
      texts.push_back("Finding " + c.finding_id + ", " + c.rule_id + ": " + c.title + "\n" + place(packet));
    return texts;
  }
  void write(const RawPacket& packet, const std::vector<std::string>& texts, bool cited) {
    ++result_.packets;
    result_.cited += cited;
    if (options_.raw) return writer_.add(packet, infos_[packet.ref.capture()], texts);
    const Redactor::Redacted redacted = redactor_(packet);
    RawPacket safe = packet;
    safe.data = redacted.data;
    writer_.add(safe, infos_[packet.ref.capture()], texts);
  }

  const std::vector<Source>& sources_;
  const SliceOptions& options_;
  Redactor redactor_;
  capture::PcapngWriter writer_;
  std::vector<CaptureInfo> infos_;
  std::vector<Held> held_;
  Conversations conversations_;
  Sliced result_;
};

}  // namespace

Sliced slice(const std::vector<Source>& sources, const LinkProtocols& links, const SliceOptions& options,
             std::ostream& out) {
  return Slicer(sources, links, options, out).run();
}

}  // namespace kakoi::evidence
