package sealedsecrets_test

import (
	"testing"
)

// One cluster and one controller for all: they take seconds to start.
func TestSealedSecrets(t *testing.T) {
	f := start(t)
	for _, test := range []struct {
		name string
		run  func(*testing.T)
	}{
		{"unsealed", f.unsealed},
		{"scope of a namespace", f.namespaceWide},
		{"scope of the cluster", f.clusterWide},
		{"existing Secret, managed", f.managed},
		{"no values", f.empty},
		{"template", f.template},
		{"another cluster's key", f.wrongKey},
		{"sealed for another name", f.wrongName},
		{"sealed for another namespace", f.wrongNamespace},
		{"annotation of the scope lost", f.scopeAnnotationLost},
		{"two values sealed with another key", f.twoWrongValues},
		{"one value of two sealed with another key", f.oneValueOfTwo},
		{"invalid base64", f.invalidBase64},
		{"value cut off", f.cutOff},
		{"value too short", f.tooShort},
		{"two kinds of failure", f.twoFailures},
		{"deprecated field data", f.deprecatedData},
		{"deprecated field data and encryptedData", f.bothFields},
		{"existing Secret, not managed", f.ownedByAnother},
		{"immutable Secret", f.immutable},
		{"another type", f.otherType},
		{"type that needs other keys", f.typeNeedsKeys},
		{"invalid key", f.invalidKey},
		{"quota", f.quota},
		{"admission policy", f.policy},
		{"role without a right", f.role},
		{"template with a syntax error", f.templateSyntax},
		{"template that fails", f.templateFailure},
		{"being deleted", f.deleting},
		{"not seen yet", f.edited},
		{"controller writes no status", f.noStatus},
		{"re-unseal after the cause is gone", f.causeGone},
		{"re-unseal changes nothing else", f.nothingElseChanges},
		{"re-unseal of a changed Secret", f.changedByHand},
		{"re-unseal gives the new message", f.messageOfTheFirstFailure},
		{"customization in argocd-cm", f.customization},
		{"argocd-decrypt health", f.command},
	} {
		t.Run(test.name, test.run)
	}
	f.compare(t)
}
