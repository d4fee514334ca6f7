-- Health of a VaultDynamicSecret, from what Vault Secrets Operator writes:
--   status.conditions       since 1.0, each with its observedGeneration: Healthy (since 1.3 also Ready),
--                           SecretSynced with the error of a failure, LeaseRenewal, RolloutRestart
--   status.lastGeneration   before 1.0 written after a success only, since then also after a failure
--   status.lastRenewalTime  when credentials were last synced or their lease was renewed; 0 before that
--
-- Success is Healthy and SecretSynced. After a failed sync and a restart, the operator writes Healthy as
-- long as it can renew the lease of the earlier credentials, and does not repeat the sync.
-- LeaseRenewal False is no failure: new credentials are then requested, or it was too early to renew.
-- Not recorded at all: any failure before 1.0; in all versions, that no Vault client could be had (the
-- VaultAuth is missing or can't log in), that a SecretTransformation is wrong, and that a Secret which the
-- operator is not to create (create: false) is gone. The status is then that of the last success, and
-- only the events tell.
-- Whether a lease has run out can't be known without a clock.
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
      "of the VaultDynamicSecret and the log of the operator"
  if table_or_empty(spec.destination).create ~= true then
    message = message .. ", and whether the Secret exists (spec.destination.create is not true)"
  end
  return answer("Progressing", message)
end

local renewed = type(status.lastRenewalTime) == "number" and status.lastRenewalTime > 0

-- Not one condition: the operator is older than 1.0; or its CustomResourceDefinitions are, which drop them,
-- and then a failure leaves the same behind as a success.
local function without_conditions()
  if generation == nil or not renewed then
    return waiting("sync the credentials")
  end
  if status.lastGeneration ~= nil and status.lastGeneration ~= generation then
    return waiting("apply the latest change")
  end
  return answer("Progressing", "It can't be told whether the credentials were synced: the operator has written no condition. It " ..
      "does from 1.0 on, with the CustomResourceDefinitions of 1.0; until both are upgraded, see its events")
end

if result == nil then
  if status.conditions == nil then
    return without_conditions()
  end
  return waiting("sync the credentials")
end
if not of_this_generation(result) then
  return waiting("apply the latest change")
end

local synced = table_or_empty(newest_condition(status.conditions, "SecretSynced"))
if not of_this_generation(synced) then
  synced = {}
end

if result.status == "False" then
  local cause = ""
  if synced.status == "False" then
    cause = text(synced.message)
  end
  local what = "The credentials were never issued: "
  if renewed then
    what = "Sync failed, the Secret still has the earlier credentials, which end with their lease: "
  end
  return answer("Degraded", what .. or_no_reason(cause) .. " - check the VaultAuth, the path, its " ..
      "policy in Vault, and what the error names in the spec; see the events of the VaultDynamicSecret")
end
if result.status ~= "True" then
  return unfinished()
end
if synced.status == "False" then
  return answer("Degraded", "The last sync failed, and is not repeated while the lease of the earlier " ..
      "credentials can be renewed: " .. or_no_reason(text(synced.message)) .. " - to repeat it, change " ..
      "a label or an annotation of the VaultDynamicSecret")
end
if synced.status ~= "True" then
  return waiting("sync the credentials")
end

local restart = newest_condition(status.conditions, "RolloutRestart")
if restart ~= nil and restart.status == "False" and of_this_generation(restart) then
  return answer("Healthy", "Credentials were synced, but a target of spec.rolloutRestartTargets was " ..
      "not restarted, and the operator does not try again: " .. or_no_reason(text(restart.message)))
end
return answer("Healthy", "Credentials were synced")
