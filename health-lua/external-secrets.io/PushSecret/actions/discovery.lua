-- Actions of a PushSecret. A changed annotation makes the operator push whatever the interval is, 0 too
-- (shouldRefresh in pushsecret_controller.go); Argo CD's own discovery wrongly disables it there, and
-- fails where there is no spec.
-- With a generator (spec.selector.generatorRef) each push makes new values (resolveSecretFromGenerator),
-- which take the place of the earlier ones unless updatePolicy is IfNotExists. At an interval of 0 that was
-- to happen once, so the action is not offered there after the push of this spec has succeeded.
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

local generates_once = type(table_or_empty(spec.selector).generatorRef) == "table" and
    is_zero_or_less(spec.refreshInterval) and spec.updatePolicy ~= "IfNotExists"
local generation = table_or_empty(object.metadata).generation
local has_pushed = type(generation) == "number" and
    begins_with(text(status.syncedResourceVersion), generation .. "-")

return action("push", "Push", is_there_to_stay and not (generates_once and has_pushed))
