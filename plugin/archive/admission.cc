#include "plugin/archive/admission.h"

#include <utility>

#include "plugin/archive/entry_path.h"

namespace acd::archive {

Result<std::optional<std::string>> Admission::Admit(const std::string& name,
                                                    const std::string& link) {
  const ArchiveLimits& limits = options_.limits;
  if (++stats_.entries > limits.max_entries) {
    return Fail(Code::kLimitExceeded, "archive: more than " + std::to_string(limits.max_entries) +
                                          " entries (limit max_entries)");
  }
  if (name.size() > limits.max_path_bytes || link.size() > limits.max_path_bytes) {
    return Fail(Code::kLimitExceeded,
                "archive: " + Printable(name) + ": a name or link of more than " +
                    std::to_string(limits.max_path_bytes) + " bytes (limit max_path_bytes)");
  }
  // Not ACD_TRY: g++ 12 calls a string moved out of a variant uninitialized when optimizing.
  auto path = EntryPath(name);
  if (!path) return Fail(path.error());
  const bool skipped = options_.skip_git && (*path == ".git" || path->starts_with(".git/"));
  if (skipped || *path == ".") return std::optional<std::string>();
  return std::optional<std::string>(*std::move(path));
}

Status Admission::AdmitFile(std::uint64_t size) {
  if (size > options_.limits.max_bytes - stats_.bytes) {
    return Fail(Code::kLimitExceeded, "archive: more than " +
                                          std::to_string(options_.limits.max_bytes) +
                                          " unpacked bytes (limit max_bytes)");
  }
  ++stats_.files;
  return {};
}

}  // namespace acd::archive
