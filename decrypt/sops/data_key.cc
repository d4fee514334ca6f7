#include "decrypt/sops/data_key.h"

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <optional>
#include <string_view>
#include <utility>

#include "decrypt/sops/key_report.h"
#include "decrypt/sops/shamir.h"

namespace acd::sops {
namespace {

using keys::WrappedKey;

/// The keys of a group in the order to try them; stable.
std::vector<const WrappedKey*> InOrder(const std::vector<WrappedKey>& group,
                                       const std::vector<std::string>& order) {
  std::vector<const WrappedKey*> out;
  out.reserve(group.size());
  for (const WrappedKey& key : group) out.push_back(&key);
  const auto priority = [&](const WrappedKey* key) -> std::ptrdiff_t {
    // From the end: of a type named twice, the last place counts in sops.
    const auto found = std::find(order.rbegin(), order.rend(), keys::TypeName(key->type));
    return found == order.rend() ? std::ssize(order) + 1 : order.rend() - found;
  };
  if (group.size() > 1) {
    std::stable_sort(out.begin(), out.end(), [&](const WrappedKey* a, const WrappedKey* b) {
      return priority(a) < priority(b);
    });
  }
  return out;
}

/// The group's part, or nothing with the reasons in `outcome`.
Result<std::optional<SecretBytes>> OpenGroup(const std::vector<const WrappedKey*>& group,
                                             keys::KeyService& service,
                                             const keys::Requester& requester,
                                             GroupOutcome& outcome) {
  std::optional<SecretBytes> part;
  for (const WrappedKey* key : group) {
    ACD_CHECK(requester.StillWants());
    auto opened = service.Unwrap(*key, requester);
    if (opened) {
      outcome.success = true;
      part = std::move(*opened);
      return part;
    }
    const Code code = opened.error().code;
    if (code == Code::kDeadline || code == Code::kCancelled) {
      return Fail(std::move(opened).error());
    }
    outcome.Add(key->name, std::move(opened).error());
  }
  return part;
}

}  // namespace

Result<SecretBytes> RecoverDataKey(const Metadata& metadata, const std::vector<std::string>& order,
                                   keys::KeyService& service, const keys::Requester& requester) {
  std::vector<GroupOutcome> outcomes(metadata.key_groups.size());
  std::vector<SecretBytes> parts;
  for (std::size_t i = 0; i < metadata.key_groups.size(); ++i) {
    ACD_TRY(auto part,
            OpenGroup(InOrder(metadata.key_groups[i], order), service, requester, outcomes[i]));
    if (part) parts.push_back(std::move(*part));
  }
  const auto failure = [&](std::int64_t threshold) {
    std::vector<std::string_view> recipients;
    for (const auto& group : metadata.key_groups) {
      for (const WrappedKey& key : group) recipients.emplace_back(key.name);
    }
    return Fail(DataKeyError(outcomes, threshold, recipients, service.PublicNames(requester)));
  };
  if (metadata.key_groups.size() == 1) {
    if (parts.empty()) return failure(metadata.shamir_threshold);
    return std::move(parts.front());
  }
  if (static_cast<std::int64_t>(parts.size()) < metadata.shamir_threshold) {
    return failure(metadata.shamir_threshold);
  }
  if (parts.empty()) return failure(0);  // sops would only say that there are too few parts
  auto key = CombineShares(parts);
  if (!key) {
    return Fail(std::move(key).error().With("could not get data key from shamir parts"));
  }
  return key;
}

}  // namespace acd::sops
