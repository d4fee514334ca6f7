#include "plugin/ksops/evaluate.h"

#include <utility>

#include "plugin/ksops/exec_plugin.h"
#include "plugin/ksops/generator.h"
#include "plugin/ksops/krm.h"

namespace acd::ksops {
namespace {

Result<SecretBytes> EvaluateManifest(const SecretBytes& input, FileOpener& opener) {
  ACD_TRY(const auto documents, yaml::ReadStream(input.Expose(), Limits()));
  if (documents.empty()) return Fail(Code::kInvalidInput, "ksops generator: empty");
  const yaml::Node& object = documents.front().root;
  ACD_TRY(const Generator generator, ParseGenerator(object));
  ACD_TRY(const auto parts, Generate(generator, opener));
  return IsFormerFunction(object) ? SortDocuments(parts) : JoinDocuments(parts);
}

}  // namespace

Answer Evaluate(const Call& call, FileOpener& opener, std::optional<Error>* failure) {
  auto out = call.kind == Call::Kind::kManifest ? EvaluateManifest(call.input, opener)
                                                : RunResourceList(call.input.Expose(), opener);
  if (out) return Answer{0, *std::move(out), ""};
  if (failure != nullptr) *failure = out.error();
  return Refuse(call.kind, out.error());
}

Answer Refuse(Call::Kind kind, const Error& error) {
  Answer answer;
  answer.err = "ksops: " + error.message + "\n";
  if (!error.hint.empty()) answer.err += "hint: " + error.hint + "\n";
  if (kind == Call::Kind::kResourceList) answer.out = ErrorResourceList(error);
  return answer;
}

}  // namespace acd::ksops
