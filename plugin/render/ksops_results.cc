#include "plugin/render/ksops_results.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <optional>
#include <string_view>
#include <utility>

#include "plugin/ksops/evaluate.h"
#include "plugin/ksops/yaml_text.h"
#include "plugin/render/yaml_fields.h"
#include "plugin/workspace/workspace.h"

namespace acd::render {
namespace {

using Kind = yaml::Node::Kind;

constexpr std::size_t kMaxResult = 1U << 20U;  // reading it takes many times its size
constexpr std::size_t kMaxKey = 200;           // YAML has a limit of its own

// What comes between a kustomization's resources and the objects of its generators, and what would
// tell one from the other.
constexpr std::array kFieldsBetween = {
    std::string_view("bases"),
    std::string_view("buildmetadata"),
    std::string_view("components"),  // in old versions of kustomize
    std::string_view("configmapgenerator"),
    std::string_view("helmchartinflationgenerator"),
    std::string_view("helmcharts"),
    std::string_view("secretgenerator"),
};

bool IsPlainText(const yaml::Node& node) { return node.kind == Kind::kScalar && node.tag.empty(); }

// Without tags and merge keys, what AppendFlow writes is what it was given.
bool CanBeWrittenAnew(const yaml::Node& node) {
  if (!node.tag.empty()) return false;
  return std::all_of(node.items.begin(), node.items.end(), CanBeWrittenAnew) &&
         std::all_of(node.members.begin(), node.members.end(), [](const auto& member) {
           const auto& [key, value] = member;
           return IsPlainText(key) && key.text.ExposeText() != "<<" && key.text.size() < kMaxKey &&
                  CanBeWrittenAnew(value);
         });
}

const yaml::Node* Exactly(const yaml::Node& mapping, std::string_view name) {
  for (const auto& [key, value] : mapping.members) {
    if (key.text.ExposeText() == name) return &value;
  }
  return nullptr;
}

bool IsList(const yaml::Node& node) {
  return node.kind == Kind::kSequence &&
         std::all_of(node.items.begin(), node.items.end(), IsPlainText);
}

// Whether kustomize would treat a generator's object as any resource.
bool IsOrdinary(const yaml::Node& node) {
  if (!node.tag.empty()) return false;
  if (node.kind == Kind::kScalar) {
    const std::string_view text = node.text.ExposeText();
    return text != "kustomize.config.k8s.io/needs-hash" &&
           text != "kustomize.config.k8s.io/behavior" && text != "<<";
  }
  return std::all_of(node.items.begin(), node.items.end(), IsOrdinary) &&
         std::all_of(node.members.begin(), node.members.end(), [](const auto& member) {
           return IsOrdinary(member.first) && IsOrdinary(member.second);
         });
}

bool HoldsOrdinaryObjects(const SecretBytes& text) {
  const auto documents = yaml::ReadStream(text.Expose(), Limits());
  return documents && !documents->empty() &&
         std::all_of(documents->begin(), documents->end(), [](const yaml::Document& document) {
           return document.root.kind == Kind::kMapping && IsOrdinary(document.root);
         });
}

std::optional<SecretBytes> Evaluate(const KsopsKustomization& kustomization,
                                    const KsopsGenerator& generator, KsopsFiles& files) {
  ksops::Call call;
  call.kind = ksops::Call::Kind::kManifest;
  call.directory = kustomization.dir;
  call.input = SecretBytes::CopyOf(generator.text);
  KsopsOpener opener(files, kustomization.dir);
  ksops::Answer answer = ksops::Evaluate(call, opener);
  return answer.exit_code == 0 ? std::optional(std::move(answer.out)) : std::nullopt;
}

bool IsFree(const std::string& path) {
  struct stat info {};
  return ::lstat(path.c_str(), &info) != 0 && errno == ENOENT;
}

// A name that the folder does not have yet, and that says in an error whose objects these are.
// Empty: there is none.
std::string NewName(const std::string& dir, const KsopsGenerator& generator, std::size_t number) {
  constexpr std::size_t kMaxOf = 64;
  constexpr int kTries = 16;
  std::string of = generator.file.substr(generator.file.rfind('/') + 1).substr(0, kMaxOf);
  for (char& c : of) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '.' || c == '-';
    if (!plain) c = '_';
  }
  if (of.empty()) of = "inline";
  std::string name = "ksops-" + std::to_string(number) + "-" + of + ".yaml";
  for (int i = 0; i < kTries; ++i) {
    if (IsFree(dir + "/" + name)) return name;
    name.insert(0, "_");
  }
  return {};
}

SecretBytes WithResources(const yaml::Node& kustomization, const std::vector<std::string>& names) {
  SecretBytes out;
  for (const auto& [key, value] : kustomization.members) {
    const std::string_view name = key.text.ExposeText();
    if (name == "generators" || name == "resources") continue;
    ksops::AppendFlow(out, key);
    out.Append(": ");
    ksops::AppendFlow(out, value);
    out.Append('\n');
  }
  out.Append("resources:\n");
  if (const yaml::Node* resources = Exactly(kustomization, "resources")) {
    for (const yaml::Node& entry : resources->items) {
      out.Append("- ");
      ksops::AppendFlow(out, entry);
      out.Append('\n');
    }
  }
  for (const std::string& name : names) {
    out.Append("- ");
    ksops::AppendQuoted(out, name);
    out.Append('\n');
  }
  return out;
}

/// Files that go again unless they are kept.
class NewFiles {
 public:
  explicit NewFiles(const std::string& dir) : dir_(dir) {}
  ~NewFiles() {
    for (const std::string& name : names_) ::unlink((dir_ + "/" + name).c_str());
  }
  NewFiles(const NewFiles&) = delete;
  NewFiles& operator=(const NewFiles&) = delete;

