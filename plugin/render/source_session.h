#pragma once

#include "plugin/render/context.h"
#include "plugin/sources/session.h"

namespace acd::render {

/// What a render needs from outside of its repository, asked for in the name of its Application's
/// project. Borrows the context.
sources::Session MakeSourceSession(const Context& context);

}  // namespace acd::render
