// What a conversation leaves in the inventory: the link it belongs to, and the addresses that it shows.
#pragma once

#include <cstdint>

#include "sensor/flow/flow_table.h"
#include "sensor/inventory/recorder.h"

namespace kakoi::pipeline {

flow::Ends ends_of(const flow::Flow& flow);
// The side that asks, by its session, whose protocol is known; the other one serves.
std::int8_t session_client(const flow::Flow& flow);
// Adds what its session counted to the link; the protocol is known.
void note_session(Recorder& recorder, const flow::Flow& flow);
// Adds the addresses that side `s` shows, with all its packets, unless that was done when its MACs changed.
void add_bindings(Recorder& recorder, const flow::Flow& flow, std::size_t s);
// Adds the flow, with all it counted up to now, to its link, and the addresses of both sides.
void add_flow(Recorder& recorder, const flow::Flow& flow);

}  // namespace kakoi::pipeline
