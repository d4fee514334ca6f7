package parity_test

import "slices"

// inflation is charts inside of kustomizations.
const inflation = "kustomize: charts (--enable-helm)"

// missing lists the features that the plugin refuses so far. A case that needs one of them must fail; when
// it works, the test says that the line has to go.
var missing = []string{}

func isMissing(feature string) bool { return slices.Contains(missing, feature) }
