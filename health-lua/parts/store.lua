-- Of a store; `kind` and `place` are what messages call it, and where it is.
local ready = newest_condition(status.conditions, "Ready")
if ready == nil then
  local class = text(spec.controller)
  if class ~= "" then
    return answer("Progressing", "Waiting for the External Secrets Operator of the class " .. class ..
        "; if this stays, none runs with --controller-class=" .. class)
  end
  return answer("Progressing", "Waiting for External Secrets Operator; if this stays, it is not running, " ..
      "does not watch " .. place .. ", or its log says why")
end

if ready.status == "False" then
  local advice = ". See the events of the " .. kind .. " for the provider's error"
  if begins_with(text(ready.message), "unable to validate store: ") then
    advice = ""
  end
  return answer("Degraded", "Store can't be used: " .. with_reason(ready) .. advice)
end
if ready.status ~= "True" then
  return unfinished()
end

-- What an API server has stored has a generation.
if generation == nil then
  return answer("Progressing", "Waiting for External Secrets Operator to validate the store")
end
if ready.reason == "ValidationUnknown" then
  return answer("Healthy", "Store is in use, but could not be checked, for example for wrong credentials " ..
      "or an unreachable provider: see the events of the " .. kind .. ". What uses it shows whether it works")
end
local capabilities = text(status.capabilities)
if capabilities ~= "" then
  capabilities = " (" .. capabilities .. ")"
end
return answer("Healthy", "The operator accepts the store" .. capabilities ..
    "; not every provider tries the credentials for that")
