#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "decrypt/base/result.h"
#include "decrypt/yaml/reader.h"

namespace acd::render {

/// Calls `visit` with each field of a mapping, its name in lower case (kustomize matches field
/// names in any case, by Go's rules), merge keys followed. A field that is given twice comes twice.
/// Stops at the first error. Other nodes have no fields. Error: kLimitExceeded (merge keys nested
/// too deep); those of `visit`.
Status ForEachField(
    const yaml::Node& mapping,
    const std::function<Status(const std::string& name, const yaml::Node& value)>& visit);

/// The same for the fields of one name. Which of several kustomize takes does not follow their
/// order: a check must look at all of them.
Status ForEachNamed(const yaml::Node& mapping, std::string_view lower_name,
                    const std::function<Status(const yaml::Node& value)>& visit);

/// A field by its lower-case name; of several the last. Null when there is none.
const yaml::Node* Field(const yaml::Node& mapping, std::string_view lower_name);

/// Refuses a document in which something has the tag !!binary: kustomize would read what that
/// decodes to, another name than the one that was looked at. Error: kInvalidInput with the line.
Status CheckNoBinary(const yaml::Node& node);

/// A scalar's text; empty for other nodes.
std::string ScalarText(const yaml::Node* node);

/// The texts of a sequence's scalars, or of a lone scalar.
std::vector<std::string> ScalarTexts(const yaml::Node& node);

}  // namespace acd::render
