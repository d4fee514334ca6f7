// Asks plugin/discovery about an archive, for tests/interop/discovery: `discovery_probe ARCHIVE`.
// Each line of standard input is a question, "fileName" or "glob", an application's path and a
// pattern, with tabs between them; each answer a line: match, no match, missing, or malformed.
// Exit 1, with the error, for an archive that is refused; exit 2 for anything else.
#include <fcntl.h>
#include <unistd.h>

#include <iostream>
#include <string>
#include <vector>

#include "decrypt/base/unique_fd.h"
#include "plugin/archive/entry_list.h"
#include "plugin/discovery/file_name.h"
#include "plugin/discovery/glob.h"

using namespace acd;

namespace {

class FileSource : public archive::ByteSource {
 public:
  explicit FileSource(const char* path) : file_(::open(path, O_RDONLY | O_CLOEXEC)) {}

  Result<std::span<const std::uint8_t>> Next() override {
    const ssize_t size = ::read(file_.get(), buffer_.data(), buffer_.size());
    if (size < 0) return Fail(Code::kIo, "the archive cannot be read");
    return std::span<const std::uint8_t>(buffer_.data(), static_cast<std::size_t>(size));
  }

 private:
  UniqueFd file_;
  std::vector<std::uint8_t> buffer_ = std::vector<std::uint8_t>(64U << 10U);
};

const char* Answer(const Result<discovery::Outcome>& outcome) {
  if (!outcome) return outcome.error().code == Code::kInvalidInput ? "malformed" : "error";
  switch (*outcome) {
    case discovery::Outcome::kMatch:
      return "match";
    case discovery::Outcome::kNoMatch:
      return "no match";
    case discovery::Outcome::kMissing:
      return "missing";
  }
  return "error";
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "usage: discovery_probe ARCHIVE\n";
    return 2;
  }
  archive::UnpackOptions options;
  options.skip_git = false;  // as the stock server
  FileSource source(argv[1]);
  const auto list = archive::ListEntries(source, options);
  if (!list) {
    std::cerr << list.error().message << "\n";
    return 1;
  }
  const discovery::NameTree tree(*list->root);
  for (std::string line; std::getline(std::cin, line);) {
    const std::size_t first = line.find('\t');
    const std::size_t second = line.find('\t', first + 1);
    if (first == std::string::npos || second == std::string::npos) return 2;
    const std::string app = line.substr(first + 1, second - first - 1);
    const std::string pattern = line.substr(second + 1);
    const bool glob = line.substr(0, first) == "glob";
    std::cout << Answer(glob ? discovery::MatchesGlob(tree, app, pattern)
                             : discovery::MatchesFileName(tree, app, pattern))
              << "\n";
  }
  return 0;
}
