-- Health of an HCPVaultSecretsApp, from what Vault Secrets Operator writes, after a success only:
--   status.lastGeneration  since 0.5: the generation that was synced last
--   status.secretMAC       the HMAC of what was synced last
--
-- No version writes conditions or an error here. After a failure the status is that of the last success:
-- a refresh that fails does not show, only the events tell.
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

local function waiting(what)
  return answer("Progressing", "Waiting for Vault Secrets Operator to " .. what .. "; if this stays, " ..
      "see the events of the HCPVaultSecretsApp and the log of the operator")
end

if generation == nil or text(status.secretMAC) == "" then
  return waiting("sync the Secret")
end
if status.lastGeneration == nil then
  return answer("Healthy", "Secret was synced; Vault Secrets Operator before 0.5 does not record " ..
      "whether that was after the latest change")
end
if status.lastGeneration ~= generation then
  return waiting("apply the latest change")
end
return answer("Healthy", "Secret was synced; a later refresh that failed is in the events only")
