#pragma once

#include <map>
#include <string>
#include <string_view>

#include "plugin/guard/redact.h"
#include "plugin/render/renderer.h"

namespace acd::custom {

using Variables = std::map<std::string, std::string>;

/// The environment of this process as commands may have it: without the headers for a collector of
/// traces, and without the variables that hold private keys, unless `with_keys`. Before
/// ForgetKeyVariables, and before other threads run.
Variables SidecarEnvironment(bool with_keys);

/// What a command gets: `own` and over it the request's. A variable that is longer than the kernel
/// takes is left out: Argo CD sends the list of API versions as one.
Variables CommandEnvironment(const Variables& own, const render::Application& application);

/// Has the values that are secrets by their variables' names redacted.
void AddSecretValues(const Variables& variables, guard::Redactor& redactor);

/// Takes out what is a secret by its form: age identities, private keys, a password in a URL.
std::string WithoutSecretForms(std::string_view text);

}  // namespace acd::custom
