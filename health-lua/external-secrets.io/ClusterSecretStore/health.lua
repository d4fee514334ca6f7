-- Health of a ClusterSecretStore, from what External Secrets Operator (0.5 to 2.9) writes:
--   status.conditions    one condition Ready: True (Valid, or ValidationUnknown from 0.20 on) or False
--                        (InvalidProviderConfig; to 0.19 ValidationFailed, too). Its message is a summary,
--                        from 0.10 to 0.19 with the provider's error; the events always have that
--   status.capabilities  ReadOnly, WriteOnly or ReadWrite, once the store was valid
-- It records no generation and no time of its last look, and lastTransitionTime moves only when Ready
-- changes between True and False. So what it said of an earlier spec can't be told from what it says of
-- this one: after an edit the earlier verdict is shown until it has looked again.
-- Valid is also what it writes where a provider does not try whether it can be used; ValidationUnknown,
-- where one could not find out, for whatever error.
-- It writes nothing for a store of another controller class, nor where spec.refreshInterval is invalid.
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

local kind, place = "ClusterSecretStore", "cluster-wide stores"

-- part store: begin
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
-- part store: end
