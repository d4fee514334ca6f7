-- Health of a SealedSecret, from what the sealed-secrets controller writes:
--   status.observedGeneration  the generation of its last attempt, good or bad
--   status.conditions          one condition Synced: True with an empty message, or False with the error
--
-- Argo CD runs this with the string and math libraries closed; only `type` and `ipairs` are used.
-- Any field may be missing or of another type: an object is never a reason for a Lua error.

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

-- Whether `value` begins with `prefix`; `after` is `prefix` with its last letter replaced by the next
-- one. Strings compare byte by byte, and there is no string library to ask.
local function begins_with(value, prefix, after)
  return value >= prefix and value < after
end

-- The condition Synced that changed last; the later one in the list when that can't be told.
local function newest_synced(conditions)
  local newest = nil
  for _, entry in ipairs(table_or_empty(conditions)) do
    local condition = table_or_empty(entry)
    if condition.type == "Synced" then
      if newest == nil or text(condition.lastTransitionTime) >= text(newest.lastTransitionTime) then
        newest = condition
      end
    end
  end
  return newest
end

local function what_to_do(message)
  if begins_with(message, "no key could decrypt secret", "no key could decrypt secreu") then
    return "seal it again with the certificate of this cluster's controller, for this name, " ..
        "namespace and scope"
  end
  if begins_with(message, "failed update: Resource ", "failed update: Resource!") then
    return "delete the existing Secret, or annotate it with sealedsecrets.bitnami.com/managed: \"true\""
  end
  if begins_with(message, "illegal base64 data", "illegal base64 datb") then
    return "a value of spec.encryptedData is not what kubeseal wrote: seal it again"
  end
  return "see the events of the SealedSecret and the log of the sealed-secrets controller"
end

local function progressing(message)
  return {status = "Progressing", message = message}
end

local object = table_or_empty(obj)
local metadata = table_or_empty(object.metadata)
local status = table_or_empty(object.status)

if metadata.deletionTimestamp ~= nil then
  return progressing("SealedSecret is being deleted")
end

local synced = newest_synced(status.conditions)
if synced == nil then
  return progressing("Waiting for the sealed-secrets controller; if this stays, it is not running, " ..
      "does not watch this namespace, or runs with --update-status=false")
end

-- A condition of an earlier generation says nothing about what was applied last.
if type(metadata.generation) ~= "number" or status.observedGeneration ~= metadata.generation then
  return progressing("Waiting for the sealed-secrets controller to unseal the latest change")
end

if synced.status == "True" then
  return {status = "Healthy", message = "Secret has been unsealed"}
end
if synced.status == "False" then
  local message = text(synced.message)
  if message == "" then
    message = "the controller gave no reason"
  end
  return {status = "Degraded", message = "Unsealing failed: " .. message .. " - " .. what_to_do(message)}
end
return progressing("The sealed-secrets controller has not finished: " ..
    "its condition Synced is neither True nor False")
