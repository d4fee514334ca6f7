package healthlua

import (
	"math"
	"strconv"
	"strings"
	"time"
)

// What each kind must at least show before a check may call it Healthy. Written from the controllers'
// types, and simpler than the checks: it knows nothing of what makes an object worse than that.

type fields = map[string]any

// at is a value deeper down; nil when there is none.
func at(object fields, path ...string) any {
	var value any = object
	for _, key := range path {
		inner, ok := value.(fields)
		if !ok {
			return nil
		}
		value = inner[key]
	}
	return value
}

func number(value any) (float64, bool) {
	switch value := value.(type) {
	case int64:
		return float64(value), true
	case float64:
		return value, true
	}
	return 0, false
}

func isText(value any) bool { text, ok := value.(string); return ok && text != "" }

// generation: an API server counts from 1. Very large ones, which floats do not tell apart, are none.
func generation(object fields) (float64, bool) {
	value, ok := number(at(object, "metadata", "generation"))
	return value, ok && value >= 1 && value < 1e14 && value == math.Trunc(value)
}

// isCurrent: a number that the controller wrote is the object's generation.
func isCurrent(object fields, seen any) bool {
	want, ok := generation(object)
	have, haveOK := number(seen)
	return ok && haveOK && want == have
}

// hasCondition: the newest condition of one of these types is as it should be.
func hasCondition(object fields, isGood func(condition fields) bool, types ...string) bool {
	for _, conditionType := range types {
		if newest := newestCondition(object, conditionType); newest != nil && isGood(newest) {
			return true
		}
	}
	return false
}

// newestCondition: the last in the list of those that changed last. What is no time is before all times.
func newestCondition(object fields, conditionType string) (newest fields) {
	var newestTime time.Time
	conditions, _ := at(object, "status", "conditions").([]any)
	for _, entry := range conditions {
		condition, _ := entry.(fields)
		if condition["type"] != conditionType {
			continue
		}
		text, _ := condition["lastTransitionTime"].(string)
		changed, err := time.Parse(time.RFC3339, text)
		if err != nil {
			changed = time.Time{}
		}
		if newest == nil || !changed.Before(newestTime) {
			newest, newestTime = condition, changed
		}
	}
	return newest
}

func isTrue(condition fields) bool { return condition["status"] == "True" }

// noConditions: none was written.
func noConditions(object fields) bool { return at(object, "status", "conditions") == nil }

// isSyncedVersion: External Secrets Operator's "<generation>-<hash>" is of this generation.
func isSyncedVersion(object fields) bool {
	want, ok := generation(object)
	version, _ := at(object, "status", "syncedResourceVersion").(string)
	return ok && strings.HasPrefix(version, strconv.FormatFloat(want, 'f', -1, 64)+"-")
}

// looksOnce: the operator does not look at an ExternalSecret again once it has synced.
func looksOnce(object fields) bool {
	policy := at(object, "spec", "refreshPolicy")
	if policy == "CreatedOnce" || policy == "OnChange" {
		return policy == "CreatedOnce"
	}
	text, _ := at(object, "spec", "refreshInterval").(string)
	interval, err := time.ParseDuration(text)
	return err == nil && interval <= 0
}

