#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace acd::server {

/// Who has been sent what.
using SentFiles = std::set<std::string, std::less<>>;

/// The .proto files of the services on the socket, by name and by what they define.
/// Threads: safe to read concurrently.
class FileIndex {
 public:
  struct File {
    std::string name;
    std::string bytes;  ///< a serialized google.protobuf.FileDescriptorProto
    std::vector<std::string> imports;
  };

  /// `descriptors`: as api::Descriptors gives them; not kept.
  explicit FileIndex(std::span<const std::uint8_t> descriptors);

  /// Full names, in order.
  const std::vector<std::string>& services() const { return services_; }

  /// Null: there is none.
  const File* ByName(std::string_view name) const;
  /// The file that defines a service, method, message, field, oneof, enum or value with this full
  /// name. Null: there is none.
  const File* BySymbol(std::string_view full_name) const;

  /// The bytes of `file`, and of whatever it imports that is not in `sent` yet, each file once;
  /// adds them to `sent`. The file itself comes in any case, as from grpc-go.
  std::vector<std::string_view> WithImports(const File& file, SentFiles& sent) const;

 private:
  std::map<std::string, File, std::less<>> files_;
  std::map<std::string, const File*, std::less<>> symbols_;
  std::vector<std::string> services_;
};

}  // namespace acd::server
