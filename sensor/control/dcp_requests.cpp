#include "sensor/control/dcp_requests.h"

#include <algorithm>

namespace kakoi {

bool DcpRequests::is_of(const Open& open, std::uint32_t transaction, const Conversation& c) noexcept {
  const Conversation& asked = open.conversation;
  return open.in_use && open.transaction == transaction && asked.client == c.client && asked.server == c.server &&
         asked.vlan == c.vlan;
}

void DcpRequests::state(const Open& open, Outcome outcome, std::string_view status, const PacketRef& answered,
                        Sink& sink) {
  const Context context{open.protocol, &open.conversation, open.action.asked, open.action.actor, open.speaker_mac};
  ControlAction action = open.action;
  action.value = {open.value.data(), open.size};
  action.outcome = outcome;
  action.status = status;
  action.answered = answered;
  sink.on_observation(context, action);
}

void DcpRequests::ask(std::uint32_t transaction, std::uint16_t block, const ControlAction& action,
                      const Emit& emit) noexcept {
  const Context& context = emit.context();
  for (Open& open : open_)  // the same again: nobody answered in time
    if (is_of(open, transaction, *context.conversation) && open.block == block) {
      state(open, Outcome::none, {}, {}, emit.sink());
      open.in_use = false;
    }
  Open& open = open_[next_];
  next_ = (next_ + 1) % kMost;
  if (open.in_use) state(open, Outcome::none, {}, {}, emit.sink());
  open.in_use = true;
  open.protocol = context.protocol;
  open.conversation = *context.conversation;
  open.speaker_mac = context.speaker_mac;
  open.transaction = transaction;
  open.block = block;
  open.action = action;
  open.action.actor = context.speaker;
  open.action.asked = context.packet;
  open.size = std::min(action.value.size(), open.value.size());
  std::copy_n(action.value.begin(), open.size, open.value.begin());
}

void DcpRequests::answer(std::uint32_t transaction, std::uint16_t block, Outcome outcome, std::string_view status,
                         const Emit& emit) noexcept {
  const Context& context = emit.context();
  for (Open& open : open_) {
    if (!is_of(open, transaction, *context.conversation) || open.block != block || open.action.actor == context.speaker)
      continue;
    state(open, outcome, status, context.packet, emit.sink());
    open.in_use = false;
  }
}

void DcpRequests::refuse_all(std::uint32_t transaction, std::string_view status, const Emit& emit) noexcept {
  for (const Open& open : open_)
    if (is_of(open, transaction, *emit.context().conversation))
      answer(transaction, open.block, Outcome::refused, status, emit);
}

void DcpRequests::finish(Sink& sink) const {
  for (std::size_t i = 0; i < kMost; ++i)
    if (const Open& open = open_[(next_ + i) % kMost]; open.in_use) state(open, Outcome::none, {}, {}, sink);
}

}  // namespace kakoi
