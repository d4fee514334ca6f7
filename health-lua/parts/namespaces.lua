-- Another writer was faster; the operator tries again by itself.
local function is_conflict(reason)
  return begins_with(reason, "Operation cannot be fulfilled on ") or
      begins_with(reason, "could not create or update ExternalSecret: Operation cannot be fulfilled on ") or
      begins_with(reason, "could not create or update push secret: Operation cannot be fulfilled on ")
end

-- The namespaces that failed, three of them with their reasons; and whether all were conflicts.
local function failures()
  local pieces, conflicts = {}, 0
  for _, entry in ipairs(table_or_empty(status.failedNamespaces)) do
    local failure = table_or_empty(entry)
    local namespace, reason = text(failure.namespace), text(failure.reason)
    if is_conflict(reason) then
      conflicts = conflicts + 1
    end
    if reason == "" then
      reason = "no reason given"
    end
    pieces[#pieces + 1] = namespace .. ": " .. reason
  end
  return listed(pieces), #pieces > 0 and conflicts == #pieces
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
