#include "sensor/capture/raw_file.h"

#include <fcntl.h>
#include <openssl/evp.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace kakoi::capture {

struct RawFile::Hash {
  EVP_MD_CTX* context = EVP_MD_CTX_new();
  Hash() { EVP_DigestInit_ex(context, EVP_sha256(), nullptr); }
  ~Hash() { EVP_MD_CTX_free(context); }
  Hash(const Hash&) = delete;
  Hash& operator=(const Hash&) = delete;
};

RawFile::RawFile(const std::filesystem::path& path, Hashing hashing)
    : name_(path == "-" ? "standard input" : path.string()),
      hash_(hashing == Hashing::yes ? std::make_unique<Hash>() : nullptr) {
  fd_ = path == "-" ? ::dup(STDIN_FILENO) : ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd_ < 0 && errno == EACCES)  // what tcpdump writes as root is its own
    throw OpenError(name_ + ": no permission to read it; have its owner make it readable (chmod a+r)");
  if (fd_ < 0) throw OpenError(name_ + ": " + std::strerror(errno));
  ::posix_fadvise(fd_, 0, 0, POSIX_FADV_SEQUENTIAL);
}
RawFile::~RawFile() {
  if (fd_ >= 0) ::close(fd_);
}

std::size_t RawFile::read(std::uint8_t* to, std::size_t n) {
  ssize_t got;
  do {
    got = ::read(fd_, to, n);
  } while (got < 0 && errno == EINTR);
  if (got < 0) throw CaptureError(name_ + ": " + std::strerror(errno) + " at byte " + std::to_string(bytes_read_));
  if (hash_) EVP_DigestUpdate(hash_->context, to, static_cast<std::size_t>(got));
  bytes_read_ += static_cast<std::uint64_t>(got);
  return static_cast<std::size_t>(got);
}

void RawFile::seek(std::uint64_t offset) {
  if (::lseek(fd_, static_cast<off_t>(offset), SEEK_SET) < 0)
    throw CaptureError(name_ + ": " + std::strerror(errno) + " at byte " + std::to_string(offset));
}

std::string RawFile::sha256() {
  constexpr std::size_t kPiece = 64 << 10;
  const auto rest = std::make_unique_for_overwrite<std::uint8_t[]>(kPiece);
  while (read(rest.get(), kPiece) > 0) {
  }
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned length = 0;
  EVP_DigestFinal_ex(hash_->context, digest, &length);
  std::string text;
  for (unsigned i = 0; i < length; ++i) {
    text += "0123456789abcdef"[digest[i] >> 4];
    text += "0123456789abcdef"[digest[i] & 15];
  }
  return text;
}

}  // namespace kakoi::capture
