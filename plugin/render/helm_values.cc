#include "plugin/render/helm_values.h"

#include <set>
#include <utility>

#include "plugin/workspace/workspace.h"

namespace acd::render {
namespace {

Failure Missing(const std::string& shown) {
  return Fail(Code::kNotFound, shown + ": no such file",
              "a path counts from the Application's folder, with a / in front from the "
              "repository's root; set ignoreMissingValueFiles to true if it may be missing");
}

}  // namespace

Result<std::string> HelmFiles::Hold(const SecretBytes& content, const std::string& shown) {
  ACD_TRY(MemoryFile file, MemoryFile::Create(content));
  std::string path = file.path();
  renames_.emplace_back(path, shown);
  memory_files_.push_back(std::move(file));
  return path;
}

// nullopt: it is missing.
Result<std::optional<std::string>> HelmFiles::Argument(const ValueSource& source) {
  ACD_TRY(const ValueContent content, resolver_.Read(source));
  if (content.missing) return std::optional<std::string>();
  if (!content.text) return std::optional(source.path);
  ACD_TRY(std::string path, Hold(*content.text, source.shown));
  return std::optional(std::move(path));
}

Result<std::vector<std::string>> HelmFiles::ValueFiles(const std::vector<std::string>& entries,
                                                       bool ignore_missing) {
  std::vector<ValueEntry> found;
  std::set<std::string> named;  // not by a glob: these keep their own place
  for (const std::string& entry : entries) {
    auto one = resolver_.Find(entry);
    if (!one) return Fail(std::move(one).error().With("valueFiles: " + ShownEntry(entry)));
    if (!one->by_glob && !one->sources.empty()) named.insert(one->sources.front().id);
    found.push_back(*std::move(one));
  }
  std::vector<std::string> arguments;
  std::set<std::string> seen;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const bool may_be_missing = ignore_missing || found[i].optional;
    const std::string shown = "valueFiles: " + ShownEntry(entries[i]);
    if (found[i].sources.empty() && !may_be_missing) return Missing(shown);
    for (const ValueSource& source : found[i].sources) {
      if ((found[i].by_glob && named.contains(source.id)) || !seen.insert(source.id).second) {
        continue;
      }
      auto argument = Argument(source);
      if (!argument) return Fail(std::move(argument).error().With("valueFiles"));
      if (!*argument && !may_be_missing) return Missing(shown);
      if (*argument) arguments.push_back(**std::move(argument));
    }
  }
  return arguments;
}

Result<std::string> HelmFiles::File(const std::string& entry) {
  const std::string shown = ShownEntry(entry);
  auto found = resolver_.Find(entry);
  if (!found) return Fail(std::move(found).error().With(shown));
  if (found->sources.size() > 1) {
    return Fail(Code::kInvalidInput, shown + ": matches several files, and a value takes one");
  }
  if (!found->sources.empty()) {
    auto argument = Argument(found->sources.front());
    if (!argument) return Fail(std::move(argument).error());
    if (*argument) return **std::move(argument);
  }
  if (found->optional) return Hold(SecretBytes(), shown);
  return Fail(Code::kNotFound, shown + ": no such file",
              "a path counts from the Application's folder, with a / in front from the "
              "repository's root");
}

Result<std::string> HelmFiles::Inline(const std::string& values) {
  return Hold(SecretBytes::CopyOf(values), "the inline values");
}

std::vector<int> HelmFiles::fds() const {
  std::vector<int> fds;
  for (const MemoryFile& file : memory_files_) fds.push_back(file.fd());
  return fds;
}

Result<SecretBytes> ReadSecretUrl(Context& context, const std::string& url) {
  ACD_TRY(ValueUrl parsed, ParseValueUrl(url));
  const std::string shown = ShownEntry(parsed.path);
  if (!parsed.helm_secrets()) {
    return Fail(Code::kInvalidInput, "Unknown protocol '" + ShownEntry(url) + "'!",
                "secrets://FILE, secrets+age-import://KEYFILE?FILE and the like");
  }
  ValueResolver resolver(context);
  ACD_TRY(const ValueEntry found, resolver.FindUrl(std::move(parsed)));
  if (found.sources.size() > 1) {
    return Fail(Code::kInvalidInput, "several files match, and helm asks for one");
  }
  if (!found.sources.empty()) {
    const ValueSource& source = found.sources.front();
    ACD_TRY(ValueContent content, resolver.Read(source));
    if (content.text) return *std::move(content.text);
    if (!content.missing) return workspace::ReadFile(source.path, Limits().max_document_bytes);
  }
  if (found.optional) return SecretBytes();
  return Fail(Code::kNotFound, "File does not exist: " + shown,
              "a ? in front of the file says that it may be missing");
}

}  // namespace acd::render
