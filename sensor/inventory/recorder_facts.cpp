// Facts that are rare and carry texts: each builds its key once and is recognised by a hash of its words afterwards.
#include <cstring>

#include "sensor/inventory/certificate.h"
#include "sensor/inventory/recorder.h"
#include "sensor/inventory/text.h"

namespace kakoi {
namespace {

constexpr std::size_t kAddressNode = 64;  // of a set

// Over the raw words of a fact; texts by content, everything else by value.
class FactHash {
 public:
  void add(std::uint64_t word) noexcept { value_ = mix(value_, word); }
  void add(std::string_view text) noexcept {
    add(text.size());
    for (std::size_t at = 0; at < text.size(); at += 8) {
      std::uint64_t word = 0;
      std::memcpy(&word, text.data() + at, std::min<std::size_t>(8, text.size() - at));
      add(word);
    }
  }
  void add(const Address& a) noexcept { add(a.hi), add(a.lo); }
  void add(std::span<const Address> list) noexcept {
    add(list.size());
    for (const Address& a : list) add(a);
  }
  std::uint64_t value() const noexcept { return value_; }

 private:
  std::uint64_t value_ = 0xA4093822299F31D0ull;
};

void add_fact(FactHash&, const Operation&) {}
void add_fact(FactHash&, const Points&) {}
void add_fact(FactHash&, const ControlAction&) {}
void add_fact(FactHash& h, const Identity& f) {
  h.add(static_cast<std::uint64_t>(f.trait) << 32 | static_cast<std::uint64_t>(f.subject.who) << 8 | f.confidence);
  h.add(f.text), h.add(f.method), h.add(f.subject.address);
}
void add_fact(FactHash& h, const NameLookup& f) {
  h.add(static_cast<std::uint64_t>(f.type) << 8 | static_cast<std::uint64_t>(f.outcome));
  h.add(f.name), h.add(f.addresses);
}
void add_fact(FactHash& h, const Credential& f) {
  h.add(static_cast<std::uint64_t>(f.outcome) << 8 | static_cast<std::uint64_t>(f.sender));
  h.add(f.scheme), h.add(f.user), h.add(f.secret);
}
void add_fact(FactHash& h, const OpenAccess& f) { h.add(f.scheme); }
void add_fact(FactHash& h, const SecureSession& f) {
  h.add(std::uint64_t{f.version} << 32 | std::uint64_t{f.offered} << 16 | f.cipher);
  h.add(f.server_name), h.add(f.alpn), h.add(as_text(f.certificate));
}
void add_fact(FactHash& h, const Lease& f) {
  h.add(std::uint64_t{f.prefix_length} << 1 | (f.granted ? 1 : 0));
  h.add(f.client_mac), h.add(f.client), h.add(f.server), h.add(f.routers), h.add(f.resolvers), h.add(f.domain);
}
void add_fact(FactHash& h, const Binding& f) {
  h.add(std::uint64_t{f.prefix_length} << 8 | static_cast<std::uint64_t>(f.kind));
  h.add(f.mac), h.add(f.ip);
}
void add_fact(FactHash& h, const Route& f) {
  h.add(static_cast<std::uint64_t>(f.kind));
  h.add(f.gateway), h.add(f.destination), h.add(f.detail);
}
void add_fact(FactHash& h, const Anomaly& f) { h.add(static_cast<std::uint64_t>(f.fault)); }

}  // namespace

void Recorder::rare(const Context& context, const Observation& fact) {
  const Conversation& c = *context.conversation;
  FactHash hash;
  hash.add(fact.index() << 8 | static_cast<std::uint64_t>(context.speaker));
  hash.add(LinkKeyHash{}(link_key(c)));
  hash.add(context.speaker_mac);
  hash.add(reinterpret_cast<std::uintptr_t>(context.protocol));
  std::visit([&](const auto& f) { add_fact(hash, f); }, fact);
  const auto known = known_.find(hash.value());
  if (known != known_.end()) {
    if (known->second) known->second->add(context.packet);
    return;
  }
  last_ = nullptr;
  std::visit([&](const auto& f) { take_fact(context, f); }, fact);
  if (last_) last_->add(context.packet);
  if (known_.size() < most_known_) known_.emplace(hash.value(), last_);
}

void Recorder::take_fact(const Context& context, const Identity& f) {
  IdentityKey key;
  key.subject = f.subject.who == Who::address    ? f.subject.address
                : f.subject.who == Who::listener ? context.listener_address()
                                                 : context.speaker_address();
  key.vlan = context.conversation->vlan;
  key.trait = f.trait;
  key.text = to_utf8(f.text);
  if (key.text.empty() || key.subject.is_none()) return;
  key.method = f.method;
  key.protocol = context.protocol->name;
  key.confidence = f.confidence;
  const bool about_server = (f.subject.who == Who::speaker && context.speaker == Role::server) ||
                            (f.subject.who == Who::listener && context.speaker == Role::client);
  if (about_server && context.conversation->relayed) return;  // whose it is was not seen
  if (about_server) {
    key.transport = context.conversation->transport;
    key.port = context.conversation->server_port;
  }
  last_ = slot(observed_.identities, key);
}

void Recorder::take_fact(const Context& context, const NameLookup& f) {
  LookupRow* row = slot(observed_.lookups, {link_key(*context.conversation), to_utf8(f.name), f.type});
  if (!row) return;
  for (const Address& address : f.addresses) {
    if (row->addresses.contains(address)) continue;
    if (row->addresses.size() < kMostAddresses && !take_room(kAddressNode)) break;
    row->addresses.insert(address);
    if (row->addresses.size() > kMostAddresses) row->addresses.erase(std::prev(row->addresses.end()));
  }
  switch (f.outcome) {
    case LookupOutcome::asked:
      last_ = &row->asked;
      break;
    case LookupOutcome::answered:
      last_ = &row->answered;
      break;
    case LookupOutcome::no_such_name:
      last_ = &row->no_such_name;
      break;
    case LookupOutcome::failed:
      last_ = &row->failed;
      break;
  }
}

void Recorder::take_fact(const Context& context, const Credential& f) {
  CredentialKey key;
  key.link = link_key(*context.conversation);
  key.protocol = context.protocol->name;
  key.scheme = f.scheme;
  key.user = to_utf8(f.user);
  key.mask = mask(f.secret);
  key.fingerprint = secrets_.fingerprint(f.secret);
  key.sender = f.sender;
  CredentialRow* row = slot(observed_.credentials, key);
  if (!row) return;
  switch (f.outcome) {
    case CredentialOutcome::attempted:
      last_ = &row->attempted;
      break;
    case CredentialOutcome::rejected:
      last_ = &row->rejected;
      break;
    case CredentialOutcome::accepted:
      last_ = &row->accepted;
      break;
  }
}

void Recorder::take_fact(const Context& context, const OpenAccess& f) {
  last_ = slot(observed_.open_accesses, {link_key(*context.conversation), std::string(f.scheme)});
}

// Many sessions show the same certificate.
const std::optional<Certificate>& Recorder::certificate(Bytes der) {
  if (certificates_.size() >= kMostCertificates || certificate_bytes_ >= kMostCertificateBytes)
    certificates_.clear(), certificate_bytes_ = 0;
  const auto [at, is_new] = certificates_.try_emplace(std::string(as_text(der)));
  if (is_new) {
    certificate_bytes_ += der.size();
    at->second = read_certificate(der);
  }
  return at->second;
}

// Counted like any other fact: each time that the certificate is shown.
void Recorder::own_word(const Context& context, const SecureSession& f) {
  if (f.certificate.empty() || context.conversation->relayed) return;
  if (const std::optional<Certificate>& shown = certificate(f.certificate))
    for (const Address& address : own_addresses(*shown, context.speaker_address()))
      rare(context, Identity{Trait::own_address, to_string(address), "certificate", 50, {}});
}

void Recorder::take_fact(const Context& context, const SecureSession& f) {
  SessionKey key;
  key.link = link_key(*context.conversation);
  key.relayed = context.conversation->relayed;
  key.version = f.version;
  key.offered = f.offered;
  key.cipher = f.cipher;
  key.server_name = to_utf8(f.server_name);
  key.alpn = to_utf8(f.alpn);
  if (!f.certificate.empty()) {
    if (const std::optional<Certificate>& shown = certificate(f.certificate)) {
      key.subject = shown->subject;
      key.issuer = shown->issuer;
      key.fingerprint = shown->fingerprint;
      key.not_before = shown->not_before;
      key.not_after = shown->not_after;
      key.self_signed = shown->self_signed;
    }
  }
  // The flight that ends with the certificate began there.
  if (f.hello.number() != 0)
    if (Seen* const hello = slot(observed_.hellos, key)) hello->add(f.hello);
  last_ = slot(observed_.sessions, key);
}

void Recorder::take_fact(const Context& context, const Lease& f) {
  LeaseKey key;
  key.client_mac = f.client_mac;
  key.client = f.client;
  key.server = f.server;
  key.routers.assign(f.routers.begin(), f.routers.end());
  key.resolvers.assign(f.resolvers.begin(), f.resolvers.end());
  key.prefix_length = f.prefix_length;
  key.domain = to_utf8(f.domain);
  key.granted = f.granted;
  key.vlan = context.conversation->vlan;
  last_ = slot(observed_.leases, key);
}

void Recorder::take_fact(const Context& context, const Binding& f) {
  BindingRow* row = slot(observed_.bindings, {f.mac, f.ip, context.conversation->vlan});
  if (!row) return;
  last_ = &row->claims[static_cast<std::size_t>(f.kind)];
  if (f.prefix_length != 0 && f.prefix_length <= 32) row->prefixes |= std::uint64_t{1} << f.prefix_length;
}

void Recorder::take_fact(const Context& context, const Route& f) {
  RouteKey key;
  key.kind = f.kind;
  key.speaker = context.speaker_address();
  key.speaker_mac = context.speaker_mac;
  key.gateway = f.gateway;
  key.destination = f.destination;
  key.detail = f.detail;
  key.vlan = context.conversation->vlan;
  last_ = slot(observed_.routes, key);
}

void Recorder::take_fact(const Context& context, const Anomaly& f) {
  last_ = slot(observed_.anomalies, {link_key(*context.conversation), std::string(context.protocol->name), f.fault});
}

}  // namespace kakoi
