-- Health of an HCPAuth, from what Vault Secrets Operator writes:
--   status.error  why the host of HCP Vault Secrets could not be reached; empty otherwise
--   status.valid  before 0.8 false with an error; since then always true
--
-- The operator only opens a connection to that host, whatever the spec says: wrong credentials show at
-- each HCPVaultSecretsApp. It records no generation and writes no conditions.
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

local cause = text(status.error)
if generation ~= nil and type(status.valid) == "boolean" then
  if cause == "" and status.valid == false then
    cause = "the operator gave no reason"
  end
  if cause ~= "" then
    return answer("Degraded", "HCP can't be reached: " .. cause .. " - check the network from the " ..
        "operator to HCP; the operator tries again every few seconds")
  end
  if status.error == nil or status.error == "" then
    return answer("Healthy", "HCP was reached when the operator last tried; whether it accepts the " ..
        "credentials shows at each HCPVaultSecretsApp")
  end
end
return answer("Progressing", "Waiting for Vault Secrets Operator to try the connection to HCP; if this " ..
    "stays, it is not running: see its log")
