-- Makes External Secrets Operator push again for all PushSecrets of this object: each does that when its
-- annotations change (see the action of PushSecret). The operator gives them spec.pushSecretMetadata and
-- nothing of this object's own annotations (createOrUpdatePushSecret in clusterpushsecret_controller.go),
-- and takes away what others write there, so the spec gets an annotation. Argo CD sees no difference: it
-- does not compare keys that git does not have.
local os = require("os")

-- part child: begin
-- The map under this name, made where there is none.
local function child(parent, name)
  if type(parent[name]) ~= "table" or parent[name][1] ~= nil then
    parent[name] = {}
  end
  return parent[name]
end
-- part child: end

child(child(child(obj, "spec"), "pushSecretMetadata"), "annotations")["force-sync"] = os.date("!%Y-%m-%dT%XZ")
return obj
