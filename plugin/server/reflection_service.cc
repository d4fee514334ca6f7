#include "plugin/server/reflection_service.h"

#include <grpcpp/grpcpp.h>

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

#include "plugin/api/descriptors.h"
#include "reflection.grpc.pb.h"
#include "reflection_v1alpha.grpc.pb.h"

namespace acd::server {
namespace {

// Names are short; a request comes back in its answer.
constexpr std::size_t kMaxRequestBytes = 64U << 10U;

template <typename Response>
void NotFound(Response& response) {
  auto& error = *response.mutable_error_response();
  error.set_error_code(grpc::StatusCode::NOT_FOUND);
  error.set_error_message("not found");
}

template <typename Response>
void SendFile(const FileIndex& files, const FileIndex::File* file, SentFiles& sent,
              Response& response) {
  if (file == nullptr) return NotFound(response);
  auto& answer = *response.mutable_file_descriptor_response();
  for (const std::string_view bytes : files.WithImports(*file, sent)) {
    answer.add_file_descriptor_proto(bytes.data(), bytes.size());
  }
}

template <typename Request, typename Response>
grpc::Status Answer(const FileIndex& files, const Request& request, SentFiles& sent,
                    Response& response) {
  switch (request.message_request_case()) {
    case Request::kFileByFilename:
      SendFile(files, files.ByName(request.file_by_filename()), sent, response);
      break;
    case Request::kFileContainingSymbol:
      SendFile(files, files.BySymbol(request.file_containing_symbol()), sent, response);
      break;
    case Request::kFileContainingExtension:  // our files extend nothing
      NotFound(response);
      break;
    case Request::kAllExtensionNumbersOfType:
      if (files.BySymbol(request.all_extension_numbers_of_type()) == nullptr) {
        NotFound(response);
      } else {
        response.mutable_all_extension_numbers_response()->set_base_type_name(
            request.all_extension_numbers_of_type());
      }
      break;
    case Request::kListServices:
      response.mutable_list_services_response();
      for (const std::string& name : files.services()) {
        response.mutable_list_services_response()->add_service()->set_name(name);
      }
      break;
    case Request::MESSAGE_REQUEST_NOT_SET:
      return {grpc::StatusCode::INVALID_ARGUMENT,
              "the request asks for nothing that is known here"};
  }
  return grpc::Status::OK;
}

// Either version: their messages differ in the package only.
template <typename Base, typename Request, typename Response>
class Service final : public Base {
 public:
  Service(OpenStreams& streams, std::function<const FileIndex&()> files)
      : streams_(streams), files_(std::move(files)) {}

  grpc::Status ServerReflectionInfo(grpc::ServerContext* context,
                                    grpc::ServerReaderWriter<Response, Request>* stream) override {
    const OpenStreams::Entry entry(streams_, *context);
    if (!entry.status().ok()) return entry.status();
    try {
      return Talk(*stream);
    } catch (...) {
      return {grpc::StatusCode::INTERNAL, "internal error"};
    }
  }

 private:
  grpc::Status Talk(grpc::ServerReaderWriter<Response, Request>& stream) {
    SentFiles sent;
    Request request;
    while (stream.Read(&request)) {
      if (request.ByteSizeLong() > kMaxRequestBytes) {
        return {grpc::StatusCode::INVALID_ARGUMENT, "the request is longer than any name"};
      }
      Response response;
      response.set_valid_host(request.host());
      *response.mutable_original_request() = request;
      const grpc::Status status = Answer(files_(), request, sent, response);
      if (!status.ok()) return status;
      if (!stream.Write(response)) break;
    }
    return grpc::Status::OK;
  }

  OpenStreams& streams_;
  std::function<const FileIndex&()> files_;
};

namespace v1 = grpc::reflection::v1;
namespace v1alpha = grpc::reflection::v1alpha;
using V1 = Service<v1::ServerReflection::Service, v1::ServerReflectionRequest,
                   v1::ServerReflectionResponse>;
using V1Alpha = Service<v1alpha::ServerReflection::Service, v1alpha::ServerReflectionRequest,
                        v1alpha::ServerReflectionResponse>;

}  // namespace

ReflectionService::ReflectionService(OpenStreams& streams) {
  const auto files = [this]() -> const FileIndex& { return Files(); };
  v1_ = std::make_unique<V1>(streams, files);
  v1alpha_ = std::make_unique<V1Alpha>(streams, files);
}

void ReflectionService::RegisterWith(grpc::ServerBuilder& builder) {
  builder.RegisterService(v1_.get());
  builder.RegisterService(v1alpha_.get());
}

const FileIndex& ReflectionService::Files() {
  std::call_once(read_, [this] { files_.emplace(api::Descriptors()); });
  return *files_;
}

}  // namespace acd::server
