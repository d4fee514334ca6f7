#pragma once

#include <string>
#include <string_view>

#include "decrypt/base/error.h"

namespace acd::server {

/// Where a request failed, in the words of the answer.
struct ErrorContext {
  std::string application;
  std::string project;
  std::string source_path;
  std::string phase;  ///< "receive", "prepare", "render", ...
  // This request's folders, and the folder of all requests: taken out of the text, because it must
  // be the same at every attempt.
  std::string tree;
  std::string run;
  std::string workspaces;
};

constexpr std::size_t kMaxErrorTextBytes = 4096;

/// The text that users get, the same shape for every failure:
///
///     <cause>                                   first line, from the error's message
///     <further lines of the message>            a tool's own words
///     application: A, project: P, path: S, phase: X
///     hint: <what to do>
///
/// At most kMaxErrorTextBytes of valid UTF-8; only the message's further lines are shortened.
std::string ErrorText(const Error& error, const ErrorContext& context);

/// The first line of a text.
std::string_view FirstLine(std::string_view text);

}  // namespace acd::server
