-- Health of a PushSecret, from what External Secrets Operator (0.14 to 2.9) writes:
--   status.conditions             one condition Ready: True (Synced) or False (Errored, SourceDeleted)
--   status.syncedResourceVersion  "<generation>-<hash of labels and annotations>" of the last success;
--                                 before 0.14 not written
--   status.refreshTime            when that was
--   status.syncedPushSecrets      what was pushed, under "<kind>/<name>" of each store; not there when
--                                 spec.selector selects no Secret
-- An edit is pushed whatever spec.refreshInterval is. A failure records no generation: one that came
-- before the last edit is shown until the next attempt. Written nowhere, so that the status stays as it was,
-- are a template that can't be applied, and that there is no store for it: none has the labels of
-- spec.secretStoreRefs, or all are being deleted or of another controller class. For a store the operator
-- does not look again by itself. Of several stores it passes over such ones.
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

local no_store = "no store matches spec.secretStoreRefs that it may use (not being deleted, not another " ..
    "controller's by spec.controller); once one does, run the action push"

local ready = newest_condition(status.conditions, "Ready")
if ready == nil then
  return answer("Progressing", "Waiting for External Secrets Operator; if this stays, it is not running, " ..
      "does not watch this namespace, can't apply spec.template (see its log), or " .. no_store)
end

local synced_version, refresh_time = text(status.syncedResourceVersion), text(status.refreshTime)
local at_refresh_time = ""
if refresh_time ~= "" then
  at_refresh_time = " at " .. refresh_time
end

if ready.status == "False" then
  if ready.reason == "SourceDeleted" then
    return answer("Degraded", "The source Secret was deleted, and so was what had been pushed " ..
        "(deletionPolicy: Delete). Bring the Secret back and run the action push: the operator does not " ..
        "look again by itself")
  end
  local cause = with_reason(ready)
  if ready.message == "could not get source secret" then
    cause = cause .. ". It does not exist, spec.selector is wrong, or its generator failed (see the operator's log)"
  end
  if refresh_time ~= "" then
    return answer("Degraded", "Push failed, the last success was" .. at_refresh_time .. ": " .. cause)
  end
  return answer("Degraded", "No push has succeeded so far: " .. cause)
end
if ready.status ~= "True" then
  return unfinished()
end

if generation == nil or synced_version == "" then
  return answer("Progressing", "Waiting for External Secrets Operator to record what it has pushed; if " ..
      "this stays, it is older than 0.14, which does not")
end
if not begins_with(synced_version, generation .. "-") then
  return answer("Progressing", "Waiting for External Secrets Operator to push the latest change; if this " ..
      "stays, it is not running, can't apply spec.template (see its log), or " .. no_store)
end

if type(status.syncedPushSecrets) ~= "table" then
  return answer("Healthy", "Nothing was pushed" .. at_refresh_time .. ", since spec.selector selects no Secret")
end

-- What was pushed to a store; nil: nothing was, nor tried. The kind has a default.
local function pushed_to(store)
  local kind = text(store.kind)
  if kind == "" then
    kind = "SecretStore"
  end
  local pushed = status.syncedPushSecrets[kind .. "/" .. text(store.name)]
  if type(pushed) == "table" then
    return pushed
  end
  return nil
end

local skipped_stores = {}
for _, entry in ipairs(table_or_empty(spec.secretStoreRefs)) do
  local store = table_or_empty(entry)
  if text(store.name) ~= "" and store.labelSelector == nil and pushed_to(store) == nil then
    skipped_stores[#skipped_stores + 1] = "not to the store " .. store.name .. ", which is being deleted, " ..
        "or left to another controller (spec.controller)"
  end
end
local skipped = listed(skipped_stores)

if table_or_empty(spec.data)[1] == nil then
  -- Entries of spec.dataTo with a key of their own at the provider are known by that; what others have
  -- pushed can't be told here, for the keys of a map can't be listed.
  local has_pushed, is_known = false, true
  for _, entry in ipairs(table_or_empty(spec.dataTo)) do
    local bundle = table_or_empty(entry)
    local store, key = table_or_empty(bundle.storeRef), text(bundle.remoteKey)
    if key == "" or text(store.name) == "" then
      is_known = false
    elseif table_or_empty(pushed_to(store))[key] ~= nil then
      has_pushed = true
    end
  end
  if table_or_empty(spec.dataTo)[1] == nil then
    return answer("Healthy", "Nothing was pushed" .. at_refresh_time .. ", since spec.data is empty" ..
        skipped)
  end
  if not has_pushed and is_known then
    return answer("Healthy", "Nothing was pushed" .. at_refresh_time .. ", since no key matches spec.dataTo" ..
        skipped)
  end
  if not has_pushed then
    return answer("Healthy", "The keys that match spec.dataTo were pushed" .. at_refresh_time ..
        "; where none does, nothing is listed under the store in status.syncedPushSecrets" .. skipped)
  end
end
if spec.updatePolicy == "IfNotExists" then
  return answer("Healthy", "Secret was pushed" .. at_refresh_time .. ", except what the provider had " ..
      "before (updatePolicy: IfNotExists)" .. skipped)
end
return answer("Healthy", "Secret was pushed" .. at_refresh_time .. skipped)
