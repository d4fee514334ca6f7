#include "plugin/health/examine.h"

#include <utility>

#include "plugin/health/assess.h"
#include "plugin/health/checks.h"
#include "plugin/preview/objects.h"

namespace acd::health {
namespace {

using preview::Value;

constexpr int kMaxListDepth = 8;  // as the guard allows
constexpr const char* kWhatToGive = "give it what `kubectl get -o yaml` prints";

Health AssessOrUnknown(const Check& check, const Value& object) {
  auto found = Assess(check.script, object);
  return found ? std::move(*found) : Health{"Unknown", found.error().message};
}

Status ExamineAt(const Value& value, int depth, Findings& findings);

Status ExamineAll(const std::vector<Value>& items, int depth, Findings& findings) {
  if (depth == kMaxListDepth) {
    return Fail(Code::kLimitExceeded,
                "lists of objects in each other, more than " + std::to_string(kMaxListDepth),
                kWhatToGive);
  }
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (items[i].kind == Value::Kind::kNull) continue;
    const Status status = ExamineAt(items[i], depth + 1, findings);
    if (!status) return Fail(Error(status.error()).With("item " + std::to_string(i + 1)));
  }
  return {};
}

Status ExamineAt(const Value& value, int depth, Findings& findings) {
  if (value.IsList()) return ExamineAll(value.items, depth, findings);
  if (!value.IsMap()) return Fail(Code::kInvalidInput, "this is no object", kWhatToGive);
  preview::Identity identity = preview::IdentityOf(value);
  if (const Check* check = FindCheck(identity.group, identity.kind)) {
    findings.objects.push_back({std::move(identity), AssessOrUnknown(*check, value)});
    return {};
  }
  if (const Value* items = value.Find("items"); items != nullptr && items->IsList()) {
    return ExamineAll(items->items, depth, findings);
  }
  if (identity.kind.empty())
    return Fail(Code::kInvalidInput, "an object without a kind", kWhatToGive);
  ++findings.unchecked[identity.kind + (identity.group.empty() ? "" : "." + identity.group)];
  return {};
}

}  // namespace

Status Examine(const Value& document, Findings& findings) {
  return ExamineAt(document, 0, findings);
}

}  // namespace acd::health
