-- Health of an ExternalSecret, from what External Secrets Operator (0.9 to 2.9) writes:
--   status.conditions             one condition Ready: True or False with a reason. Its message is a
--                                 summary; the provider's own error is only in the events
--   status.syncedResourceVersion  "<generation>-<hash of labels and annotations>" of the last success
--   status.refreshTime            when that was
--   status.binding.name           the Secret that it has created, or has last tried to update, which may be
--                                 of an earlier spec.target.name or somebody else's; empty: none so far.
--                                 Not written for a spec.target.manifest
-- A failure records no generation: one that came before the last edit is shown until the next attempt; nor
-- does a deletion by 0.9 and 0.10. Ready is also True where the operator wants no Secret, has nothing to
-- write, or (from 0.19.1 on) leaves a Secret as it is because of spec.target.immutable. To 0.10 it does not
-- look again at an immutable one that it has written.
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
-- part duration: begin
-- Whether a duration is zero or negative, as Go writes them: "0", "0h0m0s", "+0.0s", "-5m". There is no
-- string library to cut with: `read` grows by what fits, until it is the whole value or nothing fits.
local all_digits = {"0", "1", "2", "3", "4", "5", "6", "7", "8", "9"}
local duration_units = {"ns", "us", "\194\181s", "\206\188s", "ms", "s", "m", "h"}

-- `read` with the first of these that follows in the value; nil when none does.
local function longer(value, read, texts)
  for _, piece in ipairs(texts) do
    if begins_with(value, read .. piece) then
      return read .. piece
    end
  end
  return nil
end

-- `read` with the digits that follow in the value, and whether there are any.
local function with_digits(value, read, digits)
  local any = false
  local next_read = longer(value, read, digits)
  while next_read ~= nil do
    any, read = true, next_read
    next_read = longer(value, read, digits)
  end
  return read, any
end

local function is_zero_or_less(duration)
  local value = text(duration)
  local read, digits = "", {"0"}
  if begins_with(value, "+") then
    read = "+"
  elseif begins_with(value, "-") then
    read, digits = "-", all_digits
  end
  if value == read .. "0" then
    return true
  end
  if value == read or #value > 60 then
    return false
  end
  while read ~= value do
    local before, after
    read, before = with_digits(value, read, digits)
    read = longer(value, read, {"."}) or read
    read, after = with_digits(value, read, digits)
    read = longer(value, read, duration_units)
    if read == nil or not (before or after) then
      return false
    end
  end
  return true
end
-- part duration: end

-- Why the operator (from 0.11 on) does not look at a changed spec again, once it has synced; nil: it does.
local function never_synced_again()
  if spec.refreshPolicy == "CreatedOnce" and text(status.refreshTime) ~= "" then
    return "refreshPolicy is CreatedOnce"
  end
  if spec.refreshPolicy ~= "OnChange" and is_zero_or_less(spec.refreshInterval) then
    return "refreshInterval is 0"
  end
  return nil
end

-- By the operator's message.
local what_to_do = {
  ["could not get secret data from provider"] =
    "See the events of the ExternalSecret for the provider's error",
  ["target is owned by another ExternalSecret"] =
    "Its name is in the events of the ExternalSecret: give one of the two another spec.target.name",
  ["failed to take ownership of target secret"] =
    "Its owner is in the events of the ExternalSecret: use another spec.target.name, " ..
    "or creationPolicy: Merge",
  ["could not update secret, target is immutable"] =
    "Delete the Secret, and it is written anew",
  ["could not delete secret"] =
    "deletionPolicy: Delete needs creationPolicy: Owner; see the events of the ExternalSecret",
  ["invalid generic target"] =
    "spec.target.manifest needs an apiVersion, a kind, and an operator that runs with " ..
    "--unsafe-allow-generic-targets",
}

local function cause_of(condition)
  local advice = what_to_do[text(condition.message)] or "See the events of the ExternalSecret for the error"
  return with_reason(condition) .. ". " .. advice
end

-- Why the operator leaves the ExternalSecret alone, as far as that is written nowhere.
local function if_this_stays(last_reason)
  local reasons, last = "it is not running, does not watch this namespace, ",
      "leaves the store to another controller (spec.controller)"
  if table_or_empty(spec.secretStoreRef).kind == "ClusterSecretStore" then
    reasons = reasons .. last .. ", "
    last = "runs without cluster-wide stores (--enable-cluster-store-reconciler=false)"
  end
  if last_reason ~= nil then
    reasons = reasons .. last .. ", "
    last = last_reason
  end
  return "; if this stays, " .. reasons .. "or " .. last
end

local ready = newest_condition(status.conditions, "Ready")
if ready == nil then
  return answer("Progressing", "Waiting for External Secrets Operator" .. if_this_stays(nil))
end

local target_spec = table_or_empty(spec.target)
local is_manifest = type(target_spec.manifest) == "table"
local target = "Secret"
if is_manifest then
  target = text(target_spec.manifest.kind)
  if target == "" then
    target = "target"
  end
end

local synced_version, refresh_time = text(status.syncedResourceVersion), text(status.refreshTime)
local at_refresh_time = ""
if refresh_time ~= "" then
  at_refresh_time = " at " .. refresh_time
end

local target_name = text(target_spec.name)
if target_name == "" then
  target_name = text(metadata.name)
end
local written_name = text(table_or_empty(status.binding).name)
local never_written = not is_manifest and type(status.binding) == "table" and written_name == ""
local is_renamed = not is_manifest and written_name ~= "" and target_name ~= "" and
    written_name ~= target_name

