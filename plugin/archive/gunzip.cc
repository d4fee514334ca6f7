#include "plugin/archive/gunzip.h"

#include <algorithm>
#include <string>
#include <utility>

namespace acd::archive {
namespace {

constexpr std::size_t kBlockBytes = 128U << 10U;  // a multiple of tar's 512
constexpr std::uint64_t kRatioFloor = 1U << 20U;
constexpr std::uint64_t kMaxPadding = 1U << 20U;

Failure Broken(const std::string& what) {
  return Fail(Code::kInvalidInput, "archive: not a valid gzip stream: " + what);
}

}  // namespace

Gunzip::Gunzip(ByteSource& source, const ArchiveLimits& limits, std::uint64_t max_inflated)
    : source_(source),
      limits_(limits),
      max_inflated_(max_inflated),
      inflater_(MakeInflater()),
      block_(std::make_unique_for_overwrite<std::uint8_t[]>(kBlockBytes)) {}

Result<std::span<const std::uint8_t>> Gunzip::Next() {
  filled_ = 0;
  ACD_CHECK(Fill());
  return std::span<const std::uint8_t>(block_.get(), filled_);
}

Status Gunzip::Fill() {
  while (filled_ < kBlockBytes && !ended_) {
    ACD_CHECK(FeedInput());
    if (input_.empty() && source_ended_ && !in_member_) {
      if (!started_) return Broken("it is empty");
      ended_ = true;
      break;
    }
    if (!in_member_) {
      if (!inflater_->Reset()) return Fail(Code::kInternal, "archive: out of memory");
      in_member_ = started_ = true;
    }
    ACD_CHECK(Inflate(true));
    // What follows a member matters only to a reader that wants more than it had.
    if (!in_member_ && filled_ > 0) break;
  }
  return {};
}

Status Gunzip::FeedInput() {
  if (!input_.empty() || source_ended_) return {};
  ACD_TRY(input_, source_.Next());
  source_ended_ = input_.empty();
  return {};
}

Status Gunzip::Inflate(bool judge_growth) {
  auto step = inflater_->Inflate(input_, std::span(block_.get(), kBlockBytes).subspan(filled_));
  if (!step && step.error().code == Code::kInvalidInput) return Broken(step.error().message);
  if (!step) return Fail(std::move(step).error().With("archive"));
  input_ = input_.subspan(step->consumed);
  consumed_ += step->consumed;
  produced_ += step->produced;
  filled_ += step->produced;
  if (consumed_ > limits_.max_compressed_bytes) {
    return Fail(Code::kLimitExceeded, "archive: more than " +
                                          std::to_string(limits_.max_compressed_bytes) +
                                          " compressed bytes (limit max_compressed_bytes)");
  }
  if (judge_growth) ACD_CHECK(CheckGrowth());
  if (step->ended) {
    in_member_ = false;
  } else if (step->produced == 0 && step->consumed == 0) {
    return Broken(input_.empty() ? "it is truncated" : "it does not go on");
  }
  return {};
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
    ACD_CHECK(FeedInput());
    filled_ = 0;
    ACD_CHECK(Inflate(false));
  }
  return {};
}

}  // namespace acd::archive
