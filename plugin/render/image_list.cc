#include "plugin/render/image_list.h"

#include <algorithm>
#include <map>
#include <set>
#include <string_view>
#include <utility>

#include "plugin/render/image_name.h"
#include "plugin/render/kustomization_fields.h"
#include "plugin/render/kustomize_plugin.h"
#include "plugin/render/plain_files.h"
#include "plugin/render/yaml_fields.h"

namespace acd::render {
namespace {

using Kind = yaml::Node::Kind;
using Images = std::vector<std::string>;

constexpr int kMaxDepth = 32;
constexpr std::size_t kMaxImages = 2000;
constexpr std::string_view kCiphertext = "ENC[";

// Fields that may change an image in ways that only a build knows.
constexpr std::string_view kOpaqueFields[] = {"replacements",   "vars",
                                              "configurations", "transformers",
                                              "helmcharts",     "helmchartinflationgenerator"};

class Finder {
 public:
  Finder(const std::string& root, const exec::Budget& budget) : files_(root, budget) {}

  // Adds what the folder's build would hold; false when the files do not tell.
  bool Folder(const std::string& dir, const std::string& base, Images& images, int depth) {
    if (depth > kMaxDepth || ++folders_ > 500) return false;
    const yaml::Node* kustomization = nullptr;
    std::vector<yaml::Document> documents;
    for (const char* name : KustomizationNames()) {
      const auto found = files_.Locate(dir, name);
      if (!found || found->is_folder) continue;
      const auto file = files_.Read(found->path);
      auto parsed = file && !file->encrypted ? files_.Parse(file->text) : std::nullopt;
      // kustomize refuses a folder with two of them.
      if (!parsed || parsed->size() != 1 || kustomization != nullptr) return false;
      documents = *std::move(parsed);
      kustomization = &documents.front().root;
    }
    if (kustomization == nullptr || kustomization->kind != Kind::kMapping) return false;
    for (const std::string_view field : kOpaqueFields) {
      const yaml::Node* value = Field(*kustomization, field);
      if (value != nullptr && !value->items.empty()) return false;
    }
    const auto entries = EntriesOf(*kustomization);
    // kustomize's order: what is named first, components, patches, images.
    for (const FieldUse use :
         {FieldUse::kResource, FieldUse::kPlugin, FieldUse::kComponent, FieldUse::kPatch}) {
      for (const FieldEntry& entry : entries) {
        if (entry.use != use || entry.field == "validators") continue;
        if (!Entry(entry, dir, base, images, depth)) return false;
      }
    }
    const yaml::Node* rules = Field(*kustomization, "images");
    return rules == nullptr || Transform(*rules, images);
  }

 private:
  bool Entry(const FieldEntry& entry, const std::string& dir, const std::string& base,
             Images& images, int depth) {
    const auto found = files_.Locate(dir, entry.text);
    if (!found) {
      const bool text = entry.use == FieldUse::kPatch || entry.use == FieldUse::kPlugin;
      return text && IsObject(entry.text) &&
             Text(SecretBytes::CopyOf(entry.text), entry.use, base, images);
    }
    if (found->is_folder) {
      if (entry.use == FieldUse::kPlugin) return false;
      // A component works on what is there; a base is built by itself.
      if (entry.use == FieldUse::kComponent) return Folder(found->path, base, images, depth + 1);
      Images own;
      if (!Folder(found->path, base, own, depth + 1)) return false;
      images.insert(images.end(), own.begin(), own.end());
      return images.size() <= kMaxImages;
    }
    const auto file = files_.Read(found->path);
    return file && Text(file->text, entry.use, base, images);
  }

  // Written out, instead of the name of a file.
  bool IsObject(const std::string& text) {
    const auto documents = files_.Parse(SecretBytes::CopyOf(text));
    return documents && !documents->empty() && documents->front().root.kind != Kind::kScalar;
  }

  bool Text(const SecretBytes& text, FieldUse use, const std::string& base, Images& images) {
    const auto documents = files_.Parse(text);
    if (!documents) return false;
    return std::all_of(documents->begin(), documents->end(), [&](const yaml::Document& document) {
      if (use == FieldUse::kPlugin) return Plugin(document.root, base, images);
      if (use == FieldUse::kPatch && document.root.kind == Kind::kSequence) {
        return Operations(document.root, images);
      }
      return Collect(document.root, images, 0);
    });
  }