  Status Write(const std::string& name, const SecretBytes& content) {
    names_.push_back(name);
    return workspace::WriteSecretFile(dir_ + "/" + name, content.Expose());
  }
  const std::vector<std::string>& names() const { return names_; }
  void Keep() { names_.clear(); }

 private:
  const std::string& dir_;
  std::vector<std::string> names_;
};

}  // namespace

bool MayListResults(const yaml::Node& kustomization, std::size_t generators) {
  if (generators == 0 || !CanBeWrittenAnew(kustomization)) return false;
  std::size_t resources = 0;
  std::size_t lists = 0;
  bool between = false;
  (void)ForEachField(kustomization, [&](const std::string& name, const yaml::Node&) -> Status {
    resources += name == "resources" ? 1 : 0;
    lists += name == "generators" ? 1 : 0;
    between = between ||
              std::find(kFieldsBetween.begin(), kFieldsBetween.end(), name) != kFieldsBetween.end();
    return {};
  });
  if (between || lists != 1 || resources > 1) return false;
  const yaml::Node* const list = Exactly(kustomization, "generators");
  const yaml::Node* const listed = Exactly(kustomization, "resources");
  // Each entry is one of the generators that were counted.
  if (list == nullptr || !IsList(*list) || list->items.size() != generators) return false;
  return resources == 0 || (listed != nullptr && IsList(*listed));
}

Result<bool> ListResults(Context& context, const KsopsKustomization& kustomization,
                         KsopsFiles& files, std::size_t& bytes_left) {
  NewFiles results(kustomization.dir);
  for (const KsopsGenerator& generator : kustomization.generators) {
    ACD_CHECK(context.request.budget.Check());
    if (bytes_left == 0) return false;
    const auto result = Evaluate(kustomization, generator, files);
    if (!result) return false;
    if (result->size() > std::min(kMaxResult, bytes_left)) {
      bytes_left = 0;  // to find the same out of thousands of others would take its time
      return false;
    }
    bytes_left -= result->size();
    if (!HoldsOrdinaryObjects(*result)) return false;
    const std::string name = NewName(kustomization.dir, generator, results.names().size());
    if (name.empty()) return false;
    ACD_CHECK(results.Write(name, *result));
  }
  const SecretBytes text = WithResources(kustomization.root, results.names());
  ACD_CHECK(workspace::WriteSecretFile(kustomization.path, text.Expose()));
  results.Keep();
  return true;
}

}  // namespace acd::render
