#include "rules/yaml_node.h"

#include <yaml.h>

#include <algorithm>
#include <array>
#include <map>

namespace kakoi::yaml {

class Builder {
 public:
  explicit Builder(std::string_view text) : text_(without_mark(text)) {
    if (yaml_parser_initialize(&parser_) == 0) throw std::bad_alloc();
    yaml_parser_set_input_string(&parser_, reinterpret_cast<const unsigned char*>(text_.data()), text_.size());
    yaml_parser_set_encoding(&parser_, YAML_UTF8_ENCODING);
  }
  Builder(const Builder&) = delete;
  Builder& operator=(const Builder&) = delete;
  ~Builder() { yaml_parser_delete(&parser_); }

  Node document() {
    for (bool more = true; more;) {
      yaml_event_t event;
      if (yaml_parser_parse(&parser_, &event) == 0) fail();
      const std::unique_ptr<yaml_event_t, void (*)(yaml_event_t*)> owned(&event, &yaml_event_delete);
      more = event.type != YAML_STREAM_END_EVENT;
      take(event);
    }
    if (tree_->empty()) tree_->push_back({Node::Kind::null, {0, 0}, {}, {}});
    const Node::Item* root = &tree_->front();
    return {std::move(tree_), root};
  }

 private:
  // Editors of Windows begin UTF-8 with U+FEFF.
  static constexpr std::string_view without_mark(std::string_view text) noexcept {
    return text.starts_with("\xEF\xBB\xBF") ? text.substr(3) : text;
  }
  static constexpr Mark mark_of(const yaml_mark_t& mark) noexcept {
    return {static_cast<int>(mark.line), static_cast<int>(mark.column)};
  }

  [[noreturn]] void fail() const {
    Mark mark = mark_of(parser_.problem_mark);
    if (parser_.error == YAML_READER_ERROR) {  // its place is an octet's
      const std::string_view before = text_.substr(0, parser_.problem_offset);
      mark.line = static_cast<int>(std::count(before.begin(), before.end(), '\n'));
      mark.column = static_cast<int>(before.size() - (before.rfind('\n') + 1));
    }
    std::string why = parser_.problem ? parser_.problem : "it can't be read";
    if (why.find("UTF-8") != std::string::npos) why += "; save the file as UTF-8";
    if (why.find("cannot start any token") != std::string::npos) why += "; a tab does not indent, blanks do";
    if (why.find("mapping values are not allowed") != std::string::npos) why += "; a text with ': ' in it needs quotes";
    throw Error(mark, why);
  }

  void take(const yaml_event_t& event) {
    const Mark mark = mark_of(event.start_mark);
    switch (event.type) {
      case YAML_DOCUMENT_START_EVENT:
        if (!tree_->empty()) throw Error(mark, "a second document begins here; keep one in a file");
        break;
      case YAML_SCALAR_EVENT: {
        const auto& scalar = event.data.scalar;
        std::string text(reinterpret_cast<const char*>(scalar.value), scalar.length);
        const bool null = scalar.style == YAML_PLAIN_SCALAR_STYLE && is_null(text);
        add(null ? Node::Kind::null : Node::Kind::scalar, mark, scalar.anchor, std::move(text));
        break;
      }
      case YAML_SEQUENCE_START_EVENT:
        open(Node::Kind::sequence, mark, event.data.sequence_start.anchor);
        break;
      case YAML_MAPPING_START_EVENT:
        open(Node::Kind::map, mark, event.data.mapping_start.anchor);
        break;
      case YAML_SEQUENCE_END_EVENT:
      case YAML_MAPPING_END_EVENT:
        open_.pop_back();
        break;
      case YAML_ALIAS_EVENT:
        alias(mark, reinterpret_cast<const char*>(event.data.alias.anchor));
        break;
      default:
        break;
    }
  }

  static bool is_null(std::string_view text) noexcept {
    constexpr std::array<std::string_view, 5> kNull = {"", "~", "null", "Null", "NULL"};
    return std::find(kNull.begin(), kNull.end(), text) != kNull.end();
  }

