#pragma once

#include <optional>
#include <string>

#include "decrypt/base/result.h"
#include "decrypt/base/secret_bytes.h"
#include "plugin/render/context.h"

namespace acd::render {

/// What is at an http(s) URL, as helm fetches value files: by helm itself, in a child without keys.
/// nullopt: the server says that it is not there (404). The content is what the server holds, so
/// encrypted as a rule. Errors name the URL without user and query: kToolFailed with helm's words,
/// kLimitExceeded, those of the budget.
Result<std::optional<SecretBytes>> FetchByHelm(Context& context, const std::string& url);

}  // namespace acd::render
