#include "plugin/ksops/broker_client.h"

#include <chrono>

#include "decrypt/base/unique_fd.h"
#include "plugin/ksops/broker_protocol.h"
#include "plugin/ksops/socket_path.h"

namespace acd::ksops {
namespace {

// Longer than any render: when the server gives up, it closes the connection.
constexpr std::chrono::milliseconds kIdle{600'000};

}  // namespace

Result<Answer> AskBroker(const std::string& address, const Call& call) {
  ACD_TRY(const UniqueFd socket, ConnectTo(address));
  ACD_CHECK(SendCall(socket.get(), call, kIdle));
  return ReceiveAnswer(socket.get(), kIdle);
}

}  // namespace acd::ksops
