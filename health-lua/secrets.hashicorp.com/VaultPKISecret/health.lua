-- Health of a VaultPKISecret, from what Vault Secrets Operator writes:
--   status.conditions      since 1.0, each with its observedGeneration: Healthy (since 1.3 also Ready),
--                          SecretSynced with the error of most failures. Written when it issues, so
--                          after an upgrade there are none until the next renewal
--   status.valid, .error   of the last attempt; the error is one word, the cause is in events and log
--   status.serialNumber    of the last certificate that was issued and written
--   status.lastGeneration  since 0.4.3 of the last success, since 0.5.1 of the last attempt
--
-- Before 0.4.3 no generation is recorded, and a changed spec is applied at the next renewal only.
-- Not recorded at all: that no Vault client could be had (the VaultAuth is missing or can't log in;
-- in the log), that a SecretTransformation is wrong (in the events), and that the last certificate
-- could not be revoked (in the log). The status is then that of the attempt before.
-- Whether the certificate has run out can't be known without a clock.
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

local function secret_hint()
  if table_or_empty(spec.destination).create == true then
    return ""
  end
  return ", and whether the Secret exists (spec.destination.create is not true)"
end

local function waiting(what)
  local message = "Waiting for Vault Secrets Operator to " .. what .. "; if this stays, see the events " ..
      "of the VaultPKISecret and the log of the operator"
  if text(status.error) ~= "" then
    message = message .. " (its last error: " .. text(status.error) .. ")"
  end
  return answer("Progressing", message .. secret_hint())
end

local function failed(cause)
  if cause == "" then
    cause = text(status.error)
  end
  local what = "The certificate was never issued: "
  if text(status.serialNumber) ~= "" then
    what = "Issuing failed, the last certificate is " .. text(status.serialNumber) .. ": "
  end
  return answer("Degraded", what .. or_no_reason(cause) .. " - see the events of the VaultPKISecret; check the " ..
      "VaultAuth, the role and its policy in Vault" .. secret_hint())
end

local function without_conditions()
  if generation == nil then
    return waiting("issue the certificate")
  end
  -- An error about a missing Secret (create: false) leaves valid as it was.
  local bad = status.valid == false or text(status.error) ~= ""
  local good = status.valid == true and (status.error == nil or status.error == "")
  if not bad and not good then
    return waiting("issue the certificate")
  end
  local recorded = status.lastGeneration ~= nil and status.lastGeneration ~= 0
  if recorded and status.lastGeneration ~= generation then
    return waiting("apply the latest change")
  end
  if bad then
    return failed("")
  end
  if not recorded then
    return answer("Healthy", "Certificate was issued; Vault Secrets Operator before 0.4.3 applies a " ..
        "later change of the VaultPKISecret only when it renews the certificate")
  end
  return answer("Healthy", "Certificate was issued")
end

if result == nil then
  if status.conditions == nil then
    return without_conditions()
  end
  return waiting("issue the certificate")
end
if not of_this_generation(result) then
  return waiting("apply the latest change")
end
if result.status == "True" then
  return answer("Healthy", "Certificate was issued")
end
if result.status == "False" then
  local synced = newest_condition(status.conditions, "SecretSynced")
  if synced ~= nil and synced.status == "False" and of_this_generation(synced) then
    return failed(text(synced.message))
  end
  return failed("")
end
return unfinished()
