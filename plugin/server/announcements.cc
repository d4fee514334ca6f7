#include "plugin/server/announcements.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>
#include <string_view>
#include <utility>

#include "plugin/render/content_renderer.h"
#include "plugin/render/helm_defaults.h"
#include "plugin/render/image_list.h"
#include "plugin/render/parameter_table.h"
#include "plugin/render/plain_files.h"
#include "plugin/server/announcement_texts.h"

namespace acd::server {
namespace {

using Json = nlohmann::ordered_json;
using render::Support;

constexpr std::size_t kMaxTitleBytes = 300;
constexpr std::size_t kMaxValueFiles = 200;
constexpr int kMaxDepth = 32;

std::string CollectionType(render::Shape shape) {
  switch (shape) {
    case render::Shape::kString:
      return "";
    case render::Shape::kArray:
      return "array";
    case render::Shape::kMap:
      return "map";
  }
  return "";
}

bool IsSupported(const render::ParameterInfo& info, std::string_view renderer) {
  if (!renderer.empty()) return SupportIn(info, renderer) == Support::kSupported;
  constexpr auto kYes = Support::kSupported;
  return info.directory == kYes || info.helm == kYes || info.kustomize == kYes;
}

// The wire's strings are UTF-8, which a file's name need not be.
bool IsText(const std::string& text) {
  const Json json(text);
  try {
    const std::string strict = json.dump();
    return std::none_of(text.begin(), text.end(), [](char c) { return c >= 0 && c < ' '; });
  } catch (const Json::exception&) {
    return false;
  }
}

std::vector<Announcement> Known(std::string_view renderer) {
  std::vector<Announcement> announcements;
  for (const AnnouncementText& text : AnnouncementTexts()) {
    const render::ParameterInfo* info = render::FindParameter(text.name);
    if (info == nullptr || !IsSupported(*info, renderer)) continue;
    Announcement known;
    known.name = text.name;
    known.title = text.title;
    known.tooltip = text.tooltip;
    known.item_type = text.item_type;
    known.collection_type = CollectionType(info->shape);
    if (text.item_type == "boolean") known.string = "false";
    announcements.push_back(std::move(known));
  }
  return announcements;
}

// The files that Argo CD offers for a chart: `*values*` that end in .yaml or .yml, at any depth.
class ValueFileSearch {
 public:
  explicit ValueFileSearch(render::PlainFiles& files) : files_(files) {}

  void Folder(const std::string& dir, const std::string& prefix, int depth) {
    if (depth > kMaxDepth || !seen_.insert(dir).second) return;
    for (const std::string& name : files_.List(dir)) {
      if (found_.size() >= kMaxValueFiles || name == ".git") continue;
      const auto located = files_.Locate(dir, name);
      if (!located) continue;
      if (located->is_folder) {
        Folder(located->path, prefix + name + "/", depth + 1);
      } else if (IsValueFile(name) && IsText(prefix + name)) {
        found_.push_back(prefix + name);
      }
    }
  }

  std::vector<std::string> Found() && { return std::move(found_); }

 private:
  static bool IsValueFile(const std::string& name) {
    const std::size_t dot = name.rfind('.');
    if (dot == std::string::npos || name.find("values") == std::string::npos) return false;
    std::string extension = name.substr(dot);
    for (char& c : extension) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
    return extension == ".yaml" || extension == ".yml";
  }

  render::PlainFiles& files_;
  std::set<std::string> seen_;
  std::vector<std::string> found_;
};

// As a default they would all be given to helm with the first edit, so they stand in the title: the
// UI shows no tooltip.
void OfferValueFiles(const std::vector<std::string>& files, Announcement& announcement) {
  if (files.empty()) return;
  std::string list;
  std::size_t shown = 0;
  for (const std::string& file : files) {
    if (list.size() + file.size() > kMaxTitleBytes) break;
    list += (shown++ == 0 ? "" : ", ") + file;
  }
  if (shown == 0) return;
  if (shown < files.size()) list += ", and " + std::to_string(files.size() - shown) + " more";
  announcement.title += " (found: " + list + ")";
}

class Filler {
 public:
  explicit Filler(const AnnouncementQuery& query)
      : query_(query),
        parameters_(render::Parameters::FromJsonLeniently(Variable("ARGOCD_APP_PARAMETERS"))) {
    renderer_ = parameters_.String("renderer");
    detected_ = render::RendererByContent(query.app_dir);
    if (renderer_.empty()) renderer_ = detected_;
  }

  std::vector<Announcement> Fill() {
    std::vector<Announcement> announcements = Known(renderer_);
    for (Announcement& announcement : announcements) {
      const std::string& name = announcement.name;
      if (name == "renderer") announcement.string = detected_;
      if (name == "releaseName") announcement.string = ReleaseName();
      if (name == "valueFiles") {
        render::PlainFiles files(query_.root, query_.budget);
        ValueFileSearch search(files);
        search.Folder(query_.app_dir, "", 0);
        OfferValueFiles(std::move(search).Found(), announcement);
      }
      if (name == "parameters") announcement.map = HelmValues();
      if (name == "images") {
        auto images = render::FindImages(query_.root, query_.app_dir, query_.budget);
        if (images) announcement.array = *std::move(images);
      }
    }
    return announcements;
  }

 private:
  std::string Variable(const char* name) const {
    const auto& environment = query_.application.environment;
    const auto found = environment.find(name);
    return found == environment.end() ? std::string() : found->second;
  }

  // `<namespace>_<app>` or `<app>`, as the renderer takes it.
  std::string ReleaseName() const {
    const std::string& name = query_.application.name;
    return IsText(name) ? name.substr(name.find('_') + 1) : std::string();  // npos + 1 is 0
  }

  std::map<std::string, std::string> HelmValues() const {
    auto defaults = render::FindHelmDefaults(
        {query_.root, query_.app_dir, parameters_, query_.application.environment, query_.budget});
    if (!defaults || !*defaults) return {};
    return std::move((*defaults)->values);
  }

  const AnnouncementQuery& query_;
  const render::Parameters parameters_;
  std::string renderer_;
  std::string detected_;
};

}  // namespace

std::vector<Announcement> AllAnnouncements() { return Known({}); }

std::vector<Announcement> Announcements(const AnnouncementQuery& query) {
  return Filler(query).Fill();
}

}  // namespace acd::server