if ready.status == "False" then
  if synced_version == "" or refresh_time == "" or never_written then
    return answer("Degraded", "The " .. target .. " was never written: " .. cause_of(ready))
  end
  local last_success = ", the last success was" .. at_refresh_time .. ": " .. cause_of(ready)
  if is_renamed then
    return answer("Degraded", "The Secret " .. target_name .. " was not written; one that was written " ..
        "before, such as " .. written_name .. ", keeps its values" .. last_success)
  end
  if ready.message == "target is owned by another ExternalSecret" or
      ready.message == "failed to take ownership of target secret" then
    return answer("Degraded", "The Secret " .. target_name .. " is not this ExternalSecret's and was not " ..
        "written" .. last_success)
  end
  return answer("Degraded", "Refresh failed; a " .. target .. " that was written before keeps its values" ..
      last_success)
end
if ready.status ~= "True" then
  return unfinished()
end

local deleted = ready.reason == "SecretDeleted" or ready.reason == "ResourceDeleted"
local missing = ready.reason == "SecretMissing" or ready.reason == "ResourceMissing"

if not deleted and not missing and (generation == nil or synced_version == "") then
  return answer("Progressing", "Waiting for External Secrets Operator to write the " .. target)
end

local is_immutable = target_spec.immutable == true and not is_manifest
-- By what 0.9 and 0.10 write: no later version has these messages.
local is_left_alone = is_immutable and ready.reason == "SecretSynced" and ready.message == "Secret was synced"
local records_nothing = deleted and ready.message == "secret deleted due to DeletionPolicy"

-- An edit is looked at whatever the policy where there is no Secret of the name that is asked for, unless
-- it is to be left alone.
local not_applied = nil
if generation ~= nil and synced_version ~= "" and not records_nothing and
    not begins_with(synced_version, generation .. "-") then
  local is_gone = deleted or missing or never_written
  if is_left_alone then
    not_applied = "spec.target.immutable is true"
  elseif target_spec.creationPolicy == "Orphan" or not (is_gone or is_renamed) then
    not_applied = never_synced_again()
  end
  if not_applied == nil then
    local waiting, last_reason = "Waiting for External Secrets Operator to apply the latest change", nil
    if is_renamed then
      waiting = waiting .. "; so far it has written the Secret " .. written_name .. ", not " .. target_name
    end
    if not is_gone and refresh_time ~= "" then
      waiting = waiting .. "; the last success was" .. at_refresh_time
    end
    if is_manifest then
      last_reason = "can't compare the " .. target .. ", since it has neither spec nor data (see its log)"
    end
    return answer("Progressing", waiting .. if_this_stays(last_reason))
  end
end

-- Ready, and yet nothing is there.
if deleted then
  if never_written then
    return answer("Degraded", "The provider has no such secret, so there is no Secret (deletionPolicy: " ..
        "Delete). Add it at the provider, or remove this ExternalSecret")
  end
  return answer("Degraded", "The provider has no such secret any more, so the " .. target ..
      " was deleted (deletionPolicy: Delete). Restore it at the provider, or remove this ExternalSecret")
end
if missing then
  local otherwise = " (or wait for refreshInterval)"
  if is_zero_or_less(spec.refreshInterval) then
    otherwise = ""
  end
  return answer("Degraded", "The " .. target .. " to merge into does not exist, and creationPolicy: " ..
      "Merge does not create it. Create it, then run the action refresh" .. otherwise ..
      ": the operator does not see that it is there; or use creationPolicy: Owner")
end
if target_spec.creationPolicy == "None" then
  return answer("Healthy", "The provider's values were read" .. at_refresh_time ..
      "; creationPolicy: None writes no " .. target)
end
-- Only where the provider had nothing: 0.9 and 0.10 have no message of their own for that.
if never_written or (is_renamed and not_applied == nil) then
  local not_there = "No Secret was ever written"
  if is_renamed then
    not_there = "The Secret " .. target_name .. " was not written"
  end
  return answer("Degraded", not_there .. ": the provider has nothing of what is asked " ..
      "for, which deletionPolicy: Retain makes no error. Add it at the provider, or correct " ..
      "spec.dataFrom")
end
if ready.message == "secret retained due to DeletionPolicy=Retain" then
  local kept = "the Secret keeps its earlier values"
  if is_manifest then
    kept = "a " .. target .. " that was written before keeps its values"
  end
  return answer("Healthy", "The provider has nothing of what is asked for; " .. kept ..
      " (deletionPolicy: Retain), last looked" .. at_refresh_time)
end

if is_immutable then
  local advice = ". Delete it, and it is written anew"
  if is_left_alone then
    advice = ". Delete it and this ExternalSecret, and create that again, to have it written anew"
  elseif target_spec.creationPolicy == "Merge" then
    advice = ". From 0.19.1 on, the operator does not merge into it either: take out spec.target.immutable"
  elseif target_spec.creationPolicy == "Orphan" and never_synced_again() ~= nil then
    advice = ""
  end
  return answer("Healthy", "Secret is immutable (spec.target.immutable) and keeps the values that it has: " ..
      "later changes, of the ExternalSecret or at the provider, are not written" .. advice)
end

local left_out = ""
if target_spec.deletionPolicy == "Merge" or target_spec.deletionPolicy == "Delete" then
  left_out = "; keys that the provider does not have are left out (deletionPolicy: " ..
      target_spec.deletionPolicy .. ")"
end
if not_applied ~= nil then
  if is_renamed then
    target = "Secret " .. written_name
  end
  return answer("Healthy", target .. " was written" .. at_refresh_time .. "; later changes of the " ..
      "ExternalSecret are not applied, because " .. not_applied .. left_out)
end
return answer("Healthy", target .. " was synced" .. at_refresh_time .. left_out)
