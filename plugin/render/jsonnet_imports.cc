#include "plugin/render/jsonnet_imports.h"

#include <sys/stat.h>

#include <deque>
#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "plugin/jsonnet/imports.h"
#include "plugin/render/text_encoding.h"
#include "plugin/workspace/workspace.h"

namespace acd::render {
namespace {

constexpr std::size_t kMaxFiles = 20'000;
constexpr std::size_t kMaxImports = 200'000;
constexpr std::size_t kMaxBytes = 64U << 20U;

std::string FolderOf(const std::string& name) { return name.substr(0, name.rfind('/') + 1); }

class ImportWalk {
 public:
  ImportWalk(Context& context, const std::vector<std::string>& folders, jsonnet::Program& program)
      : context_(context), folders_(folders), program_(program) {}

  Result<std::optional<Error>> Run() {
    for (const jsonnet::File& file : program_.files) {
      outcomes_[file.name];  // it is there
      todo_.push_back({FolderOf(file.name), jsonnet::FindImports(file.content.ExposeText())});
    }
    for (const jsonnet::Variable& variable : program_.variables) {
      if (variable.is_code) todo_.push_back({"", jsonnet::FindImports(variable.value)});
    }
    while (!todo_.empty()) {
      const Importer importer = std::move(todo_.front());
      todo_.pop_front();
      for (const jsonnet::Import& import : importer.imports) {
        ACD_CHECK(Take(importer.folder, import));
      }
    }
    return std::move(first_error_);
  }

 private:
  struct Importer {
    std::string folder;
    std::vector<jsonnet::Import> imports;
  };

  Status Take(const std::string& folder, const jsonnet::Import& import) {
    ACD_CHECK(context_.request.budget.Check());
    const auto [seen, is_new] = seen_.try_emplace({folder, import.path}, program_.imports.size());
    if (is_new) {
      if (seen_.size() > kMaxImports) return TooMuch(std::to_string(kMaxImports) + " imports");
      program_.imports.push_back({folder, import.path, {}, {}, import.is_code});
      ACD_CHECK(Resolve(program_.imports.back()));
    }
    jsonnet::Resolved& resolved = program_.imports[seen->second];
    if (resolved.is_code != import.is_code) {
      // The library asks once, and does not say for which.
      resolved.file.clear();
      resolved.error = "is imported as code and as text here: spell one of the two paths as ./...";
    }
    if (import.is_code && !resolved.file.empty()) Follow(resolved.file);
    return {};
  }

  Status Resolve(jsonnet::Resolved& resolved) {
    auto name = Locate(resolved.folder, resolved.path);
    if (!name) {
      resolved.error = name.error().message;
      return {};
    }
    ACD_CHECK(Read(*name));
    resolved.error = outcomes_[*name];
    if (resolved.error.empty()) resolved.file = *std::move(name);
    return {};
  }

  // The name of the file that an import means. Which candidate it is counts before what it leads
  // to, as in Argo CD: a dangling symlink hides what comes after it.
  Result<std::string> Locate(const std::string& folder, const std::string& path) const {
    if (path.find('\0') != std::string::npos) {
      return Fail(Code::kInvalidInput, "the path has a NUL byte");
    }
    bool left = path.starts_with('/');
    std::vector<std::string> bases;
    if (!left) {
      if (!folder.empty()) bases.push_back(folder);
      bases.insert(bases.end(), folders_.begin(), folders_.end());
    }
    for (const std::string& base : bases) {
      const auto name = Inside(base + path);
      if (!name) {
        left = true;
        continue;
      }
      struct stat info {};
      if (::lstat((context_.request.root + *name).c_str(), &info) == 0) return *name;
    }
    if (left) return Fail(Code::kInvalidInput, "it leaves the repository");
    return Fail(Code::kNotFound,
                "no such file beside the importing one, in the application's folder or in libs");
  }

  // The name without `.` and `..`; nullopt when it leads out of the repository.
  static std::optional<std::string> Inside(const std::string& name) {
    int depth = 0;
    for (const auto& component : std::filesystem::path(name).relative_path()) {
      if (component == "..") {
        if (--depth < 0) return std::nullopt;
      } else if (component != "." && !component.empty()) {
        ++depth;
      }
    }
    return std::filesystem::path(name).lexically_normal().native();
  }

  // Reads a file once; why it can't be is kept for those that import it.
  Status Read(const std::string& name) {
    const auto [outcome, is_new] = outcomes_.try_emplace(name);
    if (!is_new) return {};
    auto content = ReadPlain(name);
    if (!content) {
      const Code code = content.error().code;
      if (code == Code::kCancelled || code == Code::kDeadline || code == Code::kNoRoom) {
        return Fail(content.error());
      }
      outcome->second = content.error().message;
      if (!first_error_) first_error_ = content.error();
      return {};
    }
    bytes_ += content->size();
    if (bytes_ > kMaxBytes) return TooMuch(std::to_string(kMaxBytes) + " bytes");
    if (program_.files.size() >= kMaxFiles) return TooMuch(std::to_string(kMaxFiles) + " files");
    index_[name] = program_.files.size();
    program_.files.push_back({name, *std::move(content)});
    return {};
  }

  Result<SecretBytes> ReadPlain(const std::string& name) const {
    ACD_TRY(const std::string path,
            workspace::ResolveInside(context_.request.root, context_.request.root, name));
    struct stat info {};
    if (::stat(path.c_str(), &info) != 0 || !S_ISREG(info.st_mode)) {
      return Fail(Code::kInvalidInput, "not a regular file");
    }
    ACD_TRY(SecretBytes content, workspace::ReadFile(path, kMaxBytes));
    if (auto document = DetectSops(path, Content::Lasting(content))) {
      return context_.files.Decrypt(path, *std::move(document), "jsonnet import");
    }
    return content;
  }

  // What is imported as code imports in turn.
  void Follow(const std::string& name) {
    const auto file = index_.find(name);
    if (file == index_.end() || !followed_.insert(name).second) return;
    todo_.push_back(
        {FolderOf(name), jsonnet::FindImports(program_.files[file->second].content.ExposeText())});
  }

  static Failure TooMuch(const std::string& what) {
    return Fail(Code::kLimitExceeded, "what it imports is more than " + what);
  }

  Context& context_;
  const std::vector<std::string>& folders_;
  jsonnet::Program& program_;
  std::deque<Importer> todo_;
  std::map<std::pair<std::string, std::string>, std::size_t> seen_;  ///< among the imports
  std::map<std::string, std::string> outcomes_;  ///< of each file that was looked at: its error
  std::map<std::string, std::size_t> index_;     ///< among the program's files
  std::set<std::string> followed_;
  std::size_t bytes_ = 0;
  std::optional<Error> first_error_;
};

}  // namespace

Result<std::optional<Error>> ResolveImports(Context& context,
                                            const std::vector<std::string>& folders,
                                            jsonnet::Program& program) {
  return ImportWalk(context, folders, program).Run();
}

}  // namespace acd::render
