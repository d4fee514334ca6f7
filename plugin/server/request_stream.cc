#include "plugin/server/request_stream.h"

#include <utility>

namespace acd::server {
namespace {

// A chunk of at least this size is handed on as it is; smaller ones are gathered up to the batch's
// size, because inflating and hashing 1 KiB at a time costs more than the copy.
constexpr std::size_t kDirectChunkBytes = 16U << 10U;
constexpr std::size_t kBatchBytes = 64U << 10U;

}  // namespace

Result<RequestMetadata> RequestStream::ReadMetadata() {
  auto first = messages_.Next();
  if (!first) {
    ended_ = true;
    ACD_CHECK(messages_.Alive());
    return Fail(Code::kInvalidInput, "request stream: ends before its metadata");
  }
  if (!first->metadata) {
    return Fail(Code::kInvalidInput, "request stream: the first message carries no metadata");
  }
  checksum_ = first->metadata->checksum;
  return *std::move(first->metadata);
}

Status RequestStream::ReadFiles(int root_fd, const archive::UnpackOptions& options,
                                const exec::Budget& budget, archive::UnpackStats& stats) {
  budget_ = &budget;
  auto unpacked = archive::Unpack(*this, root_fd, options);
  budget_ = nullptr;
  ACD_CHECK(Finish(checksum_));
  if (!unpacked) return Fail(std::move(unpacked).error());
  stats = *unpacked;
  return {};
}

Result<archive::EntryList> RequestStream::ReadNames(const archive::UnpackOptions& options,
                                                    const exec::Budget& budget) {
  budget_ = &budget;
  auto names = archive::ListEntries(*this, options);
  budget_ = nullptr;
  ACD_CHECK(Finish(checksum_));
  return names;
}

bool RequestStream::ReadChunk() {
  if (ended_) return false;
  auto message = messages_.Next();
  if (!message) {
    ended_ = true;
    return false;
  }
  if (!message->chunk) {
    if (!violation_) {
      violation_ =
          Error{Code::kInvalidInput,
                message->metadata ? "request stream: metadata comes a second time"
                                  : "request stream: a message after the metadata carries no file"};
    }
    return false;
  }
  chunk_ = *message->chunk;
  received_bytes_ += chunk_.size();
  return true;
}

Result<std::span<const std::uint8_t>> RequestStream::Next() {
  if (budget_ != nullptr) ACD_CHECK(budget_->Check());
  batch_.clear();
  while (batch_.size() < kBatchBytes && ReadChunk()) {
    if (batch_.empty() && chunk_.size() >= kDirectChunkBytes) {
      digest_.Update(chunk_);
      return chunk_;
    }
    batch_.insert(batch_.end(), chunk_.begin(), chunk_.end());
  }
  if (violation_) return Fail(*violation_);
  if (batch_.empty()) {
    ACD_CHECK(messages_.Alive());  // a broken stream is not the end of the archive
  }
  digest_.Update(batch_);
  return std::span<const std::uint8_t>(batch_);
}

Status RequestStream::Finish(const std::string& checksum) {
  while (!violation_ && !ended_) {
    if (ReadChunk()) digest_.Update(chunk_);
  }
  Drain();
  ACD_CHECK(messages_.Alive());
  if (violation_) return Fail(*violation_);
  if (digest_.FinishHex() != checksum) {
    // Neither digest is named: both change with every attempt, and an error's text must not.
    return Fail(Code::kInvalidInput,
                "request stream: the checksum of the received files differs from the announced one",
                "the transfer between repo-server and plugin was damaged; a hard refresh sends the "
                "files again");
  }
  return {};
}

void RequestStream::Drain() {
  while (!ended_) {
    if (!messages_.Next()) ended_ = true;
  }
}

}  // namespace acd::server
