#include "plugin/render/kustomize_run.h"

#include <algorithm>
#include <optional>
#include <span>
#include <string>
#include <utility>

#include "plugin/render/kustomization_paths.h"
#include "plugin/workspace/read_gate.h"

namespace acd::render {
namespace {

using workspace::ReadGate;

// kustomize takes longer to read so many than we to decrypt them.
constexpr std::size_t kFilesBetweenGates = 32;

// The file that kustomize reads before any other, if that is certain.
std::optional<std::string> FirstRead(const Context& context) {
  const auto paths = KustomizationsIn(context.request.root, context.app_dir);
  return paths && paths->size() == 1 ? std::optional(paths->front()) : std::nullopt;
}

Status FirstOf(Status first, Status second) { return first ? std::move(second) : std::move(first); }

/// Decrypts, and lets kustomize go as far as that has come.
class Gates {
 public:
  Gates(Context& context, const KustomizationGraph& graph, ReadGate first)
      : context_(context), graph_(graph), gate_(std::move(first)) {}

  Status DecryptAndOpen() {
    ACD_CHECK(Decrypt(graph_.unread));
    std::span<const std::string> rest = graph_.in_order;
    for (;;) {
      std::optional<ReadGate> next;
      std::size_t count = rest.size();
      if (count > kFilesBetweenGates + kFilesBetweenGates / 2) {
        count = kFilesBetweenGates;
        // A gate would make ourselves wait, too; so its file comes first. Nobody reads it before
        // the gate that is closed now has opened.
        const Status decrypted = Decrypt(rest.subspan(count, 1));
        // Of several errors, it is always the first file's.
        if (!decrypted) return FirstOf(Decrypt(rest.first(count)), decrypted);
        next = ReadGate::Close(rest[count]);
        if (!next) count = rest.size();
      }
      ACD_CHECK(Decrypt(rest.first(count)));
      if (!gate_.Open()) in_time_ = false;
      if (!next) return {};
      gate_ = *std::move(next);
      rest = rest.subspan(count + 1);
    }
  }

  /// False: kustomize may have read ciphertext.
  bool in_time() const { return in_time_; }

 private:
  // One CPU is kustomize's.
  Status Decrypt(std::span<const std::string> paths) {
    return context_.files.DecryptInPlace(paths, kReadByKustomize, 1);
  }

  Context& context_;
  const KustomizationGraph& graph_;
  ReadGate gate_;
  bool in_time_ = true;
};

}  // namespace

Result<exec::Outcome> RunBesideDecryption(Context& context, const ToolRun& run,
                                          const KustomizationGraph& graph) {
  if (graph.unread.empty() && graph.in_order.empty()) return RunTool(context, run);
  const auto first = FirstRead(context);
  auto gate = first ? ReadGate::Close(*first) : std::nullopt;
  if (!gate) {
    ACD_CHECK(DecryptUnread(context, graph));
    return RunTool(context, run);
  }
  Gates gates(context, graph, *std::move(gate));
  std::optional<Error> failure;
  ToolRun beside = run;
  beside.command.meanwhile = [&]() -> Status {
    auto decrypted = gates.DecryptAndOpen();
    if (!decrypted) failure = decrypted.error();
    return decrypted;
  };
  auto outcome = RunTool(context, beside);
  if (failure) return Fail(*std::move(failure));
  return gates.in_time() ? std::move(outcome) : RunTool(context, run);
}

}  // namespace acd::render
