-- Actions of a ClusterPushSecret. Not offered where it has no PushSecret, nor where each push would make new
-- values that were to be made once: those of a generator, pushed at an interval of 0, unless updatePolicy is
-- IfNotExists (see actions/discovery.lua of PushSecret). One PushSecret that has not pushed offers it still.
-- Nor with an empty selector (see has_empty_selector).
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
-- part selectors: begin
-- Whether one of the selectors is empty, which matches all namespaces. Argo CD would write it back as an
-- empty list (cleanReturnedArray in its util/lua does not look into lists for it), which the API server
-- does not take. `next` is there: what actions do runs in Argo CD only, which opens the base library.
local function has_empty_selector()
  for _, selector in ipairs(table_or_empty(spec.namespaceSelectors)) do
    if type(selector) == "table" and next(selector) == nil then
      return true
    end
  end
  return false
end
-- part selectors: end

local child_spec = table_or_empty(spec.pushSecretSpec)

local generates_once = type(table_or_empty(child_spec.selector).generatorRef) == "table" and
    is_zero_or_less(child_spec.refreshInterval) and child_spec.updatePolicy ~= "IfNotExists"
local has_children = table_or_empty(status.provisionedNamespaces)[1] ~= nil or
    table_or_empty(status.failedNamespaces)[1] ~= nil

return action("push", "Push", is_there_to_stay and not has_empty_selector() and
    has_children and not generates_once)
