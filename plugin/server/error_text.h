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
  std::string
      tree;         ///< this request's folders: taken out of the text, because the text must be the
  std::string run;  ///< same at every attempt
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
