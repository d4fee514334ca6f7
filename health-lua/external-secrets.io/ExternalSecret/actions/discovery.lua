-- Actions of an ExternalSecret. Not offered where the operator would do nothing: it skips a refresh, in
-- spite of a changed annotation, when it has synced, the Secret of the name that is asked for is as it
-- wrote it, and the policy is CreatedOnce or the interval 0 (shouldRefresh and isSecretValid in
-- externalsecret_controller.go); 0.9 and 0.10 also when it has synced an immutable Secret. Whether somebody
-- has deleted the Secret can't be told here; the operator then acts by itself. A refresh that is asked for
-- does not wait for spec.syncWindows (2.9), which hold back only those that the interval asks for.
-- Argo CD's own discovery knows an interval of one 0 and one unit only (not 0h0m0s, not -1s), and not
-- CreatedOnce; disables it also where the Secret is missing or the refresh failed, which the operator does
-- look at; offers it while the object is being deleted; and fails where there is no spec.
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

-- Strings compare byte by byte, and no text in UTF-8 holds the byte 255.
local function begins_with(value, prefix)
  return value >= prefix and value < prefix .. "\255"
end
-- part values: end
-- part action: begin
local object = table_or_empty(obj)
local spec, status = table_or_empty(object.spec), table_or_empty(object.status)
local is_whole = type(object.metadata) == "table" and type(object.spec) == "table"
local is_there_to_stay = is_whole and object.metadata.deletionTimestamp == nil

-- One action, which Argo CD shows in grey where it is not offered.
local function action(name, display_name, is_offered)
  return {
    [name] = {
      ["disabled"] = not is_offered,
      ["displayName"] = display_name,
      ["iconClass"] = "fa fa-fw fa-redo",
    },
  }
end
-- part action: end
-- part duration: begin
-- Whether a duration is zero or negative, as Go reads it: "0", "0h0m0s", "+0.0s", "-5m". There is no
-- string library: `read` grows by one of the letters that a zero may have, as long as one fits.
local zero_letters = {"0", "h", "m", "s", "n", "u", ".", "+", "\194\181", "\206\188"}

local function is_zero_or_less(duration)
  if type(duration) == "number" then
    return duration <= 0
  end
  local value = text(duration)
  if begins_with(value, "-") then
    return true
  end
  if value == "" or #value > 40 then
    return false
  end
  local read = ""
  while read ~= value do
    local longer = nil
    for _, letter in ipairs(zero_letters) do
      if begins_with(value, read .. letter) then
        longer = read .. letter
      end
    end
    if longer == nil then
      return false
    end
    read = longer
  end
  return true
end
-- part duration: end

local target = table_or_empty(spec.target)

local ready = {}
for _, entry in ipairs(table_or_empty(status.conditions)) do
  local condition = table_or_empty(entry)
  if condition.type == "Ready" and text(condition.lastTransitionTime) >= text(ready.lastTransitionTime) then
    ready = condition
  end
end

local is_manifest = type(target.manifest) == "table"

-- Whether the operator has a Secret that it leaves as it is.
local function has_synced()
  if ready.status ~= "True" or text(status.syncedResourceVersion) == "" then
    return false
  end
  if spec.refreshPolicy == "CreatedOnce" and text(status.refreshTime) == "" then
    return false
  end
  if ready.reason == "SecretDeleted" or ready.reason == "ResourceDeleted" or
      ready.reason == "SecretMissing" or ready.reason == "ResourceMissing" then
    return false
  end
  if is_manifest or target.creationPolicy == "Orphan" or type(status.binding) ~= "table" then
    return true
  end
  local name = text(target.name)
  if name == "" then
    name = text(table_or_empty(object.metadata).name)
  end
  return text(status.binding.name) ~= "" and (name == "" or text(status.binding.name) == name)
end

local keeps = spec.refreshPolicy == "CreatedOnce" or
    (spec.refreshPolicy ~= "OnChange" and is_zero_or_less(spec.refreshInterval))
-- By what 0.9 and 0.10 write: no later version has this message.
local is_left_alone = target.immutable == true and not is_manifest and ready.status == "True" and
    ready.reason == "SecretSynced" and ready.message == "Secret was synced"

return action("refresh", "Refresh", is_there_to_stay and not is_left_alone and not (keeps and has_synced()))
