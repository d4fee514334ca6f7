-- Health of an ExternalSecret, from what External Secrets Operator writes:
--   status.conditions             Ready: True or False with a reason; its message is a summary, the
--                                 provider's own error is only in the events
--   status.syncedResourceVersion  "<generation>-<hash>" of the last success
--   status.refreshTime            when that was
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

-- The condition Ready that changed last; the later one in the list when that can't be told.
local function newest_ready(conditions)
  local newest = nil
  for _, entry in ipairs(table_or_empty(conditions)) do
    local condition = table_or_empty(entry)
    if condition.type == "Ready" then
      if newest == nil or text(condition.lastTransitionTime) >= text(newest.lastTransitionTime) then
        newest = condition
      end
    end
  end
  return newest
end

-- Whether the last success was of this generation. "3-…" lies between "3-" and "3.": strings compare
-- byte by byte, '.' follows '-', and there is no string library to ask.
local function is_synced_generation(synced_version, generation)
  return synced_version >= generation .. "-" and synced_version < generation .. "."
end

-- Forms of a zero duration that people write; "-…" is a negative one, which counts as zero.
local zero_durations = {
  ["0"] = true, ["0s"] = true, ["0m"] = true, ["0h"] = true, ["0ms"] = true,
  ["0m0s"] = true, ["0h0m"] = true, ["0h0m0s"] = true, ["0.0s"] = true, ["00s"] = true,
}

-- Policies under which the operator does not look at a changed spec again, once it has synced.
local function never_synced_again(spec)
  if spec.refreshPolicy == "CreatedOnce" then
    return "refreshPolicy is CreatedOnce"
  end
  if spec.refreshPolicy == "OnChange" then
    return nil
  end
  local interval = spec.refreshInterval
  if type(interval) == "number" and interval <= 0 then
    return "refreshInterval is 0"
  end
  if type(interval) == "string" and
      (zero_durations[interval] or (interval >= "-" and interval < ".")) then
    return "refreshInterval is 0"
  end
  return nil
end

local function with_reason(condition)
  local reason, message = text(condition.reason), text(condition.message)
  if message == "" then
    message = "the operator gave no message"
  end
  if reason == "" then
    return message
  end
  return message .. " (" .. reason .. ")"
end

local function progressing(message)
  return {status = "Progressing", message = message}
end

local function degraded(message)
  return {status = "Degraded", message = message}
end

local object = table_or_empty(obj)
local metadata = table_or_empty(object.metadata)
local spec = table_or_empty(object.spec)
local status = table_or_empty(object.status)
local synced_version = text(status.syncedResourceVersion)
local refresh_time = text(status.refreshTime)

if metadata.deletionTimestamp ~= nil then
  return progressing("ExternalSecret is being deleted")
end

local ready = newest_ready(status.conditions)
if ready == nil then
  return progressing("Waiting for External Secrets Operator; if this stays, it is not running " ..
      "or does not watch this namespace")
end

if ready.status == "False" then
  local cause = with_reason(ready) .. ". See the events of the ExternalSecret for the provider's error"
  if synced_version ~= "" and refresh_time ~= "" then
    return degraded("Refresh failed, the Secret still has the values of " .. refresh_time .. ": " .. cause)
  end
  return degraded("The Secret was never written: " .. cause)
end

if ready.status ~= "True" then
  return progressing("External Secrets Operator has not finished: its condition Ready is neither " ..
      "True nor False")
end

-- Ready, and yet there is no Secret.
if ready.reason == "SecretDeleted" or ready.reason == "ResourceDeleted" then
  return degraded("The provider has no such secret any more, so the Secret was deleted " ..
      "(deletionPolicy: Delete). Restore it at the provider, or remove this ExternalSecret")
end
if ready.reason == "SecretMissing" or ready.reason == "ResourceMissing" then
  return degraded("The Secret to merge into does not exist, and creationPolicy: Merge does not create " ..
      "it. Create it, or use creationPolicy: Owner")
end

if type(metadata.generation) ~= "number" or synced_version == "" then
  return progressing("Waiting for External Secrets Operator to write the Secret")
end
if not is_synced_generation(synced_version, metadata.generation) then
  local why = never_synced_again(spec)
  if why == nil then
    return progressing("Waiting for External Secrets Operator to apply the latest change; " ..
        "the Secret has the values of " .. refresh_time)
  end
  return {
    status = "Healthy",
    message = "Secret was written at " .. refresh_time .. "; later changes of the ExternalSecret are " ..
        "not applied, because " .. why
  }
end
return {status = "Healthy", message = "Secret was synced at " .. refresh_time}
