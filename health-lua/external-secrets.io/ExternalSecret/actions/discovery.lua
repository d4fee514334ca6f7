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

local target = table_or_empty(spec.target)

local ready = table_or_empty(newest_condition(status.conditions, "Ready"))
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
