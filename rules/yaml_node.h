// YAML documents (1.1, parsed by libyaml) as trees of texts with their places. Numbers, flags and dates stay texts:
// whoever reads a key knows what it means.
//
// Bounds, for files that come from others: kDeepest levels; aliases stand for at most kMostNodes nodes in all.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace kakoi::yaml {

struct Mark {
  int line = -1, column = -1;  // from 0; -1: nowhere
};

class Error : public std::runtime_error {
 public:
  Error(Mark where, const std::string& what) : std::runtime_error(what), mark(where) {}
  Mark mark;
};

// A place in a document, which lives as long as any of its nodes. Copying costs little.
class Node {
 public:
  enum class Kind : std::uint8_t { undefined, null, scalar, sequence, map };

  Node() = default;  // of what isn't there: undefined

  Kind kind() const noexcept { return item_ ? item_->kind : Kind::undefined; }
  bool is_defined() const noexcept { return item_ != nullptr; }
  bool is_null() const noexcept { return kind() == Kind::null; }  // nothing, '~' or 'null'
  bool is_scalar() const noexcept { return kind() == Kind::scalar; }
  bool is_sequence() const noexcept { return kind() == Kind::sequence; }
  bool is_map() const noexcept { return kind() == Kind::map; }
  Mark mark() const noexcept { return item_ ? item_->mark : Mark{}; }
  const std::string& text() const noexcept;  // of a scalar; else empty

  std::vector<Node> items() const;                     // of a sequence; else none
  std::vector<std::pair<Node, Node>> entries() const;  // keys and values of a map, as they stand; else none
  Node at(std::string_view key) const;                 // of a map: the first with that key; undefined if there is none

 private:
  friend class Builder;
  struct Item {
    Kind kind = Kind::null;
    Mark mark;
    std::string text;
    std::vector<std::uint32_t> children;  // of a map: key, value, key …
  };
  using Tree = std::vector<Item>;
  Node(std::shared_ptr<const Tree> tree, const Item* item) : tree_(std::move(tree)), item_(item) {}
  Node child(std::size_t n) const { return {tree_, &(*tree_)[item_->children[n]]}; }

  std::shared_ptr<const Tree> tree_;
  const Item* item_ = nullptr;
};

inline constexpr std::size_t kDeepest = 64, kMostNodes = 1'000'000;

// The one document in `text`; null for an empty text. Throws Error.
Node parse(std::string_view text);

// On one line, to be parsed again.
std::string to_text(const Node& node);

}  // namespace kakoi::yaml
