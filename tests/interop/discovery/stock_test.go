// Package discovery compares what plugin/discovery answers from an archive's names with what Argo CD's
// plugin server finds in the unpacked files: random repositories, random patterns.
package discovery

import (
	"errors"
	"io/fs"
	"path/filepath"
	"regexp"
	"regexp/syntax"
	"slices"
	"strings"

	securejoin "github.com/cyphar/filepath-securejoin"
	"github.com/mattn/go-zglob"
)

// A question is one pattern of a plugin.yaml for one application.
type question struct {
	kind    string // fileName or glob
	app     string
	pattern string
}

// What both sides answer. Argo CD's server fails the call for the last two.
const (
	match     = "match"
	noMatch   = "no match"
	missing   = "missing"
	malformed = "malformed"
)

// stock is what matchRepository of Argo CD's cmpserver/plugin/plugin.go does with the files. Where a
// reason is given, it looks outside of the repository, and what it finds there is not for comparing.
func stock(root string, q question) (answer, reason string) {
	app, err := securejoin.SecureJoin(root, q.app)
	if err != nil {
		return noMatch, "the application's path cannot be resolved"
	}
	pattern := filepath.Join(app, q.pattern)
	if pattern != root && !strings.HasPrefix(pattern, root+"/") {
		return noMatch, "the pattern leaves the repository"
	}
	var matches []string
	if q.kind == "fileName" {
		matches, err = filepath.Glob(pattern)
	} else {
		matches, err = zglob.Glob(pattern)
	}
	var class *syntax.Error
	switch {
	case errors.Is(err, filepath.ErrBadPattern), errors.As(err, &class):
		return malformed, ""
	case errors.Is(err, fs.ErrNotExist):
		return missing, ""
	case err != nil:
		var path *fs.PathError
		if errors.As(err, &path) {
			return missing, "" // a file in place of a folder, or a loop of symlinks
		}
		return err.Error(), ""
	case len(matches) > 0:
		return match, ""
	}
	return noMatch, ""
}

// variable is zglob's own, for a component of a pattern.
var variable = regexp.MustCompile(`^(\$[a-zA-Z][a-zA-Z0-9_]+|\$\([a-zA-Z][a-zA-Z0-9_]+\))$`)

// property is one of Unicode in a class, which Go takes in more spellings than RE2.
var property = regexp.MustCompile(`\\[pP]`)

// onPurpose says why our answer is another one.
func onPurpose(root string, q question, want, got string) string {
	app, err := securejoin.SecureJoin(root, q.app)
	pattern := filepath.Join(app, q.pattern)
	switch {
	case q.kind != "glob" || err != nil:
		return ""
	case slices.ContainsFunc(strings.Split(pattern, "/"), variable.MatchString):
		return "zglob takes $NAME for a variable of its environment"
	case got == malformed && want != malformed && property.MatchString(pattern):
		return "Go takes properties of Unicode in any case, RE2 does not"
	}
	return ""
}
