#include "plugin/archive/gunzip.h"

#include <zlib.h>

#include <algorithm>
#include <limits>
#include <string>

namespace acd::archive {
namespace {

constexpr std::size_t kBlockBytes = 128U << 10U;  // a multiple of tar's 512
constexpr std::uint64_t kRatioFloor = 1U << 20U;
constexpr std::uint64_t kMaxPadding = 1U << 20U;
constexpr int kGzipOnly = 16 + MAX_WBITS;

Failure Broken(const std::string& what) {
  return Fail(Code::kInvalidInput, "archive: not a valid gzip stream: " + what);
}

}  // namespace

struct Gunzip::State {
  z_stream stream = {};
  bool ready = false;
};

Gunzip::Gunzip(ByteSource& source, const ArchiveLimits& limits, std::uint64_t max_inflated)
    : source_(source),
      limits_(limits),
      max_inflated_(max_inflated),
      state_(std::make_unique<State>()),
      block_(kBlockBytes) {
  state_->ready = ::inflateInit2(&state_->stream, kGzipOnly) == Z_OK;
}

Gunzip::~Gunzip() {
  if (state_->ready) ::inflateEnd(&state_->stream);
}

Result<std::span<const std::uint8_t>> Gunzip::Next() {
  filled_ = 0;
  ACD_CHECK(Fill());
  return std::span<const std::uint8_t>(block_).first(filled_);
}

Status Gunzip::Fill() {
  if (!state_->ready) return Fail(Code::kInternal, "archive: out of memory for decompression");
  while (filled_ < block_.size() && !ended_) {
    if (state_->stream.avail_in == 0 && !source_ended_) ACD_CHECK(FeedInput());
    if (state_->stream.avail_in == 0 && source_ended_) {
      if (!started_) return Broken("it is empty");
      if (in_member_) return Broken("it is truncated");
      ended_ = true;
      break;
    }
    if (!in_member_) {
      ::inflateReset(&state_->stream);
      in_member_ = started_ = true;
    }
    ACD_CHECK(Inflate(true));
    // What follows a member matters only to a reader that wants more than it had.
    if (!in_member_ && filled_ > 0) break;
  }
  return {};
}

Status Gunzip::FeedInput() {
  ACD_TRY(const auto chunk, source_.Next());
  if (chunk.size() > std::numeric_limits<uInt>::max()) {
    return Fail(Code::kInternal, "archive: a chunk of more than 4 GiB");
  }
  source_ended_ = chunk.empty();
  state_->stream.next_in = const_cast<Bytef*>(chunk.data());
  state_->stream.avail_in = static_cast<uInt>(chunk.size());
  return {};
}

Status Gunzip::Inflate(bool judge_growth) {
  z_stream& stream = state_->stream;
  const uInt input = stream.avail_in;
  const auto room = static_cast<uInt>(block_.size() - filled_);
  stream.next_out = block_.data() + filled_;
  stream.avail_out = room;
  const int result = ::inflate(&stream, Z_NO_FLUSH);
  consumed_ += input - stream.avail_in;
  produced_ += room - stream.avail_out;
  filled_ += room - stream.avail_out;
  if (consumed_ > limits_.max_compressed_bytes) {
    return Fail(Code::kLimitExceeded, "archive: more than " +
                                          std::to_string(limits_.max_compressed_bytes) +
                                          " compressed bytes (limit max_compressed_bytes)");
  }
  if (judge_growth) ACD_CHECK(CheckGrowth());
  if (result == Z_STREAM_END) {
    in_member_ = false;
    return {};
  }
  if (result == Z_OK || result == Z_BUF_ERROR) return {};
  if (result == Z_MEM_ERROR) {
    return Fail(Code::kInternal, "archive: out of memory for decompression");
  }
  return Broken(stream.msg != nullptr ? stream.msg : "unknown compression");
}

Status Gunzip::CheckGrowth() const {
  const std::uint64_t ratio = std::max<std::uint64_t>(limits_.max_ratio, 1);
  if (produced_ > kRatioFloor && (produced_ - 1) / ratio >= consumed_) {
    return Fail(Code::kLimitExceeded, "archive: grows to more than " +
                                          std::to_string(limits_.max_ratio) +
                                          " times its size (limit max_ratio)");
  }
  if (produced_ > max_inflated_) {
    return Fail(Code::kLimitExceeded,
                "archive: more than " + std::to_string(max_inflated_) +
                    " bytes with headers and skipped files (limits max_bytes and max_entries)");
  }
  return {};
}

Status Gunzip::Finish() {
  const std::uint64_t end = produced_ + kMaxPadding;
  while (in_member_ && produced_ < end) {
    if (state_->stream.avail_in == 0 && !source_ended_) ACD_CHECK(FeedInput());
    if (state_->stream.avail_in == 0 && source_ended_) return Broken("it is truncated");
    filled_ = 0;
    ACD_CHECK(Inflate(false));
  }
  return {};
}

}  // namespace acd::archive
