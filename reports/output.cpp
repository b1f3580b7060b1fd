#include "reports/output.h"

#include <fcntl.h>
#include <openssl/evp.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <memory>
#include <streambuf>

namespace kakoi {

namespace {

[[noreturn]] void fail(const std::filesystem::path& path, int error) {
  throw OutputError(path.string() + ": " + std::strerror(error));
}

class Descriptor {
 public:
  explicit Descriptor(int value) noexcept : value_(value) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (value_ >= 0) ::close(value_);
  }
  int value() const noexcept { return value_; }

 private:
  int value_;
};

class Sha256 {
 public:
  Sha256() : context_(EVP_MD_CTX_new(), &EVP_MD_CTX_free) { EVP_DigestInit_ex(context_.get(), EVP_sha256(), nullptr); }
  void add(const void* data, std::size_t size) { EVP_DigestUpdate(context_.get(), data, size); }
  std::array<unsigned char, 32> finish() {
    std::array<unsigned char, 32> hash{};
    EVP_DigestFinal_ex(context_.get(), hash.data(), nullptr);
    return hash;
  }

 private:
  std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context_;
};

std::string hex(const std::array<unsigned char, 32>& hash) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  for (const unsigned char byte : hash) {
    text += kDigits[byte >> 4];
    text += kDigits[byte & 15];
  }
  return text;
}

// A stream buffer over a descriptor, so that the file is created with O_EXCL and never through a symbolic link.
class DescriptorBuffer : public std::streambuf {
 public:
  explicit DescriptorBuffer(int descriptor) : descriptor_(descriptor) {
    setp(buffer_.data(), buffer_.data() + buffer_.size());
  }
  int error() const noexcept { return error_; }
  // Of what has reached the descriptor.
  FileDigest digest() { return {hex(hash_.finish()), bytes_}; }

 protected:
  int_type overflow(int_type c) override {
    if (sync() != 0) return traits_type::eof();
    if (!traits_type::eq_int_type(c, traits_type::eof())) {
      *pptr() = traits_type::to_char_type(c);
      pbump(1);
    }
    return traits_type::not_eof(c);
  }
  int sync() override {
    if (!put(pbase(), static_cast<std::size_t>(pptr() - pbase()))) return -1;
    setp(buffer_.data(), buffer_.data() + buffer_.size());
    return 0;
  }
  // What is larger than the buffer does not pass through it.
  std::streamsize xsputn(const char* text, std::streamsize size) override {
    if (size < epptr() - pptr()) {
      std::memcpy(pptr(), text, static_cast<std::size_t>(size));
      pbump(static_cast<int>(size));
      return size;
    }
    return sync() == 0 && put(text, static_cast<std::size_t>(size)) ? size : 0;
  }

 private:
  bool put(const char* at, std::size_t size) {
    hash_.add(at, size);
    bytes_ += size;
    while (size > 0) {
      const ssize_t n = ::write(descriptor_, at, size);
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) {
        error_ = errno;
        return false;
      }
      at += n;
      size -= static_cast<std::size_t>(n);
    }
    return true;
  }

  int descriptor_;
  int error_ = 0;
  Sha256 hash_;
  std::uint64_t bytes_ = 0;
  std::array<char, 64 * 1024> buffer_;
};

class TemporaryName {  // removed again unless the file has reached its place
 public:
  explicit TemporaryName(const std::filesystem::path& path)
      : path_(path.parent_path() / ("." + path.filename().string() + ".tmp")) {}
  TemporaryName(const TemporaryName&) = delete;
  TemporaryName& operator=(const TemporaryName&) = delete;
  ~TemporaryName() {
    if (!placed_) ::unlink(path_.c_str());
  }
  const std::filesystem::path& path() const noexcept { return path_; }
  void rename_to(const std::filesystem::path& target) {
    if (::rename(path_.c_str(), target.c_str()) != 0) fail(target, errno);
    placed_ = true;
  }

 private:
  std::filesystem::path path_;
  bool placed_ = false;
};

void flush_folder(const std::filesystem::path& folder) {
  const Descriptor directory(::open(folder.empty() ? "." : folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  // some file systems refuse to flush a folder; the file's own bytes are safe by now
  if (directory.value() >= 0) static_cast<void>(::fsync(directory.value()));
}

// A device or a pipe that was named is written to, not replaced.
bool is_stream(const std::filesystem::path& path) {
  struct stat status {};
  const bool of_system = path.native().starts_with("/dev/");  // /dev/stdout is a link
  if ((of_system ? ::stat : ::lstat)(path.c_str(), &status) != 0) return false;
  return S_ISCHR(status.st_mode) || S_ISFIFO(status.st_mode);
}

// `path`: what `file` is or will be called.
FileDigest write_into(const Descriptor& file, const std::filesystem::path& path,
                      const std::function<void(std::ostream&)>& write) {
  if (file.value() < 0) fail(path, errno);
  DescriptorBuffer buffer(file.value());
  std::ostream stream(&buffer);
  write(stream);
  stream.flush();
  if (!stream) fail(path, buffer.error() != 0 ? buffer.error() : EIO);
  return buffer.digest();
}

}  // namespace

FileDigest write_whole(const std::filesystem::path& path, const std::function<void(std::ostream&)>& write) {
  if (is_stream(path)) return write_into(Descriptor(::open(path.c_str(), O_WRONLY | O_CLOEXEC)), path, write);
  TemporaryName temporary(path);
  ::unlink(temporary.path().c_str());  // of a run that was broken off
  const Descriptor file(::open(temporary.path().c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666));
  const FileDigest digest = write_into(file, path, write);
  if (::fsync(file.value()) != 0) fail(path, errno);
  temporary.rename_to(path);
  flush_folder(path.parent_path());
  return digest;
}

void place_whole(const std::filesystem::path& draft, const std::filesystem::path& path) {
  const Descriptor file(::open(draft.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC));
  if (file.value() < 0) fail(draft, errno);
  if (::fsync(file.value()) != 0) fail(draft, errno);
  if (::rename(draft.c_str(), path.c_str()) != 0) fail(path, errno);
  flush_folder(path.parent_path());
}

FileDigest digest_of_file(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) fail(path, errno);
  Sha256 hash;
  FileDigest result;
  std::array<char, 64 * 1024> block;
  while (file.read(block.data(), block.size()) || file.gcount() > 0) {
    hash.add(block.data(), static_cast<std::size_t>(file.gcount()));
    result.bytes += static_cast<std::uint64_t>(file.gcount());
  }
  if (file.bad()) fail(path, EIO);
  result.sha256 = hex(hash.finish());
  return result;
}

FileDigest digest_of(std::string_view bytes) {
  Sha256 hash;
  hash.add(bytes.data(), bytes.size());
  return {hex(hash.finish()), bytes.size()};
}

std::string sha256_base64(std::string_view bytes) {
  Sha256 hash;
  hash.add(bytes.data(), bytes.size());
  const auto digest = hash.finish();
  std::array<unsigned char, 48> text{};
  const int length = EVP_EncodeBlock(text.data(), digest.data(), static_cast<int>(digest.size()));
  return {reinterpret_cast<const char*>(text.data()), static_cast<std::size_t>(length)};
}

}  // namespace kakoi