  std::uint32_t add(Node::Kind kind, Mark mark, const yaml_char_t* anchor, std::string text) {
    const auto at = static_cast<std::uint32_t>(tree_->size());
    tree_->push_back({kind, mark, std::move(text), {}});
    if (anchor) anchors_[reinterpret_cast<const char*>(anchor)] = at;
    hang(at);
    return at;
  }
  void open(Node::Kind kind, Mark mark, const yaml_char_t* anchor) {
    if (open_.size() == kDeepest) throw Error(mark, "it is nested more than " + std::to_string(kDeepest) + " deep");
    open_.push_back(add(kind, mark, anchor, {}));
  }
  void hang(std::uint32_t child) {
    if (!open_.empty()) (*tree_)[open_.back()].children.push_back(child);
  }

  // Aliases of aliases multiply: what they stand for is counted, not copied.
  void alias(Mark mark, const char* name) {
    const auto anchor = anchors_.find(name);
    if (anchor == anchors_.end()) throw Error(mark, "no anchor '&" + std::string(name) + "' stands before this");
    if (std::find(open_.begin(), open_.end(), anchor->second) != open_.end())
      throw Error(mark, "'*" + std::string(name) + "' stands inside what it names");
    aliased_ += size_of(anchor->second, kMostNodes);
    if (aliased_ > kMostNodes) throw Error(mark, "aliases stand for too much; write it out");
    hang(anchor->second);
  }
  // Nodes at and below, counted up to `most`.
  std::size_t size_of(std::uint32_t at, std::size_t most) const {
    std::size_t size = 1;
    for (const std::uint32_t child : (*tree_)[at].children) {
      if (size >= most) break;
      size += size_of(child, most - size);
    }
    return size;
  }

  std::string_view text_;
  yaml_parser_t parser_{};
  std::shared_ptr<Node::Tree> tree_ = std::make_shared<Node::Tree>();
  std::vector<std::uint32_t> open_;
  std::map<std::string, std::uint32_t, std::less<>> anchors_;
  std::size_t aliased_ = 0;
};

const std::string& Node::text() const noexcept {
  static const std::string kNone;
  return is_scalar() ? item_->text : kNone;
}

std::vector<Node> Node::items() const {
  std::vector<Node> found;
  if (!is_sequence()) return found;
  found.reserve(item_->children.size());
  for (std::size_t i = 0; i < item_->children.size(); ++i) found.push_back(child(i));
  return found;
}

std::vector<std::pair<Node, Node>> Node::entries() const {
  std::vector<std::pair<Node, Node>> found;
  if (!is_map()) return found;
  found.reserve(item_->children.size() / 2);
  for (std::size_t i = 0; i + 1 < item_->children.size(); i += 2) found.emplace_back(child(i), child(i + 1));
  return found;
}

Node Node::at(std::string_view key) const {
  if (!is_map()) return {};
  for (std::size_t i = 0; i + 1 < item_->children.size(); i += 2) {
    const Item& name = (*tree_)[item_->children[i]];
    if (name.kind == Kind::scalar && name.text == key) return child(i + 1);
  }
  return {};
}

Node parse(std::string_view text) { return Builder(text).document(); }

std::string to_text(const Node& node) {
  switch (node.kind()) {
    case Node::Kind::undefined:
    case Node::Kind::null:
      return "null";
    case Node::Kind::scalar: {
      std::string out = "\"";
      for (const char c : node.text()) {
        if (c == '"' || c == '\\') out += '\\';
        out += c == '\n' ? "\\n" : std::string(1, c);
      }
      return out + '"';
    }
    case Node::Kind::sequence: {
      std::string out;
      for (const Node& item : node.items()) out += (out.empty() ? "" : ", ") + to_text(item);
      return "[" + out + "]";
    }
    case Node::Kind::map: {
      std::string out;
      for (const auto& [key, value] : node.entries())
        out += (out.empty() ? "" : ", ") + to_text(key) + ": " + to_text(value);
      return "{" + out + "}";
    }
  }
  return {};
}

}  // namespace kakoi::yaml
