-- Actions of a SealedSecret.
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

return action("re-unseal", "Unseal again", is_there_to_stay)
