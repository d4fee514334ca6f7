-- Health of a SealedSecret, from what the sealed-secrets controller writes:
--   status.observedGeneration  the generation of its last attempt, good or bad
--   status.conditions          one condition Synced: True with an empty message, or False with the error.
--                              Within a generation the controller does not correct the error: when another
--                              cause has taken its place, the message is still that of the first
-- A status that it could not write it does not write again. Whether somebody has changed the Secret since,
-- and that an `immutable: true` which is added to spec.template later is not applied, it does not say.
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

local give_it_the_right = "give the controller's service account the right to read and write Secrets in " ..
    "this namespace; then run the action re-unseal"

-- What a message of the controller begins with, and what to do about it. The longer one first.
local advice = {
  {
    "no key could decrypt secret",
    "when others fail, too, bring back the controller's sealing keys; else seal it again with the " ..
        "certificate of this cluster's controller, for this name, namespace and scope",
  },
  {
    "failed update: Resource ",
    "see who uses the Secret that is there; to put this one in its place, annotate it with " ..
        "sealedsecrets.bitnami.com/managed: \"true\"; then run the action re-unseal",
  },
  {"illegal base64 data", "a value of spec.encryptedData is not what kubeseal wrote: seal it again"},
  {"template: ", "correct spec.template.data"},
  {"using deprecated 'data' field", "seal it again with a newer kubeseal: it writes spec.encryptedData"},
  {"cannot use the field 'encryptedData' and the deprecated field 'data'", "remove spec.data"},
  {
    "Secret \"" .. text(metadata.name) .. "\" is invalid: data: Forbidden: field is immutable",
    "the Secret is immutable: delete it, so that it is made again; if it is not, run the action re-unseal",
  },
  {
    "Secret \"" .. text(metadata.name) .. "\" is invalid: type: Invalid value",
    "a Secret never changes its type: delete it, so that it is made again; if it is not, run the action " ..
        "re-unseal",
  },
  {"Secret \"" .. text(metadata.name) .. "\" is invalid", "correct spec.template"},
  {"secrets is forbidden", give_it_the_right},
  {"secrets \"" .. text(metadata.name) .. "\" is forbidden: User ", give_it_the_right},
  {
    "secrets \"" .. text(metadata.name) .. "\" is forbidden",
    "a quota or an admission policy is against it; when that is mended, run the action re-unseal",
  },
}

local function what_to_do(message)
  for _, entry in ipairs(advice) do
    if begins_with(message, entry[1]) then
      return entry[2]
    end
  end
  return "see the events of the SealedSecret and the log of the sealed-secrets controller; " ..
      "to try again, run the action re-unseal"
end

local synced = newest_condition(status.conditions, "Synced")
if synced == nil then
  return answer("Progressing", "Waiting for the sealed-secrets controller; if this stays, it is not " ..
      "running, does not watch this namespace, or runs with --update-status=false")
end

-- A condition of an earlier generation says nothing about what was applied last.
if generation == nil or status.observedGeneration ~= generation then
  return answer("Progressing", "Waiting for the sealed-secrets controller to unseal the latest change; if " ..
      "this stays, it is not running, or could not write the status (it does not try again): run the " ..
      "action re-unseal")
end

if synced.status == "True" then
  return answer("Healthy", "Secret has been unsealed")
end
if synced.status == "False" then
  local message = text(synced.message)
  if message == "" then
    message = "the controller gave no reason"
  end
  return answer("Degraded", "Unsealing failed: " .. message .. " - " .. what_to_do(message))
end
return answer("Progressing", "The sealed-secrets controller has not finished: " ..
    "its condition Synced is neither True nor False")
