-- Actions of a ClusterExternalSecret. Not offered where it has no ExternalSecret, nor where those that have
-- synced would do nothing, because they are never synced again (see actions/discovery.lua of ExternalSecret).
-- Those that have failed, or whose Secret is gone, are not known here: each of them offers it itself.
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

local child_spec = table_or_empty(spec.externalSecretSpec)

local keeps = child_spec.refreshPolicy == "CreatedOnce" or
    (child_spec.refreshPolicy ~= "OnChange" and is_zero_or_less(child_spec.refreshInterval))
local has_children = table_or_empty(status.provisionedNamespaces)[1] ~= nil or
    table_or_empty(status.failedNamespaces)[1] ~= nil

return action("refresh", "Refresh", is_there_to_stay and has_children and not keeps)
