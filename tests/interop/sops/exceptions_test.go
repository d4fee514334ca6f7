package sops_test

import (
	"regexp"
	"strings"
)

// exception is a difference from sops that is ours on purpose. It never excuses output where sops
// gives none.
type exception struct {
	reason  string
	applies func(x result) bool
}

var exceptions = []exception{
	{
		"sops prints a literal in a list as `|4` and then indents it by less, which reads as something else",
		func(x result) bool {
			return x.want.Code == 0 && x.got.Code == 0 && literalInList.Match(x.want.Out)
		},
	},
	{
		"a panic of sops (exit 2) is a plain error here",
		func(x result) bool {
			return x.want.Code == 2 && strings.Contains(x.want.Err, "goroutine ") && x.got.Code != 0
		},
	},
	{
		"a value that claims to be a comment is refused for that (25), before the MAC is looked at (51)",
		func(x result) bool {
			return x.want.Code == 51 && x.got.Code == 25 && strings.Contains(x.got.Err, "it is of type comment, in place of a value")
		},
	},
}

var literalInList = regexp.MustCompile(`(?m)^\s*-( -)* [|>]-?\+?[1-9]`)

// onPurpose is the reason why we differ; empty if there is none.
func onPurpose(x result) string {
	if x.want.Code != 0 && refusal(x.got) != "" {
		return ""
	}
	for _, e := range exceptions {
		if e.applies(x) {
			return e.reason
		}
	}
	return ""
}
