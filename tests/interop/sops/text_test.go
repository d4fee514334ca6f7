package sops_test

import (
	"strconv"
	"strings"

	"argocd-decrypt/tests/interop/harness"
)

// refusal says what is wrong with the way in which a bad document was refused; empty if nothing.
// A signal or a sanitizer's exit is a crash; 128 is sops's own code for "no key opens it".
func refusal(got harness.Outcome) string {
	switch {
	case got.Code == 0:
		return "accepted"
	case got.Code > 128 || got.Code >= 126 && got.Code < 128:
		return "crashed with exit " + strconv.Itoa(got.Code) + ": " + got.Err
	case len(got.Out) > 0:
		return "output in spite of exit " + strconv.Itoa(got.Code)
	case got.Err == "":
		return "refused without a word"
	}
	return ""
}

func firstLine(s string) string {
	s, _, _ = strings.Cut(strings.TrimSpace(s), "\n")
	if len(s) > 160 {
		s = s[:160] + "..."
	}
	return s
}

func lines(text []byte) []string {
	quoted := strings.SplitAfter(string(text), "\n")
	for i, line := range quoted {
		quoted[i] = strconv.Quote(line)
	}
	return quoted
}
