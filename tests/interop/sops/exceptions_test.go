package sops_test

import (
	"regexp"
	"slices"
	"strings"
)

// exception is a difference from sops that is ours on purpose. Where sops panics over what it could
// print, and only there, one lets us print what sops does not.
type exception struct {
	reason  string
	applies func(x result) bool
}

var exceptions = []exception{
	{
		"sops prints a literal as `|4` and then indents it by less, which reads as something else; we quote it",
		func(x result) bool { return bothPrint(x) && shortIndented.MatchString(firstOther(x)) },
	},
	{
		"sops prints a quoted \"<<\" with a text behind it as a merge key, which no reader takes; we keep the quotes",
		func(x result) bool { return bothPrint(x) && strings.Contains(firstOther(x), "!!merge <<:") },
	},
	{
		"sops prints a comment that is left over between a key and an empty collection, which no reader takes; we print it behind them",
		func(x result) bool { return bothPrint(x) && strayBrackets.Match(x.want.Out) },
	},
	{
		"sops prints U+2028 and U+2029 raw between single quotes, where they read as blanks; we escape them",
		func(x result) bool { return bothPrint(x) && oldBreak.MatchString(firstOther(x)) },
	},
	{
		"a panic of sops (exit 2) is a plain error here",
		func(x result) bool { return panics(x) && x.got.Code != 0 },
	},
	{
		"sops panics over a MAC that it was told to ignore; we ignore it",
		func(x result) bool {
			return panics(x) && strings.Contains(x.want.Err, "stashKey") && slices.Contains(x.decrypt, "--ignore-mac")
		},
	},
	{
		"sops panics over an INI comment without a text; we print the file",
		func(x result) bool {
			return panics(x) && strings.Contains(x.want.Err, "ini%2ev1.(*File).writeToBuffer")
		},
	},
	{
		"sops escapes each character of a text that begins with U+FEFF; we escape what needs it",
		func(x result) bool { return bothPrint(x) && strings.Contains(firstOther(x), `\"\\uFEFF\\x`) },
	},
	{
		"sops prints null for a text that begins with a tab and holds a line end; we print the text",
		func(x result) bool {
			return bothPrint(x) && lostTab.MatchString(firstOther(x)) && tabbed.Match(x.got.Out)
		},
	},
	{
		"a value that claims to be a comment is refused for that (25), before the MAC is looked at (51) or even if it is not",
		func(x result) bool {
			ignored := x.want.Code == 0 && slices.Contains(x.decrypt, "--ignore-mac")
			return (x.want.Code == 51 || ignored) && x.got.Code == 25 && strings.Contains(x.got.Err, "it is of type comment, in place of a value")
		},
	},
	{
		"sops prints its own structures for a value that claims to be a comment, or cannot print it; we refuse it",
		func(x result) bool {
			printed := x.want.Code == 0 && commentStructure.Match(x.want.Out)
			return (printed || x.want.Code == 4) && x.got.Code == 25 && strings.Contains(x.got.Err, "it is of type comment, in place of a value")
		},
	},
	{
		"sops prints its own structures for an --extract that ends at a comment or counts a map's members; we refuse",
		func(x result) bool {
			return slices.Contains(x.decrypt, "--extract") && x.got.Code != 0 &&
				(strings.Contains(x.got.Err, "a comment is not a value") || strings.Contains(x.got.Err, "is integer, but tree part is not a slice"))
		},
	},
}

var shortIndented = regexp.MustCompile(`[-:] \|-?\+?[1-9][-+]?\\n"$`)

var (
	lostTab = regexp.MustCompile(`[-:] null\\n"$`)
	tabbed  = regexp.MustCompile(`[-:] "\\t.*\\n`)
)

// Behind a line of a comment, at the start of theirs.
var strayBrackets = regexp.MustCompile(`[:-](?: ?#.*)?\n(?: *#.*\n)*(?:\{|\[\])`)

// As Go prints it, or JSON.
var commentStructure = regexp.MustCompile(`(?s)\{.* (?:true|false)\}|"Inline": (?:true|false)`)

var oldBreak = regexp.MustCompile(`'.*\\u202[89]`)

func bothPrint(x result) bool { return x.want.Code == 0 && x.got.Code == 0 }

func panics(x result) bool { return x.want.Code == 2 && strings.Contains(x.want.Err, "goroutine ") }

// firstOther is the first line of sops that ours is not, quoted.
func firstOther(x result) string {
	want, got := lines(x.want.Out), lines(x.got.Out)
	for i := range want {
		if i >= len(got) || want[i] != got[i] {
			return want[i]
		}
	}
	return ""
}

// onPurpose is the reason why we differ; empty if there is none.
func onPurpose(x result) string {
	for _, e := range exceptions {
		if e.applies(x) {
			return e.reason
		}
	}
	return ""
}
