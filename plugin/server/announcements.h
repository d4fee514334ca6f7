#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "plugin/exec/command_runner.h"
#include "plugin/render/renderer.h"

namespace acd::server {

/// What Argo CD's UI shows of one parameter of an Application that uses the plugin. All texts are
/// UTF-8.
struct Announcement {
  std::string name;  ///< as in `spec.source.plugin.parameters`
  std::string title;
  std::string tooltip;
  std::string item_type;        ///< "", "boolean" or "number"; the wire's default is a string
  std::string collection_type;  ///< "", "array" or "map": decides the UI's form
  /// What the renderer does when the parameter is absent: Argo CD never sends it, and the UI writes
  /// all of a list or a map as soon as one element of it is edited.
  std::string string;
  std::vector<std::string> array;
  std::map<std::string, std::string> map;
};

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

/// As the JSON array that a stock plugin server takes from `parameters.dynamic.command`.
std::string AnnouncementsJson(const std::vector<Announcement>& announcements);

}  // namespace acd::server
