#include "plugin/jsonnet/library.h"

#include <dlfcn.h>

#include <cstdlib>

namespace acd::jsonnet {
namespace {

constexpr const char* kName = "libjsonnet.so.0";

template <typename Function>
Status Find(void* library, const char* name, Function*& function) {
  function = reinterpret_cast<Function*>(::dlsym(library, name));
  if (function != nullptr) return {};
  return Fail(Code::kUnsupported, std::string(kName) + ": has no function " + name);
}

// "v0.18.0" -> 18, and 1000 for whatever follows 0.x.
long MinorVersion(const std::string& version) {
  if (version.rfind("0.", 0) != 0) return 1000;
  return std::strtol(version.c_str() + 2, nullptr, 10);
}

}  // namespace

Result<Library> Library::Load() {
  void* handle = ::dlopen(kName, RTLD_NOW | RTLD_LOCAL);
  if (handle == nullptr) {
    return Fail(Code::kNotFound, std::string(kName) + ": cannot be loaded",
                "install the Debian package libjsonnet0, as the plugin's image does");
  }
  Library library;
  const char* (*version)() = nullptr;
  ACD_CHECK(Find(handle, "jsonnet_version", version));
  ACD_CHECK(Find(handle, "jsonnet_make", library.make));
  ACD_CHECK(Find(handle, "jsonnet_destroy", library.destroy));
  ACD_CHECK(Find(handle, "jsonnet_realloc", library.reallocate));
  ACD_CHECK(Find(handle, "jsonnet_string_output", library.string_output));
  ACD_CHECK(Find(handle, "jsonnet_ext_var", library.ext_var));
  ACD_CHECK(Find(handle, "jsonnet_ext_code", library.ext_code));
  ACD_CHECK(Find(handle, "jsonnet_tla_var", library.tla_var));
  ACD_CHECK(Find(handle, "jsonnet_tla_code", library.tla_code));
  ACD_CHECK(Find(handle, "jsonnet_evaluate_snippet", library.evaluate_snippet));
  ACD_CHECK(Find(handle, "jsonnet_import_callback", library.import_callback));
  library.version = version();
  if (library.version.rfind('v', 0) == 0) library.version.erase(0, 1);
  library.counts_bytes = MinorVersion(library.version) >= 19;
  return library;
}

}  // namespace acd::jsonnet
