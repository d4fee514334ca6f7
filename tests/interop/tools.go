//go:build tools

// Package interop drives the program with real peers. This file keeps in go.sum what the stock
// plugin server needs: tests/bench builds it from here, so that both come from one release.
package interop

import (
	_ "github.com/argoproj/argo-cd/v3/cmd"
	_ "github.com/argoproj/argo-cd/v3/util/lua"
)
