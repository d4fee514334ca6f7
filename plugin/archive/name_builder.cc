#include "plugin/archive/name_builder.h"

#include <algorithm>
#include <climits>

#include "plugin/archive/entry_path.h"
#include "plugin/archive/tree_refusals.h"

namespace acd::archive {
namespace {

using Kind = NamedEntry::Kind;

constexpr std::size_t kMaxNameBytes = 64U << 20U;

}  // namespace

NameBuilder::NameBuilder(const UnpackOptions& options)
    : options_(options), admission_(options), root_(std::make_unique<NamedEntry>()) {}

Status NameBuilder::TakeRoom(std::size_t bytes) {
  if (bytes > kMaxNameBytes - name_bytes_) {
    return Fail(Code::kLimitExceeded, "archive: more than " + std::to_string(kMaxNameBytes) +
                                          " bytes of names and links");
  }
  name_bytes_ += bytes;
  return {};
}

Result<NamedEntry*> NameBuilder::Child(NamedEntry& folder, std::string_view name, Kind kind,
                                       std::string_view path) {
  if (name.size() > NAME_MAX) return NameTooLong(path);
  const auto at = folder.children.lower_bound(name);
  if (at != folder.children.end() && at->first == name) return at->second.get();
  if (++entries_ > options_.limits.max_entries) {
    return Fail(Code::kLimitExceeded,
                "archive: more than " + std::to_string(options_.limits.max_entries) +
                    " entries with the folders above them (limit max_entries)");
  }
  ACD_CHECK(TakeRoom(name.size()));
  auto entry = std::make_unique<NamedEntry>();
  entry->kind = kind;
  entry->parent = &folder;
  return folder.children.emplace_hint(at, name, std::move(entry))->second.get();
}

Result<NamedEntry*> NameBuilder::Parent(std::string_view path) {
  const std::string_view folder = FolderOf(path);
  if (folder.empty()) return root_.get();
  if (parent_ != nullptr && folder == parent_path_) return parent_;
  ACD_CHECK(CheckDepth(path));
  NamedEntry* in = root_.get();
  for (std::size_t start = 0; start < folder.size();) {
    const std::size_t end = std::min(folder.find('/', start), folder.size());
    ACD_TRY(in, Child(*in, folder.substr(start, end - start), Kind::kFolder, path));
    const std::string_view here = folder.substr(0, end);
    if (in->kind == Kind::kSymlink) return LinkedParent(here, path);
    if (in->kind != Kind::kFolder) return InTheWay(here);
    start = end + 1;
  }
  parent_path_ = folder;
  parent_ = in;
  return in;
}

Result<NamedEntry*> NameBuilder::Make(std::string_view path, Kind kind) {
  ACD_TRY(NamedEntry* const parent, Parent(path));
  ACD_TRY(NamedEntry* const entry, Child(*parent, path.substr(path.rfind('/') + 1), kind, path));
  if (entry->kind != kind) return InTheWay(path);
  return entry;
}

Status NameBuilder::MakeFolder(const std::string& path, mode_t /*mode*/) {
  ACD_CHECK(Make(path, Kind::kFolder));
  return {};
}

Status NameBuilder::MakeSymlink(const std::string& path, const std::string& target) {
  ACD_TRY(const std::string inside, LinkTarget(path, target));
  ACD_CHECK(Parent(path));
  if (inside.size() >= PATH_MAX) return NameTooLong(path);
  ACD_TRY(NamedEntry* const entry, Make(path, Kind::kSymlink));
  // One that is new has no target yet.
  if (!entry->target.empty()) return InTheWay(path);
  ACD_CHECK(TakeRoom(inside.size()));
  entry->target = inside;
  return {};
}

Result<NameBuilder::Unwritten> NameBuilder::MakeFile(const std::string& path, mode_t /*mode*/,
                                                     std::uint64_t size) {
  ACD_CHECK(admission_.AdmitFile(size));
  ACD_CHECK(Make(path, Kind::kFile));
  return Unwritten();
}

Status NameBuilder::Write(Unwritten /*file*/, const std::string& /*path*/,
                          std::span<const std::uint8_t> block) {
  stats().bytes += block.size();
  return {};
}

}  // namespace acd::archive
