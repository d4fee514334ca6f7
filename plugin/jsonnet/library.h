#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "decrypt/base/result.h"

struct JsonnetVm;

namespace acd::jsonnet {

/// Debian's libjsonnet, loaded when it is needed: linked, it would be read at every start of the
/// program, and its archive lacks what it is made with. Spec: libjsonnet.h of 0.18 and 0.20, which
/// differ in how an import is answered; the library's own version says which one it is.
class Library {
 public:
  /// Errors: kNotFound (no such library), kUnsupported (it lacks a function).
  static Result<Library> Load();

  JsonnetVm* (*make)() = nullptr;
  void (*destroy)(JsonnetVm*) = nullptr;
  char* (*reallocate)(JsonnetVm*, char*, std::size_t) = nullptr;
  void (*string_output)(JsonnetVm*, int) = nullptr;
  void (*ext_var)(JsonnetVm*, const char*, const char*) = nullptr;
  void (*ext_code)(JsonnetVm*, const char*, const char*) = nullptr;
  void (*tla_var)(JsonnetVm*, const char*, const char*) = nullptr;
  void (*tla_code)(JsonnetVm*, const char*, const char*) = nullptr;
  char* (*evaluate_snippet)(JsonnetVm*, const char*, const char*, int*) = nullptr;
  /// Takes one of the two kinds of callback below, by `counts_bytes`.
  void (*import_callback)(JsonnetVm*, void*, void*) = nullptr;

  /// Up to 0.18: what is imported ends at its first NUL.
  using TextImport = char*(void* context, const char* folder, const char* path, char** found,
                           int* success);
  /// From 0.19 on.
  using BytesImport = int(void* context, const char* folder, const char* path, char** found,
                          char** content, std::size_t* size);
  bool counts_bytes = false;
  std::string version;  ///< "0.20.0"
};

}  // namespace acd::jsonnet
