#pragma once

#include <optional>
#include <string>
#include <vector>

#include "plugin/custom/announcement.h"
#include "plugin/exec/command_runner.h"
#include "plugin/render/renderer.h"

namespace acd::server {

using custom::Announcement;

/// Every parameter that some renderer acts upon, none with a default that depends on files: for an
/// application whose folder cannot be looked at.
std::vector<Announcement> AllAnnouncements();

struct AnnouncementQuery {
  std::string root;     ///< absolute and real
  std::string app_dir;  ///< the same
  /// As Argo CD sends it with this question: fewer variables than with a render.
  render::Application application;
  exec::Budget budget;
};

/// The parameters of the renderer that the folder is for, or that the parameter `renderer` names,
/// each once, with what holds when it is absent. Never fails: what cannot be read, also an
/// encrypted file, has no part in it, and nothing is decrypted. Bounded in time and size.
/// Threads: safe to call concurrently.
std::vector<Announcement> Announcements(const AnnouncementQuery& query);

}  // namespace acd::server
