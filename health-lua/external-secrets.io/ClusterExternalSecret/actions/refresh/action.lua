-- Makes External Secrets Operator read the provider again for all ExternalSecrets of this object: each
-- does that when its annotations change (see the action of ExternalSecret).
-- From 0.20 on the operator gives them the annotation external-secrets.io/force-sync of this object, and
-- takes away one that came another way (AnnotationForceSync in clusterexternalsecret_controller.go). By
-- the finalizer, which is as old, such an operator is told. Earlier ones copy nothing but
-- spec.externalSecretMetadata.annotations, so the spec gets an annotation. Argo CD sees no difference in
-- either: it does not compare keys that git does not have.
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

local now = os.date("!%Y-%m-%dT%XZ")
local metadata = child(obj, "metadata")
local mirrors = false
if type(metadata.finalizers) == "table" then
  for _, finalizer in ipairs(metadata.finalizers) do
    mirrors = mirrors or finalizer == "externalsecrets.external-secrets.io/clusterexternalsecret-cleanup"
  end
end

if mirrors then
  child(metadata, "annotations")["external-secrets.io/force-sync"] = now
else
  child(child(child(obj, "spec"), "externalSecretMetadata"), "annotations")["force-sync"] = now
end
return obj
