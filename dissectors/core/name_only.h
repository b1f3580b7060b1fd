// For protocols of which nothing is stated but that they are spoken.
#pragma once

#include <memory>

#include "dissectors/core/dissector.h"

namespace kakoi {

class NameOnly final : public Dissector {
 public:
  Interest on_pdu(const Pdu&, const Emit&) override { return Interest::done; }
};

inline std::unique_ptr<Dissector> open_name_only() { return std::make_unique<NameOnly>(); }

}  // namespace kakoi
