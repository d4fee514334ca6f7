#include "plugin/tracing/tracer.h"

#include <dlfcn.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <utility>

#include "plugin/tracing/module_abi.h"

namespace acd::tracing {
namespace {

constexpr const char* kName = "libargocd-decrypt-otel.so";
constexpr const char* kInstalledFolder = "/../lib/argocd-decrypt/";
constexpr std::chrono::milliseconds kFlushTime{900};

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr int kOwnFirst = 0;  // a sanitizer's runtime refuses it, and the module is not built then
#else
// The module's own gRPC and protobuf come first for it, whatever this program was linked with.
constexpr int kOwnFirst = RTLD_DEEPBIND;
#endif

AcdText Borrow(const std::string& text) { return {text.data(), text.size()}; }

std::int64_t Nanoseconds(std::chrono::system_clock::duration time) {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(time).count();
}

std::vector<AcdAttribute> Borrow(const NamesAndValues& pairs) {
  std::vector<AcdAttribute> out;
  out.reserve(pairs.size());
  for (const auto& [name, value] : pairs) out.push_back({Borrow(name), Borrow(value), 0});
  return out;
}

std::vector<AcdAttribute> Borrow(const std::vector<Attribute>& attributes) {
  std::vector<AcdAttribute> out;
  out.reserve(attributes.size());
  for (const Attribute& attribute : attributes) {
    const auto* text = std::get_if<std::string>(&attribute.value);
    if (text != nullptr) {
      out.push_back({Borrow(attribute.name), Borrow(*text), 0});
    } else {
      out.push_back({Borrow(attribute.name), {nullptr, 0}, std::get<1>(attribute.value)});
    }
  }
  return out;
}

AcdSpan Borrow(const Span& span, const std::vector<AcdAttribute>& attributes) {
  AcdSpan out{};
  out.name = Borrow(span.name);
  out.start_ns = Nanoseconds(span.start.time_since_epoch());
  out.duration_ns = Nanoseconds(span.end - span.start);
  out.attributes = attributes.data();
  out.attribute_count = attributes.size();
  if (span.error) {
    out.failed = 1;
    out.error = Borrow(*span.error);
  }
  return out;
}

class ModuleTracer final : public Tracer {
 public:
  static Result<std::unique_ptr<Tracer>> Open(const AcdTracingModule& module,
                                              TracingSettings settings, Warn warn) {
    std::unique_ptr<ModuleTracer> tracer(
        new ModuleTracer(module, std::move(settings), std::move(warn)));
    ACD_CHECK(tracer->Open());
    return std::unique_ptr<Tracer>(std::move(tracer));
  }

  ~ModuleTracer() override {
    if (tracer_ != nullptr) module_.close(tracer_, kFlushTime.count());
  }

  void Export(const CallTrace& trace) override {
    // All of them first: the spans point into them.
    std::vector<std::vector<AcdAttribute>> attributes;
    attributes.reserve(trace.parts.size() + 1);
    attributes.push_back(Borrow(trace.call.attributes));
    std::vector<AcdSpan> parts;
    parts.reserve(trace.parts.size());
    for (const Span& part : trace.parts) {
      attributes.push_back(Borrow(part.attributes));
      parts.push_back(Borrow(part, attributes.back()));
    }
    AcdTrace out{};
    if (trace.caller) {
      out.has_caller = 1;
      std::copy(trace.caller->trace_id.begin(), trace.caller->trace_id.end(), out.trace_id);
      std::copy(trace.caller->span_id.begin(), trace.caller->span_id.end(), out.span_id);
      out.sampled = trace.caller->sampled ? 1 : 0;
      out.state = Borrow(trace.caller->state);
    }
    out.call = Borrow(trace.call, attributes.front());
    out.parts = parts.data();
    out.part_count = parts.size();
    module_.export_trace(tracer_, &out);
  }

 private:
  ModuleTracer(const AcdTracingModule& module, TracingSettings settings, Warn warn)
      : module_(module), settings_(std::move(settings)), warn_(std::move(warn)) {}

  Status Open() {
    const auto headers = Borrow(settings_.headers);
    const auto attributes = Borrow(settings_.attributes);
    AcdTracingSettings out{};
    out.address = Borrow(settings_.address);
    out.insecure = settings_.insecure ? 1 : 0;
    out.sample_ratio = settings_.sample_ratio;
    out.version = Borrow(settings_.version);
    out.headers = headers.data();
    out.header_count = headers.size();
    out.attributes = attributes.data();
    out.attribute_count = attributes.size();
    out.warn = [](void* self, AcdText problem) {
      static_cast<ModuleTracer*>(self)->Report({problem.data, problem.size});
    };
    out.context = this;
    std::array<char, 512> error{};
    tracer_ = module_.open(&out, error.data(), error.size());
    if (tracer_ != nullptr) return {};
    return Fail(Code::kInvalidInput, "tracing: " + WithoutHeaders(error.data(), settings_.headers));
  }

  // A collector's words may quote what was sent to it.
  void Report(std::string problem) noexcept {
    try {
      constexpr std::size_t kMaxBytes = 500;
      problem = WithoutHeaders(std::move(problem), settings_.headers);
      if (problem.size() > kMaxBytes) problem.resize(kMaxBytes);
      if (warn_) warn_(problem);
    } catch (...) {  // called from C
    }
  }

  const AcdTracingModule& module_;
  const TracingSettings settings_;
  const Warn warn_;
  AcdTracer* tracer_ = nullptr;
};

// Never unloaded: its libraries have threads that end with the process.
Result<const AcdTracingModule*> Load(const std::string& path) {
  void* const handle = ::dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL | kOwnFirst);
  if (handle == nullptr) {
    return Fail(Code::kIo, std::string("tracing: cannot load ") + ::dlerror(),
                "install the Debian package opentelemetry-cpp, as the plugin's image does");
  }
  const auto entry = reinterpret_cast<AcdTracingEntry>(::dlsym(handle, ACD_TRACING_ENTRY));
  const AcdTracingModule* module = entry == nullptr ? nullptr : entry();
  if (module == nullptr || module->abi != ACD_TRACING_ABI) {
    return Fail(Code::kIo, "tracing: " + path + " is of another version of argocd-decrypt",
                "install the program and its module from one build");
  }
  return module;
}

}  // namespace

std::vector<std::string> ModulePaths(const std::string& program) {
  const std::string folder = program.substr(0, program.rfind('/'));
  return {folder + "/" + kName, folder + kInstalledFolder + kName};
}

Result<std::unique_ptr<Tracer>> OpenTracer(TracingSettings settings, Warn warn,
                                           const std::vector<std::string>& module_paths) {
  for (const std::string& path : module_paths) {
    if (::access(path.c_str(), F_OK) != 0) continue;
    ACD_TRY(const AcdTracingModule* module, Load(path));
    return ModuleTracer::Open(*module, std::move(settings), std::move(warn));
  }
  return Fail(Code::kNotFound, std::string("tracing: this installation has no ") + kName,
              "the plugin's image has it, and so has a build on Debian trixie with the package "
              "opentelemetry-cpp-dev; without it, leave --otlp-address empty");
}

}  // namespace acd::tracing
