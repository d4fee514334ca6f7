-- Health of a ClusterPushSecret, from what External Secrets Operator (0.15 to 2.9) writes:
--   status.conditions             one condition Ready: True or False, mostly without reason and time
--   status.failedNamespaces       where a PushSecret could not be written or deleted, and why
--   status.provisionedNamespaces  where one is
--   status.pushSecretName         its name, when that was written
-- It records no generation: of an edit only a change of the name can be told from the status. Ready says
-- that the PushSecrets are written, not that they have pushed anything.
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

-- Strings compare byte by byte, unless a program has called setlocale, which none of ours does; and no text
-- in UTF-8 holds the byte 255.
local function begins_with(value, prefix)
  return value >= prefix and value < prefix .. "\255"
end
-- part values: end
-- part conditions: begin
-- A time as an API server writes it, which compares as text; anything else is older than all of them.
local function time(value)
  local written = text(value)
  if #written == 20 and begins_with(written, "20") then
    return written
  end
  return ""
end

-- The condition of this type that changed last; the later one in the list when that can't be told.
local function newest_condition(conditions, condition_type)
  local newest = nil
  for _, entry in ipairs(table_or_empty(conditions)) do
    local condition = table_or_empty(entry)
    if condition.type == condition_type then
      if newest == nil or time(condition.lastTransitionTime) >= time(newest.lastTransitionTime) then
        newest = condition
      end
    end
  end
  return newest
end
-- part conditions: end
-- part object: begin
local function answer(status, message)
  return {status = status, message = message}
end

local object = table_or_empty(obj)
local metadata = table_or_empty(object.metadata)
local spec = table_or_empty(object.spec)
local status = table_or_empty(object.status)

-- Of the spec, as an API server counts it; nil where it is not. Numbers of more digits are neither told
-- apart nor written alike by all Luas.
local generation = metadata.generation
if type(generation) ~= "number" or generation < 1 or generation >= 100000000000000 or
    generation % 1 ~= 0 then
  generation = nil
end

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

-- "; a; b; c; and 2 more" of a list of texts.
local function listed(pieces)
  local shown = ""
  for position, piece in ipairs(pieces) do
    if position <= 3 then
      shown = shown .. "; " .. piece
    end
  end
  if #pieces > 3 then
    shown = shown .. "; and " .. (#pieces - 3) .. " more"
  end
  return shown
end

local function unfinished()
  return answer("Progressing", "External Secrets Operator has not finished: its condition Ready is " ..
      "neither True nor False")
end
-- part external_secrets: end
-- part namespaces: begin
-- Another writer was faster; the operator tries again by itself.
local function is_conflict(reason)
  return begins_with(reason, "Operation cannot be fulfilled on ") or
      begins_with(reason, "could not create or update ExternalSecret: Operation cannot be fulfilled on ") or
      begins_with(reason, "could not create or update push secret: Operation cannot be fulfilled on ")
end

-- The namespaces that failed, three of them with their reasons; and whether all were conflicts.
local function failures()
  local pieces, conflicts = {}, 0
  for _, entry in ipairs(table_or_empty(status.failedNamespaces)) do
    local failure = table_or_empty(entry)
    local namespace, reason = text(failure.namespace), text(failure.reason)
    if is_conflict(reason) then
      conflicts = conflicts + 1
    end
    if reason == "" then
      reason = "no reason given"
    end
    pieces[#pieces + 1] = namespace .. ": " .. reason
  end
  return listed(pieces), #pieces > 0 and conflicts == #pieces
end

local function namespaces(count)
  if count == 1 then
    return "1 namespace"
  end
  return count .. " namespaces"
end

local provisioned = 0
for _ in ipairs(table_or_empty(status.provisionedNamespaces)) do
  provisioned = provisioned + 1
end
-- part namespaces: end

local ready = newest_condition(status.conditions, "Ready")
if ready == nil then
  return answer("Progressing", "Waiting for External Secrets Operator; if this stays, it is not running, " ..
      "or runs without cluster-wide PushSecrets (--enable-cluster-push-secret-reconciler)")
end

local name = text(spec.pushSecretName)
if name == "" then
  name = text(metadata.name)
end

if ready.status == "False" then
  local message = text(ready.message)
  if message == "failed to get target Namespaces" then
    return answer("Degraded", "PushSecret " .. name .. " can't be written: " .. message .. ". Correct " ..
        "spec.namespaceSelectors; the operator's log has the error")
  end
  local shown, only_conflicts = failures()
  if only_conflicts then
    return answer("Progressing", "External Secrets Operator tries again, since others changed the same " ..
        "objects" .. shown)
  end
  return answer("Degraded", "PushSecret " .. name .. " is not as it should be everywhere: " ..
      or_no_message(message) ..
      shown .. ". It is in " .. namespaces(provisioned))
end
if ready.status ~= "True" then
  return unfinished()
end

-- What an API server has stored has a generation.
local written_name = text(status.pushSecretName)
if generation == nil or (written_name ~= "" and written_name ~= name) then
  return answer("Progressing", "Waiting for External Secrets Operator to apply the latest change")
end
if provisioned == 0 then
  return answer("Healthy", "No namespace matches, so there is no PushSecret; one is written as soon as " ..
      "one matches")
end
return answer("Healthy", "PushSecret " .. name .. " is in " .. namespaces(provisioned) ..
    "; whether it has pushed is shown on each")
