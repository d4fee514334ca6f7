#include "plugin/server/version_service.h"

#include <grpcpp/grpcpp.h>

#include <utility>

#include "plugin/server/cancel_watch.h"

namespace acd::server {
namespace {

#ifdef __clang__
constexpr const char* kCompiler = "clang " __clang_version__;
#else
constexpr const char* kCompiler = "gcc " __VERSION__;
#endif

// In Go's words, "linux/amd64", as in the stock server's answer.
constexpr const char* kPlatform =
#if defined(__x86_64__)
    "linux/amd64";
#elif defined(__aarch64__)
    "linux/arm64";
#elif defined(__s390x__)
    "linux/s390x";
#elif defined(__powerpc64__) && defined(__LITTLE_ENDIAN__)
    "linux/ppc64le";
#else
    "linux";
#endif

}  // namespace

grpc::Status VersionService::Version(grpc::ServerContext* context, const version::Nothing*,
                                     version::VersionMessage* response) {
  CancelWatch watch([&] { return context->IsCancelled(); });
  exec::Budget budget;
  budget.cancelled = [&] { return watch.Cancelled(); };
  try {
    Versions versions = report_ ? report_(budget) : Versions();
    response->set_version(std::move(versions.own));
    response->set_kustomizeversion(std::move(versions.kustomize));
    response->set_helmversion(std::move(versions.helm));
    response->set_jsonnetversion(std::move(versions.jsonnet));
  } catch (...) {
    return {grpc::StatusCode::INTERNAL, "internal error"};
  }
  // When and from which commit a build was made is not in it: equal sources give equal programs.
  response->set_compiler(kCompiler);
  response->set_platform(kPlatform);
  return grpc::Status::OK;
}

}  // namespace acd::server
