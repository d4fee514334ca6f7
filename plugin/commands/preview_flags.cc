#include "plugin/commands/preview_flags.h"

#include <filesystem>
#include <system_error>
#include <utility>

#include "plugin/commands/application_file.h"
#include "plugin/commands/cli.h"
#include "plugin/commands/local_repository.h"

namespace acd::commands {
namespace {

// For charts that ask for one. Without any, encrypted files would be refused as for the hydrator.
constexpr const char* kDefaultKubeVersion = "1.34.0";

CLI::Option* AddList(CLI::App& app, const std::string& flag, std::vector<std::string>& values,
                     const std::string& help) {
  return app.add_option(flag, values, help)
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
}

std::string GitRootAbove(const std::string& folder) {
  std::error_code ignored;
  for (std::filesystem::path at = folder;; at = at.parent_path()) {
    if (std::filesystem::exists(at / ".git", ignored)) return at.string();
    if (at == at.parent_path()) return folder;
  }
}

// Where a path of an Application file starts: at the root that is above the current folder.
Result<std::string> FolderFromRoot(const std::string& root, const std::string& path) {
  ACD_TRY(const std::string current, RealFolder(root.empty() ? "." : root));
  return (root.empty() ? GitRootAbove(current) : current) + "/" + path;
}

Result<CallApplication> FromFiles(const PreviewFlags& flags, std::string& path) {
  CallApplication application;
  application.name.clear();
  if (!flags.application_file.empty()) {
    ACD_TRY(ApplicationFile file, ReadApplicationFile(flags.application_file, flags.source));
    application = std::move(file.application);
    path = std::move(file.path);
  }
  if (!flags.parameters_file.empty()) {
    ACD_TRY(application.parameters_json, ReadParametersFile(flags.parameters_file));
  }
  return application;
}

// As Argo CD would call it, were it named after its folder.
std::string NameOf(const PreviewPlace& place) {
  const std::string& path = place.app_path == "." ? place.root : place.app_path;
  const std::string name = std::filesystem::path(path).filename().string();
  return name.empty() ? "preview" : name;
}

}  // namespace

void PreviewFlags::AddTo(CLI::App& app) {
  kube_version = EnvironmentOr("KUBE_VERSION", kDefaultKubeVersion);
  app.add_option("DIR", folder,
                 "the Application's folder; default: the path of --app's source, else the current "
                 "one");
  app.add_option("--root", root,
                 "root of the repository; default: the folder above DIR that has a .git");
  app.add_option("--app", application_file,
                 "an Application's manifest: name, project, destination namespace, path, "
                 "parameters and env; - for standard input");
  app.add_option("--source", source, "which of an Application's `sources`, from 1")
      ->check(CLI::Range(1, 1000));
  AddList(app, "--param", parameters,
          "NAME=VALUE; an array once for each element, a map as NAME=KEY=VALUE; added to those of "
          "files");
  app.add_option("--params-file", parameters_file,
                 "parameters, YAML or JSON: the list of spec.source.plugin.parameters, or a map of "
                 "NAME: VALUE");
  AddList(app, "--env", environment, "NAME=VALUE, one more variable, like ARGOCD_ENV_STAGE=test");
  app.add_option("--name", name, "of the Application; default: its folder's");
  app.add_option("--project", project, "its AppProject; default `default`");
  app.add_option("--namespace", namespace_, "of the destination; default `default`");
  app.add_option("--kube-version", kube_version, "of the destination")->capture_default_str();
  app.add_option("--api-versions", api_versions, "of the destination, A,B,C")->delimiter(',');
  app.add_flag("--reveal", reveal, "show secrets as they are instead of keyed hashes");
  AddSetting(app, "hash-key-file", hash_key_file,
             "key of the hashes, so that they are equal wherever it is used; default "
             "~/.config/argocd-decrypt/hash-key, made when there is none");
  app.add_option("-o,--output", output,
                 "a file to write, for its owner only; - is standard output");
  app.add_flag("-q,--quiet", quiet, "no summary and no warnings");
  engine.AddTo(app);
}

Result<PreviewPlace> FindPlace(const std::string& folder, const std::string& root) {
  ACD_TRY(const std::string real, RealFolder(folder));
  PreviewPlace place;
  if (root.empty()) {
    place.root = GitRootAbove(real);
  } else {
    ACD_TRY(place.root, RealFolder(root));
  }
  place.app_path = std::filesystem::path(real).lexically_relative(place.root).string();
  if (place.app_path.empty() || place.app_path == ".." || place.app_path.starts_with("../")) {
    return Fail(Code::kInvalidInput, folder + ": is not below the root, " + place.root);
  }
  return place;
}

Result<PreviewSubject> ResolveSubject(const PreviewFlags& flags) {
  PreviewSubject subject;
  std::string path;
  ACD_TRY(subject.application, FromFiles(flags, path));
  std::string folder = flags.folder.empty() ? "." : flags.folder;
  if (flags.folder.empty() && !path.empty()) {
    ACD_TRY(folder, FolderFromRoot(flags.root, path));
  }
  ACD_TRY(subject.place, FindPlace(folder, flags.root));
  CallApplication& application = subject.application;
  if (flags.name) application.name = *flags.name;
  if (application.name.empty()) application.name = NameOf(subject.place);
  if (flags.project) application.project = *flags.project;
  if (flags.namespace_) application.namespace_ = *flags.namespace_;
  if (application.namespace_.empty()) application.namespace_ = "default";
  application.path = subject.place.app_path;
  application.kube_version = flags.kube_version;
  application.api_versions = flags.api_versions;
  application.parameters = flags.parameters;
  application.environment.insert(application.environment.end(), flags.environment.begin(),
                                 flags.environment.end());
  return subject;
}

}  // namespace acd::commands
