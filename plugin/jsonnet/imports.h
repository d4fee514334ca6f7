#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace acd::jsonnet {

/// One `import`, `importstr` or `importbin` of a program.
struct Import {
  std::string path;      ///< as the program spells it, escapes resolved
  bool is_code = false;  ///< `import`: the file is jsonnet itself
};

/// Every import in the text of a program, in order, with repetitions: jsonnet computes no path, so
/// all that a program can ever import is known from its text. A text that is no jsonnet gives what
/// was found up to the mistake. Linear in time. Spec: jsonnet.org/ref/spec.html, "Lexing".
std::vector<Import> FindImports(std::string_view program);

}  // namespace acd::jsonnet
