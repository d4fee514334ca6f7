#include "plugin/ksops/broker_protocol.h"

#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <utility>

namespace acd::ksops {
namespace {

constexpr std::size_t kNumberSize = 4;
constexpr std::size_t kLastCode = static_cast<std::size_t>(Code::kInternal);

Failure Broken(const char* what) { return Fail(Code::kIo, std::string("ksops broker: ") + what); }

Status Await(int socket, short events, std::chrono::milliseconds idle) {
  pollfd poll_fd{socket, events, 0};
  while (true) {
    const int ready = ::poll(&poll_fd, 1, static_cast<int>(idle.count()));
    if (ready > 0) return {};
    if (ready == 0) return Broken("the other side is silent");
    if (errno != EINTR) return Broken("cannot wait for the other side");
  }
}

bool TryAgain() { return errno == EINTR || errno == EAGAIN; }

}  // namespace

Result<SecretBytes> Receive(int socket, std::size_t size, std::chrono::milliseconds idle) {
  // Grows with what arrives: a length alone costs nothing.
  constexpr std::size_t kStep = 64U << 10U;
  SecretBytes out;
  std::size_t have = 0;
  while (have < size) {
    ACD_CHECK(Await(socket, POLLIN, idle));
    const std::size_t want = std::min(size - have, kStep);
    out.Resize(have + want);
    const ssize_t got = ::recv(socket, out.ExposeMutable().data() + have, want, 0);
    if (got == 0) {
      if (have == 0) return Fail(Code::kCancelled, "ksops broker: closed");
      return Broken("closed in the middle of a message");
    }
    if (got < 0 && !TryAgain()) return Broken("connection lost");
    if (got > 0) have += static_cast<std::size_t>(got);
    out.Resize(have);
  }
  return out;
}

Status Send(int socket, std::string_view bytes, std::chrono::milliseconds idle) {
  while (!bytes.empty()) {
    ACD_CHECK(Await(socket, POLLOUT, idle));
    const ssize_t sent = ::send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent < 0 && !TryAgain()) return Broken("connection lost");
    if (sent > 0) bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return {};
}

std::string EncodeNumber(std::size_t value) {
  std::string out;
  for (std::size_t i = 0; i < kNumberSize; ++i) {
    out += static_cast<char>((value >> (8 * i)) & 0xFFU);
  }
  return out;
}

std::size_t DecodeNumber(const SecretBytes& bytes) {
  std::size_t value = 0;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    value |= static_cast<std::size_t>(bytes.Expose()[i]) << (8 * i);
  }
  return value;
}

Status SendRequest(int socket, const std::string& path, std::chrono::milliseconds idle) {
  if (path.size() > kMaxPath) return Fail(Code::kLimitExceeded, "path: longer than 4096 bytes");
  return Send(socket, EncodeNumber(path.size()) + path, idle);
}

Result<std::string> ReceiveRequest(int socket, std::chrono::milliseconds idle) {
  ACD_TRY(const SecretBytes length, Receive(socket, kNumberSize, idle));
  const std::size_t size = DecodeNumber(length);
  if (size == 0 || size > kMaxPath) return Broken("a path is empty or longer than 4096 bytes");
  ACD_TRY(const SecretBytes path, Receive(socket, size, idle));
  if (path.ExposeText().find('\0') != std::string_view::npos)
    return Broken("a path has a NUL byte");
  return std::string(path.ExposeText());
}

Status SendResponse(int socket, const Result<SecretBytes>& response,
                    std::chrono::milliseconds idle) {
  if (response) {
    if (response->size() > kMaxPayload) {
      return SendResponse(socket, Fail(Code::kLimitExceeded, "a decrypted file is too large"),
                          idle);
    }
    ACD_CHECK(Send(socket, EncodeNumber(0) + EncodeNumber(response->size()), idle));
    return Send(socket, response->ExposeText(), idle);
  }
  const Error& error = response.error();
  std::string text = error.message.substr(0, kMaxErrorText / 2);
  text += '\0';
  text += error.hint.substr(0, kMaxErrorText / 2 - 1);
  return Send(
      socket,
      EncodeNumber(1 + static_cast<std::size_t>(error.code)) + EncodeNumber(text.size()) + text,
      idle);
}

Result<SecretBytes> ReceiveResponse(int socket, std::chrono::milliseconds idle) {
  ACD_TRY(const SecretBytes status_bytes, Receive(socket, kNumberSize, idle));
  ACD_TRY(const SecretBytes length, Receive(socket, kNumberSize, idle));
  const std::size_t status = DecodeNumber(status_bytes);
  const std::size_t size = DecodeNumber(length);
  if (status > 1 + kLastCode || size > (status == 0 ? kMaxPayload : kMaxErrorText)) {
    return Broken("not a response");
  }
  ACD_TRY(SecretBytes payload, Receive(socket, size, idle));
  if (status == 0) return payload;
  const std::string_view text = payload.ExposeText();
  const std::size_t nul = std::min(text.find('\0'), text.size());
  Error error{static_cast<Code>(status - 1), std::string(text.substr(0, nul))};
  if (nul < text.size()) error.hint = text.substr(nul + 1);
  return Fail(std::move(error));
}

}  // namespace acd::ksops
