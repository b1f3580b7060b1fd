#include "reports/output.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "tests/reports/folder.h"

namespace kakoi {
namespace {

TEST(WriteWhole, PutsTheFileInPlace) {
  const Folder folder;
  write_whole(folder.path() / "a.txt", [](std::ostream& out) { out << std::string(200'000, 'x'); });
  EXPECT_EQ(folder.read("a.txt"), std::string(200'000, 'x'));
  EXPECT_EQ(folder.files(), std::vector<std::string>{"a.txt"});
}

TEST(WriteWhole, LeavesTheOldFileWhenWritingFails) {
  const Folder folder;
  write_whole(folder.path() / "a.txt", [](std::ostream& out) { out << "old"; });
  const auto half = [](std::ostream& out) {
    out << "half" << std::flush;
    throw std::runtime_error("no more");
  };
  EXPECT_THROW(write_whole(folder.path() / "a.txt", half), std::runtime_error);
  EXPECT_EQ(folder.read("a.txt"), "old");
  EXPECT_EQ(folder.files(), std::vector<std::string>{"a.txt"});
}

TEST(WriteWhole, LeavesNothingWhenTheStreamFails) {
  const Folder folder;
  EXPECT_THROW(write_whole(folder.path() / "a.txt", [](std::ostream& out) { out.setstate(std::ios::badbit); }),
               OutputError);
  EXPECT_TRUE(folder.files().empty());
}

TEST(WriteWhole, NamesTheFolderThatIsMissing) {
  const Folder folder;
  try {
    write_whole(folder.path() / "missing" / "a.txt", [](std::ostream&) {});
    FAIL() << "no folder, no error";
  } catch (const OutputError& error) {
    EXPECT_NE(std::string(error.what()).find("missing/a.txt"), std::string::npos);
  }
}

TEST(WriteWhole, DoesNotFollowASymbolicLink) {
  const Folder folder;
  folder.write("victim", "kept");
  std::filesystem::create_symlink(folder.path() / "victim", folder.path() / "a.txt");
  write_whole(folder.path() / "a.txt", [](std::ostream& out) { out << "new"; });
  EXPECT_EQ(folder.read("victim"), "kept");
  EXPECT_FALSE(std::filesystem::is_symlink(folder.path() / "a.txt"));
}

TEST(FileDigest, AgreesWithFips180) {  // SHA-256 examples of NIST
  EXPECT_EQ(digest_of("abc").sha256, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(digest_of("").sha256, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(sha256_base64(""), "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=");
}

TEST(FileDigest, OfAFile) {
  const Folder folder;
  folder.write("a", std::string(1'000'000, 'a'));  // FIPS 180-2, appendix B.3
  const FileDigest digest = digest_of_file(folder.path() / "a");
  EXPECT_EQ(digest.sha256, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
  EXPECT_EQ(digest.bytes, 1'000'000u);
  EXPECT_THROW(digest_of_file(folder.path() / "none"), OutputError);
}

}  // namespace
}  // namespace kakoi
