#include "sensor/flow/session.h"

#include <algorithm>
#include <utility>

namespace kakoi::flow {

Session::Session(const Ends& ends, std::span<const Protocol* const> candidates)
    : guess_(std::make_unique<Guess>()), ends_(ends), candidates_(candidates) {}

Session::State Session::segment(int side, std::uint32_t sequence, Bytes bytes, std::uint32_t length,
                                const Carrier& carrier, SessionHost& host) {
  if (done_) return State::finished;
  host_ = &host;
  side_ = static_cast<std::int8_t>(side);
  SegmentWindow& window = ways_[static_cast<std::size_t>(side)].window;
  if (length != 0 && window.goes_on(sequence, bytes, length)) {
    on_run(bytes, carrier);
    account(host);
    return done_ ? State::finished : State::open;
  }
  const auto conflicts = counters_.conflicts;
  window.segment(sequence, bytes, length, carrier, *this, counters_);
  if (protocol_ && counters_.conflicts != conflicts)
    state(carrier, role_of(side), Anomaly{Fault::conflicting_overlap, 0});
  account(host);
  return done_ ? State::finished : State::open;
}

Session::State Session::datagram(int side, Bytes bytes, std::uint32_t length, const Carrier& carrier,
                                 SessionHost& host) {
  if (done_) return State::finished;
  host_ = &host;
  side_ = static_cast<std::int8_t>(side);
  if (!protocol_) {
    identify(bytes, carrier);
    account(host);
    return done_ ? State::finished : State::open;
  }
  const Role speaker = role_of(side);
  const std::size_t cut = length > bytes.size() ? length - bytes.size() : 0;  // by the snap length
  while (!bytes.empty() && !done_) {
    const Frame frame = protocol_->frame(bytes, speaker);
    if (frame.kind != Frame::Kind::whole || frame.size == 0 || frame.size > bytes.size() + cut) break;
    const std::size_t here = std::min(frame.size, bytes.size());
    on_pdu({speaker, bytes.first(std::min(here, protocol_->max_pdu)), frame.size}, carrier);
    bytes = bytes.subspan(here);
  }
  account(host);
  return done_ ? State::finished : State::open;
}

void Session::account(SessionHost& host) noexcept {
  const Way& way = ways_[static_cast<std::size_t>(side_)];
  const auto held = static_cast<std::uint32_t>(way.window.held() + way.assembler.held());
  std::uint32_t besides = 0;
  if (dissector_) {
    besides = static_cast<std::uint32_t>(dissector_->held());
  } else if (guess_) {
    constexpr std::size_t kRun = sizeof(Held) + 32;  // a run's place, and what an allocation of few octets takes
    besides = static_cast<std::uint32_t>(guess_->held_bytes + guess_->held.capacity() * kRun +
                                         guess_->head[0].capacity() + guess_->head[1].capacity());
  }
  std::uint32_t& before = held_[static_cast<std::size_t>(side_)];
  if (held == before && besides == held_besides_) return;
  host.on_held(std::int64_t{held} + besides - before - held_besides_);
  before = held;
  held_besides_ = besides;
}

void Session::release(SessionHost& host) {
  host_ = &host;
  if (guess_) {
    guess_->held = std::vector<Held>();  // with its memory, which clear() or {} would keep
    guess_->held_bytes = 0;
    guess_->head = {};
  }
  for (const int side : {0, 1}) {
    side_ = static_cast<std::int8_t>(side);
    Way& way = ways_[static_cast<std::size_t>(side)];
    if (!done_) way.window.flush(*this, counters_);
    if (protocol_) way.assembler.release(role_of(side), *this);
    if (dissector_ && dissector_->held() != 0) dissector_->on_gap(role_of(side));
    account(host);
  }
}

void Session::finish(SessionHost& host, const Carrier& last) {
  host_ = &host;
  for (const int side : {0, 1}) {
    side_ = static_cast<std::int8_t>(side);
    if (!done_) ways_[static_cast<std::size_t>(side)].window.flush(*this, counters_);
  }
  done_ = true;
  if (!dissector_) return;
  const Context context{protocol_, &conversation_, last.packet, Role::client, last.mac};
  dissector_->on_end(Emit(context, host_->sink()));
}

void Session::on_run(Bytes run, const Carrier& carrier) {
  if (done_) return;
  if (protocol_) {
    dissect(side_, run, carrier);
  } else {
    identify(run, carrier);
  }
}

void Session::on_missing(std::uint32_t lost, const Carrier&) {
  if (done_) return;
  Way& way = ways_[static_cast<std::size_t>(side_)];
  whole_[static_cast<std::size_t>(side_)] = false;
  if (protocol_) {
    way.assembler.missing(lost, role_of(side_), *this);
  } else {
    guess_->head[static_cast<std::size_t>(side_)].clear();
    // What is held of this side does not lead up to what comes next.
    for (auto held = guess_->held.rbegin(); held != guess_->held.rend(); ++held) {
      if (held->side != side_) continue;
      held->lost += lost;
      break;
    }
  }
}

void Session::dissect(int side, Bytes run, const Carrier& carrier) {
  if (turn_ != Interest::more) turn(side, run);
  if (done_) return;
  ways_[static_cast<std::size_t>(side)].assembler.run(*protocol_, role_of(side), run, carrier, *this);
}

// The flow keeps its link and with it the protocol that it began with.
void Session::turn(int side, Bytes run) {
  const bool is_tunnel = std::exchange(turn_, Interest::more) == Interest::tunnel;
  const Protocol* const tls = find_protocol("tls");
  if (!tls) return;
  if (is_tunnel && tls->frame(run, role_of(side)).kind == Frame::Kind::foreign) {
    done_ = true;
    return;
  }
  first_protocol_ = protocol_;
  protocol_ = tls;
  conversation_.relayed = is_tunnel;
  dissector_ = tls->open();
  for (Way& way : ways_) way.assembler = {};
}

// PDUs go on as before, and so does their dissector.
void Session::rename(const Protocol* protocol) {
  if (!protocol) return;
  protocol_ = protocol;
  conversation_.handle = host_->on_identified(conversation_, *protocol);
}

void Session::identify(Bytes run, const Carrier& carrier) {
  if (run.empty()) return;
  Guess& g = *guess_;
  auto& head = g.head[static_cast<std::size_t>(side_)];
  const bool continued = !head.empty();
  if (continued) head.insert(head.end(), run.begin(), run.end());
  const Bytes start = continued ? Bytes(head) : run;
  const Identifier::Verdict verdict = g.identifier.look(candidates_, ends_, side_, start);
  if (verdict.protocol) {
    g.held.push_back({side_, carrier, {run.begin(), run.end()}});
    adopt(verdict);
    return;
  }
  if (verdict.more && ends_.transport == Transport::tcp) {
    if (!continued) head.assign(run.begin(), run.end());
  } else {
    head.clear();
  }
  if (verdict.foreign) {
    whole_[static_cast<std::size_t>(side_)] = false;
    // what was held fitted somebody once, and this does not
    if (++foreign_runs_ >= kForeignRuns) {
      const bool on_port = std::any_of(candidates_.begin(), candidates_.end(), [&](const Protocol* p) {
        return p->domain == Domain::ot && std::any_of(p->ports.begin(), p->ports.end(), [&](std::uint16_t port) {
                 return port == ends_.port[0] || port == ends_.port[1];
               });
      });
      if (!on_port || foreign_runs_ >= kForeignRunsOnPort) give_up();
    }
    return;
  }
  g.held_bytes += run.size();
  g.held.push_back({side_, carrier, {run.begin(), run.end()}});
  while (g.held_bytes > kMostHeld) {
    g.held_bytes -= g.held.front().bytes.size();
    whole_[static_cast<std::size_t>(g.held.front().side)] = false;
    g.held.erase(g.held.begin());
    head.clear();
    if (++foreign_runs_ >= kForeignRuns) return give_up();
  }
}

void Session::adopt(const Identifier::Verdict& verdict) {
  const std::unique_ptr<Guess> guess = std::move(guess_);
  const Protocol& protocol = *verdict.protocol;
  protocol_ = &protocol;
  client_ = static_cast<std::int8_t>(verdict.client);
  client_known_ = verdict.client_known;
  const auto c = static_cast<std::size_t>(client_), s = 1 - c;
  conversation_ = {ends_.address[c], ends_.address[s], ends_.port[c], ends_.port[s],
                   ends_.transport,  ends_.vlan,       kNoValue};
  conversation_.handle = host_->on_identified(conversation_, protocol);
  dissector_ = protocol.open();
  const std::int8_t current = side_;
  for (const Held& held : guess->held) {
    side_ = static_cast<std::int8_t>(held.side);
    if (done_) break;
    if (ends_.transport == Transport::tcp) {
      dissect(held.side, held.bytes, held.carrier);
      if (held.lost != 0) on_missing(held.lost, held.carrier);
    } else {
      datagram(held.side, held.bytes, static_cast<std::uint32_t>(held.bytes.size()), held.carrier, *host_);
    }
  }
  side_ = current;
}

void Session::give_up() {
  done_ = true;
  guess_.reset();
}

void Session::state(const Carrier& carrier, Role speaker, const Observation& fact) {
  host_->sink().on_observation({protocol_, &conversation_, carrier.packet, speaker, carrier.mac}, fact);
}

void Session::on_pdu(const Pdu& pdu, const Carrier& carrier) {
  if (done_ || turn_ != Interest::more) return;
  server_spoke_ |= pdu.speaker == Role::server;
  heard_server_ |= server_spoke_;
  const Context context{protocol_, &conversation_, carrier.packet, pdu.speaker, carrier.mac, heard_server_};
  const Interest interest = dissector_->on_pdu(pdu, Emit(context, host_->sink()));
  done_ = interest == Interest::done;
  if (interest == Interest::tls || interest == Interest::tunnel) turn_ = interest;
  if (interest == Interest::named) rename(dissector_->known_as());
}

void Session::on_gap(Role speaker) {
  heard_server_ |= speaker == Role::server;
  if (dissector_) dissector_->on_gap(speaker);
}

void Session::on_lost_sync(Role speaker, const Carrier& carrier) {
  if (speaker == Role::server && whole_[static_cast<std::size_t>(1 - client_)]) server_denied_ = true;
  if (protocol_->framing == Framing::binary) state(carrier, speaker, Anomaly{Fault::lost_sync, 0});
}

}  // namespace kakoi::flow
