//go:build tools

// Package interop drives the program with real peers. This file keeps in go.sum what the stock
// plugin server needs: tests/bench builds it from here, so that both come from one release. Kubernetes' API
// server and kubectl likewise.
package interop

import (
	_ "github.com/argoproj/argo-cd/v3/cmd"
	_ "github.com/argoproj/argo-cd/v3/util/lua"
	_ "k8s.io/kubernetes/cmd/kube-apiserver"
	_ "k8s.io/kubernetes/cmd/kubectl"
)
