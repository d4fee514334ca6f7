-- Health of a SecretTransformation, from what Vault Secrets Operator writes:
--   status.conditions     since 1.0, each with its observedGeneration: Healthy (since 1.3 also Ready), the
--                         same as valid
--   status.valid, .error  whether all templates can be parsed
--
-- A template that can be parsed may still fail with the data of a secret: that shows at the secret only.
-- Before 1.0 no generation is recorded. A change is judged by the result of the one before until the
-- operator has looked at it, which it does at once.
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
-- part vault: begin
-- A condition of an earlier generation says nothing about what was applied last.
local function of_this_generation(condition)
  return generation ~= nil and condition.observedGeneration == generation
end

local function or_no_reason(cause)
  if cause == "" then
    return "the operator gave no reason"
  end
  return cause
end

-- The condition that decides, since 1.0: Ready, since 1.3, says the same as Healthy.
local result = newest_condition(status.conditions, "Healthy") or
    newest_condition(status.conditions, "Ready")

local function unfinished()
  return answer("Progressing", "Vault Secrets Operator has not finished: its condition Healthy is " ..
      "neither True nor False")
end
-- part vault: end

local function waiting(what)
  return answer("Progressing", "Waiting for Vault Secrets Operator to look at the " .. what .. "; if " ..
      "this stays, it is not running: see its log")
end

local function rejected()
  local cause = or_no_reason(text(status.error))
  return answer("Degraded", "A template can't be parsed: " .. cause .. " - correct spec.templates or " ..
      "spec.sourceTemplates; until then the secrets that use it are not synced")
end

if result == nil then
  -- Before 1.0.
  if status.conditions ~= nil then
    return waiting("SecretTransformation")
  end
  if generation ~= nil and status.valid == true then
    return answer("Healthy", "The templates can be parsed; Vault Secrets Operator before 1.0 does not " ..
        "record whether after the latest change")
  end
  if generation ~= nil and status.valid == false then
    return rejected()
  end
  return waiting("SecretTransformation")
end

if not of_this_generation(result) then
  return waiting("latest change")
end
if result.status == "True" then
  return answer("Healthy", "The templates can be parsed")
end
if result.status == "False" then
  return rejected()
end
return unfinished()
