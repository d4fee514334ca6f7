-- Health of a VaultStaticSecret, from what Vault Secrets Operator writes:
--   status.conditions      since 1.0, each with its observedGeneration: Healthy (since 1.3 also Ready),
--                          SecretSynced with the error of a failure, RolloutRestart
--   status.lastGeneration  since 0.4.1; before 1.0 written after a success only, since then also after
--                          a failure
--   status.secretMAC       with spec.hmacSecretData: the HMAC of what was last read from Vault
--
-- Healthy decides. SecretSynced stays False after a failure when the next attempt finds the Secret equal
-- to what is in Vault, and so does not write it.
-- Not recorded at all: any failure before 1.0; since 1.4 a failure to write the Secret; in all versions
-- that a Secret which the operator is not to create (create: false) is gone. The status is then that of
-- the last success, and only events and log tell.
-- Without conditions it is Progressing for ever: with the CRDs of before 1.0, which drop them, a failure of
-- a newer operator looks like a success of an older one.
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
  local message = "Waiting for Vault Secrets Operator to " .. what .. "; if this stays, see the events " ..
      "of the VaultStaticSecret and the log of the operator"
  if table_or_empty(spec.destination).create ~= true then
    message = message .. ", and whether the Secret exists (spec.destination.create is not true)"
  end
  return answer("Progressing", message)
end

-- Not one condition: the operator is older than 1.0; or its CustomResourceDefinitions are, which drop them,
-- and then a failure leaves the same behind as a success.
local function without_conditions()
  local has_mac = text(status.secretMAC) ~= ""
  if generation == nil or (not has_mac and (status.lastGeneration == nil or spec.hmacSecretData == true)) then
    return waiting("sync the Secret")
  end
  if status.lastGeneration ~= nil and status.lastGeneration ~= generation then
    return waiting("apply the latest change")
  end
  return answer("Progressing", "It can't be told whether the Secret was synced: the operator has written no condition. It " ..
      "does from 1.0 on, with the CustomResourceDefinitions of 1.0; until both are upgraded, see its events")
end

if result == nil then
  if status.conditions == nil then
    return without_conditions()
  end
  return waiting("sync the Secret")
end
if not of_this_generation(result) then
  return waiting("apply the latest change")
end

local synced = newest_condition(status.conditions, "SecretSynced")
local sync_failed = synced ~= nil and synced.status == "False" and of_this_generation(synced)

if result.status == "False" then
  local cause = ""
  if sync_failed then
    cause = text(synced.message)
  end
  local what = "Sync failed, a Secret that was written before keeps its values: "
  if spec.hmacSecretData == true and text(status.secretMAC) == "" then
    what = "The Secret was never written: "
  end
  return answer("Degraded", what .. or_no_reason(cause) .. " - check the VaultAuth, the path, its " ..
      "policy in Vault, and what the error names in the spec; see the events of the VaultStaticSecret")
end
if result.status ~= "True" then
  return unfinished()
end

local restart = newest_condition(status.conditions, "RolloutRestart")
if restart ~= nil and restart.status == "False" and of_this_generation(restart) then
  return answer("Healthy", "Secret was synced, but a target of spec.rolloutRestartTargets was not " ..
      "restarted, and the operator does not try again: " .. or_no_reason(text(restart.message)))
end
if sync_failed then
  return answer("Healthy", "Secret has what is in Vault; after a failed attempt the operator found it " ..
      "unchanged and did not write it again, so labels or annotations that were changed in between " ..
      "may be missing")
end
return answer("Healthy", "Secret was synced")
