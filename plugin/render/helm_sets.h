#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "plugin/render/helm_defaults.h"

namespace acd::render {

/// What is left of the parameter `parameters` once what changes nothing is taken out.
struct HelmSets {
  std::map<std::string, std::string> changed;  ///< for `--set`, values as written
  std::map<std::string, std::string> lists;    ///< for `--set-json`, before those
};

/// Argo CD's UI shows the values that are announced, and writes all of them into the Application,
/// as text, as soon as one is edited. Given back to helm as they are, numbers that are texts, and
/// texts that are numbers, would change their type, and values of other files would be overridden.
/// So an entry that says what holds anyway is left out, as if only the edited ones had been
/// written, which is what the UI does for Argo CD's own Helm sources.
///
/// A list is different: helm's `--set list[1]=x` forgets the chart's list. Where some of a list's
/// entries are unchanged and others are not, the chart's list comes first, as a whole.
///
/// `defaults` nullopt: nothing is known of them, so all of `parameters` is what the user wants.
HelmSets EditedParameters(const std::map<std::string, std::string>& parameters,
                          const std::optional<HelmDefaults>& defaults);

/// Whether helm reads more than one name in `name`, or a value: `a=1,b`.
bool NamesSeveral(std::string_view name);

}  // namespace acd::render
