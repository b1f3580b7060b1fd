#include "sensor/capture/inputs.h"

#include <algorithm>
#include <set>

#include "sensor/capture/capture_file.h"

namespace kakoi::capture {

namespace fs = std::filesystem;

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
      for (auto it = fs::recursive_directory_iterator(argument, fs::directory_options::skip_permission_denied, error);
           !error && it != fs::recursive_directory_iterator(); it.increment(error))
        if (it->is_regular_file(error)) found.push_back(it->path());
      if (error) inputs.problems.push_back(argument + ": " + error.message());
      std::sort(found.begin(), found.end());
      bool any = false;
      for (const fs::path& file : found) {
        try {
          CaptureFile probe(file);
          add(file);
          any = true;
        } catch (const CaptureError&) {
          // notes, hashes and the like lie beside captures
        }
      }
      if (!any) inputs.problems.push_back(argument + (found.empty() ? ": no file in this folder" : ": no capture in this folder"));
    } else if (fs::exists(argument, error)) {
      add(argument);
    } else {
      inputs.problems.push_back(argument + ": no such file or folder");
    }
  }
  return inputs;
}

}  // namespace kakoi::capture
