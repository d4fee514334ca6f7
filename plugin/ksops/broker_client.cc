#include "plugin/ksops/broker_client.h"

#include <chrono>
#include <filesystem>
#include <system_error>
#include <utility>

#include "plugin/ksops/broker_protocol.h"
#include "plugin/ksops/socket_path.h"

namespace acd::ksops {
namespace {

// Longer than any render: when the server gives up, it closes the connection.
constexpr std::chrono::milliseconds kIdle{600'000};

}  // namespace

Result<std::unique_ptr<BrokerClient>> BrokerClient::Connect(const std::string& address) {
  ACD_TRY(UniqueFd socket, ConnectTo(address));
  return std::unique_ptr<BrokerClient>(new BrokerClient(std::move(socket)));
}

Result<SecretBytes> BrokerClient::Decrypt(const std::string& path) {
  std::error_code error;
  const std::filesystem::path absolute = std::filesystem::absolute(path, error);
  if (error) return Fail(Code::kIo, path + ": no working directory");
  ACD_CHECK(SendRequest(socket_.get(), absolute.lexically_normal().native(), kIdle));
  return ReceiveResponse(socket_.get(), kIdle);
}

}  // namespace acd::ksops
