-- Another writer was faster; the operator tries again by itself.
local function is_conflict(reason)
  return begins_with(reason, "Operation cannot be fulfilled on ") or
      begins_with(reason, "could not create or update ExternalSecret: Operation cannot be fulfilled on ") or
      begins_with(reason, "could not create or update push secret: Operation cannot be fulfilled on ")
end

-- The namespaces that failed, three of them with their reasons; and whether all were conflicts.
local function failures()
  local count, shown, conflicts = 0, "", 0
  for _, entry in ipairs(table_or_empty(status.failedNamespaces)) do
    local failure = table_or_empty(entry)
    local namespace, reason = text(failure.namespace), text(failure.reason)
    count = count + 1
    if is_conflict(reason) then
      conflicts = conflicts + 1
    end
    if reason == "" then
      reason = "no reason given"
    end
    if count <= 3 then
      shown = shown .. "; " .. namespace .. ": " .. reason
    end
  end
  if count > 3 then
    shown = shown .. "; and " .. (count - 3) .. " more"
  end
  return shown, count > 0 and conflicts == count
end

local function namespaces(count)
  if count == 1 then
    return "1 namespace"
  end
  return count .. " namespaces"
end

local provisioned = 0
for _ in ipairs(table_or_empty(status.provisionedNamespaces)) do
  provisioned = provisioned + 1
end
