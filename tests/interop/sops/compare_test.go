package sops_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"strings"

	"github.com/argoproj/argo-cd/gitops-engine/pkg/utils/kube"
	"go.yaml.in/yaml/v3"
)

// difference says where two decrypted documents differ in types, values or order; empty if nowhere.
func difference(name string, want, got []byte) string {
	if bytes.Equal(want, got) {
		return ""
	}
	if strings.HasSuffix(name, ".json") {
		return firstDifference("JSON", jsonTokens(want), jsonTokens(got))
	}
	if d := firstDifference("YAML", yamlLeaves(want), yamlLeaves(got)); d != "" {
		return d
	}
	return firstDifference("as Argo CD reads it", argoObjects(want), argoObjects(got))
}

func firstDifference(what string, want, got []string) string {
	for i := range max(len(want), len(got)) {
		w, g := "(nothing)", "(nothing)"
		if i < len(want) {
			w = want[i]
		}
		if i < len(got) {
			g = got[i]
		}
		if w != g {
			return fmt.Sprintf("%s: want %s, got %s", what, w, g)
		}
	}
	return ""
}

// yamlLeaves lists a stream's nodes in order, with their resolved types and values.
func yamlLeaves(text []byte) []string { return streamLeaves(text, scalarText) }

// valueLeaves lists them in the form in which sops's cleartext and plaintext are alike: 1.0 is 1, and
// a binary is the text that it encodes.
func valueLeaves(text []byte) []string { return streamLeaves(text, valueText) }

func streamLeaves(text []byte, show func(*yaml.Node) string) []string {
	var leaves []string
	decoder := yaml.NewDecoder(bytes.NewReader(text))
	for i := 0; ; i++ {
		var n yaml.Node
		err := decoder.Decode(&n)
		if errors.Is(err, io.EOF) {
			return leaves
		}
		if err != nil {
			return append(leaves, "error: "+err.Error())
		}
		leaves = appendNode(leaves, fmt.Sprintf("document %d", i), &n, show)
	}
}

func appendNode(leaves []string, path string, n *yaml.Node, show func(*yaml.Node) string) []string {
	switch n.Kind {
	case yaml.DocumentNode:
		for _, c := range n.Content {
			leaves = appendNode(leaves, path, c, show)
		}
	case yaml.MappingNode:
		leaves = append(leaves, fmt.Sprintf("%s: map of %d", path, len(n.Content)/2))
		for i := 0; i+1 < len(n.Content); i += 2 {
			key := fmt.Sprintf("%s[%s %q]", path, n.Content[i].ShortTag(), n.Content[i].Value)
			leaves = appendNode(leaves, key, n.Content[i+1], show)
		}
	case yaml.SequenceNode:
		leaves = append(leaves, fmt.Sprintf("%s: list of %d", path, len(n.Content)))
		for i, c := range n.Content {
			leaves = appendNode(leaves, fmt.Sprintf("%s[%d]", path, i), c, show)
		}
	case yaml.ScalarNode:
		leaves = append(leaves, path+": "+show(n))
	default:
		leaves = append(leaves, fmt.Sprintf("%s: kind %d", path, n.Kind))
	}
	return leaves
}

func scalarText(n *yaml.Node) string {
	tag := n.ShortTag()
	if tag == "!!str" {
		return fmt.Sprintf("str %q", n.Value)
	}
	if tag == "!!float" {
		var f float64
		if err := n.Decode(&f); err != nil {
			return "float error: " + err.Error()
		}
		if math.IsNaN(f) {
			return "float NaN"
		}
		return fmt.Sprintf("float %016x", math.Float64bits(f))
	}
	var v any
	if err := n.Decode(&v); err != nil {
		return tag + " error: " + err.Error()
	}
	return fmt.Sprintf("%s %v", tag, v)
}

func valueText(n *yaml.Node) string {
	plain := *n
	if plain.Tag == "!" {
		plain.Tag = ""
	}
	switch tag := plain.ShortTag(); tag {
	case "!!int", "!!float":
		var f float64
		if plain.Decode(&f) == nil && f == math.Trunc(f) {
			return fmt.Sprintf("number %.0f", f+0) // -0.0 is printed as -0, an integer
		}
	case "!!binary":
		if text, err := base64.StdEncoding.DecodeString(n.Value); err == nil {
			return fmt.Sprintf("str %q", text)
		}
	case "!!str", "!!null", "!!bool", "!!timestamp":
	default:
		return fmt.Sprintf("str %q", n.Value)
	}
	return scalarText(&plain)
}

// argoObjects is what the repo-server makes of a plugin's output: YAML 1.1, as JSON.
func argoObjects(text []byte) []string {
	objects, err := kube.SplitYAMLToString(text)
	if err != nil {
		objects = append(objects, "error: "+err.Error())
	}
	return objects
}

func jsonTokens(text []byte) []string {
	var tokens []string
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	for {
		token, err := decoder.Token()
		if errors.Is(err, io.EOF) {
			return tokens
		}
		if err != nil {
			return append(tokens, "error: "+err.Error())
		}
		tokens = append(tokens, fmt.Sprintf("%T %v", token, token))
	}
}
