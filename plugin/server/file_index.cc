#include "plugin/server/file_index.h"

#include <algorithm>
#include <deque>
#include <utility>

#include "file_names.pb.h"

namespace acd::server {
namespace {

// Collects the full names of what a file defines.
class Symbols {
 public:
  std::vector<std::string> all;
  std::vector<std::string> services;

  void AddFile(const api::FileNames& file) {
    const std::string scope = file.package().empty() ? "" : file.package() + ".";
    for (const auto& message : file.message_type()) AddMessage(scope, message);
    for (const auto& entry : file.enum_type()) AddEnum(scope, entry);
    for (const auto& service : file.service()) {
      services.push_back(scope + service.name());
      all.push_back(services.back());
      AddEach(services.back() + ".", service.method());
    }
  }

 private:
  template <typename List>
  void AddEach(const std::string& scope, const List& list) {
    for (const auto& entry : list) all.push_back(scope + entry.name());
  }

  void AddEnum(const std::string& scope, const api::EnumNames& entry) {
    all.push_back(scope + entry.name());
    AddEach(scope, entry.value());  // values are siblings of their enum
  }

  // As deep as our own files nest.
  void AddMessage(const std::string& scope, const api::MessageNames& message) {
    all.push_back(scope + message.name());
    const std::string inner = scope + message.name() + ".";
    AddEach(inner, message.field());
    AddEach(inner, message.oneof_decl());
    for (const auto& nested : message.nested_type()) AddMessage(inner, nested);
    for (const auto& entry : message.enum_type()) AddEnum(inner, entry);
  }
};

}  // namespace

FileIndex::FileIndex(std::span<const std::uint8_t> descriptors) {
  api::FileSet set;
  set.ParseFromArray(descriptors.data(), static_cast<int>(descriptors.size()));
  for (std::string& bytes : *set.mutable_file()) {
    api::FileNames names;
    names.ParseFromString(bytes);
    File& file = files_[names.name()];
    file = {names.name(), std::move(bytes), {names.dependency().begin(), names.dependency().end()}};
    Symbols symbols;
    symbols.AddFile(names);
    for (std::string& symbol : symbols.all) symbols_.emplace(std::move(symbol), &file);
    services_.insert(services_.end(), symbols.services.begin(), symbols.services.end());
  }
  std::sort(services_.begin(), services_.end());
}

const FileIndex::File* FileIndex::ByName(std::string_view name) const {
  const auto found = files_.find(name);
  return found == files_.end() ? nullptr : &found->second;
}

const FileIndex::File* FileIndex::BySymbol(std::string_view full_name) const {
  const auto found = symbols_.find(full_name);
  return found == symbols_.end() ? nullptr : found->second;
}

std::vector<std::string_view> FileIndex::WithImports(const File& file, SentFiles& sent) const {
  std::vector<std::string_view> all;
  std::deque<const File*> queue{&file};
  while (!queue.empty()) {
    const File& next = *queue.front();
    queue.pop_front();
    if (sent.insert(next.name).second || all.empty()) all.emplace_back(next.bytes);
    for (const std::string& import : next.imports) {
      if (const File* imported = ByName(import)) queue.push_back(imported);
    }
  }
  return all;
}

}  // namespace acd::server
