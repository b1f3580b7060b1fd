// The form of a state: numbers, texts and lists one behind the other, without names. Writer and Reader have the same face, so
// that each structure is described once, by fields(archive, structure) in this namespace, which calls archive(a, b, c).
#pragma once

#include <array>
#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>
#include <unordered_set>
#include <utility>
#include <vector>

#include "sensor/inventory/state.h"
#include "sensor/inventory/transfers.h"

namespace kakoi::archive {

// Texts that Observed holds as views of constants.
inline std::string_view interned(std::string_view text) {
  static std::unordered_set<std::string> texts;
  return *texts.emplace(text).first;
}

class Writer {
 public:
  static constexpr bool kReads = false;
  explicit Writer(std::vector<std::uint8_t>& out) : out_(out) {}

  template <typename... Values>
  void operator()(Values&... values) {
    (put(values), ...);
  }
  void number(std::uint64_t n) {  // LEB128
    for (; n >= 0x80; n >>= 7) out_.push_back(static_cast<std::uint8_t>(n | 0x80));
    out_.push_back(static_cast<std::uint8_t>(n));
  }
  void word(std::uint64_t n) {
    for (int i = 0; i < 8; ++i) out_.push_back(static_cast<std::uint8_t>(n >> 8 * i));
  }
  void text(std::string_view t) {
    number(t.size());
    out_.insert(out_.end(), t.begin(), t.end());
  }

 private:
  template <typename Value>
  void put(Value& value);
  std::vector<std::uint8_t>& out_;
};

class Reader {
 public:
  static constexpr bool kReads = true;
  // `captures`: where each capture of the state is to be found in the end.
  Reader(Bytes in, const ProtocolFinder& protocol, std::vector<std::uint32_t> captures = {})
      : protocol_(protocol), captures_(std::move(captures)), in_(in) {}

  template <typename... Values>
  void operator()(Values&... values) {
    (get(values), ...);
  }
  std::uint64_t number() {
    std::uint64_t n = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
      const std::uint8_t octet = take(1)[0];
      n |= std::uint64_t{octet & 0x7Fu} << shift;
      if ((octet & 0x80) == 0) return n;
    }
    throw StateError("a number is too long");
  }
  std::uint64_t word() { return ByteReader(take(8)).le64(); }
  std::string_view text() { return as_text(take(number())); }
  // Of a list: no more than there are octets left, so that a forged count costs nothing.
  std::size_t count() {
    const std::uint64_t n = number();
    if (n > in_.size() - at_) throw StateError("it ends early");
    return static_cast<std::size_t>(n);
  }
  Bytes rest() const noexcept { return in_.subspan(at_); }

  const Protocol* protocol(std::string_view name) const {
    if (name == ftp_data_protocol.name) return &ftp_data_protocol;
    const Protocol* found = name.empty() ? nullptr : protocol_(name);
    if (!name.empty() && !found) throw StateError("protocol '" + std::string(name) + "' is not known");
    return found;
  }
  std::uint32_t capture(std::uint32_t local) const {
    if (local >= captures_.size()) throw StateError("a packet of no capture");
    return captures_[local];
  }

 private:
  template <typename Value>
  void get(Value& value);
  Bytes take(std::uint64_t n) {
    if (n > in_.size() - at_) throw StateError("it ends early");
    const Bytes piece = in_.subspan(at_, static_cast<std::size_t>(n));
    at_ += static_cast<std::size_t>(n);
    return piece;
  }
  const ProtocolFinder& protocol_;
  std::vector<std::uint32_t> captures_;
  Bytes in_;
  std::size_t at_ = 0;
};

template <typename T>
constexpr bool is_array = false;
template <typename T, std::size_t N>
constexpr bool is_array<std::array<T, N>> = true;
template <typename T>
concept Sequence = requires(T t) {
  t.push_back(*t.begin());
}
&&!std::is_same_v<T, std::string>;
template <typename T>
concept Map = requires {
  typename T::mapped_type;
};
template <typename T>
concept Set = requires {
  typename T::key_type;
}
&&!Map<T>;

template <typename Value>
void Writer::put(Value& value) {
  using T = std::remove_cv_t<Value>;
  if constexpr (std::is_same_v<T, std::string> || std::is_same_v<T, std::string_view>) {
    text(value);
  } else if constexpr (std::is_same_v<T, const Protocol*>) {
    text(value ? value->name : std::string_view());
  } else if constexpr (std::is_same_v<T, Address>) {
    word(value.hi), word(value.lo);
  } else if constexpr (std::is_same_v<T, std::int64_t>) {
    word(static_cast<std::uint64_t>(value));
  } else if constexpr (std::is_enum_v<T> || std::is_integral_v<T>) {
    number(static_cast<std::uint64_t>(value));
  } else if constexpr (is_array<T>) {
    for (auto& x : value) put(x);
  } else if constexpr (std::is_same_v<T, PointSet>) {
    bool truncated = value.truncated();
    std::vector<PointSet::Block> blocks = value.blocks();
    (*this)(truncated, blocks);
  } else if constexpr (Map<T>) {
    number(value.size());
    for (auto& [key, row] : value) put(key), put(row);
  } else if constexpr (Sequence<T> || Set<T>) {
    number(value.size());
    for (auto& x : value) put(x);
  } else {
    fields(*this, const_cast<T&>(value));  // described once, for reading and writing; writing changes nothing
  }
}

template <typename T>
void Reader::get(T& value) {
  if constexpr (std::is_same_v<T, std::string>) {
    value = text();
  } else if constexpr (std::is_same_v<T, std::string_view>) {
    value = interned(text());
  } else if constexpr (std::is_same_v<T, const Protocol*>) {
    value = protocol(text());
  } else if constexpr (std::is_same_v<T, Address>) {
    value.hi = word(), value.lo = word();
  } else if constexpr (std::is_same_v<T, std::int64_t>) {
    value = static_cast<std::int64_t>(word());
  } else if constexpr (std::is_same_v<T, bool>) {
    value = number() != 0;
  } else if constexpr (std::is_enum_v<T> || std::is_integral_v<T>) {
    value = static_cast<T>(number());
  } else if constexpr (is_array<T>) {
    for (auto& x : value) get(x);
  } else if constexpr (std::is_same_v<T, PointSet>) {
    bool truncated = false;
    std::vector<PointSet::Block> blocks;
    (*this)(truncated, blocks);
    value = PointSet(std::move(blocks), truncated);
  } else if constexpr (Map<T>) {
    for (std::size_t n = count(); n > 0; --n) {
      typename T::key_type key;
      get(key);
      get(value[std::move(key)]);
    }
  } else if constexpr (Set<T>) {
    for (std::size_t n = count(); n > 0; --n) {
      typename T::value_type x;
      get(x);
      value.insert(std::move(x));
    }
  } else if constexpr (Sequence<T>) {
    const std::size_t n = count();
    value.clear();
    for (std::size_t i = 0; i < n; ++i) get(value.emplace_back());
  } else {
    fields(*this, value);
  }
}

}  // namespace kakoi::archive
