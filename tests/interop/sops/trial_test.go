package sops_test

import (
	"bytes"
	"fmt"
	"math/rand"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"argocd-decrypt/tests/interop/harness"
)

// A document is what gets encrypted; its name decides the format.
type document struct {
	name, text string
	// Where its values are, for --extract: the texts that sops takes as paths.
	paths []string
}

// A trial is a document, how it is encrypted, and how it is decrypted by both.
type trial struct {
	document
	store   string
	encrypt []string // options of sops
	config  string   // its .sops.yaml; empty for none
	groups  [][]int  // the recipients, by number; several groups ask for a config
	holds   []int    // the keys that the decrypting programs have
	patch   func(encrypted string) string
	// Options of both; sops wants those in global before the command.
	global, decrypt []string
	label           string
	damaged         bool // after it was encrypted
}

// runner carries out trials, one after another.
type runner struct {
	*peers
	dir    string
	served *servedSops
	// Every so many runs of the served sops are repeated by a sops of its own; 0: none.
	control int
	runs    int
	pair    pair // the last one
}

func (w *runner) file(name, text string) (string, error) {
	path := filepath.Join(w.dir, name)
	return path, os.WriteFile(path, []byte(text), 0o600)
}

// sopsOutcome runs sops, served or else (or also, as a check of the server) in a process of its own.
func (w *runner) sopsOutcome(c harness.Command, seed int64) (harness.Outcome, error) {
	c.Path = w.sops
	if w.served == nil {
		return c.Run()
	}
	o, ok := w.served.run(c, seed)
	w.runs++
	if ok && (seed != 0 || w.control == 0 || w.runs%w.control != 0) {
		return o, nil
	}
	alone, err := c.Run()
	if err == nil && ok && (alone.Code != o.Code || !bytes.Equal(alone.Out, o.Out)) {
		err = fmt.Errorf("the served sops answers otherwise than sops: %v: exit %d and %d", c.Args, o.Code, alone.Code)
	}
	return alone, err
}

// encrypted is the file that sops makes of a trial's document; false if it refuses.
func (w *runner) encrypted(t trial, seed int64) (string, bool, error) {
	file, err := w.file(t.name, t.text)
	if err != nil {
		return "", false, err
	}
	var args []string
	if t.config != "" {
		config, err := w.file("config", t.config)
		if err != nil {
			return "", false, err
		}
		args = append(args, "--config", config)
	}
	args = append(append(args, "encrypt"), t.encrypt...)
	if t.config == "" {
		args = append(args, "--age", strings.Join(w.peopleOf(t.groups[0]), ","))
	}
	environment := []string{"HOME=/nonexistent", "PATH=/usr/bin:/bin"}
	o, err := w.sopsOutcome(harness.Command{Args: append(args, file), Env: environment, Dir: w.dir}, seed)
	if err != nil || o.Code != 0 {
		return "", false, err
	}
	text := string(o.Out)
	if t.patch != nil {
		text = t.patch(text)
	}
	return text, true, nil
}

func (w *runner) peopleOf(group []int) []string {
	var people []string
	for _, i := range group {
		people = append(people, w.keys[i].Recipient)
	}
	return people
}

// commands are what sops and the program under test are run with, on one encrypted text.
func (w *runner) commands(t trial, encrypted string) (sops, ours harness.Command, err error) {
	file, err := w.file(t.name, encrypted)
	environment := []string{"HOME=/nonexistent", "PATH=/usr/bin:/bin", "SOPS_AGE_KEY=" + w.secrets(t.holds)}
	if slices.Equal(t.holds, []int{0}) {
		environment = w.key.Environment()
	}
	sops = harness.Command{Path: w.sops, Env: environment, Dir: w.dir}
	sops.Args = slices.Concat(t.global, []string{"decrypt"}, t.decrypt, []string{file})
	ours = harness.Command{Path: w.binary, Env: environment, Dir: w.dir}
	ours.Args = slices.Concat([]string{"decrypt"}, t.global, t.decrypt, []string{file})
	return
}

// result is what both made of one encrypted text.
type result struct {
	trial
	encrypted string
	want, got harness.Outcome
}

func (w *runner) both(t trial, encrypted string) (result, error) {
	sops, ours, err := w.commands(t, encrypted)
	if err != nil {
		return result{}, err
	}
	want, err := w.sopsOutcome(sops, 0)
	if err != nil {
		return result{}, err
	}
	got, err := ours.Run()
	return result{trial: t, encrypted: encrypted, want: want, got: got}, err
}

// verdict of one result.
type verdict int

const (
	byteEqual verdict = iota
	explained
	refusedByBoth
	mismatch
)

// judge gives the verdict and the reason of a mismatch, or of what differs on purpose.
func (x result) judge() (verdict, string) {
	problem := ""
	switch {
	case x.got.CPU().Seconds() > 1:
		return mismatch, fmt.Sprintf("took %v", x.got.CPU())
	case x.got.Code != 0 && refusal(x.got) != "":
		return mismatch, refusal(x.got)
	case x.got.Code != 0 && x.got.Code == x.want.Code:
		return refusedByBoth, ""
	case x.got.Code != x.want.Code:
		problem = fmt.Sprintf("exit %d instead of %d", x.got.Code, x.want.Code)
	case bytes.Equal(x.want.Out, x.got.Out):
		return byteEqual, ""
	default:
		problem = firstDifference("line", lines(x.want.Out), lines(x.got.Out))
	}
	reason := onPurpose(x)
	switch {
	case reason == "":
	case x.want.Code != 0 && x.got.Code != 0:
		return refusedByBoth, reason
	default:
		if other := x.readsOtherwise(); other != "" {
			return mismatch, other
		}
		return explained, reason
	}
	return mismatch, problem
}

var emptyComment = regexp.MustCompile(`(?m)#\s*$`)

// readsOtherwise says where what we print does not read as what was encrypted: where our bytes are not
// sops's, that decides. Aliases are expanded in the one and not in the other, so those files don't tell.
func (x result) readsOtherwise() string {
	converted := func(option string) bool {
		return option == "--output-type" || option == "--extract" || option == "--input-type"
	}
	// An empty comment in a list is an empty text from sops's encryption on.
	if !bothPrint(x) || x.store != "yaml" || x.damaged || strings.Contains(x.text, "*a") || emptyComment.MatchString(x.text) || slices.ContainsFunc(slices.Concat(x.encrypt, x.decrypt), converted) {
		return ""
	}
	return firstDifference("reads otherwise than what was encrypted", valueLeaves([]byte(x.text)), valueLeaves(x.got.Out))
}

// shuffled gives n of the numbers below limit.
func shuffled(r *rand.Rand, limit, n int) []int { return r.Perm(limit)[:n] }
