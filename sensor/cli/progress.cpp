#include "sensor/cli/progress.h"

#include <unistd.h>

#include <cstdio>

namespace kakoi::cli {

using namespace std::chrono_literals;

ProgressLine::ProgressLine(bool wanted)
    : on_(wanted && ::isatty(STDERR_FILENO) == 1), start_(Clock::now()), next_(start_ + 1s) {}

void ProgressLine::operator()(const pipeline::Progress& p) {
  if (!on_) return;
  const auto now = Clock::now();
  if (now < next_) return;
  next_ = now + 250ms;
  shown_ = true;
  const double seconds = std::chrono::duration<double>(now - start_).count();
  const double read = static_cast<double>(p.bytes_read), total = static_cast<double>(p.bytes_total);
  std::fprintf(stderr, "\r\x1b[K%.0f MB", read / 1e6);
  if (p.bytes_total > 0) std::fprintf(stderr, " of %.0f MB (%.0f %%)", total / 1e6, 100 * read / total);
  std::fprintf(stderr, ", %.2f M packets, %.2f M packets/s", static_cast<double>(p.packets) / 1e6,
               static_cast<double>(p.packets) / 1e6 / seconds);
  if (p.bytes_total > 0 && read > 0) {
    const long left = static_cast<long>(seconds * (total - read) / read + 0.5);
    std::fprintf(stderr, ", %ld:%02ld left", left / 60, left % 60);
  }
  std::fflush(stderr);
}

void ProgressLine::clear() {
  if (shown_) std::fputs("\r\x1b[K", stderr);
  shown_ = false;
}

}  // namespace kakoi::cli