  // What KSOPS decrypts may be any manifest; its images are mostly in the clear.
  bool Plugin(const yaml::Node& object, const std::string& base, Images& images) {
    const auto use = ClassifyPlugin(object);
    if (!use || use->kind == PluginUse::Kind::kBuiltin) return false;
    const yaml::Node* list = Field(object, "files");
    if (list == nullptr) return true;
    for (const std::string& path : ScalarTexts(*list)) {
      const auto found = files_.Locate(base, path);
      const auto file = found && !found->is_folder ? files_.Read(found->path) : std::nullopt;
      if (!file || !Text(file->text, FieldUse::kResource, base, images)) return false;
    }
    return true;
  }

  // As Argo CD lists images: `image` in the items of every `containers` and `initContainers`. Also
  // the image of a volume, which kustomize's `images` sets too.
  bool Collect(const yaml::Node& node, Images& images, int depth) {
    if (depth > 100) return false;
    for (const yaml::Node& item : node.items) {
      if (!Collect(item, images, depth + 1)) return false;
    }
    for (const auto& [key, value] : node.members) {
      const std::string name = ScalarText(&key);
      if (name == "containers" || name == "initContainers" || name == "volumes") {
        for (const yaml::Node& item : value.items) {
          const yaml::Node* image = Field(item, "image");
          if (image != nullptr && name == "volumes") image = Field(*image, "reference");
          if (image != nullptr && !Add(ScalarText(image), images)) return false;
        }
      }
      if (!Collect(value, images, depth + 1)) return false;
    }
    return true;
  }

  // JSON patches: what is put at `.../image`, or within what is put elsewhere.
  bool Operations(const yaml::Node& operations, Images& images) {
    for (const yaml::Node& operation : operations.items) {
      const yaml::Node* value = Field(operation, "value");
      if (value == nullptr) continue;
      const std::string path = ScalarText(Field(operation, "path"));
      if (path.ends_with("/image") && !Add(ScalarText(value), images)) return false;
      const yaml::Node* image = Field(*value, "image");
      if (image != nullptr && !Add(ScalarText(image), images)) return false;
      for (const yaml::Node& item : value->items) {
        const yaml::Node* inner = Field(item, "image");
        if (inner != nullptr && !Add(ScalarText(inner), images)) return false;
      }
      if (!Collect(*value, images, 0)) return false;
    }
    return true;
  }

  static bool Add(const std::string& image, Images& images) {
    if (image.empty()) return true;
    if (image.starts_with(kCiphertext) || images.size() >= kMaxImages) return false;
    images.push_back(image);
    return true;
  }

  // kustomize takes a rule's name for a regular expression; one that uses this is not followed.
  static bool Transform(const yaml::Node& rules, Images& images) {
    for (const yaml::Node& rule : rules.items) {
      const std::string name = ScalarText(Field(rule, "name"));
      if (name.find_first_of("*+?()[]{}|^$\\") != std::string::npos) return false;
      const std::string new_name = ScalarText(Field(rule, "newname"));
      const std::string new_tag = ScalarText(Field(rule, "newtag"));
      const std::string digest = ScalarText(Field(rule, "digest"));
      const std::string suffix = ScalarText(Field(rule, "tagsuffix"));
      for (std::string& image : images) {
        ImageName parts = ImageName::Split(image);
        if (parts.name != name) continue;
        if (!new_name.empty()) parts.name = new_name;
        if (!new_tag.empty() || !digest.empty()) {
          parts.tag = new_tag;
          parts.digest = digest;
        } else if (!suffix.empty()) {
          parts.tag += suffix;
          parts.digest.clear();
        }
        image = parts.Text();
      }
    }
    return true;
  }

  PlainFiles files_;
  int folders_ = 0;
};

bool IsPlainName(const std::string& image) {
  return std::all_of(image.begin(), image.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("._-/:@").find(c) != std::string_view::npos;
  });
}

// What can be given back.
Images Settable(const Images& images) {
  std::map<std::string, std::set<std::string>> by_name;
  for (const std::string& image : images) by_name[ImageName::Split(image).name].insert(image);
  Images settable;
  for (const auto& [name, texts] : by_name) {
    const std::string& text = *texts.begin();
    if (texts.size() == 1 && text != name && IsPlainName(text)) settable.push_back(text);
  }
  std::sort(settable.begin(), settable.end());
  return settable;
}

}  // namespace

std::optional<std::vector<std::string>> FindImages(const std::string& root,
                                                   const std::string& app_dir,
                                                   const exec::Budget& budget) {
  Images images;
  if (!Finder(root, budget).Folder(app_dir, app_dir, images, 0)) return std::nullopt;
  return Settable(images);
}

}  // namespace acd::render
