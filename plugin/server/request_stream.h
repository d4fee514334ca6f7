#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "decrypt/base/result.h"
#include "plugin/archive/entry_list.h"
#include "plugin/server/repository_source.h"
#include "plugin/server/sha256.h"

namespace acd::server {

/// One message of a stream: exactly one of the two, or neither (an empty message).
struct StreamMessage {
  std::optional<RequestMetadata> metadata;
  std::optional<std::span<const std::uint8_t>> chunk;  ///< borrowed until the next message
};

/// A client's stream, free of gRPC, so that the rules below can be tested without it.
class MessageSource {
 public:
  virtual ~MessageSource() = default;
  /// Blocks for the next message; nothing at the end of the stream or when the call is dead.
  virtual std::optional<StreamMessage> Next() = 0;
  /// Whether the client is gone or its deadline has passed: tells an end from a break.
  virtual Status Alive() = 0;
};

/// Receives one repository: metadata first, then the bytes of one archive, hashed on the way.
///
/// Spec: cmp-protocol.md 1.3.
class RequestStream final : public RepositorySource, private archive::ByteSource {
 public:
  explicit RequestStream(MessageSource& messages) : messages_(messages) {}

  /// Reads the first message. Error (kInvalidInput): it carries no metadata. The stream is not
  /// drained yet.
  Result<RequestMetadata> ReadMetadata() override;

  /// Unpacks, then reads to the end of the stream and compares the digest with the metadata's.
  /// Errors: those of Finish, before those of archive::Unpack: a damaged transfer also damages the
  /// archive, and the first is the cause.
  Status ReadFiles(int root_fd, const archive::UnpackOptions& options, const exec::Budget& budget,
                   archive::UnpackStats& stats) override;

  /// As ReadFiles, but nothing is written: what the files would be called.
  Result<archive::EntryList> ReadNames(const archive::UnpackOptions& options,
                                       const exec::Budget& budget);

  /// The next bytes of the archive, several messages at once: clients send 1 KiB each.
  Result<std::span<const std::uint8_t>> Next() override;

  /// Reads to the end and says whether what was received is what the client meant to send.
  /// Errors: kCancelled, kDeadline (the call is dead), kInvalidInput (a message out of order, or
  /// the digest differs from `checksum`: compared as text, so upper case differs).
  Status Finish(const std::string& checksum);

  /// Reads to the end, whatever comes. For errors that are known already.
  void Drain() override;

  std::uint64_t received_bytes() const override { return received_bytes_; }

 private:
  /// The next chunk into `chunk_`; false at the end or after a protocol error.
  bool ReadChunk();

  MessageSource& messages_;
  const exec::Budget* budget_ = nullptr;  ///< while ReadFiles runs
  Sha256 digest_;
  std::span<const std::uint8_t> chunk_;
  std::vector<std::uint8_t> batch_;
  std::string checksum_;  ///< announced
  std::uint64_t received_bytes_ = 0;
  bool ended_ = false;
  std::optional<Error> violation_;  ///< the first message that broke the order
};

}  // namespace acd::server
