-- Health of a VaultConnection, from what Vault Secrets Operator writes:
--   status.conditions  since 1.0, each with its observedGeneration: Healthy (since 1.3 also Ready), the
--                      same as valid; VaultClient, VaultPing and ResourceValidation with the error
--   status.valid       whether Vault answered when asked for its seal status (a sealed one does, too)
--
-- After a success the operator does not ask again before the VaultConnection changes or the operator
-- restarts: an outage of Vault does not show here. A wrong spec.timeout is in the log only.
-- Before 1.0 no generation is recorded. A change is judged by the result of the one before until the
-- operator has tried it, which it does at once.
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
  return answer("Progressing", "Waiting for Vault Secrets Operator to try the " .. what .. "; if this " ..
      "stays, it is not running or cannot use the spec: see its log")
end

local function failed_message(condition_type)
  local condition = newest_condition(status.conditions, condition_type)
  if condition ~= nil and condition.status == "False" and of_this_generation(condition) then
    return text(condition.message)
  end
  return ""
end

local function unreachable(cause)
  return answer("Degraded", "Vault Secrets Operator can't use Vault: " .. cause .. " - check " ..
      "spec.address, the CA and the network from the operator to Vault; see the events of the " ..
      "VaultConnection")
end

if result == nil then
  -- Before 1.0.
  if status.conditions ~= nil then
    return waiting("VaultConnection")
  end
  if generation ~= nil and status.valid == true then
    return answer("Healthy", "Vault answered when the operator last asked; Vault Secrets Operator " ..
        "before 1.0 does not record whether that was after the latest change")
  end
  if generation ~= nil and status.valid == false then
    return unreachable("it did not answer")
  end
  return waiting("VaultConnection")
end

if not of_this_generation(result) then
  return waiting("latest change")
end
if result.status == "True" then
  -- Vault answers, and yet something failed: to forget the clients of earlier generations.
  local cause = failed_message("ResourceValidation")
  if cause ~= "" then
    return answer("Degraded", "Vault answers, but the operator could not handle the VaultConnection: " ..
        cause .. " - see the log of the operator, which tries again")
  end
  return answer("Healthy", "Vault answered when the operator last asked")
end
if result.status == "False" then
  local cause = failed_message("VaultClient")
  if cause == "" then
    cause = failed_message("VaultPing")
  end
  if cause == "" then
    cause = failed_message("ResourceValidation")
  end
  return unreachable(or_no_reason(cause))
end
return unfinished()
