#include "plugin/ksops/broker_protocol.h"

#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <utility>

namespace acd::ksops {
namespace {

constexpr std::size_t kNumberSize = 4;
constexpr std::size_t kNumbers = 3;

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

using Head = std::array<std::size_t, kNumbers>;

std::string EncodeHead(const Head& head) {
  std::string out;
  for (const std::size_t number : head) out += EncodeNumber(number);
  return out;
}

Result<Head> ReceiveHead(int socket, std::chrono::milliseconds idle) {
  ACD_TRY(const SecretBytes bytes, Receive(socket, kNumbers * kNumberSize, idle));
  Head head{};
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    head[i / kNumberSize] |= static_cast<std::size_t>(bytes.Expose()[i]) << (8 * (i % kNumberSize));
  }
  return head;
}

}  // namespace

Result<SecretBytes> Receive(int socket, std::size_t size, std::chrono::milliseconds idle) {
  // Grows with what arrives: a length alone costs nothing.
  constexpr std::size_t kStep = 256U << 10U;
  SecretBytes out;
  std::size_t have = 0;
  while (have < size) {
    const std::size_t want = std::min(size - have, kStep);
    out.Resize(have + want);
    const ssize_t got = ::recv(socket, out.ExposeMutable().data() + have, want, MSG_DONTWAIT);
    if (got == 0) return Broken("closed in the middle of a message");
    if (got < 0 && !TryAgain()) return Broken("connection lost");
    if (got > 0) have += static_cast<std::size_t>(got);
    out.Resize(have);
    if (got < 0) ACD_CHECK(Await(socket, POLLIN, idle));
  }
  return out;
}

Status Send(int socket, std::string_view bytes, std::chrono::milliseconds idle) {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent < 0 && !TryAgain()) return Broken("connection lost");
    if (sent > 0) bytes.remove_prefix(static_cast<std::size_t>(sent));
    if (sent < 0) ACD_CHECK(Await(socket, POLLOUT, idle));
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

Status SendCall(int socket, const Call& call, std::chrono::milliseconds idle) {
  if (call.directory.size() > kMaxPath) {
    return Fail(Code::kLimitExceeded, "the working directory's path is longer than 4096 bytes");
  }
  if (call.input.size() > kMaxInput) {
    return Fail(Code::kLimitExceeded, "the generator is larger than 16 MiB");
  }
  const Head head = {static_cast<std::size_t>(call.kind), call.directory.size(), call.input.size()};
  ACD_CHECK(Send(socket, EncodeHead(head) + call.directory, idle));
  return Send(socket, call.input.ExposeText(), idle);
}

Result<Call> ReceiveCall(int socket, std::chrono::milliseconds idle) {
  ACD_TRY(const Head head, ReceiveHead(socket, idle));
  if (head[0] > static_cast<std::size_t>(Call::Kind::kResourceList) || head[1] == 0 ||
      head[1] > kMaxPath || head[2] > kMaxInput) {
    return Broken("not a call");
  }
  Call call;
  call.kind = static_cast<Call::Kind>(head[0]);
  ACD_TRY(const SecretBytes directory, Receive(socket, head[1], idle));
  call.directory = directory.ExposeText();
  if (call.directory.front() != '/' || call.directory.find('\0') != std::string::npos) {
    return Broken("not a folder");
  }
  ACD_TRY(call.input, Receive(socket, head[2], idle));
  return call;
}

Status SendAnswer(int socket, const Answer& answer, std::chrono::milliseconds idle) {
  if (answer.out.size() > kMaxOutput) {
    Answer refusal;
    refusal.err = "ksops: the decrypted files together are larger than 80 MiB\n";
    return SendAnswer(socket, refusal, idle);
  }
  const std::string_view err = std::string_view(answer.err).substr(0, kMaxMessages);
  const Head head = {static_cast<std::size_t>(answer.exit_code), answer.out.size(), err.size()};
  ACD_CHECK(Send(socket, EncodeHead(head), idle));
  ACD_CHECK(Send(socket, answer.out.ExposeText(), idle));
  return Send(socket, err, idle);
}

Result<Answer> ReceiveAnswer(int socket, std::chrono::milliseconds idle) {
  ACD_TRY(const Head head, ReceiveHead(socket, idle));
  constexpr std::size_t kMaxExitCode = 127;
  if (head[0] > kMaxExitCode || head[1] > kMaxOutput || head[2] > kMaxMessages) {
    return Broken("not an answer");
  }
  Answer answer;
  answer.exit_code = static_cast<int>(head[0]);
  ACD_TRY(answer.out, Receive(socket, head[1], idle));
  ACD_TRY(const SecretBytes err, Receive(socket, head[2], idle));
  answer.err = err.ExposeText();
  return answer;
}

}  // namespace acd::ksops
