#include "plugin/render/source_session.h"

namespace acd::render {

sources::Session MakeSourceSession(const Context& context) {
  const RenderRequest& request = context.request;
  sources::Session session(context.settings.sources, context.runner, request.budget);
  session.project = request.application.project;
  session.root = request.root;
  session.run_dir = request.run_dir;
  session.helm = context.settings.helm;
  session.tool_path = context.settings.tool_path;
  session.environment = &request.application.environment;
  return session;
}

}  // namespace acd::render
