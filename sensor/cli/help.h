// What --help prints, in the reader's language: Japanese where the locale is (POSIX.1 §8.2: LC_ALL, LC_MESSAGES, LANG),
// else English. Lines are filled to 80 columns, of which a Japanese character takes two.
#pragma once

#include <boost/program_options.hpp>
#include <iosfwd>
#include <string>
#include <string_view>

namespace kakoi::cli {

struct Help {
  std::string_view synopsis;  // "kakoi scan PCAP|DIR|- ... [options]"
  // Paragraphs, an empty line between them; a line that begins with a space stands as it is.
  std::string_view description, japanese;
  std::string_view examples;  // lines
};

bool reads_japanese();

void print_help(std::ostream& out, const Help& help, const boost::program_options::options_description& options);

// `text` in lines of at most `width` columns, all but the first behind `indent` spaces. Japanese breaks between any two
// characters but before closing punctuation and small kana, and behind opening brackets (JIS X 4051 §6.1).
std::string filled(std::string_view text, std::size_t width, std::size_t indent = 0);

// Columns that the text takes in a terminal.
std::size_t columns_of(std::string_view text) noexcept;

// What is said of an option, in Japanese; the English itself if there is no such text.
std::string_view option_in_japanese(std::string_view english) noexcept;

}  // namespace kakoi::cli
