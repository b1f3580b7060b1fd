#include "sensor/capture/inputs.h"

#include <algorithm>
#include <cctype>
#include <set>

#include "sensor/capture/capture_file.h"
#include "sensor/capture/pcapng_writer.h"

namespace kakoi::capture {

namespace fs = std::filesystem;

namespace {

std::string kind_of(const fs::path& file) {
  std::string kind = file.extension().string();
  std::transform(kind.begin(), kind.end(), kind.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return kind;
}
bool is_one_of(const std::string& kind, std::initializer_list<std::string_view> kinds) {
  return std::find(kinds.begin(), kinds.end(), kind) != kinds.end();
}

// Whether the name says that the file is a capture, or may hold some: x.pcap, x.pcapng.gz, ring.pcap0, trace.cap,
// monday.zip, site.tar.xz …
bool named_like_captures(fs::path file) {
  if (is_one_of(kind_of(file), {".gz", ".bz2", ".xz", ".zst"})) file.replace_extension();
  const std::string kind = kind_of(file);
  return kind.starts_with(".pcap") || is_one_of(kind, {".cap", ".snoop", ".ntar"}) ||
         is_one_of(kind, {".zip", ".7z", ".rar", ".tar", ".tgz", ".lz4", ".z"});
}

// All files below a folder. What can't be looked into, and links that are not followed, are told.
void list(const fs::path& folder, std::vector<fs::path>& found, std::vector<std::string>& problems) {
  std::error_code error;
  for (fs::directory_iterator it(folder, error); !error && it != fs::directory_iterator(); it.increment(error)) {
    std::error_code unknown;
    const fs::path& path = it->path();
    if (it->is_regular_file(unknown))
      found.push_back(path);
    else if (it->is_directory(unknown) && !it->is_symlink(unknown))
      list(path, found, problems);
    else if (it->is_directory(unknown))
      problems.push_back(path.string() + ": a link to a folder, left out; name it to have it read");
    else if (it->is_symlink(unknown) && named_like_captures(path))
      problems.push_back(path.string() + ": a link that leads nowhere");
  }
  if (error) problems.push_back(folder.string() + ": can't be listed: " + error.message());
}

}  // namespace

Inputs find_inputs(const std::vector<std::string>& arguments) {
  Inputs inputs;
  std::set<fs::path> known;
  const auto add = [&](const fs::path& file) {
    std::error_code error;
    const fs::path canonical = file == "-" ? file : fs::weakly_canonical(file, error);
    if (known.insert(error ? file : canonical).second) inputs.files.push_back(file);
  };
  for (const std::string& argument : arguments) {
    std::error_code error;
    if (argument == "-") {
      add(argument);
    } else if (fs::is_directory(argument, error)) {
      std::vector<fs::path> found;
      list(argument, found, inputs.problems);
      std::sort(found.begin(), found.end());
      bool any = false;
      const std::size_t told = inputs.problems.size();
      for (const fs::path& file : found) {
        try {
          CaptureFile probe(file, Hashing::no);
          probe.peek();
          if (probe.info().comment.starts_with(kSliceMark)) continue;
          add(file);
          any = true;
        } catch (const CaptureError& failure) {
          // Who reads it tells why it can't be read. Notes, hashes and the like lie beside captures.
          if (named_like_captures(file))
            add(file), any = true;
          else if (dynamic_cast<const OpenError*>(&failure))
            inputs.problems.push_back(failure.what());
        }
      }
      if (!any && inputs.problems.size() == told)
        inputs.problems.push_back(argument +
                                  (found.empty() ? ": no file in this folder" : ": no capture in this folder"));
    } else if (fs::exists(argument, error)) {
      add(argument);
    } else {
      inputs.problems.push_back(argument + ": no such file or folder");
    }
  }
  return inputs;
}

}  // namespace kakoi::capture
