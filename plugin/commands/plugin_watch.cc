#include "plugin/commands/plugin_watch.h"

#include <sys/stat.h>

#include <cerrno>

namespace acd::commands {

PluginWatch::Stamp PluginWatch::Look() const {
  struct stat info {};
  if (::stat(path_.c_str(), &info) != 0) {
    Stamp none;
    if (errno != ENOENT && errno != ENOTDIR) none.size = kNotSeen;
    return none;
  }
  return {info.st_dev, info.st_ino,
          static_cast<long long>(info.st_mtim.tv_sec) * 1'000'000'000 + info.st_mtim.tv_nsec,
          info.st_size};
}

Result<custom::PluginConfig> PluginWatch::Load() {
  // Before it is read: a change in between is then seen by the next Poll.
  seen_ = Look();
  if (optional_ && seen_.size == kNoFile) return custom::PluginConfig();
  return custom::LoadPluginConfig(path_);
}

std::optional<Result<custom::PluginConfig>> PluginWatch::Poll() {
  const Stamp now = Look();
  if (now == seen_) return std::nullopt;
  seen_ = now;
  auto config = custom::LoadPluginConfig(path_);
  // What cannot be read at the moment, for want of descriptors, is another matter in a moment.
  const Code code = config ? Code::kInternal : config.error().code;
  if (code == Code::kIo || code == Code::kNoRoom) seen_.size = kNotSeen;
  return config;
}

}  // namespace acd::commands
