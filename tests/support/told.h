// What a dissector stated, as readable texts, for whole lists to be compared.
#pragma once

#include <string>
#include <vector>

#include "tests/support/observe.h"

namespace kakoi::test {

using Texts = std::vector<std::string>;

// "name WS01 by ntlm challenge", of one speaker.
inline Texts identities(const Recorder& seen, Role speaker) {
  Texts texts;
  for (const Stated& s : seen.stated)
    if (const auto* i = std::get_if<Identity>(&s.fact); i && s.speaker == speaker)
      texts.push_back(std::string(to_string(i->trait)) + ' ' + std::string(i->text) + " by " + std::string(i->method));
  return texts;
}

// "log-in by NTLMv2 accepted"
inline Texts operations(const Recorder& seen, const Protocol& protocol) {
  Texts texts;
  for (const Operation& o : seen.all<Operation>())
    texts.push_back((protocol.qualified_name ? std::string(protocol.qualified_name(o).view())
                                             : std::string(protocol.function_name(o.function_code))) +
                    (o.outcome == Outcome::none ? "" : " " + std::string(to_string(o.outcome))));
  return texts;
}

// "mqtt user:secret accepted"
inline Texts credentials(const Recorder& seen) {
  Texts texts;
  for (const Credential& c : seen.all<Credential>())
    texts.push_back(std::string(c.scheme) + ' ' + std::string(c.user) + ':' + std::string(c.secret) + ' ' +
                    std::string(to_string(c.outcome)));
  return texts;
}

inline Texts open_accesses(const Recorder& seen) {
  Texts texts;
  for (const OpenAccess& o : seen.all<OpenAccess>()) texts.emplace_back(o.scheme);
  return texts;
}

}  // namespace kakoi::test
