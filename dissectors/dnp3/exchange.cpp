#include "dissectors/dnp3/exchange.h"

#include <algorithm>

#include "dissectors/dnp3/application.h"
#include "dissectors/dnp3/link.h"

namespace kakoi::dnp3 {

namespace {

std::uint32_t addresses_of(const Request& r) noexcept { return std::uint32_t{r.master} << 16 | r.outstation; }

bool same_link(const Request& a, const Request& b) noexcept {
  return a.master == b.master && a.outstation == b.outstation && a.actor == b.actor;
}

}  // namespace

// Unanswered is what the other side, heard since, never spoke of. If it was not heard since, the
// capture may have ended, or have one direction alone.
Outcome Exchange::outcome_without_answer(const Request& request) const noexcept {
  const bool heard = heard_[static_cast<std::size_t>(other(request.actor))] >= request.id;
  return heard && !lost_ ? Outcome::unanswered : Outcome::none;
}

void Exchange::close(Request& request, const Emit& emit) {
  const Outcome outcome = outcome_without_answer(request);
  answer(request, outcome, {}, emit);
}

void Exchange::give_up(const Emit& emit) {
  end(emit);
  lost_ = false;
}

void Exchange::end(const Emit& emit) {
  for (std::size_t i = 0; i < kMostRequests; ++i) {
    const std::size_t place = (next_ + i) % kMostRequests;
    if (is_open(place)) close(requests_[place], emit);
  }
}

Request* Exchange::ask(const Request& request, const Emit& emit) {
  const Request* last = nullptr;  // on this link
  for (std::size_t i = 1; i <= kMostRequests && last == nullptr; ++i) {
    const Request& earlier = requests_[(next_ + kMostRequests - i) % kMostRequests];
    if (earlier.id == 0) break;
    if (same_link(earlier, request)) last = &earlier;
  }
  if (last != nullptr && last->sequence == request.sequence && last->function_code == request.function_code &&
      last->digest == request.digest && Function{request.function_code} != Function::read)
    return nullptr;
  const std::size_t place = next_;
  Request& slot = requests_[place];
  next_ = static_cast<std::uint16_t>((place + 1) % kMostRequests);
  if (is_open(place)) close(slot, emit);
  slot = request;
  if (++last_id_ == 0) ++last_id_;
  slot.id = last_id_;
  open_ = static_cast<std::uint16_t>(open_ | 1u << place);
  slot.asked = emit.context().packet;
  return &slot;
}

Request* Exchange::find(const Response& response) noexcept {
  Request* oldest = nullptr;
  Request* match = nullptr;
  for (std::size_t i = 0; i < kMostRequests; ++i) {
    const std::size_t place = (next_ + i) % kMostRequests;
    if (!is_open(place)) continue;
    Request& request = requests_[place];
    if (request.sequence != response.sequence || request.master != response.master ||
        request.actor != other(response.answerer) ||
        (request.outstation != response.outstation && request.outstation != kSelfAddress))
      continue;
    if (oldest == nullptr) {
      oldest = &request;
      continue;
    }
    // The sequence number came round while answers were under way.
    const std::uint32_t echo = echo_digest(static_cast<std::uint8_t>(Function::response), response.objects);
    if (match == nullptr && oldest->echo == echo) match = oldest;
    if (match == nullptr && request.echo == echo) match = &request;
  }
  return match != nullptr ? match : oldest;
}

Request* Exchange::find_confirmed(std::uint16_t master, std::uint16_t outstation) noexcept {
  for (std::size_t i = 1; i <= kMostRequests; ++i) {
    const std::size_t place = (next_ + kMostRequests - i) % kMostRequests;
    if (!is_open(place)) continue;
    Request& request = requests_[place];
    if (request.confirmed_link && request.master == master && request.outstation == outstation) return &request;
  }
  return nullptr;
}

void Exchange::answer(Request& request, Outcome outcome, std::string_view status, const Emit& emit) {
  if (outcome != Outcome::none)
    emit(Operation{request.cls, request.function_code, request.outstation, request.master, kNoValue, outcome, false});
  if (request.has_actions) tell_actions(request, outcome, status, emit);
  open_ = static_cast<std::uint16_t>(open_ & ~(1u << (&request - requests_.data())));
}

void Exchange::tell_actions(const Request& request, Outcome rest, std::string_view status, const Emit& emit) {
  std::size_t kept = 0;
  for (std::size_t i = 0; i < actions_.size(); ++i) {
    Action& action = actions_[i];
    if (action.request != request.id) {
      if (kept != i) actions_[kept] = action;
      ++kept;
      continue;
    }
    ControlAction told;
    told.cls = action.cls;
    told.actor = request.actor;
    told.function_code = request.function_code;
    told.unit = request.outstation;
    told.peer_unit = request.master;
    told.point_kind = action.point_kind;
    told.point = action.point;
    told.points = action.points;
    told.step = action.step;
    told.value = action.value.view();
    // What has a status of its own is done only if that was seen.
    const Outcome otherwise = action.group != 0 && rest == Outcome::accepted ? Outcome::none : rest;
    told.outcome = action.outcome == Outcome::none ? otherwise : action.outcome;
    if (told.outcome == Outcome::refused) told.status = action.outcome == Outcome::none ? status : action.status;
    told.asked = request.asked;
    if (told.outcome == Outcome::accepted || told.outcome == Outcome::refused) told.answered = emit.context().packet;
    emit(told);
  }
  actions_.resize(kept);
}

Exchange::FileTransfer& Exchange::file_transfer() {
  if (!file_transfer_) file_transfer_ = std::make_unique<FileTransfer>();
  return *file_transfer_;
}

Action* Exchange::add(Request& request, std::string_view step, const Emit& emit) {
  std::size_t own = 0;
  Action* last = nullptr;
  for (Action& action : actions_)
    if (action.request == request.id) ++own, last = &action;
  if (own == kMostActionsOfOne) {
    last->point = kNoValue;
    last->points += last->points != kNoValue ? 1 : 0;
    last->value.clear();
    last->group = 0;
    return nullptr;
  }
  if (actions_.size() == kMostActions) {
    const std::uint32_t oldest = actions_[0].request;
    const auto owner =
        std::find_if(requests_.begin(), requests_.end(), [&](const Request& r) { return r.id == oldest; });
    if (owner == requests_.end() || owner->id == request.id) return nullptr;  // can't be: own is less
    close(*owner, emit);
  }
  Action& action = actions_.emplace_back();
  action.request = request.id;
  action.cls = request.cls;
  action.step = step;
  request.has_actions = true;
  return &action;
}

void Exchange::remember_file(const Request& request, std::uint32_t handle, std::string_view name) {
  FileTransfer& transfer = file_transfer();
  File& file = transfer.files[transfer.next_file];
  transfer.next_file = (transfer.next_file + 1) % kMostFiles;
  file.addresses = addresses_of(request);
  file.handle = handle;
  file.name.clear();
  file.name.add(name);
}

std::string_view Exchange::file_name(const Request& request, std::uint32_t handle) const noexcept {
  if (!file_transfer_) return {};
  for (std::size_t i = 1; i <= kMostFiles; ++i) {
    const File& file = file_transfer_->files[(file_transfer_->next_file + kMostFiles - i) % kMostFiles];
    if (file.addresses == addresses_of(request) && file.handle == handle) return file.name.view();
  }
  return {};
}

void Exchange::remember_login(const Request& request, std::string_view user, std::string_view secret) {
  Login& login = file_transfer().login;
  login.request = request.id;
  login.user.assign(user);
  login.secret.assign(secret);
}

void Exchange::answer_login(const Request& request, bool accepted, const Emit& emit) {
  if (!file_transfer_ || file_transfer_->login.request != request.id) return;
  Login& login = file_transfer_->login;
  emit(Credential{"dnp3-file", login.user.view(), login.secret.view(),
                  accepted ? CredentialOutcome::accepted : CredentialOutcome::rejected});
  login.request = 0;
}

}  // namespace kakoi::dnp3
