-- Health of a SopsSecret, from what sops-secrets-operator writes:
--   status.message  since 0.1.4: "Healthy", "Reconciliation is suspended" or one of six errors; the cause
--                   of an error is in the log of the operator only
--   spec.suspend    since 0.3.0: the operator does nothing
--
-- No version records a generation or a time, so it can't be known whether the message is about the latest
-- change. It is that of the change before until the operator has looked, which it does at once; for ever
-- if it does not run, could not write the message (an error that it ignores) or could not list the Secrets
-- of the namespace. Nor can it be known whether there is a Secret of an earlier success.
-- Read as v1alpha1 a SopsSecret has no message, and as v1alpha2 no spec.suspend: the CRD drops them.
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

local what_to_do = {
  ["Decryption error"] =
      "give the operator the key, or access to the service that has it; or encrypt it again with sops for " ..
      "a key that the operator has, and don't edit it after that",
  ["Child secret is not owned by controller error"] =
      "there is another Secret of this name: delete it, or annotate it with sopssecret/managed: \"true\"",
  ["Child secret update error"] =
      "the API server did not take the changed Secret: delete it if it is immutable or of another type",
  ["New child secret creation error"] =
      "an entry of spec.secretTemplates has no name, or a value of its data is not base64",
  ["Setting controller ownership of the child secret error"] =
      "see the cause in the log",
  ["Unknown Error"] =
      "the API server did not let the operator read or create a Secret (a quota, a policy, its role), or " ..
      "the Secret is not valid (its type, a key, its name)",
}

local if_this_stays = "; if this stays, it is not running, does not watch this namespace, or could not write " ..
    "its message (change an annotation to make it look again)"

if spec.suspend == true then
  return answer("Suspended", "Suspended by spec.suspend; Secrets that were written before keep their " ..
      "values")
end

local message = text(status.message)
if message == "" or generation == nil then
  if object.apiVersion == "isindir.github.com/v1alpha1" then
    return answer("Progressing", "The version v1alpha1 of a SopsSecret has no status: write it as " ..
        "isindir.github.com/v1alpha3 to see its health")
  end
  return answer("Progressing", "Waiting for sops-secrets-operator" .. if_this_stays)
end
if message == "Healthy" then
  return answer("Healthy", "Secrets were written; sops-secrets-operator does not record whether that " ..
      "was after the latest change")
end
if message == "Reconciliation is suspended" then
  if object.apiVersion == "isindir.github.com/v1alpha2" then
    return answer("Suspended", "Suspended; Secrets that were written before keep their values")
  end
  return answer("Progressing", "Waiting for sops-secrets-operator to resume" .. if_this_stays)
end
local advice = what_to_do[message]
if advice == nil then
  -- Of all the messages that versions have had, these two are the ones that are no error.
  return answer("Degraded", "sops-secrets-operator reports: " .. message .. " - see its log")
end
return answer("Degraded", message .. ": " .. advice .. ". Secrets that were written before keep their " ..
    "values; the cause is in the log of sops-secrets-operator, which tries again every few minutes")
