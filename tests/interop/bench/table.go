package main

import (
	"fmt"
	"os"
	"slices"
	"text/tabwriter"
	"time"
)

// row is one line of the result. Without a target it is there for information.
type row struct {
	what         string
	ours, theirs string
	measured     float64
	target       float64 // an upper limit; 0: none
	unit         string  // of measured and target; empty: a ratio
}

type table []row

// ratio adds a comparison of two medians.
func (t *table) ratio(what string, ours, theirs, target float64, show func(float64) string) {
	*t = append(*t, row{what: what, ours: show(ours), theirs: show(theirs), measured: ours / theirs, target: target})
}

// value adds a single number with a limit of its own.
func (t *table) value(what string, measured, target float64, unit string) {
	*t = append(*t, row{what: what, measured: measured, target: target, unit: unit})
}

// print writes the table; false when a target is missed.
func (t table) print() bool {
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "\twhat\tours\ttheirs\tmeasured\tat most")
	passed := true
	for _, r := range t {
		verdict, target := "", "-"
		if r.target > 0 {
			verdict, target = "ok", fmt.Sprintf("%.3g%s", r.target, r.unit)
			if !(r.measured <= r.target) {
				verdict, passed = "MISS", false
			}
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%.3g%s\t%s\n", verdict, r.what, r.ours, r.theirs, r.measured, r.unit, target)
	}
	w.Flush()
	return passed
}

// samples are the measurements of one contender.
type samples []float64

func (s *samples) add(v float64)        { *s = append(*s, v) }
func (s *samples) time(v time.Duration) { s.add(float64(v)) }
func (s samples) median() float64       { return s.percentile(50) }
func (s samples) mean() float64 {
	sum := 0.0
	for _, v := range s {
		sum += v
	}
	return sum / float64(len(s))
}
func (s samples) percentile(p int) float64 {
	sorted := slices.Sorted(slices.Values(s))
	at := (len(sorted)*p + 99) / 100
	return sorted[max(0, min(at, len(sorted))-1)]
}

func milliseconds(v float64) string { return fmt.Sprintf("%.2f ms", v/1e6) }
func mebibytes(v float64) string    { return fmt.Sprintf("%.1f MiB", v/(1<<20)) }