// success is what each kind shows when its controller has done its work.
var success = map[string]func(object fields) bool{
	"bitnami.com/SealedSecret": func(o fields) bool {
		return isCurrent(o, at(o, "status", "observedGeneration")) && hasCondition(o, isTrue, "Synced")
	},
	"external-secrets.io/ExternalSecret": func(o fields) bool {
		return hasCondition(o, isTrue, "Ready") && isText(at(o, "status", "syncedResourceVersion")) &&
			(isSyncedVersion(o) || looksOnce(o) || isLeftAlone(o))
	},
	"external-secrets.io/PushSecret": func(o fields) bool {
		return hasCondition(o, isTrue, "Ready") && isSyncedVersion(o)
	},
	// These four record no generation.
	"external-secrets.io/ClusterExternalSecret": func(o fields) bool {
		last := lastOfCluster(o)
		return last != nil && last["type"] == "Ready" && (isTrue(last) || matchesNothing(last))
	},
	"external-secrets.io/ClusterPushSecret":   func(o fields) bool { return hasCondition(o, isTrue, "Ready") },
	"external-secrets.io/SecretStore":         func(o fields) bool { return hasCondition(o, isTrue, "Ready") },
	"external-secrets.io/ClusterSecretStore":  func(o fields) bool { return hasCondition(o, isTrue, "Ready") },
	"secrets.hashicorp.com/VaultStaticSecret": vaultReady,
	"secrets.hashicorp.com/VaultDynamicSecret": func(o fields) bool {
		return vaultReady(o) && hasCondition(o, ofNow(o), "SecretSynced")
	},
	"secrets.hashicorp.com/VaultPKISecret": func(o fields) bool {
		recorded, _ := number(at(o, "status", "lastGeneration"))
		unrecorded := at(o, "status", "lastGeneration") == nil || at(o, "status", "lastGeneration") == int64(0)
		return vaultReady(o) || noConditions(o) && at(o, "status", "valid") == true && !isText(at(o, "status", "error")) &&
			(unrecorded || recorded > 0 && isCurrent(o, recorded))
	},
	"secrets.hashicorp.com/VaultAuth":            vaultValid,
	"secrets.hashicorp.com/VaultConnection":      vaultValid,
	"secrets.hashicorp.com/SecretTransformation": vaultValid,
	"secrets.hashicorp.com/HCPAuth": func(o fields) bool {
		return at(o, "status", "valid") == true && !isText(at(o, "status", "error"))
	},
	"secrets.hashicorp.com/HCPVaultSecretsApp": func(o fields) bool {
		return isText(at(o, "status", "secretMAC")) &&
			(isCurrent(o, at(o, "status", "lastGeneration")) || at(o, "status", "lastGeneration") == nil)
	},
	"secrets-store.csi.x-k8s.io/SecretProviderClassPodStatus": func(o fields) bool {
		return at(o, "status", "mounted") == true
	},
	"isindir.github.com/SopsSecret": func(o fields) bool {
		return at(o, "status", "message") == "Healthy" && at(o, "spec", "suspend") != true
	},
}

// ofNow: True, and of the object's generation.
func ofNow(object fields) func(fields) bool {
	return func(condition fields) bool {
		return isTrue(condition) && isCurrent(object, condition["observedGeneration"])
	}
}

func vaultReady(object fields) bool { return hasCondition(object, ofNow(object), "Healthy", "Ready") }

// vaultValid: before 1.0 there is no such condition, but a field; Available of a VaultAuth is older.
func vaultValid(object fields) bool {
	isOld := noConditions(object) || newestCondition(object, "Healthy") == nil && newestCondition(object, "Ready") == nil &&
		at(object, "kind") == "VaultAuth" && newestCondition(object, "Available") != nil
	return vaultReady(object) || isOld && at(object, "status", "valid") == true
}

// notHealthy says what an object lacks; empty when it may be Healthy.
func notHealthy(kind string, object fields) string {
	isGood, known := success[kind]
	if !known {
		return "there is no oracle for " + kind
	}
	if at(object, "metadata", "deletionTimestamp") != nil {
		return "it is being deleted"
	}
	if _, ok := generation(object); !ok {
		return "it has no generation"
	}
	if !isGood(object) {
		return "it shows no success of this generation"
	}
	return ""
}

// isLeftAlone: 0.9 and 0.10, whose message it is, do not look again at an immutable Secret that they have written.
func isLeftAlone(object fields) bool {
	_, isGeneric := at(object, "spec", "target", "manifest").(fields)
	return at(object, "spec", "target", "immutable") == true && !isGeneric && hasCondition(object, func(condition fields) bool {
		return isTrue(condition) && condition["reason"] == "SecretSynced" && condition["message"] == "Secret was synced"
	}, "Ready")
}

// lastOfCluster: conditions of a ClusterExternalSecret have no time; the one that was set last is the last.
func lastOfCluster(object fields) (last fields) {
	conditions, _ := at(object, "status", "conditions").([]any)
	for _, entry := range conditions {
		condition, _ := entry.(fields)
		switch condition["type"] {
		case "Ready", "PartiallyReady", "NotReady":
			last = condition
		}
	}
	return last
}

// matchesNothing: 0.9.5 to 0.9.11 write it so; later ones write True.
func matchesNothing(condition fields) bool {
	return condition["status"] == "False" && condition["message"] == "no namespace matches"
}
