-- Health of a PushSecret, from what External Secrets Operator (0.14 to 2.9) writes:
--   status.conditions             one condition Ready: True (Synced) or False (Errored, SourceDeleted)
--   status.syncedResourceVersion  "<generation>-<hash of labels and annotations>" of the last success;
--                                 before 0.14 not written
--   status.refreshTime            when that was
--   status.syncedPushSecrets      what was pushed to which store; not there when it is nothing
-- An edit is pushed whatever spec.refreshInterval is. A failure records no generation: one that came
-- before the last edit is shown until the next attempt. A template that can't be applied, and stores of
-- another controller class only, are written nowhere: the status stays as it was.
-- part values: begin
-- Argo CD runs this with the string and math libraries closed; of the others, only `type` and `ipairs` are
-- used. Any field may be missing or of another type: an object is never a reason for a Lua error.

local function table_or_empty(value)
  if type(value) == "table" then
    return value
  end
  return {}
end

local function text(value)
  if type(value) == "string" then
    return value
  end
  return ""
end

-- Strings compare byte by byte, and no text in UTF-8 holds the byte 255.
local function begins_with(value, prefix)
  return value >= prefix and value < prefix .. "\255"
end
-- part values: end
-- part object: begin
-- The condition of this type that changed last; the later one in the list when that can't be told.
local function newest_condition(conditions, condition_type)
  local newest = nil
  for _, entry in ipairs(table_or_empty(conditions)) do
    local condition = table_or_empty(entry)
    if condition.type == condition_type then
      if newest == nil or text(condition.lastTransitionTime) >= text(newest.lastTransitionTime) then
        newest = condition
      end
    end
  end
  return newest
end

local function answer(status, message)
  return {status = status, message = message}
end

local object = table_or_empty(obj)
local metadata = table_or_empty(object.metadata)
local spec = table_or_empty(object.spec)
local status = table_or_empty(object.status)

if metadata.deletionTimestamp ~= nil then
  local finalizer = text(table_or_empty(metadata.finalizers)[1])
  if finalizer == "" then
    return answer("Progressing", text(object.kind) .. " is being deleted")
  end
  return answer("Progressing", text(object.kind) .. " is being deleted; it stays until its finalizer " ..
      finalizer .. " is removed, by the controller that set it")
end
-- part object: end
-- part external_secrets: begin
local function or_no_message(message)
  if message == "" then
    return "the operator gave no message"
  end
  return message
end

-- The message of a condition, and its reason in parentheses.
local function with_reason(condition)
  local reason, message = text(condition.reason), or_no_message(text(condition.message))
  if reason == "" then
    return message
  end
  return message .. " (" .. reason .. ")"
end

local function unfinished()
  return answer("Progressing", "External Secrets Operator has not finished: its condition Ready is " ..
      "neither True nor False")
end
-- part external_secrets: end

local ready = newest_condition(status.conditions, "Ready")
if ready == nil then
  return answer("Progressing", "Waiting for External Secrets Operator; if this stays, it is not running, " ..
      "does not watch this namespace, can't apply spec.template (see its log), or leaves the stores to " ..
      "another controller")
end

local synced_version, refresh_time = text(status.syncedResourceVersion), text(status.refreshTime)
local at_refresh_time = ""
if refresh_time ~= "" then
  at_refresh_time = " at " .. refresh_time
end

if ready.status == "False" then
  if ready.reason == "SourceDeleted" then
    return answer("Degraded", "The source Secret was deleted, and so was what had been pushed " ..
        "(deletionPolicy: Delete). Bring the Secret back and run the action push: the operator does not " ..
        "look again by itself")
  end
  local cause = with_reason(ready)
  if ready.message == "could not get source secret" then
    cause = cause .. ". It does not exist, spec.selector is wrong, or its generator failed (see the operator's log)"
  end
  if refresh_time ~= "" then
    return answer("Degraded", "Push failed, the last success was" .. at_refresh_time .. ": " .. cause)
  end
  return answer("Degraded", "No push has succeeded so far: " .. cause)
end
if ready.status ~= "True" then
  return unfinished()
end

if type(metadata.generation) ~= "number" or synced_version == "" then
  return answer("Progressing", "Waiting for External Secrets Operator to record what it has pushed; if " ..
      "this stays, it is older than 0.14, which does not")
end
if not begins_with(synced_version, metadata.generation .. "-") then
  return answer("Progressing", "Waiting for External Secrets Operator to push the latest change; if this " ..
      "stays, its log says why, such as a spec.template that can't be applied")
end

if type(status.syncedPushSecrets) ~= "table" then
  return answer("Healthy", "Nothing was pushed" .. at_refresh_time .. ", since spec.selector selects no Secret")
end
if table_or_empty(spec.data)[1] == nil and table_or_empty(spec.dataTo)[1] == nil then
  return answer("Healthy", "Nothing was pushed" .. at_refresh_time .. ", since spec.data is empty")
end
if spec.updatePolicy == "IfNotExists" then
  return answer("Healthy", "Secret was pushed" .. at_refresh_time .. ", except what the provider had " ..
      "before (updatePolicy: IfNotExists)")
end
return answer("Healthy", "Secret was pushed" .. at_refresh_time)
