#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "decrypt/base/result.h"
#include "plugin/health/report.h"
#include "plugin/preview/value.h"

namespace acd::health {

/// What the checks say of objects, and for what there is none.
struct Findings {
  std::vector<Assessed> objects;
  std::map<std::string, std::size_t> unchecked;  ///< "Deployment.apps", and how many
};

/// Adds what is found of one document: an object, a List of objects (what has `items` and no check
/// of its own), or a plain list of them. An object whose check fails is Unknown, as in Argo CD.
/// Errors: kInvalidInput (something that is no object, or has no kind), kLimitExceeded (Lists in
/// Lists, too deep).
Status Examine(const preview::Value& document, Findings& findings);

}  // namespace acd::health
