#include "plugin/jsonnet/vm.h"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <map>
#include <new>
#include <string>
#include <utility>

#include "decrypt/base/system_failure.h"
#include "plugin/jsonnet/hints.h"
#include "plugin/jsonnet/library.h"
#include "plugin/jsonnet/newer_std.h"
#include "plugin/jsonnet/program.h"

namespace acd::jsonnet {
namespace {

constexpr rlim_t kMaxCpuSeconds = 90;
constexpr std::size_t kReadBytes = 64U << 10U;

int Complain(VmExit code, const std::string& message) {
  std::fprintf(stderr, "%s\n", message.c_str());
  return code;
}

bool Limit(int resource, rlim_t value) {
  const struct rlimit limit = {value, value};
  return ::setrlimit(static_cast<__rlimit_resource>(resource), &limit) == 0;
}

Result<SecretBytes> ReadRequest() {
  SecretBytes request;
  SecretBytes buffer(kReadBytes);
  for (;;) {
    const auto room = buffer.ExposeMutable();
    const ssize_t size = ::read(STDIN_FILENO, room.data(), room.size());
    if (size < 0 && errno == EINTR) continue;
    if (size < 0) return SystemFailure("jsonnet: the request can't be read", errno);
    if (size == 0) return request;
    request.Append(room.first(static_cast<std::size_t>(size)));
  }
}

bool WriteAll(std::string_view text) {
  while (!text.empty()) {
    const ssize_t size = ::write(STDOUT_FILENO, text.data(), text.size());
    if (size < 0 && errno == EINTR) continue;
    if (size < 0) return false;
    text.remove_prefix(static_cast<std::size_t>(size));
  }
  return true;
}

/// Answers the library's imports out of the request.
class Files {
 public:
  Files(const Program& program, const Library& library, JsonnetVm* vm)
      : library_(library), vm_(vm) {
    for (const File& file : program.files) files_.emplace(file.name, &file);
    for (const Resolved& one : program.imports) {
      imports_.emplace(std::pair<std::string, std::string>(one.folder, one.path), &one);
    }
  }

  static char* Text(void* context, const char* folder, const char* path, char** found,
                    int* success) {
    const Files& self = *static_cast<const Files*>(context);
    const Answer answer = self.Find(folder, path);
    const bool nul = answer.content.find('\0') != std::string_view::npos;
    *success = answer.ok && !nul ? 1 : 0;
    *found = self.Copy("", answer.name);
    if (answer.ok && nul) {
      return self.Copy("", "has a NUL byte, which libjsonnet imports from version 0.19 on");
    }
    return self.Copy(answer.prefix, answer.content);
  }
  static int Bytes(void* context, const char* folder, const char* path, char** found,
                   char** content, std::size_t* size) {
    const Files& self = *static_cast<const Files*>(context);
    const Answer answer = self.Find(folder, path);
    *found = self.Copy("", answer.name);
    *content = self.Copy(answer.prefix, answer.content);
    *size = answer.prefix.size() + answer.content.size();
    return answer.ok ? 0 : 1;
  }

 private:
  struct Answer {
    bool ok;
    std::string_view name;
    std::string_view content;
    std::string_view prefix = {};
  };

  Answer Find(const char* folder, const char* path) const {
    if (path == kStdName) return {true, kStdName, NewerStd()};
    const auto import = imports_.find({folder, path});
    if (import == imports_.end()) return {false, "", "not among the imports of the program"};
    const auto file = files_.find(import->second->file);
    if (file == files_.end()) return {false, "", import->second->error};
    return {true, file->second->name, file->second->content.ExposeText(),
            import->second->is_code ? kStdPrefix : ""};
  }
  char* Copy(std::string_view prefix, std::string_view text) const {
    char* copy = library_.reallocate(vm_, nullptr, prefix.size() + text.size() + 1);
    // Either may be empty, and then no pointer that memcpy may be given.
    *std::copy(text.begin(), text.end(), std::copy(prefix.begin(), prefix.end(), copy)) = '\0';
    return copy;
  }

  const Library& library_;
  JsonnetVm* vm_;
  std::map<std::string, const File*> files_;
  std::map<std::pair<std::string, std::string>, const Resolved*> imports_;
};

int Evaluate(const Library& library, const Program& program) {
  const File* main = nullptr;
  for (const File& file : program.files) main = file.name == program.main ? &file : main;
  if (main == nullptr) return Complain(kBroken, "jsonnet: the request has no program");
  if (main->content.ExposeText().find('\0') != std::string_view::npos) {
    return Complain(kFailed, "STATIC ERROR: " + program.main + ": has a NUL byte");
  }
  JsonnetVm* vm = library.make();
  Files files(program, library, vm);
  void* import = library.counts_bytes ? reinterpret_cast<void*>(&Files::Bytes)
                                      : reinterpret_cast<void*>(&Files::Text);
  library.import_callback(vm, import, &files);
  for (const Variable& variable : program.variables) {
    const auto set = variable.is_argument ? (variable.is_code ? library.tla_code : library.tla_var)
                                          : (variable.is_code ? library.ext_code : library.ext_var);
    const std::string value = (variable.is_code ? std::string(kStdPrefix) : "") + variable.value;
    set(vm, variable.name.c_str(), value.c_str());
  }
  int failed = 0;
  const std::string code = std::string(kStdPrefix) + std::string(main->content.ExposeText());
  const char* text = library.evaluate_snippet(vm, program.main.c_str(), code.c_str(), &failed);
  if (failed != 0) return Complain(kFailed, text + HintFor(text, library.version));
  return WriteAll(text) ? kEvaluated : kBroken;
}

// Address space: a sanitizer takes terabytes of it, and gets no limit.
bool LimitMemory([[maybe_unused]] std::uint64_t bytes) {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  return true;
#else
  return Limit(RLIMIT_AS, bytes);
#endif
}

}  // namespace

int RunVm(std::span<char*> args) {
  // Nothing is freed one by one: the process ends with its answer.
  try {
    const Result<Library> library = Library::Load();
    if (!library) return Complain(kNoLibrary, library.error().message);
    if (args.size() == 2 && args[1] == kVmVersion) {
      return WriteAll("v" + library->version) ? kEvaluated : kBroken;
    }
    Result<Program> program = Fail(Code::kInvalidInput, "");
    {
      const Result<SecretBytes> request = ReadRequest();
      if (!request) return Complain(kBroken, request.error().message);
      program = Decode(request->Expose());
    }
    if (!program) return Complain(kBroken, program.error().message);
    // The soft limit of files is what counts for opening one.
    if (!LimitMemory(program->max_memory_bytes) || !Limit(RLIMIT_CPU, kMaxCpuSeconds) ||
        !Limit(RLIMIT_NOFILE, 0) || !Limit(RLIMIT_FSIZE, 0) || !Limit(RLIMIT_NPROC, 0)) {
      return Complain(kBroken, "jsonnet: limits can't be set");
    }
    return Evaluate(*library, *program);
  } catch (const std::bad_alloc&) {
    return kNoMemory;
  }
}

}  // namespace acd::jsonnet
